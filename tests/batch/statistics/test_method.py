"""What an analysis refuses, and what its results look like outside."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from studio.batch.statistics import Interval, Margin, Method, paired, summary, unpaired
from studio.batch.statistics.method import plain
from studio.support.errors import UsageError


@pytest.mark.parametrize(
    "choices",
    [
        {"level": 1.0}, {"level": math.nan}, {"draws": 3}, {"draws": 10**9}, {"better": "more"}, {"over": "days"},
        {"failures": "hidden"}, {"family": "none"}, {"scale": (1, 0)}, {"scale": (0, math.inf)},
    ],
)  # fmt: skip
def test_choices_that_mean_nothing_are_refused(choices: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Method(**choices)


@pytest.mark.parametrize("choices", [{"size": 0.0}, {"size": math.nan}, {"unit": "points"}])
def test_margins_that_mean_nothing_are_refused(choices: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Margin(**choices)


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, "3", [1], 10**400, 1e200, 1j, {}])
def test_what_is_no_score_is_refused_with_its_place(score: Any) -> None:
    with pytest.raises(UsageError, match="row 7, seed 1"):
        paired({(7, 1): score}, {(7, 1): 1.0})
    with pytest.raises(UsageError, match="score 2"):
        summary([1.0, score])
    with pytest.raises(UsageError, match="score 1"):
        unpaired([score], [1.0])


def test_a_score_off_the_scale_is_refused() -> None:
    with pytest.raises(UsageError, match="off the scale of 0 to 1"):
        summary([0.5, 1.5], Method(scale=(0, 1)))


@pytest.mark.parametrize("key", [3, (1,), (1, 2, 3), (None, 1), (1.5, 1)])
def test_keys_that_name_no_run_are_refused(key: Any) -> None:
    with pytest.raises(UsageError, match="names no run"):
        summary({key: 1.0})


def test_rows_may_have_names_of_several_kinds() -> None:
    assert summary({(1, 0): 1.0, ("1", 0): 2.0, ("a", "x"): 3.0}).units == 3


def test_numbers_of_other_kinds_are_scores_too() -> None:
    numbers: list[Any] = [np.float32(0.5), np.int64(2), True]
    answers: list[Any] = [np.bool_(True), np.bool_(True), np.bool_(True)]

    assert summary(numbers).count == 3
    assert summary(answers).interval.method == "Wilson"


def test_json_has_six_digits_and_nothing_that_is_no_json() -> None:
    made = plain({"a": [1 / 3, math.nan, (math.inf,)], "b": Interval(None, 2 / 3, 0.95, "x"), 1: True})

    assert json.loads(json.dumps(made, allow_nan=False)) == {
        "a": [0.333333, None, [None]],
        "b": {"low": None, "high": 0.666667, "level": 0.95, "method": "x"},
        "1": True,
    }


def test_numbers_of_any_size_are_judged_alike() -> None:
    values = [1.0, 2.0, 4.0, 3.0, 2.5, 2.2, 3.3, 1.7, 2.9]
    here = {(row, 0): value for row, value in enumerate(values)}
    there = {(row, 0): value * 0.8 for row, value in enumerate(values)}

    plainly = paired(here, there)
    for factor in (1e-9, 1e9, 1e60):
        large, small = ({key: value * factor for key, value in each.items()} for each in (here, there))
        scaled = paired(large, small)
        assert scaled.p == plainly.p
        assert scaled.interval.low == pytest.approx((plainly.interval.low or 0) * factor)
        assert (scaled.better, scaled.worse) == (plainly.better, plainly.worse)
