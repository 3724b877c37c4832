"""The board: who has seen what."""

from __future__ import annotations

from typing import Any

import pytest

from studio.stores import Store, make_store, store_problems
from studio.support.errors import NodeError


def board() -> Store:
    return make_store("board", {"slots": {"goal": "tea"}}, "table")


def look(store: Store, reader: str = "cook", *slots: str) -> dict[str, Any]:
    """What a reader node does: ask, then note what it has seen."""
    changed: dict[str, Any] = store.do("changes", {"reader": reader, "slots": list(slots)})
    store.do("look", {"reader": reader, "versions": {slot: one["version"] for slot, one in changed.items()}})
    return {slot: one.get("value", "gone") for slot, one in changed.items()}


def test_each_reader_learns_what_changed_since_its_own_last_look() -> None:
    store = board()

    assert look(store) == {"goal": "tea"}
    assert look(store) == {}
    store.do("write", {"slot": "water", "value": "hot", "by": "kettle"})
    assert look(store, "guest") == {"goal": "tea", "water": "hot"}
    assert look(store) == {"water": "hot"}
    assert store.do("read", {"slot": "water"}) == {"value": "hot", "version": 1, "by": "kettle"}


def test_the_same_value_is_no_change_unless_it_is_meant_to_be() -> None:
    store = board()
    look(store)

    assert store.do("write", {"slot": "goal", "value": "tea"}) == {"version": 1, "changed": False}
    assert look(store) == {}
    assert store.do("write", {"slot": "goal", "value": "tea", "again": True}) == {"version": 2, "changed": True}
    assert look(store) == {"goal": "tea"}


def test_who_watches_some_slots_is_not_told_of_others_and_sees_them_later() -> None:
    store = board()
    store.do("write", {"slot": "noise", "value": 1})

    assert look(store, "cook", "goal") == {"goal": "tea"}
    assert look(store, "cook", "goal") == {}
    assert look(store, "cook") == {"noise": 1}


def test_a_wiped_slot_is_told_once_to_those_who_had_seen_it() -> None:
    store = board()
    look(store)

    assert store.do("wipe", {"slot": "goal"}) is True
    assert store.do("wipe", {"slot": "goal"}) is False
    assert store.do("read", {"slot": "goal"}) == {}
    assert look(store) == {"goal": "gone"}
    assert look(store) == {}
    assert look(store, "guest") == {}
    store.do("write", {"slot": "goal", "value": "cake"})
    assert look(store) == look(store, "guest") == {"goal": "cake"}


def test_clearing_wipes_every_slot() -> None:
    store = board()
    look(store)
    store.do("clear", {})

    assert store.size == 0
    assert look(store) == {"goal": "gone"}


def test_what_an_item_of_a_map_sees_is_seen_by_nobody_else_until_the_map_ends() -> None:
    store = board()
    one, two = store.fork(), store.fork()

    assert look(one) == look(two) == {"goal": "tea"}
    assert store.do("changes", {"reader": "cook"}) != {}
    one.apply_to(store)
    assert look(store) == {}


def test_a_change_that_another_item_made_meanwhile_is_not_lost() -> None:
    store = board()
    one, two = store.fork(), store.fork()
    one.do("write", {"slot": "goal", "value": "cake"})
    look(two)

    one.apply_to(store)
    two.apply_to(store)

    assert look(store) == {"goal": "cake"}


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(NodeError, match="needs versions"):
        board().do("look", {"reader": "r", "versions": {"goal": "1"}})
    assert store_problems("board", {"slots": [1]}) == ["`slots` must be an object: slots with their values."]
