"""What promptflow's values point to: `${inputs.question}`, `${search.output.docs[0]}`, or a value that stands there."""

from __future__ import annotations

import re
from typing import NamedTuple

from studio.support.values import Json

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][\w-]*)\.([^}]*?)\s*\}")


class Reference(NamedTuple):
    """A value of the flow: an input (`node` is "") or the output of a node, and the path into it, "" for all of it."""

    node: str
    name: str
    path: str


def reference_of(value: Json) -> Reference | None:
    """Return what a value points to; None if it stands for itself."""
    found = _REFERENCE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    head, rest = found[1], found[2]
    cut = re.match(r"([^.\[]+)(.*)", rest)
    if cut is None:
        return None
    name, path = cut[1], cut[2].removeprefix(".")
    return Reference("", name, path) if head == "inputs" else Reference(head, name, path)
