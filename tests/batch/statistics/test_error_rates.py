"""How often an experiment is wrong about its modules, and how often it finds what was planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from studio.batch.statistics import Method, paired, unpaired
from studio.batch.statistics.flips import flip_test
from studio.batch.statistics.means import Means
from studio.batch.statistics.method import Scores
from tests.batch.statistics.simulating import QUICK, rates


def test_thirty_null_modules_are_named_in_one_experiment_of_twenty_at_most() -> None:
    found = rates(40)

    assert found.wrong <= 0.05 + 3 * (0.05 * 0.95 / 40) ** 0.5
    assert found.wrongly_dead == 0
    assert found.without_allowance > 0.5, "without an allowance for many, most experiments would name one"


def test_planted_modules_are_found_and_null_ones_beside_them_are_not() -> None:
    found = rates(30, (1.6, 1.6, -1.6, -1.6))

    assert found.found >= 0.9
    assert found.wrong <= 0.05 + 3 * (0.05 * 0.95 / 30) ** 0.5
    assert found.wrongly_dead == 0


def test_null_modules_become_dead_weight_with_enough_runs_and_effects_at_the_margin_do_not() -> None:
    found = rates(30, (0.5,) * 5, seeds=60, noise=0.5)

    assert found.dead >= 0.95
    assert found.wrongly_dead <= 0.05 + 3 * (0.05 * 0.95 / 30) ** 0.5


@pytest.mark.parametrize("count", [8, 30])
def test_p_values_are_even_where_nothing_differs(count: int) -> None:
    rng = np.random.default_rng(8)
    sizes, signs = rng.exponential(size=(600, count)), rng.choice([-1, 1], (600, count))
    p = np.concatenate([flip_test(part, Method(draws=4000))[0] for part in np.split(sizes * signs, 15)])

    assert stats.kstest(p, "uniform").pvalue > 0.001
    assert (p <= 0.05).mean() <= 0.05 + 3 * (0.05 * 0.95 / len(p)) ** 0.5


def test_p_values_are_not_even_where_something_differs() -> None:
    p, _ = flip_test(np.random.default_rng(8).normal(0.5, 1, (40, 30)), QUICK)

    assert stats.kstest(p, "uniform").pvalue < 1e-6


def rows_that_differ(rng: np.random.Generator, rows: int, seeds: int) -> tuple[Scores, Scores]:
    """Return two variants whose difference has mean 0, but goes one way in all seeds of a row."""
    lean = rng.normal(0, 1, rows)
    first = {(row, seed): float(rng.normal()) for row in range(rows) for seed in range(seeds)}
    return first, {(row, seed): score + lean[row] + rng.normal(0, 0.3) for (row, seed), score in first.items()}


def test_seeds_of_a_row_are_not_taken_as_independent() -> None:
    rng = np.random.default_rng(9)
    times, by_row, by_run = 120, 0, 0
    for _ in range(times):
        first, second = rows_that_differ(rng, 10, 6)
        by_row += paired(first, second, QUICK).p <= 0.05  # type: ignore[operator]
        one, other = ({(place, 0): each for place, each in enumerate(scores.values())} for scores in (first, second))
        by_run += paired(one, other, QUICK).p <= 0.05  # type: ignore[operator]

    assert by_row / times <= 0.05 + 3 * (0.05 * 0.95 / times) ** 0.5
    assert by_run / times > 0.25


def test_pairing_finds_what_groups_hide() -> None:
    rng = np.random.default_rng(10)
    ease = rng.normal(0, 3, 30)
    first = {(row, 0): float(score + 0.5 + rng.normal(0, 0.5)) for row, score in enumerate(ease)}
    second = {(row, 0): float(score + rng.normal(0, 0.5)) for row, score in enumerate(ease)}

    assert paired(first, second).differs
    assert not unpaired(first, second).differs


def test_skewed_differences_without_a_mean_are_not_claimed_by_signs_alone() -> None:
    values = np.random.default_rng(12).exponential(size=(600, 20)) - 1
    means = Means(values, QUICK, span=float(np.ptp(values)), together=1)
    signs = np.concatenate([flip_test(part, QUICK)[0] for part in np.split(values, 30)])
    both = np.maximum(signs, 2 * np.minimum(means.above(0.0), means.below(0.0)))

    assert (both <= 0.05).mean() <= 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5
    assert (signs <= 0.05).mean() > (both <= 0.05).mean()
