"""Expressions written as Python give what the engine gives, and fail where it fails."""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from studio.export.standalone import formulas
from studio.export.standalone.formulas import formula_problem, python_formula
from studio.export.standalone.runtime import formulas as runtime
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import encode
from tests.support.thorough import draws

PLAIN_FAILS_LESS = (
    "64 bits", "infinite or undefined", "too much work", "too large or too deep", "needs a list, not", "a place in",
    "the bounds in", "`*` does not work between", "`for` expects rows", "at most 30",
)  # fmt: skip
"""Where Python may have an answer and the studio refuses; `runtime.formulas` tells of it."""


def scripted(text: str) -> runtime.Expression:
    made = python_formula(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of constants compared with one another
        function = eval(made.source, {"re": re, "math": math, **made.uses})  # noqa: S307  # what is tested
    return runtime.Expression(text, function)


def outcome(expression: Any, values: dict[str, Any]) -> Any:
    try:
        return encode(expression.evaluate(values))
    except ExpressionError as error:
        return error


NAMES = st.sampled_from(["a", "b", "item", "len", "total", "x_"])
CONSTANTS = st.sampled_from(
    ["0", "1", "2", "-1", "2.5", "true", "false", "null", '"a"', '"b,c"', '""', "[]", "[1, 2]", '["a", "b"]', "{}",
     '{"a": 1, "b": [2]}', '[{"a": 2}, {"a": 1}]', '" A "', "3"]
)  # fmt: skip
ONE = [
    "len", "sum", "mean", "abs", "round", "floor", "ceil", "sqrt", "any", "all", "sorted", "reversed", "unique",
    "range", "enumerate", "lower", "upper", "title", "strip", "split", "join", "words", "lines", "int", "float", "str",
    "bool", "keys", "values", "type", "max", "min", "zip", "log", "exp",
]  # fmt: skip
TWO = [
    "round",
    "count",
    "range",
    "zip",
    "strip",
    "split",
    "join",
    "contains",
    "startswith",
    "endswith",
    "get",
    "max",
    "min",
]
OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not in",
    "is",
    "is not",
    "and",
    "or",
]


def filled(shape: str) -> st.SearchStrategy[str]:
    """Expressions of a shape: `E` in it is any expression, `N` a name, `O` an operator, `F` and `G` functions."""
    parts = {
        "E": EXPRESSIONS,
        "N": NAMES,
        "O": st.sampled_from(OPERATORS),
        "F": st.sampled_from(ONE),
        "G": st.sampled_from(TWO),
    }
    pieces = [parts.get(piece, st.just(piece)) for piece in re.findall(r"[A-Z]|[^A-Z]+", shape)]
    return st.tuples(*pieces).map("".join)


SHAPES = [
    "(E O E)", "E O E O E", "(not E)", "(-E)", "(E if E else E)", "(E).a", "(E)[E]", "(E)[E:E]", "F(E)", "F(E)",
    "G(E, E)", 'sorted(E, by="a", reverse=E)', "max(E, default=E)", 'replace(E, "a", E)', 'matches(E, "^[a-c]$")',
    "[E for N in E if E]", "[E for N, N in enumerate(E)]", "any(E for N in E)", '{"a": E, E: 1}', "[E, E]",
]  # fmt: skip
EXPRESSIONS: st.SearchStrategy[str] = st.deferred(
    lambda: NAMES | CONSTANTS | NAMES | CONSTANTS | st.sampled_from(SHAPES).flatmap(filled)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70)
    | st.sampled_from([0.5, -2.25, 1e300, "a", "b", "12", " A b", "", "nan"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "len"]), inner, max_size=3),
    max_leaves=4,
)
GIVEN = st.fixed_dictionaries(dict.fromkeys(("a", "b", "item", "len", "total", "x_"), VALUES))


@settings(max_examples=draws(70, 200))
@given(EXPRESSIONS, st.lists(GIVEN, min_size=1, max_size=3))
@example("[x for x in a] + [len(len)]", [{"a": "ab", "len": [1, 2]}])
@example("a in b in [item]", [{"a": "a", "b": {"a": 1}, "item": {"a": 1}}, {"a": [], "b": {}, "item": 1}])
@example("sum(a)", [{"a": [0.1] * 10}])
@example("a % b", [{"a": "%d", "b": 2}, {"a": 7, "b": 2}])
@example("a is true", [{"a": 1}, {"a": "true"}])
def test_python_gives_what_the_engine_gives_or_both_fail(text: str, given_values: list[dict[str, Any]]) -> None:
    try:
        expression = Expression.parse(text)
        twin = scripted(text)
    except ExpressionError:
        assume(False)
        return
    assert twin.names == expression.names
    for values in given_values:
        wanted, made = outcome(expression, values), outcome(twin, values)
        if isinstance(wanted, ExpressionError) and any(part in str(wanted).lower() for part in PLAIN_FAILS_LESS):
            continue
        told = (text, values, python_formula(text).source, str(wanted), str(made))
        assert isinstance(made, ExpressionError) == isinstance(wanted, ExpressionError), told
        assert isinstance(made, ExpressionError) or made == wanted, told


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("sum(a)", {"a": [0.1] * 10}),
        ("a % 2", {"a": "%d"}),
        ("str(a)", {"a": True}),
        ("[1] in a", {"a": {}}),
        ("enumerate(a)[0][0]", {"a": [5]}),
        ("a ** 0.5 != 1", {"a": -1}),
    ],
)
def test_the_expression_as_it_stands_would_give_something_else(text: str, values: dict[str, Any]) -> None:
    """Control: Python's own meaning of the text is another one, which the rewritten one is not."""
    wanted = outcome(Expression.parse(text), values)
    try:
        plain: Any = encode(eval(text, {}, dict(values)))  # noqa: S307  # a text of this file
    except (TypeError, ValueError) as error:
        plain = error
    told = str(wanted)
    assert plain != wanted or isinstance(wanted, ExpressionError)
    assert str(outcome(scripted(text), values)) == told


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("round(width * height, 2)", "lambda width, height: round(width * height, 2)"),
        ('score >= 0.8 and label == "spam"', 'lambda score, label: score >= 0.8 and label == "spam"'),
        ("item.confidence > 0.7", 'lambda item: item["confidence"] > 0.7'),
        ('pairs[-1].name if pairs else ""', 'lambda pairs: pairs[-1]["name"] if pairs else ""'),
        ("round(max(weights) / sum(weights), 3)", "lambda weights: round(max(weights) / total(weights), 3)"),
        ('join(words(text), " ")', 'lambda text: " ".join(text.split())'),
        ("len(words(item)) >= 2", "lambda item: len(item.split()) >= 2"),
        ('get(item, "reply", "") != ""', 'lambda item: get(item, "reply", "") != ""'),
        ("not x == null", "lambda x: x is not None"),
        ("label in [\"a\", 'b']", 'lambda label: label in ["a", "b"]'),
        ("not (label in allowed)", "lambda label, allowed: not contains(allowed, label)"),
        ("len + max(len, 1)", "lambda len: len + max(len, 1)"),
        ("len(len)", "lambda len_: len(len_)"),
        ("l + x_", "lambda l_, x__: l_ + x__"),
        ("[n for i, n in enumerate(rows) if i > 0]", "lambda rows: [n for i, n in enumerate(rows) if i > 0]"),
        ("sqrt(x)", "lambda x: math.sqrt(x)"),
        ("matches(x, '\\\\d+')", 'lambda x: re.search(r"\\d+", x, re.ASCII) is not None'),
        ("matches(x, pattern)", "lambda x, pattern: matches(x, pattern)"),
        ("1 + 1", "lambda: 1 + 1"),
        ("a and b or c", "lambda a, b, c: (a and b) or c"),
        (
            'a or b and c == "x" or (d and (e or f and g))',
            'lambda a, b, c, d, e, f, g: a or (b and c == "x") or (d and (e or (f and g)))',
        ),
        ("(a or b) and c", "lambda a, b, c: (a or b) and c"),
    ],
)
def test_an_expression_stays_readable(text: str, source: str) -> None:
    assert python_formula(text).source == source


HOSTILE = ['"', "'", "\\", '"""', '\\"); import os; ("', "\u202e", "\n", "⟦0⟧", "\x00\x1b", "{x}"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_a_text_in_an_expression_stays_a_text(hostile: str) -> None:
    text = f"x[{json.dumps(hostile)}] + {json.dumps(hostile + '1')}"
    source = python_formula(text).source
    assert [
        type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call | ast.Import)
    ] == []
    assert source.isprintable()
    assert scripted(text).evaluate({"x": {hostile: "0"}}) == f"0{hostile}1"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a + b", {"a": 1}),
        ("a / b", {"a": 1, "b": 0}),
        ("a - b", {"a": "x", "b": 1}),
        ("a < b", {"a": "x", "b": 1}),
        ("a + b", {"a": "x", "b": 1}),
        ("mean(a)", {"a": []}),
        ("a ** b", {"a": 10, "b": 99}),
        ("a % b", {"a": "x", "b": 1}),
        ("-a", {"a": "x"}),
        ("abs(a)", {"a": []}),
        ("round(a)", {"a": None}),
        ("len(a)", {"a": None}),
        ("max(a)", {"a": []}),
        ("keys(a)", {"a": 1}),
        ("lower(a)", {"a": 1}),
        ("lines(a)", {"a": {}}),
        ("a[0]", {"a": None}),
        ("a ** 2", {"a": "x"}),
        ("a + b", {"a": [], "b": 1}),
    ],
)
def test_a_failure_is_told_in_the_same_words(text: str, values: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError) as wanted:
        Expression.parse(text).evaluate(values)
    with pytest.raises(ExpressionError) as made:
        scripted(text).evaluate(values)
    assert str(made.value) == str(wanted.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("len(1, 2)", "`len` is written"),
        ("[x for y in ys for x in x]", "two things"),
        ("a in f in b if f else 0", ""),
        ("a in words(b) is true in c", "chain"),
        ("score >", "cannot be read"),
        ("[1 for x.y in z]", "`for` needs a name"),
    ],
)
def test_what_has_no_equal_is_told_before_export(text: str, why: str) -> None:
    assert why in formula_problem(text)
    assert bool(formula_problem(text)) is bool(why)


def test_a_chain_of_chains_does_not_grow_without_end() -> None:
    text = "a"
    for _ in range(30):
        text = f"a in ({text}) in b"
    assert "chain" in formulas.formula_problem(text)
