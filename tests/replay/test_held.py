"""Stores of a run at any step: found by their paths, asked in SQL, shown by the command; and those of a project now."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.engine.current_stores import current_stores
from studio.graph import Graph
from studio.replay.cursor import Cursor
from studio.replay.sql import ask
from studio.replay.states.held import Held
from studio.support.errors import NodeError, StudioError, UsageError
from studio.trace import Trace
from studio.trace.known_queries import KNOWN
from tests.cli.conftest import Cli, cli
from tests.replay.test_every_kind_of_store import ITEMS, WORK
from tests.support.runs import made

__all__ = ["cli"]

NESTED = """
studio: 1
name: nested
max_ticks: 3
nodes:
  n: {type: math.expression, expression: x + 1, kind: integer}
  town: {type: flow.subgraph, graph: town}
  people: {type: flow.map, graph: person, clock: shared, key: name}
  names: {type: flow.input, value: [{name: ann}, {name: "b/c"}]}
  note: {type: store.append, store: notes}
edges:
  - n.value ~> n.x: {initial: 0}
  - n.value -> town.n
  - names.value -> people.items
  - n.value -> note.value
stores:
  notes: {type: list, items: [first]}
  idle: {type: kv, values: {a: 1}}
graphs:
  town:
    nodes:
      n: {type: flow.input}
      remember: {type: store.append, store: memories}
      all: {type: store.append, store: everything}
    edges:
      - n.value -> remember.value
      - n.value -> all.value
    stores:
      memories: {type: list}
      everything: {type: list, scope: run}
  person:
    nodes:
      item: {type: flow.input}
      remember: {type: store.append, store: memories}
    edges:
      - item.value -> remember.value
    stores:
      memories: {type: list}
"""


@pytest.fixture
def trace(tmp_path: Path) -> Iterator[Trace]:
    with Trace(made(NESTED, tmp_path / "runs.db")) as trace:
        assert trace.run().status == "ok", trace.run().error
        yield trace


def content(held: Held, path: str, seq: int | None = None) -> Any:
    store = held.content(held.place(path, seq), seq)
    return None if store is None else store.shown()


def test_stores_are_found_by_their_paths_and_the_last_execution_counts(trace: Trace) -> None:
    held = Held(Cursor(trace))

    assert [(one.path, one.scope, one.used) for one in held.places()] == [
        ("notes", "region", True),
        ("idle", "region", False),
        ("people/ann/memories", "region", True),
        ("people/b%2Fc/memories", "region", True),
        ("town/everything", "run", True),
        ("town/memories", "region", True),
    ]
    assert content(held, "notes") == ["first", 1, 2, 3]
    assert content(held, "idle") == {"a": 1}
    assert content(held, "town/memories") == [3], "one for each execution"
    assert content(held, "everything") == [1, 2, 3]
    assert content(held, "ann/memories") == [{"name": "ann"}] * 3
    assert held.place("town/memories").tick == "2"


def test_at_an_earlier_step_there_is_what_there_was(trace: Trace) -> None:
    held = Held(Cursor(trace))
    noted = [one.seq for one in trace.firings(node="note")]

    assert [content(held, "notes", seq) for seq in noted] == [["first", 1], ["first", 1, 2], ["first", 1, 2, 3]]
    assert content(held, "notes", (noted[0] or 0) - 1) == ["first"]
    assert [one.path for one in held.places(1)] == ["notes", "idle"]


def test_a_name_that_may_be_several_or_none_is_told(trace: Trace) -> None:
    held = Held(Cursor(trace))

    with pytest.raises(
        UsageError, match=r"`memories` may be several stores: `people/ann/memories`, .*Name one of them"
    ):
        held.place("memories")
    with pytest.raises(UsageError, match=r"has no store `note` at step \d+\. Did you mean `notes`\?"):
        held.place("note")
    with pytest.raises(UsageError, match=r"has no store `town/memories` at step 1\."):
        held.place("town/memories", 1)


def test_a_version_changes_when_something_is_done_and_only_then(trace: Trace) -> None:
    held = Held(Cursor(trace))
    place = held.place("notes")
    versions = [held.version(place, seq) for seq in range(1, len(held) + 1)]
    contents = [json.dumps(content(held, "notes", seq)) for seq in range(1, len(held) + 1)]

    for before, after in zip(range(len(versions)), range(1, len(versions)), strict=False):
        assert (versions[before] == versions[after]) == (contents[before] == contents[after])


@pytest.mark.parametrize("graph", [WORK, ITEMS, NESTED], ids=["kinds", "maps", "regions"])
def test_going_on_from_what_is_remembered_gives_what_starting_anew_gives(graph: str, tmp_path: Path) -> None:
    with Trace(made(graph, tmp_path / "other.db", embedder="toy")) as trace:
        remembering = Held(Cursor(trace))
        steps = list(range(1, len(remembering) + 1))
        random.Random(5).shuffle(steps)
        went_on: list[int] = []
        continued = remembering._cursor.stores.continued
        remembering._cursor.stores.continued = lambda *of: went_on.append(1) or continued(*of)  # type: ignore[method-assign, func-returns-value]

        expected: dict[tuple[str, int], Any] = {}
        for seq in [*steps, *sorted(steps)]:
            anew: Held | None = None
            for place in remembering.places(seq):
                one = remembering.content(place, seq)
                if (place.path, seq) not in expected:
                    anew = anew or Held(Cursor(trace))
                    other = anew.content(anew.place(place.path, seq), seq)
                    assert other is not None
                    expected[place.path, seq] = other.dump()
                assert one is not None
                assert one.dump() == expected[place.path, seq], (place.path, seq)

    assert len(went_on) > len(steps), "the control: it did go on"


def test_a_content_that_was_given_out_is_nobody_else_s(trace: Trace) -> None:
    held = Held(Cursor(trace))
    place = held.place("notes")
    store = held.content(place)
    assert store is not None

    store.do("clear", {})

    assert content(held, "notes") == ["first", 1, 2, 3]


def test_sql_asks_for_a_store_at_a_step(trace: Trace) -> None:
    noted = [one.seq for one in trace.firings(node="note")]

    table = ask(trace, "SELECT value FROM json_each(store_at('last', 'notes', ?))", (noted[1],))
    last = ask(trace, "SELECT value FROM json_each(store_at(?, 'notes', NULL))", (trace.run().id,))
    names = ask(trace, "SELECT value ->> 'store', value ->> 'size' FROM json_each(stores_at('last', NULL))")
    growth = ask(
        trace,
        "SELECT seq, json_array_length(store_at(run, 'notes', seq)) FROM firing WHERE node = 'note' ORDER BY seq",
    )

    assert table.rows == [("first",), (1,), (2,)]
    assert last.rows == [("first",), (1,), (2,), (3,)]
    assert names.rows[:2] == [("notes", 4), ("idle", 1)]
    assert growth.rows == [(noted[0], 2), (noted[1], 3), (noted[2], 4)]


def test_the_known_queries_about_stores_say_what_is_there(trace: Trace) -> None:
    by_name = {query.name: query.sql for query in KNOWN}

    held = ask(trace, by_name["What stores held"]).rows
    done = ask(trace, by_name["Store operations"]).rows

    assert [row for row in held if row[0] == "idle"] == [("idle", "kv", "a", 1)]
    assert len([row for row in held if row[0] == "notes"]) == 4
    assert [row[2:6] for row in done if row[3] == "note"] == [("notes", "note", "append", 3)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT store_at('last', 'nots', NULL)", "Did you mean `notes`?"),
        ("SELECT store_at('zzz', 'notes', NULL)", "There is no run 'zzz'"),
        ("SELECT store_at('last', 'notes', 'x')", "A step is a whole number"),
        ("SELECT store_at('last', 'notes', 0)", "A step is a whole number"),
        ("SELECT store_at('last', 3, NULL)", "need a store's path as text"),
        ("SELECT stores_at(NULL, NULL)", "need a run's id as text"),
        ("SELECT store_at('last', 'notes')", "wrong number of arguments"),
        ("SELECT store_at('last', 'notes', NULL) FROM nowhere", "no such table"),
    ],
)
def test_a_wrong_question_is_answered_by_a_sentence(trace: Trace, query: str, message: str) -> None:
    with pytest.raises(StudioError) as told:
        ask(trace, query)
    assert message in str(told.value)
    assert ask(trace, "SELECT 1").rows == [(1,)], "the next query is not concerned"


def test_a_stranger_s_file_is_asked_in_its_checked_copy(trace: Trace) -> None:
    with Trace(trace.path, foreign=True) as foreign:
        assert ask(foreign, "SELECT json_array_length(store_at('last', 'notes', NULL))").rows == [(4,)]


def test_without_the_functions_a_query_knows_no_stores(trace: Trace) -> None:
    """The control: it is the functions that answer."""
    with pytest.raises(UsageError, match="no such function: store_at"):
        trace.sql("SELECT store_at('last', 'notes', NULL)")


def test_a_store_of_many_values_is_found_at_any_step_in_a_moment(tmp_path: Path) -> None:
    graph = WORK.replace("max_ticks: 5", "max_ticks: 120")
    with Trace(made(graph, tmp_path / "long.db", embedder="toy")) as trace:
        held = Held(Cursor(trace))
        middle = len(held) // 2
        began = time.perf_counter()
        sizes = {one.path: held.content(one, middle) for one in held.places(middle)}
        took = time.perf_counter() - began

    assert sizes["facts"] is not None
    assert sizes["facts"].size in (59, 60, 61)
    assert took < 2.0


# -- the command ----------------------------------------------------------------------------------


def test_the_command_lists_stores_and_shows_one(cli: Cli, trace: Trace) -> None:
    listed = cli("stores", "last", "--db", trace.path)
    one = cli("stores", "last", "--store", "notes", "--limit", "2", "--db", trace.path)
    data = cli("stores", "last", "--store", "notes", "--at", "1", "--json", "--db", trace.path)
    every = cli("stores", "last", "--json", "--db", trace.path)

    assert [line.split()[:2] for line in listed.out.splitlines()[1:3]] == [["notes", "list"], ["idle", "kv"]]
    assert "1, not used" in listed.out
    assert one.out.split() == ["value", "first", "1"]
    assert "2 more rows were left out" in one.err
    assert data.json["content"] == ["first"]
    assert (data.json["seq"], data.json["kind"], data.json["size"]) == (1, "list", 1)
    assert [row["store"] for row in every.json["stores"]][:2] == ["notes", "idle"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["last", "--at", "999"], "There is no step 999."),
        (["last", "--store", "nots"], "Did you mean `notes`?"),
        (["last", "--limit", "-1"], "--limit is a number of rows from 0 on."),
        (["--graph", "critic_loop", "--at", "3"], "Leave one of them out."),
        (["--graph", "critic_loop", "--store", "x"], "declares no project store `x`"),
    ],
)
def test_the_command_says_what_is_wrong(cli: Cli, trace: Trace, words: list[str], told: str) -> None:
    found = cli("stores", *words, "--db", trace.path)

    assert found.code == 2
    assert told in found.err


PROJECT = """
studio: 1
name: kept
nodes:
  row: {type: flow.input, value: {id: a, n: 1}}
  insert: {type: table.insert, store: rows, if_there: merge}
edges:
  - row.value -> insert.row
stores:
  rows: {type: table, key: id, scope: project}
  never: {type: kv, scope: project, values: {x: 1}}
  mine: {type: list}
"""


def test_the_stores_of_a_project_are_shown_as_they_are_now(cli: Cli, tmp_path: Path) -> None:
    from studio import run

    file = tmp_path / "kept.yaml"
    file.write_text(PROJECT)
    before = cli("stores", "--graph", file, "--json")
    for number in (1, 2):
        file.write_text(PROJECT.replace("n: 1", f"n: {number}"))
        assert run(Graph.load(file), db=tmp_path / "runs.db").status == "ok"

    listed = cli("stores", "--graph", file, "--json").json
    shown = cli("stores", "--graph", file, "--store", "rows").out

    assert not any(row["used"] for row in before.json["stores"])
    assert not (tmp_path / ".studio").exists() or listed["stores"][0]["used"]
    assert [(row["store"], row["size"], row["used"]) for row in listed["stores"]] == [
        ("rows", 1, True),
        ("never", 1, False),
    ]
    assert shown.split() == ["id", "n", "a", "2"]


def test_looking_makes_no_file_and_a_store_of_another_kind_is_told(tmp_path: Path) -> None:
    from studio import run

    file = tmp_path / "kept.yaml"
    file.write_text(PROJECT)
    graph = Graph.load(file)

    current_stores(graph)
    assert not (tmp_path / ".studio").exists()

    assert run(graph, db=tmp_path / "runs.db").status == "ok"
    file.write_text(PROJECT.replace("rows: {type: table, key: id", "rows: {type: kv").replace("insert:", "# insert:"))
    text = "\n".join(line for line in file.read_text().splitlines() if "insert" not in line)
    file.write_text(text)
    with pytest.raises(NodeError, match="the project's store `rows` is a table, but the graph declares a kv"):
        current_stores(Graph.load(file))
