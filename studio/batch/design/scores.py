"""All scores of an experiment, as a worker has them: made from JSON, they score runs one after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.batch.design.functions import Code, Function, by_function, loaded
from studio.batch.design.judges import Judge
from studio.batch.design.score import Outcome, Score, Scored, by_expression, no_score, outcome_of
from studio.batch.design.variants import Variant
from studio.graph.model import Graph
from studio.plugins.registries import require_own_types
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.batch.design.plan import Plan
    from studio.engine.result import RunResult

Play = Callable[[str, Graph, Mapping[str, Json], Mapping[str, Any]], Awaitable["RunResult"]]
"""How a judge is run: for which run it judges, its graph, its inputs, and keywords of `arun`."""


class Scoring:
    """Scores runs. `play` runs the judges; without one, what they do is kept nowhere."""

    def __init__(
        self,
        scores: Sequence[Score],
        judges: Mapping[str, tuple[Judge, Mapping[str, Any]]],
        functions: Mapping[str, tuple[Function, str]],
        play: Play | None = None,
    ) -> None:
        self._scores = tuple(scores)
        self._judges = judges
        self._functions = functions
        self._play = play or _unrecorded

    @classmethod
    def from_json(cls, spec: Json, play: Play | None = None) -> Scoring:
        """Make what `scoring_json` told of; this imports the functions. Raises StudioError if one cannot be."""
        scores = [Score(one["name"], one["kind"], one["said"]) for one in spec["scores"]]
        by_name = {one.name: one for one in scores}
        judges = {name: _judge(by_name[name], told) for name, told in spec.get("judges", {}).items()}
        functions = {}
        for name, told in spec.get("functions", {}).items():
            code = Code.from_json(told)
            functions[name] = loaded(code), code.file
        return cls(scores, judges, functions, play)

    async def scores(
        self, told: Mapping[str, Json], row: Mapping[str, Json], run: str
    ) -> tuple[dict[str, float | None], dict[str, str]]:
        """Return the scores of a run by name, and why some of them are missing (None). `told` is what its worker tells
        of it (`score.outcome_of`), `row` the values of its row.

        Raises EnvironmentProblem where a judge cannot be run at all; whatever else goes wrong is a reason.
        """
        outcome = outcome_of(told)
        found: dict[str, float | None] = {}
        missing: dict[str, str] = {}
        for score in self._scores:
            one = await self._scored(score, outcome, row, run)
            found[score.name] = one.value
            if one.value is None:
                missing[score.name] = one.reason
        return found, missing

    async def _scored(self, score: Score, outcome: Outcome, row: Mapping[str, Json], run: str) -> Scored:
        if score.kind == "expression":
            return by_expression(score, outcome, row)
        if score.kind == "function":
            return by_function(score, *self._functions[score.name], outcome, row)
        judge, options = self._judges[score.name]
        given = judge.given(outcome, row)
        if isinstance(given, Scored):
            return given
        try:
            result = await self._play(run, judge.graph, given, options)
        except EnvironmentProblem:
            raise
        except StudioError as error:
            return no_score(score.name, f"The judge could not be run: {error}")
        return judge.read(result.status, result.outputs)


def scoring_json(plan: Plan, approve: Sequence[str] = ()) -> Json:
    """Return how the runs of a plan are scored, for workers; None if they are not. `approve` are hashes of what judges
    may do that are approved (`trusting.approved_hashes`).

    Judges are asked by the experiment's model, never by that of a variant.
    """
    experiment = plan.experiment
    if not experiment.scores:
        return None
    options = plan.options_of(Variant()) | ({"approve": sorted(approve)} if approve else {})
    return {
        "scores": [{"name": one.name, "kind": one.kind, "said": one.said} for one in experiment.scores],
        "judges": {
            name: {
                "text": judge.graph.to_text(),
                "base": str(judge.graph.base or ""),
                "options": options,
            }
            for name, judge in plan.judges.items()
        },
        "functions": {name: code.to_json() for name, code in plan.functions.items()},
    }


def _judge(score: Score, told: Mapping[str, Json]) -> tuple[Judge, dict[str, Any]]:
    base = Path(told["base"]) if told["base"] else None
    graph = Graph.from_text(told["text"], name=score.said, base=base)
    options = dict(told["options"])
    return Judge(score, graph, require_own_types(graph, options.get("approve", ()))), options


async def _unrecorded(run: str, graph: Graph, inputs: Mapping[str, Json], options: Mapping[str, Any]) -> RunResult:
    from studio.engine.run import arun
    from studio.trace.memory import MemoryLog

    return await arun(graph, inputs, log=MemoryLog(), **options)
