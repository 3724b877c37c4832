"""Questions of a run and the chat, with a real keyboard and mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

from studio.graph import Graph
from studio.graph.conversing import likely_input, likely_output
from studio.gui.live.watching.places import Spot
from studio.gui.panels.chat.chat_log import Bubble, ChatLog, as_text, speakers
from studio.gui.panels.questions import QuestionCard
from studio.support.errors import UsageError
from studio.trace import Trace
from tests.gui.live.conftest import Desk
from tests.gui.live.graphs import ASKING

TWO = """
nodes:
  first: {type: human.ask, question: "Your name?"}
  second: {type: human.ask, question: "Your town?", fallback: Basel}
  both: {type: text.template, template: "{name} of {town}"}
  out: {type: flow.output}
edges:
  - first.answer -> both.name
  - second.answer -> both.town
  - both.text -> out.value
"""

CHAT = """
nodes:
  message: {type: flow.input, kind: text}
  mood: {type: flow.input, kind: text, value: kind}
  reply: {type: llm.function, instructions: "Answer in a {mood} way: {message}", output: text}
  answer: {type: flow.output, kind: text}
  length: {type: text.template, template: "{text}!"}
  loud: {type: flow.output, kind: text}
edges:
  - message.value -> reply.message
  - mood.value -> reply.mood
  - reply.text -> answer.value
  - reply.text -> length.text
  - length.text -> loud.value
"""

MESSAGES = """
nodes:
  said: {type: flow.input, kind: messages}
  talk: {type: llm.chat, system: Be brief.}
  answer: {type: flow.output}
edges:
  - said.value -> talk.messages
  - talk.text -> answer.value
"""


def cards(desk: Desk) -> list[QuestionCard]:
    desk.until(lambda: desk.questions.cards)
    return list(desk.questions.cards.values())


def say(desk: Desk, text: str) -> None:
    desk.qtbot.keyClicks(desk.chat.field, text)
    desk.qtbot.keyClick(desk.chat.field, Qt.Key.Key_Return)


# -- questions ------------------------------------------------------------------------------------


def test_choices_are_buttons_and_an_answered_question_goes(desk: Desk) -> None:
    desk.open(ASKING)
    desk.do("run.run")
    (card,) = cards(desk)
    desk.until(lambda: desk.state("ask").status == "asks")
    assert desk.state("ask").text == "waiting for you: Which?"
    assert [button.text() for button in card.choices] == ["left", "right"]
    desk.qtbot.mouseClick(card.choices[1], Qt.MouseButton.LeftButton)
    outcome = desk.to_end()
    assert outcome.result is not None
    assert outcome.result.outputs == {"way": "right"}
    assert desk.questions.cards == {}
    assert desk.state("ask").text == "right"


def test_several_questions_at_once_are_a_list(desk: Desk) -> None:
    desk.open(TWO)
    desk.do("run.run")
    desk.until(lambda: len(desk.questions.cards) == 2)
    first, second = sorted(cards(desk), key=lambda card: card.question.call.node)
    assert first.field is not None
    assert second.field is not None
    desk.qtbot.keyClicks(first.field, "Ada")
    desk.qtbot.keyClick(first.field, Qt.Key.Key_Return)
    desk.until(lambda: len(desk.questions.cards) == 1)
    desk.qtbot.keyClick(second.field, Qt.Key.Key_Return)  # the fallback
    outcome = desk.to_end()
    assert outcome.result is not None
    assert outcome.result.outputs == {"out": "Ada of Basel"}


def test_a_person_who_answers_later_leaves_the_run_paused(desk: Desk) -> None:
    desk.open(ASKING)
    desk.do("run.run")
    (card,) = cards(desk)
    desk.qtbot.mouseClick(card.later, Qt.MouseButton.LeftButton)
    outcome = desk.to_end()
    assert outcome.result is not None
    assert outcome.result.ended == "limit:human"
    assert desk.run.offer.isVisible()
    desk.qtbot.mouseClick(desk.run.go_on, Qt.MouseButton.LeftButton)
    (again,) = cards(desk)
    desk.qtbot.mouseClick(again.choices[0], Qt.MouseButton.LeftButton)
    assert desk.to_end().status == "ok"


def test_stopping_the_run_takes_the_question_away(desk: Desk) -> None:
    desk.open(ASKING)
    desk.do("run.run")
    cards(desk)
    desk.do("run.abort")
    assert desk.to_end().aborted
    assert desk.questions.cards == {}


def test_answers_from_a_file_are_not_asked(desk: Desk) -> None:
    document = desk.open(ASKING)
    answers = desk.folder / "answers.txt"
    answers.write_text("left\n", encoding="utf-8")
    desk.live.of(document).options["answers"] = str(answers)
    outcome = desk.play()
    assert outcome.result is not None
    assert outcome.result.outputs == {"way": "left"}


def test_the_panel_rises_without_taking_the_focus_from_a_person_who_types(desk: Desk) -> None:
    window = QMainWindow()
    desk.qtbot.addWidget(window)
    dock = QDockWidget("Questions", window)
    dock.setWidget(desk.questions)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    dock.hide()
    window.setCentralWidget(desk.window)
    window.show()
    window.activateWindow()
    desk.until(window.isActiveWindow)
    desk.open(
        CHAT.replace(
            "reply: {type: llm.function", "ask: {type: human.ask, question: Now?}\n  reply: {type: llm.function"
        )
    )
    desk.chat.field.setFocus()
    desk.until(desk.chat.field.hasFocus)
    desk.live.of(desk.workbench.document).inputs["message"] = "hi"  # type: ignore[arg-type]
    assert not dock.isVisible()
    desk.do("run.run")
    cards(desk)
    assert dock.isVisible()
    assert QApplication.focusWidget() is desk.chat.field
    desk.do("run.abort")
    desk.to_end()
    assert not dock.isVisible()
    window.takeCentralWidget()  # it is the desk's, and goes with it
    desk.window.setParent(None)


# -- the chat -------------------------------------------------------------------------------------


def test_enter_sends_one_run_and_the_answer_comes_into_its_bubble(desk: Desk) -> None:
    document = desk.open(CHAT, "Hello to you.")
    assert (desk.chat.input.currentText(), desk.chat.output.currentText()) == ("message", "answer")
    say(desk, "Good day")
    log = desk.chat.log(document)
    assert [one.text for one in log.bubbles] == ["Good day", ""]
    assert log.bubbles[1].state == "streaming"
    assert desk.chat.button.text() == "Stop"
    desk.to_end()
    assert (log.bubbles[1].text, log.bubbles[1].state) == ("Hello to you.", "done")
    assert desk.chat.field.toPlainText() == ""
    with Trace(desk.live.trace_file()) as trace:
        assert trace.run(log.bubbles[1].run).inputs == {"message": "Good day"}


def test_text_streams_into_the_bubble_before_the_run_ends(desk: Desk) -> None:
    document = desk.open(CHAT, "Hello to you.")
    desk.canvas.select(["answer"])
    desk.do("run.breakpoint")
    say(desk, "Good day")
    assert desk.held() == "answer"
    bubble = desk.chat.log(document).bubbles[1]
    assert (bubble.text, bubble.state) == ("Hello to you.", "streaming")
    desk.do("run.pause")
    desk.to_end()
    assert bubble.state == "done"


def test_another_output_can_be_chosen_and_is_remembered(desk: Desk) -> None:
    document = desk.open(CHAT, "Hello")
    desk.chat.output.setCurrentText("loud")
    desk.chat.output.activated.emit(1)
    say(desk, "Good day")
    desk.to_end()
    assert desk.chat.log(document).bubbles[1].text == "Hello!"
    assert desk.live.remembered.of(document.path)["chat"] == {"input": "message", "output": "loud"}


def test_messages_get_the_history(desk: Desk) -> None:
    document = desk.open(MESSAGES, "Hello.")
    say(desk, "Hi")
    desk.to_end()
    desk.script(document, "Fine.")
    say(desk, "How are you?")
    outcome = desk.to_end()
    assert [one.text for one in desk.chat.log(document).bubbles] == ["Hi", "Hello.", "How are you?", "Fine."]
    assert outcome.result is not None
    with Trace(desk.live.trace_file()) as trace:
        (prompt,) = trace.prompts(outcome.result.run_id)
        assert [message["content"] for message in prompt.messages] == ["Be brief.", "Hi", "Hello.", "How are you?"]


def test_a_failed_answer_is_an_error_bubble_and_no_part_of_the_history(desk: Desk) -> None:
    document = desk.open(MESSAGES, {"error": "auth", "message": "no key"})
    say(desk, "Hi")
    desk.to_end()
    log = desk.chat.log(document)
    assert log.bubbles[1].state == "error"
    assert "no key" in log.bubbles[1].text
    assert log.history() == []


def test_stop_in_the_chat_aborts(desk: Desk) -> None:
    document = desk.open(CHAT.replace("reply: {type", "hold: {type: human.ask, question: Wait}\n  reply: {type"), "x")
    say(desk, "Hi")
    cards(desk)
    desk.qtbot.mouseClick(desk.chat.button, Qt.MouseButton.LeftButton)
    assert desk.to_end().aborted
    assert desk.chat.log(document).bubbles[1].state == "stopped"
    assert desk.chat.button.text() == "Send"


def test_a_graph_without_ends_says_what_is_missing(desk: Desk) -> None:
    desk.open("nodes:\n  a: {type: text.template, template: hi}\n")
    assert not desk.chat.field.isEnabled()
    assert "needs an input and an output" in desk.chat.bubbles._empty.text()


def test_a_recorded_run_is_not_talked_to(desk: Desk) -> None:
    document = desk.open(CHAT, "Hello")
    assert desk.chat.field.isEnabled()
    document.locked = UsageError("This is the graph as it ran.", hint="Fork the run.")
    desk.chat.refresh()

    assert not desk.chat.field.isEnabled()
    assert not desk.chat.button.isEnabled()
    assert "as it ran" in desk.chat.bubbles._empty.text()
    with pytest.raises(UsageError, match="as it ran"):
        desk.live.run(document, inputs={"message": "Good day"})
    assert desk.live.active is None


def test_ends_are_guessed_by_kind_and_name() -> None:
    graph = Graph.from_text(MESSAGES)
    assert (likely_input(graph), likely_output(graph)) == ("said", "answer")
    graph = Graph.from_text(CHAT)
    assert speakers(graph, "loud") == {Spot((), "length")}
    assert speakers(graph, "answer") == {Spot((), "reply")}


def test_answers_are_read_as_text() -> None:
    assert as_text([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]) == "b"
    assert as_text({"x": 1}) == '{"x": 1}'
    log = ChatLog(
        bubbles=[Bubble("you", "a"), Bubble("graph", "b", "stopped"), Bubble("you", "c"), Bubble("graph", "d")]
    )
    assert [one["content"] for one in log.history()] == ["c", "d"]
