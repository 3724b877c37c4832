"""Lets other processes steer a run through the `control` table of its trace (`studio.trace.mailbox`).

A thread of its own looks for orders, gives them to the controller and writes down what came of them. Whatever stands
in the table, the run goes on: what is no order is answered with an error and told to the person.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.support.errors import EnvironmentProblem, StudioError, UsageError
from studio.support.values import Json, NotJson, encode, preview

if TYPE_CHECKING:
    from studio.control.controller import Controller
    from studio.trace.mailbox import Mailbox

EVERY_S = 0.1
"""Time between two looks."""

ANSWER_WITHIN_S = 5.0
"""How long an order may take to be obeyed before it is answered that it waits (a node may keep the event loop)."""

REFUSALS_TOLD = 10
"""Refused orders that the person is told of; the table has all of them."""

_log = logging.getLogger(__name__)


class Remote:
    """Watches the mailbox of one run: from `start` to `stop`, which the run's own thread calls and never waits in."""

    def __init__(self, open: Callable[[], Controller], path: Path) -> None:
        """`open` gives the controller; it is asked for when the first order comes."""
        self._open = open
        self._path = path
        self._run = ""
        self._stopped = threading.Event()
        self._refusals = 0

    def start(self, run: str) -> None:
        """The run begins: watch from now on."""
        self._run = run
        threading.Thread(target=self._watch, name="control", daemon=True).start()

    def stop(self) -> None:
        """The run is over."""
        self._stopped.set()

    def _watch(self) -> None:
        from studio.trace.mailbox import Mailbox
        from studio.trace.sqlite import sqlite3

        if self._stopped.wait(EVERY_S):  # most runs are over by then, and the file may just be coming into being
            return
        try:
            mailbox = Mailbox(self._path, self._run)
        except EnvironmentProblem as problem:
            self._give_up(problem)
            return
        try:
            while not self._stopped.wait(EVERY_S):
                self._look(mailbox)
        except (EnvironmentProblem, sqlite3.Error) as problem:
            self._give_up(problem)
        finally:
            mailbox.close()

    def _look(self, mailbox: Mailbox) -> None:
        answers = [(id, self._obey(text)) for id, text in mailbox.take()]
        if answers:
            mailbox.answer(answers)

    def _obey(self, text: Any) -> str:
        from studio.control.orders import obey, read_order

        try:
            done: Future[Any] = obey(self._open(), read_order(text))
            result = done.result(ANSWER_WITHIN_S)
            return encode({"ok": result}).decode()
        except TookTooLong:
            return encode({"ok": "it will be obeyed as soon as the node under way lets go"}).decode()
        except (StudioError, NotJson) as refused:
            self._tell_refusal(f"An order from elsewhere was refused: {refused} ({preview(text, 60)})")
            return encode({"error": _sentence(refused)}).decode()

    def _tell_refusal(self, text: str) -> None:
        self._refusals += 1
        if self._refusals <= REFUSALS_TOLD:
            self._open().tell(text)

    def _give_up(self, problem: BaseException) -> None:
        """The run is more important than being steered: say so once and let it go on."""
        _log.warning("the run %s cannot be steered from elsewhere any more: %s", self._run, problem)
        self._open().tell(f"The run cannot be steered from elsewhere any more: {problem}")


def _sentence(refused: Exception) -> str:
    text = str(refused) if isinstance(refused, StudioError) else f"{refused}."
    return text.encode("utf-8", "backslashreplace").decode()


def order_from_elsewhere(path: Path, run: str, order: Mapping[str, Json]) -> int:
    """Write an order to a run that is going, known by its whole id; return the order's number."""
    from studio.trace.mailbox import post

    try:
        return post(path, run, encode(dict(order)).decode())
    except NotJson as error:
        raise UsageError(f"That cannot be sent: {error}.") from None
