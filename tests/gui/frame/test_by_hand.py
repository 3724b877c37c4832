"""What the window does at its keys and in its menus, with nothing but mouse and keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QMessageBox, QWidget

from studio.gui.base.action import all_actions
from studio.gui.dialogs.compare import Compare
from studio.gui.frame.window import MainWindow
from studio.gui.theme import current_theme
from studio.settings import Settings
from tests.gui.desk import Desk
from tests.gui.support import Mod
from tests.gui.windows import press_answer

CTRL, SHIFT, ALT = Mod.ControlModifier, Mod.ShiftModifier, Mod.AltModifier
LEFT = Qt.MouseButton.LeftButton


def focus() -> QWidget:
    """What has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def press(window: MainWindow, key: Qt.Key, mods: Qt.KeyboardModifier = Mod.NoModifier) -> None:
    """Press a key where the focus is."""
    QApplication.processEvents()
    QTest.keyClick(QApplication.focusWidget() or window, key, mods)
    QApplication.processEvents()


def choose_in_menu(qtbot: Any, window: MainWindow, *titles: str) -> None:
    """Click through the menus of the window, from the bar on."""
    bar: Any = window.menuBar()
    for title in titles:
        entry = next(one for one in bar.actions() if one.text().replace("&", "").split("\t")[0] == title)
        qtbot.mouseMove(bar, bar.actionGeometry(entry).center())
        qtbot.mouseClick(bar, LEFT, Mod.NoModifier, bar.actionGeometry(entry).center())
        menu = entry.menu()
        if isinstance(menu, QMenu):
            qtbot.waitUntil(menu.isVisible)
            bar = menu
    QApplication.processEvents()


def write_about(window: MainWindow, path: Path, qtbot: Any) -> Any:
    """Open a graph and change it with the keyboard: its first node gets another name."""
    document = window.workbench.open(path)
    assert document is not None
    QApplication.processEvents()
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.setFocus()
    canvas.select([next(iter(document.graph.nodes))])
    qtbot.waitUntil(lambda: window.actions_bar.actions["edit.rename"].isEnabled())
    press(window, Qt.Key.Key_F2)
    QTest.keyClicks(focus(), "mine")
    press(window, Qt.Key.Key_Return)
    assert document.is_modified
    return document


@pytest.mark.thorough
def test_the_theme_is_chosen_with_the_mouse_and_by_typing(window: MainWindow, small: Path, qtbot: Any) -> None:
    window.workbench.open(small)

    choose_in_menu(qtbot, window, "View", "Theme", "Dark")
    qtbot.waitUntil(lambda: current_theme().is_dark)
    # A menu that closes late on a busy machine has the keys until then, and without a desktop nobody gives them back.
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    window.activateWindow()
    window.focus_canvas()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    press(window, Qt.Key.Key_K, CTRL)
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    QTest.keyClicks(focus(), "theme light")
    press(window, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: not current_theme().is_dark)
    assert Settings.load()["window.theme"] == "light"


@pytest.mark.parametrize(
    ("panel", "key", "mods"),
    [
        ("palette", Qt.Key.Key_1, CTRL), ("inspector", Qt.Key.Key_I, CTRL | SHIFT),
        ("run", Qt.Key.Key_R, CTRL | SHIFT), ("problems", Qt.Key.Key_M, CTRL | SHIFT),
    ],
)  # fmt: skip
def test_a_key_leads_to_each_panel_and_ctrl_0_back(
    window: MainWindow, small: Path, panel: str, key: Qt.Key, mods: Qt.KeyboardModifier
) -> None:
    window.workbench.open(small)
    window.focus_canvas()
    window.docks[panel].hide()

    press(window, key, mods)
    assert window.docks[panel].isVisible()
    assert window.docks[panel].isAncestorOf(focus())
    press(window, Qt.Key.Key_0, CTRL)
    assert window.pages.isAncestorOf(focus())

    press(window, key, mods)
    assert window.docks[panel].isAncestorOf(focus()), "what is seen already is not hidden by who wants to go there"
    press(window, key, mods)
    assert not window.docks[panel].isVisible()
    assert window.pages.isAncestorOf(focus())


def test_panels_that_were_closed_come_back_with_the_layout(window: MainWindow, qtbot: Any) -> None:
    before = {name for name, dock in window.docks.items() if dock.isVisible()}
    for dock in window.docks.values():
        dock.close()
    assert not any(dock.isVisible() for dock in window.docks.values())

    choose_in_menu(qtbot, window, "View", "Reset Layout")

    assert {name for name, dock in window.docks.items() if dock.isVisible()} == before
    assert before


@pytest.mark.thorough
def test_of_several_unsaved_graphs_ctrl_q_asks_for_each_and_escape_keeps_all(
    lone_window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    first, second = write_about(lone_window, small, qtbot), write_about(lone_window, other, qtbot)
    texts = small.read_bytes(), other.read_bytes()

    press(lone_window, Qt.Key.Key_Q, CTRL)
    press_answer(qtbot, lone_window, "Discard")
    qtbot.waitUntil(lambda: any(box.isVisible() for box in lone_window.findChildren(QMessageBox)))
    QTest.keyClick(next(box for box in lone_window.findChildren(QMessageBox) if box.isVisible()), Qt.Key.Key_Escape)
    lone_window.activateWindow()  # a desktop goes back to it by itself
    qtbot.waitUntil(lone_window.isActiveWindow)
    assert lone_window.isVisible()
    assert lone_window.workbench.documents == [first, second]
    assert first.is_modified
    assert second.is_modified
    assert (small.read_bytes(), other.read_bytes()) == texts

    press(lone_window, Qt.Key.Key_Q, CTRL)
    press_answer(qtbot, lone_window, "Save")
    press_answer(qtbot, lone_window, "Discard")
    qtbot.waitUntil(lambda: not lone_window.isVisible())
    assert "mine:" in small.read_text()
    assert other.read_bytes() == texts[1]


@pytest.mark.thorough
def test_all_graphs_are_saved_and_one_is_closed_by_keys(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    write_about(window, small, qtbot)
    write_about(window, other, qtbot)

    press(window, Qt.Key.Key_S, CTRL | ALT)
    assert "mine:" in small.read_text()
    assert "mine:" in other.read_text()
    window.workbench.show(window.workbench.documents[0], ("body",))
    press(window, Qt.Key.Key_W, CTRL | SHIFT)

    assert [document.path for document in window.workbench.documents] == [other], "with all its tabs"


def test_a_key_that_can_do_nothing_now_says_why_and_esc_is_silent(window: MainWindow, small: Path) -> None:
    window.workbench.open(small)
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))

    press(window, Qt.Key.Key_Escape)
    assert said == []
    press(window, Qt.Key.Key_Y)
    assert any(text.startswith("Why Is This Here?") for text in said), said


def test_the_file_menu_compares_with_the_file(window: MainWindow, small: Path, qtbot: Any) -> None:
    write_about(window, small, qtbot)

    choose_in_menu(qtbot, window, "File", "Compare with File")

    dialog = window.findChild(Compare)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    assert "mine" in dialog.view.toPlainText()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_picture_sheet_opens_by_its_key_and_leaves_by_escape(window: MainWindow, small: Path, qtbot: Any) -> None:
    window.workbench.open(small)
    window.focus_canvas()

    press(window, Qt.Key.Key_E, CTRL | SHIFT)
    shown = [one for one in window.findChildren(QWidget) if type(one).__module__.endswith("dialogs.pictures")]
    sheet = next(one for one in shown if one.isVisible() and one.isWindow())
    QTest.keyClick(sheet, Qt.Key.Key_Escape)

    assert not sheet.isVisible()


def test_problems_are_walked_through_by_f8(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_text(
        "nodes:\n  a: {type: text.template, template: '{x}'}\n  b: {type: text.template, template: '{y}'}\n"
    )
    window.workbench.open(path)
    qtbot.waitUntil(lambda: window.workbench.part("checks").is_idle and "problems" in window.workbench.parts)
    window.focus_canvas()

    shown: list[list[str]] = []
    for mods in (Mod.NoModifier, Mod.NoModifier, SHIFT):
        press(window, Qt.Key.Key_F8, mods)
        assert window.workbench.canvas is not None
        shown.append(window.workbench.canvas.selected())

    assert sorted([*shown[0], *shown[1]]) == ["a", "b"]
    assert shown[2] == shown[0]


def test_a_file_that_is_dropped_onto_the_canvas_is_opened(desk: Desk, other: Path, qtbot: Any) -> None:
    from PySide6.QtCore import QMimeData, QUrl

    from tests.gui.panels.palette.test_palette import drop

    canvas = desk.open("nodes:\n  a: {type: flow.input}\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(other))])

    assert drop(desk, data, QPoint(300, 300))

    qtbot.waitUntil(lambda: len(desk.workbench.documents) == 2)
    assert desk.workbench.document is not canvas.document
    assert desk.workbench.document is not None
    assert desk.workbench.document.path == other


def test_every_action_without_a_key_is_in_a_menu_that_the_mouse_reaches(window: MainWindow) -> None:
    reached: set[str] = set()
    waiting: list[Any] = [window.menuBar()]
    names = {made: action_id for action_id, made in window.actions_bar.actions.items()}
    for holder in waiting:
        for entry in holder.actions():
            if entry.menu() is not None:
                waiting.append(entry.menu())
            elif entry in names:
                reached.add(names[entry])

    assert reached == set(all_actions())
