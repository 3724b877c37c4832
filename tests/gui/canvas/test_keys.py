"""The canvas by keyboard alone: wires one after the other, and keys that a person has given to something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from studio.gui.canvas import Canvas
from studio.gui.shortcuts.shortcuts import Shortcuts
from studio.gui.workbench import Workbench
from tests.gui.canvas.graphs import CHAIN, LOOP
from tests.gui.support import Mod, edges_of, key, open_canvas

ALT = Mod.AltModifier


def _chosen(canvas: Canvas) -> list[str]:
    return [str(edge) for edge in canvas.selected_edges()]


def test_the_wires_of_a_node_are_gone_through_one_after_the_other(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, LOOP)
    canvas.select(["writer"])

    seen = []
    for _ in range(5):
        key(canvas, Qt.Key.Key_W, ALT)
        assert canvas.selected() == []
        seen += _chosen(canvas)

    around = ["topic.value -> writer.topic", "writer.text -> critic.draft", "critic.label ~> writer.fault",
              "writer.text -> result.value"]  # fmt: skip
    assert [edge.partition(":")[0] for edge in seen] == [*around, around[0]]
    key(canvas, Qt.Key.Key_W, ALT | Mod.ShiftModifier)
    assert _chosen(canvas) == [around[3]]


def test_from_a_wire_the_brackets_lead_to_its_ends_and_delete_cuts_it(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.select(["critic"])

    key(canvas, Qt.Key.Key_W, ALT)
    key(canvas, Qt.Key.Key_BracketLeft)
    assert canvas.selected() == ["writer"]
    key(canvas, Qt.Key.Key_W, ALT | Mod.ShiftModifier)
    assert _chosen(canvas) == ["writer.text -> critic.draft"]
    key(canvas, Qt.Key.Key_BracketRight)
    assert canvas.selected() == ["critic"]
    key(canvas, Qt.Key.Key_W, ALT)
    key(canvas, Qt.Key.Key_Delete)

    assert edges_of(canvas) == ["topic.value -> writer.topic"]


def test_a_wire_that_is_chosen_by_keyboard_is_brought_into_view(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    canvas.select(["critic"])
    canvas.view.pan(QPointF(4000, 3000))
    assert canvas.visible_nodes() == []

    key(canvas, Qt.Key.Key_W, ALT)

    (wire,) = canvas.selected_wires()
    path = canvas.projection.wires[wire].path()
    assert all(canvas.view.seen().contains(path.pointAtPercent(part)) for part in (0, 0.5, 1))


def test_without_a_node_or_wire_nothing_is_chosen(qtbot: Any, workbench: Workbench) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)

    key(canvas, Qt.Key.Key_W, ALT)
    assert canvas.selected_items() == []
    canvas.select(["result"])
    key(canvas, Qt.Key.Key_W, ALT)

    assert canvas.selected() == ["result"], "it has no wire"


# -- other keys than the program's own --------------------------------------------------------------


@pytest.fixture
def shortcuts(workbench: Workbench, tmp_path: Path) -> Shortcuts:
    """Keys that can be changed, as the window has them."""
    made = Shortcuts(tmp_path / "shortcuts.toml", parent=workbench)
    workbench.parts["shortcuts"] = made
    return made


@pytest.mark.parametrize(
    ("action", "old", "new"),
    [
        ("view.fit", Qt.Key.Key_Home, Qt.Key.Key_J),
        ("view.zoom_selection", Qt.Key.Key_F, Qt.Key.Key_J),
        ("edit.delete", Qt.Key.Key_Delete, Qt.Key.Key_J),
        ("view.next_node", Qt.Key.Key_BracketRight, Qt.Key.Key_J),
    ],
)
def test_a_key_given_to_an_action_works_and_its_old_one_is_free(
    qtbot: Any, workbench: Workbench, shortcuts: Shortcuts, action: str, old: Qt.Key, new: Qt.Key
) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN, size=(500, 400))
    shortcuts.set(action, ["J"])
    canvas.select(["topic"])
    before = _state(canvas)

    key(canvas, old)
    assert _state(canvas) == before
    key(canvas, new)

    assert _state(canvas) != before


def _state(canvas: Canvas) -> Any:
    return canvas.view.zoom, canvas.scene_center(), canvas.selected(), list(canvas.document.at(canvas.at).nodes)


def test_where_tab_is_nobody_s_it_leaves_the_canvas(qtbot: Any, workbench: Workbench, shortcuts: Shortcuts) -> None:
    canvas = open_canvas(qtbot, workbench, CHAIN)
    asked: list[object] = []
    canvas.placeRequested.connect(lambda *place: asked.append(place))
    both = QWidget()
    rows, field = QVBoxLayout(both), QLineEdit()
    rows.addWidget(canvas)
    rows.addWidget(field)
    both.show()
    qtbot.waitExposed(both)
    canvas.view.setFocus()

    key(canvas, Qt.Key.Key_Tab)
    assert len(asked) == 1
    assert both.focusWidget() is canvas.view
    shortcuts.set("graph.add", ["Shift+A"])
    key(canvas, Qt.Key.Key_Tab)

    assert len(asked) == 1
    assert both.focusWidget() is field
    canvas.setParent(None)
