"""Equal ranks and scores of a stream, by newness or as in the released program of Generative Agents."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.stream.add import Add
from studio.nodes.stream.retrieve import Retrieve
from studio.stores import Store, make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, run_node

NOW = "2023-02-13T20:00:00+00:00"
ENTRIES = [("e1", "event", 9), ("t1", "thought", 9), ("e2", "event", 9), ("old", "event", 8), ("t2", "thought", 9)]


def stream() -> Store:
    store = make_store("stream", {}, "memories")
    for id, kind, hour in ENTRIES:
        store.do("add", {"id": id, "text": id, "kind": kind, "now": f"2023-02-13T{hour:02}:00:00+00:00"})
    return store


def retrieved(**args: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stream().do("retrieve", {"now": NOW, "recency": "rank", "decay": 0.9, **args})
    return found


def test_as_released_equal_access_ranks_the_newest_first_and_thoughts_last() -> None:
    found = retrieved(ties="released", formula="raw_recency")

    assert [one["id"] for one in found] == ["old", "e2", "e1", "t2", "t1"]
    assert [one["score"] for one in found] == pytest.approx([0.9, 0.81, 0.729, 0.6561, 0.59049])


def test_as_released_equal_scores_go_by_rank_and_else_by_newness() -> None:
    assert [one["id"] for one in retrieved(ties="released", formula="1")] == ["old", "e2", "e1", "t2", "t1"]
    assert [one["id"] for one in retrieved(formula="1")] == ["t2", "old", "e2", "t1", "e1"]
    assert [one["id"] for one in retrieved(formula="raw_recency")] == ["old", "e1", "t1", "e2", "t2"]


def test_other_words_for_ties_are_refused() -> None:
    with pytest.raises(NodeError, match="newest or released"):
        retrieved(ties="oldest")


async def test_the_limit_and_a_name_and_kind_of_ones_own_may_be_wired() -> None:
    ctx = FakeContext(stores={"memories": stream()})
    added = await run_node(Add, {"store": "memories"}, {"text": "x", "now": NOW, "id": "mine", "kind": "chat"}, ctx)
    again = await run_node(Add, {"store": "memories"}, {"text": "x", "now": NOW, "id": "mine"}, ctx)
    found = await run_node(Retrieve, {"store": "memories", "limit": 1}, {"now": NOW, "limit": 3}, ctx)
    none = await run_node(Retrieve, {"store": "memories"}, {"now": NOW, "limit": 0}, ctx)

    assert (added.id, again.id) == ("mine", "mine~2")
    assert (len(found.items), none.items) == (3, [])
    chats = ctx.stores["memories"].do("items", {"filter": {"kind": "chat"}})
    assert [one["id"] for one in chats] == ["mine"]
