"""The gate lets callers of several event loops through one after another and loses no place when one gives up.

It leads prompts that begin alike to one slot."""

from __future__ import annotations

import asyncio
import threading

import pytest

from studio.models import gate as gates
from studio.models.gate import PATIENCE, Gate


async def test_callers_pass_in_the_order_they_came() -> None:
    gate, seen = Gate(1), []

    async def caller(n: int) -> None:
        async with gate.turn():
            seen.append(n)
            await asyncio.sleep(0)

    await asyncio.gather(*map(caller, range(5)))

    assert seen == [0, 1, 2, 3, 4]


async def test_a_caller_that_gives_up_leaves_its_place_to_the_next() -> None:
    gate = Gate(1)

    async def caller() -> str:
        async with gate.turn():
            return "passed"

    async with gate.turn():
        quitter, patient = asyncio.create_task(caller()), asyncio.create_task(caller())
        await asyncio.sleep(0)
        quitter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await quitter

    assert await asyncio.wait_for(patient, 5) == "passed"


async def test_a_place_given_in_the_moment_of_cancelling_is_passed_on() -> None:
    gate = Gate(1)

    async def caller() -> str:
        async with gate.turn():
            return "passed"

    async with gate.turn():
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
            async with gate.turn():
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


async def slots_of(gate: Gate, *families: str) -> list[tuple[str, int]]:
    """Let callers in together and return who passed in which order, with their slots."""
    seen: list[tuple[str, int]] = []

    async def caller(family: str) -> None:
        async with gate.turn(family) as slot:
            seen.append((family, slot))
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for family in families:
            group.create_task(caller(family))
    return seen


async def test_like_prompts_share_a_slot_even_while_another_is_free() -> None:
    seen = await slots_of(Gate(3), "a", "b", "a", "b", "a")

    assert sorted(set(seen)) == [("a", 0), ("b", 1)]
    assert [family for family, _ in seen[:2]] == ["a", "b"]


async def test_a_gate_that_is_not_loyal_uses_every_slot() -> None:
    assert {slot for _, slot in await slots_of(Gate(3, loyal=False), "a", "a", "a")} == {0, 1, 2}


async def test_a_family_comes_back_to_its_slot_later() -> None:
    gate = Gate(2)
    await slots_of(gate, "a", "b")

    assert await slots_of(gate, "b", "a") == [("b", 1), ("a", 0)]


async def test_callers_without_a_family_use_any_slot_that_is_free() -> None:
    assert {slot for _, slot in await slots_of(Gate(2), "", "")} == {0, 1}


async def test_nobody_is_overtaken_for_ever() -> None:
    seen = await slots_of(Gate(1), "a", "b", *["a"] * (PATIENCE + 20))

    assert [family for family, _ in seen].index("b") == PATIENCE + 1


async def asking_in_turn(gate: Gate, family: str, times: int, seen: list[str], pause: float = 0.0) -> None:
    for _ in range(times):
        async with gate.turn(family):
            seen.append(family)
            await asyncio.sleep(0)
        await asyncio.sleep(pause)


async def test_who_asks_one_question_after_another_keeps_the_slot_though_others_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gates, "LINGER_S", 5.0)  # a busy machine must not make a short pause look like the end
    gate, seen = Gate(1), list[str]()

    async with asyncio.timeout(5):
        first = asyncio.create_task(asking_in_turn(gate, "a", 4, seen))
        other = asyncio.create_task(asking_in_turn(gate, "b", 1, seen))
        await first
        monkeypatch.undo()
        async with gate.turn("a"):  # its end lets go after the short time
            pass
        await other

    assert seen == ["a", "a", "a", "a", "b"]


async def test_a_slot_waits_for_its_family_only_a_moment() -> None:
    gate, seen = Gate(1), list[str]()

    await asyncio.wait_for(
        asyncio.gather(asking_in_turn(gate, "a", 1, seen), asking_in_turn(gate, "b", 2, seen)), timeout=5
    )

    assert seen == ["a", "b", "b"]
