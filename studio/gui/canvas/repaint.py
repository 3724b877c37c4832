"""Telling the view that an item looks other than before.

Qt repaints an item where it remembers to have painted it. From afar the view paints the items itself (see `far`), so
Qt remembers nothing, and the view must be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsItem


def repaint(item: QGraphicsItem) -> None:
    """Have the views of an item painted anew that show it from afar."""
    scene = item.scene()
    if scene is not None:
        for view in scene.views():
            view.repaint_far()  # type: ignore[attr-defined]
