"""The memory stream: the worked example of sheet 4 by the paper's formula and by the released program's."""

from __future__ import annotations

from typing import Any

import pytest

from studio.stores import Store, make_store
from studio.support.errors import NodeError
from tests.support.fake_context import toy_embedding

NOW = "2023-02-13T20:00:00+00:00"
MEMORIES = [
    ("m1", "Isabella is planning a Valentine party", 7, "09:00"),
    ("m2", "bed is idle", 1, "09:05"),
    ("m3", "Maria is studying for a chemistry test", 5, "12:30"),
    ("m4", "Klaus is reading a book on gentrification", 4, "15:00"),
    ("m5", "Isabella wants everybody to come to the party", 8, "18:00"),
    ("m6", "kitchen sink is running", 2, "19:45"),
]
PROGRAM = {
    "formula": "0.5 * recency + 3 * relevance + 2 * importance",
    "decay": 0.99,
    "recency": "rank",
    "filter": {"not": {"text": {"contains": "idle"}}},
}


def stream() -> Store:
    store = make_store("stream", {}, "memories")
    for id, text, importance, at in MEMORIES:
        store.do(
            "add",
            {
                "id": id, "text": text, "importance": importance, "now": f"2023-02-13T{at}:00+00:00",
                "vector": toy_embedding(text), "kind": "thought" if id == "m5" else "event",
            },
        )  # fmt: skip
    return store


def retrieved(store: Store, **args: Any) -> dict[str, float]:
    query = {"now": NOW, "vector": toy_embedding("who comes to the party"), **args}
    return {one["id"]: one["score"] for one in store.do("retrieve", query)}


def test_the_paper_formula_gives_the_scores_of_the_sheet() -> None:
    found = retrieved(stream())

    assert {id: round(score, 6) for id, score in found.items()} == {
        "m5": 2.619156, "m3": 1.891113, "m1": 1.726837, "m4": 1.287175, "m6": 1.142857, "m2": 0.100367,
    }  # fmt: skip
    assert list(retrieved(stream(), limit=3)) == ["m5", "m3", "m1"]


def test_the_released_program_gives_the_scores_of_the_sheet() -> None:
    found = retrieved(stream(), **PROGRAM)

    assert {id: round(score, 6) for id, score in found.items()} == {
        "m1": 4.775748, "m5": 4.480044, "m3": 4.373109, "m4": 1.835498, "m6": 0.0,
    }  # fmt: skip


def test_what_was_touched_is_recent_from_then_on() -> None:
    store = stream()
    before = retrieved(store)

    assert store.do("touch", {"ids": ["m1", "gone"], "now": NOW}) == 1
    after = retrieved(store)

    assert after["m1"] > before["m1"]
    assert store.do("items", {"filter": {"idle_hours": 0}, "now": NOW})[0]["id"] == "m1"


def test_retrieving_writes_nothing() -> None:
    store = stream()
    before = store.dump()

    retrieved(store)

    assert store.dump() == before
    assert store.ops["retrieve"] == "read"


@pytest.mark.parametrize(
    ("formula", "first"),
    [
        ("raw_importance", "m5"),
        ("-idle_hours", "m6"),
        ("age_hours", "m1"),
        ("-rank", "m1"),
        ("raw_relevance if raw_importance > 6 else 0", "m1"),
        ("count", "m6"),
    ],
)
def test_the_formula_may_name_what_lies_behind_the_terms(formula: str, first: str) -> None:
    assert next(iter(retrieved(stream(), formula=formula))) == first


def test_without_vectors_nothing_is_relevant_and_one_candidate_stands_in_the_middle() -> None:
    store = make_store("stream", {}, "m")
    store.do("add", {"id": "a", "text": "x", "now": 1})

    (found,) = store.do("retrieve", {"now": 2})

    assert (found["recency"], found["importance"], found["relevance"], found["score"]) == (0.5, 0.5, 0.5, 1.5)


def test_only_the_newest_are_kept_where_the_declaration_says_so() -> None:
    store = make_store("stream", {"max_items": 2}, "m")
    for name in "abc":
        store.do("add", {"id": name, "text": name, "now": 1})

    assert [one["id"] for one in store.do("items", {})] == ["b", "c"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"formula": "recency + wisdom"}, "The formula names `wisdom`, but there are recency"),
        ({"formula": "recency +"}, "cannot be read"),
        ({"formula": "'a'"}, "gave a, but a score is a number"),
        ({"formula": "1 / (rank - 1)"}, "divides by zero"),
        ({"decay": 0}, "the decay of a stream is 0"),
        ({"decay": 1.5}, "the decay of a stream is 1.5"),
        ({"recency": "age"}, "recency goes by hours or rank, not by age"),
        ({"vector": [1, 2]}, "`m1` has a vector of 16 numbers, but the query one of 2"),
        ({"vector": "x"}, "needs a vector"),
        ({"vector": [1e300]}, "too large"),
        ({"now": "yesterday"}, "needs a time"),
        ({"now": True}, "needs a time"),
        ({"now": 3.0}, "two sorts, moments and numbers of hours"),
        ({"filter": {"text": {"has": "x"}}}, "no operator"),
        ({"limit": -1}, "a whole number from 0 on as limit"),
    ],
)
def test_what_cannot_be_retrieved_is_told(args: dict[str, Any], message: str) -> None:
    store = stream()

    with pytest.raises(NodeError, match=message):
        retrieved(store, **args)


def test_moments_without_an_offset_are_utc_on_every_machine() -> None:
    store = make_store("stream", {}, "m")
    store.do("add", {"id": "a", "text": "x", "now": "2023-02-13T19:00:00"})

    (found,) = store.do("retrieve", {"now": "2023-02-13T21:00:00+01:00", "formula": "idle_hours"})

    assert found["score"] == 1.0


def test_vectors_are_shown_by_their_length_and_kept_to_the_bit() -> None:
    store = stream()
    other = make_store("stream", {}, "other")
    other.load(store.dump())

    assert "vector" not in store.shown()[0]
    assert store.rows().rows[0][6] == "16 numbers"
    assert retrieved(other) == retrieved(store)


def test_of_equal_scores_the_newest_comes_first() -> None:
    store = make_store("stream", {}, "m")
    for name in "abc":
        store.do("add", {"id": name, "text": "same", "now": 1})

    assert [one["id"] for one in store.do("retrieve", {"now": 2})] == ["c", "b", "a"]
