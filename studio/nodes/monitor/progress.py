"""`monitor.progress`: says that a run has achieved something."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port


@node("monitor.progress", title="Progress", category="Logic", icon="check")
class Progress(Node):
    """Say that something was achieved, so that no alarm is raised about repeating or wandering on the way.

    Each firing with another value than the last is progress: wire a score, a count of closed tasks, or what was
    delivered.  A value that stays the same is none.
    """

    class In(Fields):
        value: Any = port(help="What has moved: a number, a text, anything.")

    class Out(Fields):
        value: Any = port(help="The same value.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(value=inputs.value)
