"""Looking things up beside the window: what is closed meanwhile is given up, and the window does not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from studio.gui.live.watching.lookup import Lookup
from studio.trace import Trace
from tests.support.runs import recorded


@pytest.fixture
def lookup() -> Iterator[Lookup]:
    made = Lookup(recorded("critic_loop"))
    yield made
    made.stop()


def threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "trace lookup"]


def answers_of(lookup: Lookup, *keys: str) -> dict[str, object]:
    deadline = threading.Event()
    while len(lookup.answers) < len(keys) and not deadline.wait(0.005):
        assert threads()
    return dict(lookup.answers)


def test_questions_are_answered_in_order(lookup: Lookup) -> None:
    lookup.ask("last", lambda trace: trace.steps("last").last())
    lookup.ask("first", lambda trace: trace.steps("last").first())

    with Trace(lookup.db) as trace:
        assert list(answers_of(lookup, "last", "first").items()) == [("last", trace.steps("last").last()), ("first", 1)]


def test_who_closes_waits_neither_for_what_is_read_nor_for_what_was_to_be_read(lookup: Lookup) -> None:
    begun, asked = threading.Event(), []
    before = len(threads())

    def endless(trace: Trace) -> None:
        begun.set()
        while True:
            trace.steps("last").last()

    lookup.ask("endless", endless)
    lookup.ask("waits", lambda trace: asked.append(trace))
    assert begun.wait(20)
    assert len(threads()) == before + 1
    lookup.stop()

    assert len(threads()) == before
    assert not asked
    assert not lookup.answers
    assert not lookup.is_busy
    lookup.ask("late", lambda trace: asked.append(trace))
    assert len(threads()) == before
    assert not lookup.is_busy
