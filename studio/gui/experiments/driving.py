"""`Drive`: one session of a batch, on a thread with an event loop of its own, so that the window never waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    import asyncio

    from studio.batch.driving.driver import Outcome
    from studio.batch.driving.progress import Progress
    from studio.batch.sessions import Session

YOU: Final = "you stopped it"
"""Why a batch paused, in the words of the command line."""


class Drive(QObject):
    """Makes the runs of a batch. `over(outcome, error)`: it has ended, one of the two is None."""

    over = Signal(object, object)
    _ended = Signal(object, object)

    def __init__(self, make: Callable[[], Session], parent: QObject | None = None) -> None:
        """`make` prepares the session; it is called in the thread, as planning may take a while."""
        super().__init__(parent)
        self._make = make
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.session: Session | None = None
        """What is driven, None while it is planned."""
        self.asked = ""
        """`pause` or `stop` once a person has asked for it."""
        self.is_over = False
        self._thread = threading.Thread(target=self._work, name="experiment", daemon=True)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def batch(self) -> str:
        """The id of the batch, "" while it is planned."""
        return "" if self.session is None else self.session.start.batch

    @property
    def progress(self) -> Progress | None:
        """How far it is, None while it is planned."""
        return None if self.session is None else self.session.driver.progress

    def start(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def pause(self) -> None:
        """Hand out no more runs; those under way come to their end."""
        self._stop("pause")

    def stop_now(self) -> None:
        """Break off the runs under way; they are made anew when the batch goes on."""
        self._stop("stop")

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the thread; False if it does not end in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _stop(self, how: str) -> None:
        with self._guard:
            self.asked = how
            if self._loop is not None and self.session is not None:
                self._loop.call_soon_threadsafe(partial(self.session.driver.stop, YOU, now=how == "stop"))

    # -- in the thread ----------------------------------------------------------------------------

    def _work(self) -> None:
        import asyncio

        outcome: Outcome | None = None
        fault: Exception | None = None
        try:
            outcome = asyncio.run(self._drive())
        except Exception as error:  # noqa: BLE001 - handed over whole, and told by the service
            fault = error
        try:
            self._ended.emit(outcome, fault)
        except RuntimeError:
            return  # the window is gone: nobody is left to tell

    async def _drive(self) -> Outcome:
        import asyncio

        session = self._make()
        with self._guard:
            self.session, self._loop = session, asyncio.get_running_loop()
            if self.asked:  # while it was planned
                session.driver.stop(YOU, now=self.asked == "stop")
        try:
            return await session.drive()
        finally:
            with self._guard:
                self._loop = None

    def _on_ended(self, outcome: object, error: object) -> None:
        self.is_over = True
        self.over.emit(outcome, error)
