"""A large store looks into the nearest cells only: nearly all of the best, whatever it has been through the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studio.stores import Store, make_store
from studio.stores.vector import cells, content, searching
from studio.stores.vector.entry import packed
from studio.support.values import encode

DIMS = 16
CELLS = 12
generator = np.random.default_rng(5)
PLACES = generator.standard_normal((CELLS, DIMS))
VECTORS = (PLACES[np.arange(900) % CELLS] + 0.4 * generator.standard_normal((900, DIMS))).astype(np.float32)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index from 200 entries on, of 12 cells, 3 of which are looked into."""
    monkeypatch.setattr(content, "FROM", 200)
    monkeypatch.setattr(searching, "FEW", 20)
    monkeypatch.setattr(cells, "LARGE", 100)
    monkeypatch.setattr(cells, "PROBED", 3)
    for module in (cells, content):
        monkeypatch.setattr(module, "cells_for", lambda count: CELLS)


def entry(number: int) -> dict[str, Any]:
    return {
        "text": f"t{number}",
        "vector": packed(VECTORS[number]),
        "key": f"k{number}",
        "meta": {"n": number, "half": number // CELLS % 2},
    }


def filled(count: int, **params: Any) -> Store:
    store = make_store("vector", params, "m")
    for start in range(0, count, 50):
        store.do("add", {"entries": [entry(number) for number in range(start, min(start + 50, count))]})
    return store


def found(store: Store, number: int, **how: Any) -> Any:
    query = VECTORS[number] + np.float32(0.05)
    return store.do("search", {"vector": packed(query), "k": 10, **how})


def test_it_finds_nearly_all_of_the_best_and_looks_at_few(monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(600)
    compared = 0
    exact = searching._exact

    def counted(content: Any, query: Any, rows: Any, count: int) -> Any:
        nonlocal compared
        compared += sum(map(len, rows))
        return exact(content, query, rows, count)

    monkeypatch.setattr(searching, "_exact", counted)
    hits = sum(
        len({one["key"] for one in found(store, number)} & {one["key"] for one in found(store, number, exact=True)})
        for number in range(50)
    )

    assert hits >= 490
    assert compared < 600 * 50


def test_exact_is_exact_whatever_the_index_holds() -> None:
    store = filled(600)
    for number in range(0, 600, 37):
        query = (VECTORS[number] + np.float32(0.05)).astype(np.float64)
        wide = VECTORS[:600].astype(np.float64)
        scores = wide @ query / np.linalg.norm(wide, axis=1) / np.linalg.norm(query)
        best = [f"k{place}" for place in np.argsort(-scores)[:10]]
        assert [one["key"] for one in found(store, number, exact=True)] == best


def test_a_filter_is_right_in_the_index_and_where_few_are_left() -> None:
    store = filled(600)
    for number in range(20):
        half = found(store, number, filter={"half": 1})
        assert len(half) == 10
        assert all(one["meta"]["half"] == 1 for one in half)
        best = {one["key"] for one in found(store, number, filter={"half": 1}, exact=True)}
        assert len(best & {one["key"] for one in half}) >= 8

        few = found(store, number, filter={"n": {"lt": 15}})
        assert few == found(store, number, filter={"n": {"lt": 15}}, exact=True)
        assert len(few) == 10


def test_where_the_cells_hold_too_few_all_are_compared() -> None:
    store = filled(600)
    inside = [number for number in range(600) if number % CELLS == 5][:25]

    hits = found(store, 4, filter={"n": {"in": inside}})

    assert len(hits) == 10
    assert hits == found(store, 4, filter={"n": {"in": inside}}, exact=True)


def test_saved_and_loaded_it_answers_the_same_though_its_cells_were_made_long_ago() -> None:
    store = filled(390)
    store.do("delete", {"filter": {"n": {"lt": 60}}})
    store.do("add", {"entries": [entry(3), entry(700)]})
    other = make_store("vector", {}, "other")

    other.load(store.dump())

    assert encode(other.dump()) == encode(store.dump())
    assert [found(other, number) for number in range(60)] == [found(store, number) for number in range(60)]


def test_a_fork_answers_like_a_store_that_did_the_same() -> None:
    store, same = filled(390), filled(390)
    found(store, 0)
    fork = store.fork()
    before = [found(store, number) for number in range(30)]
    for one in (fork, same):
        one.do("delete", {"keys": [f"k{number}" for number in range(0, 100, 3)]})
        one.do("add", {"entries": [entry(number) for number in range(400, 480)]})

    assert [found(fork, number) for number in range(60)] == [found(same, number) for number in range(60)]
    assert [found(store, number) for number in range(30)] == before

    fork.apply_to(store)
    assert encode(store.dump()) == encode(same.dump())
    assert [found(store, number) for number in range(60)] == [found(same, number) for number in range(60)]


def test_faiss_and_the_plain_way_through_the_cells_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    in_faiss = filled(600)
    answers = [found(in_faiss, number, filter={"half": number // CELLS % 2}) for number in range(60)]
    monkeypatch.setattr(cells, "LARGE", 10_000)
    plain = filled(600)

    assert [found(plain, number, filter={"half": number // CELLS % 2}) for number in range(60)] == answers
    lists = [store._data.cells._lists for store in (in_faiss, plain)]
    assert [next(iter(one.values())).held is None for one in lists] == [False, True]


def test_many_equal_vectors_are_found_in_the_order_they_came() -> None:
    store = filled(300)
    same = [entry(7) | {"key": f"same{number}"} for number in range(200)]
    store.do("add", {"entries": same})

    assert [one["key"] for one in store.do("search", {"vector": packed(VECTORS[7]), "k": 10})] == [
        "k7", *(f"same{number}" for number in range(9)),
    ]  # fmt: skip


def test_an_index_is_made_anew_when_the_store_has_doubled_and_goes_when_it_is_small() -> None:
    store = filled(250)
    first = store._data.cells
    assert first.trained == 250
    store.do("add", {"entries": [entry(number) for number in range(250, 490)]})
    assert store._data.cells is first
    store.do("add", {"entries": [entry(number) for number in range(490, 510)]})
    assert store._data.cells.trained == 510
    store.do("delete", {"filter": {"n": {"gte": 100}}})
    assert store._data.cells is None


def test_an_item_of_a_map_makes_no_index_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    below, above = filled(200), filled(260)
    monkeypatch.setattr(cells, "_centres_of", lambda *given: pytest.fail("an index was made"))
    one, other = below.fork(), above.fork()
    one.do("add", {"entries": [entry(number) for number in range(300, 350)]})
    other.do("delete", {"filter": {"n": {"lt": 150}}})

    assert found(one, 5) == found(one, 5, exact=True)
    assert other._data.cells is above._data.cells is not None
    one.apply_to(below)
    assert below._data.cells is not None


def test_the_same_is_learned_from_the_same() -> None:
    one, other = (filled(300)._data.cells.centres for _ in range(2))

    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("metric", ["dot", "l2"])
def test_other_measures_always_compare_all(metric: str) -> None:
    store = filled(300, metric=metric)

    assert store._data.cells is None
    assert found(store, 5) == found(store, 5, exact=True)
