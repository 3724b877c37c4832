"""Expressions compute over JSON values and say clearly what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import studio
from studio.support.expression_functions import FUNCTIONS
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import ABSENT, encode

ROWS = [{"name": "b", "n": 2}, {"name": "a", "n": 3}]
VALUES: dict[str, Any] = {
    "x": 3, "text": "Tide Pools", "ok": True, "none": None, "rows": ROWS, "answer": {"text": "yes", "a b": [1, 2]},
    "empty": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x + 1", 4),
        ("x / 2", 1.5),
        ("x // 2", 1),
        ("-x ** 2", -9),
        ("x % 2", 1),
        ("2 ** -1", 0.5),
        ("7 - 2 * 3", 1),
        ("x >= 3 and x < 4", True),
        ("1 < x < 3", False),
        ("not ok", False),
        ("x == 3.0", True),
        ("none is None", True),
        ("none is not null", False),
        ("ok == true", True),
        ("x if x > 5 else 0", 0),
        ("'' or 'else'", "else"),
        ("answer.text", "yes"),
        ("answer['a b'][1]", 2),
        ("rows[-1].name", "a"),
        ("text[0:4]", "Tide"),
        ("text[::-1][0]", "s"),
        ("'Pool' in text", True),
        ("'text' in answer", True),
        ("3 not in [1, 2]", True),
        ("[r.name for r in rows if r.n > 2]", ["a"]),
        ("sum(r.n for r in rows)", 5),
        ("[a for a in answer]", ["text", "a b"]),
        ("[x * y for x in [1, 2] for y in range(x)]", [0, 0, 2]),
        ("[i * n for i, n in enumerate([5, 6])]", [0, 6]),
        ("(1, 2)", [1, 2]),
        ("{'a': x, 'b': [ok]}", {"a": 3, "b": [True]}),
        ("'ab' * 2", "abab"),
        ("[0] * 2 + [1]", [0, 0, 1]),
        ("len(text) + len(rows) + len(answer)", 14),
        ("max(1, x, 2)", 3),
        ("min(empty, default=0)", 0),
        ("mean([1, 2])", 1.5),
        ("round(2.567, 1)", 2.6),
        ("floor(2.5) + ceil(2.5)", 5),
        ("any([0, '']) or all(empty)", True),
        ("sorted([3, 1, 2], reverse=true)", [3, 2, 1]),
        ("sorted(rows, by='name')[0].n", 3),
        ("unique([1, 2, 1])", [1, 2]),
        ("reversed([1, 2])", [2, 1]),
        ("count([1, 1, 2], 1)", 2),
        ("count('banana', 'an')", 2),
        ("zip([1, 2], ['a', 'b'])", [[1, "a"], [2, "b"]]),
        ("lower(text)", "tide pools"),
        ("upper('é')", "É"),
        ("strip('  a ')", "a"),
        ("split('a,b', ',')", ["a", "b"]),
        ("join(['a', 'b'], '-')", "a-b"),
        ("replace(text, 'Tide', 'Rock')", "Rock Pools"),
        ("words(' a  b ')", ["a", "b"]),
        ("lines('a\\nb')", ["a", "b"]),
        ("contains(text, 'ide')", True),
        ("startswith(text, 'Ti')", True),
        ("endswith(text, 's')", True),
        ("matches(text, '^[A-Z]\\w+ P')", True),
        ("int(' 12 ')", 12),
        ("int(3.9)", 3),
        ("float('0.5')", 0.5),
        ("str(answer)", '{"text":"yes","a b":[1,2]}'),
        ("str(text)", "Tide Pools"),
        ("bool(empty)", False),
        ("get(answer, 'z', 0)", 0),
        ("get(rows, 5)", None),
        ("keys(answer)", ["text", "a b"]),
        ("values({'k': 1})", [1]),
        ("type(rows)", "list"),
        ("sqrt(9) + abs(-1)", 4.0),
        ("round(exp(log(5)))", 5),
        ("title('a b')", "A B"),
        ("x > 1\nand ok", True),
        ("  x  # three", 3),
    ],
)
def test_an_expression_has_this_value(expression: str, expected: object) -> None:
    result = Expression.parse(expression).evaluate(VALUES)

    assert result == expected
    assert type(result) is type(expected)


def test_every_function_is_used_in_the_table_of_values_and_explained() -> None:
    table = next(mark for mark in test_an_expression_has_this_value.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    written = " ".join(expression for expression, _ in table.args[1])

    for name, function in FUNCTIONS.items():
        assert f"{name}(" in written, name
        assert function.usage.startswith(f"{name}("), name
        assert function.help.endswith("."), name


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("a + b * a", ("a", "b")),
        ("b if a else c", ("b", "a", "c")),
        ("len(text) > max", ("text", "max")),
        ("[r.n + k for r in rows if r.n > low]", ("k", "rows", "low")),
        ("[a for a in [b for b in a]]", ("a",)),
        ("[x for x in x]", ("x",)),
        ("true and null is None", ()),
        ("{'key': value}.key[index]", ("value", "index")),
        ("sorted(xs, reverse=down)", ("xs", "down")),
    ],
)
def test_names_are_those_taken_from_outside_in_order_of_appearance(expression: str, names: tuple[str, ...]) -> None:
    assert Expression.parse(expression).names == names


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "It is empty"),
        ("x +", "cannot be read"),
        ("x = 3", "Equality is written `==`"),
        ("x && y", "Write `and`"),
        ("x; y", "cannot be read"),
        ("lambda: 1", "cannot be written"),
        ("(y := 1)", "changes nothing"),
        ("f'{x}'", "f-texts"),
        ("{1, 2}", "sets are not available"),
        ("[*x]", r"`\*` before"),
        ("max(*x)", r"`\*` before"),
        ("dict(**x)", "no function `dict`"),
        ("max(**x)", r"`\*\*` before"),
        ("x & y", "write `and`"),
        ("~x", "write `not`"),
        ("b'a'", "no JSON value"),
        ("...", "no JSON value"),
        ("2j", "no JSON value"),
        ("9" * 30, "no JSON value"),
        ("1e999", "no JSON value"),
        ("'\\ud800'", "no JSON value"),
        ("lenn(x)", "Did you mean `len`"),
        ("open('x')", "no function `open`"),
        ("x.lower()", r"Write `lower\(value, …\)`"),
        ("x.a.b()", "no methods"),
        ("x()()", "only functions can be called"),
        ("(lambda: 1)()", "[Oo]nly functions can be called|cannot be written"),
        ("x.__class__", "not available"),
        ("{k: v for k, v in x}", "in a loop"),
        ("await x", "cannot be read|not available"),
        ("x\0", "cannot be read"),
        ("(" * 500 + ")" * 500, "cannot be read|deeply"),
        ("-" * 3000 + "1", "deeply"),
        ("not " * 900 + "x", "deeply"),
        ("x" + "[0]" * 500, "deeply"),
        ("a" * 5000, "more than 4000"),
        ("[" + "1," * 1999 + "]", "too many parts"),
    ],
)
def test_what_is_not_understood_is_refused_when_read(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=f"(?i){message}") as caught:
        Expression.parse(expression)
    assert caught.value.expression == expression


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("x + text", r"`\+` does not work between a number and a text\. Write str"),
        ("text - 1", "`-` does not work between a text and a number"),
        ("-text", "a sign needs a number"),
        ("none < 3", "`<` does not work between null and a number"),
        ("x / 0", "divides by zero"),
        ("x % 0", "by zero"),
        ("answer.txet", "no key `txet`. Its keys: text, a b"),
        ("answer[0]", "keys of an object are texts"),
        ("text.upper", r"reads a key of an object, not of a text\. Write upper\(value\)"),
        ("rows[9]", "no place 9 in a list of length 2"),
        ("rows['a']", "is a whole number"),
        ("rows[0.5:]", "bounds"),
        ("text[::0]", "the step is not 0"),
        ("x[0]", "does not work on a number"),
        ("x[0:1]", "does not work on a number"),
        ("len(x)", "`len` needs a text, a list or an object"),
        ("len()", r"`len` is written len\(value\)"),
        ("len(text, 1, 2)", "is written"),
        ("round(1.5, places=1)", "is written"),
        ("max(empty)", "of an empty list"),
        ("max(1, 'a')", "can be compared"),
        ("sum(['a'])", "needs a number"),
        ("mean(empty)", "empty list"),
        ("sorted([1, 'a'])", "can be compared"),
        ("sorted(rows, by='z')", "all have a `z`"),
        ("lower(x)", "needs a text, not a number"),
        ("split(text, '')", "not empty"),
        ("replace(text, '', 'a')", "not empty"),
        ("join([1], '')", "needs a text"),
        ("int('a')", "cannot read “a”"),
        ("float('nan')", "infinite or undefined"),
        ("float('x')", "cannot read"),
        ("sqrt(-1)", "negative"),
        ("log(0)", "above 0"),
        ("exp(1000)", "too large"),
        ("get(x, 1)", "needs an object"),
        ("keys(x)", "needs an object"),
        ("values(x)", "needs an object"),
        ("matches(text, '(')", "not usable: missing"),
        ("matches(text, '(?=a)')", "Look-around"),
        ("3 in x", "needs a list"),
        ("3 in text", "needs a text"),
        ("range(1.5)", "whole numbers"),
        ("range(1, 5, 0)", "other than 0"),
        ("[a for a in x]", "goes through a list"),
        ("[a for a, b in rows]", "rows of 2"),
        ("{x: 1}", "keys of an object are texts"),
        ("(-8) ** 0.5", "root of a negative"),
        ("1e308 * 10", "infinite"),
        ("2 ** 63 * 4", "64 bits"),
        ("round(1.0, 99)", "at most 30"),
        ("{**answer}", "not available"),
        ("zip(1)", "needs a list"),
        ("words(1)", "needs a text"),
        ("count(1, 1)", "needs a list"),
        ("abs('a')", "needs a number"),
        ("strip(1)", "needs a text"),
        ("unique('a')", "needs a list"),
    ],
)
def test_what_fails_over_its_values_says_so(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=f"(?i){message}"):
        Expression.parse(expression).evaluate(VALUES)


def test_a_missing_name_is_told_with_those_that_are_there() -> None:
    with pytest.raises(
        ExpressionError, match=r"expression `score > 1`: `score` has no value\. Values given: `x`\."
    ) as caught:
        Expression.parse("score > 1").evaluate({"x": 1})
    assert caught.value.name == "score"

    with pytest.raises(ExpressionError, match="has no value"):
        Expression.parse("score > 1").evaluate({"score": ABSENT})


def test_values_are_never_changed() -> None:
    before = encode(VALUES)

    for expression in ("rows + [1]", "sorted(rows, by='name')", "reversed(rows)", "rows * 3", "[x for x in rows]"):
        Expression.parse(expression).evaluate(VALUES)

    assert encode(VALUES) == before


def test_an_expression_is_read_once_and_evaluated_many_times() -> None:
    first = Expression.parse("x * 2")

    assert Expression.parse("x * 2") is first
    assert [first.evaluate({"x": n}) for n in range(3)] == [0, 2, 4]


def test_the_help_page_names_every_function() -> None:
    page = (Path(studio.__file__).parent / "help" / "expressions.md").read_text(encoding="utf-8")

    for name, function in FUNCTIONS.items():
        assert f"| {function.help} |" in page, name
        assert f"`{name}(" in page, name
