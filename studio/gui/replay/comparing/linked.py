"""Two canvases that show the same part of their scenes: who moves or zooms one moves the other."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF

from studio.gui.canvas import Canvas


class LinkedViews(QObject):
    """`pair` returns the two canvases that are linked now, or None."""

    def __init__(self, pair: Callable[[], tuple[Canvas, Canvas] | None], parent: QObject) -> None:
        super().__init__(parent)
        self._pair = pair
        self._moving = False
        self.on = True

    def add(self, canvas: Canvas) -> None:
        """Have a canvas lead the other when it is moved."""
        for bar in (canvas.view.horizontalScrollBar(), canvas.view.verticalScrollBar()):
            bar.valueChanged.connect(lambda *_: self.follow(canvas))

    def follow(self, leader: Canvas) -> None:
        """Show in the other canvas what one shows."""
        pair = self._pair() if self.on and not self._moving else None
        if pair is None or leader not in pair:
            return
        other = pair[1] if leader is pair[0] else pair[0]
        if other.at != leader.at or not leader.isVisible() or not leader.camera.has_looked:
            return  # before it was first shown whole, a canvas is moved by its layout only
        self._moving = True
        try:
            middle = leader.view.scene_at(QPointF(leader.view.viewport().rect().center()))
            if abs(other.view.zoom - leader.view.zoom) > 1e-9:
                other.view.zoom_to(leader.view.zoom)
            other.view.put(middle, QPointF(other.view.viewport().rect().center()))
            other.camera.has_looked = True
        finally:
            self._moving = False
