"""The editors and wires of a desk that tests of the inspector take hold of."""

from __future__ import annotations

from PySide6.QtCore import Qt

from studio.graph.model import Edge
from studio.gui.canvas.wire_item import WireKey
from studio.gui.widgets.prompts import PromptEditor
from tests.gui.panels.inspector.conftest import Desk

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
