"""The changes of a draft as a list, each with what is wrong with it and a button that drops it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import Link, Note, small_button

if TYPE_CHECKING:
    from studio.replay.drafts import Draft, Key, Piece
    from studio.support.errors import StudioError

MOST = 100
"""Changes that are listed."""

HIGHEST = 170


class ChangesList(QScrollArea):
    """`chosen(key)` when a person wants to see where a change is made, `dropped(key)` when it is not wanted."""

    chosen = Signal(object)
    dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fork.changes")
        self.setAccessibleName("Changes of the fork")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.setWidget(self._inside)
        self._shown: object = None

    def show_draft(self, draft: Draft | None, problems: Mapping[Key | str, StudioError]) -> None:
        """Show the changes of a draft."""
        pieces = [] if draft is None else draft.pieces[:MOST]
        again = draft is not None and draft.ask_again
        told = [problems[piece.key].message if piece.key in problems else "" for piece in pieces]
        wanted = (pieces, told, again)
        if wanted == self._shown:
            return
        self._shown = wanted
        while (item := self._column.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        for number, (piece, why) in enumerate(zip(pieces, told, strict=True)):
            self._column.addWidget(self._row(number, piece, why))
        if again:
            self._column.addWidget(Note("All models are asked again.", "text"))
        self._column.addStretch(1)
        self.setVisible(bool(pieces) or again)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the rows need at this width, up to a limit."""
        self._column.activate()
        height = self._column.totalHeightForWidth(self.viewport().width())
        self.setFixedHeight(min(HIGHEST, max(24, height + 6)))

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _row(self, number: int, piece: Piece, why: str) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setSpacing(4)
        told = Link(piece.told(), f"Show where this is changed: {piece.told()}", f"fork.change.{number}")
        told.cut_at = Qt.TextElideMode.ElideRight  # what is changed, and into what, comes first
        told.clicked.connect(lambda *_: self.chosen.emit(piece.key))
        line.addWidget(told, 1)
        drop = small_button("✕", f"Drop this change: {piece.told()}", f"fork.change.{number}.drop")
        drop.clicked.connect(lambda *_: self.dropped.emit(piece.key))
        line.addWidget(drop)
        column.addLayout(line)
        column.addWidget(Note(why, "bad"))
        return row
