"""What may be dropped onto a canvas: node types of the palette, files, fragments as text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF

from studio.graph.layout import Point
from studio.gui.canvas.viewer import NODE_MIME

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas


def takes(mime: QMimeData) -> bool:
    """Whether there is anything in it for a canvas."""
    return bool(mime.hasFormat(NODE_MIME) or mime.hasUrls() or mime.hasText())


def take(canvas: Canvas, mime: QMimeData, place: Point) -> None:
    """Add the module that was dropped; files and fragments are for the window."""
    point = QPointF(*place)
    if mime.hasFormat(NODE_MIME):
        type_name = bytes(mime.data(NODE_MIME).data()).decode("utf-8", "replace")
        popups = canvas.workbench.parts.get("popups")
        if popups is not None:
            popups.dropped(canvas, type_name, place)  # knows presets, subgraphs and stores, too
        else:
            canvas.editing.add(type_name, place)
    elif mime.hasUrls():
        for url in mime.urls():
            if url.isLocalFile():
                canvas.fileDropped.emit(Path(url.toLocalFile()), point)
    elif mime.hasText():
        canvas.fileDropped.emit(mime.text(), point)
