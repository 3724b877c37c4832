"""What a batch shows: each arm's scores with intervals, how it differs from what it is compared with, which arms are
worth their cost, and which modules matter.

Claims are made about the main score, with correction for all arms or modules that are compared; other scores are told
beside it, each corrected the same way by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from studio.batch.analysing.differences import Difference, alike_arms, differences_of, plain_method
from studio.batch.analysing.table import MEASURES, Line, Table
from studio.batch.design.variants import Variant
from studio.batch.statistics import (
    Categories,
    Interval,
    Margin,
    Method,
    Modules,
    PairOfModules,
    Standing,
    Summary,
    categories,
    front,
    judge_modules,
    judge_pairs,
    summary,
)
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.plain import plain_line
from studio.support.values import Json


@dataclass(frozen=True, slots=True)
class Arm:
    """What one arm came to. `unscored` counts runs by why they have no main score; `classes` by class of behaviour."""

    name: str
    runs: int
    failed: int
    unscored: Mapping[str, int]
    scores: Mapping[str, Summary]
    measures: Mapping[str, Summary]
    classes: Mapping[str, int]
    compared_with: str
    differences: Mapping[str, Difference]
    """By score or measure; empty for an arm that is the measure itself."""
    shift: Categories | None
    standing: Standing | None
    """Its place among all in cost and main score."""
    graph: str
    switched_off: tuple[str, ...]
    """Modules that are switched off in it, where nothing else is changed."""

    def as_json(self) -> dict[str, Json]:
        """Return it as a JSON object."""
        return {
            "name": self.name, "graph": self.graph, "switched_off": list(self.switched_off),
            "runs": self.runs, "failed": self.failed, "unscored": dict(self.unscored),
            "scores": {name: one.as_json() for name, one in self.scores.items()},
            "measures": {name: one.as_json() for name, one in self.measures.items()},
            "classes": dict(self.classes), "compared_with": self.compared_with,
            "differences": {name: one.as_json() for name, one in self.differences.items()},
            "shift": None if self.shift is None else self.shift.as_json(),
            "standing": None if self.standing is None else self.standing.as_json(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conclusions:
    """All that a batch shows. `main` is the score that claims are about, "" if nothing was scored; `modules` and
    `pairs` are there where modules were switched off, by the graph they belong to."""

    main: str
    method: Method
    arms: tuple[Arm, ...]
    modules: Mapping[str, Modules]
    pairs: Mapping[str, tuple[PairOfModules, ...]]
    cost: str
    """The measure that stands for cost: money where prices are known and not all nought, else tokens, else seconds."""
    margin: float | None = None
    """The difference of the main score that means nothing, if the experiment says one."""

    def arm(self, name: str) -> Arm:
        """Return the arm of a name."""
        return next(one for one in self.arms if one.name == name)

    def as_json(self) -> dict[str, Json]:
        """Return them as a JSON object."""
        return {
            "main": self.main, "level": self.method.level, "better": self.method.better, "cost": self.cost,
            "failures": self.method.failures, "margin": self.margin,
            "arms": [one.as_json() for one in self.arms],
            "modules": {name: one.as_json() for name, one in self.modules.items()},
            "pairs": {name: [one.as_json() for one in found] for name, found in self.pairs.items()},
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """Return the arms as a table, for notebooks."""
        names = [self.main] if self.main else []
        head = ["variant", "runs", "failed", *names, *(["interval", "differs by", "interval"] if names else [])]
        rows = [head, *(self._row(one) for one in self.arms)]
        cells = ["".join(f"<td>{escape(plain_line(cell)[:200])}</td>" for cell in row) for row in rows]
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"

    def _row(self, one: Arm) -> list[str]:
        row = [one.name, str(one.runs), str(one.failed)]
        if self.main:
            score, difference = one.scores[self.main], one.differences.get(self.main)
            row += [_told(score.mean), _ends(score.interval)]
            row += [_told(difference.comparison.effect), _ends(difference.comparison.interval)] if difference else []
        return row


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _ends(interval: Interval) -> str:
    return f"{_told(interval.low)} … {_told(interval.high)}" if interval.known else ""


def conclude(table: Table, method: Method | None = None, score: str = "") -> Conclusions:
    """Return what a batch shows; a batch under way shows what it has so far.

    `score` is the one that claims are about (default: the main score of the experiment). Raises UsageError for a score
    that there is not, and as `statistics` does.
    """
    said = table.experiment
    method = replace(method or Method(), better=said.better)
    if score and score not in table.scores:
        known = ", ".join(table.scores) or "none"
        raise UsageError(f"There is no score `{score}`.", hint=near(score, table.scores) or f"Scores: {known}.")
    main = score or (table.scores[0] if table.scores else "")
    cost = _cost(table)
    summaries = {name: _summaries(table, name, method) for name in table.arms}
    standings = _standings(table, summaries, main, cost, method)
    margin = None if said.main is None or said.margin is None or main != said.main.name else said.margin
    differences = differences_of(table, method)
    if margin is not None:
        for name, alike in alike_arms(table, main, method, margin).items():
            if main in differences.get(name, {}):
                differences[name][main] = replace(differences[name][main], alike=alike)
    arms = tuple(_arm(table, name, main, method, summaries[name], standings, differences) for name in table.arms)
    modules, pairs = _knocked_out(table, main, method, margin) if main else ({}, {})
    return Conclusions(main, method, arms, modules, pairs, cost, margin)


def _arm(
    table: Table, name: str, main: str, method: Method, scores: Mapping[str, Summary],
    standings: Mapping[str, Standing], differences: Mapping[str, Mapping[str, Difference]],
) -> Arm:  # fmt: skip
    lines = table.by_arm[name]
    plain = plain_method(method)
    other = table.compared.get(name, "")
    classes = table.classes_of(name)
    shift = categories(classes, table.classes_of(other), plain) if other and any(classes.values()) else None
    return Arm(
        name=name,
        runs=len(lines),
        failed=sum(line.status != "ok" for line in lines),
        unscored=Counter(line.missing.get(main) or line.error or line.status for line in lines if _lacks(line, main)),
        scores=scores,
        measures={
            measure: summary(found, plain) for measure in MEASURES if (found := table.measures_of(name, measure))
        },
        classes=Counter(line.dynamics for line in lines if line.dynamics),
        compared_with=other,
        differences=differences.get(name, {}),
        shift=shift,
        standing=standings.get(name),
        graph=lines[0].graph,
        switched_off=_switched_off(table.variant_of(name)),
    )


def _switched_off(variant: Variant) -> tuple[str, ...]:
    only = not (variant.settings or variant.inputs or variant.model is not None)
    return variant.knockouts if only else ()


def _lacks(line: Line, main: str) -> bool:
    return bool(main) and line.scores.get(main) is None


def _cost(table: Table) -> str:
    for measure in ("cost_usd", "tokens", "seconds"):
        values = [line.measures.get(measure) for line in table.lines]
        if values and all(value is not None for value in values) and any(values):
            return measure
    return "seconds"


def _summaries(table: Table, arm: str, method: Method) -> dict[str, Summary]:
    """Return what an arm scored, by score. Intervals draw resamples: it is done once."""
    return {score: summary(table.scores_of(arm, score), table.method_for(score, method)) for score in table.scores}


def _standings(
    table: Table, summaries: Mapping[str, Mapping[str, Summary]], main: str, cost: str, method: Method
) -> dict[str, Standing]:
    if not main:
        return {}
    points: dict[str, tuple[float, float]] = {}
    for name in table.arms:
        score = summaries[name][main].mean
        spent = table.measures_of(name, cost)
        if score is not None and spent:
            points[name] = sum(float(value or 0) for value in spent.values()) / len(spent), score
    return {one.name: one for one in front(points, method.better)}


def _knocked_out(
    table: Table, main: str, method: Method, said: float | None
) -> tuple[dict[str, Modules], dict[str, tuple[PairOfModules, ...]]]:
    """Return, by graph, the verdicts on modules that were switched off alone, and on pairs of them."""
    method = table.method_for(main, method)
    margin = None if said is None else Margin(said, "score")
    modules: dict[str, Modules] = {}
    pairs: dict[str, tuple[PairOfModules, ...]] = {}
    for graph in table.experiment.graphs:
        alone: dict[str, Any] = {}
        both: dict[tuple[str, str], Any] = {}
        whole = ""
        for arm in table.arms:
            line, variant = table.by_arm[arm][0], table.variant_of(arm)
            if line.graph != graph or variant.settings or variant.inputs or variant.model is not None:
                continue
            scores = table.scores_of(arm, main)
            if not variant.knockouts:
                whole = arm
            elif len(variant.knockouts) == 1:
                alone[variant.knockouts[0]] = scores
            elif len(variant.knockouts) == 2:
                both[variant.knockouts[0], variant.knockouts[1]] = scores
        if not whole or not alone:
            continue
        modules[graph] = judge_modules(table.scores_of(whole, main), alone, method, margin)
        known = {pair: scores for pair, scores in both.items() if pair[0] in alone and pair[1] in alone}
        if known:
            pairs[graph] = judge_pairs(table.scores_of(whole, main), alone, known, method, margin)
    return modules, pairs
