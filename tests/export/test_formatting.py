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


PARTS = st.sampled_from(['("a")', '("a" "b")', '"c"', '("d",)', "('e' 'f').upper()", f'("{LONG}")', "(1)", 'g("h")'])


@given(st.lists(PARTS, min_size=1, max_size=4), st.sampled_from(["f(%s)", "[%s]", "x = (%s)", "f(k=%s)", "{%s: 1}"]))
def test_source_means_what_it_meant(parts: list[str], around: str) -> None:
    source = around.replace("%s", ", ".join(parts) if "k=" not in around and ":" not in around else parts[0])

    assert ast.dump(ast.parse(formatted(f"{source}\n"))) == ast.dump(ast.parse(source))
