"""Differences that are the same each time, as graphs without chance give them."""

from __future__ import annotations

import pytest

from studio.batch.statistics import judge_modules, paired


def scores(count: int, add: float = 0.0) -> dict[tuple[int, int], float]:
    return {(row, 0): 10.0 * (row % 7) + add for row in range(count)}


@pytest.mark.parametrize("count", [6, 8, 20])
def test_the_same_difference_each_time_is_shown(count: int) -> None:
    found = paired(scores(count, 0.7), scores(count))

    assert found.differs
    assert found.interval.low is not None
    assert found.interval.high is not None
    assert 0 < found.interval.low < 0.7 < found.interval.high < 1.4


def test_no_difference_at_all_is_no_proof_that_there_is_none() -> None:
    found = paired(scores(20), scores(20))

    assert not found.differs
    assert not found.interval.within(-1, 1), "control: nothing was seen that would say how far it could go"


def test_few_runs_show_nothing() -> None:
    assert not paired(scores(3, 0.7), scores(3)).differs


def test_a_module_that_always_adds_the_same_matters() -> None:
    modules = judge_modules(scores(12, 0.7), {"adds": scores(12), "takes": scores(12, 1.4), "idles": scores(12, 0.7)})

    assert [one.verdict for one in modules.modules] == ["matters", "poison", "undecided"]
