"""`grid.perceive`: what somebody at a tile notices."""

from __future__ import annotations

import math
from typing import Any

from studio.nodes.grid._happening import checked_state, key_of
from studio.nodes.grid._maps import address, arena, checked_map, tile_of
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("grid.perceive", title="Perceive nearby events", category="Worlds", icon="search", limits="40,000 tiles")
class Perceive(Node):
    """Notice what happens near a tile: the closest events of the same arena that are not remembered as recent.

    All tiles up to *radius* away in x and in y are seen, and their places given as `seen`. Of the events at those in
    the arena one stands in, the *attention* closest count. One is new unless its subject, predicate and object are
    those of one of the last *retention* that are remembered, counting those noticed just before it. A thing that is
    not in use `is idle`. (Generative Agents, Park et al. 2023, released program, `perceive.py` and the defaults of
    `scratch.py`.)
    """

    class Params(Fields):
        radius: int = param(4, ge=0, le=50, help="How far one sees, in tiles.")
        attention: int = param(3, ge=0, le=1000, help="So many of the closest events are noticed.")
        retention: int = param(5, ge=0, le=1000, help="So many of the latest events are not noticed again.")

    class In(Fields):
        map: dict[str, Any] = port(help="The map, as *grid.map* gives it.")
        state: dict[str, Any] = port(help="What happens where, as *grid.events* gives it.")
        who: dict[str, Any] = port(
            help="Who perceives: an object with `tile`, and with `radius`, `attention`, `retention` where they are "
            "not those of the params."
        )
        recent: list[Any] = port((), help="The latest events remembered, `[subject, predicate, object]`, newest last.")

    class Out(Fields):
        events: list[Any] = port(
            help="The new events: objects with `triple`, `description`, `text` (what is embedded: what stands in "
            "brackets, if anything does), `keywords` and `distance`."
        )
        noticed: int = port(help="How many events were noticed, new or not.")
        seen: list[Any] = port(help="The addresses of the places seen.")
        here: str = port(help="The address of the tile.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        world, state = checked_map(inputs.map), checked_state(inputs.state)
        x, y = tile_of(world, inputs.who.get("tile"))
        radius, attention, retention = (
            _own(inputs.who, name, given)
            for name, given in (
                ("radius", params.radius), ("attention", params.attention), ("retention", params.retention)
            )
        )  # fmt: skip
        home = arena(world, [x, y])
        width, height = len(world["rows"][0]), len(world["rows"])
        near = [
            [column, row]
            for column in range(max(0, x - radius), min(width, x + radius + 1))
            for row in range(max(0, y - radius), min(height, y + radius + 1))
        ]
        noticed: list[tuple[float, list[Any]]] = []
        for tile in near:
            for event in state["at"].get(key_of(tile), ()) if arena(world, tile) == home else ():
                if event not in [one for _, one in noticed]:
                    noticed.append((math.dist(tile, [x, y]), event))
        noticed.sort(key=lambda one: one[0])
        latest = [list(one) for one in inputs.recent]
        events: list[Any] = []
        for distance, (subject, predicate, thing, description) in noticed[:attention]:
            made = [subject, predicate, thing] if predicate else [subject, "is", "idle"]
            if made in latest[max(0, len(latest) - retention) :]:
                continue
            latest.append(made)
            told = f"{subject.split(':')[-1]} is {description if predicate else 'idle'}"
            text, short = told, told
            if "(" in told:
                text = told.split("(")[1].split(")")[0].strip()
                short = f"{' '.join(told.split()[:3])} {told.split('(')[-1][:-1]}"
            words = [str(part).split(":")[-1] for part in (subject, made[2])]
            events.append(
                {
                    "triple": made, "description": short, "text": text, "distance": round(distance, 6),
                    "keywords": list(dict.fromkeys(words)),
                }
            )  # fmt: skip
        seen = list(dict.fromkeys(address(world, tile) for tile in near))
        return self.Out(events=events, noticed=min(len(noticed), attention), seen=seen, here=address(world, [x, y]))


def _own(who: dict[str, Any], name: str, given: int) -> int:
    """One's own limit, or the given one. Raises `NodeError` if it is no whole number from 0 to 1,000."""
    own = who.get(name, given)
    if type(own) is not int or not 0 <= own <= 1000:
        raise NodeError(f"the {name} of who perceives is {own!r}, but it is a whole number from 0 to 1,000.")
    return own
