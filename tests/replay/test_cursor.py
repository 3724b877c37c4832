"""Going through a recorded run in both directions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from studio.replay.cursor import Cursor
from studio.support.errors import UsageError
from studio.support.values import encode
from studio.trace import RunStart, Trace, open_run
from tests.trace.declaring import declare


def here(cursor: Cursor) -> tuple[str, str]:
    """Node and tick of the current step."""
    return cursor.mark.node, cursor.mark.tick


def test_steps_are_the_outline(town: Trace) -> None:
    cursor = Cursor(town)

    assert [mark.id for mark in cursor.marks] == [firing.id for firing in town.outline()]
    assert here(cursor) == ("tasks", "0")
    assert not cursor.move(-1)
    assert cursor.seek(len(cursor))
    assert not cursor.move(1)


def test_walking_back_is_walking_forth_reversed(town: Trace) -> None:
    cursor = Cursor(town)
    forth = [cursor.step()]
    while cursor.move(1):
        forth.append(cursor.step())
    back = [cursor.step()]
    while cursor.move(-1):
        back.append(cursor.step())

    assert back[::-1] == forth


def test_a_step_tells_inputs_with_producers_outputs_and_effects(town: Trace) -> None:
    cursor = Cursor(town)
    cursor.next_call()
    step = cursor.step()

    assert step.firing.node == "greet"
    (source,) = step.inputs["who"]
    assert (source.node, source.tick, source.port) == ("work", "0", "text")
    assert source.value == ["tea tea ", "oats oats "]
    assert source.step is not None
    assert cursor.marks[source.step].node == "work"
    assert step.outputs == {"text": "Good morning, all."}
    (call,) = [effect for effect in step.effects if effect.kind == "chat"]
    assert call.response["text"] == "Good morning, all."


def test_a_first_value_has_no_producer_and_is_read_from_the_graph(town: Trace) -> None:
    cursor = Cursor(town)
    cursor.next_where(lambda at: cursor.marks[at].node == "work/0/add")

    (source,) = cursor.step().inputs["last"]
    assert (source.node, source.port, source.step) == ("", "initial", None)
    assert (source.known, source.value) == (True, "")


def test_totals_grow_and_end_with_the_runs(town: Trace) -> None:
    cursor = Cursor(town)
    totals = [cursor.totals(at) for at in range(len(cursor))]

    assert [t.firings for t in totals] == sorted(t.firings for t in totals)
    last = totals[-1]
    run = town.run().totals
    assert (last.firings, last.calls) == (run["firings"], run["calls"])
    assert last.errors == 1


def test_ticks_errors_and_calls_are_jumped_to_both_ways(town: Trace) -> None:
    cursor = Cursor(town)
    cursor.next_where(lambda at: cursor.marks[at].node == "work/1/count")
    assert here(cursor) == ("work/1/count", "0.0")
    assert cursor.next_tick()
    assert here(cursor) == ("work/1/add", "0.1")
    assert not cursor.next_tick()
    assert cursor.next_tick(back=True)
    assert here(cursor) == ("work/1/item", "0.0")
    assert cursor.next_error()
    assert cursor.mark.node == "fails"
    assert not cursor.next_error()
    assert cursor.next_call(back=True)
    assert cursor.mark.node == "greet"


def test_regions_are_left_and_entered(town: Trace) -> None:
    cursor = Cursor(town)
    assert not cursor.out()
    cursor.next_where(lambda at: cursor.marks[at].node == "work/1/add")
    assert cursor.out()
    assert cursor.mark.node == "work"
    assert cursor.mark.body
    assert cursor.into()
    assert here(cursor) == ("work/0/item", "0.0")
    assert not cursor.into()


def test_search_finds_nodes_values_reasons_and_prompts_and_goes_round(town: Trace) -> None:
    cursor = Cursor(town)
    assert cursor.search("GOOD MORNING")
    assert cursor.mark.node == "greet"
    assert cursor.search("oats oats")
    assert cursor.mark.node != "greet"
    assert cursor.search("json.parse")
    assert cursor.mark.node == "fails"
    assert not cursor.search("octopus")
    assert not cursor.search("  ")
    cursor.seek(0)
    assert cursor.search("greet ", back=True)
    assert cursor.mark.node in ("greet", "fails", "result")


def test_nodes_are_found_by_the_end_of_their_path(town: Trace) -> None:
    cursor = Cursor(town)

    assert cursor.find_node("greet") == "greet"
    assert cursor.find_node("0/add") == "work/0/add"
    assert cursor.find_nodes("greet") == ["greet"]
    assert cursor.find_nodes("0/add") == ["work/0/add"]
    assert cursor.find_nodes("add") == [f"work/{item}/add" for item in range(2)]
    with pytest.raises(UsageError, match=r"Several nodes are called `add`: `work/0/add`, `work/1/add`"):
        cursor.find_node("add")
    with pytest.raises(UsageError, match="Did you mean `greet`"):
        cursor.find_node("gret")


def test_any_step_of_a_long_run_is_reached_at_once(db: Path) -> None:
    count = 20_000
    log = open_run(db, RunStart(run_id="01LONG", graph_name="long", graph_file="", graph_hash="h", graph_text=""))
    declare(log, 1, "cell", "toy.cell", 1, 0, 0)
    for id in range(1, count + 1):
        inputs = {"x": [id - 1, "out"] if id > 1 else [0, "initial"]}
        tick = f"{'abcdef'[len(str(id - 1)) - 1]}{id - 1}"
        log.firing(id, id, 1, tick, 0, 0, 0, "", 0, 0, 1000, inputs, {"out": encode(id)}, 1)
    log.finish("ok", "quiet", None, {}, {}, 0)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        times = []
        for at in (0, count - 1, count // 2, 7, count - 7):
            begin = time.perf_counter()
            cursor.seek(at)
            step = cursor.step()
            times.append(time.perf_counter() - begin)
            assert step.outputs == {"out": at + 1}

    assert len(cursor) == count
    assert sorted(times)[len(times) // 2] < 0.010
