"""Scores by a graph that judges: it is given outputs and columns by the names of its inputs, and says a number.

It is run by whoever runs the batch, as any graph is; here stands what goes in and what is made of what comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studio.batch.design.fitting import inputs_of
from studio.batch.design.score import NAMES, SCORE, Outcome, Score, Scored, scored
from studio.graph.model import Graph
from studio.graph.ports import body_fields
from studio.graph.scope import Scope
from studio.spec.registry import Registry
from studio.spec.types import value_check
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.values import Json

_SCORES: Final = ("number", "integer", "boolean")


class Judge:
    """A graph that judges the runs of an experiment. `inputs` are what it takes, `output` is where its score comes."""

    def __init__(self, score: Score, graph: Graph, registry: Registry) -> None:
        """Raises UsageError if the graph has no output that could be the score."""
        self.score = score
        self.graph = graph
        self.registry = registry
        self.inputs = inputs_of(graph, registry)
        self.output = _output(score, graph, registry)

    def check(self, outputs: Mapping[str, Json], columns: tuple[str, ...]) -> None:
        """Raise UsageError if the judge needs an input that no run of these outputs and columns has."""
        known = (*outputs, *columns, *NAMES)
        for name, field in self.inputs.items():
            if field.required and name not in known:
                raise UsageError(
                    f"The judge `{self.score.said}` needs the input `{name}`, which is no output and no column.",
                    where=self.score.place,
                    hint=near(name, known) or f"Outputs: {', '.join(outputs) or 'none'}.",
                )

    def given(self, outcome: Outcome, row: Mapping[str, Json]) -> dict[str, Json] | Scored:
        """Return the judge's inputs for a run, or why it cannot judge: it needs something that this run has not got."""
        names = outcome.names(row)
        found: dict[str, Json] = {}
        for name, field in self.inputs.items():
            check = value_check(field.type)
            fits = name in names and (check is None or check(names[name]))
            if fits:
                found[name] = names[name]
            elif field.required or (name in names and names[name] is not None):
                why = "has another type" if name in names else "has no value"
                failed = "" if outcome.status == "ok" else f" The run is {outcome.status}."
                return Scored(self.score.name, None, f"The judge's input `{name}` {why}.{failed}")
        return found

    def read(self, status: str, outputs: Mapping[str, Json]) -> Scored:
        """Return the score from what the judge gave."""
        if status != "ok":
            return Scored(self.score.name, None, f"The judge's run is {status}.")
        if self.output:
            if self.output not in outputs:
                return Scored(self.score.name, None, f"The judge gave no `{self.output}`.")
            return scored(self.score.name, outputs[self.output])
        numbers = {name: value for name, value in outputs.items() if isinstance(value, int | float)}
        if len(numbers) != 1:
            said = ", ".join(f"`{name}`" for name in numbers) or "none"
            return Scored(self.score.name, None, f"The judge should give one number; it gave: {said}.")
        return scored(self.score.name, next(iter(numbers.values())))


def _output(score: Score, graph: Graph, registry: Registry) -> str:
    """Return the output that holds the score: `score`, else the only one that can be a number; "" if only the values
    will tell."""
    outputs = body_fields(Scope(graph), registry)[1]
    if SCORE in outputs:
        return SCORE
    numbers = [name for name, field in outputs.items() if field.type in _SCORES]
    if len(numbers) == 1:
        return numbers[0]
    open_ones = [name for name, field in outputs.items() if field.type in ("any", "json")]
    if not numbers and len(open_ones) == 1:
        return open_ones[0]
    if numbers or not open_ones:
        named = ", ".join(f"`{name}`" for name in numbers or outputs) or "none"
        raise UsageError(
            f"The judge `{score.said}` has no output `{SCORE}`, and no only number among its outputs: {named}.",
            where=score.place,
            hint=f"Call one `{SCORE}`.",
        )
    return ""
