"""`productions.act`: senses and hands, each with the time it takes."""

from __future__ import annotations

from typing import Any, Final

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.activation.candidates import meets
from studio.nodes.chunks._values import seconds
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent

DELAYS: Final = {
    "visual-location": "location_delay", "aural-location": "location_delay", "visual": "visual_delay",
    "aural": "aural_delay", "manual": "manual_delay", "vocal": "vocal_delay", "temporal": "temporal_delay",
}  # fmt: skip
LOCATIONS: Final = {"visual-location": "location", "aural-location": "location"}
SENSES: Final = (*LOCATIONS, "visual", "aural")


@node("productions.act", title="Senses and hands", category="Productions", icon="person")
class Act(Node):
    """Carry out requests to eyes, ears, hands and voice, in the time that each takes: vision 0.085 s to encode.

    A stand-in for ACT-R's modules of perception and movement: a location is the first object of the *scene* that fits
    the request (at once), attention to it gives the object itself; hands and voice only take their time, and what
    they did comes out.  Rules ask `+visual-location> color red`, then `+visual> cmd move-attention screen-pos
    =visual-location`.
    """

    class Params(Fields):
        visual_delay: float = param(0.085, ge=0, help="Seconds to encode what is looked at.")
        aural_delay: float = param(0.285, ge=0, help="Seconds to encode what is heard.")
        manual_delay: float = param(0.3, ge=0, help="Seconds that the hands take.")
        vocal_delay: float = param(0.3, ge=0, help="Seconds that the voice takes.")
        temporal_delay: float = param(0.0, ge=0, help="Seconds to start a timer.")
        location_delay: float = param(0.0, ge=0, help="Seconds to find a place: none, it pops out.")

    class In(Fields):
        actions: list[Any] = port(help="Objects with `buffer` and `slots`, as *productions.fire* gives them.")
        time: float = port(help="The second.")
        scene: list[Any] = port((), help="The objects to be seen and heard: chunks.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        events: list[Any] = port(help="What happens when: objects with `value`, `priority` and `key`, for a queue.")
        deeds: list[Any] = port(help="What the agent did to the world: objects with `buffer`, `time` and the slots.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        events, done = [], []
        nothing: Any = Absent("nothing was done to the world")
        usual = {
            "visual_delay": params.visual_delay, "aural_delay": params.aural_delay, "manual_delay": params.manual_delay,
            "vocal_delay": params.vocal_delay, "temporal_delay": params.temporal_delay,
            "location_delay": params.location_delay,
        }  # fmt: skip
        for action in inputs.actions:
            buffer = action["buffer"]
            name = DELAYS[buffer]
            when = seconds(inputs.time + setting(inputs.settings, name, usual[name]))
            found = _sensed(buffer, action["slots"], inputs.scene)
            change = {"do": "deliver", "buffer": buffer, "chunk": found, "failed": found is None and buffer in SENSES}
            event = {"kind": "deliver", "time": when, "changes": [change]}
            events.append({"value": event, "priority": when, "key": buffer})
            if buffer not in SENSES:
                done.append({"buffer": buffer, "time": when, **{slot: value for _, slot, value in action["slots"]}})
        return self.Out(events=events, deeds=done or nothing)


def _sensed(buffer: str, asked: list[Any], scene: list[Any]) -> dict[str, Any] | None:
    if buffer in LOCATIONS:
        for thing in scene:
            if meets(thing["slots"], asked, False):
                return {"name": thing["name"], "slots": thing["slots"]}
    elif buffer in SENSES:
        where = {value for sign, _, value in asked if sign == "="}
        return next(({"name": one["name"], "slots": one["slots"]} for one in scene if one["name"] in where), None)
    return None
