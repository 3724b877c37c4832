"""`planning.transition`: what one action leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import expression_problems
from studio.nodes.planning._forecast import next_state
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Formula, Plain
from studio.support.expressions import Expression


@node("planning.transition", title="One step", category="Planning", icon="step")
class Transition(Node):
    """Give the state that one action leads to, by a formula: a world that is acted upon, or a model that watches it.

    The formula gives the next state from `state`, `action` and `z` (null if nothing is wired); settings of the
    configuration are names, too.
    """

    class Params(Fields):
        next: str = param(help="The next state, as in `state + action`.", editor={"kind": "expression"})

    class In(Fields):
        state: Any = port(help="The state.")
        action: Any = port(help="The action.")
        configuration: dict[str, Any] = port(help="Settings by name.")
        z: Any = port(None, help="What else decides, as drawn by chance.")

    class Out(Fields):
        state: Any = port(help="The next state.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from expression_problems(params.next)

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**next_state(vars(inputs), Expression.parse(params.next)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(next_state, {"next": Formula(params.next)}, inputs="mapping", takes_firing=False)
