"""Cut, copy and paste of nodes: as YAML text that any editor understands, between windows and into messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QGuiApplication

from studio.editing.carrying import fragments
from studio.gui.edits.on_canvas import canvas_of, edit, mouse_place, named, pin
from studio.gui.workbench import Workbench
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas

MIME: Final = "application/x-studio-fragment"
"""Says that the text is a piece of a graph; the text itself stands under text/plain, too."""

MOST: Final = 50_000_000
"""Characters of a clipboard that are looked at."""


class Clipboard:
    """The clipboard, and where the same thing was pasted last."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self._last: tuple[str, tuple[float, float]] = ("", (0.0, 0.0))
        self._times = 0

    def copy(self) -> None:
        """Put the selected nodes, with the wires between them, onto the clipboard."""
        canvas = canvas_of(self.workbench)
        names = canvas.selected()
        frames, comments = canvas.selected_frames(), canvas.selected_comments()
        text = fragments.copy(canvas.document, canvas.at, names, frame_numbers=frames, comment_numbers=comments)
        data = QMimeData()
        data.setText(text)
        data.setData(MIME, text.encode())
        QGuiApplication.clipboard().setMimeData(data)
        self._last = ("", (0.0, 0.0))
        self.workbench.say(f"Copied {named(names) if names else 'notes of the canvas'}.")

    def text(self) -> str:
        """Return what could be pasted. Raises UsageError if that is nothing, or too much."""
        data = QGuiApplication.clipboard().mimeData()
        text = ""
        if data is not None and data.hasFormat(MIME):
            text = bytes(data.data(MIME).data()).decode(errors="replace")
        elif data is not None and data.hasText():
            text = data.text()
        if not text.strip():
            raise UsageError("There is nothing to paste.", hint="Copy nodes first, or the text of a graph.")
        if len(text) > MOST:
            raise UsageError("What was copied is too long for a graph.")
        return text

    def paste(self) -> list[str]:
        """Add what was copied, where the mouse is or in the middle of what is seen; return the names of the new nodes.

        Pasting the same at the same place again goes a step further. Raises StudioError for a text that is no graph.
        """
        canvas = canvas_of(self.workbench)
        text = self.text()
        place = mouse_place(canvas)
        names = self.paste_text(text, place or canvas.scene_center())
        if place is None:
            _bring_into_view(canvas, names)
        return names

    def paste_text(self, text: str, place: tuple[float, float]) -> list[str]:
        """Add the nodes of a text at a point of the canvas that is shown; see `paste`."""
        canvas = canvas_of(self.workbench)
        self._times = self._times + 1 if self._last == (text, place) else 0
        self._last = (text, place)
        canvas.cancel_interaction()
        names, ops = fragments.paste(canvas.document, canvas.at, text, fragments.paste_point(place, self._times))
        label = f"Paste {named(names) if names else 'notes'}"
        edit(self.workbench, label, lambda *_: pin(canvas), lambda *_: ops)
        canvas.select(names)
        canvas.setFocus()
        return names


def _bring_into_view(canvas: Canvas, names: Sequence[str]) -> None:
    """Show all of these nodes, at the scale that is shown if they fit."""
    area, view = canvas.projection.bounds(names), canvas.view
    seen = view.seen()
    if seen.contains(area):
        return
    if area.width() <= seen.width() and area.height() <= seen.height():
        view.put(area.center(), QPointF(view.viewport().rect().center()))
    else:
        canvas.zoom_to(names)
