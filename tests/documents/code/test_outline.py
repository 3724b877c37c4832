"""What a file defines and refers to, in each language; hostile files take no longer than long ones."""

from __future__ import annotations

import time

import pytest
import tree_sitter

from studio.documents.code.languages import LANGUAGES, grammar, language_of
from studio.documents.code.outline import outline
from studio.support.errors import NodeError
from tests.documents.code.samples import SAMPLES

DEFINED = {
    "python": ["LIMIT", "hello", "Cart", "Cart.total", "Cart.total.inner"],
    "javascript": ["add", "mul", "Foo", "Foo.constructor", "Foo.run", "Foo.handler"],
    "typescript": [
        "Shape", "Shape.area", "Square", "Square.area", "Square.foo", "A", "E", "N", "N.f", "go", "ext",
    ],
    "tsx": ["Button"],
    "go": ["Point", "I", "I.Do", "Move", "main"],
    "rust": [
        "Point", "Point", "Point.new", "Point", "Point.area", "Shape", "Shape.area", "inner", "inner.f", "m", "E",
    ],
    "java": ["Cart", "Cart.Cart", "Cart.total", "Cart.In", "Cart.In.x", "R", "E"],
    "c": ["MAX", "node_t", "node_t.node", "add", "declared", "color"],
    "cpp": [
        "shop", "shop.Cart", "shop.Cart.Cart", "shop.Cart.~Cart", "shop.Cart.total", "shop.Cart.inline_one",
        "shop.total", "shop.Alias", "shop.operator==",
    ],
}  # fmt: skip
REFERRED = {
    "python": {"decorated", "join", "Base", "Other", "hello", "items"},
    "javascript": {"sum", "times", "Bar", "go", "Baz", "q"},
    "typescript": {"Base", "Shape", "Size", "calc", "Foo", "Bar", "Square", "A", "f"},
    "tsx": {"Props", "press"},
    "go": {"Point", "error", "int", "Errorf", "helper", "Move"},
    "rust": {"Self", "helper", "Point", "Shape", "abs", "println", "g"},
    "java": {"Base", "Thing", "List", "Item", "sum", "bar", "Foo"},
    "c": {"node", "point", "node_t", "helper", "fn"},
    "cpp": {"T", "Base", "calc", "max", "get", "Cart", "A", "B"},
}


def test_every_language_has_a_sample() -> None:
    assert set(SAMPLES) == set(LANGUAGES) == set(DEFINED) == set(REFERRED)


@pytest.mark.parametrize("language", SAMPLES)
def test_definitions_are_found_in_order_with_what_is_around_them(language: str) -> None:
    found = outline(SAMPLES[language], language)

    assert [one.path for one in found.all()] == DEFINED[language]
    assert not found.has_errors


@pytest.mark.parametrize("language", SAMPLES)
def test_uses_are_found(language: str) -> None:
    assert {one.name for one in outline(SAMPLES[language], language).references} == REFERRED[language]


def test_lines_reach_from_the_comment_above_to_the_end() -> None:
    hello = next(one for one in outline(SAMPLES["python"], "python").all() if one.name == "hello")

    assert (hello.top_line, hello.first_line, hello.line, hello.header_line, hello.last_line) == (3, 5, 6, 7, 9)
    assert hello.doc == "Say hi."
    assert hello.kind == "function"


@pytest.mark.parametrize(
    ("language", "name", "doc"),
    [("go", "Point", "Point is."), ("rust", "Point", "A point."), ("java", "Cart", "Doc."), ("c", "add", "adds"),
     ("javascript", "add", "Adds.")],
)  # fmt: skip
def test_the_comment_above_is_the_doc_where_there_are_no_docstrings(language: str, name: str, doc: str) -> None:
    assert next(one.doc for one in outline(SAMPLES[language], language).all() if one.name == name) == doc


def test_code_with_mistakes_gives_what_could_be_understood() -> None:
    found = outline("def good(a):\n    return b(a)\n\ndef bad(:\n", "python")

    assert found.has_errors
    assert next(iter(found.all())).name == "good"


def test_languages_go_by_the_end_of_the_name() -> None:
    assert [language_of(name) for name in ("a/b.PY", "x.tsx", "x.h", "x.txt", "Makefile")] == [
        "python", "tsx", "c", "", "",
    ]  # fmt: skip


def test_unknown_languages_and_huge_files_are_refused() -> None:
    with pytest.raises(NodeError, match="no grammar for `cobol`"):
        outline("", "cobol")
    with pytest.raises(NodeError, match="2000001 bytes, more than 2000000"):
        outline("x" * 2_000_001, "python", "a.py")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "[" * 100_000), ("javascript", "a." * 50_000), ("javascript", "f(" * 50_000),
        ("javascript", "`${" * 30_000), ("python", "(" * 100_000 + ")" * 100_000), ("cpp", "<a::b<" * 30_000),
        ("c", "#if 1\n" * 50_000), ("python", "\n".join(" " * n + "class A:" for n in range(500))),
        ("rust", "mod a {" * 5_000), ("javascript", "function f(){" * 5_000), ("cpp", "*" * 50_000),
    ],
    ids=lambda value: value[:10].strip() if isinstance(value, str) else None,
)  # fmt: skip
def test_code_made_to_take_long_does_not(language: str, text: str) -> None:
    begun = time.process_time()
    outline(text, language)

    assert time.process_time() - begun < 10


def test_definitions_nested_without_end_are_followed_only_so_far() -> None:
    found = outline("function f(){" * 1_000 + "}" * 1_000, "javascript")

    assert max(len(one.owners) for one in found.all()) < 200


def test_a_query_over_the_same_tree_would_take_far_longer() -> None:
    """Why the tree is walked: a query takes time that grows with the square of the number of siblings."""
    text = "[" * 20_000
    tree = tree_sitter.Parser(grammar("javascript")).parse(text.encode())
    query = tree_sitter.Query(grammar("javascript"), "(identifier) @name")
    begun = time.process_time()
    outline(text, "javascript")
    walked = time.process_time() - begun
    begun = time.process_time()
    tree_sitter.QueryCursor(query).captures(tree.root_node)

    assert time.process_time() - begun > 3 * walked
