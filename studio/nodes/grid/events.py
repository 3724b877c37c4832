"""`grid.events`: what happens where in a small world."""

from __future__ import annotations

from typing import Any

from studio.nodes.grid._happening import begun, checked_state, key_of
from studio.nodes.grid._maps import checked_map, tile_of
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError


@node("grid.events", title="What happens where", category="Worlds", icon="map", limits="40,000 tiles")
class Events(Node):
    """Keep what happens at the tiles of a world: bring the state up to the moves of the people in it.

    Feed `state` back with a `hold` edge. A move is an object with `who`, `tile`, `event` (`[subject, predicate, object,
    description]`, what the person does), `use` (the same of the thing that is used, its address as the subject; or
    null), and `arrived`. A thing that was used in the step before is idle again; then each person, in order, stands at
    the tile moved to, and who has arrived uses the thing there. So the released program of Generative Agents (2023)
    steps its world (`reverie.py`).
    """

    class In(Fields):
        map: dict[str, Any] = port(help="The map, as *grid.map* gives it.")
        state: dict[str, Any] = port(None, help="The state after the step before; without one nothing has happened.")
        moves: list[Any] = port((), help="The moves of this step.")

    class Out(Fields):
        state: dict[str, Any] = port(help="The state: events by tile (`at`), and the tile of each person (`people`).")
        people: dict[str, Any] = port(help="The tile of each person.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        world = checked_map(inputs.map)
        old = begun(world) if inputs.state is None else checked_state(inputs.state)
        at: dict[str, list[Any]] = {key: list(events) for key, events in old["at"].items()}
        for key, event in old["used"]:
            idle = [event[0], None, None, None]
            kept = [one for one in at.get(key, ()) if one != event and one != idle]
            at[key] = [*kept, idle] if event in at.get(key, ()) else kept
        people, used = dict(old["people"]), []
        for move in inputs.moves:
            if not isinstance(move, dict) or not all(name in move for name in ("who", "tile", "event")):
                raise NodeError(
                    "a move of the world lacks `who`, `tile` or `event`.",
                    hint="A move is an object such as `{who: Ann, tile: [3, 2], event: [Ann, is, reading, reading]}`.",
                )
            tile = list(tile_of(world, move["tile"]))
            for key in {key_of(people.get(move["who"], tile)), key_of(tile)}:
                at[key] = [one for one in at.get(key, ()) if one[0] != move["who"]]
            here = at[key_of(tile)]
            here.append(move["event"])
            people[move["who"]] = tile
            use = move.get("use")
            if use and move.get("arrived"):
                at[key_of(tile)] = [one for one in here if one != use and one != [use[0], None, None, None]] + [use]
                used.append([key_of(tile), use])
        state = {"at": {key: events for key, events in at.items() if events}, "used": used, "people": people}
        return self.Out(state=state, people=people)
