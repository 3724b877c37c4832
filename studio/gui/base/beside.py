"""Work that may take a moment, done in a thread beside the window; what came of it is handed over in the window's.

For one piece of work that stands alone: each call has a thread of its own, nothing waits for another, and what came is
dropped with its owner. This is the usual way. Work whose pieces must follow each other goes to
`studio.gui.base.errands`; questions to a trace file to `studio.gui.live.watching.lookup`, which keeps the file open and
can break a question off.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from studio.gui.base.guard import report
from studio.support.errors import StudioError

T = TypeVar("T")


class _Courier(QObject):
    arrived = Signal(object, object)


_flying: Final[set[_Courier]] = set()
"""Couriers under way, kept until they have arrived."""


def beside(
    owner: QObject,
    work: Callable[[], T],
    then: Callable[[T], object],
    refused: Callable[[StudioError], object] | None = None,
) -> threading.Thread:
    """Call `work` in a thread, then `then` with its result in the window's thread, unless `owner` is gone by then.

    `work` must touch no widget. A StudioError goes to `refused`; any other fault is reported as ours.
    """
    courier = _Courier()  # no child of the owner: it would die with that while the thread lets it go
    _flying.add(courier)

    def deliver(result: object, error: object) -> None:
        _flying.discard(courier)
        courier.deleteLater()
        if not isValid(owner):  # type: ignore[no-untyped-call]
            return
        if isinstance(error, StudioError):
            if refused is not None:
                refused(error)
        elif isinstance(error, Exception):
            report("work beside the window", error)
        else:
            then(result)  # type: ignore[arg-type]

    courier.arrived.connect(deliver, Qt.ConnectionType.QueuedConnection)

    def run() -> None:
        result: object = None
        fault: Exception | None = None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - handed over whole, and told there
            fault = error
        try:
            courier.arrived.emit(result, fault)
        except RuntimeError:
            return  # the window was closed meanwhile: nobody is left to tell

    thread = threading.Thread(target=run, name="beside", daemon=True)
    thread.start()
    return thread
