"""The items of a map in a recorded run: how many there are, which comes next, and the same node in another one.

Answered from indexes, one item at a time, as a map may have had very many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.trace.decided import Span

if TYPE_CHECKING:
    from studio.replay.cursor import Cursor
    from studio.replay.states.regions import Region
    from studio.trace.decided import PathRow


def item_around(cursor: Cursor) -> Region | None:
    """Return the innermost region around the current step that is an item of a map, None if there is none."""
    region: Region | None = cursor.region()
    while region is not None and not region.item:
        region = cursor.regions.around(region)
    return region


def beside(cursor: Cursor, *, back: bool = False) -> int | None:
    """Return the step of this same node in the item that began next (or before): at the same tick if it was decided
    then, else its first one after, else its last one. None without such an item."""
    region = item_around(cursor)
    if region is None or not region.nodes:
        return None
    other = cursor.steps.body_beside(region.nodes[0], back=back)
    if other is None:
        return None
    prefix = other.node[: other.node.rfind("/") + 1]
    row = cursor.steps.path_named(prefix + cursor.here.node[len(region.prefix) :])
    for path in (row, other):
        seq = None if path is None else _near(cursor, path)
        if seq is not None:
            return seq
    return None


def _near(cursor: Cursor, path: PathRow) -> int | None:
    steps, here = cursor.steps, cursor.here
    same = steps.first_at(Span(path.path, path.path, ""), here.tick_key)
    if same is not None:
        return same
    after = steps.next_of_path(path.path, here.seq or 0)
    return after if after is not None else steps.next_of_path(path.path, here.seq or 0, back=True)


def name_of(key: str) -> str:
    """Return the key of an item as people wrote it: node paths hold it with `/` and `%` written otherwise."""
    return "" if key == "%" else key.replace("%2F", "/").replace("%25", "%")


def key_of(name: str) -> str:
    """Return the key of an item as node paths hold it."""
    return name.replace("%", "%25").replace("/", "%2F") or "%"
