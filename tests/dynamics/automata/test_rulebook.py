"""The rulebook on measures and diagrams made by hand: which rule decides, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from studio.dynamics.automata.rulebook import Measures, combined, decided, judge, trust
from studio.dynamics.automata.simulate import Observations, drawn

CHAOS = Measures(
    cells=101, transient=2048.0, period=None, returned=0.0, activity=0.5, row_entropy=0.99, entropy_rate=0.9,
    excess_entropy=0.1, input_entropy=0.99, input_entropy_sd=0.001, copy_score=0.8, laminarity=0.0, damage=0.5,
    damage_spread=1.0, damage_survived=1.0, damage_reach=0.6, novelty=1.0, compression_growth=0.15,
)  # fmt: skip
EVENTFUL = {"transient": 200.0, "input_entropy_sd": 0.2}
BRIEF = {"transient": 5.0, "input_entropy_sd": 0.2}
STEADY = {"transient": 200.0, "input_entropy_sd": 0.01}


@pytest.mark.parametrize(
    ("changes", "verdict", "rule"),
    [
        ({"row_entropy": 0.0, "activity": 0.0, **BRIEF}, "I", 1),
        ({"row_entropy": 0.0, "activity": 0.0, **STEADY}, "I", 1),
        ({"row_entropy": 0.0, "activity": 1.0, **BRIEF}, "II", 1),
        ({"row_entropy": 0.0, "activity": 0.0, **EVENTFUL}, "IV", 1),
        ({"copy_score": 0.0}, "II", 2),
        ({"copy_score": 0.0, **EVENTFUL, "input_entropy_sd": 0.06}, "II", 2),
        ({"copy_score": 0.0, **EVENTFUL}, "IV", 2),
        ({"damage_spread": 0.1}, "II", 3),
        ({"damage_reach": 0.1}, "II", 3),
        ({"damage_reach": 0.1, **EVENTFUL}, "IV", 3),
        ({}, "III", 4),
        ({"laminarity": 0.4}, "IV", 4),
        ({"laminarity": 1.0}, "II", 4),
        ({"laminarity": 1.0, **EVENTFUL}, "IV", 4),
    ],
)
def test_the_first_rule_that_applies_decides(changes: dict[str, Any], verdict: str, rule: int) -> None:
    measured = replace(CHAOS, **changes)
    support = trust(measured)

    assert decided(measured) == (verdict, rule)
    assert max(support, key=lambda which: support[which]) == verdict
    assert sum(support.values()) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in support.values())


def test_trust_is_least_near_a_threshold() -> None:
    chaos = [trust(replace(CHAOS, laminarity=laminarity))["III"] for laminarity in (0.0, 0.01, 0.03, 0.035)]

    assert chaos == sorted(chaos, reverse=True)
    assert chaos[-1] == pytest.approx(chaos[0] / 2)


def test_an_ensemble_is_judged_by_means_and_damage_only_where_it_survived() -> None:
    died = replace(
        CHAOS, damage=0.0, damage_spread=0.0, damage_survived=0.0, damage_reach=0.0, laminarity=1.0, period=7
    )

    together = combined([CHAOS, CHAOS, replace(died, transient=2.0)])

    assert together.damage_spread == 1.0
    assert together.damage_reach == pytest.approx(0.6)
    assert together.damage_survived == pytest.approx(2 / 3)
    assert together.transient == pytest.approx((2048 * 2 + 2) / 3)
    assert together.laminarity == 0.0  # the median
    assert together.period == 7


def seen(late: Any, damaged: Any, early: Any) -> Observations:
    return Observations(2, 1, late[None], damaged[None, None], early[None])


def test_unrelated_noise_looks_like_chaos_and_the_same_noise_twice_does_not_spread() -> None:
    noise, other, wide = (
        drawn(2, shape, 0, name) for name, shape in (("a", (600, 61)), ("b", (600, 61)), ("c", (400, 101)))
    )

    assert judge(seen(noise, other, wide)).verdict == "III"
    assert judge(seen(noise, noise, wide)).decided_by == 3


def test_a_picture_that_stands_still_is_class_two_and_one_that_is_blank_class_one() -> None:
    still = np.tile(drawn(2, (1, 61), 0, "row"), (600, 1))
    blank = np.zeros((600, 61), dtype=np.uint8)

    assert judge(seen(still, still, still)).verdict == "II"
    assert judge(seen(blank, blank, blank)).verdict == "I"


def test_the_evidence_quotes_numbers_and_thresholds() -> None:
    blank = np.zeros((600, 61), dtype=np.uint8)

    evidence = judge(seen(blank, blank, blank)).evidence

    assert evidence[0] == "The late rows are uniform: their entropy is 0.000 of its highest value (limit 0.02)."
    assert "0 ticks until rows came back" in evidence[1]
    assert evidence[-1] == "Judged alone, 1 of 1 starts give class I."
