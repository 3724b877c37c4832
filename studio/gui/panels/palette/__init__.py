"""The palette: every node type, found by words or by category, with its help; dragged or added by Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.gui.workbench import Workbench


def _make(workbench: Workbench) -> QWidget:
    from studio.gui.panels.palette.panel import Palette

    return Palette(workbench)


PANEL = Panel(
    "palette", "Palette", "left", _make, order=10, keys="Ctrl+1",
    help="Node types by category. Drag one onto the canvas, or press Enter.",
)  # fmt: skip
