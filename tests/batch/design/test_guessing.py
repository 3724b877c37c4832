"""Columns of a table that no input says the type of: what is a number, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.batch.design.reading import read_rows


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["7", "-2.5", "0"], [7, -2.5, 0]),
        (["7", "", "1e3"], [7, None, 1000.0]),
        (["true", "FALSE", "true"], [True, False, True]),
        (["7", "x", "0"], ["7", "x", "0"]),
        (["007", "010", "1"], ["007", "010", "1"]),
        (["+31", "4", "5"], ["+31", "4", "5"]),
        (["1.10.2", "2", "3"], ["1.10.2", "2", "3"]),
        (["12345678901234567890", "1", "2"], ["12345678901234567890", "1", "2"]),
        (["NaN", "1", "2"], ["NaN", "1", "2"]),
    ],
)
def test_a_column_is_numbers_only_if_all_cells_are(tmp_path: Path, cells: list[str], values: list[object]) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("name,expected\n" + "".join(f"row {n},{cell}\n" for n, cell in enumerate(cells)))

    rows = read_rows(table)

    assert [row.values["expected"] for row in rows] == values
    assert [row.values["name"] for row in rows] == ["row 0", "row 1", "row 2"]


def test_what_an_input_says_goes_before(tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("n,label\n1,2\n")

    assert read_rows(table, {"label": "text"})[0].values == {"n": 1, "label": "2"}
