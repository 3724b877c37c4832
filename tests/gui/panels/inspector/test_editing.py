"""What is typed in the inspector is done to the document, in entries that a person would name, and undone as one."""

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
from studio.graph.model import Edge
from studio.gui.canvas.wire_item import WireKey
from studio.gui.panels.inspector.header import NodeHeader
from studio.gui.panels.inspector.large import LargeEditor
from studio.gui.panels.inspector.node_page import NodePage
from studio.gui.panels.inspector.wire_page import WirePage
from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.choices import ChoiceEditor, PickEditor, SwitchEditor
from studio.gui.widgets.labels import Note
from studio.gui.widgets.prompts import PromptEditor
from studio.gui.widgets.rows import Rows
from studio.gui.widgets.tab_order import tab_stops
from tests.gui.panels.inspector.conftest import Desk
from tests.gui.support import type_into

CTRL = Qt.KeyboardModifier.ControlModifier


def prompt(desk: Desk, param: str = "instructions") -> PromptEditor:
    editor = desk.row(param).editor
    assert isinstance(editor, PromptEditor)
    return editor


def edge(desk: Desk, text: str) -> Edge:
    return next(one for one in desk.document.at(desk.at).edges if str(one) == text)


def select_wire(desk: Desk, text: str) -> None:
    wires = desk.canvas.projection.wires
    key = WireKey.of(edge(desk, text))
    desk.canvas.select_items({wires[key]})


# -- typing and undo ----------------------------------------------------------------------------


def test_typing_is_one_entry_until_the_field_is_left(loop: Desk) -> None:
    loop.select("critic")
    field = prompt(loop).field

    type_into(field, " Be")
    type_into(field, " kind.")
    assert loop.labels == ["Set instructions of critic"]
    loop.row("output").editor.setFocus()
    type_into(field, " Now.")

    assert loop.labels == ["Set instructions of critic"] * 2
    assert loop.param("critic", "instructions") == "Judge: {draft} Be kind. Now."


def test_a_pause_in_typing_ends_the_entry(loop: Desk) -> None:
    page = loop.select("critic")
    field = prompt(loop).field

    type_into(field, "a")
    page.subject._pause.timeout.emit()
    type_into(field, "b")

    assert len(loop.labels) == 2


def test_undo_in_a_field_takes_back_the_documents_last_edit_not_the_fields(loop: Desk) -> None:
    loop.select("critic")
    field = prompt(loop).field
    type_into(field, " x")
    loop.document.do("Elsewhere", set_param(loop.document, (), "topic", "value", "dunes"))
    field.setFocus()

    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert loop.param("topic", "value") == "tide pools"
    assert field.text() == "Judge: {draft} x"
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert loop.param("critic", "instructions") == "Judge: {draft}" == field.text()
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert field.text() == "Judge: {draft} x"

    assert loop.document.history.undo_label == "Set instructions of critic"


def test_undo_keys_work_in_lines_numbers_and_pickers_too(loop: Desk) -> None:
    loop.select("critic")
    for param in ("output", "max_tokens", "model"):
        row = loop.row(param)
        inner = row.editor.line if isinstance(row.editor, PickEditor) else row.editor.focusProxy()
        assert isinstance(inner, QLineEdit)
        type_into(inner, "7")
        assert loop.param("critic", param) is not None

        QTest.keyClick(inner, Qt.Key.Key_Z, CTRL)

        assert loop.param("critic", param) is None
        assert inner.text() == ""


def test_an_edit_from_elsewhere_leaves_cursor_focus_and_scrolling(loop: Desk) -> None:
    loop.select("critic")
    field = prompt(loop).field
    type_into(field, "\nmore {draft} and a longer end of the text")
    cursor = field.textCursor()
    cursor.setPosition(5)
    field.setTextCursor(cursor)
    field.setFocus()

    text = field.text().replace("longer", "much longer")
    loop.document.do("Elsewhere", set_param(loop.document, (), "critic", "instructions", text))

    assert field.text() == text
    assert field.textCursor().position() == 5
    assert QApplication.focusWidget() is field


def test_what_a_field_shows_comes_back_from_the_document_without_a_second_edit(loop: Desk) -> None:
    loop.select("critic")
    seen: list[str] = []
    loop.document.settled.connect(lambda: seen.append("settled"))

    type_into(prompt(loop).field, "abc")

    assert len(seen) == 3


def test_a_value_that_is_none_is_told_and_not_set(loop: Desk) -> None:
    loop.select("critic")
    row = loop.row("temperature")
    box = row.editor.focusProxy()
    assert isinstance(box, QLineEdit)

    type_into(box, "hot", replace=True)
    assert "number" in row.told.text()
    assert loop.param("critic", "temperature") is None
    type_into(box, "5", replace=True)
    assert "at most 2" in row.told.text()
    assert loop.param("critic", "temperature") is None
    type_into(box, "1e-1", replace=True)

    assert row.told.text() == ""
    assert loop.param("critic", "temperature") == 0.1
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert loop.param("critic", "temperature") == pytest.approx(0.2)
    loop.click("inspector.param.temperature.reset")
    assert loop.param("critic", "temperature") is None
    assert box.text() == ""
    assert box.placeholderText() == "0.0"


def test_a_refused_value_stays_in_the_field_to_be_mended(loop: Desk) -> None:
    loop.select("critic")
    row = loop.row("instructions")
    field = prompt(loop).field

    type_into(field, " {done")
    type_into(field, "}")
    assert "reserved" in row.told.text()
    assert loop.param("critic", "instructions") == "Judge: {draft} {done"
    loop.document.do("Elsewhere", set_param(loop.document, (), "topic", "value", "dunes"))
    assert field.text() == "Judge: {draft} {done}", "what was typed is still there"
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, "_now}")

    assert loop.param("critic", "instructions") == "Judge: {draft} {done_now}"
    assert not row.told.text()


# -- the head -----------------------------------------------------------------------------------


def test_a_node_is_renamed_with_its_wires_and_stays_selected(loop: Desk) -> None:
    loop.select("critic")
    field = loop.find(QLineEdit, "inspector.name")

    type_into(field, "route", replace=True)
    told = [one.text() for one in loop.inspector.findChildren(Note) if one.isVisible()]
    assert any("already" in one for one in told)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "critic" in loop.document.graph.nodes
    assert field.text() == "critic"
    type_into(field, "judge", replace=True)
    QTest.keyClick(field, Qt.Key.Key_Return)
    loop.settle()

    assert "judge" in loop.document.graph.nodes
    assert str(edge(loop, "judge.label -> route.value"))
    assert loop.labels == ["Rename critic to judge"]
    page = loop.inspector.page
    assert isinstance(page, NodePage)
    assert page.subject.names == ("judge",)
    loop.document.undo()
    loop.settle()
    assert page.subject.names == ("critic",)
    assert field.text() == "critic"


def test_title_time_errors_and_limits_are_set_on_the_node(loop: Desk) -> None:
    page = loop.select("critic")
    type_into(loop.find(QLineEdit, "inspector.title"), "the judge")
    for section in page.engine.sections.values():
        QTest.mouseClick(section.header, Qt.MouseButton.LeftButton)
    loop.settle()

    for name, word in (
        ("fires", "every tick"),
        ("knockout", "off (gives nothing)"),
        ("on_error", "give default values"),
    ):
        row = loop.find(QWidget, f"inspector.key.{name}")
        editor = row.editor  # type: ignore[attr-defined]
        assert isinstance(editor, ChoiceEditor)
        while editor.box.currentText() != word:
            QTest.keyClick(editor.box, Qt.Key.Key_Down)
    type_into(loop.find(QWidget, "inspector.key.retries").editor.box, "2")  # type: ignore[attr-defined]
    type_into(loop.find(QWidget, "inspector.key.cost_usd").editor.box, "0.5")  # type: ignore[attr-defined]

    node = loop.document.node((), "critic")
    assert (node.title, node.fires, node.knockout, node.on_error) == ("the judge", "every_tick", True, "default")
    assert node.retries == 2
    assert node.limits == {"cost_usd": 0.5}
    assert not loop.find(QWidget, "inspector.key.default").isHidden()
    while loop.document.undo():
        pass
    assert loop.document.node((), "critic").limits == {}
    assert loop.document.node((), "critic").title == ""


def test_the_score_names_what_would_raise_it_weightiest_first(loop: Desk) -> None:
    page = loop.select("writer")
    header = page.header
    assert isinstance(header, NodeHeader)
    assert header.score.isVisible()
    assert header.score.reasons.text().startswith("• The answer is free text")
    before = header.score.bar.score

    loop.document.do("Labels", set_param(loop.document, (), "writer", "labels", ["a", "b"]))

    assert header.score.bar.score > before
    assert "free text" not in header.score.reasons.text()


# -- variables of prompts -----------------------------------------------------------------------


def test_a_variable_without_a_wire_is_named_and_gets_an_input_on_request(loop: Desk) -> None:
    loop.select("critic")
    editor = prompt(loop)
    type_into(editor.field, " for {reader}")
    editor._look.now()
    loop.settle()
    assert [one for one in editor.names() if one not in editor._known] == ["reader"]

    loop.click("add_input.reader", editor)

    assert loop.document.graph.nodes["reader"].type == "flow.input"
    assert edge(loop, "reader.value -> critic.reader")
    assert loop.labels[-1] == "Add input reader"
    assert not editor._missing.isVisible()
    loop.document.undo()
    assert "reader" not in loop.document.graph.nodes
    assert loop.document.graph.edges[-1].target_port != "reader"


def test_a_variable_typed_anew_keeps_its_wires_if_the_person_says_so(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)
    text = editor.field.text().replace("{topic}", "{subject}")
    cursor = editor.field.textCursor()
    place = editor.field.text().index("topic")
    cursor.setPosition(place)
    cursor.setPosition(place + 5, cursor.MoveMode.KeepAnchor)
    editor.field.setTextCursor(cursor)
    QTest.keyClicks(editor.field, "subject")
    editor._look.now()
    loop.settle()
    assert editor._rename_bar.isVisible()

    loop.click("keep_wires", editor)

    assert loop.param("writer", "instructions") == text
    assert edge(loop, "topic.value -> writer.subject")
    assert loop.param("writer", "examples")[0]["subject"] == "sand"
    assert not editor._rename_bar.isVisible()


def test_a_variable_is_renamed_from_the_menu_everywhere(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)

    editor._renamed_to("fault", "flaw")
    loop.settle()

    assert "{flaw}" in loop.param("writer", "instructions")
    assert "{flaw}" in editor.field.text()
    assert edge(loop, "critic.label ~> writer.flaw").has_initial
    assert loop.labels == ["Rename fault of writer to flaw"]


def test_names_are_offered_behind_a_brace(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)

    type_into(editor.field, "and {to")
    assert editor.completion.popup.isVisible()
    QTest.keyClick(editor.field, Qt.Key.Key_Return)

    assert loop.param("writer", "instructions").endswith("and {topic}")


def test_the_list_follows_what_is_typed_while_it_has_the_keyboard(loop: Desk) -> None:
    loop.select("writer")
    editor = prompt(loop)
    type_into(editor.field, "and {t")
    popup = editor.completion.popup
    assert popup.isVisible()
    offered = popup.model().rowCount()

    QTest.keyClicks(popup, "opi")
    assert popup.isVisible()
    assert 0 < popup.model().rowCount() < offered
    QTest.keyClicks(popup, "xy} z")

    assert not popup.isVisible()
    assert editor.field.text().endswith("and {topixy} z")


def test_an_output_of_another_node_is_picked_as_a_variable_and_wired(loop: Desk) -> None:
    loop.select("critic")
    editor = prompt(loop)

    type_into(editor.field, " of {topic.v")
    assert not editor.completion.popup.isVisible(), "a variable has no dot"
    type_into(editor.field, "\nand {topi")
    assert editor.completion.popup.isVisible()
    QTest.keyClick(editor.field, Qt.Key.Key_Return)

    assert loop.param("critic", "instructions").endswith("and {topic}")
    assert edge(loop, "topic.value -> critic.topic")


# -- other parts --------------------------------------------------------------------------------


def test_a_click_on_a_wire_goes_to_its_other_end_and_wires_are_put_in_order(loop: Desk) -> None:
    loop.workbench.shown.connect(lambda tab: None)
    loop.select("either")
    rows = loop.find(Rows, "inspector.order.value")
    grips = list(rows.findChildren(QWidget, "grip"))
    assert [row.edge.source for row in rows.contents()] == ["writer", "topic"]

    start = grips[1].rect().center()
    QTest.mousePress(grips[1], Qt.MouseButton.LeftButton, pos=start)
    for y in (-6, -16, -30):
        QTest.mouseMove(grips[1], start + QPoint(0, y))
        _move(grips[1], start + QPoint(0, y))
    QTest.mouseRelease(grips[1], Qt.MouseButton.LeftButton, pos=start)
    loop.settle()

    into = [str(one) for one in loop.document.graph.edges if one.target == "either"]
    assert into == ["topic.value -> either.value", "writer.text -> either.value"]
    loop.click("inspector.wire.topic.value")
    assert loop.canvas.selected() == ["topic"]


def _move(widget: QWidget, to: QPoint) -> None:
    """Send a move with the button held, which `QTest.mouseMove` does not hold."""
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(to), QPointF(widget.mapToGlobal(to)), left, left, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


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


def test_a_wire_is_made_feedback_with_a_first_value_and_back(loop: Desk) -> None:
    select_wire(loop, "topic.value -> writer.topic")
    loop.settle()
    page = loop.inspector.page
    assert isinstance(page, WirePage)

    feedback = page.feedback
    assert isinstance(feedback, SwitchEditor)
    QTest.keyClick(feedback.box, Qt.Key.Key_Space)
    loop.settle()
    assert edge(loop, "topic.value ~> writer.topic")
    first = page.first.box
    QTest.keyClick(first, Qt.Key.Key_Down)
    loop.settle()
    text = page.initial.editors["text"]
    assert isinstance(text, AreaEditor)
    type_into(text.field, "sand")
    assert edge(loop, "topic.value ~> writer.topic").initial == "sand"
    QTest.keyClick(first, Qt.Key.Key_Down)
    loop.settle()
    wire = edge(loop, "topic.value ~> writer.topic")
    assert wire.initial_from
    assert not wire.has_initial
    QTest.keyClick(page.hold.box, Qt.Key.Key_Space)
    assert edge(loop, "topic.value ~> writer.topic").hold
    QTest.keyClick(feedback.box, Qt.Key.Key_Space)
    loop.settle()
    assert loop.inspector.page is page
    wire = edge(loop, "topic.value -> writer.topic")
    assert not (wire.hold)
    assert not (wire.initial_from)
    assert not (wire.has_initial)
    loop.click("inspector.wire.cut")
    assert all(str(one) != "topic.value -> writer.topic" for one in loop.document.graph.edges)


def test_a_wire_that_would_close_a_cycle_stays_feedback_and_says_why(loop: Desk) -> None:
    select_wire(loop, "critic.label ~> writer.fault")
    loop.settle()
    page = loop.inspector.page
    assert isinstance(page, WirePage)

    QTest.keyClick(page.feedback.box, Qt.Key.Key_Space)
    loop.settle()

    assert edge(loop, "critic.label ~> writer.fault")
    assert page.told.text()
    assert page.feedback.box.isChecked()


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


def _delete(desk: Desk, name: str) -> list[Op]:
    return delete(desk.document, desk.at, [name])


def test_a_prompt_of_ten_megabytes_is_shown_in_part_and_opened_on_request(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("studio: 1\nname: g\nnodes:\n  a: {type: text.template, template: x}\n")
    big = "a line of some forty letters and {name}\n" * 262_144
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
