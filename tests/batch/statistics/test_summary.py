"""What one variant scored."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from studio.batch.statistics import Method, summary
from studio.batch.statistics.shares import apart, worth


def test_few_numbers_get_students_interval() -> None:
    values = [1.0, 2.0, 3.5, 4.0, 4.5]

    found = summary(values)

    ends = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high))
    assert found.interval.method == "Student's t"
    assert (found.count, found.mean, found.median) == (5, 3.0, 3.5)
    assert found.sd == pytest.approx(np.std(values, ddof=1))


def test_the_interval_of_skewed_numbers_leans_to_their_tail() -> None:
    found = summary([float(each) for each in np.random.default_rng(1).exponential(size=30)])

    assert "bootstrap" in found.interval.method
    assert found.mean is not None
    assert found.interval.low is not None
    assert found.interval.high is not None
    assert found.interval.high - found.mean > 1.1 * (found.mean - found.interval.low)


def test_true_and_false_get_wilsons_interval() -> None:
    found = summary([True] * 9 + [False])

    ends = stats.binomtest(9, 10).proportion_ci(0.95, "wilson")
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high))
    assert found.interval.method == "Wilson"
    assert found.mean == 0.9


def test_shares_of_all_and_none_keep_their_doubt_on_the_one_side_where_it_can_be() -> None:
    assert summary([True] * 20).interval.high == 1.0
    assert summary([True] * 20).interval.low == pytest.approx(0.8389, abs=1e-4)
    assert summary([False] * 20).interval.low == 0.0


def test_newcombes_example() -> None:
    found = apart(56 / 70, 70, 48 / 80, 80, 0.95)

    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "no scores"),
        ([3.0], "one value"),
        ([True], "one value"),
        ([0.7, 0.7, 0.7], "all scores are the same"),
    ],
)
def test_where_there_is_no_interval_the_reason_stands(values: list[float], why: str) -> None:
    found = summary(values)

    assert not found.interval.known
    assert why in found.interval.method


def test_the_same_scores_give_the_same_bytes_in_any_order() -> None:
    chance = random.Random(3)
    values = [chance.expovariate(1) for _ in range(40)]
    mixed = chance.sample(values, len(values))

    assert json.dumps(summary(values).as_json()) == json.dumps(summary(mixed).as_json())
    assert summary(values, Method(seed=1)).interval != summary(values).interval


def test_several_seeds_of_a_row_are_one_observation() -> None:
    scores = {(row, seed): row + seed / 100 for row in range(4) for seed in range(5)}

    found = summary(scores)

    ends = stats.ttest_1samp([row + 0.02 for row in range(4)], 0).confidence_interval(0.95)
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high))
    assert (found.count, found.units, found.unit) == (20, 4, "row")
    assert summary(scores, Method(over="seeds")).units == 5
    assert summary(list(scores.values())).units == 20


def test_of_one_row_the_seeds_are_the_observations() -> None:
    found = summary({("day", seed): float(seed) for seed in range(6)})

    assert (found.units, found.unit) == (6, "seed")


def test_a_failed_run_counts_as_the_worst_score_or_is_left_out_and_both_are_told() -> None:
    scores = {(row, 0): None if row == 0 else float(row) for row in range(6)}

    worst, left_out = summary(scores), summary(scores, Method(failures="left_out"))

    assert (worst.count, worst.failed) == (6, 1)
    assert worst.mean == pytest.approx((1 + 1 + 2 + 3 + 4 + 5) / 6)
    assert (left_out.count, left_out.failed, left_out.mean) == (5, 1, 3.0)
    assert summary(scores, Method(better="lower")).most == 5
    assert summary(scores, Method(better="lower")).mean == pytest.approx((5 + 1 + 2 + 3 + 4 + 5) / 6)
    assert summary(scores, Method(scale=(-10, 10))).least == -10


def test_a_failed_run_is_false_where_scores_are_true_and_false() -> None:
    assert summary([True, True, True, None]).mean == 0.75
    assert summary([False, None], Method(better="lower")).mean == 0.5


def test_runs_that_all_failed_have_no_score_unless_the_scale_is_known() -> None:
    assert summary([None, None]).mean is None
    assert summary([None, None]).failed == 2
    assert summary([None, None], Method(scale=(0, 1))).mean == 0


def test_an_interval_stays_on_the_scale() -> None:
    scores = [1.0] * 18 + [0.3, 0.2]

    assert summary(scores, Method(scale=(0, 1))).interval.high == 1.0
    assert (summary(scores).interval.high or 0) > 1.0
    assert summary([0.0] * 18 + [0.3, 0.2], Method(scale=(0, 1))).interval.low == 0.0
    assert "unseen" in summary(scores).interval.method


def test_what_a_share_of_rows_with_several_seeds_is_worth() -> None:
    doubt = (1.959964 / float(stats.t.ppf(0.975, 3))) ** 2

    assert worth(0.5, 4, 0.1, 40, 0.95) == pytest.approx(100 * doubt)
    assert worth(0.5, 4, 0.01, 40, 0.95) == 40
    assert worth(1.0, 5, 0.0, 50, 0.95) == worth(0.5, 5, 0.0, 50, 0.95) == 5
