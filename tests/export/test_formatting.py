"""Generated source is laid out as people are used to, and means what it meant."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruff import find_ruff_bin

from studio.export.brackets import LINE
from studio.export.formatting import _program, formatted, formatted_parts
from studio.support.errors import EnvironmentProblem

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


def test_brackets_that_would_need_two_lines_more_are_left_out() -> None:
    text = "x" * (LINE - len('    key="",'))

    assert formatted(f'function(key=("{text}"), other=1)\n') == f'function(\n    key="{text}",\n    other=1,\n)\n'


def test_a_text_too_long_beside_its_name_gets_brackets_where_they_help() -> None:
    fitting, too_long = "x" * (LINE - len('    key="",') + 1), "x" * LINE

    laid_out = formatted(f'function(key="{fitting}", other="{too_long}")\n')

    assert laid_out == f'function(\n    key=(\n        "{fitting}"\n    ),\n    other="{too_long}",\n)\n'


def test_what_stands_in_a_formatted_text_is_left_alone() -> None:
    source = """f(f"{('a')}é{g(('b'))}")\n"""

    assert formatted(source) == source


def choice(names: str, letters: int) -> str:
    inside = " else ".join(f"{name * letters} if {name} > 0" for name in names)
    return f"x = {{'key': {inside} else nothing}}\n"


def test_choices_behind_choices_stand_in_brackets() -> None:
    assert (
        formatted(choice("abc", 40))
        == f"""\
x = {{
    "key": (
        {"a" * 40}
        if a > 0
        else (
            {"b" * 40}
            if b > 0
            else ({"c" * 40} if c > 0 else nothing)
        )
    )
}}
"""
    )
    assert formatted(choice("ab", 3)) == choice("ab", 3).replace("'", '"')


def test_what_was_laid_out_stays_as_it_is() -> None:
    sources = [choice("abcdefgh"[:names], letters) for names in range(2, 9) for letters in (3, 12, 40)]

    laid_out = formatted_parts(sources)

    assert formatted_parts(laid_out) == laid_out
    assert [ast.dump(ast.parse(one)) for one in laid_out] == [ast.dump(ast.parse(one)) for one in sources]
    assert formatted_parts(laid_out[-2:]) == [formatted(one) for one in sources[-2:]]


def test_parts_are_told_apart_whatever_lines_they_hold() -> None:
    sources = ['x = """\n# -\n# --\n"""\n', "# ---\nfor one in x:\n    pass\n# -\n", "import os\n", "@f\nclass A: pass"]

    laid_out = formatted_parts(sources)

    assert laid_out == [*sources[:3], "@f\nclass A:\n    pass\n"]
    assert formatted_parts([]) == []


def test_a_line_that_cannot_be_shorter_is_excused_and_no_text_is_touched() -> None:
    names = ", ".join(f"a_name_of_some_length_{number}" for number in range(8))
    text = f"lambda {names}: 1"

    laid_out = formatted(f"x = f(lambda {names}: 1)\ny = '''{text}\n{text}'''\n")

    excused = [line.endswith("  # noqa: E501") for line in laid_out.split("\n") if "lambda" in line]
    assert excused == [True, False, False]
    assert ast.literal_eval(ast.parse(laid_out).body[1].value) == f"{text}\n{text}"  # type: ignore[attr-defined]
    assert "noqa" not in formatted("x = f(lambda a: 1)\n")


PARTS = st.sampled_from(['("a")', '("a" "b")', '"c"', '("d",)', "('e' 'f').upper()", f'("{LONG}")', "(1)", 'g("h")'])


AROUND = st.sampled_from(["f(%s)", "[%s]", "x = (%s)", "f(k=%s)", "{%s: 1}"])


def put_together(around: str, parts: list[str]) -> str:
    return around.replace("%s", ", ".join(parts) if "k=" not in around and ":" not in around else parts[0])


@settings(max_examples=15)
@given(st.lists(st.builds(put_together, AROUND, st.lists(PARTS, min_size=1, max_size=4)), min_size=1, max_size=20))
def test_source_means_what_it_meant(sources: list[str]) -> None:
    for source, laid_out in zip(sources, formatted_parts(sources), strict=True):
        assert ast.dump(ast.parse(laid_out)) == ast.dump(ast.parse(source))


def test_nobody_s_settings_change_what_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"x = ['{'a' * 60}']\n"
    expected = formatted(source)
    (tmp_path / "ruff.toml").write_text("line-length = 40\nformat.quote-style = 'single'\n")
    (tmp_path / "beside").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "nothing that it knows")

    assert formatted(source) == expected == source.replace("'", '"')

    monkeypatch.delenv("RUFF_OUTPUT_FORMAT")
    told = subprocess.run([find_ruff_bin(), "format", "-"], input=source, capture_output=True, text=True, check=True)
    assert told.stdout != expected  # the control: they would
    monkeypatch.chdir(tmp_path / "beside")
    (tmp_path / "beside").rmdir()
    assert formatted(source) == expected


def test_threads_may_ask_at_once() -> None:
    sources = [f"x = ( {number} )\n" for number in range(12)]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(formatted, sources)) == [f"x = {number}\n" for number in range(12)]


def test_source_that_is_no_python_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="does not parse"):
        formatted("x = (\n")


def program(text: str, folder: Path) -> str:
    """A program in Ruff's place."""
    path = folder / "ruff"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def not_found() -> str:
    raise FileNotFoundError("Could not find the ruff binary in any of the following locations:\n - /bin")


@pytest.mark.parametrize("case", ["nowhere", "no program", "breaks", "hangs"])
def test_where_ruff_does_not_work_one_sentence_says_so(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, Callable[[], str]] = {
        "nowhere": not_found,
        "no program": lambda: str(tmp_path),
        "breaks": lambda: program("echo gone >&2; echo it broke >&2; exit 2", tmp_path),
        "hangs": lambda: program("exec sleep 600", tmp_path),
    }
    monkeypatch.setattr("ruff.find_ruff_bin", found[case])
    monkeypatch.setattr("studio.export.formatting._SECONDS", 0.1)
    _program.cache_clear()
    try:
        with pytest.raises(
            EnvironmentProblem, match=r"\ARuff, which lays out exported code, does not work here: "
        ) as raised:
            formatted("x = 1\n")
    finally:
        _program.cache_clear()

    assert raised.value.exit_code == 5
    assert "pip install" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert case != "breaks" or "it broke" in str(raised.value)
    monkeypatch.undo()
    assert formatted("x  = 1\n") == "x = 1\n"
