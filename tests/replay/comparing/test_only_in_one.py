"""Firings that only one of two compared runs has: ticks, failures, cuts and skips."""

from __future__ import annotations

from pathlib import Path

from studio.trace import Trace
from tests.replay.comparing.conftest import BRANCHES, REPLIES, Compare, Play, kinds
from tests.replay.conftest import TOWN
from tests.support.graphs import CRITIC_LOOP


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
