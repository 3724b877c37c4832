"""`activation.spreading`: what stands in buffers brings to mind what goes with it."""

from __future__ import annotations

from typing import Any

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.activation._terms import association, fan, sources
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("activation.spreading", title="Spreading activation", category="Activation", icon="branch")
class Spreading(Node):
    """Reckon what the chunks in the buffers add to the activation of those that go with them.

    Σ W_k/n · (S − ln(fan_j)) over the n slots of each buffer k that hold a chunk j, for chunks that hold j or are it;
    fan_j is 1 + the number of slots in memory that hold j (Anderson 2007, section 3; the fan effect).  Numbers, texts
    in quotes and what a chunk `isa` spread nothing.  Without *strength* nothing spreads.
    """

    class Params(Fields):
        strength: float | None = param(None, help="S, the strength of an association at the most.")
        weights: dict[str, Any] = param({"goal": 1.0}, help="W of each buffer that spreads, by name.")

    class In(Fields):
        candidates: dict[str, Any] = port(help="Entries of a memory by name.")
        memory: dict[str, Any] = port(help="All of the memory, for the fans.")
        buffers: dict[str, Any] = port(help="The buffers, as *chunks.buffers* gives them.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        terms: dict[str, Any] = port(help="What is added, by name; absent if nothing spreads.")
        sources: list[Any] = port(help="What spreads: objects with `name`, `weight` and `fan`.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        strength = setting(inputs.settings, "strength", params.strength)
        if strength is None:
            nothing: Any = Absent("nothing spreads without a strength")
            return self.Out(terms=nothing, sources=[])
        found = sources(inputs.buffers, setting(inputs.settings, "weights", params.weights))
        fans = {source: fan(inputs.memory, source) for source, _ in found}
        return self.Out(
            terms={
                name: sum(
                    weight * association(name, entry["slots"], source, strength, fans[source])
                    for source, weight in found
                )
                for name, entry in inputs.candidates.items()
            },
            sources=[{"name": source, "weight": weight, "fan": fans[source]} for source, weight in found],
        )
