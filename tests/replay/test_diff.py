"""Comparing two runs: exactly those nodes are named that differ, and whose difference it is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.changes import Changes
from studio.replay.continuing import fork, resume
from studio.replay.diff import RunDiff, diff, texts
from studio.replay.diff.details import details
from studio.replay.diff.found import Fact
from studio.replay.diff.telling import fact_line
from studio.replay.diff.texts import text_diff
from studio.replay.diff.values import same_value
from studio.support.errors import UsageError
from studio.support.values import Json, encode, hash_bytes
from studio.trace import RunStart, Trace, open_run
from studio.trace.found import Ref
from studio.trace.log import EXECUTED, OK, REPLAYED
from studio.trace.writer import close_writer
from tests.engine.generator import Maker, Setting
from tests.engine.players import REGISTRY, Services
from tests.replay.conftest import TOWN
from tests.support.graphs import CRITIC_LOOP
from tests.support.toys import latencies, shuffled
from tests.trace.declaring import declare

LONG = "A second draft about tide pools, in which crabs, limpets and anemones wait for the next high water."
REPLIES = ("A first draft.", "vague", LONG, "good")

BRANCHES = """\
studio: 1
name: branches
nodes:
  topic: {type: flow.input, value: tides}
  left: {type: llm.function, instructions: "Left of {topic}", output: text}
  right: {type: llm.function, instructions: "Right of {topic}", output: text}
  short: {type: logic.expression, expression: "len(text) < 9"}
  loud: {type: text.template, template: "{text}!"}
  calm: {type: text.template, template: "{text}."}
  both: {type: text.template, template: "{loud} {calm}"}
  result: {type: flow.output}
edges:
  - topic.value -> left.topic
  - topic.value -> right.topic
  - left.text -> short.text
  - left.text -> loud.text
  - right.text -> calm.text
  - loud.text -> both.loud
  - calm.text -> both.calm
  - both.text -> result.value
"""

Play = Callable[..., str]


@pytest.fixture
def play(db: Path) -> Play:
    """Run a graph with a scripted model and return the run's id: `play(text, reply, …, seed=1)`."""

    def call(text: str | Graph, *replies: Json, file: Path | None = None, **options: Any) -> str:
        graph = text if isinstance(text, Graph) else Graph.from_text(text)
        return run(graph, model=Scripted(replies), db=file or db, **options).run_id

    return call


@pytest.fixture
def compare(db: Path) -> Iterator[Callable[..., RunDiff]]:
    """Compare two runs of this test's database."""
    opened: list[Trace] = []

    def call(a: str, b: str, **options: Any) -> RunDiff:
        trace = Trace(db)
        opened.append(trace)
        found = diff(trace, a, trace, b, **options)
        turned, back = found.swapped(), diff(trace, b, trace, a, **_turned(options))
        if found.renamed:  # facts about a renamed node go by the name it has in A
            turned, back = (replace(one, graph=(), nodes={}) for one in (turned, back))
        assert back == turned
        return found

    yield call
    for trace in opened:
        trace.close()


def _turned(options: dict[str, Any]) -> dict[str, Any]:
    return {name: {old: new for new, old in pairs.items()} for name, pairs in options.items()}


Compare = Callable[..., RunDiff]


def kinds(found: RunDiff) -> dict[str, str]:
    """Each node that differs, and whose difference it is."""
    return {path: node.kind for path, node in found.nodes.items()}


# -- who differs ------------------------------------------------------------------------------------


def test_a_run_is_equal_to_itself_and_to_a_repetition(play: Play, compare: Compare) -> None:
    first, again = (play(CRITIC_LOOP, *REPLIES) for _ in range(2))

    for other in (first, again):
        found = compare(first, other)
        assert found.equal
        assert (found.nodes, found.first, found.origin, found.graph, found.options) == ({}, None, None, (), ())
        assert found.compared == 11


def test_another_reply_names_its_node_and_exactly_those_its_value_came_to(play: Play, compare: Compare) -> None:
    a = play(BRANCHES, {"node": "left", "reply": "west"}, {"node": "right", "reply": "east"})
    b = play(BRANCHES, {"node": "left", "reply": "north"}, {"node": "right", "reply": "east"})

    found = compare(a, b)

    assert kinds(found) == {
        "left": "origin", "short": "downstream", "loud": "downstream", "both": "downstream", "result": "downstream",
    }  # fmt: skip
    assert found.nodes["left"].what == ("reply", "outputs")
    assert found.nodes["short"].what == ("inputs",)  # it came to the same all the same
    assert found.origin is not None
    assert (found.origin.node, found.origin.tick) == ("left", "0")
    assert found.causes == ("the same question was answered otherwise",)
    assert [fact.name for fact in found.ends] == ["output result"]


def test_in_a_map_only_the_item_that_differs_is_named(play: Play, compare: Compare) -> None:
    a = play(TOWN, "Good morning, all.")
    b = play(TOWN.replace("[tea, oats]", "[tea, oak]"), "Good morning, all.")

    found = compare(a, b)

    assert found.origin is not None
    assert found.origin.node == "tasks"
    assert {path for path in found.nodes if path.startswith("work/")} == {
        "work/1/item", "work/1/add", "work/1/count", "work/1/text", "work/1/stop",
    } & set(found.nodes)  # fmt: skip
    assert {"work/1/item", "work/1/add"} <= set(found.nodes)
    assert found.nodes["work/1/add"].folded == "work/*/add"


def test_a_region_differs_because_of_what_is_inside(play: Play, compare: Compare) -> None:
    a = play(TOWN, "Hello.")
    b = play(TOWN.replace('"{last}{item} "', '"{last}{item}, "'), "Hello.")

    found = compare(a, b)

    assert found.nodes["work/0/add"].kind == found.nodes["work/1/add"].kind == "origin"
    assert found.nodes["work"].kind == "downstream"
    assert found.causes == ("the graphs differ in its `template`",)
    assert found.origin is not None
    assert found.origin.node == "work/0/add"


GATED = """\
studio: 1
name: gated
nodes:
  mood: {type: flow.input, value: calm}
  fitting: {type: flow.gate, condition: "value == 'calm'"}
  taken: {type: text.template, template: "was {word}"}
  told: {type: text.constant, text: told}
  result: {type: flow.output}
edges:
  - mood.value -> fitting.value
  - fitting.value -> taken.word
  - taken.done -> told.when
  - told.text -> result.value
"""


def test_a_region_is_not_edited_where_its_graph_of_the_same_name_is(play: Play, compare: Compare) -> None:
    text = """\
studio: 1
name: same_name
nodes:
  say: {type: flow.subgraph, graph: say}
  out: {type: flow.output}
edges:
  - say.words -> out.value
graphs:
  say:
    nodes:
      ask: {type: llm.function, instructions: Say it, output: text}
      words: {type: flow.output}
    edges:
      - ask.text -> words.value
"""
    found = compare(play(text, "tea"), play(text.replace("Say it", "Say that"), "oats"))

    assert kinds(found) == {
        "say": "downstream", "say/ask": "origin", "say/words": "downstream", "out": "downstream",
    }  # fmt: skip
    assert [node.edited for node in found.nodes.values()] == [path == "say/ask" for path in found.nodes]
    assert found.causes == ("the graphs differ in its `instructions`",)


def test_what_waits_for_a_node_to_be_done_follows_from_it(play: Play, compare: Compare) -> None:
    found = compare(play(GATED), play(GATED, inputs={"mood": "cross"}))

    assert kinds(found) == {
        "mood": "origin", "fitting": "downstream", "taken": "downstream", "told": "downstream", "result": "downstream",
    }  # fmt: skip


def test_a_node_that_is_done_by_another_value_makes_no_difference(play: Play, compare: Compare) -> None:
    always = GATED.replace("condition: \"value == 'calm'\"", 'condition: "true"')

    found = compare(play(always), play(always, inputs={"mood": "cross"}))

    assert kinds(found) == {"mood": "origin", "fitting": "downstream", "taken": "downstream"}


def test_a_prompt_of_which_nothing_came_is_an_origin_of_its_own_kind(play: Play, compare: Compare) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(CRITIC_LOOP.replace("Write two", "Write three"), *REPLIES)

    found = compare(a, b)

    assert kinds(found) == {"writer": "origin"}
    assert found.nodes["writer"].what == ("prompt",)
    assert found.nodes["writer"].prompt_only
    assert found.nodes["writer"].edited
    assert [change.tick for change in found.nodes["writer"].changes] == ["0", "1"]
    assert found.causes == ("the graphs differ in its `instructions`",)
    assert [fact.name for fact in found.graph] == ["writer.instructions"]


def test_a_setting_of_a_call_is_no_prompt(play: Play, compare: Compare) -> None:
    a = play(BRANCHES, "west", "east")
    b = play(BRANCHES.replace('of {topic}", output', 'of {topic}", temperature: 0.5, output', 1), "west", "east")

    assert compare(a, b).nodes["left"].what == ("request",)


def test_the_first_difference_may_come_before_the_first_that_has_no_other_cause(play: Play, compare: Compare) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(CRITIC_LOOP, "A first draft.", "wrong", LONG, "good")

    found = compare(a, b)

    assert kinds(found) == {"critic": "origin", "route": "downstream", "writer": "downstream"}
    assert found.nodes["writer"].what == ("inputs", "prompt")
    assert found.first == found.origin


def test_a_store_carries_a_difference_like_a_wire(play: Play, compare: Compare) -> None:
    text = """\
studio: 1
name: stored
nodes:
  say: {type: llm.function, instructions: "Say", output: text}
  put: {type: store.set, store: notes, key: said}
  get: {type: store.get, store: notes, key: said}
  other: {type: store.get, store: notes, key: nothing}
edges:
  - say.text -> put.value
  - put.done -> get.when
  - put.done -> other.when
stores:
  notes: {type: kv}
"""
    found = compare(play(text, "tea"), play(text, "oats"))

    assert kinds(found) == {"say": "origin", "put": "downstream", "get": "downstream"}
    assert "store" in found.nodes["get"].what


def test_who_won_a_race_is_the_doing_of_the_race(compare: Compare, db: Path) -> None:
    graph = Graph.from_text("""\
studio: 1
name: race
nodes:
  one: {type: toy.number, value: 1}
  two: {type: toy.number, value: 2}
  slow: {type: toy.echo}
  fast: {type: toy.echo}
  pick: {type: flow.merge, take: first_arrival}
  after: {type: toy.add}
edges:
  - one.out -> slow.value
  - two.out -> fast.value
  - slow.out -> pick.value
  - fast.out -> pick.value
  - pick.value -> after.a
""")

    def once(slow: str) -> str:
        with latencies(lambda node, tick: 20 if node == slow else 0):
            catalog: Any = Services(scripted=False)
            return run(graph, registry=REGISTRY, catalog=catalog, db=db).run_id

    a, b, again = once("slow"), once("fast"), once("slow")

    found = compare(a, b)
    assert {path: kind for path, kind in kinds(found).items() if path in ("pick", "after")} == {
        "pick": "origin", "after": "downstream",
    }  # fmt: skip
    assert "origin" not in {kinds(found).get("slow"), kinds(found).get("fast")}
    assert found.causes == ("another wire won the race",)
    assert compare(a, again).equal


def test_a_region_that_was_switched_off_is_the_origin_of_what_is_missing_inside(play: Play, compare: Compare) -> None:
    a = play(TOWN, "Hello.")
    b = play(TOWN.replace("{type: flow.map, graph", "{type: flow.map, knockout: true, graph"), "Hello.")

    found = compare(a, b)

    assert found.nodes["work"].kind == "origin"
    assert found.causes == ("the graphs differ in its `knockout`",)
    assert [path for path, kind in kinds(found).items() if kind == "origin"] == ["work"]
    assert "work/0/add" in found.nodes


# -- firings that only one run has ------------------------------------------------------------------


def test_ticks_that_only_one_run_came_to_are_downstream(play: Play, compare: Compare) -> None:
    found = compare(play(CRITIC_LOOP, *REPLIES), play(CRITIC_LOOP, "A first draft.", "good"))

    assert kinds(found) == {"critic": "origin", **dict.fromkeys(("route", "done", "writer", "result"), "downstream")}
    assert list(found.nodes) == ["critic", "route", "done", "writer", "result"]  # in the order of the outline
    assert found.first == found.origin
    assert found.nodes["writer"].what == ("only in A",)
    assert [(change.tick, change.id_b) for change in found.nodes["writer"].changes] == [("1", 0)]
    assert (found.nodes["writer"].spent_a.firings, found.nodes["writer"].spent_b.firings) == (2, 1)


def test_a_run_that_was_cut_short_did_nothing_otherwise(play: Play, compare: Compare) -> None:
    found = compare(play(CRITIC_LOOP, *REPLIES), play(CRITIC_LOOP, *REPLIES, limits={"firings": 5}))

    assert set(kinds(found).values()) == {"unreached"}
    assert found.origin is None
    assert {"status", "ended"} < {fact.name for fact in found.ends}
    assert [fact.name for fact in found.options] == ["limit firings"]


def test_a_node_that_failed_is_the_origin_of_what_came_of_it(play: Play, compare: Compare) -> None:
    text = TOWN.replace("result.value", "result.value\n  - fails.value -> told.value").replace(
        "  result: {type: flow.output}", "  result: {type: flow.output}\n  told: {type: flow.output}", 1
    )
    found = compare(play(text, '"fine"'), play(text, "no json"))

    assert kinds(found) == {"greet": "origin", "fails": "downstream", "told": "downstream"}
    assert found.nodes["told"].what == ("status",)


CUT_OFF = """\
nodes:
  work: {type: flow.subgraph, graph: outer, on_error: skip}
  result: {type: flow.output}
edges:
  - work.text -> result.value
graphs:
  outer:
    nodes:
      fails: {type: llm.function, instructions: Answer., output: text}
      inner: {type: flow.subgraph, graph: inner}
      text: {type: flow.output}
    edges:
      - inner.text -> text.value
  inner:
    nodes:
      one: {type: llm.function, instructions: One., output: text}
      two: {type: text.template, template: "{one}!"}
      text: {type: flow.output}
    edges:
      - one.text -> two.one
      - two.text -> text.value
"""


def test_a_region_that_was_cut_off_by_a_failure_beside_it_is_no_origin(play: Play, compare: Compare, db: Path) -> None:
    one = {"node": "work/inner/one", "reply": "one"}
    fails = {"node": "work/fails"}
    told = play(CUT_OFF, {**fails, "reply": "fine"}, one), play(CUT_OFF, {**fails, "error": "malformed"}, one)
    found = compare(*told)

    with Trace(db) as trace:
        (inner,) = trace.firings(told[1], "work/inner")
        assert (inner.status, inner.reason) == ("skipped", "cut off: `fails` failed"), "else this test shows nothing"
    assert {node for node, kind in kinds(found).items() if kind == "origin"} == {"work/fails"}
    assert kinds(found)["work/inner"] == "downstream"


def test_a_node_that_both_runs_skipped_for_another_reason_is_downstream(play: Play, compare: Compare) -> None:
    text = TOWN.replace("result.value", "result.value\n  - fails.value -> told.value").replace(
        "  result: {type: flow.output}", "  result: {type: flow.output}\n  told: {type: flow.output}", 1
    )
    found = compare(play(text, "no json"), play(text, "[1, 2"))

    assert found.nodes["told"].what == ("reason",)
    assert kinds(found) == {"greet": "origin", "fails": "downstream", "told": "downstream"}


def test_a_node_that_came_is_an_origin_and_its_readers_are_downstream(play: Play, compare: Compare) -> None:
    more = BRANCHES.replace(
        "  - loud.text -> both.loud", "  - loud.text -> extra.text\n  - extra.text -> both.loud"
    ).replace("  both:", '  extra: {type: text.template, template: "{text}?"}\n  both:')
    found = compare(play(BRANCHES, "west", "east"), play(more, "west", "east"))

    assert kinds(found) == {"extra": "origin", "both": "downstream", "result": "downstream"}
    assert found.causes == ("only one of the graphs has this node",)
    assert found.nodes["extra"].what == ("only in B",)


# -- what is no difference --------------------------------------------------------------------------


def test_a_rate_limit_that_passed_is_no_difference(play: Play, compare: Compare) -> None:
    text = BRANCHES.replace('"Left of {topic}",', '"Left of {topic}", retries: 1,')
    a = play(text, "west", "east")
    b = play(text, {"error": "rate_limit"}, "west", "east")
    with_more = compare(a, b)

    assert with_more.equal
    assert not compare(a, play(text, "north", "east")).equal


def test_model_names_and_seeds_are_told_as_options_not_at_every_call(play: Play, compare: Compare, db: Path) -> None:
    a = play(BRANCHES, "west", "east")
    named = Scripted(["west", "east"], name="scripted:other")
    b = run(Graph.from_text(BRANCHES), model=named, seed=7, db=db).run_id

    found = compare(a, b)

    assert found.equal
    assert {fact.name for fact in found.options} == {"model", "model default", "seed"}


def test_options_of_a_fork_are_told_in_words() -> None:
    put = Fact("instead", None, {"critic": {"label": "good", "scores": {"good": 1.0}}})
    assert fact_line(put) == 'output put in by hand: critic.label = good, critic.scores = {"good":1.0}'
    both = Fact("instead", {"critic": {"label": "bad"}}, {"critic": {"label": "good"}})
    assert fact_line(both) == "output put in by hand: critic.label = bad → critic.label = good"
    assert fact_line(Fact("instead", {"a": {"b": 1}}, None)).endswith("a.b = 1 → none")
    assert fact_line(Fact("model default", "one", "other")) == "the model that is set: one → other"


def test_titles_and_layout_are_no_difference(play: Play, compare: Compare) -> None:
    found = compare(
        play(BRANCHES, "west", "east"),
        play(BRANCHES.replace("loud: {", "loud: {title: Loud, ") + "layout: {left: [1, 2]}\n", "west", "east"),
    )

    assert found.equal
    assert found.graph == ()


def test_another_answer_to_alarms_is_told_and_makes_no_node_differ(play: Play, compare: Compare) -> None:
    found = compare(play(BRANCHES, "west", "east"), play(BRANCHES + "dynamics: {on_alarm: stop}\n", "west", "east"))

    assert kinds(found) == {}
    assert found.graph == (Fact("dynamics", {}, {"on_alarm": "stop"}),)


def test_what_nodes_used_is_told_beside_and_is_no_difference(play: Play, compare: Compare) -> None:
    def reply(cost: float, text: str = "west") -> Json:
        return {"node": "left", "reply": text, "cost_usd": cost, "tokens_in": 10, "tokens_out": 2}

    a = play(BRANCHES, reply(0.25), {"node": "right", "reply": "east"})
    b = play(BRANCHES, reply(0.5), {"node": "right", "reply": "east"})
    c = play(BRANCHES, reply(0.5, "north"), {"node": "right", "reply": "east"})

    assert compare(a, b).equal
    left = compare(a, c).nodes["left"]
    assert (left.spent_a.cost_usd, left.spent_b.cost_usd) == (0.25, 0.5)
    assert (left.spent_a.calls, left.spent_a.tokens_in, left.spent_a.tokens_out) == (1, 10, 2)


def test_another_time_is_an_origin_that_costs_nothing(play: Play, compare: Compare) -> None:
    text = "studio: 1\nname: t\nnodes:\n  now: {type: clock.now}\n"
    found = compare(play(text, clock="2026-01-01T00:00:00"), play(text, clock="2027-01-01T00:00:00"))

    assert kinds(found) == {"now": "origin"}
    assert found.nodes["now"].what == ("reply", "outputs")
    assert found.nodes["now"].spent_a.cost_usd == 0
    assert [fact.name for fact in found.options] == ["clock"]


# -- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [("critic", "judge"), ("route", "door")])
def test_a_lone_node_with_a_new_name_is_the_same_node(play: Play, compare: Compare, old: str, new: str) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(CRITIC_LOOP.replace(f" {old}.", f" {new}.").replace(f"  {old}:", f"  {new}:"), *REPLIES)

    found = compare(a, b)

    assert found.renamed == {new: old}
    assert found.equal
    assert found.graph == ()


def test_a_node_that_was_renamed_and_edited_is_found_when_it_is_told(play: Play, compare: Compare) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(
        CRITIC_LOOP.replace("critic.", "judge.").replace("  critic:", "  judge:").replace("Judge:", "Score:"), *REPLIES
    )

    assert not {"judge", "critic"} - set(compare(a, b).nodes)  # two nodes, if nobody says that they are one
    found = compare(a, b, renamed={"judge": "critic"})
    assert kinds(found) == {"critic": "origin"}
    assert found.nodes["critic"].node_b == "judge"


def test_a_renaming_that_does_not_fit_is_refused(play: Play, db: Path) -> None:
    a = play(CRITIC_LOOP, *REPLIES)
    with Trace(db) as trace, pytest.raises(UsageError, match="No graph of the second run has a node `judge`"):
        diff(trace, a, trace, a, renamed={"judge": "critic"})


# -- two files, lineage, attempts -------------------------------------------------------------------


def test_runs_of_two_files_are_compared_by_value(play: Play, db: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    a = play(CRITIC_LOOP, *REPLIES)
    b = play(CRITIC_LOOP, *REPLIES, file=other)
    c = play(CRITIC_LOOP, "A first draft.", "vague", LONG.replace("crabs", "shells"), "good", file=other)
    with Trace(db) as here, Trace(other) as there:
        assert diff(here, a, there, b).equal
        found = diff(here, a, there, c)
        parts = details(here, there, found, found.nodes["writer"].changes[0])

    assert kinds(found) == {"writer": "origin", "critic": "downstream", "result": "downstream"}
    assert [part.name for part in parts] == ["reply", "output text"]
    assert parts[1].a is not None
    assert parts[1].a.value == LONG


def test_what_a_run_took_over_is_not_compared_by_effects_it_does_not_have(
    db: Path, tmp_path: Path, compare: Compare
) -> None:
    text = "studio: 1\nname: x\nnodes:\n  say: {type: llm.function, instructions: Say, output: text}\n"

    def write(name: str, parent: str, origin: int, ask: bool) -> None:
        log = open_run(db, RunStart(name, "x", "x.yaml", "h", text, parent_run=parent, started_at=1))
        declare(log, 1, "say", "llm.function", 1, 0, 0)
        if ask:
            log.open_firing(1, 1, "a0", 0, 0, 1)
            log.effect_intent(1, 1, "chat", "m", {"model": "m", "messages": [{"role": "user", "content": "Say"}]}, 1, 1)
            log.effect_result(1, 1, "ok", {"text": "Tea."}, "", 1, 3, 1, 0.01, "stop", None)
        log.firing(1, 1, 1, "a0", 0, 0, OK, "", origin, 1, 5, {}, {"text": encode("Tea.")}, 1)
        log.finish("ok", "quiet", None, {}, {}, 2)
        log.flush()

    write("01PARENT", "", EXECUTED, True)
    write("02CHILD", "01PARENT", REPLAYED, False)
    write("03SECOND", "01PARENT", REPLAYED, False)
    write("04GRANDCHILD", "02CHILD", REPLAYED, False)
    write("05SILENT", "", EXECUTED, False)
    close_writer(db)

    for other in ("02CHILD", "03SECOND", "04GRANDCHILD"):
        assert compare("01PARENT", other).equal
        assert compare("03SECOND", other).equal
    assert compare("04GRANDCHILD", "05SILENT").nodes["say"].what == ("prompt", "request", "reply")

    db = tmp_path / "elsewhere.db"  # without its parent
    write("02CHILD", "01PARENT", REPLAYED, False)
    close_writer(db)
    with Trace(tmp_path / "runs.db") as here, Trace(db) as there:
        child = diff(here, "01PARENT", there, "02CHILD")
        stranger = diff(here, "05SILENT", there, "02CHILD")
    assert (child.equal, child.notes) == (True, ())
    assert "1 firing was taken over from a run that is not in this file" in stranger.notes[0]


TRIED = """\
studio: 1
name: tried
nodes:
  work: {type: flow.subgraph, graph: inner, retries: 2}
graphs:
  inner:
    nodes:
      say: {type: llm.function, instructions: Say, output: text, repairs: 0}
      organ: {type: flow.subgraph, graph: deep, clock: shared}
      parse: {type: json.parse}
      value: {type: flow.output}
    edges:
      - say.text -> organ.x
      - organ.y -> parse.text
      - parse.value -> value.value
  deep:
    nodes:
      x: {type: flow.input}
      same: {type: text.template, template: "{x}"}
      y: {type: flow.output}
    edges:
      - x.value -> same.x
      - same.text -> y.value
"""


def test_a_fork_with_one_changed_prompt_differs_in_what_the_change_came_to(
    play: Play, compare: Compare, db: Path
) -> None:
    right = {"node": "right", "reply": "east"}
    a = play(BRANCHES, {"node": "left", "reply": "west"}, right)
    lines = [{"node": "left", "reply": "north"}] * 2 + [right]
    changes = Changes(params={"left": {"instructions": "North of {topic}"}})
    b = fork(db, a, changes=changes, model=Scripted(lines)).run_id

    found = compare(a, b)

    assert (found.b.parent_run, found.notes) == (a, ())
    assert kinds(found) == {"left": "origin", **dict.fromkeys(("short", "loud", "both", "result"), "downstream")}
    assert found.causes == ("the graphs differ in its `instructions`",)


def test_a_fork_with_another_output_names_the_output(play: Play, compare: Compare, db: Path) -> None:
    a = play(BRANCHES, "west", "east")
    b = fork(db, a, changes=Changes(outputs={"left": {"text": "north"}}), model=Scripted(["west", "east"])).run_id

    found = compare(a, b)

    assert kinds(found) == {"left": "origin", **dict.fromkeys(("short", "loud", "both", "result"), "downstream")}
    assert found.causes == ("its output was frozen in one run",)


def test_a_resumed_run_is_equal_to_one_that_was_never_cut(play: Play, compare: Compare, db: Path) -> None:
    whole = play(CRITIC_LOOP, *REPLIES)
    cut = play(CRITIC_LOOP, *REPLIES, limits={"firings": 5})
    resumed = resume(db, cut, limits={"firings": 100}, model=Scripted(REPLIES)).run_id

    assert compare(whole, resumed).equal
    assert set(kinds(compare(cut, resumed)).values()) == {"unreached"}


def test_a_region_that_was_tried_again_is_compared_attempt_by_attempt(play: Play, compare: Compare) -> None:
    a = play(TRIED, "no", "nor this", '"yes"')
    b = play(TRIED, "no", "nor that", '"yes"')

    found = compare(a, b)

    changes = {(change.node, change.attempt) for change in found.changes() if change.kind == "origin"}
    assert changes == {("work/say", 2)}
    assert {change.attempt for change in found.nodes["work/organ/same"].changes} == {2}


def test_an_attempt_that_ended_early_is_not_taken_for_the_next(play: Play, compare: Compare) -> None:
    found = compare(play(TRIED, {"error": "server"}, '"yes"'), play(TRIED, "no", '"yes"'))

    assert {(change.node, change.attempt) for change in found.changes() if change.node == "work/parse"} == {
        ("work/parse", 1)
    }


def test_no_attempt_is_lost_where_one_run_needed_more_of_them(play: Play, compare: Compare) -> None:
    found = compare(play(TRIED, "no", "nor this", '"yes"'), play(TRIED, '"yes"'))

    alone = [change.attempt for change in found.nodes["work/organ/same"].changes if change.what == ("only in A",)]
    assert alone == [2, 3]


def test_values_are_compared_as_they_are_stored() -> None:
    assert same_value({"a": [1, "x"]}, {"a": [1, "x"]})
    for one, other in (([1], [True]), ([1], [1.0]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (1, True), (0, None)):
        assert not same_value(one, other)
    large = [LONG] * 2
    assert same_value(Ref(hash_bytes(encode(large)), 200), large)
    assert not same_value(LONG, Ref(hash_bytes(encode(large)), 200))


# -- properties -------------------------------------------------------------------------------------


seen: Counter[str] = Counter()


@settings(max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 12))
def test_latencies_are_no_difference_and_no_side_is_preferred(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int
) -> None:
    db = tmp_path_factory.mktemp("property") / "runs.db"
    graph = Maker(random.Random(seed), size, Setting(may_fail=False)).make(outputs=2)
    changed = Graph.from_text(graph.to_text())
    salted = [node for node in changed.nodes.values() if node.type == "toy.mix"]
    for node in salted[:1]:
        node.params["salt"] = 4321

    def once(graph: Graph, latency: int) -> str:
        with latencies(shuffled(latency)):
            return run(graph, registry=REGISTRY, catalog=Services(), db=db).run_id  # type: ignore[arg-type]

    first, again, other = once(graph, 1), once(graph, 2), once(changed, 3)
    close_writer(db)
    with Trace(db) as trace:
        assert diff(trace, first, trace, first).equal
        same = diff(trace, first, trace, again)
        assert same.equal, same.nodes
        found = diff(trace, first, trace, other)
        assert diff(trace, other, trace, first) == found.swapped()
        origins = {path.rpartition("/")[2] for path, node in found.nodes.items() if node.kind == "origin"}
        assert origins <= {node.name for node in salted[:1]}
        seen.update(["differ" if found.nodes else "equal", *{node.kind for node in found.nodes.values()}])
        seen.update({f"deep {path.count('/')}" for path in found.nodes})


def test_the_graphs_of_the_property_show_differences_of_every_kind() -> None:
    if not seen:
        pytest.skip("needs the examples of the test before")

    assert seen["deep 1"] > 0
    assert min(seen[fact] for fact in ("differ", "equal", "origin", "downstream")) >= 10, seen


# -- texts ------------------------------------------------------------------------------------------


def shown(a: str, b: str, **options: Any) -> list[str]:
    return [line.sign + line.text for line in text_diff(a, b, **options)]


def test_texts_are_compared_by_line_and_within_lines_by_word() -> None:
    lines = text_diff("one\nWrite two sentences.\nend", "one\nWrite three sentences.\nend")

    assert [line.sign for line in lines] == [" ", "-", "+", " "]
    assert [text for changed, text in lines[1].parts if changed] == ["two"]
    assert [text for changed, text in lines[2].parts if changed] == ["three"]


def test_lines_far_from_a_change_are_left_out() -> None:
    same = "\n".join(f"line {n}" for n in range(20))

    assert shown(f"{same}\nold", f"{same}\nnew", context=1) == ["…19 lines the same", " line 19", "-old", "+new"]
    assert len(shown(f"{same}\nold", f"{same}\nnew", context=None)) == 22


def test_a_text_without_end_is_compared_by_line_once_words_would_take_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = ("\n".join(f"{n} the {word} of {n} a line" for n in range(3)) for word in ("old", "new"))
    monkeypatch.setattr(texts, "MOST_PAIRS", 2)

    whole = [all(changed for changed, _ in line.parts) for line in text_diff(a, b)]
    assert whole == [False, False, False, False, True, True]


@given(st.lists(st.sampled_from("ab c"), max_size=12), st.lists(st.sampled_from("ab c"), max_size=12))
def test_a_text_diff_holds_both_texts(a: list[str], b: list[str]) -> None:
    one, other = "\n".join(a), "\n".join(b)
    lines = text_diff(one, other, context=None)

    if one != other:
        assert "\n".join(line.text for line in lines if line.sign in " -") == one
        assert "\n".join(line.text for line in lines if line.sign in " +") == other
    else:
        assert lines == []
