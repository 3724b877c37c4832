"""Going through a recorded run in both directions."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.cursor import Cursor
from studio.support.errors import UsageError
from studio.trace import RunStart, Trace, open_run
from tests.replay.conftest import TOWN
from tests.trace.declaring import declare


def here(cursor: Cursor) -> tuple[str, str]:
    """Node and tick of the current step."""
    return cursor.here.node, cursor.here.tick


def stand_at(cursor: Cursor, node: str, tick: str = "") -> None:
    """Go to the first step of a node path (at a tick)."""
    found = next(one for one in cursor.trace.firings(cursor.run.id, node, tick or None))
    cursor.seek(found.seq or 0)


def test_steps_are_the_decided_firings_in_commit_order(town: Trace) -> None:
    cursor = Cursor(town)
    visited = [cursor.here.id]
    while cursor.move(1):
        visited.append(cursor.here.id)

    assert visited == [one.id for one in sorted(town.firings(), key=lambda one: one.seq or 0)]
    assert len(cursor) == len(visited)
    assert not cursor.move(1)
    assert cursor.first()
    assert here(cursor) == ("tasks", "0")
    assert not cursor.move(-1)


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
    assert cursor.step(source.step).firing.node == "work"
    assert step.outputs == {"text": "Good morning, all."}
    (call,) = [effect for effect in step.effects if effect.kind == "chat"]
    assert call.response["text"] == "Good morning, all."


def test_a_first_value_has_no_producer_and_is_read_from_the_graph(town: Trace) -> None:
    cursor = Cursor(town)
    stand_at(cursor, "work/0/add")

    (source,) = cursor.step().inputs["last"]
    assert (source.node, source.port, source.step) == ("", "initial", None)
    assert (source.known, source.value) == (True, "")


def test_totals_grow_and_end_with_the_runs(town: Trace) -> None:
    cursor = Cursor(town)
    totals = [cursor.totals()]
    while cursor.move(1):
        totals.append(cursor.totals())

    assert [t.firings for t in totals] == sorted(t.firings for t in totals)
    last = totals[-1]
    run = town.run().totals
    assert (last.firings, last.calls) == (run["firings"], run["calls"])
    assert last.errors == 1


def test_ticks_errors_and_calls_are_jumped_to_both_ways(town: Trace) -> None:
    cursor = Cursor(town)
    stand_at(cursor, "work/1/count")
    assert here(cursor) == ("work/1/count", "0.0")
    assert cursor.next_tick()
    assert here(cursor) == ("work/1/add", "0.1")
    assert not cursor.next_tick()
    assert cursor.next_tick(back=True)
    assert here(cursor) == ("work/1/item", "0.0")
    assert cursor.next_error()
    assert cursor.here.node == "fails"
    assert not cursor.next_error()
    assert cursor.next_call(back=True)
    assert cursor.here.node == "greet"


def test_regions_are_left_and_entered(town: Trace) -> None:
    cursor = Cursor(town)
    assert not cursor.out()
    stand_at(cursor, "work/1/add")
    assert cursor.out()
    assert cursor.here.node == "work"
    assert cursor.into()
    assert here(cursor) == ("work/0/item", "0.0")
    assert not cursor.into()


def test_a_node_is_followed_alone_or_in_all_items(town: Trace) -> None:
    cursor = Cursor(town)
    stand_at(cursor, "work/0/add")
    assert cursor.next_of_node()
    assert here(cursor) == ("work/0/add", "0.1")
    assert not cursor.next_of_node()
    assert cursor.next_in_any_item()
    assert here(cursor) == ("work/1/add", "0.0")
    assert cursor.next_in_any_item(back=True)
    assert cursor.next_in_any_item(back=True)
    assert here(cursor) == ("work/0/add", "0.0")
    assert not cursor.next_in_any_item(back=True)


def test_one_item_is_walked_past_what_others_do_meanwhile(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01ITEMS", graph_name="g", graph_file="", graph_hash="h", graph_text=""))
    declare(log, 1, "map", "flow.map", 1, 0, 0)
    for item in (0, 1):
        log.paths(2 + 2 * item, f"map/{item}/", [("a", "toy.a", 1), ("b", "toy.b", 1)], 1)
    for seq, (id, path, item) in enumerate([(2, 2, 0), (3, 4, 1), (4, 3, 0), (5, 5, 1)], 1):
        log.firing(id, seq, path, "a0.a0", 1, item, 0, "", 0, seq * 1000, 500, None, {}, 1)
    log.firing(1, 5, 1, "a0", 0, 0, 0, "", 0, 1, 9000, None, {}, 1)
    log.finish("ok", "quiet", None, {}, {}, 0)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        assert cursor.next_inside()
        assert here(cursor) == ("map/0/b", "0.0")
        assert {name: node.state for name, node in cursor.state().nodes.items()} == {"a": "fired", "b": "fired"}
        assert not cursor.next_inside()
        assert cursor.move(1)
        assert here(cursor) == ("map/1/b", "0.0")
        assert cursor.next_inside(back=True)
        assert here(cursor) == ("map/1/a", "0.0")


def test_alarms_are_jumped_to_those_of_the_whole_run_where_it_had_got_to(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01ALARM", graph_name="g", graph_file="", graph_hash="h", graph_text=""))
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    for id in range(1, 7):
        log.firing(id, id, 1, f"a{id - 1}", 0, 0, 0, "", 0, id * 1000, 500, None, {}, 1)
    log.alarm(2, "loop", "It goes round.", None, 2600)
    log.alarm(0, "budget", "Half of the money is spent.", None, 5700)
    log.finish("ok", "quiet", None, {}, {}, 0)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        visited = []
        while cursor.next_alarm():
            visited.append(cursor.seq)
        assert visited == [2, 5]
        assert cursor.next_alarm(back=True)
        assert cursor.seq == 2
        assert not cursor.next_alarm(back=True)


def test_a_run_that_goes_on_is_followed(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01LIVE", graph_name="g", graph_file="", graph_hash="h", graph_text=""))
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 1000, 500, None, {}, 1)
    log.flush()
    with Trace(db) as trace:
        cursor = Cursor(trace)
        assert (cursor.run.status, len(cursor)) == ("running", 1)

        log.firing(2, 2, 1, "a1", 0, 0, 0, "", 0, 2000, 500, None, {}, 1)
        log.finish("ok", "quiet", None, {}, {}, 0)
        log.flush()

        assert cursor.last()
        assert cursor.seq == 2
        cursor.refresh()
        assert cursor.run.status == "ok"


def test_search_finds_nodes_values_reasons_and_prompts_and_goes_round(town: Trace) -> None:
    cursor = Cursor(town)
    assert cursor.search("GOOD MORNING")
    assert cursor.here.node == "greet"
    assert cursor.search("oats oats")
    assert cursor.here.node != "greet"
    assert cursor.search("json.parse")
    assert cursor.here.node == "fails"
    assert not cursor.search("octopus")
    assert not cursor.search("  ")
    cursor.first()
    assert cursor.search("greet ", back=True)
    assert cursor.here.node in ("greet", "fails", "result")


def test_search_looks_into_large_values(db: Path) -> None:
    text = TOWN.replace("value: [tea, oats]", f"value: [tea, {'o' * 80}needle]")
    run(Graph.from_text(text), model=Scripted(["Good morning."]), db=db)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        cursor.last()
        assert cursor.search("NEEDLE")
        assert cursor.here.node == "tasks"
        assert cursor.search("needle")
        assert cursor.here.node == "work/1/item"


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


def test_a_run_in_which_nothing_was_decided_has_no_steps(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01EMPTY", graph_name="g", graph_file="", graph_hash="h", graph_text=""))
    log.flush()
    with Trace(db) as trace, pytest.raises(UsageError, match="Nothing is decided yet in the run 01EMPTY"):
        Cursor(trace)
    log.finish("ok", "quiet", None, {}, {}, 0)
    with Trace(db) as trace, pytest.raises(UsageError, match="Nothing was decided in the run 01EMPTY"):
        Cursor(trace)


def test_a_damaged_run_is_walked_over_its_gaps(db: Path) -> None:
    log = open_run(db, RunStart(run_id="01GAPS", graph_name="g", graph_file="", graph_hash="h", graph_text=""))
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    for id in (2, 3, 7):
        log.firing(id, id, 1, f"a{id}", 0, 0, 0, "", 0, id * 1000, 500, None, {}, 1)
    log.finish("ok", "quiet", None, {}, {}, 0)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        assert cursor.seq == 2
        assert cursor.seek(5)
        assert cursor.seq == 7
        assert cursor.move(-1)
        assert cursor.seq == 3
        assert cursor.totals().firings == 2
        assert cursor.seek(99)
        assert cursor.seq == 7
        assert cursor.move(-2)  # not to the next one after the gap, which is where it stands
        assert cursor.seq == 3
        assert cursor.move(2)
        assert cursor.seq == 7
        assert cursor.move(-99)
        assert cursor.seq == 2
        assert not cursor.move(-99)
        assert not cursor.move(0)
        assert cursor.move(99)
        with pytest.raises(UsageError, match="There is no step 5"):
            cursor.step(5)
