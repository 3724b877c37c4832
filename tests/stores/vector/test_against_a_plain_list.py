"""Whatever is done with it, a vector store holds and finds what a plain list of entries would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.stores import Store, make_store
from studio.stores.vector import content as contents
from studio.stores.vector.columns import Columns
from studio.stores.vector.segment import Segment
from studio.support.filters import matches
from studio.support.values import encode
from tests.stores.vector.reference import Reference
from tests.support.thorough import draws

# Whole numbers: scores are exact in both, so equal ones are equal.
vectors = st.lists(st.integers(-2, 2), min_size=3, max_size=3)
words = st.sampled_from(["tide", "pool", "Crab", "the", "and", "sea-star", "é", '"', "NEAR(", "*"])
texts = st.lists(words, max_size=6).map(" ".join)
scalars = st.one_of(st.integers(-3, 3), st.sampled_from([None, True, "a", "b", 1.0, 2.5, 2**60, [1, "a"], {"x": 1}]))
metas = st.dictionaries(st.sampled_from(["n", "kind", "a.b", "a"]), scalars, max_size=3)
keys = st.sampled_from(["k1", "k2", "k3", "k4"])
entries = st.fixed_dictionaries({"text": texts, "vector": vectors}, optional={"meta": metas, "key": keys})
conditions = st.one_of(
    scalars.filter(lambda value: not isinstance(value, dict)),
    st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), st.sampled_from([0, 1, 2.5, -1, 2**60]), min_size=1),
    st.sampled_from([{"in": [1, "a", None]}, {"nin": [2, "b"]}, {"contains": "a"}, {"exists": False}, {"gt": "a"}]),
)
leaves = st.dictionaries(st.sampled_from(["n", "kind", "a.b", "a.x"]), conditions, max_size=2)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"and": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries({"or": st.lists(inner, max_size=2)}),
    ),
    max_leaves=4,
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(entries, min_size=1, max_size=4)),
        st.tuples(st.just("delete"), st.lists(keys, max_size=2)),
        st.tuples(st.just("delete_where"), filters),
        st.tuples(st.just("clear"), st.none()),
        st.tuples(st.sampled_from(["fork", "apply", "reload", "turn"]), st.integers(0, 3)),
    ),
    max_size=12,
)


def write(store: Store, name: str, argument: Any) -> None:
    match name:
        case "add":
            store.do("add", {"entries": argument})
        case "delete":
            store.do("delete", {"keys": argument})
        case "delete_where":
            store.do("delete", {"filter": argument})
        case _:
            store.do("clear", {})


def played(plan: list[tuple[str, Any]]) -> list[tuple[Store, Reference]]:
    """Do a plan with stores and with plain lists: forks of forks, applied to what they came from or thrown away."""
    stack = [(make_store("vector", {}, "m"), Reference())]
    seen = list(stack)
    for name, argument in plan:
        store, plain = stack[-1]
        if name == "fork":
            stack.append((store.fork(), plain.fork()))
            seen.append(stack[-1])
        elif name == "apply":
            if len(stack) > 1:
                stack.pop()
                store.apply_to(stack[-1][0])
                plain.apply_to(stack[-1][1])
        elif name == "turn":  # go on with the one before, leaving its fork as it is
            if len(stack) > 1:
                stack.pop()
        elif name == "reload":
            store.load(store.dump())
        else:
            write(store, name, argument)
            getattr(plain, name)(argument)
    return seen


def found(store: Store, **how: Any) -> list[str]:
    return [hit["key"] for hit in store.do("search", how)]


def compare(plan: list[tuple[str, Any]], query: list[int], text: str, filter: Any, k: int) -> None:
    for store, plain in played(plan):
        assert store.do("items", {}) == plain.items()
        assert store.do("items", {"filter": filter}) == plain.items(filter)
        assert store.do("length", {"filter": filter}) == len(plain.items(filter))
        assert found(store, vector=query, k=k) == plain.near(query, k)
        assert found(store, vector=query, k=k, filter=filter) == plain.near(query, k, filter)
        assert found(store, text=text, k=k, filter=filter) == plain.say(text, k, filter)
        joined = found(store, vector=query, text=text, weight=0.3, k=k, filter=filter)
        assert joined == plain.both(query, text, 0.3, k, filter)


@settings(max_examples=draws(20, 100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps, vectors, texts, filters, st.integers(1, 5))
def test_it_holds_and_finds_what_a_list_would(
    plan: list[tuple[str, Any]], query: list[int], text: str, filter: Any, k: int
) -> None:
    compare(plan, query, text, filter, k)


@settings(max_examples=draws(14, 60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps, st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3))
def test_a_store_that_is_saved_and_loaded_gives_the_same_bytes(plan: list[tuple[str, Any]], query: list[float]) -> None:
    for store, _ in played(plan):
        other = make_store("vector", {}, "other")
        other.load(store.dump())

        assert encode(other.dump()) == encode(store.dump())
        length = sum(number * number for number in query)
        if not length or length > 1e-20:
            asked = {"vector": query, "text": "the tide", "k": 50}
            assert encode(other.do("search", asked)) == encode(store.do("search", asked))


@settings(max_examples=draws(14, 60), deadline=None)
@given(st.lists(entries, min_size=1, max_size=8), vectors, st.sampled_from(["cosine", "dot", "l2"]))
def test_every_measure_of_nearness_ranks_like_the_list(given: list[Any], query: list[int], metric: str) -> None:
    store, plain = make_store("vector", {"metric": metric}, "m"), Reference()
    store.do("add", {"entries": given})
    plain.add(given)

    assert found(store, vector=query, k=8) == plain.near(query, 8, None, metric)


@settings(max_examples=draws(35, 200), deadline=None)
@given(st.lists(metas, min_size=1, max_size=12), st.lists(filters, min_size=1, max_size=4))
def test_a_filter_over_columns_passes_what_the_filter_passes(held: list[Any], asked: list[Any]) -> None:
    store = make_store("vector", {}, "m")
    middle = len(held) // 2
    for number, meta in enumerate(held):
        if number == middle:  # columns that are there already grow
            for filter in asked:
                store.do("length", {"filter": filter})
        store.do("add", {"entries": [{"text": "", "vector": [1], "meta": meta, "key": str(number)}]})

    for filter in asked:
        expected = [str(number) for number, meta in enumerate(held) if matches(filter, meta)]
        assert [one["key"] for one in store.do("items", {"filter": filter})] == expected


def test_deleted_rows_are_swept_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "WASTE", 3)
    store, plain = make_store("vector", {}, "m"), Reference()
    for number in range(60):
        entry = {"text": f"tide {number}", "vector": [1, number], "key": f"k{number % 7}", "meta": {"n": number}}
        store.do("add", {"entries": [entry]})
        plain.add([entry])
        assert found(store, vector=[1, 2], k=9) == plain.near([1, 2], 9)
        assert found(store, text="tide", k=9) == plain.say("tide", 9)

    assert store._data.parts[0].segment.rows < 30
    assert store.do("items", {"filter": {"n": {"gte": 55}}}) == plain.items({"n": {"gte": 55}})


ONE = ("add", [{"text": "tide", "vector": [1, 0, 0], "meta": {"n": 1}}])
TWO = ("add", [{"text": "pool", "vector": [0, 1, 0], "meta": {"n": 2}}])
CONTROLS: dict[str, tuple[Any, ...]] = {
    "a filter that passes everything": (
        [ONE, TWO], Columns, "passing", lambda self, filter, length: np.ones(length, bool),
    ),
    "a fork that writes into what it came from": ([ONE, ("fork", 0), TWO], contents.Content, "view", lambda self: self),
    "a deletion that leaves the row": (
        [ONE, TWO, ("delete_where", {"n": 1})], contents.Part, "remove", lambda self, row: None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", CONTROLS)
def test_the_comparison_notices(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, owner, name, wrong = CONTROLS[fault]
    compare(plan, [1, 1, 0], "tide pool", {"n": 2}, 2)

    monkeypatch.setattr(owner, name, wrong)

    with pytest.raises(AssertionError):
        compare(plan, [1, 1, 0], "tide pool", {"n": 2}, 2)


def test_adding_never_copies_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows moved by growing are at most about as many as rows added, however they were added."""
    moved = 0
    grow = Segment._grow

    def counted(self: Segment, least: int) -> None:
        nonlocal moved
        moved += self.rows
        grow(self, least)

    monkeypatch.setattr(Segment, "_grow", counted)
    store = make_store("vector", {}, "m")
    for number in range(1000):
        store.do("add", {"entries": [{"text": "", "vector": [1, number], "key": str(number)}]})

    assert moved <= 1024
