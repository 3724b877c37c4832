"""Causes, relation by relation: the exact set of firings that led to an output, and the inverse; roots of absences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.causes import OUTSIDE, Causes
from studio.support.errors import UsageError
from studio.trace import Trace
from tests.engine.players import REGISTRY, Services

Recorded = Any


@pytest.fixture
def record(tmp_path: Path) -> Recorded:
    """Run a graph given as text (without its head) and return the causes of that run."""
    db = tmp_path / "runs.db"
    opened: list[Trace] = []

    def play(text: str, *, arrival: bool = False, **options: Any) -> Causes:
        graph = Graph.from_text(f"studio: 1\nname: case\n{text}")
        if "model" not in options:
            options["catalog"] = Services(scripted=not arrival)
        run(graph, db=db, registry=REGISTRY, **options)
        opened.append(Trace(db))
        return Causes(opened[-1], registry=REGISTRY)

    yield play
    for trace in opened:
        trace.close()


def led(causes: Causes, node: str, tick: str = "0", port: str | None = None) -> set[str]:
    """What led to an output, as `node@tick`; and check that the inverse leads back."""
    firing = causes.firing(node, tick)
    found = causes.ancestors(firing, port).firings.values()
    if port is None:
        for one in found:
            assert firing.id in causes.descendants(one).firings, f"{one.node}@{one.tick} does not lead to {node}"
    return {f"{one.node}@{one.tick}" for one in found if one.id != firing.id}


def why(causes: Causes, node: str, tick: str = "0", port: str | None = None) -> set[tuple[str, str, str]]:
    """The edges one step back: port, producer, relation."""
    return {
        (edge.port, "" if edge.source == OUTSIDE else place(causes, edge.source), edge.why)
        for edge in causes.direct(causes.firing(node, tick), port)
    }


def place(causes: Causes, id: int) -> str:
    firing = causes.get(id)
    return f"{firing.node}@{firing.tick}"


def root(causes: Causes, node: str, tick: str = "0") -> tuple[str, str | None]:
    """Why a node was skipped: the kind of root, and who decided it."""
    found = causes.absence(causes.firing(node, tick))
    return found.kind, None if found.decided_by is None else f"{found.decided_by.node}@{found.decided_by.tick}"


# -- wires --------------------------------------------------------------------------------------


def test_only_what_is_wired_led_to_an_output(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  beside: {type: toy.number, value: 3}
  sum: {type: toy.add}
  twice: {type: toy.add}
  other: {type: toy.add}
edges:
  - a.out -> sum.a
  - b.out -> sum.b
  - sum.out -> twice.a
  - beside.out -> other.a
  - a.out -> other.b
""")

    assert led(causes, "twice") == {"sum@0", "a@0", "b@0"}
    assert led(causes, "other") == {"beside@0", "a@0"}
    assert led(causes, "a") == set()


def test_a_loop_leads_back_tick_by_tick_to_its_first_value(record: Recorded) -> None:
    causes = record("""
nodes:
  base: {type: toy.number, value: 1}
  step: {type: toy.add}
edges:
  - step.out ~> step.a: {initial: 5}
  - base.out -> step.b
max_ticks: 4
""")

    assert led(causes, "step", "2") == {"step@1", "step@0", "base@0"}
    assert why(causes, "step", "0") == {("a", "", "first value"), ("b", "base@0", "input")}
    assert why(causes, "step", "1") == {("a", "step@0", "feedback"), ("b", "base@0", "input")}
    assert led(causes, "base") == set()


def test_a_held_value_comes_from_the_tick_it_was_said_in(record: Recorded) -> None:
    causes = record("""
nodes:
  count: {type: toy.add, plus: 1}
  door: {type: toy.parity}
  keep: {type: toy.echo}
edges:
  - count.out ~> count.a: {initial: 1}
  - count.out -> door.value
  - door.even ~> keep.value: {hold: true, initial: 0}
max_ticks: 4
""")

    assert why(causes, "keep", "1") == {("value", "door@0", "feedback")}
    assert why(causes, "keep", "2") == {("value", "door@0", "feedback")}
    assert led(causes, "keep", "2") == {"door@0", "count@0"}
    assert led(causes, "keep", "3") == {"door@2", "count@2", "count@1", "count@0"}


def test_a_first_value_from_another_node_is_told_from_a_fed_back_one(record: Recorded) -> None:
    causes = record("""
nodes:
  start: {type: toy.number, value: 7}
  step: {type: toy.add, plus: 1}
edges:
  - step.out ~> step.a: {initial_from: start.out}
max_ticks: 3
""")

    assert why(causes, "step", "0") == {("a", "start@0", "first value from")}
    assert led(causes, "step", "2") == {"step@1", "step@0", "start@0"}


def test_many_wires_all_count_and_when_opens(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  b: {type: toy.number, value: 6}
  door: {type: toy.parity}
  gather: {type: toy.gather}
  gate: {type: toy.at_least, limit: 1}
edges:
  - a.out -> gather.parts
  - b.out -> gather.parts
  - b.out -> door.value
  - door.odd -> gather.parts
  - b.out -> gate.value
  - gate.no -> gather.when
  - gate.yes -> gather.when
""")

    assert why(causes, "gather") == {("parts", "a@0", "input"), ("parts", "b@0", "input"), ("when", "gate@0", "when")}
    assert led(causes, "gather") == {"a@0", "b@0", "gate@0"}, "the door gave nothing: it is no ancestor"


def test_of_a_join_only_the_wire_that_gave_the_value_counts(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 3}
  door: {type: toy.parity}
  fallback: {type: toy.number, value: 9}
  late: {type: toy.number, value: 10}
  merge: {type: flow.merge}
edges:
  - a.out -> door.value
  - door.even -> merge.value
  - fallback.out -> merge.value
  - late.out -> merge.value
""")

    assert led(causes, "merge") == {"fallback@0"}


def test_the_winner_of_a_race_counts_and_the_loser_says_who_beat_it(record: Recorded) -> None:
    from tests.support.toys import latencies

    with latencies(lambda node, tick: 9 if node == "slow" else 1):
        causes = record("""
nodes:
  fast: {type: toy.number, value: 1}
  begin: {type: toy.number, value: 2}
  slow: {type: toy.echo}
  first: {type: toy.first}
edges:
  - begin.out -> slow.value
  - slow.out -> first.value
  - fast.out -> first.value
""", arrival=True)  # fmt: skip

    assert led(causes, "first") == {"fast@0"}
    assert root(causes, "slow") == ("race", "fast@0")


def test_a_refused_value_led_to_the_failure_though_it_was_never_taken_in(record: Recorded) -> None:
    causes = record("""
nodes:
  words: {type: text.constant, text: five}
  loose: {type: toy.echo}
  sum: {type: toy.add, on_error: route}
  told: {type: toy.echo}
edges:
  - words.text -> loose.value
  - loose.out -> sum.a
  - sum.error -> told.value
""")

    assert causes.firing("sum", "0").status == "error"
    assert led(causes, "told") == {"sum@0", "loose@0", "words@0"}


# -- regions ------------------------------------------------------------------------------------

LOOP = """
nodes:
  limit: {type: toy.number, value: 3}
  beside: {type: toy.number, value: 50}
  work: {type: flow.subgraph, graph: loop}
  after: {type: toy.add}
  both: {type: toy.length}
edges:
  - limit.out -> work.start
  - beside.out -> work.other
  - work.last -> after.a
  - work.all -> both.value
graphs:
  loop:
    nodes:
      start: {type: flow.input}
      other: {type: flow.input}
      step: {type: toy.add}
      aside: {type: toy.add}
      last: {type: flow.output}
      all: {type: flow.output, collect: true}
    edges:
      - step.out ~> step.a: {initial: 0}
      - start.value -> step.b
      - other.value -> aside.a
      - step.out -> last.value
      - aside.out -> all.value
      - step.out ~> all.value
    max_ticks: 3
"""


def test_a_region_leads_only_to_what_its_outputs_were_made_of(record: Recorded) -> None:
    causes = record(LOOP)

    inside = {"work/last@0.2", "work/step@0.2", "work/step@0.1", "work/step@0.0", "work/start@0.0", "limit@0"}
    assert led(causes, "after") == {"work@0", *inside}
    assert why(causes, "work", "0", "last") == {("last", "work/last@0.2", "leaves")}
    assert why(causes, "work/start", "0.0") == {("value", "limit@0", "enters")}


def test_a_collected_output_came_from_every_tick_that_was_fresh(record: Recorded) -> None:
    causes = record(LOOP)

    given = {edge[1] for edge in why(causes, "work", "0", "all")}
    assert given == {"work/all@0.0", "work/all@0.1", "work/all@0.2"}
    assert causes.value(causes.firing("work", "0"), "all") == [50, 3, 6], "fresh before held"
    assert led(causes, "both") >= {"work/aside@0.0", "beside@0", "work/step@0.1"}


MAP = """
nodes:
  base: {type: toy.number, value: 6}
  items: {type: toy.subset}
  extra: {type: toy.number, value: 5}
  unused: {type: toy.number, value: 6}
  work: {type: flow.map, graph: each}
  result: {type: toy.length}
edges:
  - base.out -> items.value
  - items.items -> work.items
  - extra.out -> work.plus
  - unused.out -> work.unused
  - work.sum -> result.value
graphs:
  each:
    nodes:
      item: {type: flow.input}
      plus: {type: flow.input}
      unused: {type: flow.input}
      sum: {type: flow.output}
      pair: {type: toy.gather}
      dead: {type: toy.echo}
    edges:
      - item.value -> pair.parts
      - plus.value -> pair.parts
      - pair.all -> sum.value
      - unused.value -> dead.value
"""


def test_a_map_leads_to_each_item_and_to_what_was_broadcast_and_used(record: Recorded) -> None:
    causes = record(MAP)

    count = len(causes.value(causes.firing("items", "0"), "items"))
    assert count > 1
    inside = {f"work/{n}/{name}@0.0" for n in range(count) for name in ("sum", "pair", "item", "plus")}
    assert led(causes, "result") == {"work@0", "items@0", "base@0", "extra@0", *inside}
    assert why(causes, "work/1/item", "0.0") == {("value", "items@0", "item")}


def test_an_item_that_failed_gave_nothing_to_the_list(record: Recorded) -> None:
    causes = record("""
nodes:
  words: {type: text.constant, text: "2,3,4"}
  parts: {type: text.split, by: separator, separator: ","}
  work: {type: flow.map, graph: each, on_item_error: "null"}
edges:
  - words.text -> parts.text
  - parts.parts -> work.items
graphs:
  each:
    nodes:
      item: {type: flow.input}
      number: {type: json.parse}
      odd: {type: toy.fail, modulus: 3, remainder: 0}
      early: {type: flow.output}
    edges:
      - item.value -> number.text
      - number.value -> odd.value
      - number.value -> early.value
""")

    assert causes.value(causes.firing("work", "0"), "early") == [2, None, 4]
    given = {edge[1] for edge in why(causes, "work", "0", "early")}
    assert given == {"parts@0", "work/0/early@0.0", "work/2/early@0.0"}


SHARED = """
nodes:
  count: {type: toy.add, plus: 1}
  door: {type: toy.parity}
  organ: {type: flow.subgraph, graph: sum, clock: shared}
  out: {type: toy.echo}
edges:
  - count.out ~> count.a: {initial: 1}
  - count.out -> door.value
  - door.even -> organ.when
  - count.out -> organ.x
  - organ.total -> out.value
max_ticks: 4
graphs:
  sum:
    nodes:
      x: {type: flow.input}
      add: {type: toy.add}
      total: {type: flow.output}
    edges:
      - x.value -> add.a
      - add.out ~> add.b: {initial: 0}
      - add.out -> total.value
"""


def test_an_organ_remembers_over_the_ticks_it_was_frozen(record: Recorded) -> None:
    causes = record(SHARED)

    assert led(causes, "out", "2") == {
        "organ@2", "organ/total@2", "organ/add@2", "organ/x@2", "organ/add@0", "organ/x@0",
        "door@2", "count@2", "count@1", "count@0",
    }  # fmt: skip
    assert root(causes, "out", "1") == ("route", "door@1")
    assert causes.undecided("organ/add", "1").kind == "frozen"
    assert causes.undecided("organ/add", "1").decided_by == causes.firing("door", "1")


def test_a_region_that_failed_leads_to_the_firing_that_failed_it(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  b: {type: toy.number, value: 5}
  work: {type: flow.subgraph, graph: body, on_error: route}
  told: {type: toy.echo}
  never: {type: toy.echo}
edges:
  - a.out -> work.x
  - b.out -> work.y
  - work.error -> told.value
  - work.out -> never.value
graphs:
  body:
    nodes:
      x: {type: flow.input}
      y: {type: flow.input}
      bad: {type: toy.fail, modulus: 1}
      fine: {type: toy.echo}
      out: {type: flow.output}
    edges:
      - x.value -> bad.value
      - y.value -> fine.value
      - fine.out -> out.value
""")

    assert led(causes, "told") == {"work@0", "work/bad@0.0", "work/x@0.0", "a@0"}
    assert root(causes, "never") == ("failed", "work/bad@0.0")


def test_of_a_region_tried_again_the_last_attempt_gave_the_output(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  work: {type: flow.subgraph, graph: body, retries: 2}
edges:
  - a.out -> work.x
graphs:
  body:
    nodes:
      x: {type: flow.input}
      early: {type: toy.echo}
      shaky: {type: toy.ask}
      out: {type: flow.output}
    edges:
      - x.value -> early.value
      - early.done -> shaky.when
      - shaky.text -> out.value
""", model=Scripted([{"error": "malformed"}, "fine"]))  # fmt: skip

    attempts = causes.firings("work/shaky", "0.0")
    assert [one.status for one in attempts] == ["error", "ok"]
    found = causes.ancestors(causes.firing("work", "0")).firings
    assert [one.id in found for one in attempts] == [False, True]
    assert [one.id in found for one in causes.firings("work/early", "0.0")] == [False, True]


# -- stores -------------------------------------------------------------------------------------


def test_a_key_comes_from_its_last_write_and_from_no_other_key(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  c: {type: toy.number, value: 3}
  old: {type: store.set, store: facts, key: x}
  new: {type: store.set, store: facts, key: x}
  other: {type: store.set, store: facts, key: y}
  read: {type: store.get, store: facts, key: x}
  late: {type: store.set, store: facts, key: x}
  all: {type: store.keys, store: facts}
edges:
  - a.out -> old.value
  - b.out -> new.value
  - c.out -> other.value
  - c.out -> late.value
stores:
  facts: {type: kv}
""")

    assert led(causes, "read") == {"new@0", "b@0"}
    assert led(causes, "all") == {"late@0", "other@0", "c@0"}
    assert led(causes, "new") == {"b@0"}, "who writes a key is told nothing"
    down = {place(causes, id) for id in causes.descendants(causes.firing("old", "0")).firings}
    assert down == {"old@0"}, "what was overwritten led to nothing"


def test_a_taken_value_comes_from_who_put_it_in_and_who_took_those_before(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  put: {type: queue.push, store: tasks}
  more: {type: queue.push, store: tasks}
  one: {type: queue.pop, store: tasks}
  two: {type: queue.pop, store: tasks}
  three: {type: queue.pop, store: tasks}
edges:
  - a.out -> put.value
  - b.out -> more.value
stores:
  tasks: {type: queue}
""")

    assert led(causes, "one") == {"put@0", "a@0"}
    assert led(causes, "two") == {"more@0", "b@0", "put@0", "a@0", "one@0"}
    assert {edge[1] for edge in why(causes, "three")} == {"two@0"}, "who took the last left it empty"


def test_a_list_comes_from_its_content_and_a_length_from_the_one_before(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 1}
  b: {type: toy.number, value: 2}
  c: {type: toy.number, value: 3}
  first: {type: store.append, store: log}
  wipe: {type: store.clear, store: log}
  second: {type: store.append, store: log}
  third: {type: store.append, store: log}
  read: {type: store.items, store: log}
  newest: {type: store.items, store: log, last: 1}
edges:
  - a.out -> first.value
  - b.out -> second.value
  - c.out -> third.value
stores:
  log: {type: list}
""")

    assert {edge[1] for edge in why(causes, "read")} == {"second@0", "third@0", "wipe@0"}
    assert led(causes, "read") == {"second@0", "third@0", "wipe@0", "b@0", "c@0"}
    assert {edge[1] for edge in why(causes, "newest")} == {"third@0", "wipe@0"}
    assert {edge[1] for edge in why(causes, "third")} == {"c@0", "second@0"}
    assert {edge[1] for edge in why(causes, "second")} == {"b@0", "wipe@0"}


NOTES = """
nodes:
  base: {type: toy.number, value: 6}
  before: {type: store.append, store: log}
  items: {type: toy.subset}
  work: {type: flow.map, graph: each, sequential: SEQUENTIAL}
  read: {type: store.items, store: log}
edges:
  - base.out -> before.value
  - base.out -> items.value
  - items.items -> work.items
stores:
  log: {type: list}
graphs:
  each:
    nodes:
      item: {type: flow.input}
      index: {type: flow.input}
      note: {type: store.append, store: log}
      seen: {type: store.items, store: log}
      out: {type: flow.output}
    edges:
      - index.value -> note.value
      - seen.items -> out.value
"""


@pytest.mark.parametrize("sequential", [False, True])
def test_an_item_sees_what_was_there_and_its_own_writes(record: Recorded, sequential: bool) -> None:
    causes = record(NOTES.replace("SEQUENTIAL", str(sequential).lower()))

    writers = {edge[1] for edge in why(causes, "work/1/seen", "0.0")}
    others = {"work/0/note@0.0"} if sequential else set()
    assert writers == {"before@0", "work/1/note@0.0", *others}
    after = {edge[1] for edge in why(causes, "read")}
    count = len(causes.value(causes.firing("items", "0"), "items"))
    assert after == {"before@0", *(f"work/{n}/note@0.0" for n in range(count))}


def test_a_store_of_a_region_is_another_one_in_each_execution(record: Recorded) -> None:
    causes = record("""
nodes:
  count: {type: toy.add, plus: 1}
  work: {type: flow.subgraph, graph: body}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> work.x
max_ticks: 3
graphs:
  body:
    nodes:
      x: {type: flow.input}
      note: {type: store.append, store: log}
      seen: {type: store.items, store: log}
      out: {type: flow.output}
    edges:
      - x.value -> note.value
      - seen.items -> out.value
    stores:
      log: {type: list}
""")

    assert {edge[1] for edge in why(causes, "work/seen", "1.0")} == {"work/note@1.0"}


# -- absences -----------------------------------------------------------------------------------


def test_the_way_back_from_a_skip_ends_at_who_decided_it(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  judge: {type: flow.switch, cases: [3, 4]}
  three: {type: toy.echo}
  after: {type: toy.echo}
  bad: {type: toy.fail, modulus: 1, on_error: skip}
  next: {type: toy.echo}
  off: {type: toy.echo, knockout: true}
  behind: {type: toy.echo}
  gate: {type: toy.at_least, limit: 99}
  closed: {type: toy.echo}
  fed: {type: toy.echo}
edges:
  - a.out -> judge.value
  - judge.3 -> three.value
  - three.out -> after.value
  - a.out -> bad.value
  - bad.out -> next.value
  - a.out -> off.value
  - off.out -> behind.value
  - a.out -> gate.value
  - a.out -> closed.value
  - gate.yes -> closed.when
  - after.out ~> fed.value
""")

    assert root(causes, "after") == ("route", "judge@0")
    links = causes.absence(causes.firing("after", "0")).links
    assert [(link.node, link.port) for link in links] == [("after", "value"), ("three", "value"), ("judge", "3")]
    assert links[-1].why == "it gave `4` for 4, not `3`"
    assert root(causes, "next") == ("failed", "bad@0")
    assert root(causes, "behind") == ("knockout", None)
    assert root(causes, "closed") == ("when", "gate@0")
    assert root(causes, "fed") == ("not fed", None)
    with pytest.raises(UsageError, match="`a` is not absent at tick 0"):
        causes.absence(causes.firing("a", "0"))


def test_a_switch_that_passes_nothing_on_leads_to_what_it_lacked(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  door: {type: toy.parity}
  judge: {type: flow.switch, cases: [3]}
  end: {type: toy.echo}
edges:
  - a.out -> door.value
  - a.out -> judge.value
  - door.odd -> judge.data
  - judge.else -> end.value
""")

    assert root(causes, "end") == ("route", "door@0")


def test_an_absence_goes_into_and_out_of_regions(record: Recorded) -> None:
    causes = record("""
nodes:
  a: {type: toy.number, value: 4}
  door: {type: toy.parity}
  organ: {type: flow.subgraph, graph: pass, clock: shared}
  own: {type: flow.subgraph, graph: shut}
  end: {type: toy.echo}
  last: {type: toy.echo}
edges:
  - a.out -> door.value
  - door.odd -> organ.x
  - organ.out -> end.value
  - a.out -> own.x
  - own.out -> last.value
graphs:
  pass:
    nodes: {x: {type: flow.input}, mid: {type: toy.echo}, out: {type: flow.output}}
    edges: [x.value -> mid.value, mid.out -> out.value]
  shut:
    nodes: {x: {type: flow.input}, inner: {type: toy.parity}, out: {type: flow.output}}
    edges: [x.value -> inner.value, inner.odd -> out.value]
""")

    assert root(causes, "end") == ("route", "door@0")
    assert root(causes, "last") == ("route", "own/inner@0.0")


def test_why_something_was_not_decided(record: Recorded) -> None:
    causes = record("""
nodes:
  steady: {type: toy.number, value: 4}
  count: {type: toy.add, plus: 1}
  gate: {type: toy.at_least, limit: 3}
  stop: {type: flow.stop}
edges:
  - count.out ~> count.a: {initial: 0}
  - count.out -> gate.value
  - gate.yes -> stop.when
max_ticks: 9
""")

    assert causes.undecided("steady", "1").kind == "steady"
    ended = causes.undecided("count", "7")
    assert (ended.kind, ended.decided_by) == ("ended", causes.firing("stop", "2"))
    assert "ended after tick 2: `stop` stopped it" in ended.links[0].why
    with pytest.raises(UsageError, match="its ticks are single numbers"):
        causes.undecided("count", "1.1")
    with pytest.raises(UsageError, match="no node `nobody`"):
        causes.undecided("nobody", "1")


def test_a_limit_is_why_nothing_came_after_it(record: Recorded) -> None:
    causes = record("""
nodes:
  count: {type: toy.add, plus: 1}
edges:
  - count.out ~> count.a: {initial: 0}
max_ticks: 90
limits: {firings: 3}
""")

    found = causes.undecided("count", "5")
    assert found.kind == "paused"
    assert "limit firings" in found.links[0].why


# -- effects and bounds -------------------------------------------------------------------------


def test_depth_and_limit_leave_out_and_say_so(record: Recorded) -> None:
    causes = record("""
nodes:
  step: {type: toy.add, plus: 1}
edges:
  - step.out ~> step.a: {initial: 0}
max_ticks: 50
""")
    last = causes.firing("step", "49")

    near = causes.ancestors(last, depth=3)
    few = causes.ancestors(last, limit=5)
    whole = causes.ancestors(causes.firing("step", "2"), depth=3)

    assert [causes.get(id).tick for id in near.firings] == ["49", "48", "47", "46"]
    assert [causes.get(id).tick for id in near.more] == ["46"]
    assert (len(few.firings), [causes.get(id).tick for id in few.more]) == (5, ["44"])
    assert whole.more == (), "what was looked at and has nothing behind it is not left out"


def test_effects_stand_with_their_firings(record: Recorded) -> None:
    causes = record(
        """
nodes:
  ask: {type: toy.ask}
  after: {type: toy.echo}
edges:
  - ask.text -> after.value
""",
        model=Scripted(["hi"]),
    )

    [ask] = [one for one in causes.ancestors(causes.firing("after", "0")).firings.values() if one.node == "ask"]
    assert [(one.kind, one.response["text"]) for one in causes.effects(ask)] == [("chat", "hi")]


def test_the_effects_of_a_firing_taken_over_stand_in_the_run_that_asked(record: Recorded, tmp_path: Path) -> None:
    from studio.replay.continuing import resume

    causes = record(
        """
nodes:
  ask: {type: toy.ask}
  one: {type: toy.echo}
  two: {type: toy.echo}
edges:
  - ask.text -> one.value
  - one.out -> two.value
limits: {firings: 2}
""",
        model=Scripted(["hi"]),
    )
    assert causes.run.status == "paused"

    resume(tmp_path / "runs.db", limits={"firings": 9}, registry=REGISTRY, model=Scripted([]))

    with Trace(tmp_path / "runs.db") as trace:
        later = Causes(trace, registry=REGISTRY)
        assert later.run.parent_run == causes.run.id
        assert led(later, "two") == {"ask@0", "one@0"}
        ask = later.firing("ask", "0")
        assert ask.origin == "replayed"
        assert [one.response["text"] for one in later.effects(ask)] == ["hi"]


def test_a_search_that_is_left_and_gone_on_with_finds_the_same(record: Recorded) -> None:
    causes = record(CHAIN.format(ticks=30))
    last = causes.firing("add", "29")
    whole = causes.ancestors(last)
    walk = causes.walk(last)
    counts = []
    while not walk.go_on(0):
        counts.append(len(walk.firings))
    assert walk.found == whole
    assert len(whole.firings) > 30
    assert len(counts) > 2
    assert counts == sorted(counts)
    assert causes.walk(last).found.edges == (), "nothing is looked at before it is asked for"
    assert causes.walk(causes.firing("add", "0"), down=True).whole() == causes.descendants(causes.firing("add", "0"))


CHAIN = """\
nodes:
  one: {{type: flow.input, value: 1}}
  add: {{type: logic.expression, expression: "a + b"}}
  out: {{type: flow.output}}
edges:
  - one.value -> add.a
  - add.value ~> add.b: {{initial: 0}}
  - add.value -> out.value
max_ticks: {ticks}
"""
