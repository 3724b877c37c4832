"""`list.mentioned` reads names out of a text, whole ones only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.list.mentioned import Mentioned
from studio.support.errors import NodeError
from studio.tools.mentions import mentioned
from tests.support.fake_context import run_node

NAMES = ["calc.py", "test_calc.py", "src/calc.py", "add", "Cart.add", "test_calc.py::test_add", "src"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("calc.py", ["calc.py"]),
        ("Look into `calc.py`, please.", ["calc.py"]),
        ("See calc.py.", ["calc.py"]),
        ("1. src/calc.py\n2. ./calc.py", ["src/calc.py", "calc.py"]),
        ("test_calc.py", ["test_calc.py"]),
        ("calc.pyc add_vat readd", []),
        ("function: Cart.add", ["Cart.add"]),
        ("calc.py:2", ["calc.py"]),
        ("test_calc.py::test_add", ["test_calc.py::test_add"]),
        ("src/", []),
        ("the folder src", ["src"]),
        ("", []),
    ],
)
def test_a_name_counts_where_it_stands_whole(text: str, found: list[str]) -> None:
    assert mentioned(text, NAMES) == found


async def test_the_first_few_and_the_rest() -> None:
    out = await run_node(Mentioned, {"most": 1}, {"items": ["a", "b", "c"], "text": "c and b"})

    assert (out.items, out.rest, out.length) == (["c"], ["a", "b"], 1)
    with pytest.raises(NodeError, match="no text"):
        await run_node(Mentioned, {}, {"items": [1], "text": ""})


@given(st.text(), st.lists(st.text(max_size=5), max_size=5))
def test_only_names_of_the_list_come_out_each_once(text: str, names: list[str]) -> None:
    found = mentioned(text, names)

    assert len(set(found)) == len(found)
    assert set(found) <= {name for name in names if name in text}
