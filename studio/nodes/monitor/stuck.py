"""`monitor.stuck`: tells when an agent goes in circles."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent
from studio.tools.stuck import Signs, sign_of_circles


@node("monitor.stuck", title="Stuck monitor", category="Logic", icon="history", limits="100,000 events")
class Stuck(Node):
    """Tell when an agent goes in circles, from what it did.

    Events are actions, `{action, result, failed}`, or messages, `{message}`, oldest first; a list store keeps them.
    Signs are: the same action with the same result 4 times; the same action 3 times, all of which failed; the same
    message 3 times with nothing between; two actions in turn for 6 steps. (OpenHands, `openhands/controller/stuck.py`.)
    """

    class Params(Fields):
        pairs: int = param(4, ge=0, le=1_000, help="So often the same action with the same result; 0: never a sign.")
        failures: int = param(3, ge=0, le=1_000, help="So often the same action, failing each time; 0: never a sign.")
        messages: int = param(3, ge=0, le=1_000, help="So often the same message, nothing between; 0: never a sign.")
        alternations: int = param(6, ge=0, le=1_000, help="So many steps of two actions in turn; 0: never a sign.")

    class In(Fields):
        events: list[Any] = port(help="What was done, oldest first.")

    class Out(Fields):
        stuck: bool = port(help="True if it goes in circles.")
        free: bool = port(help="True if it does not.")
        sign: str = port(help="Which sign: pairs, failures, messages or alternations; absent if it is free.")
        why: str = port(help="The sign as a sentence; absent if it is free.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if not all(isinstance(event, dict) and ("action" in event or "message" in event) for event in inputs.events):
            raise NodeError(
                "an event is neither an action nor a message.",
                hint="Events are objects with `action` and `result`, or with `message`.",
                code="input",
            )
        if len(inputs.events) > 100_000:
            raise NodeError("there are more than 100,000 events.", hint="Wire the last ones.", code="too_many")
        signs = Signs(
            pairs=params.pairs, failures=params.failures, messages=params.messages, alternations=params.alternations
        )
        sign, why = sign_of_circles(inputs.events, signs)
        free: Any = Absent("it does not go in circles")
        return self.Out(stuck=bool(sign), free=not sign, sign=sign or free, why=why or free)
