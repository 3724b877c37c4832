"""What a diagram refuses, and what it says of itself."""

from __future__ import annotations

from dataclasses import replace

import numpy
import pytest

from studio.dynamics.pictures.building import Firings, of_firings
from studio.dynamics.pictures.diagram import Alarm, Column, Diagram, Period, empty
from tests.dynamics.pictures.samples import agent_run, rule_110


def small(columns: int = 3, ticks: int = 5) -> Diagram:
    names = [Column(f"m{number}", group="g" if number < 2 else "") for number in range(columns)]
    return of_firings(names, Firings.plain(range(ticks), [0] * ticks, range(ticks)), last=ticks - 1)


@pytest.mark.parametrize("name", ["fired", "contentless", "error", "write", "novelty", "mass", "age", "goal"])
def test_arrays_of_another_shape_are_refused_by_name(name: str) -> None:
    made = small()

    with pytest.raises(ValueError, match=name):
        replace(made, **{name: getattr(made, name)[1:]})


def test_columns_and_symbols_must_agree() -> None:
    made = small()

    with pytest.raises(ValueError, match="2 columns"):
        replace(made, columns=made.columns[:2])


@pytest.mark.parametrize(
    "change",
    [
        {"alarms": (Alarm(5, "warn", "circle"),)},
        {"periods": (Period(0, 9, 1, 3),)},
        {"progress": (-1,)},
        {"revisits": numpy.array([[4, -1]])},
    ],
)
def test_marks_at_rows_that_do_not_exist_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="there are 5 rows"):
        replace(small(), **change)  # type: ignore[arg-type]


def test_curves_of_another_length_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="activity"):
        small().with_curves({"activity": numpy.zeros(4)})


def test_neighbours_of_one_group_are_one_stretch() -> None:
    assert small().groups() == (("g", 0, 2),)


def test_only_colourings_that_tell_something_are_offered() -> None:
    assert agent_run(40).colourings() == ("symbol", "novelty", "mass", "age", "goal")
    assert rule_110(30, 31).colourings() == ("symbol", "age")
    assert small().colourings() == ("symbol",)  # each tick is new: the age is 0 throughout


def test_a_tick_finds_the_row_at_or_before_it() -> None:
    made = replace(small(), ticks=numpy.array([2, 4, 8, 16, 32]))

    assert [made.row_of(tick) for tick in (0, 2, 7, 8, 99)] == [0, 0, 1, 2, 4]
    assert small().row_of(99) == 4
    assert empty().row_of(3) == -1
