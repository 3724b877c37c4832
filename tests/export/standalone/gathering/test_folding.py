"""Folding changes how much code there is and never what it does."""

from __future__ import annotations

import ast
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.export.standalone.gathering import folding
from studio.export.standalone.gathering.folding import folded
from studio.export.standalone.gathering.printing import printed
from tests.support.plain_functions import loaded
from tests.support.thorough import draws

CONSTANTS = ("None", "True", "False", "0", "1", '""', '"x"', "[]", '["x"]', '{"x": 1}')
LEAVES = st.sampled_from((*CONSTANTS, "a", "b", "a", "b"))
VALUES: tuple[Any, ...] = (None, True, 0, 1, "", "x", [], ["x"])


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(("and", "or", "==", "!=", "is", "is not")), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} in [{parts[1]}, 1])"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else {parts[2]})"),
        inner.map(lambda part: f"(not {part})"),
        inner.map(lambda part: f"bool({part})"),
        inner.map(lambda part: f'f"<{{{part}}}>"' if '"' not in part else part),
        st.tuples(inner, inner).map(lambda parts: f"[one for one in [a, b, 1] if {parts[0]} or {parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f'{{**{{"k": {parts[0]}}}, "l": {parts[1]}}}'),
    )


EXPRESSIONS = st.recursive(LEAVES, _joined, max_leaves=8)


def source(lines: list[str]) -> str:
    return "def work(a, b):\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def shorter(text: str) -> str:
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    folded(function)
    return printed([function])


def results(text: str) -> list[str]:
    work = loaded(text).work
    return [_result(work, one, other) for one, other in itertools.product(VALUES, VALUES)]


def _result(work: Any, one: Any, other: Any) -> str:
    try:
        return repr(work(one, other))
    except Exception as error:  # noqa: BLE001 - that it fails is a result, too
        return type(error).__name__


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # `1 is a`
@settings(max_examples=draws(30, 100))
@given(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS)
def test_a_folded_function_does_the_same(test: str, one: str, other: str) -> None:
    text = source(
        [f"unused = {one}", f"if {test}:", f"    kept = {one}", "elif a:", f"    return {other}", "else:",
         f"    kept = [{other}]", "    a = kept", "return kept, a, b"]
    )  # fmt: skip

    assert results(shorter(text)) == results(text)


def test_a_wrong_rule_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """`1 and x` is `x`; a rule that took it for `1` must not pass."""
    monkeypatch.setattr(folding.Folding, "visit_BoolOp", lambda self, node: node.values[0])
    text = source(["return 1 and a"])

    assert results(shorter(text)) != results(text)


def test_what_is_never_reached_is_left_out() -> None:
    text = source(["if None is None:", "    return a", "elif b:", "    return b", "return 3"])

    assert shorter(text) == "def work(a, b):\n    return a"


def test_what_is_computed_for_nothing_is_left_out_unless_it_does_something() -> None:
    assert shorter(source(["told = 1", "other = a", "done = print(a)", "return b"])) == (
        "def work(a, b):\n    print(a)\n    return b"
    )
