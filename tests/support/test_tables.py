"""Cells of tables are short, harmless and aligned; the values behind them stay exact."""

from __future__ import annotations

import pytest

from studio.support.tables import aligned, are_numbers, cell_text, number_text
from studio.support.values import Json


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        (3.0, "3"),
        (0.0, "0"),
        (-0.5, "-0.5"),
        (1 / 3, "0.3333"),
        (1234.56789, "1234.5679"),
        (0.1 + 0.2, "0.3"),
        (100.00001, "100"),
        (0.00012345678, "0.0001235"),
        (1.5e-9, "1.5e-09"),
        (1e20, "1e+20"),
        (10**20, "1" + "0" * 20),
    ],
)
def test_numbers_have_four_digits_after_the_point_at_most(value: float, shown: str) -> None:
    assert number_text(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "true"),
        (2 / 3, "0.6667"),
        ("two\nlines \x1b[2J", "two lines"),
        ([1 / 3, {"a": 2 / 3, "b": "0.123456789"}], '[0.3333,{"a":0.6667,"b":"0.123456789"}]'),
        ([1e-9 / 3], "[3.333e-10]"),
    ],
)
def test_a_cell_is_one_harmless_line(value: Json, shown: str) -> None:
    assert cell_text(value) == shown


def test_a_column_is_numeric_if_all_that_is_there_are_numbers() -> None:
    assert are_numbers([1, None, 2.5])
    assert not are_numbers([1, True])
    assert not are_numbers([None, None])


def test_columns_are_aligned_and_cut_to_the_room() -> None:
    grid = [["name", "n"], ["日本", "1"], ["a" * 50, "22"]]

    lines = aligned(grid, right=[1], room=20, paint=lambda row, column, text: f"<{text}>" if row == 0 else text)

    assert lines == [
        "<name>" + " " * 12 + "   <n>",
        "日本" + " " * 12 + "   1",
        "a" * 15 + "…  22",
    ]
