"""Texts and values as source: they read back exactly, and nothing in them is hidden or becomes code."""

from __future__ import annotations

import ast
import math
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.export.formatting import formatted_parts
from studio.export.literals import MAX_DEPTH, comment, docstring, literal, text_literal
from studio.support.errors import UsageError
from studio.support.values import same_value
from tests.support.thorough import draws

HOSTILE = (
    '"', "'", '"""', "'''", "\\", "\\\n", "\n", "\r", "\r\n", "\x00", "\x1b[2J", "\t", " ", "  \n", "\u202e", "\u2066",
    "\u2028", "\u2029", "\x85", "\x0c", "\u200b", "\ufeff", "\u3164", "\ufe0f", "\U000e0041", "\ud800", "\udfff", "{x}",
    "{{", "}", "%s", "#", "# noqa", "# type: ignore", "# fmt: off", "\\N{BULLET}", "\\x41", "\\", "é", "漢字", "🦉",
    '")\nimport os\nos.abort()\n("', "word " * 40, "x" * 150, "…",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12)), max_size=12).map("".join)
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4), st.tuples(inner),
        st.tuples(inner, inner),
    ),
    max_leaves=12,
)  # fmt: skip


def reads_back(*sources: str) -> list[Any]:
    """The values that scripts hold which were made of these literals, saved and read again."""
    found = []
    for laid_out in formatted_parts([f"VALUE = {source}\n" for source in sources]):
        (statement,) = ast.parse(laid_out.encode()).body
        assert isinstance(statement, ast.Assign)
        found.append(ast.literal_eval(statement.value))
    return found


def hides(source: str) -> list[str]:
    """Characters of the source that a reader cannot see, or that change what is seen of others."""
    return [
        char for char in source if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ]


@settings(max_examples=draws(8, 15))
@given(st.lists(TEXTS, min_size=1, max_size=20))
@example(
    [
        'ends with a quote"\nand more than three\nlines\nof text"',
        'four """" quotes\nin the middle\nof\nlines',
        "a line of spaces\n    \nand one that ends with some   \nand\nmore",
        "back\\slash at the end\\\nof lines\\\n\\\nand\\",
        "two\nlines that are each " + "rather long " * 20 + "\n" + "x" * 300,
    ]
)
def test_a_text_reads_back_as_it_was(texts: list[str]) -> None:
    """Many at once: the formatter is a process of its own."""
    blocks, joined = [literal(text) for text in texts], [literal(text, block=False) for text in texts]
    lines = [text_literal(text) for text in texts]

    assert reads_back(*blocks, *joined, *lines) == texts * 3
    assert [hides(source) for source in (*blocks, *joined, *lines)] == [[]] * len(texts) * 3
    laid_out = formatted_parts([f"VALUE = {block}\n" for block in blocks])
    assert max(len(line) for one in laid_out for line in one.split("\n")) <= 120


@settings(max_examples=draws(8, 15))
@given(st.lists(VALUES, min_size=1, max_size=12))
def test_a_value_reads_back_as_it_was(values: list[Any]) -> None:
    back = reads_back(*map(literal, values))

    assert [repr(one) for one in back] == [repr(one) for one in values]


def naive(text: str) -> str:
    return f'"""{text}"""'


def naive_line(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


@pytest.mark.parametrize("write", [naive, naive_line], ids=["naive", "naive_line"])
def test_the_property_would_catch_source_built_of_strings(write: Any) -> None:
    def holds(text: str) -> bool:
        try:
            source = write(text)
            return reads_back(source) == [text] and not hides(source)
        except (SyntaxError, ValueError, UnicodeError):
            return False

    assert not all(holds(text) for text in HOSTILE)


def test_a_text_of_several_lines_stands_as_it_is() -> None:
    text = "Write two sentences about {topic}.\nMend this fault of the last draft, if any: {fault}\n"

    assert literal(text) == f'"""\\\n{text}"""'


def test_a_long_line_is_broken_between_words() -> None:
    text = "one two three four five six seven eight nine ten " * 4

    source = literal(text)

    assert source.startswith('("one two')
    assert max(map(len, source.split("\n"))) <= 102
    assert all(line.rstrip(')"').endswith((" ", "ten")) for line in source.split("\n"))


def test_short_things_stay_short() -> None:
    assert literal("name,age\n") == '"name,age\\n"'
    assert literal({"a": [1, 2.5, None, True], "b": ("x",)}) == '{"a": [1, 2.5, None, True], "b": ("x",)}'
    assert literal(-0.0) == "-0.0"


@pytest.mark.parametrize("value", [math.nan, math.inf, {1: 2}, object(), {"a": {1, 2}}], ids=range(5))
def test_what_has_no_literal_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match=r"script|number"):
        literal(value)


def test_nesting_ends_where_python_would_give_up() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]

    assert same_value(reads_back(literal(deep)), [deep])
    with pytest.raises(UsageError, match="nested deeper"):
        literal([deep])


@given(TEXTS)
@example("type: ignore")
@example("noqa")
@example("fmt: off")
def test_a_comment_stays_one_line_of_comment(text: str) -> None:
    source = f"x = 1  # {comment(text)}\ny = 2\n"

    assert ast.dump(ast.parse(source.encode(), type_comments=True)) == ast.dump(ast.parse("x = 1\ny = 2\n"))
    assert hides(source) == []


@given(TEXTS)
@example('It says \\ and """ and ends with a quote"')
@example("First line.\n\n  - a list\n    of things " + "that is long " * 20)
def test_a_docstring_is_one_literal_that_hides_nothing(text: str) -> None:
    source = f"def f() -> None:\n    {docstring(text)}\n"

    (function,) = ast.parse(source.encode()).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1
    assert isinstance(ast.get_docstring(function), str)
    assert hides(source) == []
