"""`activation.noise`: chance in what comes to mind."""

from __future__ import annotations

from typing import Any

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.activation._terms import logistic
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("activation.noise", title="Noise", category="Activation", icon="dice", effects="reads", needs_approval=False)
class Noise(Node):
    """Draw a number for each candidate from the logistic distribution of scale s: its variance is π²s²/3.

    The seed of the run decides it.  Without noise (s = 0) nothing is drawn and `terms` is absent.
    """

    class Params(Fields):
        noise: float = param(0.0, ge=0, help="s, the scale.")

    class In(Fields):
        candidates: dict[str, Any] = port(help="Entries of a memory by name.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        terms: dict[str, Any] = port(help="The number of each, by name.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        scale = setting(inputs.settings, "noise", params.noise)
        if scale == 0:
            nothing: Any = Absent("there is no noise")
            return self.Out(terms=nothing)
        # Never quite 0 or 1, where the logarithm would end.
        return self.Out(
            terms={name: logistic(ctx.random.uniform(1e-12, 1 - 1e-12), scale) for name in inputs.candidates}
        )
