"""What a vector store refuses, it refuses in one sentence, and is as it was."""

from __future__ import annotations

import re
from typing import Any

import pytest

from studio.stores import make_store, store_problems
from studio.stores.vector import content
from studio.stores.vector.entry import MAX_KEY, MAX_META, MAX_TEXT
from studio.support.errors import NodeError

GOOD = {"text": "tide", "vector": [1, 0], "key": "a"}


def refused(op: str, args: dict[str, Any], match: str, **params: Any) -> None:
    store = make_store("vector", params, "notes")
    store.do("add", {"entries": [GOOD]})
    before = store.dump()

    with pytest.raises(NodeError, match=match) as told:
        store.do(op, args)

    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 300
    assert store.dump() == before


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        ({"text": "x", "vector": [1, 0, 0]}, r"the vector has 3 numbers, but those of `notes` have 2\."),
        ({"text": "x", "vector": []}, r"a vector of 0 numbers cannot be kept"),
        ({"text": "x", "vector": [1.0] * 9000}, r"a vector of 9000 numbers cannot be kept"),
        ({"text": "x", "vector": [1, "2"]}, r"is no vector: a list of numbers"),
        ({"text": "x", "vector": [True, 1]}, r"is no vector"),
        ({"text": "x", "vector": "AAAA*"}, r"is no vector"),
        ({"text": "x", "vector": "AAAA"}, r"is no vector"),
        ({"text": "x", "vector": "AAAAAAAAwH8="}, r"not finite in single precision"),
        ({"text": "x", "vector": [1e300, 0]}, r"not finite in single precision"),
        ({"text": "x", "vector": [1e30, 0]}, r"the length of a vector is 1e\+30"),
        ({"text": "x", "vector": [1e-30, 0]}, r"which single precision cannot compare"),
        ({"text": "x"}, r"an entry has no vector"),
        ({"vector": [1, 0]}, r"the text of an entry is null"),
        ({"text": "x" * (MAX_TEXT + 1), "vector": [1, 0]}, r"a text has 100001 characters, more than 100000"),
        ({"text": "x", "vector": [1, 0], "meta": [1]}, r"the metadata of an entry is \[1\]"),
        ({"text": "x", "vector": [1, 0], "meta": {"a": "x" * MAX_META}}, r"the metadata of an entry has"),
        ({"text": "x", "vector": [1, 0], "key": 3}, r"the key of an entry is 3"),
        ({"text": "x", "vector": [1, 0], "key": "k" * (MAX_KEY + 1)}, r"the key of an entry is"),
        ({"text": "x", "vector": [1, 0], "metta": {}}, r"an entry has no `metta`"),
        ("tide", r"an entry is an object"),
    ],
)
def test_an_entry_that_cannot_be_kept(entry: Any, match: str) -> None:
    refused("add", {"entries": [entry]}, match)
    refused("add", {"entries": [{"text": "fine", "vector": [0, 1]}, entry]}, match)


@pytest.mark.parametrize(
    ("op", "args", "match"),
    [
        ("add", {"entries": {}}, r"needs a list of entries"),
        ("add", {"entries": [GOOD] * 10_001}, r"10001 entries are more than the 10000"),
        ("delete", {}, r"takes keys or a filter"),
        ("delete", {"keys": ["a"], "filter": {}}, r"takes keys or a filter"),
        ("delete", {"filter": {"a": {"like": 1}}}, r"`like` of `a` is no operator"),
        ("get", {"keys": "a"}, r"needs a list of keys"),
        ("search", {}, r"a search needs a vector or a text"),
        ("search", {"vector": [1, 0], "k": 0}, r"1 to 1000 entries, not 0"),
        ("search", {"vector": [1, 0], "k": 1001}, r"1 to 1000 entries, not 1001"),
        ("search", {"vector": [1, 0], "weight": 1.5}, r"a number from 0 to 1, not 1\.5"),
        ("search", {"vector": [1]}, r"the vector has 1 numbers, but those of `notes` have 2"),
        ("search", {"vector": [1, 0], "filter": {"not": 3}}, r"a filter is an object"),
        ("search", {"text": 5}, r"needs a text as query"),
        ("items", {"filter": 3}, r"a filter is an object"),
    ],
)
def test_an_operation_that_cannot_be_done(op: str, args: dict[str, Any], match: str) -> None:
    refused(op, args, match)


def test_a_full_store_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST", 1)
    refused("add", {"entries": [{"text": "x", "vector": [0, 1]}]}, r"holds at most 1 entries")


def test_the_declared_size_holds_from_the_first_vector_on() -> None:
    store = make_store("vector", {"dims": 3}, "notes")

    with pytest.raises(NodeError, match=r"the vector has 2 numbers, but those of `notes` have 3"):
        store.do("add", {"entries": [GOOD]})


def test_an_emptied_store_takes_vectors_of_another_size() -> None:
    store = make_store("vector", {}, "notes")
    store.do("add", {"entries": [GOOD]})
    store.do("delete", {"keys": ["a"]})
    store.do("add", {"entries": [{"text": "x", "vector": [1, 0, 0], "key": "b"}]})

    assert [hit["key"] for hit in store.do("search", {"vector": [1, 1, 1]})] == ["b"]


@pytest.mark.parametrize(
    "query",
    ['"', "NEAR(tide, 2)", "text:tide", "tide*", "tide AND NOT pool", "'; DROP TABLE entry; --", "-tide", "(", "\0"],
)
def test_what_people_type_is_words_and_no_query_language(query: str) -> None:
    store = make_store("vector", {}, "notes")
    store.do("add", {"entries": [GOOD, {"text": "not near", "vector": [0, 1], "key": "b"}]})

    hits = store.do("search", {"text": query})

    assert [hit["key"] for hit in hits if hit["key"] == "a"] == (["a"] if "tide" in query else [])


def test_a_text_without_a_word_finds_nothing_and_a_vector_of_zeros_is_near_nothing() -> None:
    store = make_store("vector", {}, "notes")
    store.do("add", {"entries": [{"text": "", "vector": [0, 0], "key": "z"}, GOOD]})

    assert store.do("search", {"text": "!?"}) == []
    assert [(hit["key"], hit["score"]) for hit in store.do("search", {"vector": [2, 0]})] == [("a", 1.0), ("z", 0.0)]
    assert [hit["key"] for hit in store.do("search", {"vector": [0, 0]})] == ["z", "a"]


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"items": [{"text": "x"}]}, r"Entry 0 of `items` cannot be kept: an entry has no vector\."),
        ({"items": [GOOD, {"text": "x", "vector": [1]}]}, r"Entry 1 of `items` has a vector of 1 numbers, not 2\."),
        ({"items": [GOOD], "dims": 5}, r"Entry 0 of `items` has a vector of 2 numbers, not 5\."),
        ({"metric": "angle"}, r"metric"),
        ({"dims": 0}, r"dims"),
    ],
)
def test_a_wrong_declaration_is_said_when_the_graph_is_checked(params: dict[str, Any], match: str) -> None:
    [problem] = store_problems("vector", params)
    assert re.search(match, problem)
