"""Plays a run: goes from step to step by itself, forwards or back, until its end or until somebody takes over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.replay.session import Session
from studio.replay.pace import PACES, USUAL, Pace, due

SOONEST_MS: Final = 15
"""Milliseconds between two goes at least, so that what was shown is painted and keys are heard."""


class Player(QObject):
    """The player of one window; it plays one run at a time. `clock` gives seconds, for tests."""

    changed = Signal()
    """It began, ended, or plays at another pace."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.clock = clock
        self.pace: Pace = USUAL
        self.session: Session | None = None
        """The run that is played, None while none is."""
        self.back = False
        self._due = 0.0
        self._moves = False
        self._unhook: Callable[[], None] = lambda: None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.beat)

    @property
    def is_playing(self) -> bool:
        """True while it goes on by itself."""
        return self.session is not None

    def play(self, session: Session, *, back: bool = False) -> None:
        """Begin to play, from where the run stands; from its other end if it stands at the end."""
        self.stop()
        end = session.cursor.steps.first() if back else session.last
        if session.seq == end:
            session.seek(session.last if back else 1)
        self.session, self.back = session, back
        self._unhook = session.moved.connect(self._on_moved)
        self._due = self.clock() + self._wait(0)
        self._schedule()
        self.changed.emit()

    def stop(self) -> None:
        """Stay where it is; nothing to do if it does not play."""
        if self.session is None:
            return
        self._timer.stop()
        self._unhook()
        self.session = None
        self.changed.emit()

    def toggle(self, session: Session, *, back: bool = False) -> None:
        """Play, or stop; what plays the other way is turned round."""
        if self.session is session and self.back == back:
            self.stop()
        else:
            self.play(session, back=back)

    def set_pace(self, pace: Pace) -> None:
        """Play at another pace from now on."""
        self.pace = pace
        if self.session is not None:
            self._due = self.clock() + self._wait(0)
            self._schedule()
        self.changed.emit()

    def shift_pace(self, by: int) -> None:
        """Play at the next faster or slower pace."""
        at = PACES.index(self.pace) + by
        self.set_pace(PACES[max(0, min(len(PACES) - 1, at))])

    def beat(self) -> None:
        """Go on by the steps that are due; stop at the end."""
        session = self.session
        if session is None:
            return
        steps, self._due = due(self.pace, self._due, self.clock(), self._wait_raw)
        moved = True
        if steps:
            self._moves = True
            try:
                moved = session.shift(-steps if self.back else steps)
            finally:
                self._moves = False
        if self.session is session:  # nobody who heard of the step has stopped it
            if moved and not self._is_at_end(session):
                self._schedule()
            else:
                self.stop()

    def _is_at_end(self, session: Session) -> bool:
        return session.seq == (session.cursor.steps.first() if self.back else session.last)

    def _schedule(self) -> None:
        self._timer.start(max(SOONEST_MS, round((self._due - self.clock()) * 1000)))

    def _on_moved(self) -> None:
        """Somebody else moved the run: it is theirs now."""
        if not self._moves:
            self.stop()

    def _wait(self, n: int) -> float:
        return self.pace.wait(lambda: self._wait_raw(n))

    def _wait_raw(self, n: int) -> float:
        """Seconds that the run took from the n-th step from here to the one after."""
        assert self.session is not None
        steps, seq = self.session.cursor.steps, self.session.seq
        way = -1 if self.back else 1
        one, other = steps.step(seq + n * way), steps.step(seq + (n + 1) * way)
        if one is None or other is None:
            return 0.0
        return abs(other.ended_at - one.ended_at) / 1e9
