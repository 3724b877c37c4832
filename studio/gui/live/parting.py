"""What becomes of a run when its document, or the window, is to be closed: the person decides, nothing blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from studio.gui.dialogs.ask import ask
from studio.gui.live.steering import Steering

if TYPE_CHECKING:
    from studio.editing import Document

_ROLE = QMessageBox.ButtonRole
STOP, LEAVE, STAY = "Stop It", "Leave It Paused", "Cancel"


class Parting(Steering):
    """Asks before a run that goes on is ended by closing. One that is held needs no question: it stays paused."""

    _then_close: Callable[[], object] | None = None
    """What waits for the end of a run that is left."""

    def lets_go(
        self,
        document: Document | None,
        then: Callable[[], object],
        later: Callable[[], object],
        stay: Callable[[], object] = lambda: None,
    ) -> bool:
        """Whether no run is in the way of closing a document (None: all). If one is, the person is asked what is to
        become of it: `then` is called if it is stopped, `later` when one that is left has ended (what was edited
        meanwhile is to be asked about), `stay` if all is to stay as it is."""
        active = self.active
        if active is None or active.run is None or (document is not None and active.document is not document):
            return True
        if self.state() == "paused":
            return True
        window = self.workbench.parts.get("window")
        ask(
            window if isinstance(window, QWidget) else None,
            "A Run Is Going On",
            f"{active.document.title} is running. What is to become of the run?",
            [(LEAVE, _ROLE.AcceptRole), (STOP, _ROLE.DestructiveRole), (STAY, _ROLE.RejectRole)],
            lambda answer: self._part(answer, then, later, stay),
            detail="What it did is recorded, and it can be gone on with another day. Left paused, what is under way is "
            "finished first.",
            name="live.parting",
        )
        return False

    def _part(
        self, answer: str, then: Callable[[], object], later: Callable[[], object], stay: Callable[[], object]
    ) -> None:
        self._then_close = None
        if answer not in (LEAVE, STOP):
            stay()
            return
        if self.active is not None:  # it may have ended while the person thought
            if answer == LEAVE:
                self._then_close = later
                self.workbench.say("The run is left when what is under way is done; then this closes.")
                self.leave()
                return
            self.abort()
        then()

    def _close_now(self) -> None:
        """The run that was to be left has ended: go on with closing."""
        then, self._then_close = self._then_close, None
        if then is not None:
            then()
