"""What happens where: events at tiles, as *grid.events* keeps them.

An event is `[subject, predicate, object, description]`. Of a thing that is not in use only the subject is known, its
address; the rest is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.nodes.grid._maps import address, tiles_of
from studio.support.errors import NodeError


def begun(world: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of a world in which nobody is there yet and every thing is idle."""
    at: dict[str, list[Any]] = {}
    for tile in tiles_of(world, str(world["name"])):
        where = address(world, tile)
        if where.count(":") == 3:
            at[key_of(tile)] = [[where, None, None, None]]
    return {"at": at, "used": [], "people": {}}


def checked_state(state: Any) -> dict[str, Any]:
    """Return a state as `grid.events` gave it. Raises `NodeError` if it is none."""
    if not isinstance(state, dict) or not all(isinstance(state.get(name), dict) for name in ("at", "people")):
        raise NodeError("this is not what happens in a world.", hint="Wire `state` of a *grid.events* node.")
    return state


def key_of(tile: Any) -> str:
    """Return the key of a tile in `at`."""
    return f"{tile[0]},{tile[1]}"
