"""A new comment in the graph that is shown, ready to be written into."""

from __future__ import annotations

from typing import Final

from studio.gui.edits.on_canvas import canvas_of, edit, mouse_place
from studio.gui.workbench import Workbench

_SIZE: Final = (220.0, 90.0)
"""Width and height of a new comment."""


def add_comment(workbench: Workbench, place: tuple[float, float] | None = None) -> None:
    """Put a comment at a point of the canvas (None: where the mouse is, else in the middle) and write into it."""
    from studio.editing.placing import annotations as notes
    from studio.graph.frames import Rect, near

    canvas = canvas_of(workbench)
    x, y = place or mouse_place(canvas) or canvas.scene_center()
    x, y = near((x, y))
    number, ops = notes.add_comment(canvas.document, canvas.at, notes.Comment(Rect(x, y, *_SIZE), ""))
    edit(workbench, "Add comment", lambda document, at: ops)
    canvas.edit_note("comment", number)
