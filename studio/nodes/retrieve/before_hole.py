"""`retrieve.before_hole`: what a search may show where something is to be found out."""

from __future__ import annotations

from typing import Any

from studio.nodes.retrieve._finding import keep_before_hole
from studio.nodes.retrieve._ranking import LIMITS
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("retrieve.before_hole", title="Leave out the hole", category="Documents", icon="filter", limits=LIMITS)
class BeforeHole(Node):
    """Leave out the windows that show what shall be found out, and keep the best of the others.

    A window is dropped only if every place of it is in the hole's file and ends after the prompt begins. Source:
    RepoCoder (`search_code.py`), which keeps the 20 best.
    """

    class Params(Fields):
        k: int = param(20, ge=1, le=200_000, help="At most so many hits.")

    class In(Fields):
        hits: list[Any] = port(help="Windows with `places`, or with `source` and `end_line`, best first.")
        hole: Any = port(None, help="`source` and `start_line` (from 1) of the prompt; without it nothing is dropped.")

    class Out(Fields):
        hits: list[Any] = port(help="The best of those that may be shown, with a new `rank`.")
        dropped: int = port(help="How many show the hole.")
        length: int = port(help="How many hits there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**keep_before_hole(inputs.hits, inputs.hole, k=params.k))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(keep_before_hole, changed(params), takes_firing=False)
