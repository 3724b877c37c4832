"""Marks of the last firings are counted as a plain list of them would be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.dynamics.detecting.lately import Lately


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20), st.integers(0, 20))
def test_marks_are_counted_as_in_a_plain_list(marks: list[bool], longest: int, window: int) -> None:
    found = Lately(longest)
    for at, marked in enumerate(marks):
        if marked:
            found.mark(at)

    window = min(window, longest)
    plain = sum(marks[max(len(marks) - window, 0) :])
    assert found.count(len(marks), window) == plain
    assert found.held >= found.count(len(marks), longest)


def test_what_is_cleared_is_forgotten() -> None:
    found = Lately(5)
    found.mark(3)
    found.clear()
    assert found.held == found.count(4, 5) == 0

    found.mark(9)
    assert found.count(10, 5) == 1
