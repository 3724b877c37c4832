"""Keys: kept where a person changed them, each for one thing, and only where they are meant."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.gui.base.action import all_actions
from studio.gui.shortcuts.editor import ShortcutPage, overview, show_shortcuts
from studio.gui.shortcuts.shortcuts import FILE_NAME, Shortcuts, normal, overlap
from studio.support.errors import EnvironmentProblem, UsageError
from tests.gui.canvas.graphs import CHAIN
from tests.gui.desk import Desk
from tests.gui.standing import Standing
from tests.gui.support import Mod

CTRL, SHIFT = Mod.ControlModifier, Mod.ShiftModifier


# -- what is kept ---------------------------------------------------------------------------------


@pytest.fixture
def desk(bare: Standing) -> Iterator[Desk]:
    """The window that stands for all tests of this module, with the keys that the program gives."""
    for window in bare.lend():
        yield Desk(window)
        window.workbench.part("shortcuts").reset_all()
        field = window.findChild(QLineEdit, "palette.search")
        assert field is not None
        field.clear()


@pytest.fixture
def shortcuts(tmp_path: Path, qapp: object) -> Shortcuts:
    return Shortcuts(tmp_path / FILE_NAME)


def kept(shortcuts: Shortcuts) -> dict[str, Any]:
    return tomllib.loads(shortcuts.path.read_text()) if shortcuts.path.exists() else {}


def test_no_two_actions_have_the_same_keys(shortcuts: Shortcuts) -> None:
    keys = Counter(key for action_id in all_actions() for key in shortcuts.default(action_id))

    assert keys, "there are keys"
    assert [key for key, count in keys.items() if count > 1] == []
    assert [
        action_id
        for action_id in all_actions()
        for key in shortcuts.keys(action_id)
        if shortcuts.conflict(action_id, key)
    ] == []


def test_every_key_that_is_declared_is_one(shortcuts: Shortcuts) -> None:
    for action in all_actions().values():
        assert all(map(normal, action.keys)), action.id


def test_only_changes_are_kept(shortcuts: Shortcuts) -> None:
    shortcuts.set("edit.find", ["Ctrl+Alt+F"])

    assert kept(shortcuts) == {"edit.find": ["Ctrl+Alt+F"]}
    again = Shortcuts(shortcuts.path)
    assert again.keys("edit.find") == ("Ctrl+Alt+F",)
    assert again.keys("edit.copy") == ("Ctrl+C",)
    shortcuts.reset("edit.find")
    assert kept(shortcuts) == {}


def test_a_key_that_another_has_is_refused_by_name_or_taken(shortcuts: Shortcuts) -> None:
    with pytest.raises(UsageError, match="Ctrl\\+D is “Duplicate” in Edit"):
        shortcuts.set("edit.find", ["Ctrl+D"])
    assert kept(shortcuts) == {}
    assert shortcuts.keys("edit.find") == ("Ctrl+F",)

    shortcuts.set("edit.find", ["Ctrl+D"], take=True)

    assert shortcuts.keys("edit.find") == ("Ctrl+D",)
    assert shortcuts.keys("edit.duplicate") == ()
    with pytest.raises(UsageError):
        shortcuts.reset("edit.duplicate")
    shortcuts.reset_all()
    assert shortcuts.keys("edit.duplicate") == ("Ctrl+D",)


def test_keys_that_begin_others_are_in_the_way(shortcuts: Shortcuts) -> None:
    assert overlap("Ctrl+K", "Ctrl+K, Ctrl+S")
    assert not overlap("Ctrl+K", "Ctrl+Shift+K")
    with pytest.raises(UsageError):
        shortcuts.set("edit.find", ["Ctrl+K, Ctrl+F"])


def test_a_file_that_is_no_toml_is_told_and_left_until_a_change(tmp_path: Path, qapp: object) -> None:
    path = tmp_path / FILE_NAME
    path.write_text("edit.find = [")
    shortcuts = Shortcuts(path)

    assert "not TOML" in shortcuts.problem
    assert shortcuts.keys("edit.find") == ("Ctrl+F",)
    shortcuts.set("edit.find", ["Ctrl+Alt+F"])

    assert kept(shortcuts) == {"edit.find": ["Ctrl+Alt+F"]}
    assert path.with_suffix(".broken").read_text() == "edit.find = ["
    assert not shortcuts.problem


@pytest.mark.parametrize("value", ["3", "'Ctrl+F'", "[1]", "{a = 1}"])
def test_an_entry_of_another_shape_is_passed_over(tmp_path: Path, qapp: object, value: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(f'"edit.find" = {value}\n"edit.copy" = ["Ctrl+Alt+C"]\n')
    shortcuts = Shortcuts(path)

    assert "edit.find" in shortcuts.problem
    assert shortcuts.keys("edit.find") == ("Ctrl+F",)
    assert shortcuts.keys("edit.copy") == ("Ctrl+Alt+C",)


def test_unknown_actions_and_keys_of_the_file_are_kept(tmp_path: Path, qapp: object) -> None:
    path = tmp_path / FILE_NAME
    path.write_text('"plugin.action" = ["Ctrl+Alt+P"]\n"edit.find" = ["nonsense key", "Ctrl+Alt+F"]\n')
    shortcuts = Shortcuts(path)

    shortcuts.set("edit.copy", [])

    assert kept(shortcuts)["plugin.action"] == ["Ctrl+Alt+P"]
    assert "Ctrl+Alt+F" in shortcuts.keys("edit.find")


def test_a_disk_that_refuses_changes_nothing(tmp_path: Path, qapp: object) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    shortcuts = Shortcuts(blocked / FILE_NAME)

    with pytest.raises(EnvironmentProblem):
        shortcuts.set("edit.find", ["Ctrl+Alt+F"])

    assert shortcuts.keys("edit.find") == ("Ctrl+F",)


# -- in the window --------------------------------------------------------------------------------


def test_changed_keys_work_at_once_and_old_ones_no_more(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.workbench.part("shortcuts").set("graph.knock_out", ["X"])
    desk.choose("writer")

    desk.press(Qt.Key.Key_M)
    assert not desk.graph.nodes["writer"].knockout
    desk.press(Qt.Key.Key_X)

    assert desk.graph.nodes["writer"].knockout is True


def test_single_keys_are_the_canvas_s_alone(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    field = desk.window.panel("palette").field  # type: ignore[attr-defined]
    field.setFocus()

    desk.type("mlfc0")
    desk.press(Qt.Key.Key_Home)
    desk.press(Qt.Key.Key_Delete)
    desk.press(Qt.Key.Key_Right)
    desk.press(Qt.Key.Key_Backspace)

    assert field.text() == "fc0"
    assert not desk.labels
    assert desk.graph.nodes["writer"].knockout is False


def test_copying_in_a_field_copies_its_text_not_nodes(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    field = desk.window.panel("palette").field  # type: ignore[attr-defined]
    field.setFocus()
    desk.type("mine")

    desk.press(Qt.Key.Key_A, CTRL)
    desk.press(Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "mine"
    desk.press(Qt.Key.Key_X, CTRL)
    assert field.text() == ""
    desk.press(Qt.Key.Key_V, CTRL)

    assert field.text() == "mine"
    assert not desk.labels
    assert desk.canvas.selected() == ["writer"]


def test_keys_of_the_canvas_work_on_every_tab(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.open(CHAIN.replace("name: chain", "name: second"))
    desk.choose("critic")

    desk.press(Qt.Key.Key_M)

    assert desk.graph.nodes["critic"].knockout is True
    assert not desk.workbench.documents[0].graph.nodes["critic"].knockout


# -- the editor -----------------------------------------------------------------------------------


@pytest.fixture
def page(desk: Desk, qtbot: Any) -> Any:
    desk.open(CHAIN)
    desk.press(Qt.Key.Key_K, CTRL | Mod.AltModifier)
    window = desk.workbench.part("shortcut_window")
    qtbot.waitUntil(window.isVisible)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window.page
    window.close()


def cell(page: ShortcutPage, row: int, column: int) -> str:
    """Return what a cell of the table says."""
    item = page.table.item(row, column)
    assert item is not None
    return item.text()


def look_up(desk: Desk, page: ShortcutPage, text: str) -> None:
    page.search.setFocus()
    page.search.clear()
    desk.type(text)
    page.table.setFocus()


def test_keys_are_recorded_by_pressing_them(desk: Desk, page: ShortcutPage) -> None:
    look_up(desk, page, "switch the selected nodes off")
    assert page.table.rowCount() == 1
    assert cell(page, 0, 2) == "M"

    desk.press(Qt.Key.Key_Return)
    assert page.recorder.hasFocus()
    desk.press(Qt.Key.Key_Shift)
    assert page.recorder.isVisible(), "a modifier alone is not yet a key"
    desk.press(Qt.Key.Key_F9, CTRL | SHIFT)

    assert cell(page, 0, 2) == "Ctrl+Shift+F9"
    assert desk.workbench.part("shortcuts").keys("graph.knock_out") == ("Ctrl+Shift+F9",)
    assert "Changed by you" in page.said.text()
    QTest.mouseClick(page.buttons["reset"], Qt.MouseButton.LeftButton)
    assert cell(page, 0, 2) == "M"


def test_tab_and_return_can_be_keys_and_escape_leaves(desk: Desk, page: ShortcutPage) -> None:
    look_up(desk, page, "bypass")
    QTest.mouseClick(page.buttons["add"], Qt.MouseButton.LeftButton)
    desk.press(Qt.Key.Key_Escape)
    assert not page.recorder.isVisible()
    assert desk.workbench.part("shortcuts").keys("graph.bypass") == ("Shift+M",)

    QTest.mouseClick(page.buttons["add"], Qt.MouseButton.LeftButton)
    desk.press(Qt.Key.Key_Tab, CTRL | Mod.AltModifier)

    assert desk.workbench.part("shortcuts").keys("graph.bypass") == ("Shift+M", "Ctrl+Alt+Tab")


def test_a_conflict_is_told_and_asks(desk: Desk, page: ShortcutPage) -> None:
    look_up(desk, page, "switch the selected nodes off")
    desk.press(Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_D, CTRL)
    assert page.said.text() == "Ctrl+D is “Duplicate” in Edit. Take it away from there?"

    QTest.mouseClick(page.buttons["keep"], Qt.MouseButton.LeftButton)
    assert desk.workbench.part("shortcuts").keys("graph.knock_out") == ("M",)
    desk.press(Qt.Key.Key_Return, widget=page.table)
    desk.press(Qt.Key.Key_D, CTRL)
    QTest.mouseClick(page.buttons["take"], Qt.MouseButton.LeftButton)

    assert desk.workbench.part("shortcuts").keys("graph.knock_out") == ("Ctrl+D",)
    assert desk.workbench.part("shortcuts").keys("edit.duplicate") == ()
    QTest.mouseClick(page.buttons["reset_all"], Qt.MouseButton.LeftButton)
    assert desk.workbench.part("shortcuts").keys("edit.duplicate") == ("Ctrl+D",)


def test_the_table_is_searched_by_keys_too(desk: Desk, page: ShortcutPage) -> None:
    look_up(desk, page, "shift+f12")

    assert [cell(page, row, 0) for row in range(page.table.rowCount())] == ["Where Used"]


def test_an_action_can_be_left_without_keys(desk: Desk, page: ShortcutPage) -> None:
    look_up(desk, page, "add comment")

    QTest.mouseClick(page.buttons["clear"], Qt.MouseButton.LeftButton)

    assert desk.workbench.part("shortcuts").keys("graph.comment") == ()
    assert not page.buttons["clear"].isEnabled()


def test_the_overview_names_every_key_and_is_copied(desk: Desk, page: ShortcutPage) -> None:
    text = overview(page.shortcuts)
    for action_id in all_actions():
        for key in page.shortcuts.keys(action_id):
            assert key.replace("<", "&lt;") in text or "Key_" in key, action_id

    show_shortcuts(desk.workbench).copy()

    assert "Knock Out" in QGuiApplication.clipboard().text()


def test_nothing_follows_the_mouse_outside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tab with the mouse elsewhere adds in the middle of what is seen."""
    canvas = desk.open(CHAIN)
    monkeypatch.setattr(QCursor, "pos", staticmethod(lambda: QPoint(-500, -500)))

    desk.press(Qt.Key.Key_Tab)
    QApplication.processEvents()

    x, y = canvas.scene_center()
    at = desk.popups.adding._xy
    assert abs(at[0] - x) < 2
    assert abs(at[1] - y) < 2
