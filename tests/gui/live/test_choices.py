"""An input that takes only some values is a drop-down in the panel Run, picked by mouse or keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from studio.gui.widgets.labels import Note
from tests.gui.live.conftest import Desk

SHADES = """
nodes:
  shade: {type: flow.input, kind: text, value: red, choices: [red, green, blue], help: What it is painted with.}
  level: {type: flow.input, choices: [2, 1, auto]}
  said: {type: text.template, template: "{shade} at {level}"}
  out: {type: flow.output}
edges:
  - shade.value -> said.shade
  - level.value -> said.level
  - said.text -> out.value
"""


def combo(desk: Desk, name: str) -> QComboBox:
    found = desk.run.inputs.findChild(QComboBox, f"run.input.{name}")
    assert isinstance(found, QComboBox)
    return found


def said_of(desk: Desk, name: str) -> str:
    row = combo(desk, name).parentWidget()
    assert isinstance(row, QWidget)
    return " ".join(note.text() for note in row.findChildren(Note))


def pick(desk: Desk, box: QComboBox, place: int) -> None:
    """Open the list by a click and click at one of its lines."""
    interval = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(0)  # else Qt swallows a click so soon after the one that opened the list
    try:
        QTest.mouseClick(box, Qt.MouseButton.LeftButton)
        view = box.view()
        desk.until(view.isVisible)
        QApplication.processEvents()
        spot = view.visualRect(box.model().index(place, 0)).center()
        QTest.mouseMove(view.viewport(), spot)
        # The offscreen platform tells no list of a pointer that moves above it.
        view.setCurrentIndex(box.model().index(place, 0))
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        desk.until(lambda: not view.isVisible())
    finally:
        QApplication.setDoubleClickInterval(interval)


def test_choices_are_a_list_to_pick_from(desk: Desk) -> None:
    desk.open(SHADES)

    box = combo(desk, "shade")
    assert [box.itemText(place) for place in range(box.count())] == ["red", "green", "blue"]
    assert box.currentText() == "red"
    assert combo(desk, "level").currentIndex() == -1, "nothing is chosen for what must be given"


def test_what_is_picked_by_mouse_and_by_keys_is_what_runs(desk: Desk) -> None:
    document = desk.open(SHADES)

    pick(desk, combo(desk, "shade"), 2)
    level = combo(desk, "level")
    level.setFocus()
    QTest.keyClick(level, Qt.Key.Key_Down)
    QTest.keyClick(level, Qt.Key.Key_Down)
    assert desk.live.of(document).inputs == {"shade": "blue", "level": "1"}

    outcome = desk.play()
    assert outcome.result is not None
    assert outcome.result.outputs == {"out": "blue at 1"}


def test_the_default_is_put_back_by_its_button(desk: Desk) -> None:
    document = desk.open(SHADES)
    pick(desk, combo(desk, "shade"), 1)

    reset = desk.run.inputs.findChild(QWidget, "run.input.shade.reset")
    assert isinstance(reset, QWidget)
    assert reset.isVisible()
    QTest.mouseClick(reset, Qt.MouseButton.LeftButton)

    assert combo(desk, "shade").currentText() == "red"
    assert desk.live.of(document).inputs == {}
    assert not reset.isVisible()


def test_nothing_runs_while_what_must_be_chosen_is_not(desk: Desk) -> None:
    desk.open(SHADES)

    desk.do("run.run")

    assert desk.live.active is None
    assert said_of(desk, "level") == "Needed to run."


def test_what_was_typed_before_there_were_choices_is_shown_and_refused(desk: Desk) -> None:
    document = desk.open(SHADES)
    desk.live.of(document).inputs.update(shade="pink", level="auto")
    desk.run.inputs.show_run(desk.live.of(document))

    box = combo(desk, "shade")
    assert (box.currentIndex(), box.placeholderText()) == (-1, "pink")
    told = "The input `shade` takes `red`, `green` or `blue`, not `pink`."
    assert said_of(desk, "shade") == told
    desk.do("run.run")
    assert desk.live.active is None
    assert any(text.startswith(told) for text, _ in desk.said)

    pick(desk, box, 0)
    assert said_of(desk, "shade") == ""
    assert desk.play().status == "ok"
