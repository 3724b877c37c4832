"""The frame: panels that are remembered, panes that the keyboard reaches, themes, and what it must not do."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDockWidget, QLineEdit, QTabBar, QWidget

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.base.action import all_actions
from studio.gui.frame.menus import ActionBar
from studio.gui.frame.window import MainWindow
from studio.gui.frame.window_state import WindowState
from studio.gui.panels import all_panels
from studio.gui.theme import current_theme
from studio.gui.workbench import Workbench
from studio.settings import Settings
from studio.settings.folders import config_folder
from tests.gui.windows import close, opened
from tests.support.graphs import CRITIC_LOOP
from tests.support.thorough import thorough_but

CONTROL = Qt.KeyboardModifier.ControlModifier


def first_panel(window: MainWindow) -> str:
    return next(panel.id for panel in all_panels() if window.has_panel(panel.id))


def test_every_panel_has_a_dock_and_a_switch_in_the_view_menu(window: MainWindow) -> None:
    panels = all_panels()

    assert [panel.id for panel in panels] == list(window.docks)
    for panel in panels:
        assert f"view.panel.{panel.id}" in window.actions_bar.actions
        assert window.docks[panel.id].accessibleName() == panel.title


def test_the_panels_of_the_design_stand_where_it_says() -> None:
    where = {panel.title: panel.area for panel in all_panels()}

    assert (where["Palette"], where["Inspector"]) == ("left", "right")
    below = {title for title, area in where.items() if area == "bottom"}
    assert below >= {"Timeline", "Runs", "Prompts", "Dynamics", "Problems", "Chat"}


def test_what_is_hidden_and_how_large_the_window_was_is_remembered(qtbot: Any) -> None:
    first = opened(qtbot)
    window = next(first)
    hidden = first_panel(window)
    window.show_panel(hidden)
    window.workbench.trigger(f"view.panel.{hidden}")
    assert not window.has_panel(hidden)
    window.resize(640, 480)
    QApplication.processEvents()
    size = window.size()
    close(window)

    second = MainWindow(window_workbench())
    assert not second.has_panel(hidden)
    assert second.size() == size
    second.reset_layout()

    assert second.has_panel(hidden)
    close(second)


def window_workbench() -> Workbench:
    return Workbench(Settings.load())


@pytest.mark.parametrize(
    "garbage",
    [b"\0\1\2", b"geometry = 5", b'panels = "AAAA"\ngeometry = "!!"', b"[[[", b'panels = "////"', b"x" * 2_000_000],
    ids=["bytes", "number", "short", "toml", "base64", "large"],
)
def test_a_damaged_file_of_the_window_is_no_fault(qtbot: Any, garbage: bytes) -> None:
    path = config_folder() / "window.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(garbage)

    window = MainWindow(window_workbench())

    assert all(window.has_panel(panel.id) == panel.shown for panel in all_panels())
    close(window)
    assert WindowState().data("panels")


def test_a_folder_that_cannot_be_written_keeps_nobody_from_closing(lone_window: MainWindow, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    lone_window.state.path = blocker / "window.toml"

    lone_window._leaving = True

    assert lone_window.close()


def test_f6_goes_round_through_canvas_and_panels_and_shift_f6_back(window: MainWindow, small: Path, qtbot: Any) -> None:
    window.workbench.open(small)
    QApplication.processEvents()
    window.focus_canvas()
    visited: list[str] = []
    for _ in range(len(list(window._visible_docks()))):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F6)
        visited.append(pane_of(window, QApplication.focusWidget()))
    assert "canvas" not in visited
    assert len(set(visited)) == len(visited) > 0

    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F6)
    assert pane_of(window, QApplication.focusWidget()) == "canvas"
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert pane_of(window, QApplication.focusWidget()) == visited[-1]


def pane_of(window: MainWindow, focus: QWidget | None) -> str:
    assert focus is not None
    if window.pages.isAncestorOf(focus):
        return "canvas"
    return next(panel for panel, dock in window.docks.items() if dock.isAncestorOf(focus))


def test_panels_can_be_made_after_the_first_picture_or_when_they_are_asked_for(qtbot: Any) -> None:
    window = MainWindow(window_workbench(), lazy=True)
    assert not any(dock.widget() for dock in window.docks.values())
    last = list(window.docks)[-1]
    assert window.panel(last) is window.docks[last].widget() is not None

    with qtbot.waitSignal(window.completed):
        window.show()

    unmade = {name for name, dock in window.docks.items() if not dock.widget()}
    assert unmade == {panel.id for panel in all_panels() if panel.waits} - {last}
    close(window)


def test_a_panel_that_waits_is_made_when_it_is_seen_or_its_part_is_asked_for(lone_window: MainWindow) -> None:
    bench = lone_window.workbench
    for panel in (panel for panel in all_panels() if panel.waits):
        dock = lone_window.docks[panel.id]
        assert dock.widget() is None, panel.id

        if panel.part:
            assert bench.offers(panel.part), panel.id
            assert panel.part not in bench.parts, panel.id
            assert bench.part(panel.part) is dock.widget() is not None, panel.id
            assert not bench.waiting.get(panel.part), panel.id
            continue
        dock.show()
        dock.raise_()
        QApplication.processEvents()
        assert dock.widget() is not None, panel.id


@pytest.mark.parametrize("broken", thorough_but(lambda broken: not broken, [False, True]))
def test_a_panel_that_waits_is_made_once_it_has_something_to_tell(
    lone_window: MainWindow, tmp_path: Path, broken: bool, qtbot: Any
) -> None:
    problems, tests = lone_window.docks["problems"], lone_window.docks["tests"]
    path = tmp_path / "straight.yaml"
    wire = "topic.nothing_there" if broken else "topic.value"
    path.write_text(
        "studio: 1\nname: straight\nnodes:\n  topic: {type: flow.input, value: pools}\n"
        f"  result: {{type: flow.output}}\nedges:\n  - {wire} -> result.value\n"
    )
    if broken:
        path.with_name("straight.tests.yaml").write_text("studio_tests: 1\ncases: {}\n")

    document = lone_window.workbench.open(path)
    checks = lone_window.workbench.part("checks")
    qtbot.waitUntil(lambda: checks.of(document) is not None)

    assert (problems.widget() is not None) == broken
    assert ("error" in problems.windowTitle()) == broken
    assert (tests.widget() is not None) == broken


@pytest.mark.thorough
def test_a_panel_that_waits_is_made_when_its_tab_is_pressed(lone_window: MainWindow, qtbot: Any) -> None:
    dock = lone_window.docks["prompts"]
    bar, at = next(
        (bar, at)
        for bar in lone_window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        for at in range(bar.count())
        if bar.tabText(at) == dock.windowTitle()
    )
    assert dock.widget() is None

    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(at).center())

    assert dock.widget() is lone_window.panel("prompts")
    assert dock.widget().isVisible()


def test_asking_for_a_panel_shows_it_with_the_focus(window: MainWindow) -> None:
    panel = first_panel(window)
    window.docks[panel].hide()

    window.workbench.panel_asked.emit(panel)

    assert window.docks[panel].isVisible()


def test_themes_change_at_once_and_are_remembered(window: MainWindow) -> None:
    window.workbench.trigger("view.theme.dark")
    assert current_theme().is_dark
    assert Settings.load()["window.theme"] == "dark"
    QApplication.processEvents()
    assert window.actions_bar.actions["view.theme.dark"].isChecked()
    window.workbench.trigger("view.theme.light")

    assert not current_theme().is_dark


def test_a_theme_of_the_environment_cannot_be_changed(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_THEME", "light")
    window.actions_bar.refresh()

    assert not window.actions_bar.actions["view.theme.dark"].isEnabled()


def test_full_screen_and_back(lone_window: MainWindow, qtbot: Any) -> None:
    qtbot.keyClick(lone_window, Qt.Key.Key_F11, Qt.KeyboardModifier.ShiftModifier)
    assert lone_window.isFullScreen()
    QApplication.processEvents()
    qtbot.keyClick(lone_window, Qt.Key.Key_F11, Qt.KeyboardModifier.ShiftModifier)

    assert not lone_window.isFullScreen()


def test_every_action_stands_in_its_menu_once(window: MainWindow) -> None:
    bar: ActionBar = window.actions_bar
    for action in all_actions().values():
        holders = [path for path, menu in bar.menus.items() if bar.actions[action.id] in menu.actions()]
        assert holders == [action.menu], action.id


def test_no_two_actions_of_the_window_have_one_key() -> None:
    taken: dict[tuple[str, bool], str] = {}
    for action in all_actions().values():
        for key in action.keys:
            assert (key, action.canvas) not in taken, f"{key}: {action.id} and {taken[key, action.canvas]}"
            taken[key, action.canvas] = action.id


def test_everything_of_the_shell_that_takes_the_focus_has_a_name(window: MainWindow, small: Path) -> None:
    document = window.workbench.open(small)
    assert document is not None
    window.workbench.show(document, ("body",))
    window.workbench.trigger("help.welcome")
    page = window.pages.current_page()
    roots: list[QWidget] = [window.status, window.pages.tabBar(), window.pages.welcome()]
    roots += [one.breadcrumbs for one in window.pages.pages()]
    assert page is None

    for root in roots:
        for widget in root.findChildren(QWidget):
            if isinstance(widget, QAbstractButton | QLineEdit | QComboBox) and widget.objectName()[:3] != "qt_":
                named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
                assert named or not widget.isVisible(), widget.objectName()


def test_docks_can_be_moved_and_closed(window: MainWindow) -> None:
    for dock in window.docks.values():
        assert dock.features() & QDockWidget.DockWidgetFeature.DockWidgetMovable
        assert dock.features() & QDockWidget.DockWidgetFeature.DockWidgetClosable


def test_nothing_phones_home(qtbot: Any, small: Path, monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    """Starting, opening, editing, saving and closing open no socket to anywhere. The control opens one."""
    from studio.editing import TOP, SetKey

    asked: list[object] = []

    def connect(self: socket.socket, address: object) -> None:
        asked.append(address)

    def resolve(*told: object, **more: object) -> list[object]:
        asked.append(told)
        return []

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    steps = opened(qtbot)
    window = next(steps)
    document = window.workbench.open(small)
    assert document is not None
    document.do("Say more", [SetKey(TOP, "about", "mine")])
    window.workbench.part("files").save(document)
    window.workbench.trigger("help.welcome")
    QApplication.processEvents()
    close(window)

    assert asked == []
    with socket.socket() as door:
        door.connect(("127.0.0.1", 9))
    assert asked == [("127.0.0.1", 9)]


def test_enter_on_a_node_goes_to_what_it_says(window: MainWindow, qtbot: Any) -> None:
    document = window.workbench.add(Document(Graph.from_text(CRITIC_LOOP)))
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.select(["critic"])
    canvas.setFocus()

    qtbot.keyClick(canvas.focusProxy() or canvas, Qt.Key.Key_Return)

    focus = window.focusWidget()
    assert focus is not None
    assert focus.objectName() == "inspector.param.instructions.input"
    assert not document.is_modified
