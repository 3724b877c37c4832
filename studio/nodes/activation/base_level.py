"""`activation.base_level`: how much a chunk was used, and how lately."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.activation._settings import BASE_LEVELS, setting, settings_port
from studio.nodes.activation._terms import base_level
from studio.nodes.chunks._values import seconds
from studio.spec import Fields, Node, RunContext, node, param, port


@node("activation.base_level", title="Base level", category="Activation", icon="history")
class BaseLevel(Node):
    """Reckon the base level of chunks: how much each was used, and how lately.

    *exact*: B = ln(Σ t^−d) over the seconds since each use.  *optimised*: ln(n / (1 − d)) − d·ln(L), n uses and L
    seconds since the chunk was made (ACT-R 7 reference manual; Anderson 2007).  *optimised_last* takes L since the
    last use, which is another number: it is what pyactr does.  *off*: the constant.
    """

    class Params(Fields):
        base_level: Literal["off", "exact", "optimised", "optimised_last"] = param(
            "exact", choices=BASE_LEVELS, help="Which formula."
        )
        decay: float = param(0.5, ge=0.001, le=0.999, help="d, the decay.")
        base_constant: float = param(0.0, help="Added to every base level.")
        least: float = param(
            0.05, ge=0, help="Seconds that a use is ago at least; 0: a use of this moment does not count yet."
        )

    class In(Fields):
        candidates: dict[str, Any] = port(help="Entries of a memory by name.")
        time: float = port(help="The second.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        terms: dict[str, Any] = port(help="The base level by name; null for what was never used before now.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        known, now = inputs.settings, seconds(inputs.time)
        kind = setting(known, "base_level", params.base_level)
        return self.Out(
            terms={
                name: base_level(
                    entry["uses"], entry["created"], now, kind=kind, decay=setting(known, "decay", params.decay),
                    constant=setting(known, "base_constant", params.base_constant),
                    least=setting(known, "least", params.least),
                )
                for name, entry in inputs.candidates.items()
            }
        )  # fmt: skip
