"""Failed runs count alike wherever a number is told: the means of two arms and their difference must agree."""

from __future__ import annotations

import pytest

from studio.batch.analysing.conclusions import conclude
from studio.batch.statistics import Method, summary
from tests.batch.reporting.tables import made_table, settings


def scoring(graph: str, variant: str, row: int, seed: int) -> float | None:
    """The second arm has one failed run, and scores that are all better than the worst of the first."""
    if variant == "whole":
        return float(row)
    return None if row == 3 and seed == 0 else 10.0 + row


def test_the_difference_of_two_arms_is_the_difference_of_their_means() -> None:
    table = made_table(scoring, settings(t=[1]))
    found = conclude(table)
    whole, other = found.arms
    name = found.main

    difference = other.differences[name].comparison.effect

    assert difference is not None
    assert (whole.scores[name].mean, other.scores[name].mean) != (None, None)
    assert difference == pytest.approx(other.scores[name].mean - whole.scores[name].mean)  # type: ignore[operator]
    alone = summary(table.scores_of(other.name, name), Method())
    assert alone.mean != pytest.approx(other.scores[name].mean), "control: judged alone, its own worst would count"


def test_failed_runs_that_are_left_out_count_nowhere() -> None:
    found = conclude(made_table(scoring, settings(t=[1])), Method(failures="left_out"))
    other = found.arms[1]

    assert other.scores[found.main].least == 10.0
