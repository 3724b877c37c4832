"""The node types of stores: lists, keys with values, and queues."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from studio.graph import Graph
from studio.graph.check import check
from studio.nodes.queue.items import Items as QueueItems
from studio.nodes.queue.peek import Peek
from studio.nodes.queue.pop import Pop
from studio.nodes.queue.push import Push
from studio.nodes.queue.set import Set as QueueSet
from studio.nodes.store.append import Append
from studio.nodes.store.clear import Clear
from studio.nodes.store.delete import Delete
from studio.nodes.store.get import Get
from studio.nodes.store.items import Items
from studio.nodes.store.keys import Keys
from studio.nodes.store.set import Set
from studio.spec import Node
from studio.stores import make_store, store_kinds
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node


def context() -> FakeContext:
    return FakeContext(
        stores={
            "log": make_store("list", {"items": [1, 2]}, "log"),
            "facts": make_store("kv", {"values": {"a": 1, "n": None}}, "facts"),
            "tasks": make_store("queue", {"items": ["x", {"y": 1}]}, "tasks"),
        }
    )


LOG, FACTS, TASKS = {"store": "log"}, {"store": "facts"}, {"store": "tasks"}


@pytest.mark.parametrize(
    ("cls", "params", "inputs", "outputs", "store", "content"),
    [
        (Append, LOG, {"value": [3]}, {"length": 3}, "log", [1, 2, [3]]),
        (Append, LOG | {"spread": True}, {"value": [3, 4]}, {"length": 4}, "log", [1, 2, 3, 4]),
        (Items, LOG, {}, {"items": [1, 2], "length": 2}, "log", [1, 2]),
        (Items, LOG | {"last": 1}, {}, {"items": [2], "length": 1}, "log", [1, 2]),
        (Clear, LOG, {}, {"length": 0}, "log", []),
        (Clear, FACTS, {}, {"length": 0}, "facts", {}),
        (Clear, TASKS, {}, {"length": 0}, "tasks", []),
        (Get, FACTS | {"key": "a"}, {}, {"value": 1}, "facts", {"a": 1, "n": None}),
        (Get, FACTS | {"key": "z"}, {"key": "n"}, {"value": None}, "facts", {"a": 1, "n": None}),
        (Get, FACTS | {"key": "z"}, {}, {"missing": True}, "facts", {"a": 1, "n": None}),
        (Get, FACTS | {"key": "z", "fallback": []}, {}, {"value": [], "missing": True}, "facts", {"a": 1, "n": None}),
        (Set, FACTS | {"key": "a"}, {"value": "v"}, {"value": "v"}, "facts", {"a": "v", "n": None}),
        (Set, FACTS, {"value": 2, "key": "k"}, {"value": 2}, "facts", {"a": 1, "n": None, "k": 2}),
        (Delete, FACTS | {"key": "a"}, {}, {"found": True}, "facts", {"n": None}),
        (Delete, FACTS, {"key": "z"}, {"found": False}, "facts", {"a": 1, "n": None}),
        (Keys, FACTS, {}, {"keys": ["a", "n"], "values": {"a": 1, "n": None}}, "facts", {"a": 1, "n": None}),
        (Push, TASKS, {"value": "z"}, {"length": 3}, "tasks", ["x", {"y": 1}, "z"]),
        (Push, TASKS | {"front": True}, {"value": "z"}, {"length": 3}, "tasks", ["z", "x", {"y": 1}]),
        (
            Push,
            TASKS | {"spread": True, "front": True},
            {"value": [1, 2]},
            {"length": 4},
            "tasks",
            [1, 2, "x", {"y": 1}],
        ),
        (Pop, TASKS, {}, {"item": "x"}, "tasks", [{"y": 1}]),
        (Peek, TASKS, {}, {"item": "x"}, "tasks", ["x", {"y": 1}]),
        (QueueSet, TASKS, {"items": [7]}, {"items": [7], "length": 1}, "tasks", [7]),
        (QueueItems, TASKS, {}, {"items": ["x", {"y": 1}], "length": 2}, "tasks", ["x", {"y": 1}]),
    ],
)
async def test_store_nodes(cls: type[Node], params: Any, inputs: Any, outputs: Any, store: str, content: Any) -> None:
    ctx = context()

    assert present(await run_node(cls, params, inputs, ctx)) == outputs
    assert ctx.stores[store].dump() == content
    assert [effect.kind for effect in ctx.effects] == ["store"]


@pytest.mark.parametrize("cls", [Pop, Peek])
async def test_an_empty_queue_gives_true_and_says_why_there_is_no_item(cls: type[Node]) -> None:
    ctx = FakeContext(stores={"tasks": make_store("queue", {}, "tasks")})

    out = await run_node(cls, TASKS, {}, ctx)

    assert present(out) == {"empty": True}
    assert out.item.reason == "the queue `tasks` is empty"


@pytest.mark.parametrize(
    ("cls", "params", "inputs"),
    [(Append, TASKS, {"value": 1}), (Get, LOG, {}), (Pop, FACTS, {}), (QueueItems, LOG, {}), (Items, TASKS, {})],
)
async def test_a_store_of_another_kind_is_refused(cls: type[Node], params: Any, inputs: Any) -> None:
    with pytest.raises(NodeError, match=rf"the store `{params['store']}` is a `\w+`, but this node works on a `\w+`"):
        await run_node(cls, params, inputs, context())


NODES = (Append, Items, Clear, Get, Set, Delete, Keys, Push, Pop, Peek, QueueSet, QueueItems)


@pytest.mark.parametrize("cls", NODES, ids=lambda cls: cls.spec.type)
async def test_the_check_of_a_graph_refuses_the_stores_that_the_node_refuses(cls: type[Node]) -> None:
    params = {"store": "kept"} | ({"key": "a"} if "key" in cls.Params.fields() else {})
    inputs = {name: [1] for name, spec in cls.In.fields().items() if spec.required}
    fits = []
    for kind in store_kinds():
        graph = Graph("g")
        graph.add_store(kind, "kept")
        graph.add(cls.spec.type, "node", **params)
        if not any(one.code == "store_kind" for one in check(graph)):
            fits.append(kind)

        ctx = FakeContext(stores={"kept": make_store(kind, {}, "kept")})
        with nullcontext() if kind in fits else pytest.raises(NodeError, match="works on a"):
            await run_node(cls, params, inputs, ctx)

    assert len(fits) == (len(store_kinds()) if cls is Clear else 1)


async def test_what_an_item_of_a_map_takes_is_refused_by_the_store() -> None:
    store = make_store("queue", {"items": [1]}, "tasks").fork()

    with pytest.raises(NodeError, match="sequential: true"):
        await run_node(Pop, TASKS, {}, FakeContext(stores={"tasks": store}))


def test_uses_are_those_the_operations_have() -> None:
    uses = {cls.spec.type: dict(cls.spec.stores)["store"] for cls in NODES}

    assert [name for name, use in uses.items() if use == "take"] == ["queue.pop"]
    assert {name for name, use in uses.items() if use == "write"} == {
        "store.append",
        "store.clear",
        "store.set",
        "store.delete",
        "queue.push",
        "queue.set",
    }
