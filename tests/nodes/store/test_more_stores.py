"""The node types of priority queues, tables, boards, conversations and memory streams."""

from __future__ import annotations

from typing import Any

import pytest

from studio.graph import Graph
from studio.graph.check import check
from studio.nodes.board.all import All
from studio.nodes.board.changes import Changes
from studio.nodes.board.read import Read
from studio.nodes.board.wipe import Wipe
from studio.nodes.board.write import Write
from studio.nodes.messages.append import Append
from studio.nodes.messages.items import Items as MessageItems
from studio.nodes.messages.window import Window
from studio.nodes.priority_queue.change import Change
from studio.nodes.priority_queue.items import Items as Waiting
from studio.nodes.priority_queue.peek import Peek
from studio.nodes.priority_queue.pop import Pop
from studio.nodes.priority_queue.push import Push
from studio.nodes.priority_queue.remove import Remove
from studio.nodes.stream.add import Add
from studio.nodes.stream.items import Items as StreamItems
from studio.nodes.stream.retrieve import NAMES, Retrieve
from studio.nodes.table.aggregate import FUNCTIONS, Aggregate
from studio.nodes.table.delete import Delete
from studio.nodes.table.get import Get
from studio.nodes.table.insert import Insert
from studio.nodes.table.select import Select
from studio.nodes.table.update import Update
from studio.spec import Node
from studio.spec.params import parse_params
from studio.stores import make_store, store_kinds, stream, table
from studio.support.errors import NodeError
from tests.support.fake_context import NOW, FakeContext, present, run_node, toy_embedding

KINDS: dict[type[Node], str] = {
    **dict.fromkeys((Push, Pop, Peek, Waiting, Change, Remove), "priority_queue"),
    **dict.fromkeys((Insert, Get, Select, Update, Delete, Aggregate), "table"),
    **dict.fromkeys((Write, Read, Changes, All, Wipe), "board"),
    **dict.fromkeys((Append, MessageItems, Window), "messages"),
    **dict.fromkeys((Add, Retrieve, StreamItems), "stream"),
}
HI, YO = {"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}
ROW, OTHER = {"id": "a", "n": 1}, {"id": "b", "n": 2}
DECLARED: dict[str, dict[str, Any]] = {
    "priority_queue": {"items": [{"value": "x", "priority": 2, "key": "k"}, {"value": "y", "priority": 1}]},
    "table": {"key": "id", "rows": [ROW, OTHER]},
    "board": {"slots": {"goal": "tea"}},
    "messages": {"items": [HI, YO]},
    "stream": {},
}
Y, X = {"value": "y", "priority": 1}, {"value": "x", "priority": 2, "key": "k"}
Z = {"value": "z", "priority": 0.5}


def context(cls: type[Node], **more: Any) -> FakeContext:
    kind = KINDS[cls]
    return FakeContext(stores={"m": make_store(kind, DECLARED[kind], "m")}, **more)


@pytest.mark.parametrize(
    ("cls", "params", "inputs", "outputs", "content"),
    [
        (Push, {}, {"value": "z", "priority": 0.5}, {"length": 3}, [Z, Y, X]),
        (Push, {"priority": 0.5}, {"value": "z"}, {"length": 3}, [Z, Y, X]),
        (Push, {"priority": 9}, {"value": "z", "priority": 0}, {"length": 3}, [{**Z, "priority": 0}, Y, X]),
        (Push, {}, {"value": "z", "priority": 0, "key": "k"}, {"length": 2}, [{**X, "value": "z", "priority": 0}, Y]),
        (Push, {"spread": True}, {"value": [Z, {"value": 1}]}, {"length": 4}, [{"value": 1, "priority": 0}, Z, Y, X]),
        (Pop, {}, {}, {"item": "y", "priority": 1}, [X]),
        (Peek, {}, {}, {"item": "y", "priority": 1}, [Y, X]),
        (Waiting, {}, {}, {"items": [Y, X], "values": ["y", "x"], "length": 2}, [Y, X]),
        (Change, {}, {"key": "k", "priority": 0}, {"found": True}, [{**X, "priority": 0}, Y]),
        (Change, {}, {"key": "q", "priority": 0}, {"found": False}, [Y, X]),
        (Remove, {}, {"key": "k"}, {"found": True}, [Y]),
        (Insert, {}, {"row": {"id": "c"}}, {"added": 1, "length": 3}, [ROW, OTHER, {"id": "c"}]),
        (
            Insert,
            {},
            {"row": [{"id": "c"}, {"id": 1}]},
            {"added": 2, "length": 4},
            [ROW, OTHER, {"id": "c"}, {"id": 1}],
        ),
        (
            Insert,
            {"if_there": "merge"},
            {"row": {"id": "a", "m": 2}},
            {"added": 0, "length": 2},
            [{**ROW, "m": 2}, OTHER],
        ),
        (Insert, {"if_there": "replace"}, {"row": {"id": "a"}}, {"added": 0, "length": 2}, [{"id": "a"}, OTHER]),
        (Insert, {"if_there": "keep"}, {"row": {"id": "a"}}, {"added": 0, "length": 2}, [ROW, OTHER]),
        (Get, {}, {"key": "a"}, {"row": ROW}, [ROW, OTHER]),
        (Get, {}, {"key": "q"}, {"missing": True}, [ROW, OTHER]),
        (Select, {}, {}, {"rows": [ROW, OTHER], "first": ROW, "length": 2}, [ROW, OTHER]),
        (
            Select,
            {"sort": "n", "descending": True, "limit": 1},
            {},
            {"rows": [OTHER], "first": OTHER, "length": 1},
            [ROW, OTHER],
        ),
        (
            Select,
            {"filter": {"n": {"gt": "{least}"}}},
            {"least": 1},
            {"rows": [OTHER], "first": OTHER, "length": 1},
            [ROW, OTHER],
        ),
        (Select, {"filter": {"n": 9}}, {}, {"rows": [], "length": 0, "none": True}, [ROW, OTHER]),
        (
            Update,
            {"filter": {"id": "{who}"}},
            {"who": "b", "values": {"n": 5}},
            {"changed": 1},
            [ROW, {"id": "b", "n": 5}],
        ),
        (Delete, {"filter": {"n": {"lt": 2}}}, {}, {"deleted": 1}, [OTHER]),
        (Aggregate, {}, {}, {"value": 2, "groups": [{"group": None, "value": 2}]}, [ROW, OTHER]),
        (
            Aggregate,
            {"function": "sum", "column": "n", "group": "id"},
            {},
            {"groups": [{"group": "a", "value": 1}, {"group": "b", "value": 2}]},
            [ROW, OTHER],
        ),
        (Write, {"slot": "goal"}, {"value": "tea"}, {"value": "tea", "changed": False, "version": 1}, {"goal": "tea"}),
        (
            Write,
            {"slot": "goal", "again": True},
            {"value": "tea"},
            {"value": "tea", "changed": True, "version": 2},
            {"goal": "tea"},
        ),
        (
            Write,
            {"slot": "goal"},
            {"value": 2, "slot": "n"},
            {"value": 2, "changed": True, "version": 1},
            {"goal": "tea", "n": 2},
        ),
        (Read, {"slot": "goal"}, {}, {"value": "tea", "version": 1, "by": ""}, {"goal": "tea"}),
        (Read, {}, {"slot": "none"}, {"missing": True}, {"goal": "tea"}),
        (All, {}, {}, {"slots": {"goal": "tea"}, "length": 1}, {"goal": "tea"}),
        (Wipe, {"slot": "goal"}, {}, {"found": True}, {}),
        (Append, {}, {"message": "so"}, {"length": 3}, [HI, YO, {"role": "user", "content": "so"}]),
        (
            Append,
            {"role": "assistant"},
            {"message": [HI, "so"]},
            {"length": 4},
            [HI, YO, HI, {"role": "assistant", "content": "so"}],
        ),
        (MessageItems, {"last": 1}, {}, {"messages": [YO], "length": 1}, [HI, YO]),
        (Window, {"budget": 5}, {}, {"messages": [YO], "size": 5, "left_out": 1}, [HI, YO]),
        (
            Window,
            {"budget": 5, "count": "words"},
            {"budget": 10},
            {"messages": [HI, YO], "size": 10, "left_out": 0},
            [HI, YO],
        ),
    ],
)
async def test_what_a_node_gives_and_leaves(
    cls: type[Node], params: Any, inputs: Any, outputs: Any, content: Any
) -> None:
    ctx = context(cls)

    assert present(await run_node(cls, {"store": "m", **params}, inputs, ctx)) == outputs
    assert ctx.stores["m"].shown() == content
    assert {effect.kind for effect in ctx.effects} == {"store"}


@pytest.mark.parametrize("cls", [Pop, Peek])
async def test_an_empty_queue_says_why_there_is_no_item(cls: type[Node]) -> None:
    ctx = FakeContext(stores={"m": make_store("priority_queue", {}, "m")})

    out = await run_node(cls, {"store": "m"}, {}, ctx)

    assert present(out) == {"empty": True}
    assert out.item.reason == out.key.reason == "the priority queue `m` is empty"


async def test_a_row_that_is_there_already_is_refused_unless_told_otherwise() -> None:
    for row in (ROW, [{"id": "c"}, {"id": "c"}]):
        ctx = context(Insert)

        with pytest.raises(NodeError, match=r"has a row with the key [ac] already"):
            await run_node(Insert, {"store": "m"}, {"row": row}, ctx)
        assert ctx.stores["m"].dump() == [ROW, OTHER]


async def test_a_board_gives_each_named_slot_only_in_the_look_in_which_it_is_new() -> None:
    ctx = context(Changes)
    params = {"store": "m", "slots": ["goal", "water"]}

    first = await run_node(Changes, params, {}, ctx)
    second = await run_node(Changes, params, {}, ctx)
    await run_node(Write, {"store": "m", "slot": "water"}, {"value": "hot"}, ctx)
    third = await run_node(Changes, params, {}, ctx)
    await run_node(Wipe, {"store": "m", "slot": "water"}, {}, ctx)
    fourth = await run_node(Changes, params, {}, ctx)

    assert present(first) == {"changed": {"goal": "tea"}, "gone": [], "goal": "tea"}
    assert present(second) == {"quiet": True}
    assert (
        second.goal.reason == second.changed.reason == "nothing has changed on the board `m` since `node` looked last"
    )
    assert present(third) == {"changed": {"water": "hot"}, "gone": [], "water": "hot"}
    assert present(fourth) == {"changed": {}, "gone": ["water"]}
    assert fourth.water.reason == "`water` was wiped"


async def test_readers_of_a_board_are_told_apart_by_their_nodes() -> None:
    store = make_store("board", DECLARED["board"], "m")

    for node in ("cook", "guest"):
        out = await run_node(Changes, {"store": "m"}, {}, FakeContext(stores={"m": store}, node=node))
        assert out.changed == {"goal": "tea"}


async def test_what_is_neither_text_nor_message_is_refused() -> None:
    with pytest.raises(NodeError, match="3 is neither a text nor a message"):
        await run_node(Append, {"store": "m"}, {"message": [HI, 3]}, context(Append))


async def test_a_stream_remembers_when_and_retrieving_is_an_access() -> None:
    ctx = context(Add, node="town/isabella/remember", tick="3")
    vector = toy_embedding("tea party")

    out = await run_node(
        Add,
        {"store": "m", "kind": "event"},
        {"text": "tea party", "vector": vector, "importance": 7, "meta": {"at": "home"}},
        ctx,
    )
    found = await run_node(Retrieve, {"store": "m"}, {"vector": vector, "now": "2023-02-14T20:00:00+00:00"}, ctx)

    assert present(out) == {"id": "town/isabella/remember@3", "length": 1}
    assert found.texts == ["tea party"]
    assert found.items[0]["created"] == found.items[0]["accessed"] == NOW
    assert found.items[0]["meta"] == {"at": "home"}
    assert ctx.stores["m"].shown()[0]["accessed"] == "2023-02-14T20:00:00+00:00"
    assert [effect.kind for effect in ctx.effects] == ["clock", "store", "store", "store"]


async def test_retrieving_may_leave_the_access_times_alone() -> None:
    ctx = context(Retrieve)
    ctx.stores["m"].do("add", {"id": "a", "text": "x", "now": 1})

    await run_node(Retrieve, {"store": "m", "touch": False}, {"now": 9}, ctx)

    assert ctx.stores["m"].shown()[0]["accessed"] == 1


async def test_time_may_go_by_ticks_of_the_run() -> None:
    ctx = context(Add, tick="6.2")

    await run_node(Add, {"store": "m", "time": "tick", "tick_hours": 0.5}, {"text": "x"}, ctx)

    assert ctx.stores["m"].shown()[0]["created"] == 3.0
    assert [effect.kind for effect in ctx.effects] == ["store"]


async def test_the_newest_entries_of_a_stream_with_the_sum_of_their_importances() -> None:
    ctx = context(StreamItems)
    for number in range(4):
        ctx.stores["m"].do("add", {"id": str(number), "text": f"t{number}", "now": number, "importance": number})

    out = await run_node(
        StreamItems, {"store": "m", "last": 2, "filter": {"importance": {"lt": "{most}"}}}, {"most": 3}, ctx
    )

    assert (out.texts, out.importance, out.length) == (["t1", "t2"], 3, 2)


@pytest.mark.parametrize(
    ("cls", "params", "problem"),
    [
        (Retrieve, {"formula": "recency + wisdom"}, "The formula names `wisdom`, but there are recency"),
        (Retrieve, {"formula": "recency +"}, "cannot be read"),
        (Retrieve, {"filter": {"text": {"has": 1}}}, "`has` of `text` is no operator"),
        (Retrieve, {"filter": {"text": "{vector}"}}, "The name `vector` stands there twice"),
        (
            Select,
            {"filter": {"a": {"gtee": 1}}},
            "`filter`: `gtee` of `a` is no operator of a filter. Did you mean `gte`?",
        ),
        (Select, {"filter": [1]}, "`filter`: the filter is [1], but a filter is an object"),
        (Delete, {}, "`filter` must say which rows are deleted"),
        (Aggregate, {"function": "sum"}, "`sum` needs a `column`"),
        (Changes, {"slots": ["a", "a"]}, "The slot `a` stands there twice"),
        (Changes, {"slots": ["quiet"]}, "The slot `quiet` stands there twice"),
        (Changes, {"slots": [3]}, "is no text"),
    ],
)
def test_params_that_make_no_sense_are_told(cls: type[Node], params: Any, problem: str) -> None:
    made, problems = parse_params(cls.Params, {"store": "m", **params})

    assert problem in " ".join([*problems, *cls.problems(made)])


async def test_a_filter_that_a_wire_makes_wrong_fails_the_node() -> None:
    with pytest.raises(NodeError, match="only numbers and texts have an order"):
        await run_node(Select, {"store": "m", "filter": {"n": {"gt": "{x}"}}}, {"x": [1]}, context(Select))


def test_what_nodes_and_stores_both_know_is_the_same() -> None:
    assert NAMES == stream.NAMES
    assert Retrieve.Params.fields()["formula"].default == stream.FORMULA
    assert Retrieve.Params.fields()["decay"].default == stream.DECAY
    assert FUNCTIONS == table.FUNCTIONS


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.spec.type)
async def test_each_works_on_its_kind_and_refuses_others(cls: type[Node]) -> None:
    params: dict[str, Any] = {"store": "m"} | ({"filter": {"id": "a"}} if cls is Delete else {})
    inputs: dict[str, Any] = {name: "a" for name, spec in cls.In.fields().items() if spec.required}
    fitting: dict[str, Any] = {"values": {}, "priority": 1, "row": {"id": 1}}
    inputs |= {name: value for name, value in fitting.items() if name in inputs}
    for kind in store_kinds():
        graph = Graph("g")
        graph.add_store(kind, "m")
        graph.add(cls.spec.type, "node", **params)
        fits = not any(one.code == "store_kind" for one in check(graph))
        ctx = FakeContext(stores={"m": make_store(kind, {}, "m")})

        assert fits == (kind == KINDS[cls])
        if not fits:
            with pytest.raises(NodeError, match="works on a"):
                await run_node(cls, params, inputs, ctx)


@pytest.mark.parametrize("cls", KINDS, ids=lambda cls: cls.spec.type)
def test_the_declared_use_is_the_strongest_of_the_operations_it_does(cls: type[Node]) -> None:
    """A reader that wrote would be ordered wrongly by the plan."""
    import inspect
    import re
    import sys

    used = [one for one in vars(sys.modules[cls.__module__]).values() if inspect.isfunction(one)]
    helpers = [one for one in used if one.__module__.startswith(f"studio.nodes.{KINDS[cls]}._")]
    source = inspect.getsource(cls) + "".join(inspect.getsource(one) for one in helpers)
    ops = set(re.findall(rf'"{KINDS[cls]}", "(\w+)"', source))
    uses = {store_kinds()[KINDS[cls]].ops[op] for op in ops}

    assert ops
    strongest = next(use for use in ("take", "write", "read") if use in uses)
    assert cls.spec.stores == {"store": strongest}
