"""`repo.map` gives the map, the ranks behind it, and what it left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.nodes.repo.map import Map
from studio.support.errors import NodeError
from tests.documents.code.samples import TREE
from tests.support.fake_context import run_node

FILES = [{"source": name, "text": text} for name, text in TREE.items()]
GOLDEN = Path(__file__).parents[2] / "golden" / "repo_map.txt"


async def test_the_map_of_files_read_from_a_tree() -> None:
    out = await run_node(Map, {}, {"files": FILES})

    assert out.map == GOLDEN.read_text(encoding="utf-8")
    assert sum(one["rank"] for one in out.ranks) == pytest.approx(1)
    assert out.ranks == sorted(out.ranks, key=lambda one: (-one["rank"], one["source"]))
    assert out.definitions[0]["name"] == "parseRows"
    assert out.left_out == []


async def test_what_it_is_about_comes_first_and_the_chat_is_left_out() -> None:
    about = await run_node(
        Map, {"tokens": 90, "times_without_chat": 1}, {"files": FILES, "about": "fix add_vat in shop/price.py"}
    )
    chat = await run_node(Map, {"tokens": 60}, {"files": FILES, "chat": ["shop/cart.py"]})

    assert "add_vat" in about.map
    assert "shop/cart.py" not in chat.map
    assert "shop/price.py" in chat.map
    assert chat.tokens <= 60


async def test_too_many_files_and_wrong_values_are_refused() -> None:
    with pytest.raises(NodeError, match="too many for a map"):
        await run_node(Map, {}, {"files": ["x"] * 5_001})
    with pytest.raises(NodeError, match="can be cut into chunks"):
        await run_node(Map, {}, {"files": [3]})
