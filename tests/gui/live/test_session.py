"""A run from the window, without the window: it tells all that it does, and does what it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.control.remote import order_from_elsewhere
from studio.graph import Graph
from studio.gui.live.playing.orders import Options, snapshot
from studio.gui.live.playing.session import LiveRun
from studio.gui.live.watching.feed import RunView
from studio.gui.live.watching.places import Spot, paths_of
from studio.gui.live.watching.showing import Pick, shown, wire_text
from studio.models.scripted import Scripted
from studio.spec.registry import default_registry
from studio.support.values import preview
from studio.trace import Trace
from tests.gui.live.graphs import ASKING, COUNTER, GOOD, MAPPED
from tests.gui.live.playing import Player, order, take_one, told
from tests.support.graphs import CRITIC_LOOP


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    made = Player(tmp_path / "trace.db")
    yield made
    assert made.thread.stop(), "the engine's thread does not end"


def test_what_is_kept_equals_the_trace(player: Player) -> None:
    outcome, view = player.play(order(CRITIC_LOOP, *GOOD))

    assert outcome.result is not None
    assert outcome.result.outputs == {"result": "Three."}
    with Trace(player.db) as trace:
        recorded = {
            (firing.node, firing.tick): (
                firing.status,
                firing.reason
                if firing.status != "ok"
                else preview(next(iter(trace.outputs(firing).values())), 60)
                if len(firing.outputs) == 1
                else None,
            )
            for firing in trace.firings(outcome.result.run_id)
        }
    mine = told(view)
    assert mine.keys() == recorded.keys()
    assert {key: value for key, value in mine.items() if recorded[key][1] is not None} == {
        key: value for key, value in recorded.items() if value[1] is not None
    }
    assert mine["writer", "2"] == ("ok", "Three.")  # the control: not two empty records that are equal
    assert (view.fired, view.calls) == (outcome.result.firings, outcome.result.calls)


def test_a_second_run_uses_the_same_thread(player: Player) -> None:
    player.play(order(CRITIC_LOOP, *GOOD))
    names = [thread.ident for thread in threading.enumerate() if thread.name == "engine"]
    player.play(order(CRITIC_LOOP, *GOOD))
    assert [thread.ident for thread in threading.enumerate() if thread.name == "engine"] == names
    assert len(names) == 1


def test_edits_of_the_document_do_not_reach_a_run_that_goes_on(player: Player) -> None:
    graph = Graph.from_text(CRITIC_LOOP)
    given = order(graph, *GOOD)
    graph.nodes.pop("writer")
    graph.edges.clear()
    outcome, _ = player.play(given)
    assert outcome.status == "ok"
    assert snapshot(graph).nodes is not graph.nodes
    assert snapshot(graph).dynamics is not graph.dynamics


def test_a_run_held_from_the_start_is_stepped_and_let_go(player: Player) -> None:
    held: list[str] = []

    def act(run: LiveRun, view: RunView) -> None:
        if view.state.name == "paused" and view.frontier:
            held.append(view.frontier[0].node)
            assert view.by_path[view.frontier[0].node].place.held if view.by_path else True
            view.frontier = ()
            run.controller.step() if len(held) < 3 else run.controller.resume()

    outcome, _ = player.play(order(CRITIC_LOOP, *GOOD, goal="hold"), act)
    assert held == ["topic", "writer", "critic"]
    assert outcome.status == "ok"


def test_another_process_may_steer_it(player: Player) -> None:
    ordered: list[str] = []

    def act(run: LiveRun, view: RunView) -> None:
        if view.frontier and view.run_id and not ordered:
            ordered.append(view.run_id)
            order_from_elsewhere(player.db, view.run_id, {"do": "resume"})

    outcome, _ = player.play(order(CRITIC_LOOP, *GOOD, goal="hold"), act)
    assert ordered
    assert outcome.status == "ok"


def test_abort_ends_a_run_that_would_never_end(player: Player) -> None:
    def act(run: LiveRun, view: RunView) -> None:
        if view.questions:
            run.abort()

    outcome, view = player.play(order(ASKING, options=Options()), act)
    assert outcome.aborted
    assert view.questions == {}
    with Trace(player.db) as trace:
        assert trace.run().status == "aborted"


def test_an_answer_from_the_window_goes_on(player: Player) -> None:
    refused: list[bool] = []

    def act(run: LiveRun, view: RunView) -> None:
        for question in view.questions.values():
            if not refused and view.by_path:
                refused.append(question.answer("sideways"))
                assert shown(view, Spot((), "ask"), Pick()).text == "waiting for you: Which?"
                question.answer("Left")

    outcome, _ = player.play(order(ASKING, options=Options()), act)
    assert refused == [False]
    assert outcome.result is not None
    assert outcome.result.outputs == {"way": "left"}


def test_nobody_answering_now_leaves_a_run_that_can_be_resumed(player: Player) -> None:
    def later(run: LiveRun, view: RunView) -> None:
        for question in view.questions.values():
            question.later()

    outcome, _ = player.play(order(ASKING, options=Options()), later)
    assert outcome.result is not None
    assert (outcome.status, outcome.result.ended) == ("paused", "limit:human")

    def answer(run: LiveRun, view: RunView) -> None:
        for question in view.questions.values():
            question.answer("right")

    again, _ = player.play(order(ASKING, options=Options(), kind="resume", parent=outcome.result.run_id), answer)
    assert again.result is not None
    assert again.result.outputs == {"way": "right"}


def test_a_limit_pauses_and_a_wider_one_goes_on(player: Player) -> None:
    outcome, _ = player.play(order(COUNTER, options=Options(limits={"firings": 20})))
    assert outcome.result is not None
    assert outcome.result.ended == "limit:firings"

    wider = Options(limits={"firings": 1000})
    again, view = player.play(order(COUNTER, options=wider, kind="resume", parent=outcome.result.run_id))
    assert again.result is not None
    assert again.result.outputs == {"result": 50}
    assert shown(view, Spot((), "n"), Pick()).text == "50"


def test_a_refused_run_says_why_and_leaves_nothing(player: Player) -> None:
    outcome, view = player.play(order("nodes:\n  a: {type: flow.input}\n"))
    assert outcome.status == "refused"
    assert outcome.problem is not None
    assert "needs a value for `a`" in str(outcome.problem)
    assert view.spots == {}


def test_an_error_is_told_with_its_place(player: Player) -> None:
    outcome, view = player.play(order(CRITIC_LOOP, "One.", {"error": "server", "message": "the model is gone"}))
    assert outcome.status == "failed"
    assert view.first_error is not None
    assert view.first_error[:2] == ("critic", "0")
    state = shown(view, Spot((), "critic"), Pick())
    assert state.status == "error"
    assert "the model is gone" in state.text


def test_items_of_a_map_are_shown_together_and_one_by_one(player: Player) -> None:
    _, view = player.play(order(MAPPED))
    body = ("body",)
    regions = [region.prefix for region in view.by_place[body]]
    assert regions == ["each/0/", "each/1/", "each/2/"]
    together = shown(view, Spot(body, "twin"), Pick())
    assert together.badge == "×3"
    assert [shown(view, Spot(body, "twin"), Pick(region)).text for region in regions] == ["aa", "bb", "cc"]
    edge = view.graph.graphs["body"].edges[1]
    assert wire_text(view, edge, body, Pick("each/1/")) == "tick 0.0: bb"


def test_a_tick_can_be_picked(player: Player) -> None:
    _, view = player.play(order(COUNTER))
    top = view.regions[""]
    assert len(top.ticks) == 50
    tenth = list(top.ticks)[44]
    assert shown(view, Spot((), "n"), Pick("", tenth)).text == "45"
    loop = next(edge for edge in view.graph.edges if edge.feedback)
    assert wire_text(view, loop, (), Pick("", tenth)) == "tick 43: 44"
    assert shown(view, Spot((), "n"), Pick()).text == "50"


def test_only_one_node_and_what_it_needs(player: Player) -> None:
    outcome, view = player.play(order(CRITIC_LOOP, *GOOD, goal="only", target="writer"))
    assert outcome.result is not None
    assert outcome.result.ended == "limit:control"
    assert view.spots[Spot((), "writer")].fired == 1
    assert view.spots[Spot((), "critic")].fired == 0


def test_a_fork_fires_a_node_again_and_takes_the_rest_over(player: Player) -> None:
    graph = Graph.from_text(CRITIC_LOOP)
    first, _ = player.play(order(graph, *GOOD))
    assert first.result is not None
    model = Scripted(["Other.", "good"])
    again, view = player.play(
        order(graph, options=Options(model=model), kind="fork", parent=first.result.run_id, redo=frozenset({"writer"}))
    )
    assert again.result is not None, again.problem
    assert again.result.outputs == {"result": "Other."}
    assert shown(view, Spot((), "topic"), Pick()).badge == "replayed"


def test_breakpoints_and_frozen_outputs_hold_from_the_start(player: Player) -> None:
    stops: list[str] = []

    def act(run: LiveRun, view: RunView) -> None:
        if view.frontier and view.state.name == "paused":
            stops.append(view.frontier[0].node)
            view.frontier = ()
            run.controller.resume()

    given = order(CRITIC_LOOP, "good", breakpoints=("critic", "nobody"), frozen={"writer": {"text": "Frozen."}})
    outcome, view = player.play(given, act)
    assert outcome.result is not None
    assert outcome.result.outputs == {"result": "Frozen."}
    assert stops == ["critic"]
    assert any("no node `nobody`" in note for note in view.notes)


def test_a_thread_that_is_stopped_aborts_what_runs(tmp_path: Path) -> None:
    player = Player(tmp_path / "trace.db")
    run, view = player.start(order(ASKING, options=Options()))
    while not view.questions:
        if run.events:
            take_one(run, view)
    assert player.thread.stop()
    assert run.is_over
    assert run.outcome is not None
    assert run.outcome.aborted
    with Trace(player.db) as trace:
        assert trace.run().status == "aborted"


def test_paths_lead_into_bodies() -> None:
    graph = Graph.from_text(MAPPED)
    registry = default_registry()
    assert paths_of(graph, (), "each", registry) == ["each"]
    assert paths_of(graph, ("body",), "twin", registry) == ["each/twin"]
    assert paths_of(graph, ("nowhere",), "twin", registry) == []
