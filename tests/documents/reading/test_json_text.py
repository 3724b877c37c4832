"""JSON is read within bounds of depth, and what is wrong is told with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.reading.json_text import read_json, read_json_lines
from studio.support.errors import NodeError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab[{\"\\", max_size=3), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(VALUES)
def test_values_that_were_written_come_back(value: object) -> None:
    assert read_json(json.dumps(value), "a.json") == value
    assert read_json_lines(f"{json.dumps(value)}\n\n{json.dumps(value)}", "a.jsonl") == [value, value]


@pytest.mark.parametrize("text", ["[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 1_000_000, "[{" * 50_000])
def test_what_is_nested_too_deep_is_refused(text: str) -> None:
    with pytest.raises(NodeError, match="nested deeper than 64"):
        read_json(text, "a.json")


def test_without_that_check_the_parser_would_run_out_of_stack() -> None:
    with pytest.raises(RecursionError):
        json.loads("[" * 1_000_000)


def test_brackets_in_texts_are_no_nesting() -> None:
    assert read_json(json.dumps(["[" * 100, '"[{' * 50]), "a.json") == ["[" * 100, '"[{' * 50]
    assert read_json("[" * 64 + "]" * 64, "a.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": }', r"line 1, column 7"), ("", "line 1, column 1"), ("NaN", "finite"), ("1e999", "finite"),
        ('"\\ud800"', "can be kept"), ("123456789012345678901234567890", "can be kept"), ('"open', "Unterminated"),
        ("9" * 10_000, "can be kept"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_told(text: str, said: str) -> None:
    with pytest.raises(NodeError, match=said):
        read_json(text, "a.json")


def test_the_line_of_a_wrong_value_is_told() -> None:
    with pytest.raises(NodeError, match=r"line 3 of a\.jsonl"):
        read_json_lines('{"a": 1}\n\n{', "a.jsonl")


def test_too_many_values_are_refused() -> None:
    with pytest.raises(NodeError, match="more than 2 values"):
        read_json_lines("1\n2\n3\n", "a.jsonl", max_rows=2)
