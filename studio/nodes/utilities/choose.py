"""`utilities.choose`: one rule of those that match."""

from __future__ import annotations

from typing import Any

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.activation._terms import logistic
from studio.nodes.utilities._choosing import probabilities
from studio.spec import Fields, Node, RunContext, node, param, port


@node(
    "utilities.choose",
    title="Choose by utility",
    category="Utilities",
    icon="rank",
    effects="reads",
    needs_approval=False,
)
class Choose(Node):
    """Choose the candidate of the highest utility plus noise; of equal ones the first.

    The noise is logistic, of scale s.  `probabilities` are those of ACT-R, P(i) = exp(U_i / (√2 s)) / Σ (Anderson
    2007), an approximation.
    """

    class Params(Fields):
        noise: float = param(0.0, ge=0, help="s, the scale of the noise; 0 for none.")

    class In(Fields):
        candidates: list[Any] = port(help="Objects with `utility`.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        chosen: dict[str, Any] = port(help="The candidate.")
        utilities: list[Any] = port(help="Utility plus noise of each candidate.")
        probabilities: list[Any] = port(help="How probable the choice of each was.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        scale = setting(inputs.settings, "utility_noise", params.noise)
        plain = [float(one["utility"]) for one in inputs.candidates]
        noisy = [value + logistic(ctx.random.uniform(1e-12, 1 - 1e-12), scale) if scale else value for value in plain]
        best = max(range(len(noisy)), key=noisy.__getitem__)
        return self.Out(chosen=inputs.candidates[best], utilities=noisy, probabilities=probabilities(plain, scale))
