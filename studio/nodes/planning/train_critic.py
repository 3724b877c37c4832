"""`planning.train_critic`: a critic learns to foretell what a state will come to cost."""

from __future__ import annotations

from typing import Any

from studio.nodes.planning._forecast import key_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("planning.train_critic", title="Train the critic", category="Planning", icon="history", stores={"store": "write"})
class TrainCritic(Node):
    """Teach a critic by what was remembered: the state at t should foretell the cost that was recorded at t + δ.

    TC(s) ← TC(s) + rate·(cost at t + δ − TC(s)), each time a new record has come (LeCun 2022, section 3, training the
    critic).  δ and the rate are `delta` and `critic_rate` of the configuration, or the params.
    """

    class Params(Fields):
        store: str = store_param("kv")
        delta: int = param(1, ge=1, le=10_000, help="δ, in records.")
        rate: float = param(0.5, ge=0, le=1, help="How far it goes towards what it should say.")

    class In(Fields):
        records: list[Any] = port(help="What is remembered, oldest first: objects with `state` and `cost`.")
        configuration: dict[str, Any] = port(None, help="Settings by name.")

    class Out(Fields):
        state: Any = port(help="The state that it learned about; absent if there is no record so old.")
        value: float = port(help="What it says of it now.")
        wrong: float = port(help="By how much it was wrong before.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        settings = inputs.configuration or {}
        delta, rate = settings.get("delta", params.delta), settings.get("critic_rate", params.rate)
        if len(inputs.records) <= delta:
            none: Any = Absent(f"nothing was recorded {delta} records ago")
            return self.Out(state=none, value=none, wrong=none)
        state, cost = inputs.records[-1 - delta]["state"], inputs.records[-1]["cost"]
        known = ask(ctx, params.store, "kv", "get", key=key_of(state)).get("value", 0.0)
        value = known + rate * (cost - known)
        ask(ctx, params.store, "kv", "set", key=key_of(state), value=value)
        return self.Out(state=state, value=value, wrong=cost - known)
