"""Nothing a stranger writes in an expression reaches out, changes a value, or goes on for long."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest
import simpleeval
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.support.expression_functions import FUNCTIONS
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import encode
from tests.support.thorough import draws

# Each line: what a stranger may write, the values, and what simpleeval with its own defaults does with it
# ("gives": it returns a value or reaches in; "refuses"; None where showing it would hang this test).
HOSTILE: list[tuple[str, dict[str, Any], str | None]] = [
    ("().__class__.__bases__[0].__subclasses__()", {}, "refuses"),
    ("x.__class__", {"x": 1}, "refuses"),
    ("'{0.__class__}'.format(x)", {"x": 1}, "refuses"),
    ("f'{x.real}'", {"x": 1}, "gives"),
    ("f'{x:>99999}'", {"x": 1}, "gives"),
    ("'%9999999d' % x", {"x": 1}, "gives"),
    ("x.real", {"x": 1}, "gives"),
    ("x.keys", {"x": {}}, "gives"),
    ("x.pop('k')", {"x": {"k": 1}}, "gives"),
    ("x.update(x)", {"x": {"k": 1}}, "gives"),
    ("x.append(x)", {"x": [1]}, "gives"),
    ("x = 1", {"x": 1}, "gives"),
    ("x += 1", {"x": 1}, "gives"),
    ("1; 2", {}, "gives"),
    ("rand()", {}, "gives"),
    ("randint(9)", {}, "gives"),
    ("int", {}, "gives"),
    ("{1, 2}", {}, "gives"),
    ("(1).to_bytes(9999999, 'big')", {}, "gives"),
    ("x.ljust(9999999)", {"x": "a"}, "gives"),
    ("x.expandtabs(9999999)", {"x": "\t"}, "gives"),
    ("7 ** 99999", {}, "gives"),
    ("1 << 9999", {}, "gives"),
    ("x.replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 999)", {"x": "a" * 999}, "gives"),
    ("replace(x, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 999)", {"x": "a" * 9999}, "refuses"),
    ("[[[[[[[1] * 99] * 99] * 99] * 99] * 99] * 99] * 99", {}, None),
    ("[[[[[1] * 99] * 99] * 99] * 99] * 99 == [[[[[1] * 99] * 99] * 99] * 99] * 99", {}, None),
    ("str([[[[[[1] * 99] * 99] * 99] * 99] * 99] * 99)", {}, None),
    ("sorted([[[[[[1] * 99] * 99] * 99] * 99] * 99] * 99)", {}, None),
    ("unique([[[[[[1] * 99] * 99] * 99] * 99] * 99] * 99)", {}, None),
    ("1 in [[[[[[1] * 99] * 99] * 99] * 99] * 99] * 99", {}, None),
    ("9 ** 9 ** 9 ** 9", {}, None),
    ("(-9) ** (9 ** 9)", {}, None),
    ("'a' * 9 ** 9", {}, "refuses"),
    ("x * x", {"x": "a"}, "refuses"),
    ("range(10 ** 15)", {}, "refuses"),
    ("range(10 ** 18 * 9)", {}, "refuses"),
    ("[a for a in range(999999) for b in range(999999)]", {}, "refuses"),
    ("[x + str(a) for a in range(9999)]", {"x": "a" * 90_000}, None),
    ("[x[a:] for a in range(9999)]", {"x": "a" * 900_000}, None),
    ("[lower(x) for a in range(9999)]", {"x": "A" * 900_000}, "refuses"),
    ("[x in x for a in range(9999)]", {"x": "a" * 90_000}, None),
    ("[x == y for a in range(99999)]", {"x": [1] * 9999, "y": [1] * 9999}, None),
    ("[sum(x) for a in range(99999)]", {"x": [1] * 9999}, "refuses"),
    ("[count(x, 'a') for a in range(99999)]", {"x": "a" * 9999}, "refuses"),
    ("matches(x, '(a+)+$')", {"x": "a" * 60 + "b"}, "refuses"),
    ("[matches(x, '(a|b|ab)*c') for a in range(9999)]", {"x": "ab" * 30_000}, "refuses"),
    ("__import__('os').system('true')", {}, "refuses"),
    ("eval('1')", {}, "refuses"),
    ("getattr(x, 'real')", {"x": 1}, "refuses"),
]


@pytest.mark.parametrize(("expression", "values", "_control"), HOSTILE, ids=[line[0][:40] for line in HOSTILE])
def test_hostile_expressions_end_soon_and_reach_nothing(expression: str, values: dict[str, Any], _control: str) -> None:
    before = encode(values)
    started = time.process_time()

    try:
        result = Expression.parse(expression).evaluate(values)
    except ExpressionError:
        result = None

    assert time.process_time() - started < 5
    assert encode(values) == before
    # `matches` has an answer, no danger: everything else here must have been refused.
    assert result is None or expression.startswith("matches("), result


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("expression", "values", "control"),
    [line for line in HOSTILE if line[2]],
    ids=[line[0][:40] for line in HOSTILE if line[2]],
)
def test_control_what_plain_simpleeval_makes_of_them(expression: str, values: dict[str, Any], control: str) -> None:
    plain: Callable[[str], Any] = simpleeval.EvalWithCompoundTypes(names={**values}).eval

    try:
        plain(expression)
        outcome = "gives"
    except Exception:  # noqa: BLE001 - whatever it raises, it refused
        outcome = "refuses"

    assert outcome == control


TOKENS = st.sampled_from([
    "x", "y", "rows", "item", "0", "1", "-1", "2.5", "9" * 18, "1e300", "'a'", "'é'", "''", "true", "null", "None",
    "(", ")", "[", "]", "{", "}", ",", ":", ".", ".k", ".name", "+", "-", "*", "/", "//", "%", "**", "==", "!=", "<",
    ">=", " in ", " not in ", " is ", " and ", " or ", " not ", " if ", " else ", " for ", "=", "reverse=", "by=",
    "default=", "\n", "\\", "@", *(f"{name}(" for name in FUNCTIONS),
])  # fmt: skip
ATOMS = st.sampled_from(
    ["x", "y", "rows", "1", "0", "-2", "0.5", "'a b'", "null", "true", "[]", "[1, 2]", "{}", "rows[0]", "x.k"]
)


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "==", "<", "in", "not in", "and", "or", "is"])
    return st.one_of(
        st.tuples(parts, operators, parts).map(" ".join),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(parts, max_size=3)).map(
            lambda t: f"{t[0]}({', '.join(t[1])})"
        ),
        st.tuples(parts, parts).map(lambda t: f"({t[0]})[{t[1]}]"),
        st.tuples(parts, parts, parts).map(lambda t: f"[{t[0]} for x in {t[1]} if {t[2]}]"),
        st.tuples(parts, parts, parts).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        st.tuples(parts, parts).map(lambda t: f"{{'k': {t[0]}, 'l': [{t[1]}]}}"),
    )


@settings(max_examples=draws(60, 400), deadline=None)
@given(st.one_of(st.lists(TOKENS, max_size=14).map("".join), st.recursive(ATOMS, _larger, max_leaves=8)))
def test_whatever_is_written_gives_a_json_value_or_one_kind_of_error(expression: str) -> None:
    values: dict[str, Any] = {"x": 3, "y": "text", "rows": [{"k": 1, "name": "a"}, [2, None]], "item": {"k": [True]}}
    before = encode(values)

    with contextlib.suppress(ExpressionError):
        encode(Expression.parse(expression).evaluate(values))

    assert encode(values) == before
