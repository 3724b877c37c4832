"""Generated source is laid out as people are used to, and means what it meant."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.export.formatting import LINE, formatted

LONG = "x" * 100


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ('f(("a"))', 'f("a")'),
        ('f(key=("a"), more=("b"))', 'f(key="a", more="b")'),
        ('{"k": ("a"), ("b"): [("c")]}', '{"k": "a", "b": ["c"]}'),
        ('f(("a"\n"b"))', 'f("ab")'),
        ('f("a")', 'f("a")'),
        ('("a",)', '("a",)'),
        ('f(("a") + x)', 'f("a" + x)'),
        ('f(("a").upper())', 'f("a".upper())'),
        ('x[("a")]', 'x["a"]'),
    ],
)
def test_brackets_around_one_literal_are_left_out(source: str, wanted: str) -> None:
    assert formatted(f"{source}\n") == f"{wanted}\n"


def test_brackets_that_keep_a_line_short_stay() -> None:
    laid_out = formatted(
        f'answer = function(one_parameter_of_many=("{LONG}"), another_parameter_of_many=("{LONG}a"))\n'
    )

    assert max(map(len, laid_out.split("\n"))) <= LINE
    assert ast.literal_eval(ast.parse(laid_out).body[0].value.keywords[1].value) == f"{LONG}a"  # type: ignore[attr-defined]


@pytest.mark.parametrize("names", range(2, 9))
@pytest.mark.parametrize("letters", [3, 12, 40])
def test_choices_behind_choices_are_laid_out_as_other_formatters_do(names: int, letters: int) -> None:
    choices = [f"{chr(97 + number) * letters} if {chr(97 + number)} > {number}" for number in range(names)]
    source = f"def f():\n    return {{'key': {' else '.join(choices)} else nothing}}\n"

    laid_out = formatted(source)

    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", str(LINE), "-"]
    done = subprocess.run(command, input=laid_out, capture_output=True, text=True, check=True)
    assert done.stdout == laid_out
    assert ast.dump(ast.parse(laid_out)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("x = a and b or c", "x = (a and b) or c"),
        ("x = a or b and c or d and e", "x = a or (b and c) or (d and e)"),
        ("f(a and b or (c and d))", "f((a and b) or (c and d))"),
        ("x = (a or b) and c", "x = (a or b) and c"),
    ],
)
def test_what_and_joins_inside_of_or_stands_in_brackets(source: str, wanted: str) -> None:
    assert formatted(f"{source}\n") == f"{wanted}\n"


def test_a_line_that_cannot_be_shorter_is_excused_and_no_text_is_touched() -> None:
    names = ", ".join(f"a_name_of_some_length_{number}" for number in range(8))
    text = f"lambda {names}: 1"

    laid_out = formatted(f"x = f(lambda {names}: 1)\ny = '''{text}\n{text}'''\n")

    excused = [line.endswith("  # noqa: E501") for line in laid_out.split("\n") if "lambda" in line]
    assert excused == [True, False, False]
    assert ast.literal_eval(ast.parse(laid_out).body[1].value) == f"{text}\n{text}"  # type: ignore[attr-defined]
    assert "noqa" not in formatted("x = f(lambda a: 1)\n")


PARTS = st.sampled_from(['("a")', '("a" "b")', '"c"', '("d",)', "('e' 'f').upper()", f'("{LONG}")', "(1)", 'g("h")'])


@given(st.lists(PARTS, min_size=1, max_size=4), st.sampled_from(["f(%s)", "[%s]", "x = (%s)", "f(k=%s)", "{%s: 1}"]))
def test_source_means_what_it_meant(parts: list[str], around: str) -> None:
    source = around.replace("%s", ", ".join(parts) if "k=" not in around and ":" not in around else parts[0])

    assert ast.dump(ast.parse(formatted(f"{source}\n"))) == ast.dump(ast.parse(source))
