"""How arms differ from what they are compared with, and which are surely alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from studio.batch.analysing.table import MEASURES, Table
from studio.batch.statistics import Comparison, Margin, Method, Scores, holm, judge_modules
from studio.batch.statistics.paired import comparisons, contrasts
from studio.batch.statistics.table import table_of
from studio.support.values import Json

MEASURE_DRAWS: Final = 2_000
"""Resamples for intervals of measures."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How an arm differs from what it is compared with, in one score or measure; `p_adjusted` allows for all arms that
    were compared in it (Holm), None where there is no test. `alike` says that the two surely differ by less than the
    margin, None where there is no margin to say it by."""

    comparison: Comparison
    p_adjusted: float | None
    alike: bool | None = None

    @property
    def is_shown(self) -> bool:
        """True if it stands after the correction."""
        if self.p_adjusted is None or not self.comparison.effect:
            return False
        return self.comparison.differs and self.p_adjusted <= 1 - self.comparison.interval.level + 1e-12

    def as_json(self) -> dict[str, Json]:
        """Return it as a JSON object."""
        return {
            **self.comparison.as_json(),
            "p_adjusted": self.p_adjusted,
            "is_shown": self.is_shown,
            "alike": self.alike,
        }


def differences_of(table: Table, method: Method) -> dict[str, dict[str, Difference]]:
    """Return by arm and by score or measure how it differs from what it is compared with."""
    found: dict[str, dict[str, Difference]] = {}
    for what in (*table.scores, *MEASURES):
        is_score = what in table.scores
        scores = {name: (table.scores_of if is_score else table.measures_of)(name, what) for name in table.arms}
        made = _compared(table, scores, method if is_score else plain_method(method))
        tested = {name: one.p for name, one in made.items() if one.p is not None}
        adjusted = dict(zip(tested, map(float, holm(list(tested.values()))), strict=True)) if tested else {}
        for name, one in made.items():
            found.setdefault(name, {})[what] = Difference(one, adjusted.get(name))
    return found


def _compared(table: Table, scores: Mapping[str, Scores], method: Method) -> dict[str, Comparison]:
    """Compare all arms at once: resamples are drawn for all of them together, and failed runs count alike in all."""
    some = {name: place for place, name in enumerate(name for name, found in scores.items() if found)}
    pairs = {name: other for name, other in table.compared.items() if name in some and other in some}
    if not pairs:
        return {}
    weights = np.zeros((len(pairs), len(some)))
    for line, (name, other) in enumerate(pairs.items()):
        weights[line, some[name]], weights[line, some[other]] = 1.0, -1.0
    found = contrasts(table_of([(name, scores[name]) for name in some], method), weights, method)
    sides = [(some[name], some[other]) for name, other in pairs.items()]
    return dict(zip(pairs, comparisons(found, sides), strict=True))


def plain_method(method: Method) -> Method:
    """Return how measures and classes are judged: less is better, and what a failed run took is known as well as any.
    They carry no claim, so that fewer draws do."""
    return replace(method, failures="left_out", better="lower", scale=None, draws=min(method.draws, MEASURE_DRAWS))


def alike_arms(table: Table, main: str, method: Method, margin: float) -> dict[str, bool]:
    """Return of which arms it is sure that they differ by less than the margin from what they are compared with: by two
    one-sided tests, as with modules that are dead weight, allowing for all arms."""
    by_other: dict[str, dict[str, Scores]] = {}
    for name, other in table.compared.items():
        by_other.setdefault(other, {})[name] = table.scores_of(name, main)
    strict = replace(table.method_for(main, method), level=1 - method.error / max(1, len(by_other)))
    return {
        one.name: one.verdict == "dead weight" or one.slight
        for other, arms in by_other.items()
        for one in judge_modules(table.scores_of(other, main), arms, strict, Margin(margin, "score")).modules
    }
