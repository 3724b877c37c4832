"""Which problems are listed, in which order, and what of their text reaches a row."""

from __future__ import annotations

import pytest

from studio.graph.diagnostics import Diagnostic, Severity
from studio.graph.model import Place
from studio.gui.problems.listing import MOST_SIGNS, Filter, cell, counted, key_of, listed, one_line


def found(code: str, severity: Severity = "warning", node: str = "", graph: str = "", message: str = "") -> Diagnostic:
    return Diagnostic(code, severity, message or f"{code} at {node}", Place(), node, "", graph)


ALL = [
    found("empty", node="b"),
    found("edge_type", "error", "a", "inner"),
    found("cycle", "error", "C"),
    found("loose_function", node="a"),
]


def codes(wanted: Filter, *rest: object) -> list[str]:
    return [one.code for one in listed(ALL, wanted, *rest)]  # type: ignore[arg-type]


def test_errors_come_first_and_else_the_order_of_the_document_stands() -> None:
    assert codes(Filter()) == ["edge_type", "cycle", "empty", "loose_function"]


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (Filter(errors=False), ["empty", "loose_function"]),
        (Filter(warnings=False), ["edge_type", "cycle"]),
        (Filter(words="EDGE inner"), ["edge_type"]),
        (Filter(words="a edge"), ["edge_type"]),
        (Filter(graph=""), ["cycle", "empty", "loose_function"]),
        (Filter(graph="inner"), ["edge_type"]),
        (Filter(errors=False, warnings=False), []),
    ],
)
def test_a_filter_leaves_out_what_was_not_asked_for(wanted: Filter, left: list[str]) -> None:
    assert codes(wanted) == left
    assert wanted.hides
    assert not Filter().hides


def test_columns_sort_by_letters_whatever_their_case_and_both_ways() -> None:
    assert codes(Filter(), "node") == ["edge_type", "loose_function", "empty", "cycle"]
    assert codes(Filter(), "node", True) == ["cycle", "empty", "edge_type", "loose_function"]
    assert codes(Filter(), "problem", True)[:2] == ["empty", "loose_function"]


def test_a_row_holds_one_line_of_bounded_length() -> None:
    long = found("x", message="first\nsecond\u202e\u200b" + "y" * 10_000)

    text = cell(long, "problem")

    assert text.startswith("first second y")
    assert len(text) <= MOST_SIGNS + 2
    assert one_line("short") == "short"


def test_counts_are_said_as_people_say_them() -> None:
    assert counted(0, 0) == ""
    assert counted(1, 0) == "1 error"
    assert counted(2, 5) == "2 errors · 5 warnings"
    assert counted(0, 5002) == "5,002 warnings"


def test_a_finding_is_known_again_unless_it_says_something_else() -> None:
    assert key_of(ALL[0]) == key_of(found("empty", node="b"))
    assert key_of(ALL[0]) != key_of(found("empty", node="c"))
