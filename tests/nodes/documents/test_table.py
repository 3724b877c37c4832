"""`documents.table` gives the rows of a CSV file or text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.nodes.documents.table import Table
from studio.spec import ANY, Permission
from studio.spec.params import parse_params
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node
from tests.support.workspaces import in_project

TEXT = "name;price;code\nAnn;1.5;007\n=1+1;-2;\n"


async def test_rows_of_a_file_are_objects_by_the_first_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    ctx = in_project(tmp_path)

    out = await run_node(Table, {"file": "a.csv"}, {}, ctx)

    assert out.columns == ["name", "price", "code"]
    assert out.rows == [
        {"name": "Ann", "price": "1.5", "code": "007"}, {"name": "=1+1", "price": "-2", "code": ""},
    ]  # fmt: skip
    assert out.length == 2
    assert [(effect.kind, effect.irreversible, effect.outbound) for effect in ctx.effects] == [
        ("documents", False, False)
    ]


async def test_numbers_are_made_where_they_are_written_plainly() -> None:
    out = await run_node(Table, {"numbers": True}, {"text": TEXT}, FakeContext())

    assert [list(row.values()) for row in out.rows] == [["Ann", 1.5, "007"], ["=1+1", -2, ""]]


@pytest.mark.parametrize(
    ("params", "text", "said"),
    [
        ({"max_rows": 1}, TEXT, "Line 3"), ({}, "a;b\n1;2;3", "3 cells"), ({"encoding": "utf-8"}, "a\0b", "no text"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told(params: dict[str, Any], text: str, said: str) -> None:
    with pytest.raises(NodeError, match=said):
        await run_node(Table, params, {"text": text}, FakeContext())


@pytest.mark.parametrize("delimiter", [",,", '"', "\n", " "])
def test_a_delimiter_that_cannot_be_one_is_a_problem(delimiter: str) -> None:
    params, problems = parse_params(Table.Params, {"delimiter": delimiter})

    assert not problems
    assert list(Table.problems(params))


def test_it_asks_to_read_only_if_it_may_read_a_file() -> None:
    bare, _ = parse_params(Table.Params, {})
    named, _ = parse_params(Table.Params, {"file": "a.csv"})

    assert list(Table.permissions(bare, ["text"])) == []
    assert list(Table.permissions(named, ["text"])) == [Permission("read", "a.csv")]
    assert list(Table.permissions(bare, ["text", "file"])) == [Permission("read", ANY)]
