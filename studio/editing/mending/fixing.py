"""Quick fixes: for a finding, the edits that would mend it, the likeliest first.

Each fix with ops is safe: it removes its finding, adds no error, and can be undone. What needs a decision only leads to
the place where it is taken. A fix is worked out from the finding's fields and the document as it is now; a finding
that is out of date gives none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studio.editing.document.document import Document
from studio.editing.mending import edges, nodes, regions
from studio.editing.mending.base import Fix, Fixer, Goto, Spot
from studio.graph.diagnostics import Diagnostic
from studio.support.errors import StudioError

__all__ = ["FIXERS", "Fix", "Goto", "fixes"]

FIXERS: Final[Mapping[str, Fixer]] = {**nodes.FIXERS, **edges.FIXERS, **regions.FIXERS}
"""What can mend the findings of a code; codes that are not here need thought."""


def fixes(doc: Document, found: Diagnostic) -> list[Fix]:
    """Return the ways to mend a finding; none if it stands in another file or is out of date.

    Fixes with ops come first, those that only lead somewhere (`goto`) last.
    """
    fixer = FIXERS.get(found.code)
    at = next((at for at, _ in doc.walk() if ".".join(at) == found.graph), None)
    if fixer is None or at is None:
        return []
    spot = Spot(doc, at, found)
    if found.node and found.node not in spot.graph.nodes and not found.edge:
        return []
    offered: dict[str, Fix] = {}
    try:
        for fix in fixer(spot):
            if fix.ops or fix.goto is not None:
                offered.setdefault(fix.label, fix)
    except StudioError:
        pass  # the next way is refused by the document as it is now; those before it stand
    return sorted(offered.values(), key=lambda fix: not fix.ops)
