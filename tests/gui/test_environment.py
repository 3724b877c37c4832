"""The window's libraries are there and draw without a screen: what the editor will stand on."""

from __future__ import annotations

import os
from typing import Any

import pytest

pytestmark = pytest.mark.gui


@pytest.fixture(autouse=True)
def offscreen() -> None:
    assert os.environ.get("QT_QPA_PLATFORM") == "offscreen", "run the tests with QT_QPA_PLATFORM=offscreen"


def test_a_label_is_painted_without_a_screen(qtbot: Any) -> None:
    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QLabel

    label = QLabel("ganglia")
    label.setStyleSheet("background: #204080; color: white;")
    label.resize(80, 30)
    qtbot.addWidget(label)
    label.show()

    assert QColor(label.grab().toImage().pixel(1, 1)).name() == "#204080"


def test_the_node_view_imports_and_holds_a_graph(qtbot: Any) -> None:
    import NodeGraphQt

    graph = NodeGraphQt.NodeGraph()
    qtbot.addWidget(graph.widget)

    assert graph.all_nodes() == []
