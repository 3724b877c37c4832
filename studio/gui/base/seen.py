"""A panel that looks at what it shows only while somebody sees it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.gui.base.guard import guarded


def is_seen(widget: QWidget) -> bool:
    """True if somebody can see a widget; one whose tab is behind another counts as visible for Qt."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


class SeenPanel(QWidget):
    """`refresh` is called soon after `ask_soon`, and as long as `follow` is on; hidden, when it is shown again."""

    def __init__(self, milliseconds: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stale = True
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.look)
        self._poll = QTimer(self, interval=milliseconds)
        self._poll.timeout.connect(self.look)

    @property
    def is_seen(self) -> bool:
        """False also behind another tab, where Qt calls it visible."""
        return is_seen(self)

    @property
    def is_waiting(self) -> bool:
        """True while it is about to look."""
        return self._soon.isActive()

    def refresh(self) -> None:
        """Show what there is now; called only while it is seen."""
        raise NotImplementedError

    def tell_hidden(self) -> None:
        """Something has happened that nobody sees here."""

    def ask_soon(self, *_: Any, milliseconds: int = 0) -> None:
        """Look once the event is over, or a little later; hidden, when it is shown again."""
        if self.is_seen:
            self._soon.start(milliseconds)
        else:
            self._stale = True
            self.tell_hidden()

    def follow(self, on: bool) -> None:
        """Look again and again, or not any more."""
        if on != self._poll.isActive():
            (self._poll.start if on else self._poll.stop)()

    def look(self) -> None:
        """Show at once what there is now; hidden, when it is shown again."""
        self._soon.stop()
        if self.is_seen:
            self._stale = False
            self.refresh()
        else:
            self._poll.stop()
            self._stale = True
            self.tell_hidden()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Somebody sees it: coming out from behind another tab tells nothing else."""
        super().paintEvent(event)
        if self._stale and not self._soon.isActive():
            self._soon.start(0)

    @guarded()
    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._poll.stop()
        self._stale = True
        self.left()

    def left(self) -> None:
        """The panel was hidden."""
