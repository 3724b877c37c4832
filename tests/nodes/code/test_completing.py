"""Where blocks begin and end, and which completions are of no use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.code.already_there import AlreadyThere
from studio.nodes.code.block_body import BlockBody
from studio.nodes.code.close_once import CloseOnce
from studio.nodes.code.comment import Comment
from studio.nodes.code.empty_block import EmptyBlock, block_mode
from studio.nodes.code.imports import Imports
from studio.nodes.code.markers import Markers
from studio.support.errors import NodeError
from tests.support.fake_context import run_node


@pytest.mark.parametrize(
    ("before", "after", "language", "expected"),
    [
        ("def f(a):", "", "python", True),
        ("def f(a):\n    ", "\n\ndef g(): pass", "python", True),
        ("def f(a):", "\n    return a", "python", False),
        ("def f(a):\n    return a", "", "python", False),
        ("x = {1: 2", "", "python", False),
        ("if x: return", "", "python", False),
        ("for row in rows[1:2]:", "", "python", True),
        ("class A", "", "python", True),
        ("def f():\n    '''What it does.'''\n", "", "python", True),
        ("x = 1", "", "python", False),
        ("function f(a) {", "\n}", "javascript", True),
        ("function f(a) {", "\n  return a\n}", "javascript", False),
        ("const f = (a) => {", "", "typescript", True),
        ("let x = 1;", "", "typescript", False),
        ("if (x) {", "\n}", "typescriptreact", True),
        ("func f() {", "\n}", "go", True),
        ("def f(a)", "\nend", "ruby", True),
        ("def f(a):", "", "fortran", False),
        ("def f(a", "b):", "python", False),
        ("def f(a,\n      b):", "", "python", True),
        ("def f(a,\n      b):", "\n    return a", "python", False),
        ("class A(\n    B,\n):\n    ", "\n\nx = 1", "python", True),
        ("x = f(\n    a)", "", "python", False),
        ("x = a))", "", "python", False),
        ("function f(\n  a: number,\n) {", "\n}", "typescript", True),
        ("const x = f(\n  a,\n);", "", "typescript", False),
    ],
)
async def test_a_block_begins_here_or_not(before: str, after: str, language: str, expected: bool) -> None:
    out = await run_node(EmptyBlock, {}, {"before": before, "after": after, "language": language})

    assert out.multiline == expected


async def test_before_closing_brackets_the_end_of_the_line_counts_too() -> None:
    given = {"before": "for (x of rows", "after": ") {\n}", "language": "javascript"}
    alone = await run_node(EmptyBlock, {}, given)
    middle = await run_node(EmptyBlock, {}, {**given, "middle": True})

    assert (alone.multiline, middle.multiline) == (False, True)


def test_in_a_file_of_8000_lines_one_line_is_asked_for() -> None:
    assert block_mode("\n" * 7_998 + "def f():", "python")["multiline"]
    assert not block_mode("\n" * 7_999 + "def f():", "python")["multiline"]


@pytest.mark.parametrize(
    ("text", "before", "language", "expected"),
    [
        ("\n    return a\n\nprint(f(1))", "def f(a):", "python", "\n    return a"),
        ("\n        return a\n    def g", "    def f(a):", "python", "\n        return a"),
        ("\n    if a:\n        b()\n    c()", "def f(a):", "python", "\n    if a:\n        b()\n    c()"),
        ("\n  return a;\n}\nf(1);", "function f(a) {", "javascript", "\n  return a;\n}"),
        (" { a(); }\nb()", "if (x)", "javascript", " { a(); }"),
        ("\n  a\nend\nb", "def f", "ruby", "\n  a\nend"),
        ("\n    return a\n\nx = 1", "def f(a,\n      b):", "python", "\n    return a"),
    ],
)
async def test_a_completion_ends_with_its_block(text: str, before: str, language: str, expected: str) -> None:
    given = {"texts": [text], "before": before, "language": language}
    out = await run_node(BlockBody, {}, given)
    whole = await run_node(BlockBody, {}, {**given, "texts": [text + " \n"], "cut": False})

    assert out.texts == [expected]
    assert whole.texts == [text]


@pytest.mark.parametrize(
    ("text", "after", "same"),
    [
        ("return a", "\n\n    return a\n", True),
        ("  return a ", "\n    return a", True),
        ("return a", "return a", False),
        ("return a", "\nb\nreturn a", False),
        ("return a", "", False),
    ],
)
async def test_the_next_line_that_says_something_is_no_completion(text: str, after: str, same: bool) -> None:
    assert (await run_node(AlreadyThere, {}, {"text": text, "after": after})).same == same


@pytest.mark.parametrize(
    ("text", "after", "middle", "expected"),
    [
        ("\n  return a;\n}", "\n}", False, "\n  return a;"),
        ("\n  return a;\n}", "\n}", True, "\n  return a;\n"),
        ("\n  return a;\n}", "\n  }", False, "\n  return a;\n}"),
        ("\n  return a;\n}", "\nb()\n}", False, "\n  return a;\n}"),
        ("\n  return a;\n}", "", False, "\n  return a;\n}"),
        ("\n  a;\n}\n", "\n\n}", False, "\n  a;"),
        ("a", "\n}", False, "a"),
    ],
)
async def test_a_block_is_closed_once(text: str, after: str, middle: bool, expected: str) -> None:
    out = await run_node(CloseOnce, {}, {"text": text, "after": after, "language": "javascript", "middle": middle})

    assert out.text == expected


async def test_in_ruby_a_block_is_closed_by_its_word() -> None:
    out = await run_node(CloseOnce, {}, {"text": "\n  a\nend", "after": "\nend", "language": "ruby"})

    assert out.text == "\n  a"


@given(st.text("a}\n ", max_size=20), st.text("a}\n ", max_size=10))
async def test_what_is_cut_is_a_beginning_of_the_completion(text: str, after: str) -> None:
    out = await run_node(CloseOnce, {}, {"text": text, "after": after})

    assert text.startswith(out.text)


async def test_comments_are_those_of_the_language() -> None:
    python = await run_node(Comment, {}, {"text": ["a\nb", "c\n"], "language": "python"})
    css = await run_node(Comment, {}, {"text": "a", "language": "css"})

    assert python.texts == ["# a\n# b\n", "# c\n"]
    assert (python.text, css.text) == ("# a\n# b\n# c\n", "/* a */\n")
    with pytest.raises(NodeError, match="`text` is a text or a list of texts"):
        await run_node(Comment, {}, {"text": 3, "language": "python"})


@pytest.mark.parametrize(
    ("file", "language", "text", "path", "marker"),
    [
        ("a.py", "python", "x", "# File: a.py\n", "#!/usr/bin/env python3\n"),
        ("a.py", "python", "#!/bin/python", "# File: a.py\n", ""),
        ("a.rs", "rust", "", "// File: a.rs\n", "// Written in rust\n"),
        ("a.txt", "plaintext", "", "// File: a.txt\n", ""),
        ("", "go", "", "", "// Written in go\n"),
    ],
)
async def test_markers_tell_file_and_language(file: str, language: str, text: str, path: str, marker: str) -> None:
    out = await run_node(Markers, {}, {"file": file, "language": language, "text": text})

    assert (out.path, out.language) == (path, marker)


CART = """// What is bought.
export class Cart {
  private rows: Row[] = [];
  owner: string = "";
  total(percent: number): number {
    return 1;
  }
}
export function build(owner: string): Cart {
  return new Cart();
}
export interface Row { name: string }
export type Id = string;
function hidden() {}
"""


async def test_declarations_of_imported_names_without_their_bodies() -> None:
    text = "import { Cart, build as make, Row, Id, hidden } from './cart';\nimport { x } from 'far';\n"
    files = [{"source": "shop/cart.ts", "text": CART}]
    given = {"file": "shop/main.ts", "text": text, "language": "typescript", "files": files}
    out = await run_node(Imports, {}, given)
    python = await run_node(Imports, {}, {**given, "language": "python"})
    elsewhere = await run_node(Imports, {}, {**given, "file": "other/main.ts"})

    assert out.declarations == [
        "// What is bought.\ndeclare class Cart {\n  owner: string;\n  total(percent: number): number;\n}\n",
        "declare function build(owner: string): Cart;\n",
        "interface Row { name: string }\n",
        "type Id = string;\n",
    ]
    assert python.declarations == elsewhere.declarations == []
