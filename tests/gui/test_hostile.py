"""Files that nobody should have to meet open in the real window, stay usable, and are saved with all they hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QLabel, QWidget

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.theme import apply_theme, current_theme
from tests.gui.standing import Standing
from tests.gui.support import assert_view_equals_document
from tests.support.hostile_graphs import HOSTILE, MARK, big_prompt, html, many_nodes
from tests.support.thorough import thorough_but


class Opened:
    """A hostile file in the window."""

    def __init__(self, window: MainWindow, qtbot: Any, folder: Path, text: str) -> None:
        self.window = window
        self.qtbot = qtbot
        self.path = folder / "hostile.yaml"
        self.path.write_text(text, encoding="utf-8")
        document = window.workbench.open(self.path)
        assert document is not None
        self.document: Document = document
        self.settle()

    @property
    def canvas(self) -> Canvas:
        canvas = self.window.workbench.canvas
        assert canvas is not None
        return canvas

    def settle(self) -> None:
        """Wait until all that was started is done."""
        checks = self.window.workbench.part("checks")
        self.qtbot.waitUntil(lambda: checks.is_idle)
        QApplication.processEvents()

    def use(self) -> None:
        """Select, look at it, edit, undo and save, as a person does."""
        before = self.document.graph.to_text()
        names = list(self.document.at(()).nodes)
        self.canvas.select([names[0]])
        self.settle()
        self.canvas.select_all()
        self.settle()
        self.window.grab()
        self.canvas.select([names[-1]])
        self.canvas.reveal(names[-1])
        self.settle()
        self.canvas.view.setFocus()
        QTest.keyClick(self.canvas.view, Qt.Key.Key_Delete)
        assert names[-1] not in self.document.at(()).nodes
        assert_view_equals_document(self.canvas)
        self.window.workbench.trigger("edit.undo")
        self.settle()
        assert self.document.graph.to_text() == before
        assert_view_equals_document(self.canvas)
        self.window.workbench.trigger("file.save")
        assert Graph.load(self.path) == self.document.graph


@pytest.fixture
def window(whole: Standing) -> Iterator[MainWindow]:
    """The window that stands for all tests of this module, with nothing open."""
    yield from whole.lend()


@pytest.fixture
def show(window: MainWindow, qtbot: Any, tmp_path: Path) -> Callable[[str], Opened]:
    """Open a text in the window."""
    return lambda text: Opened(window, qtbot, tmp_path, text)


EACH_TIME = {("odd_letters", "dark"), *((name, "light") for name in ("cycles", "html", "recursion"))}
"""Files that are used whole in every run, and the theme; the others only in a thorough one."""
USED = [(name, theme) for name in HOSTILE if name not in ("many_nodes", "big_prompt") for theme in ("light", "dark")]


@pytest.mark.parametrize("used", thorough_but(lambda used: used in EACH_TIME, USED), ids=str)
def test_a_hostile_file_opens_is_edited_undone_and_saved_whole(
    show: Callable[[str], Opened], used: tuple[str, str]
) -> None:
    name, theme = used
    text = HOSTILE[name]()
    wanted = Graph.from_text(text)
    if current_theme().name != theme:
        apply_theme(theme)

    shown = show(text)
    assert_view_equals_document(shown.canvas)
    shown.use()

    assert Graph.load(shown.path).nodes == wanted.nodes
    assert Graph.load(shown.path).edges == wanted.edges
    assert Graph.load(shown.path).layout == wanted.layout


def test_every_subgraph_of_a_deep_file_can_be_shown(show: Callable[[str], Opened]) -> None:
    shown = show(HOSTILE["deep_bodies"]())
    places = [at for at, _ in shown.document.walk()]
    for at in places:
        shown.window.workbench.show(shown.document, at)
        assert_view_equals_document(shown.canvas)
        assert shown.canvas.at == at

    assert len(places) == 16


def test_a_graph_that_runs_itself_opens_into_itself_without_end(show: Callable[[str], Opened]) -> None:
    shown = show(HOSTILE["recursion"]())
    shown.window.workbench.show(shown.document, ("itself",))
    for _ in range(5):
        shown.canvas.bodyOpened.emit("again")
        QApplication.processEvents()

    assert shown.canvas.at == ("itself",)


def test_nothing_of_a_file_is_shown_as_markup(show: Callable[[str], Opened]) -> None:
    shown = show(html())
    assert loose_markup(shown.window) == []
    for name in shown.document.graph.nodes:
        shown.canvas.select([name])
        shown.settle()
        assert loose_markup(shown.window) == [], name
    for panel in shown.window.docks:
        shown.window.show_panel(panel)
        shown.settle()
        assert loose_markup(shown.window) == [], panel
    for card in shown.canvas.projection.cards.values():
        assert MARK not in card.toolTip()
    shown.window.workbench.say(f"said {MARK}", "error")
    QApplication.processEvents()
    assert loose_markup(shown.window) == []


def test_a_popup_over_hostile_names_shows_no_markup(show: Callable[[str], Opened]) -> None:
    shown = show(html())
    shown.canvas.view.setFocus()
    for action in ("graph.add", "edit.find", "view.commands", "graph.definition"):
        if action in shown.window.actions_bar.actions:
            shown.window.workbench.trigger(action)
            shown.settle()
            assert loose_markup(shown.window) == [], action


@pytest.mark.parametrize("megabytes", thorough_but(lambda megabytes: megabytes == 3, [3, 10]))
def test_a_prompt_of_megabytes_is_shown_in_part_and_saved_whole(show: Callable[[str], Opened], megabytes: int) -> None:
    text = big_prompt(megabytes)
    wanted = Graph.from_text(text).nodes["ask"].params["instructions"]
    shown = show(text)

    def blocked(act: Callable[[], object]) -> float:
        began = time.monotonic()
        act()
        QApplication.processEvents()
        return time.monotonic() - began

    # Laying out megabytes in a text widget takes minutes; what is asked for here is a wide margin below that.
    assert blocked(lambda: shown.canvas.select(["ask"])) < 5
    assert blocked(lambda: shown.window.grab()) < 5
    shown.use()
    again = Graph.load(shown.path).nodes["ask"].params["instructions"]
    assert again == wanted


@pytest.mark.parametrize("count", thorough_but(lambda count: count == 1_500, [1_500, 5_000]))
def test_thousands_of_nodes_are_selected_moved_about_and_saved(show: Callable[[str], Opened], count: int) -> None:
    shown = show(many_nodes(count))
    last = f"n{count - 1}"
    assert len(shown.canvas.projection.cards) == count
    shown.canvas.zoom_to_fit()
    shown.window.grab()
    problems: Any = shown.window.panel("problems")
    assert problems.model.rowCount() > 0.8 * count

    shown.canvas.select([last])
    shown.canvas.reveal(last)
    shown.canvas.view.setFocus()
    QTest.keyClick(shown.canvas.view, Qt.Key.Key_Delete)
    assert last not in shown.document.graph.nodes
    shown.window.workbench.trigger("edit.undo")
    shown.settle()
    shown.window.workbench.trigger("file.save")

    assert len(Graph.load(shown.path).nodes) == count
    assert_view_equals_document(shown.canvas)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("studio: 1\nnodes: [", "not valid YAML"),
        ("studio: 1\nnodes:\n  a: !!python/object/apply:os.system [x]\n", "tag"),
        ("studio: 99\nnodes: {}\n", "99"),
        ("", "empty"),
        ("<html><body>no graph</body></html>", "no graph file"),
    ],
)
def test_what_is_no_graph_is_refused_with_a_sentence(window: MainWindow, tmp_path: Path, text: str, said: str) -> None:
    told: list[str] = []
    window.workbench.said.connect(lambda words, kind: told.append(words) if kind == "error" else None)
    path = tmp_path / "no_graph.yaml"
    path.write_text(text, encoding="utf-8")

    assert window.workbench.open(path) is None
    QApplication.processEvents()

    assert any(said in one for one in told), told
    assert window.workbench.documents == []
    assert loose_markup(window) == []


# -- how it is looked for -------------------------------------------------------------------------


def loose_markup(root: QWidget) -> list[str]:
    """Return the widgets that would show a text of the file as markup: tool tips and labels that Qt takes for HTML."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        for kind, text in (("tool tip", widget.toolTip()), ("what's this", widget.whatsThis())):
            if MARK in text:
                found.append(f"{kind} of {_name(widget)}")
        if isinstance(widget, QLabel) and MARK in widget.text():
            if widget.textFormat() not in (Qt.TextFormat.PlainText,):
                found.append(f"label {_name(widget)}")
        if isinstance(widget, QAbstractButton | QDockWidget) and MARK in widget.toolTip():
            found.append(f"button {_name(widget)}")
    for action in root.actions():
        if MARK in action.toolTip():
            found.append(f"action {action.objectName()}")
    return found


def _name(widget: QWidget) -> str:
    return widget.objectName() or type(widget).__name__


def test_loose_markup_would_be_found(lone_window: MainWindow) -> None:
    label = QLabel(f"x {MARK}", lone_window)
    assert loose_markup(lone_window) == ["label QLabel"]
    label.setTextFormat(Qt.TextFormat.PlainText)
    assert loose_markup(lone_window) == []
    lone_window.setToolTip(MARK)
    assert loose_markup(lone_window) == ["tool tip of main"]


def test_a_save_that_loses_something_would_be_found(show: Callable[[str], Opened]) -> None:
    shown = show(HOSTILE["unknown_nodes"]())
    del shown.document.graph.nodes["strange"].params["deep"]

    shown.window.workbench.trigger("file.save")

    assert Graph.load(shown.path).nodes != Graph.from_text(HOSTILE["unknown_nodes"]()).nodes
