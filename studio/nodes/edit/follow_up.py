"""`edit.follow_up`: what became of a suggestion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.edit._follow_up import TIMES, follow_up
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("edit.follow_up", title="What became of it", category="Code", icon="history", blocking=True,
      limits="1,500 characters around a suggestion")  # fmt: skip
class FollowUp(Node):
    """Look again, some time after a suggestion was accepted or rejected, at what stands there.

    After 15, 30, 120, 300 and 600 seconds an accepted text counts as still in the code if half of its words or fewer
    were changed, within 50 characters of its place, else within 1,500; the place moves with what is typed before it.
    After 30 seconds the code there is captured, if allowed, also for a rejected one. Feed `pending` back into itself
    by an edge with `hold`. Source: GitHub Copilot's telemetry (copilot-explorer, extension 1.57).
    """

    class Params(Fields):
        times: list[Any] = param(TIMES, help="Seconds after the decision.")
        capture_at: float = param(30.0, ge=0, help="After which of these the code is captured.")
        capture: bool = param(False, help="Capture it: only if the person allows it.")

    class In(Fields):
        state: Any = port(help="The editor now: the `state` of *edit.keystroke*.")
        decision: Any = port(None, help="What was decided now, or null.")
        change: Any = port(None, help="What changed now, or null.")
        pending: list[Any] = port([], help="The checks that were pending.")
        until: Any = port(None, help="When the next event comes; null: none comes, all checks are due.")

    class Out(Fields):
        checks: list[Any] = port(
            help="Those that were due: `due`, `after`, `accepted`, `found`, `share` of words changed, `within`, `code`."
        )
        pending: list[Any] = port(help="The checks that are still pending.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not all(type(one) in (int, float) and one >= 0 for one in params.times):
            yield "`times` is a list of seconds."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**follow_up(**vars(inputs), **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(follow_up, changed(params), takes_firing=False)
