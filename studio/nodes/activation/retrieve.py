"""`activation.retrieve`: the chunk that comes to mind, and how long that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from studio.nodes.activation._settings import SYMBOLIC, setting, settings_port
from studio.nodes.activation._terms import latency, recall_probability
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("activation.retrieve", title="Retrieve the best", category="Activation", icon="rank")
class Retrieve(Node):
    """Choose the candidate of the highest activation that reaches the threshold, and say how long its retrieval takes.

    The activation is the sum of the terms that are wired; of equal ones the first in memory wins.  It takes F·exp(−f·A)
    seconds; if nothing reaches τ, it fails after F·exp(−f·τ).  `probability` is that of recall, 1 / (1 + exp((τ −
    A)/s)), of the candidate that came first, with A as it is without noise (Anderson 2007).  A symbolic memory
    (*subsymbolic* false) knows no activation: the first candidate, after a fixed time.
    """

    class Params(Fields):
        threshold: float = param(0.0, help="τ, the activation that a chunk must reach.")
        latency_factor: float = param(1.0, ge=0, help="F, in seconds.")
        latency_exponent: float = param(1.0, help="f.")
        noise: float = param(0.0, ge=0, help="s of the noise, for the probability of recall.")
        subsymbolic: bool = param(True, help="Whether chunks have activations.")
        symbolic_latency: float = param(0.05, ge=0, help="Seconds that a retrieval takes if they have none.")
        symbolic_choice: Literal["first", "last"] = param(
            "first",
            choices=SYMBOLIC,
            help="Which candidate is retrieved if they have none: the first or the last in memory.",
        )
        least: float = param(0.05, ge=0, help="If 0, what was first used at this very moment cannot be retrieved yet.")

    class In(Fields):
        candidates: dict[str, Any] = port(help="Entries of a memory by name.")
        terms: list[Any] = port((), many=True, help="Parts of the activation: objects with a number by name.")
        noise: dict[str, Any] = port(None, help="The part of the activation that is noise, by name.")
        time: float = port(0, help="The second.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        chunk: dict[str, Any] = port(help="The best: `name` and `slots`; absent if nothing was found.")
        latency: float = port(help="Seconds until it is there, or until it is clear that there is none.")
        report: dict[str, Any] = port(
            help="All of it: `found`, `chunk` (its name), `latency`, `activation`, `probability`, and the "
            "`activations` of all candidates by name."
        )

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        known = inputs.settings
        sums: dict[str, float] = {}
        activation = probability = None
        if setting(known, "subsymbolic", params.subsymbolic):
            noise = inputs.noise or {}
            sums = activations(inputs.candidates, [*inputs.terms, noise])
            threshold = setting(known, "threshold", params.threshold)
            best = max(sums, key=sums.__getitem__, default=None)
            if best is not None:
                scale = setting(known, "noise", params.noise)
                probability = recall_probability(sums[best] - noise.get(best, 0.0), threshold, scale)
            if best is not None and sums[best] >= threshold:
                activation = sums[best]
            else:
                best = None
            takes = latency(
                threshold if activation is None else activation,
                setting(known, "latency_factor", params.latency_factor),
                setting(known, "latency_exponent", params.latency_exponent),
            )
        else:
            least = setting(known, "least", params.least)
            takes = setting(known, "symbolic_latency", params.symbolic_latency)
            there = [name for name, one in inputs.candidates.items() if least or one["created"] < inputs.time]
            last = setting(known, "symbolic_choice", params.symbolic_choice) == "last"
            best = there[-1 if last else 0] if there else None
        none: Any = Absent("no chunk was found")
        return self.Out(
            chunk=none if best is None else {"name": best, "slots": inputs.candidates[best]["slots"]},
            latency=takes,
            report={
                "found": best is not None, "chunk": best, "latency": takes, "activation": activation,
                "probability": probability, "activations": sums,
            },
        )  # fmt: skip


def activations(candidates: Mapping[str, Any], terms: Sequence[Any]) -> dict[str, float]:
    """Return the sum of the terms of each candidate; one with a term of null is left out."""
    return {
        name: sum((term.get(name, 0.0) for term in terms), 0.0)
        for name in candidates
        if all(term.get(name, 0.0) is not None for term in terms)
    }
