"""`LinkedSteps`: two runs that step together. One leads; the other stands at the step that belongs to its step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.replay.comparing.comparison import OTHER, Comparison
from studio.gui.replay.session import Session

if TYPE_CHECKING:
    from studio.replay.diff.aligning import Aligned, Which


class LinkedSteps(QObject):
    """The run leads that has the focus, or that was moved last. Steps are looked for once an event is over."""

    turned = Signal()
    """The other run leads now."""
    stepped = Signal()
    """A run was moved, and the other stands where it belongs, if they are linked."""

    def __init__(self, comparison: Comparison, parent: QObject) -> None:
        super().__init__(parent)
        self.comparison = comparison
        self.leads: Which = "b"
        self.on = True
        """Whether the other run follows."""
        self.aligned: Aligned | None = None
        """How the step of the other run was found, None if none belongs to it."""
        self.was_aligned = False
        """Whether the other run stands where it was last found to belong."""
        self._seeking = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._align)

    @property
    def is_due(self) -> bool:
        """True while steps are still to be looked for."""
        return self._soon.isActive()

    def link(self, on: bool) -> None:
        """Have the other run follow, or not."""
        self.on = on
        self.ask()

    def lead(self, which: Which) -> None:
        """Have a run lead."""
        self.leads = which
        self.aligned, self.was_aligned = None, False
        self.turned.emit()

    def ask(self) -> None:
        """Look for the step that belongs to that of the run that leads."""
        self._soon.start(0)

    def moved(self, session: Session, *, in_front: bool) -> None:
        """A run was moved; one that is `in_front` leads from now on."""
        which = self.comparison.which(session)
        if which is None or self._seeking:
            return
        if which != self.leads and in_front:
            self.lead(which)
        if which == self.leads or not self.on:
            self.ask()

    def stop(self) -> None:
        """Nothing is looked for any more."""
        self._soon.stop()

    def _align(self) -> None:
        if self.on:
            sessions = self.comparison.sessions
            self.aligned = self.comparison.aligned(self.leads, sessions[self.leads].seq)
            self.was_aligned = True
            if self.aligned is not None:
                self._seeking = True
                try:
                    sessions[OTHER[self.leads]].seek(self.aligned.seq)
                finally:
                    self._seeking = False
        self.stepped.emit()
