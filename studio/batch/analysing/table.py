"""The results of a batch as a table: one line per run, and the views of it that statistics ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from studio.batch.design.spec import Experiment
from studio.batch.design.variants import Variant
from studio.batch.sessions import experiment_of_batch, variants_of_batch
from studio.batch.statistics import Labels, Method, Scores
from studio.support.errors import EnvironmentProblem
from studio.support.values import Json, decode
from studio.trace.batches import Batch, Batches, facts_of, scores_of

MEASURES: Final = ("cost_usd", "tokens", "calls", "seconds", "firings", "ticks")
"""What a run took, beside its scores. Money is in US dollars, time in seconds."""

OUTCOMES: Final = ("status", "dynamics")
"""Variables that only come of a run."""


@dataclass(frozen=True, slots=True)
class Line:
    """One run. `scores` are None where there is none (`missing` says why); `measures` are those of `MEASURES` that are
    known; `dynamics` is the class of its behaviour, "" if none was told."""

    run: str
    graph: str
    variant: str
    row: int
    seed: int
    status: str
    scores: Mapping[str, float | None]
    missing: Mapping[str, str]
    measures: Mapping[str, float]
    dynamics: str
    error: str
    judges: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return the line flat, as tables of other programs want it."""
        return {
            "run": self.run, "graph": self.graph, "variant": self.variant, "row": self.row, "seed": self.seed,
            "status": self.status, **{f"score.{name}": value for name, value in self.scores.items()}, **self.measures,
            "dynamics": self.dynamics, "error": self.error,
        }  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A batch with its lines in the order of the plan. An *arm* is a graph under a variant; arms are named by the
    variant, and by the graph too where there are several."""

    batch: Batch
    experiment: Experiment
    variants: Mapping[str, Variant]
    lines: Sequence[Line]
    rows: Sequence[Mapping[str, Json]] = ()
    """Values of the rows of data; empty if they were not kept."""
    compared: Mapping[str, str] = field(default_factory=dict)
    """With which arm an arm is compared."""

    @cached_property
    def by_arm(self) -> Mapping[str, list[Line]]:
        """The lines of each arm, arms in order of appearance."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(self.arm_of(line), []).append(line)
        return found

    @property
    def arms(self) -> list[str]:
        """The names of all arms that have lines."""
        return list(self.by_arm)

    def arm_of(self, line: Line) -> str:
        """Return the name of a line's arm."""
        return arm_name(line.graph, line.variant, several=len(self.experiment.graphs) > 1)

    def variant_of(self, arm: str) -> Variant:
        """Return the variant of an arm."""
        return self.variants[self.by_arm[arm][0].variant]

    @property
    def scores(self) -> list[str]:
        """The names of all scores, the main one first."""
        main = self.experiment.main
        names = [one.name for one in self.experiment.scores]
        return sorted(names, key=lambda name: main is None or name != main.name)

    def scores_of(self, arm: str, score: str) -> Scores:
        """Return a score of all runs of an arm, None where a run has none."""
        return {(line.row, line.seed): line.scores.get(score) for line in self.by_arm[arm]}

    def method_for(self, score: str, method: Method) -> Method:
        """Return how a score is judged: in every arm, and in every comparison of arms, a failed run counts as the worst
        that any arm got."""
        seen = [value for line in self.lines if (value := line.scores.get(score)) is not None]
        if not seen or method.scale is not None or all(isinstance(value, bool) for value in seen):
            return method
        return replace(method, worst=float(min(seen) if method.better == "higher" else max(seen)))

    def measures_of(self, arm: str, measure: str) -> Scores:
        """Return what runs of an arm took; runs of which it is not known are left out."""
        lines = self.by_arm[arm]
        return {(one.row, one.seed): one.measures[measure] for one in lines if measure in one.measures}

    def classes_of(self, arm: str) -> Labels:
        """Return the class of behaviour of each run, None where none was told."""
        return {(line.row, line.seed): line.dynamics or None for line in self.by_arm[arm]}

    def grouped(self, by: str) -> Mapping[str, list[Line]]:
        """Return all lines by the value of a variable: `graph`, `variant`, `seed`, `status`, `dynamics`, a setting
        that the experiment varies, or a column of the data. Lines without it stand under ""."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(self._value(line, by), []).append(line)
        return found

    @property
    def variables(self) -> list[str]:
        """What lines can be grouped by."""
        columns = {name: None for row in self.rows for name in row}
        return list(dict.fromkeys([*self.settings, "seed", "row", *OUTCOMES, *columns]))

    @cached_property
    def settings(self) -> list[str]:
        """Variables that tell arms apart: graph, variant, and all that variants set."""
        found = ["graph", "variant", *self.experiment.vary]
        for one in self.variants.values():
            found += [*one.settings, *(f"input:{name}" for name in one.inputs)]
            found += ["model"] if one.model is not None else []
        return list(dict.fromkeys(found))

    def to_records(self) -> list[dict[str, Json]]:
        """Return all runs, one flat object each: `run, graph, variant, arm, row, seed, status`, `score.NAME`, measures,
        `dynamics, error`, `missing.NAME` (why a score is missing), `set.SETTING` (what the variant sets) and
        `row.COLUMN` (the data), every run with the same keys."""
        set_by = {name: _settings_of(one) for name, one in self.variants.items()}
        keys: dict[str, Json] = dict.fromkeys(
            ["run", "graph", "variant", "arm", "row", "seed", "status", *(f"score.{name}" for name in self.scores),
             *MEASURES, "dynamics", "error", *(f"missing.{name}" for name in self.scores),
             *(f"set.{name}" for one in set_by.values() for name in one),
             *(f"row.{name}" for row in self.rows for name in row)]
        )  # fmt: skip
        return [keys | self._record(line, set_by) for line in self.lines]

    def _record(self, line: Line, set_by: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
        row = self.rows[line.row] if line.row < len(self.rows) else {}
        return {
            **line.as_json(), "arm": self.arm_of(line),
            **{f"missing.{name}": why for name, why in line.missing.items() if name in self.scores},
            **{f"set.{name}": value for name, value in set_by.get(line.variant, {}).items()},
            **{f"row.{name}": value for name, value in row.items()},
        }  # fmt: skip

    def to_frame(self) -> Any:
        """Return all runs as a pandas DataFrame. Raises EnvironmentProblem if pandas is not installed."""
        try:
            import pandas  # type: ignore[import-not-found, import-untyped, unused-ignore]
        except ImportError:
            raise EnvironmentProblem(
                "A DataFrame needs pandas, which is not installed.",
                hint="`pip install pandas`, or take `to_records()`.",
            ) from None
        return pandas.DataFrame.from_records(self.to_records())

    def _value(self, line: Line, by: str) -> str:
        if by in ("graph", "variant", "seed", "row", "status", "dynamics"):
            return str(getattr(line, by))
        variant = self.variants[line.variant]
        if by in variant.settings:
            return str(variant.settings[by])
        if by == "model" and variant.model is not None:
            return variant.model
        if by.removeprefix("input:") in variant.inputs:
            return str(variant.inputs[by.removeprefix("input:")])
        row = self.rows[line.row] if line.row < len(self.rows) else {}
        return str(row.get(by, ""))


def _settings_of(variant: Variant) -> dict[str, Json]:
    """Return what a variant sets, by the names that `variables` uses."""
    found: dict[str, Json] = dict(variant.settings)
    found |= {f"input:{name}": value for name, value in variant.inputs.items()}
    if variant.model is not None:
        found["model"] = variant.model
    if variant.knockouts:
        found["knockouts"] = "+".join(variant.knockouts)
    return found


def arm_name(graph: str, variant: str, *, several: bool) -> str:
    """Return what an arm is called."""
    return f"{graph}: {variant}" if several else variant


def read_table(db: str | Path, batch: str = "last") -> Table:
    """Read a batch. Raises UsageError if there is none of that name, EnvironmentProblem for a file that cannot be
    read."""
    with Batches(db) as batches:
        found = batches.batch(batch)
        told = batches.experiment(found.id)
        data = batches.data(found.id)
        lines = list(_lines(batches, found.id))
    experiment = experiment_of_batch(told)
    several = len(experiment.graphs) > 1
    names = {f"{one.graph}: {one.variant}": arm_name(one.graph, one.variant, several=several) for one in lines}
    compared = {names[arm]: names[other] for arm, other in told["compared"].items() if arm in names and other in names}
    rows = [] if data is None else decode(data)
    return Table(found, experiment, variants_of_batch(told), lines, rows, compared)


def _lines(batches: Batches, batch: str) -> Iterator[Line]:
    for one in batches.results(batch):
        facts: Mapping[str, Any] = facts_of(one)
        known = {**facts, "tokens": _sum(facts.get("tokens_in"), facts.get("tokens_out"))}
        measures = {name: float(known[name]) for name in MEASURES if isinstance(known.get(name), int | float)}
        yield Line(
            one.run, one.graph, one.variant, one.row, one.seed, one.status, scores_of(one), facts.get("missing", {}),
            measures, str(facts.get("class") or ""), one.error, tuple(facts.get("judges", ())),
        )  # fmt: skip


def _sum(first: Any, second: Any) -> int | None:
    return None if first is None and second is None else (first or 0) + (second or 0)
