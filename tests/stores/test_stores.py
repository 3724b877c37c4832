"""Every kind of store keeps what it is given, forks without aliasing, and repeats a fork's writes in order."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from studio.stores import Store, make_store, store_kinds, store_problems
from studio.support.errors import GraphError, NodeError

FILLED: dict[str, dict[str, Any]] = {
    "list": {"items": [1, {"a": [2]}]},
    "queue": {"items": [1, {"a": [2]}]},
    "kv": {"values": {"x": 1, "y": {"a": [2]}}},
    "priority_queue": {"items": [{"value": 1, "priority": 2}, {"value": {"a": [2]}, "priority": 1, "key": "k"}]},
    "table": {"key": "id", "rows": [{"id": "x", "n": 1}, {"id": "y", "n": {"a": [2]}}]},
    "board": {"slots": {"x": 1, "y": {"a": [2]}}},
    "messages": {"items": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]},
    "stream": {},
    "facts": {"states": ["S1"], "facts": [["S1", "type", "state"], ["S1", "thing", "T1"], ["T1", "size", 2]]},
    "vector": {
        "items": [
            {"text": "one", "vector": [1, 0], "key": "x"},
            {"text": "two", "vector": [0, 1], "key": "y", "meta": {"a": [2]}},
        ]
    },
}
NOON, LATER = "2023-02-13T12:00:00+00:00", "2023-02-13T13:00:00+00:00"
WRITES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "list": [("append", {"value": "é"}), ("extend", {"values": [3, None]}), ("clear", {}), ("append", {"value": 4})],
    "queue": [
        ("push", {"value": "é"}),
        ("push", {"value": 0, "front": True}),
        ("extend", {"values": [3, None]}),
        ("extend", {"values": [8, 9], "front": True}),
        ("set", {"values": [5, 6]}),
        ("clear", {}),
        ("push", {"value": 4}),
    ],
    "kv": [
        ("set", {"key": "z", "value": [1]}),
        ("set", {"key": "x", "value": None}),
        ("delete", {"key": "y"}),
        ("clear", {}),
        ("set", {"key": "w", "value": 4}),
    ],
    "priority_queue": [
        ("push", {"value": "é", "priority": 1}),
        ("push", {"value": 0, "priority": 1.5, "key": "k"}),
        ("extend", {"items": [{"value": 3, "priority": -1, "key": "l"}, {"value": None}]}),
        ("change", {"key": "l", "priority": 7}),
        ("remove", {"key": "k"}),
        ("clear", {}),
        ("push", {"value": 4}),
    ],
    "table": [
        ("put", {"rows": [{"id": "é", "n": 3}]}),
        ("put", {"rows": [{"id": "x", "m": 5}]}),
        ("put", {"rows": [{"id": "x", "m": 6}, {"id": 7}], "if_there": "replace"}),
        ("update", {"filter": {"m": {"gte": 6}}, "values": {"n": None}}),
        ("delete", {"filter": {"id": "y"}}),
        ("clear", {}),
        ("put", {"rows": [{"id": 7}]}),
    ],
    "board": [
        ("write", {"slot": "z", "value": "é", "by": "writer"}),
        ("write", {"slot": "x", "value": None}),
        ("look", {"reader": "reader", "versions": {"x": 2}}),
        ("wipe", {"slot": "y"}),
        ("clear", {}),
        ("write", {"slot": "y", "value": 4, "again": True}),
    ],
    "messages": [
        ("extend", {"messages": [{"role": "assistant", "content": "é"}]}),
        ("extend", {"messages": []}),
        ("clear", {}),
        ("extend", {"messages": [{"role": "user", "content": "x"}]}),
    ],
    "stream": [
        ("add", {"id": "m", "text": "é", "now": NOON, "importance": 7, "vector": [0.25, 1], "meta": {"a": [1]}}),
        ("add", {"id": "m", "text": "again", "now": NOON}),
        ("touch", {"ids": ["m~2", "gone"], "now": LATER}),
        ("forget", {"filter": {"importance": {"lt": 2}}}),
        ("clear", {}),
        ("add", {"id": "n", "text": "new", "now": 3.5}),
    ],
    "facts": [
        ("change", {"add": [["S1", "name", "é", False, "r", False]], "reasons": {"r": {"state": "S1"}}}),
        ("change", {"push": [{"id": "S2"}], "add": [["S2", "superstate", "S1", False, "given", True]]}),
        ("change", {"reject": [["S1", "name", "é", "q"]], "reasons": {"q": {"state": "S2"}}}),
        ("change", {"pop": ["S2"], "remove": [["S1", "thing", "T1"]]}),
        ("change", {"gone": ["r"]}),
        ("clear", {}),
        ("change", {"add": [["S1", "name", 4, False, "given", True]]}),
    ],
    "vector": [
        ("add", {"entries": [{"text": "é", "vector": [0.25, 1], "meta": {"a": [1]}}]}),
        ("add", {"entries": [{"text": "again", "vector": [3, 1], "key": "x"}]}),
        ("delete", {"filter": {"a": {"contains": 2}}}),
        ("delete", {"keys": ["x", "gone"]}),
        ("clear", {}),
        ("add", {"entries": [{"text": "new", "vector": [1, 1]}]}),
    ],
}
READS: dict[str, tuple[str, dict[str, Any]]] = {
    "kv": ("all", {}),
    "table": ("select", {}),
    "board": ("all", {}),
}
"""How each kind tells all it holds, if it is not `items`."""

KEYED = {"kv", "table", "board", "stream", "vector", "facts"}

kinds = pytest.mark.parametrize("kind", sorted(FILLED))


def filled(kind: str) -> Store:
    return make_store(kind, FILLED[kind], "memory")


def without_content(kind: str) -> dict[str, Any]:
    return {name: value for name, value in FILLED[kind].items() if name not in ("items", "values", "rows", "slots")}


def test_these_tests_know_every_kind() -> None:
    assert sorted(store_kinds()) == sorted(FILLED) == sorted(WRITES)


@kinds
def test_every_operation_exists_is_explained_and_has_a_declared_use(kind: str) -> None:
    cls = store_kinds()[kind]

    assert cls.summary.endswith(".")
    assert set(cls.ops.values()) <= {"read", "write", "take"}
    assert {name[3:] for name in dir(cls) if name.startswith("op_")} == set(cls.ops)
    for op in cls.ops:
        assert getattr(cls, f"op_{op}").__doc__, op


@kinds
def test_dump_and_load_give_the_same_store_again(kind: str) -> None:
    store, other = filled(kind), make_store(kind, without_content(kind), "other")
    store.do(*WRITES[kind][0])

    other.load(store.dump())

    assert other.dump() == store.dump() != filled(kind).dump()


@kinds
def test_nobody_holds_a_reference_into_a_store(kind: str) -> None:
    store = filled(kind)
    op, given = WRITES[kind][0][0], deepcopy(WRITES[kind][0][1])
    store.do(op, given)
    before, shown = store.dump(), store.shown()

    spoil(given)
    spoil(store.do(*READS.get(kind, ("items", {}))))
    spoil(store.dump())
    spoil(store.shown())
    spoil([list(row) for row in store.rows().rows])

    assert store.dump() == before
    assert store.shown() == shown


def spoil(value: Any) -> None:
    """Change every list and object inside of a value."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        spoil(inner)
    if isinstance(value, list):
        value.append("spoilt")
    elif isinstance(value, dict):
        value["spoilt"] = True


@kinds
def test_what_is_shown_is_a_table_with_a_key_if_rows_have_one(kind: str) -> None:
    store = filled(kind)
    store.do(*WRITES[kind][0])

    shown = store.rows()

    assert len(shown.rows) == store.size > 0
    assert all(len(row) == len(shown.columns) for row in shown.rows)
    assert (shown.key is not None) == (kind in KEYED)
    if shown.key is not None:
        keys = [row[shown.key] for row in shown.rows]
        assert len(keys) == len(set(keys))
    assert len(store.shown()) == store.size


@kinds
def test_a_fork_sees_the_past_and_its_own_writes_only(kind: str) -> None:
    store = filled(kind)
    start = store.dump()
    one, two = store.fork(), store.fork()
    op, args = WRITES[kind][0]

    one.do(op, args)
    assert one.dump() != start
    assert two.dump() == store.dump() == start

    store.do(*WRITES[kind][-1])
    assert store.dump() != start
    assert two.dump() == start


@kinds
def test_applying_a_fork_repeats_its_writes_in_order_on_what_is_there_by_then(kind: str) -> None:
    for until in range(len(WRITES[kind]) + 1):
        store, direct = filled(kind), filled(kind)
        forks = [store.fork(), store.fork()]
        for fork in forks:
            for op, args in WRITES[kind][:until]:
                fork.do(op, args)
        assert forks[0].writes == WRITES[kind][:until]

        for fork in forks:
            fork.apply_to(store)

        for op, args in WRITES[kind][:until] * 2:
            direct.do(op, args)
        assert store.dump() == direct.dump()
        again = make_store(kind, without_content(kind), "memory")
        again.load(store.dump())
        assert again.dump() == store.dump()


@kinds
def test_a_fork_of_a_fork_hands_its_writes_up(kind: str) -> None:
    store = filled(kind)
    outer = store.fork()
    inner = outer.fork()
    op, args = WRITES[kind][0]
    inner.do(op, args)

    inner.apply_to(outer)

    assert outer.writes == [(op, args)]
    assert store.dump() == filled(kind).dump()


@kinds
def test_what_cannot_be_done_is_said_and_changes_nothing(kind: str) -> None:
    store = filled(kind)
    before = store.dump()

    with pytest.raises(NodeError, match=r"`memory` has no operation `pusch`\. It has: "):
        store.do("pusch", {})
    with pytest.raises(NodeError, match="does not take the arguments nonsense"):
        store.do(WRITES[kind][0][0], {"nonsense": 1})
    op, args = WRITES[kind][0]
    with pytest.raises(NodeError, match="was given nan"):
        store.do(op, {**args, next(iter(args)): float("nan")})

    assert store.dump() == before


def test_taking_from_a_fork_is_refused() -> None:
    fork = filled("queue").fork()

    with pytest.raises(NodeError, match=r"an item of a map cannot take from the queue `memory`.*sequential: true"):
        fork.do("pop", {})
    assert fork.do("peek", {}) == {"item": 1}


def test_a_queue_gives_its_values_in_order_and_then_nothing() -> None:
    queue = filled("queue")

    assert [queue.do("pop", {}) for _ in range(3)] == [{"item": 1}, {"item": {"a": [2]}}, {}]
    assert queue.do("peek", {}) == {}
    assert queue.do("length", {}) == 0


def test_a_queue_can_be_filled_from_the_front() -> None:
    queue = make_store("queue", {"items": [1]}, "q")

    assert queue.do("push", {"value": 0, "front": True}) == 2
    assert queue.do("extend", {"values": [-2, -1], "front": True}) == 4
    assert queue.do("items", {}) == [-2, -1, 0, 1]


def test_a_list_gives_its_last_values_and_keeps_only_so_many() -> None:
    history = make_store("list", {"items": [0, 1, 2], "max_items": 3}, "h")

    assert history.do("append", {"value": 3}) == 3
    assert history.do("items", {}) == [1, 2, 3]
    assert history.do("items", {"last": 2}) == [2, 3]
    assert history.do("items", {"last": 0}) == []
    assert history.do("items", {"last": 9}) == [1, 2, 3]
    assert history.fork().do("append", {"value": 4}) == 3


def test_a_kv_tells_null_from_nothing() -> None:
    facts = make_store("kv", {"values": {"a": None}}, "f")

    assert facts.do("get", {"key": "a"}) == {"value": None}
    assert facts.do("get", {"key": "b"}) == {}
    assert facts.do("delete", {"key": "a"}) is True
    assert facts.do("delete", {"key": "a"}) is False
    assert facts.do("keys", {}) == []


@pytest.mark.parametrize(
    ("kind", "op", "args", "message"),
    [
        ("list", "extend", {"values": "abc"}, "abc where it needs a list"),
        ("queue", "set", {"values": {"a": 1}}, "needs a list"),
        ("kv", "set", {"key": 3, "value": 1}, "3 where it needs a text as key"),
        ("kv", "get", {"key": ["a"]}, "needs a text as key"),
    ],
)
def test_values_of_the_wrong_shape_are_refused(kind: str, op: str, args: dict[str, Any], message: str) -> None:
    store = filled(kind)

    with pytest.raises(NodeError, match=message):
        store.do(op, args)
    assert store.dump() == filled(kind).dump()


@pytest.mark.parametrize(
    ("kind", "params", "problem"),
    [
        ("qeue", {}, "There is no kind of store `qeue`. Did you mean `queue`?"),
        ("rope", {}, f"There is no kind of store `rope`. Kinds: {', '.join(store_kinds())}."),
        ("list", {"items": 3}, "`items` must be a list, not an integer (3)."),
        ("list", {"max": 3}, "There is no param `max`. Did you mean `max_items`?"),
        ("kv", {"values": [1]}, "`values` must be an object: keys with their values."),
    ],
)
def test_a_wrong_declaration_is_told(kind: str, params: dict[str, Any], problem: str) -> None:
    assert store_problems(kind, params) == [problem]
    with pytest.raises(GraphError, match="store `s`"):
        make_store(kind, params, "s")


def test_a_thousand_forks_that_only_read_copy_nothing() -> None:
    store = make_store("list", {"items": list(range(1000))}, "big")

    forks = [store.fork() for _ in range(1000)]

    assert all(fork._data is store._data for fork in forks)
