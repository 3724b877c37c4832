"""A run by hand in the real window: every key of the Run menu, values under the mouse, items and ticks picked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionSlider, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.canvas import Canvas
from studio.gui.canvas.tips import tip_of
from studio.gui.frame.window import MainWindow
from studio.gui.live.bridge import Live
from studio.gui.panels.run.panel import RunPanel
from studio.gui.widgets.picker_bar import PickerBar
from tests.gui.live.graphs import COUNTER, GOOD, MAPPED
from tests.gui.live.hands import open_graph
from tests.gui.support import Mod, head_of, on_wire
from tests.gui.support import click as click_on
from tests.support.graphs import CRITIC_LOOP

CTRL, SHIFT, ALT, NONE = Mod.ControlModifier, Mod.ShiftModifier, Mod.AltModifier, Mod.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Hands:
    """A person in front of the window, with mouse and keyboard and nothing else."""

    def __init__(self, window: MainWindow, qtbot: Any, folder: Path) -> None:
        self.window = window
        self.qtbot = qtbot
        self.folder = folder
        self.outcomes: list[Any] = []

    def open(self, text: str, *replies: Any) -> Live:
        live = open_graph(self.window, self.folder, text, *replies)
        live.ended.connect(lambda document, outcome: self.outcomes.append(outcome))
        self.live = live
        self.settle()
        return live

    @property
    def canvas(self) -> Canvas:
        canvas = self.window.workbench.canvas
        assert canvas is not None
        return canvas

    def settle(self) -> None:
        """Show the graph life size, where the mouse finds it."""
        canvas = self.canvas
        canvas.camera.has_looked = True
        canvas.view.reset_zoom()
        canvas.view.put(canvas.projection.bounds().topLeft(), QPointF(40, 60))
        canvas.setFocus()

    def until(self, what: Any) -> None:
        self.qtbot.waitUntil(lambda: bool(what()))

    def press(self, action: str, key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> None:
        """Press the key of an action on the canvas, once the window says that the action can be done."""
        self.until(lambda: self.window.actions_bar.actions[action].isEnabled())
        self.canvas.setFocus()
        self.qtbot.keyClick(self.canvas.focusProxy() or self.canvas, key, mods)

    def choose(self, name: str) -> None:
        """Click on a card."""
        self.canvas.reveal(name)
        click_on(self.canvas, head_of(self.canvas, name))
        assert self.canvas.selected() == [name]

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isVisible()
        self.qtbot.mouseClick(widget, LEFT, NONE, at or widget.rect().center())

    def state(self, name: str) -> Any:
        self.canvas.states.show()
        return self.canvas.projection.cards[name].state

    def next_is(self, node: str, tick: str = "") -> None:
        """Wait until the run is held before a node."""

        def is_there() -> bool:
            mine = self.live.current
            front = mine.view.frontier if mine is not None and mine.view is not None else ()
            return bool(front) and front[0].node == node and tick in ("", front[0].tick)

        self.until(is_there)

    def to_end(self) -> Any:
        self.until(lambda: self.live.active is None and not self.live.states.waiting)
        return self.outcomes[-1].result


@pytest.fixture
def hands(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> Hands:
    return Hands(window, qtbot, tmp_path)


def test_a_run_is_stepped_paused_and_let_go_by_keys(hands: Hands) -> None:
    hands.open(CRITIC_LOOP, *GOOD)

    hands.press("run.step", Qt.Key.Key_F7)
    hands.next_is("topic", "0")
    hands.press("run.step", Qt.Key.Key_F7)
    hands.next_is("writer", "0")
    hands.press("run.step_over", Qt.Key.Key_F10)
    hands.next_is("critic", "0")
    hands.press("run.step_tick", Qt.Key.Key_F10, CTRL)
    hands.next_is("writer", "1")
    hands.press("run.pause", Qt.Key.Key_F6, CTRL)

    assert hands.to_end().outputs == {"result": "Three."}


@pytest.mark.thorough
def test_a_run_is_held_at_a_breakpoint_stopped_and_gone_on_with_by_keys(hands: Hands) -> None:
    live = hands.open(CRITIC_LOOP, *GOOD)
    hands.choose("critic")
    hands.press("run.breakpoint", Qt.Key.Key_F9)
    assert hands.state("critic").badge == "●"

    hands.press("run.run", Qt.Key.Key_F5)
    hands.next_is("critic")
    hands.press("run.abort", Qt.Key.Key_F5, SHIFT)
    hands.until(lambda: live.active is None)
    assert hands.outcomes[-1].aborted
    hands.choose("critic")
    hands.press("run.breakpoint", Qt.Key.Key_F9)
    assert hands.state("critic").badge == ""
    hands.press("run.resume", Qt.Key.Key_F6, CTRL | SHIFT)

    assert hands.to_end().outputs == {"result": "Three."}


def test_run_to_here_from_here_and_only_this_by_keys(hands: Hands) -> None:
    live = hands.open(CRITIC_LOOP, *GOOD)
    hands.choose("critic")
    hands.press("run.to_here", Qt.Key.Key_F5, CTRL)
    hands.next_is("route")
    hands.press("run.run", Qt.Key.Key_F5)
    hands.to_end()

    document = live.current.document  # type: ignore[union-attr]
    _answer(hands, document, "Other.", "good")
    hands.choose("writer")
    hands.press("run.from_here", Qt.Key.Key_F5, CTRL | SHIFT)
    hands.until(lambda: len(hands.outcomes) == 2)
    assert hands.to_end().outputs == {"result": "Other."}

    _answer(hands, document, "Once more.")
    hands.press("run.only", Qt.Key.Key_F5, ALT)
    hands.until(lambda: len(hands.outcomes) == 3)
    hands.to_end()
    hands.until(lambda: hands.state("writer").text == "Once more.")


def _answer(hands: Hands, document: Any, *replies: str) -> None:
    script = hands.folder / f"script{len(hands.outcomes)}.jsonl"
    script.write_text("".join(f'"{reply}"\n' for reply in replies), encoding="utf-8")
    hands.live.of(document).options["model"] = f"scripted:{script}"


def test_an_output_is_frozen_by_its_key(hands: Hands) -> None:
    hands.open(CRITIC_LOOP, *GOOD)
    hands.press("run.run", Qt.Key.Key_F5)
    hands.to_end()

    hands.choose("writer")
    hands.press("run.freeze", Qt.Key.Key_F9, CTRL)
    assert hands.state("writer").badge == "frozen"
    hands.press("run.freeze", Qt.Key.Key_F9, CTRL)

    assert hands.state("writer").badge == "×3"


def test_after_a_run_the_wire_under_the_mouse_tells_what_it_carried(hands: Hands) -> None:
    hands.open(CRITIC_LOOP, *GOOD)
    canvas = hands.canvas
    edge = "critic.label -> route.value"
    canvas.reveal("route")

    def told() -> str:
        QTest.mouseMove(canvas.view.viewport(), QPoint(1, 1))
        QTest.mouseMove(canvas.view.viewport(), on_wire(canvas, edge))
        hands.until(lambda: canvas.view.target is not None and canvas.view.target.kind == "wire")
        return tip_of(canvas, canvas.view.target)

    assert "tick" not in told()
    hands.press("run.run", Qt.Key.Key_F5)
    hands.to_end()

    assert "tick 2: good" in told()


def test_an_item_is_picked_in_the_body_by_keyboard_and_all_again(hands: Hands) -> None:
    hands.open(MAPPED)
    hands.press("run.run", Qt.Key.Key_F5)
    hands.to_end()
    hands.choose("each")
    hands.qtbot.keyClick(hands.canvas.focusProxy(), Qt.Key.Key_Return)
    hands.until(lambda: hands.canvas.at == ("body",))
    picker = _picker(hands)
    assert hands.state("twin").badge == "×3"

    picker.items.setFocus()
    QTest.keyClick(picker.items, Qt.Key.Key_Down)
    QTest.keyClick(picker.items, Qt.Key.Key_Down)
    hands.until(lambda: hands.state("twin").text == "bb")
    QTest.keyClick(picker.items, Qt.Key.Key_Home)

    hands.until(lambda: hands.state("twin").badge == "×3")


def test_keys_pressed_in_the_picker_are_no_shortcuts_of_the_canvas(hands: Hands) -> None:
    hands.open(COUNTER)
    hands.press("run.run", Qt.Key.Key_F5)
    hands.to_end()
    hands.choose("n")
    picker = _picker(hands)
    document = hands.canvas.document

    picker.slider.setFocus()
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_M, Qt.Key.Key_L, Qt.Key.Key_C, Qt.Key.Key_K):
        QTest.keyClick(picker.slider, key)
    assert document.history.labels == []
    QTest.keyClick(picker.slider, Qt.Key.Key_Tab)
    assert picker.isAncestorOf(hands.window.focusWidget())
    QTest.keyClick(picker.slider, Qt.Key.Key_Escape)
    assert hands.canvas.view.hasFocus()
    hands.press("edit.delete", Qt.Key.Key_Delete)

    assert document.history.labels == ["Delete node n"], "the control: on the canvas they are"


def test_a_tick_is_picked_with_the_slider_its_buttons_and_keys(hands: Hands) -> None:
    hands.open(COUNTER)
    hands.press("run.run", Qt.Key.Key_F5)
    hands.to_end()
    picker = _picker(hands)
    hands.until(lambda: picker.slider.maximum() == 49)  # it knows of all ticks
    assert hands.state("n").text == "50"
    assert not picker.latest.isVisible()

    hands.click(picker.back)
    hands.until(lambda: hands.state("n").text == "49")
    hands.click(picker.back)
    hands.until(lambda: hands.state("n").text == "48")
    hands.click(picker.forth)
    hands.until(lambda: hands.state("n").text == "49")
    picker.slider.setFocus()
    QTest.keyClick(picker.slider, Qt.Key.Key_Left)
    hands.until(lambda: hands.state("n").text == "48")
    option = QStyleOptionSlider()
    picker.slider.initStyleOption(option)
    handle: QRect = picker.slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, picker.slider
    )
    QTest.mousePress(picker.slider, LEFT, NONE, handle.center())
    QTest.mouseMove(picker.slider, QPoint(0, handle.center().y()))
    QTest.mouseRelease(picker.slider, LEFT, NONE, QPoint(0, handle.center().y()))
    hands.until(lambda: hands.state("n").text == "1")
    hands.click(picker.latest)

    hands.until(lambda: hands.state("n").text == "50")


def _picker(hands: Hands) -> PickerBar:
    picker = hands.canvas.findChild(PickerBar)
    assert picker is not None
    hands.until(picker.isVisible)
    return picker


def test_the_budget_is_seen_and_a_limit_is_doubled_with_the_mouse(hands: Hands) -> None:
    live = hands.open(COUNTER)
    hands.window.show_panel("run")
    panel = hands.window.panel("run")
    assert isinstance(panel, RunPanel)
    live.of(hands.window.workbench.document).options["firings"] = "120"  # type: ignore[arg-type]

    hands.click(panel.findChild(QWidget, "run.run.button"))
    assert hands.to_end().ended == "limit:firings"
    hands.until(panel.go_on.isVisible)
    assert panel.budget.used["firings"] >= 120
    assert "Firings: " in panel.budget.accessibleDescription()
    assert " of 120" in panel.budget.accessibleDescription()
    hands.click(panel.go_on)
    hands.until(lambda: len(hands.outcomes) == 2)

    assert hands.to_end().outputs == {"result": 50}
    hands.until(lambda: " of 240" in panel.budget.accessibleDescription())


@pytest.mark.thorough
def test_a_double_click_on_a_line_of_the_list_steps_through_from_there_and_its_menu_shows_the_node(
    hands: Hands,
) -> None:
    hands.open(CRITIC_LOOP, *GOOD)
    document = hands.window.workbench.document
    assert document is not None
    hands.window.show_panel("run")
    panel = hands.window.panel("run")
    assert isinstance(panel, RunPanel)
    hands.press("run.run", Qt.Key.Key_F5)
    hands.to_end()
    events = panel.events
    hands.until(lambda: events.events.rowCount() == 17)
    rows = [events.events.line(row).path for row in range(17)]

    events.scrollToTop()
    place = events.visualRect(events.events.index(rows.index("critic"), 1)).center()
    QTest.mouseClick(events.viewport(), LEFT, NONE, place)
    QTest.mouseDClick(events.viewport(), LEFT, NONE, place)
    session = hands.window.workbench.part("replay").current
    assert session is not None
    assert (session.here.node, session.here.tick) == ("critic", "0")
    hands.until(lambda: hands.canvas.selected() == ["critic"])
    hands.window.workbench.show(document)
    hands.until(lambda: events.events.rowCount() == 17)
    events.line_menu(rows.index("result")).actions()[1].trigger()

    hands.until(lambda: hands.canvas.selected() == ["result"])
    assert hands.window.workbench.document is document
