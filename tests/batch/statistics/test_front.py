"""Which variants are worth their cost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batch.statistics import front
from studio.support.errors import UsageError
from tests.support.thorough import draws

POINTS = st.dictionaries(st.text(max_size=3), st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12)


def test_what_another_beats_without_costing_more_is_named_with_it() -> None:
    found = front({"slow": (3, 0.8), "cheap": (1, 0.5), "good": (2, 0.9), "dear": (2, 0.5)})

    assert [(each.name, each.beaten_by) for each in found] == [
        ("cheap", None),
        ("good", None),
        ("dear", "good"),
        ("slow", "good"),
    ]


def test_equal_ones_stand_side_by_side() -> None:
    assert [each.on_front for each in front({"a": (1, 2), "b": (1, 2), "c": (1, 1)})] == [True, True, False]


@settings(max_examples=draws(20, 100))
@given(POINTS, st.sampled_from(["higher", "lower"]))
def test_the_front_is_what_nothing_beats(points: dict[str, tuple[int, int]], better: str) -> None:
    sign = 1 if better == "higher" else -1

    def beats(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return one != other and one[0] <= other[0] and sign * one[1] >= sign * other[1]

    found = {each.name: each for each in front(points, better)}  # type: ignore[arg-type]

    for name, point in points.items():
        beaten_by = found[name].beaten_by
        assert found[name].on_front == (not any(beats(other, point) for other in points.values()))
        assert beaten_by is None or (beats(points[beaten_by], point) and found[beaten_by].on_front)


def test_a_cost_that_is_no_number_is_refused() -> None:
    with pytest.raises(UsageError, match="cost of a"):
        front({"a": (math.nan, 1)})
