"""Which modules matter: a verdict on each, from runs of the whole and runs without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from studio.batch.statistics.comparison import Comparison
from studio.batch.statistics.family import FEWEST_FOR_NEARNESS, Judged, judge
from studio.batch.statistics.method import DEFAULTS, Floats, Interval, Method, Scores, as_object
from studio.batch.statistics.paired import comparisons, contrasts
from studio.batch.statistics.table import Table, table_of
from studio.support.errors import UsageError

Verdict = Literal["matters", "poison", "dead weight", "undecided"]


@dataclass(frozen=True, slots=True)
class Margin:
    """The difference that is too small to count: in units of the score, or in standard deviations (`sd`) of it.

    .2 is what Cohen (Statistical Power Analysis, 1988) calls a small effect.  The deviation is that of the whole's
    runs or, if those all score the same, of all runs.  Raises `UsageError` unless it is above 0.
    """

    size: float = 0.2
    unit: Literal["score", "sd"] = "sd"

    def __post_init__(self) -> None:
        if not 0 < self.size < np.inf:
            raise UsageError(f"a margin of {self.size} means nothing", hint="Give how large a difference is too small.")
        if self.unit not in ("score", "sd"):
            raise UsageError(f"a margin cannot be in {self.unit!r}", hint="Give one of score, sd.")

    def of(self, table: Table) -> float:
        """Return the margin in units of the score; 0 if no score differs from another."""
        if self.unit == "score":
            return self.size
        for values in (table.values[0], table.values):
            seen = values[np.isfinite(values)]
            if seen.size > 1 and seen.std() > 0:
                return self.size * float(seen.std(ddof=1))
        return 0.0


@dataclass(frozen=True, slots=True)
class Module:
    """The verdict on one module.

    `matters`: without it the score gets worse; `poison`: it gets better; `dead weight`: surely no difference beyond the
    margin; `undecided`: none of these is shown, which is no sign of absence.  `comparison` is the whole against the
    runs without it, at its own level; `adjusted` and `p_adjusted` allow for all modules and agree with `matters` and
    `poison`; `near` and `p_near` are those of `dead weight`.  `slight`: it matters (or is poison) by less than the
    margin.  `more` units like those seen would probably settle it (None: it is settled, or nothing will); `reason` is a
    sentence.
    """

    name: str
    verdict: Verdict
    comparison: Comparison
    adjusted: Interval
    p_adjusted: float
    near: Interval
    p_near: float
    slight: bool
    more: int | None
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as a JSON object."""
        return {**as_object(self), "comparison": self.comparison.as_json()}


@dataclass(frozen=True, slots=True)
class Modules:
    """The verdicts on all modules, in the order given; `margin` is in units of the score.

    Of `error` of all such experiments at most one or more names a wrong module as mattering or poison, and of as many
    one or more names a wrong one dead weight (`Method.family` holm).  That holds for an experiment that is judged once:
    to add runs until a verdict comes, or to look again after each few, makes more errors.
    """

    modules: tuple[Module, ...]
    margin: float
    error: float
    family: str

    def named(self, verdict: Verdict) -> tuple[str, ...]:
        """Return the modules of one verdict."""
        return tuple(module.name for module in self.modules if module.verdict == verdict)

    def as_json(self) -> dict[str, Any]:
        """Return the verdicts as a JSON object."""
        return {**as_object(self), "modules": [module.as_json() for module in self.modules]}


def judge_modules(
    whole: Scores, without: Mapping[str, Scores], method: Method = DEFAULTS, margin: Margin | None = None
) -> Modules:
    """Judge modules by the scores of the whole and, for each, of runs without it on the same rows and seeds.

    Raises `UsageError` for scores that are no finite numbers.
    """
    table = table_of([("whole", whole), *((f"without {name}", scores) for name, scores in without.items())], method)
    count = len(without)
    weights: Floats = np.hstack([np.ones((count, 1)), -np.eye(count)])
    found = contrasts(table, weights, method)
    size = (margin or Margin()).of(table)
    judged = judge(found, size, method)
    compared = comparisons(found, [(0, place + 1) for place in range(count)])
    constant = table.span == 0 or size == 0
    modules = [
        _module(*each, judged, size, constant, method) for each in zip(without, range(count), compared, strict=True)
    ]
    return Modules(tuple(modules), size, method.error, method.family)


def _module(
    name: str, place: int, compared: Comparison, judged: Judged, margin: float, constant: bool, method: Method
) -> Module:
    near = bool(judged.near[place]) and not constant
    verdict: Verdict = "undecided"
    if judged.differs[place] and compared.effect:
        verdict = "matters" if compared.effect * method.sign > 0 else "poison"
    elif near:
        verdict = "dead weight"
    needed = int(judged.needed[place])
    more = max(1, needed - compared.units) if verdict == "undecided" and needed > 0 and not constant else None
    return Module(
        name=name,
        verdict=verdict,
        comparison=compared,
        adjusted=judged.ranges[place],
        p_adjusted=float(judged.p[place]),
        near=judged.near_ranges[place],
        p_near=float(judged.p_near[place]),
        slight=near and verdict != "dead weight",
        more=more,
        reason=_reason(verdict, compared, margin, near, more, constant),
    )


def _reason(verdict: Verdict, compared: Comparison, margin: float, near: bool, more: int | None, constant: bool) -> str:
    unit = compared.unit
    if verdict in ("matters", "poison"):
        worse = "worse" if verdict == "matters" else "better"
        slight = f", yet by less than the margin of {margin:.3g}" if near else ""
        return f"Without it the score is {worse} by {abs(compared.effect or 0):.3g}{slight}."
    if verdict == "dead weight":
        return f"Without it the score changes by less than {margin:.3g} either way."
    if compared.units == 0:
        return "No run with it has a partner without it."
    if constant:
        return "Every run scored the same, so that this score tells no modules apart."
    if compared.units == 1:
        return f"One {unit} tells nothing about others."
    if more is None:
        return f"More {unit}s would hardly settle it: the effect is about as large as the margin of {margin:.3g}."
    seen = "Neither an effect nor its absence is shown"
    if compared.units < FEWEST_FOR_NEARNESS:
        seen = f"{compared.units} {unit}s are few"
    elif compared.equal == 1:
        seen = f"Not one of {compared.units} {unit}s differed, which leaves room for a large difference that is rare"
    return f"{seen}; about {more} more {unit}{'s' if more > 1 else ''} would settle it, if all goes on as seen."
