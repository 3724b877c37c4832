"""What the node types of grids share: a map, its addresses, and the shortest way between two tiles.

A map is an object with `name`, `rows` (texts of one length), `legend` (sign → place `sector:arena[:object]`, "" for
open ground) and `blocked` (signs that nobody can enter). A tile is `[x, y]`, counted from the upper left corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.support.errors import NodeError

LARGEST = 40_000
"""Most tiles of a map."""


def checked_map(given: Any) -> dict[str, Any]:
    """Return a map with all its parts. Raises `NodeError` that says what is wrong with it."""
    hint = "A map is an object with `name`, `rows`, `legend` and `blocked`: see the help of *grid.map*."
    if not isinstance(given, dict) or not isinstance(given.get("rows"), (list, str)):
        raise NodeError("a map needs `rows`, a list of texts.", hint=hint)
    rows = given["rows"]
    rows = [line for line in rows.split("\n") if line.strip()] if isinstance(rows, str) else rows
    legend, blocked, name = given.get("legend", {}), given.get("blocked", "#"), given.get("name", "world")
    if not rows or not all(isinstance(row, str) and len(row) == len(rows[0]) for row in rows):
        raise NodeError("the rows of the map are not texts of one length.", hint=hint)
    if len(rows) * len(rows[0]) > LARGEST:
        raise NodeError(f"the map has more than {LARGEST:,} tiles.", hint="Make it smaller.")
    if not isinstance(legend, dict) or not isinstance(blocked, str) or not isinstance(name, str) or ":" in name:
        raise NodeError("the legend is no object, or the name or the blocked signs of the map are no text.", hint=hint)
    for sign in sorted(set("".join(rows)) - set(blocked)):
        place = legend.get(sign)
        if not isinstance(place, str) or place.count(":") > 2 or (place and not all(place.split(":"))):
            raise NodeError(f"the legend does not say which place the sign `{sign}` stands for.", hint=hint)
    return {"name": name, "rows": rows, "legend": legend, "blocked": blocked}


def address(world: Mapping[str, Any], tile: Any) -> str:
    """Return the address of a tile, `world:sector:arena:object` as far as it has one; the world's name outdoors."""
    x, y = tile_of(world, tile)
    sign = world["rows"][y][x]
    place = "" if sign in world["blocked"] else world["legend"][sign]
    return f"{world['name']}:{place}" if place else str(world["name"])


def arena(world: Mapping[str, Any], tile: Any) -> str:
    """Return the address of a tile without its object."""
    return ":".join(address(world, tile).split(":")[:3])


def tiles_of(world: Mapping[str, Any], wanted: str) -> list[list[int]]:
    """Return the tiles that can be entered and lie at an address or inside of it, row by row."""
    return [
        [x, y]
        for y, row in enumerate(world["rows"])
        for x, sign in enumerate(row)
        if sign not in world["blocked"] and f"{address(world, [x, y])}:".startswith(f"{wanted}:")
    ]


def tile_of(world: Mapping[str, Any], tile: Any) -> tuple[int, int]:
    """Return a tile as a pair. Raises `NodeError` if it is none of the map."""
    rows = world["rows"]
    if isinstance(tile, list) and len(tile) == 2 and all(type(one) is int for one in tile):
        x, y = tile
        if 0 <= y < len(rows) and 0 <= x < len(rows[0]):
            return x, y
    raise NodeError(f"{tile!r} is no tile of the map, which is {len(rows[0])} wide and {len(rows)} high.")


def way(world: Mapping[str, Any], start: Any, goal: Any) -> list[list[int]]:
    """Return a shortest way from tile to tile, both included, over the four neighbours; [] if there is none.

    Of several it is the one that, gone back from the goal, goes up where it can, else left, down, right: that of
    `path_finder.py` of the released program of Generative Agents.
    """
    first, last = tile_of(world, start), tile_of(world, goal)
    rows, blocked = world["rows"], world["blocked"]
    far = {first: 0}
    edge = [first]
    while edge and last not in far:
        reached = []
        for x, y in edge:
            for tile in ((x, y - 1), (x - 1, y), (x, y + 1), (x + 1, y)):
                inside = 0 <= tile[1] < len(rows) and 0 <= tile[0] < len(rows[0])
                if inside and tile not in far and rows[tile[1]][tile[0]] not in blocked:
                    far[tile] = far[(x, y)] + 1
                    reached.append(tile)
        edge = reached
    if last not in far:
        return []
    back = [last]
    while back[-1] != first:
        x, y = back[-1]
        nearer = far[(x, y)] - 1
        back.append(
            next(one for one in ((x, y - 1), (x - 1, y), (x, y + 1), (x + 1, y)) if far.get(one) == nearer)
        )  # fmt: skip
    return [[x, y] for x, y in reversed(back)]
