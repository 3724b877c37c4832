"""Chunks of code are functions and classes, whole where they fit, and cover the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.chunking.by_symbols import chunk_by_symbols
from studio.documents.chunking.chunk import Source
from studio.documents.code.languages import LANGUAGES
from tests.documents.code.samples import SAMPLES

PYTHON = '''"""Module."""
import os


# Says hello.
@decorated
def hello(a):
    """Say hi."""
    return os.path.join(a)


class Cart:
    """A cart."""

    size = 3

    def total(self):
        return 1

    def items(self):
        x = 1
        y = 2
        return x + y
'''


def cut(text: str, size: int, name: str = "a.py") -> list[tuple[str, str, int, int]]:
    chunks = list(chunk_by_symbols(Source(name, text), size=size))
    return [(chunk["symbol"], chunk["kind"], chunk["start_line"], chunk["end_line"]) for chunk in chunks]


def test_a_definition_that_fits_is_one_chunk_with_its_comment_and_decorators() -> None:
    assert cut(PYTHON, 200) == [("", "code", 1, 2), ("hello", "function", 5, 9), ("Cart", "class", 12, 23)]


def test_a_class_that_does_not_fit_becomes_its_head_and_its_methods() -> None:
    assert cut(PYTHON, 40)[2:] == [
        ("Cart", "class", 12, 15), ("Cart.total", "method", 17, 18), ("Cart.items", "method", 20, 23),
    ]  # fmt: skip


def test_a_function_that_does_not_fit_is_cut_between_lines_and_says_so() -> None:
    chunks = [one for one in chunk_by_symbols(Source("a.py", PYTHON), size=20) if one["symbol"] == "Cart.items"]

    assert [(one["start_line"], one["end_line"], one["part"], one["parts"]) for one in chunks] == [
        (20, 22, 1, 2), (23, 23, 2, 2),
    ]  # fmt: skip
    assert [one["symbols"] for one in chunks] == [["Cart.items"], []]


def test_docstrings_and_comments_come_along() -> None:
    chunks = list(chunk_by_symbols(Source("a.py", PYTHON), size=200))

    assert [chunk["doc"] for chunk in chunks] == ["", "Say hi.", "A cart."]


def test_small_neighbours_are_gathered_if_asked() -> None:
    text = "".join(f"def f{n}():\n    pass\n\n" for n in range(4))
    chunks = list(chunk_by_symbols(Source("a.py", text), size=25, gather=True))

    assert [chunk["symbols"] for chunk in chunks] == [["f0", "f1"], ["f2", "f3"]]


def test_code_in_an_unknown_language_is_cut_between_lines() -> None:
    chunks = list(chunk_by_symbols(Source("a.zig", "one two\n" * 20), size=16))

    assert "".join(chunk["text"] for chunk in chunks) == "one two\n" * 20
    assert all(chunk["text"].endswith("\n") and chunk["kind"] == "code" for chunk in chunks)


def test_a_minified_line_is_cut_within() -> None:
    text = "function a(){return 1}" * 50
    chunks = list(chunk_by_symbols(Source("a.js", text), size=32))

    assert "".join(chunk["text"] for chunk in chunks) == text
    assert all(chunk["tokens"] <= 32 for chunk in chunks)


@pytest.mark.parametrize("language", SAMPLES)
@pytest.mark.parametrize("size", [16, 40, 1_000])
@pytest.mark.parametrize("gather", [False, True])
def test_in_every_language_the_chunks_cover_the_file(language: str, size: int, gather: bool) -> None:
    text = SAMPLES[language]
    chunks = list(chunk_by_symbols(Source("a", text), size=size, language=language, gather=gather))

    assert "".join(chunk["text"] for chunk in chunks) == text
    assert all(chunk["tokens"] <= size for chunk in chunks)


LINES = st.lists(
    st.sampled_from(["def f(a):\n", "    return a\n", "class C:\n", "    def m(self):\n", "        pass\n",
                     "\n", "x = (\n",
                     ")\n", "# note\n", "@d\n", "function g() {\n", "}\n", "struct s { int x; };\n", "fn h() {}\n",
                     "'''\n",
                     "é = 1; def k(): pass\n", "  "]),
    max_size=25,
).map("".join)  # fmt: skip


@given(LINES, st.sampled_from(sorted(LANGUAGES)), st.integers(16, 60), st.booleans())
def test_broken_code_is_covered_too(text: str, language: str, size: int, gather: bool) -> None:
    chunks = list(chunk_by_symbols(Source("a", text), size=size, language=language, gather=gather))

    assert "".join(chunk["text"] for chunk in chunks) == text
    assert all(chunk["tokens"] <= size for chunk in chunks)
