"""Pages of the inspector about several nodes, a graph, stores and bodies; large texts, and the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget

from studio.editing import Op
from studio.editing.carrying import fragments
from studio.editing.edits.nodes import delete, set_param
from studio.gui.panels.inspector.large import LargeEditor
from studio.gui.widgets.choices import PickEditor
from studio.gui.widgets.labels import Note
from studio.gui.widgets.prompts import PromptEditor
from studio.gui.widgets.tab_order import tab_stops
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.panels.inspector.editors import CTRL, prompt
from tests.gui.support import type_into
from tests.support.thorough import thorough_but


def _delete(desk: Desk, name: str) -> list[Op]:
    return delete(desk.document, desk.at, [name])


def test_several_nodes_are_edited_together_as_one_entry(loop: Desk) -> None:
    page = loop.select("writer", "critic")
    row = loop.row("temperature")
    type_into(row.editor.focusProxy(), "0.5")  # type: ignore[arg-type]

    assert loop.param("writer", "temperature") == loop.param("critic", "temperature") == 0.5
    assert len(loop.labels) == 1
    assert "2 nodes" in loop.labels[0]
    loop.document.do("One", set_param(loop.document, (), "critic", "temperature", 1.0))
    assert row.editor.focusProxy().placeholderText() == "(several)"  # type: ignore[union-attr]
    assert page.ports is None
    assert page.header.several.text() == "2 nodes"
    loop.select("writer", "topic")
    loop.document.undo()
    loop.document.undo()
    assert loop.param("writer", "temperature") is None


def test_params_that_nobody_knows_are_kept_and_removed_only_on_request(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(
        "studio: 1\nname: g\nnodes:\n  a: {type: flow.delay, secnods: 3}\n  b: {type: no.such, x: <b>1</b>}\n"
    )
    desk.select("a")
    assert desk.find(QWidget, "inspector.unknown.secnods")

    type_into(desk.row("seconds").editor.focusProxy(), "2")  # type: ignore[arg-type]
    assert desk.param("a", "secnods") == 3
    desk.click("inspector.unknown.secnods.remove")
    assert desk.param("a", "secnods") is None

    desk.select("b")
    shown = [one.text() for one in desk.inspector.findChildren(Note) if one.isVisible()]
    assert any("x: <b>1</b>" in one for one in shown), "shown as it is, not as markup"


def test_the_graph_is_edited_while_nothing_is_selected(loop: Desk) -> None:
    loop.canvas.clear_selection()
    loop.settle()
    page = loop.inspector.page
    type_into(loop.find(QWidget, "inspector.graph.about").editor.field, " Again.")  # type: ignore[attr-defined]
    type_into(loop.find(QWidget, "inspector.graph.max_ticks").editor.box, "12", replace=True)  # type: ignore[attr-defined]
    until = loop.find(QWidget, "inspector.graph.until").editor.box  # type: ignore[attr-defined]
    QTest.keyClick(until, Qt.Key.Key_Down)
    type_into(loop.find(QLineEdit, "inspector.graph.name"), "other_loop", replace=True)
    QTest.keyClick(loop.find(QLineEdit, "inspector.graph.name"), Qt.Key.Key_Return)

    graph = loop.document.graph
    assert (graph.about, graph.max_ticks, graph.until) == ("Write, criticise, rewrite. Again.", 12, "stop")
    assert graph.name == "other_loop"
    loop.click("inspector.end.topic")
    assert loop.canvas.selected() == ["topic"]
    assert loop.inspector.page is not page


def test_stores_are_declared_renamed_with_their_users_and_deleted(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("studio: 1\nname: g\nnodes:\n  a: {type: queue.pop, store: tasks}\nstores: {tasks: {type: queue}}\n")
    page = desk.inspector.page
    desk.settle()
    page = desk.inspector.page
    QTest.mouseClick(page.sections["Stores"].header, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    desk.settle()

    field = desk.find(QLineEdit, "inspector.store.tasks.name")
    type_into(field, "work", replace=True)
    QTest.keyClick(field, Qt.Key.Key_Return)
    desk.settle()
    assert desk.param("a", "store") == "work"
    assert list(desk.document.graph.stores) == ["work"]
    items = desk.find(QWidget, "inspector.store.work.items").editor  # type: ignore[attr-defined]
    type_into(items.field, "[1, 2]", replace=True)
    items.commit()
    assert desk.document.graph.stores["work"].params == {"items": [1, 2]}
    desk.click("inspector.store.work.delete")
    assert not desk.document.graph.stores
    assert desk.param("a", "store") == "work"
    desk.document.undo()
    desk.select("a")
    desk.click("declare_store")
    assert desk.param("a", "store") in desk.document.graph.stores != {"work": None}


def test_a_subgraph_that_nothing_runs_is_deleted_and_one_that_is_run_stays_with_the_reason(
    desk_of: Callable[..., Desk],
) -> None:
    desk = desk_of(
        "studio: 1\nname: g\nnodes:\n  a: {type: flow.subgraph, graph: used}\ngraphs:\n"
        "  used: {nodes: {x: {type: flow.input}}}\n  left: {nodes: {x: {type: flow.input}}}\n"
    )
    desk.settle()
    page = desk.inspector.page
    QTest.mouseClick(page.sections["Subgraphs"].header, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    desk.settle()

    desk.click("inspector.subgraph.left.delete")
    assert list(desk.document.graph.graphs) == ["used"]
    desk.click("inspector.subgraph.used.delete")
    assert list(desk.document.graph.graphs) == ["used"]
    assert desk.labels == ["Delete subgraph left"]
    desk.document.undo()
    assert list(desk.document.graph.graphs) == ["used", "left"]


def test_a_large_window_edits_the_same_text(loop: Desk) -> None:
    loop.select("critic")
    editor = prompt(loop)
    loop.click("inspector.param.instructions.large")
    window = next(one for one in QApplication.topLevelWidgets() if isinstance(one, LargeEditor))
    assert not window.isModal()
    assert isinstance(window.editor, PromptEditor)

    type_into(window.editor.field, " Really.")
    assert editor.field.text() == "Judge: {draft} Really." == loop.param("critic", "instructions")
    QTest.keyClick(window.editor.field, Qt.Key.Key_Z, CTRL)
    assert editor.field.text() == window.editor.field.text() == "Judge: {draft}"
    loop.document.do("Delete", _delete(loop, "critic"))
    loop.settle()

    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, LargeEditor) and one.isVisible()]


@pytest.mark.parametrize("megabytes", thorough_but(lambda megabytes: megabytes == 2, [2, 10]))
def test_a_prompt_of_megabytes_is_shown_in_part_and_opened_on_request(
    desk_of: Callable[..., Desk], megabytes: int
) -> None:
    desk = desk_of("studio: 1\nname: g\nnodes:\n  a: {type: text.template, template: x}\n")
    big = "a line of some forty letters and {name}\n" * (25_000 * megabytes)
    desk.document.do("Big", set_param(desk.document, (), "a", "template", big))
    desk.select("a")
    editor = prompt(desk, "template")

    assert editor.long
    assert editor.field.isReadOnly()
    assert len(editor.field.text()) == 20_000
    QTest.keyClicks(editor.field, "x")
    assert desk.param("a", "template") is big

    desk.click("open_anyway", editor)
    assert not editor.field.isReadOnly()
    assert editor._highlighter is None
    QTest.keyClick(editor.field, Qt.Key.Key_Home, CTRL)
    QTest.keyClicks(editor.field, "yes ")
    assert desk.param("a", "template") is big, "a long text is told after a pause"
    QTest.keyClick(editor.field, Qt.Key.Key_S, CTRL)
    assert desk.param("a", "template") == f"yes {big}", "any shortcut finds the document as it was typed"


def test_models_bodies_and_stores_are_picked_from_what_there_is(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(
        "studio: 1\nname: g\nnodes:\n  a: {type: flow.subgraph, graph: inner}\n  b: {type: llm.chat}\n"
        "graphs:\n  inner: {nodes: {x: {type: flow.input}}}\n  other: {nodes: {y: {type: flow.input}}}\n"
    )
    desk.select("a")
    picker = desk.row("graph").editor
    assert isinstance(picker, PickEditor)
    assert [value for value, _ in picker.choices()] == ["inner", "other"]
    picker.fill()
    picker._picked(1)
    assert desk.param("a", "graph") == "other"
    shown: list[object] = []
    desk.workbench.shown.connect(shown.append)
    desk.click("open_graph")
    assert shown[-1].at == ("other",)  # type: ignore[attr-defined]

    desk.select("b")
    models = desk.row("model").editor
    assert isinstance(models, PickEditor)
    assert {"default", "fast", "strong"} <= {value for value, _ in models.choices()}
    type_into(models.line, "openai/gpt-x", replace=True)
    assert desk.param("b", "model") == "openai/gpt-x"


def test_the_keyboard_alone_reaches_everything(loop: Desk) -> None:
    page = loop.select("route")
    first = loop.find(QLineEdit, "inspector.name")
    first.setFocus()
    met: list[str] = []
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget() or first, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is None or widget is first:
            break
        assert widget.accessibleName() or isinstance(widget, QPlainTextEdit), (
            f"no name: {widget!r} {widget.objectName()}"
        )
        met.append(widget.accessibleName())

    titles = [section.header.text() for section in page.engine.sections.values()]
    assert all(title in met for title in ("Params", "Ports", *titles, "Help"))
    places = [met.index(title) for title in ("Params", "Ports", *titles, "Help")]
    assert places == sorted(places)
    header = page.engine.sections["Time"].header
    header.setFocus()
    QTest.keyClick(header, Qt.Key.Key_Return)
    assert page.engine.sections["Time"].is_open
    assert isinstance(header, QAbstractButton)


def test_showing_others_of_several_nodes_edits_none_of_them(loop: Desk) -> None:
    """Colours of variables are a change of the text to Qt: it must not be taken for typing, with other texts behind."""
    loop.select("writer", "critic")
    copies, ops = fragments.duplicate(loop.document, loop.at, ["writer", "critic"])
    loop.document.do("Duplicate 2 nodes", ops)
    loop.settle()

    loop.select(*copies)
    loop.settle()
    loop.select("writer", "critic")
    loop.settle()

    assert loop.labels == ["Duplicate 2 nodes"]
    assert loop.param(copies[0], "instructions") == loop.param("writer", "instructions")
    assert loop.param(copies[1], "instructions") == loop.param("critic", "instructions")


def test_tab_walks_through_the_page_as_it_is_read(loop: Desk) -> None:
    page = loop.select("critic")
    loop.find(QWidget, "inspector.param.instructions.input").setFocus()
    passed: list[tuple[str, int]] = []
    while not passed or passed[-1][0] != "Help":
        focus = QApplication.focusWidget()
        assert focus is not None
        assert len(passed) < 60
        place = focus.mapTo(page, QPoint(0, focus.height() // 2))
        passed.append((focus.accessibleName(), place.y()))
        QTest.keyClick(focus, Qt.Key.Key_Tab)

    names = [name for name, _ in passed]
    assert names.index("Answer") < names.index("labels") < names.index("Routes") < names.index("Ports")
    assert all(after > before - 20 for (_, before), (_, after) in pairwise(passed)), passed
    ports = next(stop for stop in tab_stops(page) if stop.accessibleName() == "Ports")
    ports.setFocus()
    QTest.keyClick(ports, Qt.Key.Key_Backtab)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == names[names.index("Ports") - 1]


def test_what_the_file_says_is_bold_from_the_first_moment(loop: Desk) -> None:
    loop.select("writer")
    bold, plain = loop.row("instructions").label, loop.row("schema").label

    assert (bold.is_strong, plain.is_strong) == (True, False)
    seen = bold.grab().toImage()
    bold.set_strong(False)
    assert bold.grab().toImage() != seen
