"""`productions.fire`: what a chosen rule does."""

from __future__ import annotations

from typing import Any

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.chunks._values import seconds
from studio.nodes.productions._firing import fired
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import ABSENT, Absent

MODULES = ("retrieval", "imaginal")


@node("productions.fire", title="Fire a rule", category="Productions", icon="run")
class Fire(Node):
    """Fire a rule: give the changes of buffers and the requests to modules that its actions ask for.

    Its conditions are looked at once more; if they hold no more, it does nothing and `stale` is true.  With *strict*
    harvesting (ACT-R 7; Anderson 2007) a chunk in a buffer that the rule tests and leaves alone is cleared.  Requests
    come apart by the module that answers them: memory, imagination, and the senses and hands.
    """

    class Params(Fields):
        strict: bool = param(True, help="Clear the buffers that a rule tests and does nothing about.")
        clear_on_request: bool = param(
            True, help="Clear a buffer when its module is asked; else what stands there stays until the answer comes."
        )
        keep: list[str] = param(("goal",), help="Buffers that are never harvested.")
        instant: list[str] = param(("goal",), help="Buffers where a requested chunk stands at once.")

    class In(Fields):
        instance: dict[str, Any] = port(help="The rule that was chosen: an object with `rule`.")
        buffers: dict[str, Any] = port(help="The buffers as they are now.")
        time: float = port(0, help="The second.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        changes: list[Any] = port(help="Changes for *chunks.buffers*.")
        retrieval: list[Any] = port(help="What is asked of memory: triples of operator, slot and value.")
        imaginal: list[Any] = port(help="What is asked of imagination, likewise.")
        actions: list[Any] = port(help="What is asked of senses and hands: objects with `buffer` and `slots`.")
        reward: float = port(help="The reward that the rule brings, absent if it brings none.")
        fired: dict[str, Any] = port(
            help="Its `rule` (name), the seconds of its choice (`chosen`) and firing (`time`), its `bindings`, and the "
            "slots of the chunks it `tested`, by buffer; and, if it has an `!output!`, what it `said`."
        )
        stale: bool = port(help="True if its conditions hold no more, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        rule = inputs.instance["rule"]
        strict = setting(inputs.settings, "strict", params.strict)
        clears = setting(inputs.settings, "clear_on_request", params.clear_on_request)
        done = fired(rule, inputs.buffers, strict, params.keep, params.instant, clears)
        if done is None:
            gone: Any = Absent(f"the conditions of `{rule['name']}` hold no more")
            return self.Out(
                changes=gone, retrieval=gone, imaginal=gone, actions=gone, reward=gone, fired=gone, stale=True
            )  # fmt: skip
        requests = done.requests
        asked = {name: next((one["slots"] for one in requests if one["buffer"] == name), None) for name in MODULES}
        actions = [one for one in requests if one["buffer"] not in MODULES]
        nothing: Any = Absent(f"`{rule['name']}` asks nothing of it")
        unrewarded: Any = Absent(f"`{rule['name']}` brings no reward")
        no: Any = ABSENT
        time = seconds(inputs.time)
        return self.Out(
            changes=done.changes,
            retrieval=nothing if asked["retrieval"] is None else asked["retrieval"],
            imaginal=nothing if asked["imaginal"] is None else asked["imaginal"],
            actions=actions or nothing,
            reward=unrewarded if rule["reward"] is None else rule["reward"],
            fired={
                "rule": rule["name"], "time": time, "chosen": inputs.instance.get("chosen", time),
                "bindings": done.bindings, "tested": done.tested, **({"said": done.said} if done.said else {}),
            },
            stale=no,
        )  # fmt: skip
