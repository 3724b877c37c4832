"""Moves that may have to look through a whole run: found on a thread of their own, made when they are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from studio.replay.cursor import Cursor
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.replay.session import Session
    from studio.gui.workbench import Workbench

MOVE: Final = object()
"""The key of look-ups whose answer is a step to go to."""


class LongMoves:
    """The moves that are awaited, one for each run. `look_up` has a question answered: it gets session, key and
    question; the answer is told to `answered`."""

    def __init__(self, workbench: Workbench, look_up: Callable[[Session, object, Callable[[Any], Any]], None]) -> None:
        self._workbench = workbench
        self._look_up = look_up
        self._asked = 0
        self._awaited: dict[Session, tuple[int, int, str]] = {}

    def go(self, session: Session, question: Callable[[Cursor], int | None], nothing: str) -> None:
        """Go to the step that a question finds; `nothing` is said if it finds none.

        Whoever moves meanwhile has gone elsewhere: then the answer is let go. A run that is followed stays where it is
        from now on. Of questions that wait, only the last one asked is answered.
        """
        self._asked += 1
        if session.tails:
            session.follow_end(False)
            self._workbench.actions_changed.emit()
        number, run, seq, registry = self._asked, session.run.id, session.seq, session.document.registry
        self._awaited[session] = (number, seq, nothing)

        def look(trace: Any) -> tuple[int, int | StudioError | None]:
            try:
                cursor = Cursor(trace, run, registry=registry)
                cursor.seek(seq)
                return number, question(cursor)
            except StudioError as refused:
                return number, refused

        self._look_up(session, MOVE, look)

    def answered(self, session: Session, key: object, answer: Any) -> None:
        """Something was looked up: make the move if it is the one that is awaited."""
        awaited = self._awaited.get(session)
        if key is not MOVE or awaited is None:
            return
        number, seq, nothing = awaited
        asked, found = (number, answer) if isinstance(answer, StudioError) else answer
        if asked != number:
            return
        del self._awaited[session]
        if isinstance(found, StudioError):
            self._workbench.fail(found)
        else:
            self._move(session, seq, found, nothing)

    def forget(self, session: Session) -> None:
        """The run is closed."""
        self._awaited.pop(session, None)

    def _move(self, session: Session, seq: int, found: int | None, nothing: str) -> None:
        if session.seq != seq:
            return
        if found is None:
            self._workbench.say(nothing)
        elif not session.seek(found):
            self._workbench.say("There is no other step like this one.")
