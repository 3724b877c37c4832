"""Nothing a stranger writes in an expression reaches out, changes a value, or goes on for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import simpleeval

from studio.support.expressions import Expression, ExpressionError
from studio.support.values import encode

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
