"""Comparing two runs: exactly those nodes are named that differ, and whose difference it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.engine.run import run
from studio.graph import Graph
from tests.engine.players import REGISTRY, Services
from tests.replay.comparing.conftest import BRANCHES, LONG, REPLIES, Compare, Play, kinds
from tests.replay.conftest import TOWN
from tests.support.graphs import CRITIC_LOOP
from tests.support.toys import latencies


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
