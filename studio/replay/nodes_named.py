"""Which nodes of a run a person means by a name: a whole node path, or its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean

if TYPE_CHECKING:
    from studio.trace.steps import Steps

_ITEM = re.compile(r"/\d+/")
"""Where a path names an item of a map."""


def find_nodes(steps: Steps, name: str) -> list[str]:
    """Return the node paths a person means: as `find_node`, but a node of a map stands for those of all its items.

    `product` may so mean `triage/0/product`, `triage/1/product` and on. Raises UsageError naming what there is.
    """
    ending = steps.paths_ending(name)
    if name not in ending and len({_ITEM.sub("/", path) for path in ending}) == 1:
        return ending
    return [_one(steps, name, ending)]


def find_node(steps: Steps, name: str) -> str:
    """Return the node path a person means: the whole path, or its end if only one path ends so.

    Raises UsageError naming what there is.
    """
    return _one(steps, name, steps.paths_ending(name))


def any_item(steps: Steps, path: int) -> str:
    """Return a node path with a `*` for each item of a map around it: the same node in any item (see `next_like`)."""
    parts = []
    row = steps.path(path)
    while row is not None:
        around = steps.path(row.parent) if row.parent else None
        parts.append(row.node.rpartition("/")[2])
        if around is not None and row.node.count("/") > around.node.count("/") + 1:
            parts.append("*")
        row = around
    return "/".join(reversed(parts))


def _one(steps: Steps, name: str, ending: list[str]) -> str:
    if name in ending:
        return name
    if len(ending) == 1:
        return ending[0]
    if ending:
        shown = ", ".join(f"`{path}`" for path in ending[:6])
        raise UsageError(f"Several nodes are called `{name}`: {shown}.", hint="Give the whole path.")
    hint = did_you_mean(name, steps.used_paths(), then="`studio show` lists all.")
    raise UsageError(f"Nothing called `{name}` was decided in this run.", hint=hint)
