"""One undo: the keys for it, pressed in a field, take back the last edit of the document, not of the field alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.editor import Editor

_UNDO, _REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class UndoHost:
    """What offers undo to the fields inside it."""

    def undo(self) -> None:
        """Take the last edit back."""
        raise NotImplementedError

    def redo(self) -> None:
        """Do the last edit that was taken back again."""
        raise NotImplementedError


def share_undo(field: QWidget) -> None:
    """Have a field use the undo of the `UndoHost` around it."""
    inner: QWidget | None = field
    if isinstance(field, QComboBox):
        inner = field.lineEdit()
    if inner is None:
        return
    if isinstance(inner, QPlainTextEdit):
        inner.setUndoRedoEnabled(False)
    inner.installEventFilter(_Filter(inner))


class _Filter(QObject):
    """Keeps undo keys from a field, which would take them before the window's shortcuts are asked."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self._field = field

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if event.modifiers() & _MODIFIERS or event.key() >= Qt.Key.Key_F1:
                # A shortcut may save or run the document: nothing that was typed may be waiting then.
                _commit(self._field)
            if is_undo(event) or is_redo(event):
                event.ignore()
                return True
        elif kind == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if is_undo(event) or is_redo(event):
                host = _host(self._field)
                if host is not None:
                    (host.undo if is_undo(event) else host.redo)()
                return True
        return False


def is_undo(event: QKeyEvent) -> bool:
    """True for the keys that undo."""
    return event.matches(_UNDO)


def is_redo(event: QKeyEvent) -> bool:
    """True for the keys that do again; both customs count."""
    shifted = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return (
        event.matches(_REDO)
        or (event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier)
        or (event.key() == Qt.Key.Key_Z and event.modifiers() == shifted)
    )


def _commit(field: QWidget) -> None:
    at: QObject | None = field
    while at is not None:
        if isinstance(at, Editor):
            at.commit()
        at = at.parent()


def _host(field: QWidget) -> UndoHost | None:
    at: QObject | None = field
    while at is not None:
        if isinstance(at, UndoHost):
            return at
        at = at.parent()
    return None


def line(parent: QWidget | None = None) -> QLineEdit:
    """Return a line to type in, with the document's undo."""
    made = QLineEdit(parent)
    share_undo(made)
    return made
