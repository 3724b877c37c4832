"""Two variants on the same rows and seeds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from studio.batch.statistics import Method, Scores, paired
from studio.batch.statistics.flips import flip_test
from studio.batch.statistics.means import Means
from studio.batch.statistics.method import Floats


def by_row(values: list[float] | Floats | list[bool]) -> Scores:
    return {(row, 0): value for row, value in enumerate(np.asarray(values).tolist())}


def zeros(count: int) -> Scores:
    return by_row([0.0] * count)


def test_all_patterns_of_signs_are_tried() -> None:
    values = np.random.default_rng(1).normal(0.5, 1, 9)

    found = paired(by_row(values), zeros(9))

    expected = stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert found.test == "all sign patterns"
    assert found.p == pytest.approx(expected.pvalue)
    assert found.effect == pytest.approx(values.mean())
    assert found.standardised == pytest.approx(values.mean() / values.std(ddof=1))


def test_of_true_and_false_the_test_is_mcnemars() -> None:
    first, second = [True] * 12 + [False] * 3 + [True] * 20, [False] * 12 + [True] * 3 + [True] * 20

    found = paired(by_row(first), by_row(second))

    assert found.p == pytest.approx(stats.binomtest(3, 15).pvalue)
    assert (found.better, found.equal, found.worse) == pytest.approx((12 / 35, 20 / 35, 3 / 35))


def test_many_patterns_are_drawn_and_p_is_never_zero() -> None:
    values = np.random.default_rng(2).normal(3, 1, 40)

    found = paired(by_row(values), zeros(40), Method(draws=999))

    assert found.test == "sign patterns drawn"
    assert found.p == pytest.approx(1 / 1000)


def test_drawn_patterns_agree_with_all_of_them_and_with_the_normal_limit() -> None:
    rng = np.random.default_rng(3)
    few, many = rng.normal(0.4, 1, (1, 14)), rng.normal(0.02, 1, (1, 5001))

    exact, drawn = flip_test(few, Method())[0][0], flip_test(np.hstack([few, few / 1e9]), Method(draws=40_000))[0][0]
    limit, near = flip_test(many, Method())[0][0], flip_test(many[:, :4999], Method(draws=4000))[0][0]

    assert drawn == pytest.approx(exact, abs=0.01)
    assert limit == pytest.approx(near, abs=0.05)


def test_bonett_and_prices_interval() -> None:
    # Fagerland, Lydersen & Laake (Statistics in Medicine 33, 2014): 1, 1, 7 and 12 of 21 pairs.
    differences = np.array([[0.0] * 13 + [1.0] + [-1.0] * 7])

    low, high = Means(differences, Method(), span=1.0, shares=True).limits(0.025)

    assert (low[0], high[0]) == pytest.approx((-0.508, -0.013), abs=5e-4)


def test_limits_and_p_values_are_two_sides_of_one_thing() -> None:
    rng = np.random.default_rng(4)
    values = np.vstack([rng.exponential(size=(20, 25)), rng.integers(-1, 2, (5, 25)), np.eye(25)[:3]]).astype(float)
    means = Means(values, Method(draws=2000), span=2.0, together=1)

    for tail in (0.001, 0.01, 0.025, 0.2):
        low, high = means.limits(tail)
        for value in (-0.4, 0.0, 0.7, 1.0):
            assert ((low >= value) == (means.above(value) <= tail)).all()
            assert ((high <= value) == (means.below(value) <= tail)).all()


def test_equal_scores_leave_room_for_what_was_not_seen() -> None:
    scores = by_row([True, False] * 10)

    few, many = paired(scores, scores), paired({**scores}, {**scores}, Method(level=0.5))

    assert few.effect == 0
    assert few.p == 1
    assert few.interval.low is not None
    assert few.interval.low < -0.1
    assert not few.differs
    assert (many.interval.low or 0) > few.interval.low


def test_pairs_without_a_partner_and_failed_runs_are_counted() -> None:
    first: Scores = {(0, 0): 1.0, (1, 0): 2.0, (2, 0): None, (3, 0): 4.0, (4, 0): 2.0}
    second: Scores = {(0, 0): 0.5, (1, 0): None, (2, 0): None, (5, 0): 1.0, (4, 0): 2.5}

    worst, left_out = paired(first, second), paired(first, second, Method(failures="left_out"))

    assert (worst.failed, worst.missing, worst.runs) == ((1, 2), 2, 4)
    assert worst.effect == pytest.approx((0.5 + 1.5 + 0 - 0.5) / 4)
    assert (left_out.failed, left_out.missing, left_out.runs) == ((1, 2), 2, 2)
    assert left_out.effect == pytest.approx(0.0)


def test_what_is_better_turns_the_shares_and_not_the_effect() -> None:
    cost, other = by_row([1.0, 2.0, 3.0]), by_row([2.0, 3.0, 3.0])

    lower, higher = paired(cost, other, Method(better="lower")), paired(cost, other)

    assert lower.effect == higher.effect == pytest.approx(-2 / 3)
    assert (lower.better, lower.worse) == (higher.worse, higher.better)
    assert lower.worse == 0
    assert lower.delta == pytest.approx(2 / 3)


def test_a_few_units_say_how_small_p_can_be() -> None:
    found = paired(by_row([1.0, 1.1, 0.9, 1.2]), zeros(4))

    assert found.p == found.least_p == 1 / 8
    assert found.interval.low is not None
    assert found.interval.low > 0
    assert not found.differs, "the interval rests on the normal curve; the test cannot follow it"


@pytest.mark.parametrize(("count", "test"), [(0, "none: no pairs"), (1, "exact sign test")])
def test_one_pair_or_none_claims_nothing(count: int, test: str) -> None:
    found = paired(by_row([1.0] * count), zeros(count))

    assert found.test == test
    assert not found.interval.known
    assert not found.differs
    json.dumps(found.as_json(), allow_nan=False)


def test_the_order_of_runs_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    scores = {(row, seed): float(rng.normal()) for row in range(20) for seed in range(3)}
    others = {(row, seed): float(rng.normal()) for row in range(20) for seed in range(3)}
    turned = dict(reversed(list(scores.items())))

    assert paired(scores, others).as_json() == paired(turned, others).as_json()


def test_rows_count_alike_however_many_seeds_they_have() -> None:
    first = {(0, seed): 1.0 for seed in range(9)} | {(1, 0): 0.0, (2, 0): 0.0}
    second = dict.fromkeys(first, 0.0)

    assert paired(first, second).effect == pytest.approx(1 / 3)
    assert paired(first, second).units == 3
