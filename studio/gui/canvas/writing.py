"""Writing into a frame's title or a comment, in place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.gui.canvas.annotation_items import CommentItem, FrameItem

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

LEAST_WIDTH, MOST_WIDTH, LEAST_HEIGHT, LINE_HEIGHT = 160, 480, 60, 32


def write_note(canvas: Canvas, kind: str, number: int) -> None:
    """Open a field over a `frame` or `comment`; what is written there is one edit when the field is left."""
    item = canvas.notes.find(kind, number)
    rect = canvas.view.mapFromScene(item.area()).boundingRect()
    if isinstance(item, FrameItem):
        rect.setHeight(LINE_HEIGHT)
        rect.setWidth(max(LEAST_WIDTH, min(rect.width(), MOST_WIDTH)))
        canvas.inline.edit(
            "Title of the frame", item.frame.title, rect, lambda text: _retitle(canvas, number, text), one_line=True
        )
    elif isinstance(item, CommentItem):
        rect.setSize(rect.size().expandedTo(canvas.inline.minimumSizeHint()))
        rect.setHeight(max(LEAST_HEIGHT, rect.height()))
        rect.setWidth(max(LEAST_WIDTH, rect.width()))
        canvas.inline.edit(
            "Comment", item.comment.text, rect, lambda text: _rewrite(canvas, number, text), one_line=False
        )


def _retitle(canvas: Canvas, number: int, text: str) -> None:
    item = canvas.notes.frames.get(number)
    if item is not None:
        canvas.editing.change_frame(number, replace(item.frame, title=text), "Rename frame")


def _rewrite(canvas: Canvas, number: int, text: str) -> None:
    item = canvas.notes.comments.get(number)
    if item is not None:
        canvas.editing.change_comment(number, replace(item.comment, text=text), "Edit comment")
