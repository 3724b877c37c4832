"""Running in the window: states on the canvas, the run panel, actions, limits, errors."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from studio.editing.document.ops import PutNode, RenameNode
from studio.graph.model import NodeInstance
from studio.gui.canvas.state import NodeState
from studio.gui.live.remembered import Remembered
from studio.gui.live.watching.places import Spot
from studio.gui.live.watching.showing import Pick
from studio.gui.panels.run.input_form import InputForm
from studio.gui.widgets.labels import Note
from studio.gui.widgets.picker_bar import PickerBar
from studio.support.values import preview
from studio.trace import Trace
from tests.gui.live.conftest import Desk
from tests.gui.live.graphs import COUNTER, GOOD, MAPPED
from tests.support.graphs import CRITIC_LOOP

NEEDY = """
nodes:
  topic: {type: flow.input, kind: text}
  times: {type: flow.input, kind: integer, value: 2}
  said: {type: text.template, template: "{topic} x{times}"}
  out: {type: flow.output}
edges:
  - topic.value -> said.topic
  - times.value -> said.times
  - said.text -> out.value
"""

ORGAN = """
nodes:
  beat: {type: math.expression, expression: "n + 1"}
  organ: {type: flow.subgraph, graph: inner, clock: shared}
  out: {type: flow.output}
edges:
  - beat.value ~> beat.n: {initial: 0}
  - beat.value -> organ.by
  - organ.sum -> out.value
graphs:
  inner:
    nodes:
      by: {type: flow.input}
      add: {type: math.expression, expression: "by + last"}
      sum: {type: flow.output}
    edges:
      - by.value -> add.by
      - add.value ~> add.last: {initial: 0}
      - add.value -> sum.value
max_ticks: 5
"""


def test_states_on_the_canvas_at_the_end_equal_the_trace(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    outcome = desk.play()
    assert outcome.result is not None
    assert outcome.result.status == "ok"
    with Trace(desk.live.trace_file()) as trace:
        last = {firing.node: firing for firing in trace.firings(outcome.result.run_id)}
        for name in document.graph.nodes:
            state = desk.state(name)
            assert (state.status, state.tick) == (last[name].status, last[name].tick)
            if len(last[name].outputs) == 1:
                assert state.text == preview(next(iter(trace.outputs(last[name]).values())), 400)
    assert desk.state("writer").text == "Three."  # the control: something is shown at all
    assert desk.state("writer").badge == "×3"


def test_the_panel_shows_what_came_of_it(desk: Desk) -> None:
    desk.open(CRITIC_LOOP, *GOOD)
    assert "Not run yet" in desk.run.state.text()
    desk.play()
    assert desk.run.outputs.text("result") == "Three."
    assert desk.run.state.text().startswith("Done: stopped · 14 firings · 6 calls")
    desk.until(lambda: desk.run.events.events.rowCount() == 17)
    lines = [desk.run.events.events.line(row) for row in range(17)]
    assert [line.path for line in lines[:3]] == ["topic", "writer", "critic"]
    assert lines[-1].kind == "ended"
    assert next(line.text for line in reversed(lines) if line.path == "result") == "Three.", "what the output took"
    assert desk.state("result").text == "Three."
    desk.run.outputs.findChild(type(desk.run.to_error), "run.output.result.copy").click()
    assert QGuiApplication.clipboard().text() == "Three."


def test_prompts_of_the_selected_node_are_seen_at_once(desk: Desk) -> None:
    desk.open(CRITIC_LOOP, *GOOD)
    desk.play()
    desk.run.tabs.setCurrentWidget(desk.run.prompts)
    desk.canvas.select(["critic"])
    shown = desk.run.prompts.toPlainText()
    assert "Three." in shown
    assert shown.rstrip().endswith("good")
    desk.canvas.select(["route"])
    assert desk.run.prompts.toPlainText() == ""


def test_the_selected_nodes_firing_is_seen_in_full(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.play()
    desk.run.tabs.setCurrentWidget(desk.run.node)
    desk.canvas.select(["critic"])
    shown = desk.run.node.toPlainText()
    assert shown.startswith("critic  ·  tick 2  ·  ok")
    assert "label\ngood\n" in shown
    desk.canvas.select(["done"])
    desk.live.pick(document, (), Pick("", next(iter(desk.view.regions[""].ticks))))
    desk.until(lambda: "done  ·  tick 0  ·  skipped" in desk.run.node.toPlainText())
    assert "route not taken" in desk.run.node.toPlainText()


def test_a_long_value_is_fetched_from_the_trace(desk: Desk) -> None:
    document = desk.open("nodes:\n  big: {type: flow.input, value: x}\n")
    desk.live.of(document).inputs["big"] = "y" * 300_000 + "END"
    desk.play()
    desk.run.tabs.setCurrentWidget(desk.run.node)
    desk.canvas.select(["big"])
    assert "the trace is asked for more" in desk.run.node.toPlainText()
    desk.until(lambda: len(desk.run.node.toPlainText()) > 50_000)


def test_inputs_are_asked_for_in_the_panel_and_remembered_for_the_file(desk: Desk) -> None:
    document = desk.open(NEEDY)
    asked: list[str] = []
    desk.workbench.panel_asked.connect(asked.append)
    desk.do("run.run")
    assert asked == ["run"]
    assert desk.live.active is None
    assert any("needs a value for `topic`" in text for text, _ in desk.said)

    field = desk.run.inputs.findChild(object, "run.input.topic")
    desk.qtbot.keyClicks(field, "sea")
    times = desk.run.inputs.findChild(object, "run.input.times")
    times.selectAll()  # type: ignore[attr-defined]
    desk.qtbot.keyClicks(times, "five")
    desk.do("run.run")
    assert any("takes a whole number" in text for text, _ in desk.said)
    times.selectAll()  # type: ignore[attr-defined]
    desk.qtbot.keyClicks(times, "5")
    outcome = desk.play()
    assert outcome.result is not None
    assert outcome.result.outputs == {"out": "sea x5"}

    path = document.path
    assert path is not None
    kept = desk.live.remembered.of(path)
    assert kept["inputs"] == {"topic": "sea", "times": "5"}
    assert kept["run"] == outcome.result.run_id
    assert desk.live.remembered.of(Path("/elsewhere.yaml")) == {}


def test_step_pause_go_on(desk: Desk) -> None:
    desk.open(CRITIC_LOOP, *GOOD)
    desk.do("run.step")
    assert desk.held() == "topic"
    desk.until(lambda: desk.state("topic").status == "held")
    desk.do("run.step")
    desk.until(lambda: desk.view.frontier and desk.view.frontier[0].node == "writer")
    desk.do("run.step_over")
    desk.until(lambda: desk.view.frontier and desk.view.frontier[0].node == "critic")
    desk.do("run.step_tick")
    desk.until(lambda: desk.view.frontier and desk.view.frontier[0].tick == "1")
    desk.until(lambda: "Paused before writer, tick 1" in desk.run.state.text())
    desk.do("run.pause")
    assert desk.to_end().status == "ok"


def test_stop_aborts_a_run_that_has_no_end(desk: Desk) -> None:
    desk.open(COUNTER.replace("x >= 50", "x < 0") + "\nmax_ticks: 100000000\n")
    mine = desk.live.of(desk.workbench.document)  # type: ignore[arg-type]
    mine.options["firings"] = "1e12"
    desk.do("run.run")
    desk.until(lambda: desk.view.fired > 200)
    desk.do("run.abort")
    outcome = desk.to_end()
    assert outcome.aborted
    assert "Stopped" in desk.run.state.text()
    assert desk.state("n").status == "ok"


CLOCKED = """
nodes:
  now: {type: clock.now}
  out: {type: flow.output}
edges: [now.time -> out.value]
"""


def test_the_clock_of_a_run_starts_when_the_person_says(desk: Desk) -> None:
    document = desk.open(CLOCKED)
    desk.run.options_section.set_open(True)
    field = desk.run.findChild(QLineEdit, "run.options.clock")
    assert field is not None
    field.clear()
    desk.qtbot.keyClicks(field, "2023-02-13T09:00")
    assert desk.live.of(document).options["clock"] == "2023-02-13T09:00"
    outcome = desk.play()
    assert outcome.result is not None
    assert outcome.result.outputs["out"].startswith("2023-02-13T09:00:00")


def test_a_clock_that_is_no_time_is_told(desk: Desk) -> None:
    document = desk.open(CLOCKED)
    desk.live.of(document).options["clock"] = "noon"
    outcome = desk.play()
    assert outcome.problem is not None
    assert "`noon` is no time" in str(outcome.problem)


def test_a_limit_pauses_and_go_on_with_double_ends_it(desk: Desk) -> None:
    document = desk.open(COUNTER)
    desk.live.of(document).options["firings"] = "60"
    outcome = desk.play()
    assert outcome.result is not None
    assert outcome.result.ended == "limit:firings"
    assert desk.run.offer.isVisible()
    assert desk.run.go_on.text() == "Go on with double"
    desk.qtbot.mouseClick(desk.run.go_on, Qt.MouseButton.LeftButton)
    again = desk.to_end()
    assert again.result is not None
    while again.result.ended == "limit:firings":
        desk.qtbot.mouseClick(desk.run.go_on, Qt.MouseButton.LeftButton)
        again = desk.to_end()
        assert again.result is not None
    assert again.result is not None
    assert again.result.outputs == {"result": 50}
    assert not desk.run.offer.isVisible()


def test_an_error_is_a_sentence_and_leads_to_its_node(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, "One.", {"error": "server", "message": "the model is gone"})
    outcome = desk.play()
    assert outcome.status == "failed"
    assert desk.state("critic").status == "error"
    assert "the model is gone" in desk.run.error.text()
    desk.run.to_error.click()
    assert desk.canvas.selected() == ["critic"]
    desk.script(document, "One.", "good")
    desk.do("run.resume")
    again = desk.to_end()
    assert again.status == "ok"
    assert not desk.run.error.isVisible()


def test_a_fault_of_ours_is_told_and_the_window_stays(desk: Desk, monkeypatch: object) -> None:
    import studio.engine.run as engine_run

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the ground gave way")

    desk.open(CRITIC_LOOP, *GOOD)
    monkeypatch.setattr(engine_run, "arun", broken)  # type: ignore[attr-defined]
    outcome = desk.play()
    assert outcome.status == "refused"
    assert "the ground gave way" in desk.run.state.text()
    monkeypatch.undo()  # type: ignore[attr-defined]
    assert desk.play().status == "ok"


def test_items_of_a_map_are_picked_in_the_tab_of_the_body(desk: Desk) -> None:
    document = desk.open(MAPPED)
    desk.play()
    canvas = desk.show(document, ("body",))
    assert desk.state("twin").badge == "×3"
    picker = canvas.findChild(PickerBar)
    assert picker is not None
    picker.refresh()
    assert picker.items.count() == 4
    picker.items.setCurrentIndex(2)
    picker.items.activated.emit(2)
    assert desk.state("twin").text == "bb"
    assert canvas.wire_value is not None
    assert canvas.wire_value(document.graph.graphs["body"].edges[1]).endswith("bb")


def test_ticks_are_picked_and_those_no_longer_kept_are_looked_up(desk: Desk) -> None:
    document = desk.open(COUNTER.replace("50", "200"))
    desk.live.of(document).options["firings"] = "10000"
    desk.do("run.run")
    desk.to_end()
    # 100 ticks is where a graph without a bound pauses.
    ticks = list(desk.view.regions[""].ticks)
    assert len(ticks) == 100
    desk.live.pick(document, (), Pick("", ticks[4]))
    desk.until(lambda: desk.state("n").text == "5")
    picker = desk.canvas.findChild(PickerBar)
    assert picker is not None
    picker.refresh()
    picker.forth.click()
    desk.until(lambda: desk.state("n").text == "6")
    picker.latest.click()
    assert desk.state("n").text == "100"


def test_a_body_that_shares_the_clock_is_shown_at_its_ticks(desk: Desk) -> None:
    document = desk.open(ORGAN)
    desk.play()
    desk.show(document, ("inner",))
    assert desk.state("add").text == "15"
    ticks = list(desk.view.regions["organ/"].ticks)
    desk.live.pick(document, ("inner",), Pick("organ/", ticks[2]))
    assert desk.state("add").text == "6"


def test_run_to_here_from_here_and_only_this(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.canvas.select(["critic"])
    desk.do("run.to_here")
    assert desk.held() == "route"
    desk.until(lambda: desk.state("critic").status == "ok")
    assert desk.state("done").status in ("", "waiting")
    desk.do("run.pause")
    desk.to_end()

    desk.script(document, "Other.", "good")
    desk.canvas.select(["writer"])
    desk.do("run.from_here")
    outcome = desk.to_end()
    assert outcome.result is not None
    assert outcome.result.outputs == {"result": "Other."}
    assert desk.state("topic").badge == "replayed"

    desk.script(document, "Once more.")
    desk.canvas.select(["writer"])
    desk.do("run.only")
    only = desk.to_end()
    assert only.result is not None
    assert only.result.ended == "limit:control"
    assert desk.state("writer").text == "Once more."


def test_breakpoints_frozen_outputs_and_knock_outs(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.canvas.select(["critic"])
    desk.do("run.breakpoint")
    assert desk.state("critic").badge == "●"
    desk.do("run.run")
    assert desk.held() == "critic"
    desk.canvas.select(["writer"])
    desk.do("run.freeze")
    desk.canvas.select(["critic"])
    desk.do("run.breakpoint")
    desk.do("run.pause")
    outcome = desk.to_end()
    assert outcome.result is not None
    assert outcome.result.outputs == {"result": "One."}
    assert desk.state("writer").badge == "frozen"
    assert desk.state("critic").badge == "×3"

    desk.script(document, *GOOD)
    desk.do("run.step")
    desk.held()
    desk.canvas.select(["critic"])
    desk.do("run.knock_out")
    assert desk.state("critic").badge == "off"
    desk.do("run.pause")
    desk.to_end()
    assert desk.state("critic").status == "skipped"


def test_nodes_edited_after_a_run_are_marked_and_renamed_ones_keep_their_state(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.play()
    before = document.node((), "critic")
    document.do(
        "Edit", [PutNode((), "critic", NodeInstance("critic", "llm.function", {**before.params, "labels": ["a"]}))]
    )
    assert desk.state("critic").badge == "changed"
    assert (desk.state("critic").status, desk.state("critic").stale) == ("", True)
    assert (desk.state("writer").status, desk.state("writer").stale) == ("ok", False)
    document.undo()
    assert (desk.state("critic").status, desk.state("critic").stale) == ("ok", False)
    document.do("Delete", [PutNode((), "done", None)])
    document.undo()
    desk.until(lambda: desk.state("done").status == "ok")
    document.do("Rename", [RenameNode((), "topic", "subject")])
    desk.live.states.show_all()
    assert desk.state("subject").text == "tide pools"


def test_the_states_of_a_new_run_replace_the_old_ones(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.play()
    desk.script(document, "Only.", "good")
    desk.play()
    assert desk.state("writer").text == "Only."
    assert desk.state("writer").badge == ""
    assert desk.run.outputs.text("result") == "Only."


def test_a_run_of_an_earlier_session_can_be_gone_on_with(desk: Desk) -> None:
    document = desk.open(COUNTER)
    desk.live.of(document).options["firings"] = "150"
    assert desk.play().status == "paused"
    path = document.path
    assert path is not None
    desk.workbench.set_current(None, None)
    desk.workbench.remove(document)

    again = desk.workbench.open(path)
    assert again is not None
    desk.live.remembered = Remembered(desk.live.remembered.path)
    assert desk.live.can_resume(again)
    desk.do("run.resume")
    outcome = desk.to_end()
    assert outcome.result is not None
    assert outcome.result.outputs == {"result": 50}
    assert not desk.live.can_resume(again)


def test_another_graph_says_that_one_run_goes_on_at_a_time(desk: Desk) -> None:
    from tests.gui.live.graphs import ASKING

    desk.open(ASKING, name="asking.yaml")
    desk.do("run.run")
    desk.until(lambda: desk.live.questions)
    desk.open(CRITIC_LOOP, *GOOD)
    assert desk.run.state.text() == "asking.yaml is running; one run goes on at a time."
    assert not desk.live.is_free()
    assert desk.state("writer") == NodeState()
    desk.do("run.abort")
    desk.to_end()
    assert desk.play().status == "ok"


def test_states_can_be_cleared(desk: Desk) -> None:
    desk.open(CRITIC_LOOP, *GOOD)
    desk.play()
    desk.do("run.forget")
    assert desk.state("writer") == NodeState()
    assert desk.run.outputs.text("result") == ""
    assert desk.run.state.text() == "Ready. F5 runs it."


def test_closing_while_a_run_goes_on_leaves_no_thread(desk: Desk) -> None:
    desk.open(COUNTER.replace("x >= 50", "x < 0") + "\nmax_ticks: 100000000\n")
    desk.live.of(desk.workbench.document).options["firings"] = "1e12"  # type: ignore[arg-type]
    desk.do("run.run")
    desk.until(lambda: desk.view.fired > 50)
    desk.live.close()
    assert desk.live.active is None
    assert not [thread for thread in threading.enumerate() if thread.name in ("engine", "trace lookup")]
    with Trace(desk.live.trace_file()) as trace:
        assert trace.run().status == "aborted"


def test_leaving_a_run_keeps_it_paused(desk: Desk) -> None:
    desk.open(CRITIC_LOOP, *GOOD)
    desk.do("run.step")
    desk.held()
    desk.live.close(leave=True)
    with Trace(desk.live.trace_file()) as trace:
        run = trace.run()
        assert (run.status, run.ended) == ("paused", "limit:control")


def test_closing_a_document_stops_its_run(desk: Desk) -> None:
    document = desk.open(COUNTER.replace("x >= 50", "x < 0") + "\nmax_ticks: 100000000\n")
    desk.live.of(document).options["firings"] = "1e12"
    desk.do("run.run")
    desk.until(lambda: desk.view.fired > 50)
    desk.workbench.set_current(None, None)
    desk.workbench.remove(document)
    desk.until(lambda: desk.live.active is None)


def test_what_can_be_done_follows_the_run(desk: Desk) -> None:
    from studio.gui.base.action import all_actions

    def can() -> set[str]:
        return {id for id, action in all_actions().items() if id.startswith("run.") and action.when(desk.workbench)}

    assert can() == set()
    desk.open(CRITIC_LOOP, *GOOD)
    assert can() == {"run.run", "run.step"}
    desk.canvas.select(["writer"])
    assert {"run.to_here", "run.only", "run.breakpoint", "run.freeze"} <= can()
    assert "run.from_here" not in can()
    desk.do("run.step")
    desk.held()
    assert {"run.pause", "run.step", "run.step_over", "run.step_tick", "run.abort", "run.knock_out"} <= can()
    assert "run.run" in can(), "a held run goes on"
    assert "run.only" not in can()
    desk.do("run.abort")
    desk.to_end()
    assert {"run.run", "run.resume", "run.from_here"} <= can()


def test_a_ten_megabyte_value_neither_stays_nor_freezes(desk: Desk) -> None:
    document = desk.open(
        "nodes:\n  a: {type: math.expression, kind: text, expression: '\"x\" * 10'}\n"
        "  big: {type: flow.input, value: x}\n  out: {type: flow.output}\nedges:\n  - big.value -> out.value\n"
    )
    desk.live.of(document).inputs["big"] = "y" * 10_000_000
    desk.play()
    place = desk.view.spots[Spot((), "big")]
    assert place.last().weight() < 10_000
    assert len(desk.state("big").text) <= 400
    assert len(desk.run.outputs.text("out")) <= 20_000


def test_only_a_graph_is_said_to_take_no_inputs(desk: Desk) -> None:
    form = desk.run.findChild(InputForm)
    note = form.findChild(Note)
    assert note is not None
    assert note.isHidden(), "no graph is open"
    desk.open(ORGAN)
    desk.qtbot.waitUntil(lambda: not note.isHidden())
    desk.open(CRITIC_LOOP, *GOOD, name="other.yaml")
    desk.qtbot.waitUntil(note.isHidden)


def test_what_the_run_came_to_is_read_before_what_it_used(desk: Desk) -> None:
    desk.open(CRITIC_LOOP, *GOOD)
    desk.run.setFixedWidth(840)
    desk.play()
    said = desk.run.state
    desk.until(lambda: said.width() >= 200)

    assert said.text().startswith("Done: stopped")
    desk.run.setFixedWidth(420)
    desk.until(lambda: said.width() < 200)
