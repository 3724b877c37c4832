"""`debug.log`: leaves a note in the trace."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port


@node("debug.log", title="Note in the trace", category="Debug", icon="note")
class Log(Node):
    """Note a value in the trace, with a label.

    The value passes through unchanged, so that the node can stand in any wire.
    """

    class Params(Fields):
        label: str = param("", help="What the note is about; the node's path if empty.")

    class In(Fields):
        value: Any = port(help="What to note.")

    class Out(Fields):
        value: Any = port(help="The same value.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        ctx.log(params.label or ctx.node, inputs.value)
        return self.Out(value=inputs.value)
