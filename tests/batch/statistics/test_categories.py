"""Classes of runs."""

from __future__ import annotations

import json

import pytest
from scipy import stats  # type: ignore[import-untyped]

from studio.batch.statistics import Method, categories
from studio.batch.statistics.categories import Labels
from studio.support.errors import UsageError


def labels(text: str) -> Labels:
    names = {"1": "I", "2": "II", "4": "IV", "-": None}
    return {(row, 0): names[letter] for row, letter in enumerate(text)}


def test_classes_are_counted_and_their_shift_is_mcnemars_test() -> None:
    found = categories(labels("4" * 20 + "2" * 5), labels("4" * 8 + "2" * 12 + "2" * 3 + "44"))

    four = next(each for each in found.classes if each.name == "IV")
    assert (four.first, four.second) == (20, 10)
    assert four.shift.effect == pytest.approx(0.4)
    assert four.shift.p == pytest.approx(stats.binomtest(2, 14).pvalue)
    assert four.p_adjusted == pytest.approx(2 * stats.binomtest(2, 14).pvalue)
    assert found.p == pytest.approx(four.p_adjusted)
    json.dumps(found.as_json(), allow_nan=False)


def test_groups_get_fishers_test() -> None:
    first, second = ["IV"] * 9 + ["I"], ["IV"] * 3 + ["I"] * 8

    found = categories(first, second)

    assert found.classes[1].shift.p == pytest.approx(stats.fisher_exact([[9, 1], [3, 8]]).pvalue)
    assert found == categories(first[::-1], second)
    paired_up, group = labels("4" * 9 + "1"), labels("444" + "1" * 7)
    assert categories(paired_up, group).p != categories(paired_up, group, pairs=False).p


def test_runs_without_a_class_are_left_out_and_told() -> None:
    found = categories(labels("44-1"), labels("4--1"))

    assert found.none == (1, 2)
    assert {each.shift.runs for each in found.classes} == {2}


def test_several_seeds_of_a_row_count_as_one() -> None:
    first = {(row, seed): "IV" for row in range(4) for seed in range(25)}
    second = {(row, seed): "II" if row == 0 else "IV" for row in range(4) for seed in range(25)}

    by_row, by_seed = categories(first, second), categories(first, second, Method(over="seeds"))

    assert by_row.p == 1.0
    assert by_seed.p is not None
    assert by_seed.p < 0.001


def test_no_runs_have_no_classes() -> None:
    assert categories({}, {}).classes == ()
    assert categories({}, {}).p is None


def test_too_many_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="51 classes are too many"):
        categories([str(each) for each in range(51)], [])
