"""`utilities.learn`: a reward changes what the rules that led to it are worth."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.activation._settings import SINCE, setting, settings_port
from studio.nodes.store._ops import ask, store_param
from studio.nodes.utilities._choosing import learned
from studio.spec import Fields, Node, RunContext, node, param, port


@node("utilities.learn", title="Learn utilities", category="Utilities", icon="history", stores={"rules": "write"})
class Learn(Node):
    """Change what rules are worth by a reward: U ← U + α(R − U) for each firing since the last reward.

    R is the reward less the seconds from the firing to it (Anderson 2007; Fu and Anderson 2006).  *since* `choice`
    counts from the choice of the rule, as pyactr and ACT-R's program do.  The rules are a *kv* store of objects with
    `utility`.
    """

    class Params(Fields):
        rules: str = store_param("kv")
        rate: float = param(0.2, ge=0, le=1, help="α, the rate of learning.")
        since: Literal["firing", "choice"] = param("firing", choices=SINCE, help="From when the seconds count.")

    class In(Fields):
        reward: float = port(help="The reward.")
        fired: list[Any] = port(help="The firings since the last reward: objects with `rule`, `time` and `chosen`.")
        time: float = port(help="The second.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        utilities: dict[str, Any] = port(help="The new utilities of the rules that fired, by name.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        rules = ask(ctx, params.rules, "kv", "all")
        made = learned(
            rules, inputs.fired, inputs.reward, inputs.time,
            rate=setting(inputs.settings, "utility_rate", params.rate),
            since=setting(inputs.settings, "reward_since", params.since),
        )  # fmt: skip
        for name, utility in made.items():
            ask(ctx, params.rules, "kv", "set", key=name, value={**rules[name], "utility": utility})
        return self.Out(utilities=made)
