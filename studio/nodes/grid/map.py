"""`grid.map`: a small world, drawn in signs."""

from __future__ import annotations

from typing import Any

from studio.nodes.grid._maps import address, checked_map, tiles_of
from studio.spec import Fields, Node, RunContext, node, port


@node("grid.map", title="Read a map", category="Worlds", icon="map", limits="40,000 tiles")
class Map(Node):
    """Read a map that is drawn in signs, and say what is where.

    A map is an object with `name`, `rows` (a text, or a list of texts of one length), `legend`, which says for each
    sign the place it stands for, and `blocked`, the signs that nobody can enter:

        {name: town, blocked: "#", rows: ["####", "#b.#"], legend: {b: "home:bedroom:bed", ".": ""}}

    A place is a sector, an arena in it and perhaps an object there; open ground is "". A tile is `[x, y]`, counted from
    the upper left corner.
    """

    class In(Fields):
        map: dict[str, Any] = port(help="The map as it was drawn.")

    class Out(Fields):
        map: dict[str, Any] = port(help="The map, checked, for the other nodes of worlds.")
        places: dict[str, Any] = port(help="Tree of sectors, their arenas, and lists of the objects in these.")
        addresses: list[Any] = port(help="The address of every place, as in `town:home:bedroom:bed`.")
        free: list[Any] = port(help="The tiles that can be entered, row by row.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        world = checked_map(inputs.map)
        free = tiles_of(world, world["name"])
        addresses = list(dict.fromkeys(address(world, tile) for tile in free))
        places: dict[str, Any] = {}
        for one in addresses:
            _, *parts = one.split(":")
            if len(parts) > 1:
                objects = places.setdefault(parts[0], {}).setdefault(parts[1], [])
                objects.extend(parts[2:])
            elif parts:
                places.setdefault(parts[0], {})
        return self.Out(map=world, places=places, addresses=addresses, free=free)
