"""Faults of ours are told and written down; the window goes on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject

from studio.gui.base.beside import beside
from studio.gui.base.log import log_path
from studio.gui.frame.faults import Faults
from studio.gui.frame.window import MainWindow
from studio.support.errors import StudioError, UsageError


@pytest.fixture
def faults(window: MainWindow) -> Iterator[Faults]:
    before = sys.excepthook, threading.excepthook
    made = Faults(window.workbench)
    made.install()
    yield made
    made.remove()
    assert (sys.excepthook, threading.excepthook) == before


def test_an_exception_that_nobody_caught_is_a_sentence_and_a_line_in_the_log(
    faults: Faults, window: MainWindow
) -> None:
    try:
        raise KeyError("lost")
    except KeyError as fault:
        sys.excepthook(KeyError, fault, fault.__traceback__)

    assert window.status.kind == "error"
    assert "A fault of Ganglia Studio, not of your graph: KeyError: 'lost'." in window.status.text
    assert str(log_path()) in window.status.text
    assert "Traceback" in log_path().read_text()


def test_a_fault_of_a_thread_is_told_too(faults: Faults, window: MainWindow, qtbot: Any) -> None:
    def work() -> None:
        raise RuntimeError("in a thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    qtbot.waitUntil(lambda: "RuntimeError: in a thread" in window.status.text)


def test_no_key_gets_into_sentence_or_log(faults: Faults, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-0123456789")
    try:
        raise ValueError("refused for sk-secret-0123456789")
    except ValueError as fault:
        sys.excepthook(ValueError, fault, fault.__traceback__)

    assert "refused for" in window.status.text
    assert "sk-secret" not in window.status.text
    assert "sk-secret" not in log_path().read_text()


def test_work_beside_the_window_hands_over_what_came_of_it(qtbot: Any) -> None:
    owner = QObject()
    got: list[object] = []
    refused: list[StudioError] = []
    threads: list[bool] = []

    def refuse() -> None:
        raise UsageError("no")

    beside(owner, lambda: threading.current_thread() is threading.main_thread(), threads.append)
    beside(owner, refuse, got.append, refused.append)

    qtbot.waitUntil(lambda: bool(threads and refused))
    assert threads == [False]
    assert [str(error) for error in refused] == ["no"]
    assert got == []


def test_work_whose_owner_is_gone_tells_nobody(qtbot: Any) -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    owner = QObject()
    go = threading.Event()
    got: list[object] = []
    thread = beside(owner, lambda: go.wait(5), got.append)

    owner.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go.set()
    thread.join()
    QCoreApplication.processEvents()

    assert got == []


def test_a_window_that_does_not_come_about_says_so_to_who_started_it(
    qtbot: Any, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.gui import app

    def broken(*_: object, **__: object) -> None:
        raise ValueError("no panel")

    monkeypatch.setattr(app, "MainWindow", broken)
    monkeypatch.setattr(sys, "setswitchinterval", lambda _: None)
    before = sys.excepthook
    with pytest.raises(ValueError, match="no panel"):
        app.start()
    assert sys.excepthook is before
