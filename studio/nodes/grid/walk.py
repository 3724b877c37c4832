"""`grid.walk`: the next step on the way to where something is to be done."""

from __future__ import annotations

from typing import Any

from studio.nodes.grid._happening import checked_state, key_of
from studio.nodes.grid._maps import checked_map, tile_of, tiles_of, way
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("grid.walk", title="Walk", category="Worlds", icon="map", effects="reads", needs_approval=False)
class Walk(Node):
    """Go one tile towards an address; plan the way first if there is no plan.

    The address is a place (`town:home:kitchen:sink`); `town:home:kitchen:<random>` is any tile there; `<persona> Ann`
    half-way to a person, `<waiting> 3 2` a tile. Of the tiles of a place *choices* are drawn, those where somebody
    stands are left out if others remain, and the nearest counts. Without a way, or an address (""), one stays.
    (Generative Agents, Park et al. 2023, released program, `execute.py`.)
    """

    class Params(Fields):
        choices: int = param(4, ge=1, le=1000, help="So many tiles of a place are drawn and compared.")

    class In(Fields):
        map: dict[str, Any] = port(help="The map, as *grid.map* gives it.")
        state: dict[str, Any] = port(help="What happens where, as *grid.events* gives it.")
        walker: dict[str, Any] = port(
            help="Who walks: an object with `tile` and `address`; with `path`, what is left of the way, and `planned`, "
            "true if that leads to the address."
        )

    class Out(Fields):
        tile: list[Any] = port(help="The tile one stands at after this step.")
        path: list[Any] = port(help="What is left of the way.")
        arrived: bool = port(help="True if nothing is left of the way.")
        changes: dict[str, Any] = port(help="The fields `tile`, `path` and `planned` of the walker after this step.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        world, state = checked_map(inputs.map), checked_state(inputs.state)
        start = list(tile_of(world, inputs.walker.get("tile")))
        where, path = inputs.walker.get("address"), list(inputs.walker.get("path") or ())
        if not isinstance(where, str):
            raise NodeError("the walker has no `address`, a text.", hint="Without anywhere to go it is ''.")
        if where and (not inputs.walker.get("planned") or ("<random>" in where and not path)):
            targets = _targets(ctx, world, state, start, where)
            drawn = ctx.random.sample(targets, min(params.choices, len(targets)))
            free = [one for one in drawn if not _taken(state, one)]
            ways = [found for one in free or drawn if (found := way(world, start, one))]
            path = min(ways, key=len)[1:] if ways else []
        tile = path.pop(0) if path else start
        return self.Out(
            tile=tile, path=path, arrived=not path, changes={"tile": tile, "path": path, "planned": bool(where)}
        )


def _targets(
    ctx: RunContext, world: dict[str, Any], state: dict[str, Any], start: list[int], address: str
) -> list[list[int]]:
    """The tiles one may go to. None for a place or a person that is not there."""
    if "<persona>" in address:
        other = state["people"].get(address.split("<persona>")[-1].strip())
        between = way(world, start, other) if other else []
        if len(between) <= 2:
            return [start]
        middle = len(between) // 2
        nearer, farther = between[middle], between[middle + 1] if middle + 1 < len(between) else between[middle]
        return [nearer if len(way(world, start, nearer)) <= len(way(world, start, farther)) else farther]
    if "<waiting>" in address:
        parts = address.split("<waiting>")[-1].split()[:2]
        return [list(tile_of(world, [int(part) if part.isdecimal() else part for part in parts]))]
    if "<random>" in address:
        inside = tiles_of(world, address.rpartition(":")[0])
        return ctx.random.sample(inside, 1) if inside else []
    return tiles_of(world, address)


def _taken(state: dict[str, Any], tile: list[int]) -> bool:
    """True if a person stands at the tile."""
    return any(event[0] in state["people"] for event in state["at"].get(key_of(tile), ()))
