"""Old file formats → the present one: numbered steps over plain values, applied in order on load.

A step takes the tree of a file of format `n` and turns it into one of format `n + 1`.  Numbers are never
reused; a sample of each past format lies in `tests/golden/graphs` and is loaded in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from studio.graph.model import FORMAT
from studio.graph.tree import Tree
from studio.support.errors import GraphError

Step = Callable[[Tree], None]

STEPS: Mapping[int, Step] = {}
"""The step from each past format to the next; format 1 is the first, so there is none yet."""


def migrate(root: Tree, where: str, *, steps: Mapping[int, Step] = STEPS, current: int = FORMAT) -> None:
    """Bring a file's tree to the current format, in place.

    A file without `studio:` is taken for the current format. Raises GraphError for a newer or impossible one.
    """
    said = root.value.get("studio")
    version = current if said is None else said.value
    if type(version) is not int or version < 1:
        raise GraphError(
            "`studio:` names the format version and is a whole number.", where=where, hint=f"Write `studio: {current}`."
        )
    if version > current:
        raise GraphError(
            f"This file has format {version}, which a newer Ganglia Studio wrote; this one reads up to {current}.",
            where=where,
            hint="Update Ganglia Studio to open it.",
        )
    while version < current:
        step = steps.get(version)
        if step is None:
            raise GraphError(f"Files of format {version} cannot be read any more.", where=where)
        step(root)
        version += 1
