"""Compares verdicts with labels: confusion, recall, false alarms, how soon, and what confidence is worth."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from tests.dynamics.generator.labelled import FAILURES, KINDS, Labelled

SURE: Final = 0.8
EDGES: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001)
TARGETS: Final[Mapping[str, tuple[str, float]]] = {
    "accuracy": ("at least", 0.93),
    "lowest_recall": ("at least", 0.85),
    "productive_judged_failing": ("at most", 0.05),
    "productive_stopped": ("at most", 0.03),
    "circle_stop_median_periods": ("at most", 5),
    "circle_stop_p90_periods": ("at most", 10),
    "procrastination_caught_by_level_4": ("at least", 0.85),
    "sure_right": ("at least", 0.95),
}
"""`dynamics.md` section 9; of levels, the share that each kind's recall asks for."""


@dataclass(frozen=True)
class Judged:
    """One labelled run and the verdict on it, as the exchange format has it."""

    truth: Labelled
    verdict: Mapping[str, Any]

    @property
    def said(self) -> str:
        return str(self.verdict["verdict"])

    @property
    def right(self) -> bool:
        return self.said == self.truth.kind

    def first_alarm(self, level: str = "", kind: str = "", since: int | None = None) -> int | None:
        """Return the tick of the first alarm of the level and kind ("" is any), at or after `since`."""
        return min(
            (
                alarm["t"] for alarm in self.verdict["alarms"]
                if level in ("", alarm["level"]) and kind in ("", alarm["kind"])
                and (since is None or alarm["t"] >= since)
            ),
            default=None,
        )  # fmt: skip


def scores(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return everything section 9 asks for, of these runs."""
    by_kind = {kind: [one for one in judged if one.truth.kind == kind] for kind in KINDS}
    recall = {kind: _share(one.right for one in many) for kind, many in by_kind.items() if many}
    productive = by_kind["productive"]
    failing = [one for one in judged if one.truth.kind in FAILURES]
    stops = sorted(_stop_periods(one) for one in by_kind["circle"])
    levels = [_level(one) for one in by_kind["procrastination"]]
    sure = [one for one in judged if one.verdict["confidence"] >= SURE]
    return {
        "runs": len(judged),
        "accuracy": _share(one.right for one in judged),
        "recall": recall,
        "lowest_recall": min(recall.values(), default=math.nan),
        "confusion": confusion(judged),
        "productive_judged_failing": _share(one.said in FAILURES for one in productive),
        "productive_stopped": _share(one.first_alarm("stop") is not None for one in productive),
        "stopped_before_onset": _share(_too_early(one) for one in failing),
        "circle_stopped": _share(periods < math.inf for periods in stops),
        "circle_stop_median_periods": _nearest(stops, 0.5),
        "circle_stop_p90_periods": _nearest(stops, 0.9),
        "period_right": _share(one.verdict.get("period") == one.truth.period for one in by_kind["circle"] if one.right),
        "procrastination_levels": dict(sorted(Counter(levels).items())),
        "procrastination_caught_by_level_4": _share(level <= 4 for level in levels),
        "reliability": reliability(judged),
        "sure": len(sure),
        "sure_right": _share(one.right for one in sure),
    }


def confusion(judged: Iterable[Judged]) -> dict[str, dict[str, int]]:
    """Return how often each kind was called what."""
    table = {kind: dict.fromkeys(KINDS, 0) for kind in KINDS}
    for one in judged:
        table[one.truth.kind][one.said] += 1
    return table


def by_sub(judged: Iterable[Judged]) -> dict[str, dict[str, Any]]:
    """Return, for each sub-kind: runs, share that was right, how many rang stop, and what else was said."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[f"{one.truth.kind}/{one.truth.sub}"].append(one)
    return {
        name: {
            "runs": len(many), "right": _share(one.right for one in many),
            "stopped": sum(one.first_alarm("stop") is not None for one in many),
            "else": dict(Counter(one.said for one in many if not one.right)),
        }
        for name, many in groups.items()
    }  # fmt: skip


def reliability(judged: Iterable[Judged]) -> list[dict[str, Any]]:
    """Return, for each band of confidence, how many verdicts fell into it and how many of them were right."""
    rows = [{"from": low, "to": min(high, 1.0), "verdicts": 0, "right": 0} for low, high in pairwise(EDGES)]
    for one in judged:
        row = rows[bisect_right(EDGES, float(one.verdict["confidence"])) - 1]
        row["verdicts"] += 1
        row["right"] += one.right
    return [{**row, "share": round(row["right"] / row["verdicts"], 3) if row["verdicts"] else None} for row in rows]


def missed(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the targets of section 9 that these scores miss, each with what was measured; nan misses nothing."""
    return {
        name: found[name]
        for name, (way, bound) in TARGETS.items()
        if (found[name] < bound if way == "at least" else found[name] > bound)
    }


def _stop_periods(one: Judged) -> float:
    """Return how many periods had begun when the circle was stopped; infinite if it never was."""
    t = one.first_alarm("stop", since=one.truth.onset)
    return math.inf if t is None else bisect_right(one.truth.cycles, t)


def _level(one: Judged) -> float:
    """Return the restating level at which the first alarm of procrastination came; infinite if none did."""
    t = one.first_alarm("stop", "procrastination", since=one.truth.onset)
    return math.inf if t is None else bisect_right(one.truth.levels, t)


def _too_early(one: Judged) -> bool:
    t = one.first_alarm("stop")
    return t is not None and one.truth.onset is not None and t < one.truth.onset


def _share(hits: Iterable[bool]) -> float:
    many = [bool(hit) for hit in hits]
    return round(sum(many) / len(many), 4) if many else math.nan


def _nearest(ordered: Sequence[float], part: float) -> float:
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else math.nan
