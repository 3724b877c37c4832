"""The priority queue: order, ties, keys, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from studio.stores import Store, make_store, store_problems
from studio.support.errors import NodeError
from tests.support.thorough import draws


def queue(first: str = "lowest", *values: tuple[Any, float, str | None]) -> Store:
    store = make_store("priority_queue", {"first": first}, "work")
    for value, priority, key in values:
        store.do("push", {"value": value, "priority": priority, "key": key})
    return store


def emptied(store: Store) -> list[Any]:
    return [store.do("pop", {})["item"] for _ in range(store.size)]


@pytest.mark.parametrize(("first", "order"), [("lowest", ["c", "a", "b", "d"]), ("highest", ["d", "a", "b", "c"])])
def test_values_come_by_priority_and_equal_ones_as_they_arrived(first: str, order: list[str]) -> None:
    store = queue(first, ("a", 2, None), ("b", 2, None), ("c", 1, None), ("d", 3.5, None))

    assert emptied(store) == order
    assert store.do("pop", {}) == {}


def test_what_gets_another_priority_keeps_its_place_among_equals_also_after_a_load() -> None:
    def changed(store: Store) -> list[Any]:
        assert store.do("change", {"key": "old", "priority": 1}) is True
        return emptied(store)

    store = queue("lowest", ("old", 2, "old"), ("young", 1, None))
    loaded = queue()
    loaded.load(store.dump())

    assert changed(store) == changed(loaded) == ["old", "young"]


def test_a_key_waits_once() -> None:
    store = queue("lowest", ("a", 1, "k"), ("b", 2, None))

    assert store.do("push", {"value": "c", "priority": 3, "key": "k"}) == 2
    assert store.do("items", {}) == [{"value": "b", "priority": 2}, {"value": "c", "priority": 3, "key": "k"}]
    assert store.do("remove", {"key": "k"}) is True
    assert store.do("remove", {"key": "k"}) is False
    assert store.do("change", {"key": "k", "priority": 0}) is False
    assert store.do("peek", {}) == {"item": "b", "priority": 2}


def test_very_many_values_come_and_go_without_looking_at_all_the_others() -> None:
    from time import perf_counter

    store = queue()
    began = perf_counter()
    for number in range(draws(20_000, 100_000)):
        store.do("push", {"value": number, "priority": number * 7919 % 100_003})
    first = [store.do("pop", {})["priority"] for _ in range(1_000)]

    assert first == sorted(first)
    assert perf_counter() - began < 20


def test_an_item_of_a_map_cannot_take() -> None:
    with pytest.raises(NodeError, match="cannot take from the priority_queue"):
        queue("lowest", ("a", 1, None)).fork().do("pop", {})


@pytest.mark.parametrize(
    ("op", "args", "message"),
    [
        ("push", {"value": 1, "priority": "high"}, "needs a number as priority"),
        ("push", {"value": 1, "priority": True}, "needs a number as priority"),
        ("push", {"value": 1, "key": 3}, "needs a text as key"),
        ("extend", {"items": [{"value": 1}, {"priority": 2}]}, "must be an object with a `value`"),
        ("extend", {"items": [{"value": 1, "priority": None}]}, "it must be a number"),
        ("change", {"key": "a", "priority": []}, "needs a number"),
    ],
)
def test_what_is_no_priority_is_refused_and_changes_nothing(op: str, args: dict[str, Any], message: str) -> None:
    store = queue("lowest", ("a", 1, "a"))
    before = store.dump()

    with pytest.raises(NodeError, match=message):
        store.do(op, args)
    assert store.dump() == before


def test_a_wrong_item_of_the_declaration_is_told() -> None:
    assert store_problems("priority_queue", {"items": [{"value": 1}, 3]}) == [
        "Item 1 of `items` is 3, but it must be an object with a `value`."
    ]
    assert store_problems("priority_queue", {"first": "middle"})
