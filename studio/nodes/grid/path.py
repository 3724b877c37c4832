"""`grid.path`: the shortest way between two tiles."""

from __future__ import annotations

from typing import Any

from studio.nodes.grid._maps import checked_map, way
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import ABSENT, Absent

_NO: Any = ABSENT


@node("grid.path", title="Find a way", category="Worlds", icon="map", limits="40,000 tiles")
class Path(Node):
    """Find a shortest way from one tile to another, a step up, down, left or right at a time.

    Of several it is the one that, gone back from the goal, goes up where it can, else left, down, right (that of the
    released program of Generative Agents, 2023). The first tile may be blocked, no other.
    """

    class In(Fields):
        map: dict[str, Any] = port(help="The map, as *grid.map* gives it.")
        start: list[Any] = port(help="The tile to go from, `[x, y]`.")
        goal: list[Any] = port(help="The tile to go to.")

    class Out(Fields):
        path: list[Any] = port(help="The tiles of the way, both ends included; absent if there is none.")
        steps: int = port(help="How many steps it takes; absent if there is none.")
        none: bool = port(help="True if there is no way, else absent.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        found = way(checked_map(inputs.map), inputs.start, inputs.goal)
        if not found:
            no_way: Any = Absent(f"there is no way from {inputs.start} to {inputs.goal}")
            return self.Out(path=no_way, steps=no_way, none=True)
        return self.Out(path=found, steps=len(found) - 1, none=_NO)
