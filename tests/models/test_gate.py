"""The gate lets callers of several event loops through one after another and loses no place when one gives up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from studio.models.gate import Gate


async def test_callers_pass_in_the_order_they_came() -> None:
    gate, seen = Gate(1), []

    async def caller(n: int) -> None:
        async with gate:
            seen.append(n)
            await asyncio.sleep(0)

    await asyncio.gather(*map(caller, range(5)))

    assert seen == [0, 1, 2, 3, 4]


async def test_a_caller_that_gives_up_leaves_its_place_to_the_next() -> None:
    gate = Gate(1)

    async def caller() -> str:
        async with gate:
            return "passed"

    async with gate:
        quitter, patient = asyncio.create_task(caller()), asyncio.create_task(caller())
        await asyncio.sleep(0)
        quitter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await quitter

    assert await asyncio.wait_for(patient, 5) == "passed"


async def test_a_place_given_in_the_moment_of_cancelling_is_passed_on() -> None:
    gate = Gate(1)

    async def caller() -> str:
        async with gate:
            return "passed"

    async with gate:
        late = asyncio.create_task(caller())
        await asyncio.sleep(0)
    late.cancel()  # its turn is set already, but the task has not run yet
    with pytest.raises(asyncio.CancelledError):
        await late

    assert await asyncio.wait_for(caller(), 5) == "passed"


def test_event_loops_in_different_threads_share_one_gate() -> None:
    gate, inside, most = Gate(1), [], []

    async def caller() -> None:
        for _ in range(20):
            async with gate:
                inside.append(1)
                most.append(len(inside))
                await asyncio.sleep(0)
                inside.pop()

    threads = [threading.Thread(target=lambda: asyncio.run(caller())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(most) == 60
    assert max(most) == 1
