"""What two modules do together: whether each stands in for the other, or needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from studio.batch.statistics.comparison import Comparison
from studio.batch.statistics.family import judge
from studio.batch.statistics.method import DEFAULTS, Interval, Method, Scores, as_object, number
from studio.batch.statistics.modules import Margin
from studio.batch.statistics.paired import comparisons, contrasts
from studio.batch.statistics.table import table_of
from studio.support.errors import UsageError

Together = Literal["redundancy", "synergy", "additive", "undecided"]


@dataclass(frozen=True, slots=True)
class PairOfModules:
    """What is lost without both, beyond what is lost without each.

    `interaction` = effect of both − effect of the first − effect of the second, where an effect is whole − without, in
    units of the score.  If the loss of both is greater than the sum, each stood in for the other: `redundancy`.  If it
    is smaller, one was worth little without the other: `synergy`.  `additive`: surely within the margin of the sum.
    `interval` is at its own level, `adjusted` allows for all pairs and leaves out 0 exactly for the first two names.
    `more` units like those seen would probably settle an undecided pair.
    """

    first: str
    second: str
    together: Together
    interaction: float | None
    interval: Interval
    adjusted: Interval
    p: float | None
    p_adjusted: float
    effects: tuple[Comparison, Comparison, Comparison]
    units: int
    more: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the pair as a JSON object; `effects` are of the first, the second and both."""
        return {**as_object(self), "effects": [each.as_json() for each in self.effects]}


def judge_pairs(
    whole: Scores,
    without: Mapping[str, Scores],
    without_both: Mapping[tuple[str, str], Scores],
    method: Method = DEFAULTS,
    margin: Margin | None = None,
) -> tuple[PairOfModules, ...]:
    """Judge pairs of modules by runs without each and runs without both, on the same rows and seeds.

    Raises `UsageError` if the runs without one of a pair are not given, for a module with itself, and for scores that
    are no finite numbers.
    """
    for pair in without_both:
        if pair[0] == pair[1]:
            raise UsageError("a module makes no pair with itself", where=" + ".join(pair), hint="Name two.")
        missing = [name for name in pair if name not in without]
        if missing:
            raise UsageError(f"there are no runs without {missing[0]} alone", where=" + ".join(pair), hint="Add them.")
    named = [("whole", whole), *((f"without {name}", scores) for name, scores in without.items())]
    named += [(f"without {first} and {second}", scores) for (first, second), scores in without_both.items()]
    table = table_of(named, method)
    place = {name: 1 + i for i, name in enumerate(without)}
    both = {pair: 1 + len(without) + i for i, pair in enumerate(without_both)}
    weights = np.zeros((len(both), len(named)))
    for line, ((first, second), at) in enumerate(both.items()):
        weights[line, [place[first], place[second]]] = 1.0
        weights[line, [0, at]] = -1.0
    found = contrasts(table, weights, method)
    size = (margin or Margin()).of(table)
    judged = judge(found, size, method)
    single = np.zeros((len(named) - 1, len(named)))
    single[:, 0], single[:, 1:] = 1.0, -np.eye(len(named) - 1)
    effects = comparisons(contrasts(table, single, method), [(0, at) for at in range(1, len(named))])
    own = found.means.intervals(method.level)
    out = []
    for line, ((first, second), at) in enumerate(both.items()):
        mean = number(found.means.mean[line])
        together: Together = "undecided"
        if judged.differs[line] and mean:
            together = "redundancy" if mean * method.sign > 0 else "synergy"
        elif judged.near[line] and table.span > 0 and size > 0:
            together = "additive"
        needed, units = int(judged.needed[line]), int(found.means.count[line])
        out.append(
            PairOfModules(
                first=first,
                second=second,
                together=together,
                interaction=mean,
                interval=own[line],
                adjusted=judged.ranges[line],
                p=number(found.p[line]),
                p_adjusted=float(judged.p[line]),
                effects=(effects[place[first] - 1], effects[place[second] - 1], effects[at - 1]),
                units=units,
                more=max(1, needed - units) if together == "undecided" and needed > 0 and size > 0 else None,
            )
        )
    return tuple(out)
