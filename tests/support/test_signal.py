"""Signals call their listeners in order, those of the moment, and hide nothing that goes wrong."""

from __future__ import annotations

import pytest

from studio.support.signal import Signal


def test_listeners_hear_in_the_order_in_which_they_came() -> None:
    signal: Signal[int] = Signal()
    heard: list[tuple[str, int]] = []
    signal.connect(lambda told: heard.append(("one", told)))
    signal.connect(lambda told: heard.append(("two", told)))
    signal.emit(7)
    assert heard == [("one", 7), ("two", 7)]


def test_connecting_twice_is_hearing_once_and_the_returned_call_ends_it() -> None:
    signal: Signal[()] = Signal()
    heard: list[str] = []

    def listen() -> None:
        heard.append("x")

    signal.connect(listen)
    stop = signal.connect(listen)
    signal.emit()
    assert heard == ["x"]
    stop()
    stop()
    signal.emit()
    assert heard == ["x"]
    signal.disconnect(listen)


def test_bound_methods_are_known_by_object_and_function() -> None:
    class View:
        def __init__(self) -> None:
            self.heard = 0

        def hear(self) -> None:
            self.heard += 1

    signal: Signal[()] = Signal()
    one, two = View(), View()
    signal.connect(one.hear)
    signal.connect(two.hear)
    signal.disconnect(one.hear)
    signal.emit()
    assert (one.heard, two.heard) == (0, 1)


def test_whoever_listened_when_it_was_said_hears_it() -> None:
    signal: Signal[()] = Signal()
    heard: list[str] = []

    def second() -> None:
        heard.append("second")

    def first() -> None:
        heard.append("first")
        signal.disconnect(second)
        signal.connect(lambda: heard.append("late"))

    signal.connect(first)
    signal.connect(second)
    signal.emit()
    assert heard == ["first", "second"]


def test_what_a_listener_raises_reaches_whoever_says() -> None:
    signal: Signal[()] = Signal()

    def broken() -> None:
        raise ValueError("broken")

    signal.connect(broken)
    with pytest.raises(ValueError, match="broken"):
        signal.emit()
