"""`monitor.alarms`: tells a graph what was noticed about its own run."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.support.values import Absent


@node(
    "monitor.alarms",
    title="Alarms of this run",
    category="Logic",
    icon="history",
    effects="reads",
    needs_approval=False,
    standalone="a script has no guard that watches how it behaves",
)
class Alarms(Node):
    """Tell what was noticed about this run since it was asked last.

    Noticed is that the run stalls, goes in circles, puts work off, or wanders.  So an agent can notice its own
    circling: wire `message` to a prompt, or `kind` to a switch.  Alarms raised in the ticks before are told, each once;
    where there is none, all outputs but `alarms` are absent.  It belongs into the top graph: there every earlier tick
    is over, so that the same run is told the same.
    """

    class Out(Fields):
        message: str = port(help="The gravest of them as a sentence; absent if there is none.")
        kind: str = port(help="Its kind: stall, procrastination, circle, waiting or wander; absent if there is none.")
        level: str = port(help="`stop` where the limits of the graph say that it goes on too long, else `warn`.")
        module: str = port(help="The module it is about; absent if it is about the whole run.")
        alarms: list[Any] = port(help="All of them, oldest first: objects with t, kind, level, msg and module.")

    async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Out:
        found = await ctx.alarms()
        if not found:
            none: Any = Absent("no alarm was raised")
            return self.Out(message=none, kind=none, level=none, module=none, alarms=[])
        gravest = next((one for one in reversed(found) if one["level"] == "stop"), found[-1])
        about: Any = gravest.get("module") or Absent("the alarm is about the whole run")
        return self.Out(
            message=gravest["msg"], kind=gravest["kind"], level=gravest["level"], module=about, alarms=found
        )
