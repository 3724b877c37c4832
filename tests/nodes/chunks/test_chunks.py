"""Chunks: read from lines, put into a memory, changed in buffers, delivered later."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.chunks._buffers import BUFFERS, buffer_of, changed_buffers
from studio.nodes.chunks._reading import read_chunks
from studio.nodes.chunks._remembering import by_content, remember
from studio.nodes.chunks._values import content_of, is_chunk, same, value_of
from studio.nodes.chunks.add import Add
from studio.nodes.chunks.buffers import Buffers
from studio.nodes.chunks.build import Build
from studio.nodes.chunks.deliver import Deliver
from studio.nodes.chunks.read import Read
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node


def emptied() -> dict[str, Any]:
    return {name: {"chunk": None, "busy": False, "error": False} for name in BUFFERS}


async def test_a_line_is_a_name_and_slots_with_values() -> None:
    out = await run_node(
        Read, {}, {"source": 'two-three isa count first 2 second 3.5  # a note\n\nisa text says "a b" gone nil'}
    )

    assert out.chunks == [
        {"name": "two-three", "slots": {"isa": "count", "first": 2, "second": 3.5}, "uses": None, "buffer": ""},
        {"name": "text-1", "slots": {"isa": "text", "says": '"a b"'}, "uses": None, "buffer": ""},
    ]


async def test_times_of_use_and_a_buffer_may_stand_on_the_line() -> None:
    out = await run_node(Read, {}, {"source": "=imaginal> isa image\nfact isa fact n 1 @ 0 5 9.5"})

    assert [one["buffer"] for one in out.chunks] == ["imaginal", ""]
    assert out.chunks[1]["uses"] == [0, 5, 9.5]


async def test_a_line_may_stand_in_the_brackets_of_lisp() -> None:
    ours = await run_node(Read, {}, {"source": "b isa count first 1"})
    lisp = await run_node(Read, {}, {"source": "(b isa count first 1)"})

    assert ours.chunks == lisp.chunks


async def test_objects_are_taken_for_lines() -> None:
    out = await run_node(Read, {}, {"source": [{"slots": {"a": 1, "b": None}, "uses": [2]}, "x a 2"]})

    assert [(one["name"], one["slots"], one["uses"]) for one in out.chunks] == [
        ("chunk-1", {"a": 1}, [2]),
        ("x", {"a": 2}, None),
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a b c\na d e", "two chunks are called `a`"),
        ("a b c @ soon", "no numbers of seconds"),
        ([{"name": "x"}], "is no chunk"),
        ([{"slots": {}, "uses": ["late"]}], "a list of seconds"),
        ([{"slots": {}, "name": 3}], "are texts"),
        (7, "is no chunk"),
    ],
)
async def test_what_cannot_be_read_is_told(source: Any, told: str) -> None:
    with pytest.raises(NodeError, match=told):
        await run_node(Read, {}, {"source": source})


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(-99, 99), min_size=1, max_size=5))
def test_what_is_written_is_what_is_read(slots: dict[str, int]) -> None:
    line = "named " + " ".join(f"{slot} {value}" for slot, value in slots.items())

    assert read_chunks(line)[0]["slots"] == slots


def test_words_name_chunks_and_numbers_and_quotes_do_not() -> None:
    assert [is_chunk(value_of(word)) for word in ("bank", "3", '"bank"', "nil", "-2.5e1")] == [True] + [False] * 4
    assert not same(True, 1)
    assert same(1, 1.0)
    assert content_of({"a": 1, "b": [2]}) == content_of({"b": [2], "a": 1.0})
    assert content_of({"a": True}) != content_of({"a": 1})


async def test_an_equal_chunk_is_one_more_use_whatever_its_name() -> None:
    ctx = FakeContext(stores={"dm": make_store("kv", {}, "dm")})
    chunks = [
        {"name": "a", "slots": {"n": 1}, "uses": [3, 1]},
        {"name": "b", "slots": {"n": 1}},
        {"name": "a", "slots": {"n": 2}},
    ]

    out = await run_node(Add, {"store": "dm"}, {"chunks": chunks, "time": 4}, ctx)

    assert present(out) == {"names": ["a", "a", "a-2"], "merged": ["a"]}
    assert ctx.stores["dm"].dump() == {
        "a": {"slots": {"n": 1}, "uses": [1, 3, 4.0], "created": 1},
        "a-2": {"slots": {"n": 2}, "uses": [4.0], "created": 4.0},
    }


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=20))
def test_a_memory_keeps_every_use_and_never_two_equal_chunks(added: list[tuple[str, int]]) -> None:
    memory: dict[str, Any] = {}
    known: dict[Any, str] = {}
    for time, (name, value) in enumerate(added):
        remember(memory, known, {"name": name, "slots": {"v": value}}, time)

    assert known == by_content(memory)
    assert sorted(use for entry in memory.values() for use in entry["uses"]) == list(range(len(added)))
    contents = [entry["slots"]["v"] for entry in memory.values()]
    assert sorted(contents) == sorted(set(contents))


async def test_buffers_are_changed_one_after_another() -> None:
    ctx = FakeContext(stores={"b": make_store("kv", {"values": emptied()}, "b")})
    goal = {"name": "g", "slots": {"isa": "task", "n": 1}}
    changes = [
        {"do": "put", "buffer": "goal", "chunk": goal},
        {"do": "modify", "buffer": "goal", "slots": {"n": None, "m": 2}},
        {"do": "request", "buffer": "retrieval"},
    ]

    out = await run_node(Buffers, {"store": "b"}, {"changes": changes}, ctx)

    assert out.buffers["goal"]["chunk"] == {"name": "g", "slots": {"isa": "task", "m": 2}}
    assert (out.buffers["retrieval"]["busy"], out.buffers["goal"]["busy"]) == (True, False)
    assert out.came == [{"buffer": "goal", **goal}]
    assert out.cleared.reason == "no chunk left a buffer"
    assert ctx.stores["b"].dump() == out.buffers


def test_a_request_clears_its_buffer_and_a_failure_is_kept() -> None:
    full = emptied() | {"retrieval": {"chunk": {"name": "x", "slots": {"n": 1}}, "busy": False, "error": False}}

    asked, left, _ = changed_buffers(full, [{"do": "request", "buffer": "retrieval"}])
    failed, _, _ = changed_buffers(asked, [{"do": "deliver", "buffer": "retrieval", "chunk": None, "failed": True}])
    again, _, _ = changed_buffers(failed, [{"do": "request", "buffer": "retrieval"}])

    assert [one["name"] for one in left] == ["x"]
    assert failed["retrieval"] == {"chunk": None, "busy": False, "error": True}
    assert again["retrieval"] == {"chunk": None, "busy": True, "error": False}


def test_a_request_that_keeps_leaves_the_chunk_until_the_answer_comes() -> None:
    full = emptied() | {"retrieval": {"chunk": {"name": "x", "slots": {}}, "busy": False, "error": False}}

    asked, left, _ = changed_buffers(full, [{"do": "request", "buffer": "retrieval", "keep": True}])
    got, gone, _ = changed_buffers(
        asked, [{"do": "deliver", "buffer": "retrieval", "chunk": {"name": "y", "slots": {}}, "failed": False}]
    )

    assert (left, [one["name"] for one in gone]) == ([], ["x"])
    assert got["retrieval"]["chunk"]["name"] == "y"


@pytest.mark.parametrize("change", [{"do": "explode", "buffer": "goal"}, {"do": "clear"}, 3])
def test_a_change_that_is_none_is_refused(change: Any) -> None:
    with pytest.raises(NodeError):
        changed_buffers(emptied(), [change])


@given(st.lists(st.sampled_from(["put", "modify", "clear", "request", "deliver"]), max_size=12))
def test_no_chunk_is_lost_and_a_buffer_holds_one(acts: list[str]) -> None:
    buffers, left, put = emptied(), [], 0
    for number, act in enumerate(acts):
        change = {
            "do": act,
            "buffer": "goal",
            "chunk": {"name": f"c{number}", "slots": {"n": number}},
            "slots": {"m": 1},
        }
        buffers, gone, came = changed_buffers(buffers, [change])
        left += gone
        put += len(came)

    assert len(left) + (buffers["goal"]["chunk"] is not None) == put


def test_buffers_are_known_by_the_names_of_other_programs() -> None:
    assert [buffer_of(word) for word in ("g", "visual_location", "Goal")] == ["goal", "visual-location", "goal"]


async def test_a_chunk_is_built_after_a_while() -> None:
    out = await run_node(Build, {}, {"request": [["=", "isa", "image"], ["-", "x", 1], ["=", "y", None]], "time": 0.15})

    assert out.time == 0.35
    (event,) = out.events
    assert (event["priority"], event["key"]) == (0.35, "imaginal")
    assert event["value"]["changes"] == [
        {
            "do": "deliver",
            "buffer": "imaginal",
            "failed": False,
            "chunk": {"name": "imaginal-chunk", "slots": {"isa": "image"}},
        }
    ]


async def test_a_delivery_without_a_chunk_is_a_failure() -> None:
    found = await run_node(Deliver, {}, {"time": 1.0, "delay": 0.1, "chunk": {"name": "a", "slots": {}}})
    failed = await run_node(Deliver, {}, {"time": 0.1, "delay": 0.2})

    assert found.events[0]["value"]["changes"][0]["failed"] is False
    assert failed.events[0]["value"]["changes"][0] == {
        "do": "deliver",
        "buffer": "retrieval",
        "chunk": None,
        "failed": True,
    }
    assert failed.time == 0.3, "not 0.30000000000000004"


def test_what_lisp_writes_around_chunks_is_left_aside() -> None:
    made = read_chunks("(chunk-type fact n)\n(add-dm\n  (a ISA fact n 1)  ; one\n  (b isa fact n 2))\n")

    assert [(one["name"], one["slots"]) for one in made] == [
        ("a", {"isa": "fact", "n": 1}),
        ("b", {"isa": "fact", "n": 2}),
    ]


def test_a_chunk_may_be_older_than_its_first_use_but_not_younger() -> None:
    memory: dict[str, Any] = {}
    for chunk in read_chunks([{"name": "a", "slots": {"n": 1}, "uses": [5, 9], "created": 2}]):
        remember(memory, by_content(memory), chunk, 10)

    assert memory["a"] == {"slots": {"n": 1}, "uses": [5, 9], "created": 2}
    with pytest.raises(NodeError, match="not after its first use"):
        read_chunks([{"slots": {"n": 1}, "uses": [5], "created": 6}])
