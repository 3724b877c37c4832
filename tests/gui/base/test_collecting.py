"""Garbage is collected while a window is open, in the window's thread and in no other."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from studio.gui.base.collecting import HELD, MANY, YOUNG, Collector


class Ring:
    """Something that only a collection ends; it notes in which thread."""

    ended: list[int]

    def __init__(self, ended: list[int]) -> None:
        self.me = self
        self.ended = ended

    def __del__(self) -> None:
        self.ended.append(threading.get_ident())


@pytest.fixture
def collector(qapp: Any) -> Iterator[Collector]:
    made = Collector()
    yield made
    made.stop()


def rings(count: int, ended: list[int]) -> None:
    for _ in range(count):
        Ring(ended)


def test_garbage_of_another_thread_is_collected_in_the_windows(collector: Collector) -> None:
    ended: list[int] = []
    worker = threading.Thread(target=rings, args=(YOUNG * 2, ended))
    worker.start()
    worker.join()
    assert ended == [], "nobody collected meanwhile"

    collector.look()

    assert len(ended) > YOUNG
    assert set(ended) == {threading.get_ident()}


def test_what_was_just_opened_is_not_looked_through_before_it_is_painted(collector: Collector) -> None:
    collector.look()
    ended: list[int] = []
    opened: list[list[int]] = [[] for _ in range(2 * MANY)]
    rings(1, ended)
    for _ in range(HELD):
        collector.look()
        assert ended == []

    collector.look()

    assert len(ended) == 1, "put off for ever"
    assert len(opened) == 2 * MANY


def test_without_a_collector_the_thread_that_allocates_collects(qapp: Any) -> None:
    ended: list[int] = []
    worker = threading.Thread(target=rings, args=(YOUNG * 2, ended))
    worker.start()
    worker.join()

    assert ended
    assert threading.get_ident() not in ended


def test_old_garbage_goes_after_some_rounds(collector: Collector) -> None:
    ended: list[int] = []
    old = Ring(ended)
    gc.collect(1)  # it is of the oldest now
    gone = weakref.ref(old)
    del old

    kept: list[list[int]] = []
    for _ in range(400):
        kept.extend([] for _ in range(2 * YOUNG))
        collector.look()
        kept.clear()
        if gone() is None:
            break

    assert gone() is None


def test_python_collects_again_when_the_last_window_is_closed(qapp: Any) -> None:
    first, second = Collector(), Collector()
    assert not gc.isenabled()

    first.stop()
    first.stop()
    assert not gc.isenabled()
    second.stop()

    assert gc.isenabled()


def test_a_window_that_goes_without_being_closed_leaves_no_collector(qapp: Any) -> None:
    window = QWidget()
    Collector(window)
    assert not gc.isenabled()

    shiboken6.delete(window)  # type: ignore[no-untyped-call]

    assert gc.isenabled()
