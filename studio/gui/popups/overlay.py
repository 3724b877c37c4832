"""`Overlay`: a small frame over the window that takes the keyboard, and leaves when one clicks elsewhere.

It is a part of the window, no window of its own: no other program's focus, no desktop's rules, and tests type into it
as people do.
"""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QWidget

from studio.gui.base.guard import guarded

MARGIN: Final = 8


class Overlay(QFrame):
    """A frame with a field in it. Esc leaves; `left` tells that it closed with nothing done.

    What makes one calls `appear` and `finish`, and answers keys of the field in `on_key`.
    """

    left = Signal()

    def __init__(self, window: QWidget, field: QLineEdit) -> None:
        super().__init__(window)
        self._over = window
        self._before: QWidget | None = None
        self.field = field
        field.setParent(self)
        field.installEventFilter(self)
        window.installEventFilter(self)
        self.hide()

    def appear(self, corner: QPoint | None, size: QSize) -> None:
        """Show the frame with its corner at a point of the screen (None: in the middle above), inside the window."""
        window = self._over
        if corner is None:
            place = QPoint((window.width() - size.width()) // 2, max(MARGIN, window.height() // 8))
        else:
            place = window.mapFromGlobal(corner)
        self._before = QApplication.focusWidget()
        self.setGeometry(inside(QRect(place, size), window.rect()))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.field.selectAll()
        _application().focusChanged.connect(self._on_focus)

    def leave(self) -> None:
        """Close with nothing done; the focus goes back to where it was."""
        if self.finish():
            self.left.emit()

    def finish(self) -> bool:
        """Close; return False if it was closed already."""
        if not self.isVisible():
            return False
        _application().focusChanged.disconnect(self._on_focus)
        before, self._before = self._before, None
        if before is not None and shiboken6.isValid(before):  # type: ignore[no-untyped-call]
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()
        return True

    def on_key(self, event: QKeyEvent) -> bool:
        """Answer a key that was pressed in the field; return whether it was meant for the frame."""
        return False

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        # Without a new one the whole window lost the focus: what was typed stays until it comes back.
        if new is not None and new is not self and not self.isAncestorOf(new):
            self._before = None
            self.leave()

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed here are no shortcuts of the window; the frame stays inside a window that shrinks."""
        if watched is self.field:
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                if event.key() == Qt.Key.Key_Escape:
                    self.leave()
                    return True
                return self.on_key(event)
        elif watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(inside(self.geometry(), self._over.rect()))
        return False


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def inside(rect: QRect, room: QRect, margin: int = MARGIN) -> QRect:
    """Return the rectangle moved, and if need be shrunk, so that it lies in the room."""
    room = room.adjusted(margin, margin, -margin, -margin)
    size = rect.size().boundedTo(room.size())
    x = max(room.left(), min(rect.left(), room.right() - size.width() + 1))
    y = max(room.top(), min(rect.top(), room.bottom() - size.height() + 1))
    return QRect(QPoint(x, y), size)
