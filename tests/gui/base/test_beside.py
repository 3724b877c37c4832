"""Work beside the window: what came of it arrives in the window's thread, and nowhere once its owner is gone."""

from __future__ import annotations

import threading
from typing import Any

from PySide6.QtCore import QObject
from shiboken6 import delete

from studio.gui.base.beside import _flying, beside
from studio.support.errors import StudioError


def test_what_came_of_it_arrives_in_the_windows_thread(qtbot: Any) -> None:
    owner = QObject()
    came: list[object] = []
    beside(owner, lambda: threading.current_thread().name, lambda it: came.append((it, threading.current_thread())))

    qtbot.waitUntil(lambda: bool(came))
    assert came == [("beside", threading.main_thread())]


def test_a_refusal_goes_to_who_takes_refusals(qtbot: Any) -> None:
    owner = QObject()
    refusals: list[StudioError] = []

    def work() -> None:
        raise StudioError("No.")

    beside(owner, work, lambda _: None, refusals.append)

    qtbot.waitUntil(lambda: bool(refusals))
    assert refusals[0].message == "No."


def test_an_owner_that_is_gone_hears_nothing_and_takes_nothing_along_that_the_thread_uses(qtbot: Any) -> None:
    owner = QObject()
    gate = threading.Event()
    came: list[object] = []
    thread = beside(owner, lambda: gate.wait(10), came.append)

    # A child would be destroyed with its owner at the very moment at which the thread signals through it.
    assert not owner.children()
    delete(owner)  # type: ignore[no-untyped-call]
    gate.set()
    thread.join(10)
    assert len(_flying) == 1
    qtbot.waitUntil(lambda: not _flying)
    assert came == []
