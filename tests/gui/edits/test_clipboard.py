"""Cut, copy, paste and duplicate: with wires, between windows, from an editor, and of what is no graph."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication

from studio.graph.model import Graph
from studio.gui.edits.clipboard import MIME
from tests.gui.canvas.graphs import BODIES, CHAIN, NOTED
from tests.gui.desk import Desk
from tests.gui.support import Mod, assert_view_equals_document, edges_of, empty_place
from tests.gui.windows import close, opened

CTRL = Mod.ControlModifier


@pytest.fixture(autouse=True)
def _no_mouse(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mouse is not over the canvas, unless a test says so."""
    monkeypatch.setattr(QCursor, "pos", staticmethod(lambda: QPoint(-1000, -1000)))
    QGuiApplication.clipboard().clear()


def test_copy_and_paste_bring_the_wires_between(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer", "critic")

    desk.press(Qt.Key.Key_C, CTRL)
    desk.press(Qt.Key.Key_V, CTRL)

    assert sorted(canvas.selected()) == ["critic_2", "writer_2"]
    assert edges_of(canvas)[2:] == ["writer_2.text -> critic_2.draft"]
    assert desk.labels == ["Paste 2 nodes"]
    desk.check()


def test_what_is_pasted_by_keyboard_is_seen_whole(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("topic", "writer", "critic")
    desk.press(Qt.Key.Key_C, CTRL)
    zoom = canvas.view.zoom
    canvas.view.put(canvas.projection.bounds().bottomRight() + QPointF(300, 300), QPointF(5, 5))
    desk.press(Qt.Key.Key_V, CTRL)

    pasted = canvas.projection.bounds(canvas.selected())
    assert canvas.view.seen().contains(pasted)
    assert canvas.view.zoom == zoom or pasted.width() > canvas.view.seen().width() * 0.7


def test_the_clipboard_holds_yaml_that_any_editor_shows(desk: Desk) -> None:
    desk.open(CHAIN)
    desk.choose("writer")
    desk.press(Qt.Key.Key_C, CTRL)

    data = QGuiApplication.clipboard().mimeData()

    assert data.text().startswith("studio: 1")
    assert Graph.from_text(data.text()).nodes["writer"].params["output"] == "text"
    assert bytes(data.data(MIME).data()).decode() == data.text()


def test_text_from_an_editor_is_pasted(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    QGuiApplication.clipboard().setText("nodes:\n  note: {type: text.template, template: '{x}'}\n")

    desk.press(Qt.Key.Key_V, CTRL)

    assert canvas.selected() == ["note"]
    desk.check()


NO_GRAPHS = (
    "hello", "nodes: [", "a: &x 1\nb: *x", "!!python/object:os.system {}", "nodes: {}", "\x00",
    "studio: 99\nnodes: {}",
)  # fmt: skip


def test_what_is_no_graph_is_refused_in_a_sentence(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    for text in NO_GRAPHS:
        QGuiApplication.clipboard().setText(text)
        desk.said.clear()

        desk.press(Qt.Key.Key_V, CTRL)

        assert desk.said, text
        assert desk.said[-1][1] == "error", text
        assert "Traceback" not in desk.said[-1][0], text
        assert not desk.labels, text
        assert_view_equals_document(canvas)


def test_an_empty_clipboard_says_so(desk: Desk) -> None:
    desk.open(CHAIN)

    desk.press(Qt.Key.Key_V, CTRL)

    assert "nothing to paste" in desk.said[-1][0]


def test_pasting_again_goes_a_step_further_and_elsewhere_begins_anew(desk: Desk, monkeypatch: Any) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("result")
    desk.press(Qt.Key.Key_C, CTRL)
    port = canvas.view.viewport()
    monkeypatch.setattr(QCursor, "pos", staticmethod(lambda: port.mapToGlobal(QPoint(300, 300))))

    desk.press(Qt.Key.Key_V, CTRL)
    desk.press(Qt.Key.Key_V, CTRL)
    monkeypatch.setattr(QCursor, "pos", staticmethod(lambda: port.mapToGlobal(QPoint(100, 400))))
    desk.press(Qt.Key.Key_V, CTRL)

    first, second, third = (desk.graph.layout[name] for name in ("result_2", "result_3", "result_4"))
    at = canvas.view.scene_at(QPointF(300, 300))
    assert abs(first[0] - at.x()) <= 10
    assert second[0] > first[0]
    assert second[1] > first[1]
    assert third[0] < first[0]


def test_cut_takes_away_and_paste_brings_back(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer", "critic")

    desk.press(Qt.Key.Key_X, CTRL)
    assert "writer" not in desk.graph.nodes
    assert desk.labels == ["Cut 2 nodes"]
    desk.check()
    desk.press(Qt.Key.Key_V, CTRL)

    assert list(desk.graph.nodes) == ["topic", "result", "writer", "critic"]
    assert edges_of(canvas) == ["writer.text -> critic.draft"]
    desk.check()


def test_duplicate_leaves_inputs_and_with_inputs_keeps_them(desk: Desk) -> None:
    canvas = desk.open(CHAIN)
    desk.choose("writer")

    desk.press(Qt.Key.Key_D, CTRL)
    assert canvas.selected() == ["writer_2"]
    assert len(edges_of(canvas)) == 2
    desk.choose("writer")
    desk.press(Qt.Key.Key_D, CTRL | Mod.ShiftModifier)

    assert "topic.value -> writer_3.topic" in edges_of(canvas)
    assert desk.labels == ["Duplicate writer", "Duplicate writer"]
    desk.check()


def test_a_subgraph_travels_with_the_node_that_runs_it_to_another_window(desk: Desk, qtbot: Any) -> None:
    desk.open(BODIES)
    desk.choose("each")
    desk.press(Qt.Key.Key_C, CTRL)
    windows = opened(qtbot)
    other = Desk(next(windows))
    other.open(CHAIN)

    other.press(Qt.Key.Key_V, CTRL)

    assert "double" in other.graph.graphs
    assert other.graph.nodes["each"].params["graph"] == "double"
    assert_view_equals_document(other.canvas)
    close(other.window)


def test_notes_of_the_canvas_are_copied_too(desk: Desk) -> None:
    canvas = desk.open(NOTED)
    canvas.select_items({*canvas.notes.comments.values()})
    desk.press(Qt.Key.Key_C, CTRL)

    desk.press(Qt.Key.Key_V, CTRL)

    assert len(desk.graph.layout["/comments"]) == 2
    desk.check()


def test_text_that_is_dropped_is_pasted_there(desk: Desk) -> None:
    from tests.gui.panels.palette.test_palette import drop

    canvas = desk.open(CHAIN)
    data = QMimeData()
    data.setText("nodes:\n  note: {type: text.template, template: '{x}'}\n")

    assert drop(desk, data, empty_place(canvas))

    assert canvas.selected() == ["note"]
    assert_view_equals_document(canvas)


def test_copy_needs_a_selection_and_leaves_the_clipboard_alone_without(desk: Desk) -> None:
    desk.open(CHAIN)
    QGuiApplication.clipboard().setText("mine")
    desk.choose()

    desk.press(Qt.Key.Key_C, CTRL)

    assert QGuiApplication.clipboard().text() == "mine"
