"""The status line: sentences with their kind, kept as long as they should be, and facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton

from studio.editing import TOP, PutNode
from studio.gui.frame import status
from studio.gui.frame.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def button(window: MainWindow, name: str) -> QToolButton:
    found = window.status.findChild(QToolButton, name)
    assert found is not None
    return found


def test_what_is_good_to_know_passes_and_an_error_stays_until_it_is_dismissed(window: MainWindow, qtbot: Any) -> None:
    window.workbench.say("Saved.")
    assert window.status._passing.isActive()
    window.status._passing.timeout.emit()
    assert window.status.text == ""

    window.workbench.say("It failed.", "error")
    assert not window.status._passing.isActive()
    assert (window.status.text, window.status.kind) == ("It failed.", "error")
    qtbot.mouseClick(button(window, "status.dismiss"), LEFT)
    assert window.status.text == ""


def test_why_a_key_did_nothing_passes_and_gives_way_to_what_is_done_next(window: MainWindow, qtbot: Any) -> None:
    line = window.status
    assert not window.actions_bar.actions["replay.play"].isEnabled()
    assert window.actions_bar.say_why_not(window.actions_bar.actions["replay.play"].shortcuts()[0])
    assert line.text.startswith("Play")
    assert line.kind == "refused"
    assert line._passing.isActive()
    window.workbench.trigger("view.next_pane")
    assert line.text == ""

    window.workbench.say("It is damaged.", "warning")
    window.workbench.trigger("view.next_pane")
    assert line.text == "It is damaged.", "what is wrong is so whatever is done"
    assert not line._passing.isActive()


def test_an_error_can_be_copied(window: MainWindow, qtbot: Any) -> None:
    window.workbench.say("a.yaml:3: It failed.\nMend it.", "error")

    qtbot.mouseClick(button(window, "status.copy"), LEFT)

    assert QApplication.clipboard().text() == "a.yaml:3: It failed.\nMend it."


def test_what_was_said_before_can_be_read(lone_window: MainWindow, qtbot: Any) -> None:
    for number in range(3):
        lone_window.workbench.say(f"sentence {number}", "warning" if number == 1 else "info")

    qtbot.mouseClick(button(lone_window, "status.log"), LEFT)

    log = lone_window.status._log
    assert log is not None
    assert log.isVisible()
    lines = log.list.toPlainText().splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == ["sentence 0", "warning  sentence 1", "sentence 2"]
    qtbot.keyClick(log.list, Qt.Key.Key_Escape)
    assert not log.isVisible()


def test_long_and_hostile_texts_stay_one_plain_line(window: MainWindow) -> None:
    window.workbench.say("<img src=x onerror=y>\n" * 200_000, "error")

    sentence = window.status._sentence
    assert sentence.textFormat() == Qt.TextFormat.PlainText
    assert "\n" not in sentence.text()
    assert len(window.status.text) <= status.LONGEST
    assert "<img" not in sentence.toolTip()


def test_facts_follow_the_graph_that_is_shown(window: MainWindow, small: Path) -> None:
    facts = button(window, "status.facts")
    assert facts.isHidden()
    document = window.workbench.open(small)
    assert document is not None
    assert facts.text() == "3 nodes · 2 wires"

    node = document.node(TOP, "topic")
    document.do("Add", [PutNode(TOP, "more", type(node)("more", "flow.input"))])
    assert facts.text() == "4 nodes · 2 wires"
    window.workbench.show(document, ("body", "deepest"))

    assert facts.text() == "1 node · 0 wires"


def test_the_model_in_use_is_named_and_leads_to_its_setting(window: MainWindow, qtbot: Any) -> None:
    from studio.gui.settings_dialog.dialog import SettingsDialog

    model = button(window, "status.model")
    assert model.text() == "smollm2-135m"
    window.workbench.change_setting("models.default", "openai/" + "x" * 100)
    assert len(model.text()) <= 33

    qtbot.mouseClick(model, LEFT)

    assert window.findChild(SettingsDialog) is not None
