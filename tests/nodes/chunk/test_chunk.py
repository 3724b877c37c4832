"""The node types that cut: what they take, what they give, what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.chunk.code import Code
from studio.nodes.chunk.query_window import QueryWindow
from studio.nodes.chunk.structure import Structure
from studio.nodes.chunk.tokens import Tokens
from studio.nodes.chunk.windows import Windows
from studio.spec import Node
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import run_node

ALL: tuple[type[Node], ...] = (Tokens, Structure, Code, Windows)
LONG = "".join(f"line {n} with words\n" for n in range(80))


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
@pytest.mark.parametrize(
    ("documents", "sources"),
    [
        ("a b c", [""]),
        ({"text": "a b c", "source": "x.md", "kind": "markdown"}, ["x.md"]),
        ([{"text": "a", "name": "1.txt"}, {"text": "b", "url": "http://b"}], ["1.txt", "http://b"]),
        (["a", "b"], ["1", "2"]),
        ([], []),
        ("", []),
    ],
)
async def test_texts_and_documents_are_cut_and_keep_where_they_are_from(
    cls: type[Node], documents: Any, sources: list[str]
) -> None:
    out = await run_node(cls, {}, {"documents": documents})

    assert [chunk["source"] for chunk in out.chunks] == sources
    assert out.texts == [chunk["text"] for chunk in out.chunks]
    assert out.length == len(sources)
    for chunk in out.chunks:
        assert {"text", "source", "start", "end", "start_line", "end_line"} <= chunk.keys()


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.spec.type)
@pytest.mark.parametrize("documents", [3, None, {"texts": "a"}, [["a"]], {"text": 3}])
async def test_anything_else_is_refused_in_one_sentence(cls: type[Node], documents: Any) -> None:
    with pytest.raises(NodeError, match="can be cut into chunks"):
        await run_node(cls, {}, {"documents": documents})


@pytest.mark.parametrize("cls", [Tokens, Structure])
def test_an_overlap_of_more_than_half_is_a_problem(cls: type[Node]) -> None:
    params, _ = parse_params(cls.Params, {"size": 20, "overlap": 11})

    assert len(list(cls.problems(params))) == 1


async def test_too_many_chunks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.documents.chunking.chunk.MAX_CHUNKS", 3)

    with pytest.raises(NodeError, match="more than 3 chunks"):
        await run_node(Tokens, {"size": 16, "overlap": 0}, {"documents": LONG})


async def test_headings_count_where_the_kind_or_the_param_says_so() -> None:
    text = "# A\n\nx\n\n# B\n\ny\n"

    assert (await run_node(Structure, {}, {"documents": text})).length == 1
    assert (await run_node(Structure, {"format": "markdown"}, {"documents": text})).length == 2
    assert (await run_node(Structure, {}, {"documents": {"text": text, "kind": "markdown"}})).length == 2


async def test_code_is_cut_by_symbol_in_the_language_of_its_name() -> None:
    text = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
    out = await run_node(Code, {}, {"documents": {"text": text, "source": "a.py"}})

    assert [chunk["symbol"] for chunk in out.chunks] == ["f", "g"]
    assert (await run_node(Code, {"language": "python"}, {"documents": text})).length == 2
    assert (await run_node(Code, {}, {"documents": text})).length == 1


async def test_windows_of_repocoder_are_merged_over_files_and_can_show_what_follows() -> None:
    out = await run_node(Windows, {"show_next": True}, {"documents": [
        {"source": "a", "text": LONG}, {"source": "b", "text": LONG},
    ]})  # fmt: skip

    assert [(one["start_line"], one["end_line"]) for one in out.chunks][:3] == [(1, 10), (1, 20), (11, 30)]
    assert [place["source"] for place in out.chunks[2]["places"]] == ["a", "b"]
    moved = out.chunks[2]["places"][0]["moved"]
    assert (moved["start_line"], moved["end_line"]) == (21, 40)
    assert moved["text"].startswith("line 20 ")


async def test_windows_of_copilot_leave_out_large_files() -> None:
    out = await run_node(Windows, {"way": "copilot"}, {"documents": [LONG, "x" * 10_000, "y" * 9_999]})

    assert [one["source"] for one in out.chunks] == ["1"] * 21 + ["3"]
    assert (out.chunks[0]["start_line"], out.chunks[0]["end_line"]) == (1, 60)


async def test_windows_of_copilot_count_the_empty_line_behind_the_last_line_feed() -> None:
    """As in the program, which parts the text at line feeds."""
    texts = ["a\n" * 3, "a\n" * 59, "a\n" * 60, "a\n" * 61, "a\n" * 59 + "a"]
    out = await run_node(Windows, {"way": "copilot"}, {"documents": texts})

    assert [(one["source"], one["start_line"], one["end_line"], one["text"].count("\n")) for one in out.chunks] == [
        ("1", 1, 4, 3), ("2", 1, 60, 59), ("3", 1, 60, 59), ("4", 1, 60, 59), ("4", 2, 61, 59), ("5", 1, 60, 59),
    ]  # fmt: skip


async def test_plain_windows_have_their_size_and_step() -> None:
    out = await run_node(Windows, {"way": "plain", "lines": 30, "step": 25}, {"documents": LONG})

    assert [(one["start_line"], one["end_line"]) for one in out.chunks] == [(1, 30), (26, 55), (51, 80)]


async def test_the_query_of_each_round() -> None:
    code = "\n".join(f"line {n}" for n in range(30))

    first = await run_node(QueryWindow, {}, {"code": code})
    second = await run_node(QueryWindow, {"lines": 4}, {"code": code, "prediction": "\nguess 1\n\nguess 2\nguess 3"})

    assert first.query.split("\n") == [f"line {n}" for n in range(10, 30)]
    assert second.query.split("\n") == ["line 28", "line 29", "guess 1", "guess 2"]


async def test_the_size_of_windows_may_be_wired() -> None:
    text = "\n".join("abcdefgh")
    set_so = await run_node(Windows, {"lines": 4, "slices": 2}, {"documents": text})
    wired = await run_node(Windows, {}, {"documents": text, "size": 4, "parts": 2})
    query = await run_node(QueryWindow, {}, {"code": text, "size": 2})

    assert wired.chunks == set_so.chunks
    assert query.query == "g\nh"
    with pytest.raises(NodeError, match="`size` is 0"):
        await run_node(Windows, {}, {"documents": text, "size": 0})
    with pytest.raises(NodeError, match="at least 2 lines"):
        await run_node(QueryWindow, {}, {"code": text, "size": 1})
