"""CSV becomes rows of as many cells as there are columns, or a sentence with the line."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.reading.tables import read_table
from studio.support.errors import NodeError


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_divides_the_cells_is_found_out(delimiter: str) -> None:
    text = f'name{delimiter}note\nAnn{delimiter}"a, b; c | d"\n'

    table = read_table(text, "a.csv")

    assert table.delimiter == delimiter
    assert table.objects() == [{"name": "Ann", "note": "a, b; c | d"}]


def test_names_that_are_empty_or_come_twice_get_their_number() -> None:
    assert read_table("a,,a,a\n1,2,3,4\n", "a.csv").columns == ("a", "2", "a_3", "a_4")


def test_names_stay_apart_even_if_a_made_name_is_there_already() -> None:
    assert len(set(read_table("a_2,a,a,a_3\n", "a.csv").columns)) == 4


def test_without_a_header_columns_are_numbered() -> None:
    assert read_table("1,2\n", "a.csv", header=False).objects() == [{"1": "1", "2": "2"}]


def test_blank_lines_are_left_out_and_short_rows_filled() -> None:
    assert read_table("a,b\n\n1\n", "a.csv").rows == [["1", ""]]


def test_quoted_cells_may_hold_line_ends_and_quotes() -> None:
    assert read_table('a,b\n"x\ny","say ""hi"""\n', "a.csv").rows == [["x\ny", 'say "hi"']]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n1,2,3\n", "Line 3 of `a.csv` holds 3 cells, but there are 2 columns"),
        ("," * 1_000_000, "holds 1000001 cells, more than 1000"),
        ("a\n" + "x" * 1_000_001, "Line 2 of `a.csv` cannot be read: field larger"),
        ("a\n1\n2\n3\n", "Line 4 of `a.csv` is one row too many"),
    ],
)
def test_what_is_wrong_or_too_large_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(NodeError, match=said):
        read_table(text, "a.csv", max_rows=2)


def test_cells_are_only_ever_data() -> None:
    assert read_table("a\n=1+1\n", "a.csv").rows == [["=1+1"]]


CELLS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=10)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), max_size=6)))
def test_rows_that_were_written_come_back(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)

    assert read_table(out.getvalue(), "a.csv", header=False, delimiter=",").rows == rows
