"""Tabs: one for each graph that is shown, the way between them, and what becomes of them when the document changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio.editing import TOP, Document, PutGraph, PutNode, RenameGraph, SetKey
from studio.gui.frame.bodies import open_body
from studio.gui.frame.window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def opened(window: MainWindow, path: Path) -> Document:
    document = window.workbench.open(path)
    assert document is not None
    return document


def titles(window: MainWindow) -> list[str]:
    return [window.pages.tabText(index) for index in range(window.pages.count())]


def test_each_file_gets_a_tab_and_one_that_is_open_is_brought_to_the_front(
    window: MainWindow, small: Path, other: Path
) -> None:
    first = opened(window, small)
    opened(window, other)

    assert titles(window) == ["small.yaml", "other.yaml"]
    assert window.pages.tabToolTip(0) == str(small)
    assert opened(window, small) is first
    assert window.pages.currentIndex() == 0
    assert titles(window) == ["small.yaml", "other.yaml"]


def test_an_edit_marks_tab_and_frame_and_undo_takes_the_mark_away(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small)
    assert not window.isWindowModified()

    document.do("Say more", [SetKey(TOP, "about", "more")])

    assert titles(window) == ["small.yaml ●"]
    assert window.isWindowModified()
    assert window.windowTitle() == "small.yaml[*] — Ganglia Studio"
    QApplication.processEvents()
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert titles(window) == ["small.yaml"]
    assert not window.isWindowModified()


def test_keys_go_from_tab_to_tab_round_and_round(window: MainWindow, small: Path, other: Path, qtbot: Any) -> None:
    opened(window, small)
    opened(window, other)
    shown = []

    for key, modifier in (
        (Qt.Key.Key_Tab, CONTROL), (Qt.Key.Key_Tab, CONTROL), (Qt.Key.Key_PageUp, CONTROL),
        (Qt.Key.Key_PageDown, CONTROL),
    ):  # fmt: skip
        QApplication.processEvents()
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)
        shown.append(window.pages.currentIndex())

    assert shown == [0, 1, 0, 1]


def test_ctrl_w_and_the_middle_button_close_tabs_and_the_welcome_page_comes_last(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    opened(window, small)
    opened(window, other)
    QApplication.processEvents()

    bar = window.pages.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.MiddleButton, pos=bar.tabRect(0).center())
    assert titles(window) == ["other.yaml"]
    QApplication.processEvents()
    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)

    assert titles(window) == ["Welcome"]
    assert window.workbench.documents == []
    QApplication.processEvents()
    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    assert titles(window) == ["Welcome"]


@pytest.mark.thorough
def test_the_middle_button_that_comes_up_elsewhere_closes_nothing(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    opened(window, small)
    opened(window, other)
    bar = window.pages.tabBar()

    qtbot.mousePress(bar, Qt.MouseButton.MiddleButton, pos=bar.tabRect(0).center())
    qtbot.mouseRelease(bar, Qt.MouseButton.MiddleButton, pos=bar.tabRect(1).center())

    assert titles(window) == ["small.yaml", "other.yaml"]


def test_a_region_opens_beside_its_graph_and_breadcrumbs_lead_back(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    document = opened(window, small)
    opened(window, other)
    window.workbench.show(document)
    page = window.pages.current_page()
    assert page is not None

    page.canvas.bodyOpened.emit("inner")
    inner = window.pages.current_page()
    assert inner is not None
    inner.canvas.bodyOpened.emit("deep")

    assert titles(window) == ["small.yaml", "body", "deepest", "other.yaml"]
    deepest = window.pages.current_page()
    assert deepest is not None
    assert deepest.at == ("body", "deepest")
    assert [step.text() for step in deepest.breadcrumbs.steps] == ["small.yaml", "body", "deepest"]
    assert window.pages.tabToolTip(2) == f"{small} › body › deepest"
    qtbot.mouseClick(deepest.breadcrumbs.steps[1], Qt.MouseButton.LeftButton)
    assert window.workbench.current is not None
    assert window.workbench.current.at == ("body",)


def test_breadcrumbs_are_reached_and_pressed_by_keyboard(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small)
    window.workbench.show(document, ("body", "deepest"))
    page = window.pages.current_page()
    assert page is not None
    step = page.breadcrumbs.steps[0]

    step.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(step, Qt.Key.Key_Space)

    assert window.workbench.current is not None
    assert window.workbench.current.at == TOP


def test_alt_up_goes_to_the_graph_around(window: MainWindow, small: Path, qtbot: Any) -> None:
    document = opened(window, small)
    window.workbench.show(document, ("body",))
    QApplication.processEvents()

    qtbot.keyClick(window, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)

    assert window.workbench.current is not None
    assert window.workbench.current.at == TOP


def test_a_body_in_a_file_opens_that_file(window: MainWindow, small: Path, other: Path) -> None:
    document = opened(window, small)
    node = document.node(TOP, "inner")
    document.do("Use a file", [PutNode(TOP, "inner", type(node)("inner", "flow.subgraph", {"graph": "./other.yaml"}))])

    assert open_body(window.workbench, document, TOP, "inner")

    assert [one.title for one in window.workbench.documents] == ["small.yaml", "other.yaml"]
    assert window.workbench.current is not None
    assert window.workbench.current.document.path == other


def test_a_body_that_is_not_there_is_told_and_shows_nothing(window: MainWindow, small: Path) -> None:
    document = opened(window, small)
    node = document.node(TOP, "inner")
    document.do("Break it", [PutNode(TOP, "inner", type(node)("inner", "flow.subgraph", {"graph": "nobody"}))])

    assert not open_body(window.workbench, document, TOP, "inner")

    assert "There is no graph `nobody`" in window.status.text
    assert titles(window) == ["small.yaml ●"]


def test_tabs_of_a_removed_subgraph_close_and_come_back_where_they_were(
    window: MainWindow, small: Path, other: Path
) -> None:
    document = opened(window, small)
    window.workbench.show(document, ("body", "deepest"))
    window.workbench.show(document, ("body",))
    opened(window, other)
    assert titles(window) == ["small.yaml", "deepest", "body", "other.yaml"]

    document.do("Remove body", [PutGraph(TOP, "body", None)])
    assert titles(window) == ["small.yaml ●", "other.yaml"]
    document.undo()

    assert titles(window) == ["small.yaml", "deepest", "body", "other.yaml"]
    assert window.pages.currentIndex() == 3


@pytest.mark.thorough
def test_removing_the_subgraph_that_is_shown_shows_the_graph_around_it(window: MainWindow, small: Path) -> None:
    document = opened(window, small)
    window.workbench.show(document, ("body",))
    window.pages.close_index(0)
    assert titles(window) == ["body"]

    document.do("Remove body", [PutGraph(TOP, "body", None)])

    assert window.workbench.current is not None
    assert window.workbench.current.at == TOP
    assert titles(window) == ["small.yaml ●"]
    document.undo()
    assert window.workbench.current.at == ("body",)


def test_tabs_follow_a_subgraph_to_its_new_name(window: MainWindow, small: Path) -> None:
    document = opened(window, small)
    window.workbench.show(document, ("body", "deepest"))

    document.do("Rename", [RenameGraph(TOP, "body", "trunk")])

    page = window.pages.current_page()
    assert page is not None
    assert page.at == ("trunk", "deepest")
    assert window.workbench.current is not None
    assert window.workbench.current.at == ("trunk", "deepest")
    assert [step.text() for step in page.breadcrumbs.steps] == ["small.yaml", "trunk", "deepest"]


@pytest.mark.thorough
def test_a_tab_that_comes_back_knows_the_name_given_meanwhile(window: MainWindow, small: Path) -> None:
    document = opened(window, small)
    window.workbench.show(document, ("body", "deepest"))
    deepest = document.at(("body", "deepest"))

    document.do("Remove", [PutGraph(("body",), "deepest", None)])
    document.do("Rename", [RenameGraph(TOP, "body", "trunk")])
    document.do("Add again", [PutGraph(("trunk",), "deepest", deepest)])

    assert [page.at for page in window.pages.pages()] == [TOP, ("trunk", "deepest")]


def test_closing_the_window_asks_nothing_when_all_is_saved(lone_window: MainWindow, small: Path) -> None:
    opened(lone_window, small)

    assert lone_window.close()


def test_names_with_an_ampersand_and_markup_are_shown_as_they_are(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "a&b<b>x.yaml"
    path.write_text("studio: 1\n")
    opened(window, path)
    page = window.pages.current_page()
    assert page is not None

    assert titles(window) == ["a&&b<b>x.yaml"]
    assert page.breadcrumbs.steps[0].text() == "a&&b<b>x.yaml"


def test_a_right_click_on_a_tab_offers_to_close_the_others(
    window: MainWindow, small: Path, other: Path, qtbot: Any
) -> None:
    from PySide6.QtWidgets import QMenu

    opened(window, small)
    opened(window, other)
    menu = QMenu(window)

    window.pages.tabBar().menuAsked.emit(0, menu)  # type: ignore[attr-defined]
    actions = {action.text(): action for action in menu.actions()}
    actions["Copy Path"].trigger()
    actions["Close Other Graphs"].trigger()

    assert QApplication.clipboard().text() == str(small)
    assert titles(window) == ["small.yaml"]
