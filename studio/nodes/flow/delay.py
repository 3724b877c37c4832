"""`flow.delay`: waits before a value goes on."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port


@node(
    "flow.delay",
    category="Flow",
    icon="clock",
    effects="reads",
    needs_approval=False,
    limits="`--clock` does not wait; the run's limit of seconds counts",
)
class Delay(Node):
    """Wait some seconds, then pass the value on.

    Paces a loop that watches something.  A replayed run does not wait.
    """

    class Params(Fields):
        seconds: float = param(1.0, ge=0, le=86_400, help="How long to wait.")

    class In(Fields):
        value: Any = port(True, help="What to pass on; `true` if nothing is wired here.")

    class Out(Fields):
        value: Any = port(help="The value, after the wait.")

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        await ctx.sleep(params.seconds)
        return self.Out(value=inputs.value)
