"""Worker threads of node code: kept for the next call, so many at a time, and given up without waiting."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from studio.engine import threads
from studio.engine.threads import Workers


async def test_a_call_says_whether_it_went_well() -> None:
    workers = Workers()

    assert await workers.call(lambda: 3) == (True, 3)
    went_well, raised = await workers.call(lambda: 1 // 0)
    assert not went_well
    assert isinstance(raised, ZeroDivisionError)


async def test_a_thread_is_kept_for_the_next_call_and_is_a_daemon() -> None:
    workers = Workers()

    seen = [(await workers.call(threading.current_thread))[1] for _ in range(5)]

    assert len(set(seen)) == 1
    assert seen[0].daemon


async def test_a_call_sees_the_context_it_was_made_in() -> None:
    who = contextvars.ContextVar("who", default="nobody")
    who.set("somebody")

    assert await Workers().call(who.get) == (True, "somebody")


async def test_so_many_calls_run_at_the_same_time_and_the_rest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "AT_ONCE", 3)
    workers, lock, go = Workers(), threading.Lock(), threading.Event()
    now = most = 0

    def work() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == 3:
                go.set()
        assert go.wait(10)
        with lock:
            now -= 1

    answers = await asyncio.gather(*(workers.call(work) for _ in range(20)))

    assert answers == [(True, None)] * 20
    assert most == 3


async def test_a_call_that_was_given_up_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "AT_ONCE", 1)
    workers, began, free = Workers(), threading.Event(), threading.Event()

    def block() -> None:
        began.set()
        free.wait(30)

    blocked = asyncio.create_task(workers.call(block))
    waits = asyncio.create_task(workers.call(lambda: "later"))
    assert await asyncio.to_thread(began.wait, 10)
    assert not waits.done()
    blocked.cancel()

    assert await asyncio.wait_for(waits, 10) == (True, "later")
    with pytest.raises(asyncio.CancelledError):
        await blocked
    free.set()
    assert await workers.call(lambda: "again") == (True, "again")


async def test_a_call_that_was_given_up_before_it_began_never_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "AT_ONCE", 1)
    workers, began, free = Workers(), threading.Event(), threading.Event()
    done: list[str] = []

    def block() -> None:
        began.set()
        free.wait(30)

    first = asyncio.create_task(workers.call(block))
    second = asyncio.create_task(workers.call(lambda: done.append("second")))
    assert await asyncio.to_thread(began.wait, 10)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    free.set()
    await first

    assert await workers.call(lambda: "after") == (True, "after")
    assert done == []
