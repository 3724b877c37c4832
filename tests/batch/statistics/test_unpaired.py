"""Two groups that nothing pairs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from studio.batch.statistics import Method, unpaired


def welch(first: list[float], second: list[float]) -> float:
    return abs(float(stats.ttest_ind(first, second, equal_var=False).statistic))


def test_all_splits_of_few_values_are_tried() -> None:
    first, second = [1.0, 2.1, 3.3, 2.7], [3.1, 4.2, 5.5, 3.9, 8.0]

    found = unpaired(first, second)

    expected = stats.permutation_test((first, second), welch, n_resamples=np.inf, alternative="greater")
    assert found.test == "all splits"
    assert found.p == pytest.approx(expected.pvalue)
    ends = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high))


def test_the_interval_leans_to_the_tail_of_the_skewed_group() -> None:
    rng = np.random.default_rng(7)

    found = unpaired(list(rng.exponential(size=25)), list(rng.normal(0, 0.2, 25)))

    assert found.effect is not None
    assert found.interval.low is not None
    assert found.interval.high is not None
    assert found.interval.high - found.effect > 1.1 * (found.effect - found.interval.low)


def test_splits_are_ranked_by_welchs_t() -> None:
    rng = np.random.default_rng(6)
    for _ in range(4):
        first, second = list(rng.normal(1, 2, 3)), list(rng.exponential(size=5))
        expected = stats.permutation_test((first, second), welch, n_resamples=np.inf, alternative="greater")
        assert unpaired(first, second).p == pytest.approx(expected.pvalue)


def test_splits_of_many_are_drawn() -> None:
    rng = np.random.default_rng(1)
    first, second = list(rng.normal(0.8, 1, 20)), list(rng.normal(0, 1, 25))

    found = unpaired(first, second)

    assert found.test == "splits drawn"
    assert found.p == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue, abs=0.01)


def test_splits_of_very_many_follow_welchs_t() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(0.05, 1, 3000), rng.normal(0, 2, 2500)

    found = unpaired(list(first), list(second))
    near = unpaired(list(first[:2600]), list(second[:2300]), Method(draws=2000))

    assert found.p == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue)
    assert near.test == "splits drawn"
    assert near.p == pytest.approx(stats.ttest_ind(first[:2600], second[:2300], equal_var=False).pvalue, abs=0.03)


def test_true_and_false_get_fishers_test_and_newcombes_interval() -> None:
    found = unpaired([True] * 56 + [False] * 14, [True] * 48 + [False] * 32)

    assert found.p == pytest.approx(stats.fisher_exact([[56, 14], [48, 32]]).pvalue)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_cliffs_delta_counts_all_pairs() -> None:
    found = unpaired([1.0, 2.0, 3.0], [0.0, 2.0])

    assert (found.better, found.equal, found.worse) == pytest.approx((4 / 6, 1 / 6, 1 / 6))
    assert found.delta == pytest.approx(0.5)
    assert unpaired([1.0, 2.0, 3.0], [0.0, 2.0], Method(better="lower")).delta == pytest.approx(-0.5)


def test_groups_of_unequal_spread_and_size_are_not_told_apart_by_their_spread() -> None:
    rng = np.random.default_rng(2)
    ours = pooled = 0
    for _ in range(150):
        first, second = list(rng.normal(0, 4, 6)), list(rng.normal(0, 1, 18))
        ours += unpaired(first, second, Method(draws=500)).p <= 0.05  # type: ignore[operator]
        pooled += stats.ttest_ind(first, second).pvalue <= 0.05

    assert ours / 150 <= 0.05 + 3 * (0.05 * 0.95 / 150) ** 0.5
    assert pooled / 150 > 0.15


def test_several_seeds_of_a_row_are_one_observation() -> None:
    first = {(row, seed): row + 0.1 * seed for row in range(5) for seed in range(4)}
    second = {(row, seed): row + 1.0 for row in range(10, 16) for seed in range(4)}

    assert unpaired(first, second).units == 11
    assert unpaired(list(first.values()), list(second.values())).units == 44


@pytest.mark.parametrize(("first", "second"), [([], [1.0]), ([1.0], [2.0]), ([1.0, 1.0], [1.0, 1.0]), ([None], [None])])
def test_too_little_says_nothing(first: list[float], second: list[float]) -> None:
    found = unpaired(first, second)

    assert not found.differs
    assert not found.interval.known
    json.dumps(found.as_json(), allow_nan=False)
