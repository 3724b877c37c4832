"""Which keys belong to what has the focus, although it stands within something whose single keys are shortcuts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def is_plain(event: QKeyEvent) -> bool:
    """True for keys that type, walk or delete; not for F keys and those with Ctrl or Alt, which are the window's."""
    others = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return not others and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35


def claims(event: QEvent) -> bool:
    """Accept the question whether a plain key is meant for the focus, before it counts as a shortcut of what is
    around it. Returns True if the event was that question."""
    if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_plain(event):
        event.accept()
        return True
    return False
