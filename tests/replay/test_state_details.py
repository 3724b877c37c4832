"""Single things a state tells, runs that ended badly, and that of a long run no more is read than need be."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import time_ns

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.continuing import resume
from studio.replay.cursor import Cursor
from studio.replay.states import last_rows
from studio.replay.states.stores import StoresAt
from studio.replay.states.wires import Wires
from studio.stores.base import Store
from studio.support.values import Json, hash_bytes
from studio.trace import Trace, open_run
from studio.trace.memories import Operation
from studio.trace.moments import Moments
from studio.trace.sqlite import connect_writer
from studio.trace.writer import close_writer
from tests.engine.players import REGISTRY
from tests.replay.conftest import TOWN
from tests.replay.test_state import check, graph_of, recorded
from tests.support.thorough import thorough_but
from tests.support.toys import latencies, shuffled
from tests.trace.runs import put_firings, start_of


def changed(db: Path, *statements: str) -> None:
    """Change a finished database behind the trace's back."""
    close_writer(db)
    connection = connect_writer(db)
    for statement in statements:
        connection.execute(statement)
    connection.close()


# -- controls: the comparison with the oracle sees each of these -----------------------------------


@pytest.mark.parametrize("seed", thorough_but((16, 122).__contains__, [7, 16, 37, 99, 122, 276]))
@pytest.mark.parametrize("single", [2, 1000])
def test_a_large_region_is_read_node_by_node_to_the_same_end(
    db: Path, monkeypatch: pytest.MonkeyPatch, seed: int, single: int
) -> None:
    monkeypatch.setattr(last_rows, "LARGE", 0)
    monkeypatch.setattr(last_rows, "SINGLE", single)
    with latencies(shuffled(seed)):
        run_id, records = recorded(graph_of(seed), db)

    assert check(db, run_id, graph_of(seed), records) == []
    with Trace(db) as trace:
        cursor = Cursor(trace, run_id, registry=REGISTRY)
        read = [row for seq in range(1, len(cursor) + 1) if cursor.seek(seq) and (row := cursor.state()._rows)]
        assert any(isinstance(row, last_rows.LastRows) for row in read), "nothing was read this way: no control"


@pytest.mark.parametrize(
    ("seed", "owner", "method", "broken"),
    [
        (37, Wires, "register", lambda self, number: self._beginning(number)),
        (266, Moments, "last_giving", lambda self, *_, **__: None),
        (92, StoresAt, "_applied", lambda self, *_: []),
        (99, Moments, "undecided_of", lambda self, *_: []),
        (99, Moments, "running_of", lambda self, *_: []),
    ],
    ids=["feedback", "hold", "writes of items", "undecided", "running"],
)
def test_a_broken_rule_is_seen(
    db: Path, monkeypatch: pytest.MonkeyPatch, seed: int, owner: type, method: str, broken: Callable[..., object]
) -> None:
    with latencies(shuffled(seed)):
        run_id, records = recorded(graph_of(seed), db)
    monkeypatch.setattr(owner, method, broken)

    assert check(db, run_id, graph_of(seed), records) != []


# -- what a state tells ---------------------------------------------------------------------------


def test_wires_say_where_a_value_came_from_and_what_comes_next(town: Trace) -> None:
    cursor = Cursor(town)
    cursor.seek_firing(next(town.firings(node="work/0/count", tick="0.1")).id)
    state = cursor.state()
    wires = {str(wire.edge).partition(":")[0]: wire for wire in state.wires}

    assert state.ticks == [("", "0"), ("work/0", "0.1")]
    item = wires["item.value -> add.item"].lying
    assert (item.value, item.fresh, item.firing.tick if item.firing else "") == ("tea", False, "0.0")
    back = next(wire for text, wire in wires.items() if text.startswith("add.text ~> add.last"))
    assert (back.lying.value, back.lying.fresh) == ("tea ", True)
    assert back.coming is not None
    assert back.coming.value == "tea tea "


HOLDS = """\
nodes:
  count: {type: math.expression, expression: x + 1}
  odd: {type: logic.expression, expression: x % 2 == 1}
  gate: {type: flow.switch, cases: ["true"]}
  kept: {type: flow.output}
  plain: {type: flow.output}
  begun: {type: flow.output}
edges:
  - count.value ~> count.x: {initial: 0}
  - count.value -> odd.x
  - odd.value -> gate.value
  - count.value -> gate.data
  - gate.true ~> kept.value: {hold: true}
  - gate.true ~> plain.value
  - gate.else ~> begun.value: {hold: true, initial: -1}
max_ticks: 4
"""


def test_what_comes_next_is_what_lies_there_at_the_next_tick(db: Path) -> None:
    """A wire with `hold` brings again what it brought where its source gives nothing new, others bring nothing."""
    assert run(Graph.from_text(HOLDS), db=db).status == "ok"

    with Trace(db) as trace:
        cursor = Cursor(trace)
        states = []
        for tick in "0123":
            cursor.seek_firing(max(trace.firings(tick=tick), key=lambda one: one.seq or 0).id)
            states.append(
                {str(wire.edge).partition(":")[0]: wire for wire in cursor.state().wires if wire.edge.feedback}
            )
        for now, after in pairwise(states):
            for name, wire in now.items():
                coming, lying = wire.coming, after[name].lying
                assert coming is not None
                assert (coming.state, coming.value, coming.fresh, coming.reason) == (
                    lying.state, lying.value, lying.fresh, lying.reason,
                ), name  # fmt: skip
    kept = [wire.coming.value for state in states for name, wire in state.items() if "kept" in name and wire.coming]
    assert kept == [1, 1, 3, 3]


def test_a_region_can_be_looked_into_from_outside(town: Trace) -> None:
    cursor = Cursor(town)
    cursor.seek_firing(next(town.firings(node="work/1/count", tick="0.0")).id)
    top = cursor.regions.top()

    assert cursor.state(top).nodes["work"].state == "running"
    assert cursor.regions.items(top, "work") == ["0", "1"]
    body = cursor.regions.body(top, "work", cursor.seq, "0")
    assert body is not None
    inside = cursor.state(body)
    assert (inside.region.name, inside.tick) == ("work/0", "0.1")
    assert {node.state for node in inside.nodes.values()} == {"fired", "held"}
    assert cursor.regions.around(body) == top
    assert cursor.regions.body(top, "greet", cursor.seq) is None


def test_a_region_that_has_not_begun_says_so(town: Trace) -> None:
    cursor = Cursor(town)
    body = cursor.regions.body(cursor.regions.top(), "work", 1, "1")
    assert body is not None
    state = cursor.state(body)

    assert not state.has_begun
    assert {node.state for node in state.nodes.values()} == {"not yet"}
    assert state.tick == ""


def test_a_graph_whose_types_are_gone_still_shows_its_nodes(town: Trace, db: Path) -> None:
    changed(db, "UPDATE _graph_version SET text = replace(text, 'json.parse', 'gone.parse')")
    with Trace(db) as trace:
        cursor = Cursor(trace)
        cursor.last()
        state = cursor.state()
        assert {name: node.state for name, node in state.nodes.items()}["fails"] == "failed"
        assert state.wires == []
        assert state.stores == []
        assert "gone.parse" in cursor.regions.problem


# -- runs that did not end well -------------------------------------------------------------------


def test_where_a_run_paused_it_says_what_was_stopped(db: Path) -> None:
    run(Graph.from_text(TOWN), model=Scripted(["x"]), limits={"firings": 4}, db=db)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        cursor.last()
        top = cursor.state(cursor.regions.top())

        assert top.nodes["work"].state == "running"
        assert [firing.node for firing, _ in top.under_way] == ["work"]
        assert [wait.node for wait in top.nodes["greet"].waits] == ["work"]
        inside = cursor.state()
        waiting = [node for node in inside.nodes.values() if node.state == "waiting"]
        assert any(wait.text == "the run paused here (limit:firings)" for node in waiting for wait in node.waits)


def test_what_a_dead_run_was_doing_is_part_of_its_state(db: Path) -> None:
    run(Graph.from_text(TOWN), model=Scripted(["Good morning."]), db=db)
    with Trace(db) as trace:
        work = next(trace.firings(node="work"))
        cut = next(trace.firings(node="work/1/add")).seq
        named = trace.steps().path_named("work")
        assert named is not None
    changed(
        db,
        f"DELETE FROM _firing WHERE seq > {cut}",
        "DELETE FROM _run_end",
        f"INSERT OR IGNORE INTO _open SELECT (id << 32) + {work.id}, (id << 32) + {named.path}, 'a0', 0, 0,"
        f" {int(work.started_at * 1e9)} FROM _run",
    )
    with Trace(db) as trace:
        assert trace.run().status == "interrupted"
        cursor = Cursor(trace)
        assert len(cursor) == cut
        cursor.last()
        assert not cursor.out()
        top = cursor.state(cursor.regions.top())
        assert top.nodes["work"].state == "running"
        assert top.nodes["greet"].state == "waiting"
        waiting = cursor.state().nodes["count"]
        assert [wait.text for wait in waiting.waits] == ["the run ended here (interrupted)"]


def test_what_started_after_the_last_step_of_a_run_that_goes_on_is_under_way(db: Path) -> None:
    text = "studio: 1\nnodes:\n  quick: {type: text.template, template: a}\n  slow: {type: llm.chat}\n"
    log = open_run(db, replace(start_of(), graph_hash=hash_bytes(text.encode()), graph_text=text))
    log.paths(1, "", [("quick", "text.template", 1), ("slow", "llm.chat", 1)], 0, 0)
    put_firings(log, 2)
    log.flush()
    with Trace(db) as trace:
        cursor = Cursor(trace)
        cursor.last()
        assert cursor.state().nodes["slow"].state == "waiting"
        started = time_ns()
        log.open_firing(3, 2, "a0", 0, 0, started)
        log.effect_intent(3, 0, "chat", "m", {"messages": []}, 1, started)
        log.flush()

        state = cursor.state()
        assert state.nodes["slow"].state == "running"
        assert [wait.text for wait in state.nodes["slow"].waits] == ["chat m has not answered"]
        assert [firing.node for firing, _ in state.under_way] == ["slow"]
        assert state.time * 1e9 >= started - 1e3, "how long it takes up to now can be said"
        cursor.first()
        assert cursor.state().nodes["slow"].state == "waiting"
        log.finish("aborted", "abort", None, {}, {"firings": 2}, 1)
        log.flush()
        cursor.last()
        cursor.refresh()
        assert cursor.state().nodes["slow"].state == "waiting", "of a run that is over, the step is what counts"


def test_a_failure_stops_what_waits_in_its_region(db: Path) -> None:
    text = TOWN.replace("  fails: {type: json.parse, on_error: skip}", "  fails: {type: json.parse}")
    text = text.replace(
        "  result: {type: flow.output}\nedges:", "  result: {type: flow.output}\n  after: {type: debug.log}\nedges:", 1
    ).replace(
        "  - work.text -> result.value\ngraphs", "  - work.text -> result.value\n  - fails.value -> after.value\ngraphs"
    )
    run(Graph.from_text(text), model=Scripted(["no json"]), db=db)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        assert cursor.next_error()
        (wait,) = cursor.state().nodes["after"].waits
        assert wait.text == "`fails` failed: nothing new starts in this region"


def test_a_region_that_is_tried_again_begins_anew(db: Path) -> None:
    graph = Graph.from_text("""\
studio: 1
name: retried
nodes:
  again: {type: flow.subgraph, graph: body, retries: 1, on_error: skip}
graphs:
  body:
    nodes:
      text: {type: text.constant, text: no json}
      parsed: {type: json.parse}
      last: {type: debug.log}
      y: {type: flow.output}
    edges:
      - text.text -> parsed.text
      - parsed.value -> last.value
      - parsed.value -> y.value
""")
    run(graph, db=db)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        states = []
        while True:
            if cursor.here.parent:
                states.append({name: node.state for name, node in cursor.state().nodes.items()})
            if not cursor.move(1):
                break

    begun = {"text": "fired", "parsed": "waiting", "last": "waiting", "y": "waiting"}
    assert states == [begun, {**begun, "parsed": "failed"}] * 2


def test_model_calls_taken_over_from_another_run_are_gone_to_and_counted_apart(db: Path) -> None:
    text = TOWN.replace("  fails: {type: json.parse, on_error: skip}", "  fails: {type: json.parse}")
    first = run(Graph.from_text(text), model=Scripted(["no json"]), db=db)
    assert first.status == "failed"
    again = resume(db, first.run_id, model=Scripted(["never asked"]))
    assert again.status == "failed"
    with Trace(db) as trace:
        cursor = Cursor(trace, again.run_id)
        assert cursor.next_call()
        assert (cursor.here.node, cursor.here.origin) == ("greet", "replayed")
        (call,) = [effect for effect in cursor.step().effects if effect.kind == "chat"]
        assert call.response["text"] == "no json"
        totals = cursor.totals()
        assert (totals.calls, totals.inherited_calls) == (0, 1)
        assert totals.taken_over == totals.firings + totals.skipped
        assert cursor.search("no json")


# -- stores ---------------------------------------------------------------------------------------

COUNTING = """\
studio: 1
name: counting
nodes:
  n: {type: math.expression, expression: x + 1}
  note: {type: store.append, store: notes}
edges:
  - n.value ~> n.x: {initial: 0}
  - n.value -> note.value
stores:
  notes: {type: list, max_items: 5}
max_ticks: 900
"""


def test_a_store_late_in_a_run_takes_few_operations(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(Graph.from_text(COUNTING), db=db)
    done: list[str] = []

    def do(store: Store, one: Operation) -> None:
        done.append(one.op)
        store.do(one.op, one.args)

    monkeypatch.setattr("studio.replay.states.stores._do", do)
    with Trace(db) as trace:
        cursor = Cursor(trace)
        for seq in (1, 2, 500, 1203, 1800):
            cursor.seek(seq)
            done.clear()
            (store,) = cursor.state().stores
            last = seq // 2
            assert store.content == list(range(max(1, last - 4), last + 1))
            assert len(done) <= 257


@pytest.mark.parametrize("damage", ["content = '5'", "content = 'no json'", "content = 999999"])
def test_a_store_whose_record_is_damaged_is_not_known(db: Path, damage: str) -> None:
    run(Graph.from_text(COUNTING), db=db)
    changed(db, f"UPDATE _memory_content SET {damage}")
    with Trace(db) as trace:
        cursor = Cursor(trace)
        cursor.last()
        (store,) = cursor.state().stores
        assert (store.known, store.content) == (False, None)
        cursor.seek(100)  # before the first content was written down
        assert cursor.state().stores[0].known


def test_stores_of_older_runs_are_made_from_their_firings(db: Path) -> None:
    contents: list[Json] = []
    for strip in (False, True):
        if strip:
            changed(db, "UPDATE _store_op SET place = NULL", "DELETE FROM _memory", "DELETE FROM _memory_content")
        else:
            for seed in (37, 72, 111, 339):
                with latencies(shuffled(seed)):
                    recorded(graph_of(seed), db)
        with Trace(db) as trace:
            found: list[Json] = []
            for one in trace.runs():
                cursor = Cursor(trace, one.id, registry=REGISTRY)
                cursor.last()
                while True:
                    if not cursor.here.parent:
                        found += [store.content for store in cursor.state().stores]
                    if not cursor.move(-7):
                        break
            contents.append(found)

    assert any(contents[0])
    assert contents[0] == contents[1]


# -- long runs ------------------------------------------------------------------------------------


def long_run(db: Path, ticks: int) -> None:
    graph = Graph("long", max_ticks=ticks)
    for number in range(10):
        graph.add("math.expression", f"n{number}", expression="x + 1")
        if number:
            graph.connect(f"n{number - 1}.value", f"n{number}.x")
    graph.connect("n9.value", "n0.x", feedback={"initial": 0})
    run(graph, db=db, limits={"ticks": 10**9})
    close_writer(db)


WORK: dict[str, Callable[[Cursor], object]] = {
    "open": lambda cursor: None,
    "state": lambda cursor: (cursor.state().wires, cursor.state().under_way, cursor.state().stores),
    "step": lambda cursor: cursor.step(),
    "node": lambda cursor: cursor.next_of_node(),
    "node back": lambda cursor: cursor.next_of_node(back=True),
    "any item": lambda cursor: cursor.next_in_any_item(),
    "inside": lambda cursor: cursor.next_inside(),
    "error": lambda cursor: cursor.next_error(),
    "call": lambda cursor: cursor.next_call(),
    "alarm": lambda cursor: cursor.next_alarm(back=True),
    "tick": lambda cursor: cursor.next_tick(),
    "tick back": lambda cursor: cursor.next_tick(back=True),
    "into": lambda cursor: cursor.into(),
    "totals": lambda cursor: cursor.totals(),
}


def cost(db: Path, work: Callable[[Cursor], object]) -> int:
    """Instructions of SQLite's machine, in hundreds, for opening a run and doing something in its middle."""
    with Trace(db) as trace:
        count = 0

        def tick() -> int:
            nonlocal count
            count += 1
            return 0

        trace._reader.connection.set_progress_handler(tick, 100)
        cursor = Cursor(trace)
        cursor.seek(len(cursor) // 2)
        work(cursor)
        trace._reader.connection.set_progress_handler(None, 0)
    return count


@pytest.fixture(scope="module")
def lengths(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The same run, short and ten times as long."""
    made = {ticks: tmp_path_factory.mktemp("long") / f"{ticks}.db" for ticks in (300, 3000)}
    for ticks, path in made.items():
        long_run(path, ticks)
    return made


@pytest.mark.parametrize("work", WORK)
def test_what_the_database_does_does_not_grow_with_the_run(lengths: dict[int, Path], work: str) -> None:
    short, long = (cost(path, WORK[work]) for path in lengths.values())

    assert long < short * 1.3 + 30, (short, long)


def test_the_measure_of_that_sees_a_scan(lengths: dict[int, Path]) -> None:
    def scan(cursor: Cursor) -> object:
        return cursor.trace._reader.rows("SELECT count(*) FROM _firing WHERE reason = 'x'")

    short, long = (cost(path, scan) for path in lengths.values())

    assert long > short * 3


def test_memory_does_not_grow_with_the_run(lengths: dict[int, Path]) -> None:
    peaks = []
    for path in (lengths[300], *lengths.values()):  # once before, so that what is loaded once does not count
        tracemalloc.start()
        with Trace(path) as trace:
            cursor = Cursor(trace)
            for part in range(1, 8):
                cursor.seek(len(cursor) * part // 8)
                WORK["state"](cursor)
                cursor.step()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[2] < peaks[1] * 1.2 + 20_000, peaks
