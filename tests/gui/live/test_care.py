"""Runs when things are closed, renamed and mistyped meanwhile: nothing is lost, nothing is shown of another node."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from studio.editing import RenameNode
from studio.editing.document.ops import PutNode
from studio.editing.edits.bodies import rename_graph
from studio.editing.edits.nodes import delete
from studio.editing.edits.renaming import rename_node
from studio.graph.model import NodeInstance
from studio.gui.canvas.state import NodeState
from studio.gui.frame.window import MainWindow
from studio.gui.live.playing.engine_thread import EngineThread
from studio.gui.live.playing.inputs import InputField, read
from studio.gui.live.remembered import Remembered
from studio.gui.live.watching.places import Spot
from studio.gui.live.watching.showing import Pick
from studio.support.errors import UsageError
from studio.trace import Trace
from tests.gui.live.conftest import Desk
from tests.gui.live.graphs import ASKING, COUNTER, GOOD
from tests.gui.live.hands import open_graph, press
from tests.gui.patience import PATIENCE_MS
from tests.gui.windows import press_answer
from tests.support.graphs import CRITIC_LOOP

ENDLESS = COUNTER.replace("x >= 50", "x < 0") + "\nmax_ticks: 100000000\n"

BODIES = """
nodes:
  plan: {type: flow.input, value: 1}
  left: {type: flow.subgraph, graph: body}
  right: {type: flow.subgraph, graph: other}
  out: {type: flow.output}
edges:
  - plan.value -> left.text
  - plan.value -> right.text
  - left.result -> out.value
graphs:
  body:
    nodes:
      text: {type: flow.input}
      plan: {type: math.expression, expression: "text + 1"}
      result: {type: flow.output}
    edges:
      - text.value -> plan.text
      - plan.value -> result.value
  other:
    nodes:
      text: {type: flow.input}
      plan: {type: math.expression, expression: "text + 2"}
      result: {type: flow.output}
    edges:
      - text.value -> plan.text
      - plan.value -> result.value
"""


def kept(live: Any) -> dict[str, Any]:
    """What is remembered of the one graph file, as the next session reads it."""
    found = json.loads(live.remembered.path.read_text(encoding="utf-8"))
    (entry,) = found.values()
    return dict(entry)


# -- closing ----------------------------------------------------------------------------------


def test_closing_the_window_asks_what_becomes_of_the_run(lone_window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(lone_window, tmp_path, ENDLESS)
    live.current.options["firings"] = "1e12"  # type: ignore[union-attr]
    press(qtbot, lone_window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: live.active is not None and bool(live.active.known_as))

    lone_window.close()
    press_answer(qtbot, lone_window, "Cancel")
    assert lone_window.isVisible()
    assert live.active is not None

    lone_window.close()
    press_answer(qtbot, lone_window, "Stop It")
    qtbot.waitUntil(lambda: not lone_window.isVisible())
    with Trace(live.trace_file()) as trace:
        run = trace.run()
        assert run.status == "aborted"
    assert (kept(live)["run"], kept(live)["stopped"]["status"]) == (run.id, "aborted")


def test_a_run_can_be_left_paused_by_closing_the_window(lone_window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(lone_window, tmp_path, ASKING)
    press(qtbot, lone_window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(live.questions))
    lone_window.close()
    press_answer(qtbot, lone_window, "Leave It Paused")
    qtbot.waitUntil(lambda: not lone_window.isVisible())
    with Trace(live.trace_file()) as trace:
        run = trace.run()
        assert run.status == "paused"
    assert (kept(live)["run"], kept(live)["stopped"]["status"]) == (run.id, "paused")


def test_what_is_edited_while_a_run_is_left_is_asked_about(lone_window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    live = open_graph(lone_window, tmp_path, ASKING)
    document = lone_window.workbench.document
    assert document is not None
    press(qtbot, lone_window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(live.questions))
    lone_window.close()
    press_answer(qtbot, lone_window, "Leave It Paused")
    document.do("Edit", [PutNode((), "more", NodeInstance("more", "flow.input", {"value": 1}))])
    press_answer(qtbot, lone_window, "Cancel")  # of the question about what is not saved
    assert lone_window.isVisible()
    assert live.active is None
    assert document.is_modified


def test_a_held_run_stays_paused_when_the_window_closes_and_no_question_is_asked(
    lone_window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    live = open_graph(lone_window, tmp_path, CRITIC_LOOP, *GOOD)
    lone_window.workbench.trigger("run.step")
    qtbot.waitUntil(lambda: live.state() == "paused")
    lone_window.close()
    assert not lone_window.findChildren(QMessageBox)
    assert not lone_window.isVisible()
    with Trace(live.trace_file()) as trace:
        run = trace.run()
        assert run.status == "paused"
    assert (kept(live)["run"], kept(live)["stopped"]["status"]) == (run.id, "paused")


def test_closing_a_running_document_asks_and_the_run_can_be_gone_on_with(
    window: MainWindow, qtbot: Any, tmp_path: Path
) -> None:
    live = open_graph(window, tmp_path, ENDLESS)
    document = window.workbench.document
    assert document is not None
    live.of(document).options["firings"] = "1e12"
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: live.active is not None and bool(live.active.known_as))
    done: list[bool] = []
    window.workbench.part("files").close(document, done.append)
    press_answer(qtbot, window, "Cancel")
    assert done == [False]
    assert document in window.workbench.documents

    window.workbench.part("files").close(document, done.append)
    press_answer(qtbot, window, "Leave It Paused")
    qtbot.waitUntil(lambda: document not in window.workbench.documents)
    assert done == [False, True]
    again = window.workbench.open(tmp_path / "graph.yaml")
    assert again is not None
    assert live.can_resume(again)


def test_a_run_is_known_before_it_ends_so_that_a_crash_does_not_lose_it(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.do("run.step")
    desk.until(lambda: desk.view.run_id)
    # As the next session would find it if the process died now.
    found = Remembered(desk.live.remembered.path).of(document.path)
    assert found["run"] == desk.view.run_id
    assert found["stopped"]["status"] == "interrupted"


def test_code_that_blocks_does_not_keep_the_window_from_closing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()

    async def block(*_: object, **__: object) -> None:
        free.wait(PATIENCE_MS / 1000)

    monkeypatch.setattr("studio.engine.run.arun", block)
    monkeypatch.setattr("studio.gui.live.bridge.LEAVE_S", 0.05)
    stop = EngineThread.stop
    monkeypatch.setattr(EngineThread, "stop", lambda self, grace_s=0.05: stop(self, 0.05))
    document = desk.open(COUNTER)
    mine = desk.live.run(document)
    desk.live.close()
    assert desk.live.active is None
    free.set()  # the thread ends with the process; here it ends now
    run = mine.run
    assert run is not None
    assert run.wait(PATIENCE_MS / 1000)


# -- names ------------------------------------------------------------------------------------


def test_marks_follow_a_rename_and_hold_in_the_next_run(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.play()
    desk.canvas.select(["writer"])
    desk.do("run.freeze")
    desk.canvas.select(["critic"])
    desk.do("run.breakpoint")
    document.do("Rename", rename_node(document, (), "writer", "author"))
    document.do("Rename", rename_node(document, (), "critic", "judge"))
    assert desk.state("author").badge == "frozen"
    desk.script(document, "good")
    desk.do("run.run")
    assert desk.held() == "judge"
    desk.do("run.pause")
    outcome = desk.to_end()
    assert outcome.result is not None
    assert outcome.result.outputs == {"result": "Three."}
    assert not [text for text, kind in desk.said if kind in ("warning", "error")]


def test_a_run_is_steered_and_gone_on_with_by_the_names_that_nodes_have_now(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.do("run.step")
    desk.held()
    document.do("Rename", rename_node(document, (), "critic", "judge"))
    desk.canvas.select(["judge"])
    desk.do("run.breakpoint")
    desk.do("run.to_here")
    desk.until(lambda: desk.view.frontier and desk.view.frontier[0].node == "critic")
    assert desk.state("judge").status == "held"
    desk.live.leave()
    assert desk.to_end().status == "paused"
    desk.script(document, *GOOD)
    desk.do("run.resume")
    desk.until(lambda: desk.live.state() == "paused" and desk.view.frontier)
    desk.until(lambda: desk.state("judge").status == "held")
    desk.do("run.breakpoint")
    desk.do("run.pause")
    desk.to_end()
    assert desk.state("judge").status == "ok"
    assert not [text for text, kind in desk.said if kind in ("warning", "error")]


def test_marks_of_nodes_that_are_gone_trouble_no_run(desk: Desk) -> None:
    document = desk.open(COUNTER)
    desk.play()
    desk.canvas.select(["far"])
    desk.do("run.breakpoint")
    desk.do("run.freeze")
    document.do("Delete", delete(document, (), ["far"]))
    desk.live.of(document).options["firings"] = "20"
    desk.play()
    assert not [text for text, kind in desk.said if kind in ("warning", "error")]
    document.undo()
    assert Spot((), "far") in desk.live.of(document).breakpoints


def test_a_frozen_node_is_not_taken_for_its_namesake_elsewhere(desk: Desk) -> None:
    document = desk.open(BODIES)
    desk.play()
    desk.show(document, ("body",))
    desk.canvas.select(["plan"])
    desk.do("run.freeze")
    assert desk.state("plan").badge == "frozen"
    desk.show(document, ("other",))
    assert desk.state("plan").badge != "frozen"
    desk.show(document)
    assert desk.state("plan").badge != "frozen"
    desk.show(document, ("body",))
    desk.canvas.select(["plan"])
    desk.do("run.freeze")
    assert desk.state("plan").badge != "frozen"


def test_a_node_that_takes_the_name_of_a_renamed_one_shows_nothing_of_it(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.play()
    document.do("Rename", [RenameNode((), "topic", "subject")])
    document.do("Add", [PutNode((), "topic", NodeInstance("topic", "flow.input", {"value": "sand"}))])
    desk.live.states.show_all()
    assert desk.state("subject").text == "tide pools"
    assert (desk.state("topic").status, desk.state("topic").text) == ("", "")


def test_states_follow_a_subgraph_that_is_renamed(desk: Desk) -> None:
    document = desk.open(BODIES)
    desk.play()
    document.do("Rename", rename_graph(document, (), "body", "torso"))
    desk.show(document, ("torso",))
    assert desk.state("plan").text == "2"


def test_what_gave_nothing_cannot_be_frozen_and_says_so(desk: Desk) -> None:
    desk.open(CRITIC_LOOP, *GOOD)
    desk.canvas.select(["writer"])
    desk.do("run.freeze")
    assert "gave nothing yet" in desk.said[-1][0]
    assert desk.state("writer").badge == ""


# -- what is typed ----------------------------------------------------------------------------


def test_options_that_are_no_numbers_are_refused_in_a_sentence(desk: Desk) -> None:
    document = desk.open(COUNTER)
    options: Any = desk.live.of(document).options
    for name, text in (
        ("seed", "--5"), ("seed", "9" * 5000), ("seed", "9" * 20), ("seed", "²"), ("firings", "nan"), ("calls", "inf"),
        ("tokens", "-1"), ("cost_usd", "much"),
    ):  # fmt: skip
        before = options[name]
        options[name] = text
        desk.said.clear()
        desk.do("run.run")
        assert desk.live.active is None, (name, text[:20])
        assert desk.said[-1][1] == "error", (name, text[:20])
        options[name] = before


@pytest.mark.parametrize("text", ["a\0b", "~nobody-of-this-name/x", "/dev/zero", ".", "/nowhere/at/all"])
def test_an_input_file_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        read(InputField("picture", "image", True, ""), text)


def test_half_a_character_is_remembered_like_any_other(tmp_path: Path) -> None:
    kept = Remembered(tmp_path / "runs.json")
    kept.note(tmp_path / "graph.yaml", inputs={"a": "\ud83d"})
    assert Remembered(kept.path).of(tmp_path / "graph.yaml") == {"inputs": {"a": "\ud83d"}}


def test_two_windows_remember_side_by_side(tmp_path: Path) -> None:
    one, other = Remembered(tmp_path / "runs.json"), Remembered(tmp_path / "runs.json")
    assert one.of(tmp_path / "a.yaml") == other.of(tmp_path / "a.yaml") == {}
    one.note(tmp_path / "a.yaml", run="1")
    other.note(tmp_path / "b.yaml", run="2")
    one.note(tmp_path / "c.yaml", run="3")
    fresh = Remembered(tmp_path / "runs.json")
    assert [fresh.of(tmp_path / f"{name}.yaml").get("run") for name in "abc"] == ["1", "2", "3"]


@pytest.mark.parametrize("kind", ["inputs", "options"])
def test_a_key_is_not_remembered(desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    secret = "sk-not-a-real-one-0123456789abcdef"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    document = desk.open(CRITIC_LOOP, *GOOD)
    mine = desk.live.of(document)
    if kind == "inputs":
        mine.inputs |= {"topic": f"my key is {secret}", "other": "stays"}
    else:
        mine.options["model"] = secret
    desk.live.remember(mine)
    text = desk.live.remembered.path.read_text(encoding="utf-8")
    assert secret not in text
    assert ("stays" in text) == (kind == "inputs")


def test_values_are_looked_up_where_runs_are_recorded_now(desk: Desk, tmp_path: Path) -> None:
    desk.open(COUNTER)
    desk.play()
    found: list[Any] = []
    desk.live.found.connect(lambda key, answer: found.append(answer))
    desk.live.look_up("runs", lambda trace: len(trace.runs()))
    desk.until(lambda: found)
    before = desk.live.trace_file()
    desk.live.db = tmp_path / "elsewhere.db"
    desk.play()
    assert desk.live.trace_file() != before
    found.clear()
    desk.live.look_up("runs", lambda trace: [run.id for run in trace.runs()])
    desk.until(lambda: found)
    assert found == [[desk.view.run_id]]


# -- talking ----------------------------------------------------------------------------------


def test_an_output_that_is_renamed_while_it_answers_still_answers(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.live.of(document).breakpoints.add(Spot((), "critic"))
    desk.chat.field.show_text("lava")
    desk.chat.send()
    desk.held()
    document.do("Rename", rename_node(document, (), "result", "reply"))
    desk.live.toggle_breakpoint(document, Spot((), "critic"))
    desk.do("run.pause")
    desk.to_end()
    (_, answer) = desk.chat.log(document).bubbles
    assert (answer.text, answer.state) == ("Three.", "done")


def test_quick_messages_are_sent_one_after_the_other_and_none_is_lost(desk: Desk) -> None:
    document = desk.open(CRITIC_LOOP, *GOOD)
    desk.chat.field.setFocus()
    for text in ("first", "second"):
        desk.qtbot.keyClicks(desk.chat.field, text)
        desk.qtbot.keyClick(desk.chat.field, Qt.Key.Key_Return)
    assert [bubble.text for bubble in desk.chat.log(document).bubbles if bubble.who == "you"] == ["first"]
    assert desk.chat.field.text() == "second"
    desk.to_end()
    desk.script(document, "Only.", "good")
    desk.qtbot.keyClick(desk.chat.field, Qt.Key.Key_Return)
    desk.to_end()
    assert [bubble.text for bubble in desk.chat.log(document).bubbles] == ["first", "Three.", "second", "Only."]


MANY_ASK = """
nodes:
  names: {type: flow.input, kind: list, value: [NAMES]}
  each: {type: flow.map, graph: one, concurrency: 64}
  out: {type: flow.output}
edges:
  - names.value -> each.items
  - each.answer -> out.value
graphs:
  one:
    nodes:
      item: {type: flow.input}
      ask: {type: human.ask, question: "What of {item}?"}
      answer: {type: flow.output}
    edges:
      - item.value -> ask.item
      - ask.answer -> answer.value
"""


def test_of_very_many_questions_some_are_shown_and_the_rest_counted(desk: Desk) -> None:
    desk.open(MANY_ASK.replace("NAMES", ", ".join(f"n{number}" for number in range(60))))
    desk.do("run.run")
    desk.until(lambda: len(desk.live.questions) == 60 or desk.live.active is None)
    desk.until(lambda: len(desk.questions.cards) == 20)
    assert "40 more" in desk.questions._more.text()
    first = desk.live.questions[0]
    assert first.answer("yes")
    desk.until(lambda: len(desk.live.questions) == 59)
    assert first.number not in desk.questions.cards
    assert len(desk.questions.cards) == 20


def test_an_answer_after_stop_changes_nothing(desk: Desk) -> None:
    desk.open(ASKING)
    desk.do("run.run")
    desk.until(lambda: desk.live.questions)
    (question,) = desk.live.questions
    desk.do("run.abort")
    desk.do("run.abort")  # twice: the first is recorded all the same
    assert question.answer("left")
    assert desk.to_end().aborted
    assert question.answer("right")
    with Trace(desk.live.trace_file()) as trace:
        assert trace.run().status == "aborted"


# -- bodies in files of their own ---------------------------------------------------------------

INNER = """
nodes:
  text: {type: flow.input}
  plan: {type: math.expression, expression: "text + 1"}
  deep: {type: flow.subgraph, graph: below}
  result: {type: flow.output}
edges:
  - text.value -> plan.text
  - plan.value -> deep.text
  - deep.result -> result.value
graphs:
  below:
    nodes:
      text: {type: flow.input}
      twice: {type: math.expression, expression: "text * 2"}
      result: {type: flow.output}
    edges:
      - text.value -> twice.text
      - twice.value -> result.value
"""

OUTER = """
nodes:
  start: {type: flow.input, value: 1}
  numbers: {type: flow.input, value: [1, 2, 3]}
  one: {type: flow.subgraph, graph: ./inner.yaml}
  each: {type: flow.map, graph: piece}
  out: {type: flow.output}
  all: {type: flow.output}
edges:
  - start.value -> one.text
  - numbers.value -> each.items
  - one.result -> out.value
  - each.result -> all.value
graphs:
  piece:
    nodes:
      item: {type: flow.input}
      run: {type: flow.subgraph, graph: ./inner.yaml}
      result: {type: flow.output}
    edges:
      - item.value -> run.text
      - run.result -> result.value
"""


def test_nodes_of_a_body_in_a_file_of_its_own_show_how_they_went(desk: Desk) -> None:
    inner = desk.open(INNER, name="inner.yaml")
    assert desk.state("plan") == NodeState()
    outer = desk.open(OUTER, name="outer.yaml")
    outcome = desk.play()
    assert outcome.result is not None, outcome
    assert outcome.result.outputs == {"out": 4, "all": [4, 6, 8]}

    desk.show(inner)
    desk.until(lambda: not desk.live.states.waiting)
    assert (desk.state("plan").status, desk.state("plan").badge) == ("ok", "×4")
    desk.show(inner, ("below",))
    desk.until(lambda: not desk.live.states.waiting)
    assert desk.state("twice").status == "ok"
    edge = inner.at(("below",)).edges[1]
    assert desk.live.wire_value(inner, ("below",), edge).rpartition(": ")[2] in ("4", "6", "8")

    desk.show(inner)
    desk.live.pick(inner, (), Pick("one/"))
    desk.show(inner)
    assert desk.state("plan").text == "2"
    desk.show(outer)
    desk.run._go_to_path("one/plan")
    assert desk.workbench.document is inner
    assert desk.canvas.selected() == ["plan"]

    desk.live.of(inner).inputs["text"] = "10"
    desk.play()  # a run of its own takes the place of what was shown
    desk.until(lambda: not desk.live.states.waiting)
    assert desk.state("plan").text == "11"
    desk.show(outer)
    desk.play()
    desk.show(inner)
    desk.until(lambda: not desk.live.states.waiting)
    assert desk.state("plan").badge == "×4"


def test_a_body_in_a_file_shows_its_states_while_it_runs(desk: Desk) -> None:
    (desk.folder / "inner.yaml").write_text(ASKING)
    desk.open("nodes:\n  one: {type: flow.subgraph, graph: ./inner.yaml}\n", name="outer.yaml")
    desk.do("run.run")
    desk.until(lambda: desk.live.questions and desk.view.run_id)
    inner = desk.workbench.open(desk.folder / "inner.yaml")
    assert inner is not None
    desk.until(lambda: desk.state("ask").status == "asks")
    desk.live.questions[0].answer("left")
    desk.until(lambda: desk.state("ask").status == "ok")
    assert desk.state("ask").text == "left"
