"""Schedules of a day: read, looked up, interrupted, mended."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.schedule.at import At
from studio.nodes.schedule.block import Block
from studio.nodes.schedule.entries import Entries
from studio.nodes.schedule.repair import Repair
from studio.nodes.schedule.steps import Steps
from studio.nodes.schedule.time import Time
from studio.support.errors import NodeError
from tests.support.fake_context import present, run_node

DAY = [["sleeping", 480], ["morning routine", 60], ["working", 900]]


async def test_a_time_is_told_with_its_parts() -> None:
    out = await run_node(Time, {"seconds": 10}, {"start": "2023-02-13T08:59:50", "step": 1})

    assert present(out) == {
        "time": "2023-02-13T09:00:00+00:00", "seconds": 1676278800.0, "day": "Monday February 13", "clock": "09:00",
        "minute": 540,
    }  # fmt: skip
    wired = await run_node(Time, {}, {"start": "2023-02-13T08:00:00+02:00", "step": 2, "seconds": 86400})
    assert wired.time == "2023-02-15T08:00:00+02:00"


@pytest.mark.parametrize("start", ["", "noon", "2023-13-01", "9999-12-31T23:59:59"])
async def test_a_time_that_is_none_is_told(start: str) -> None:
    with pytest.raises(NodeError, match="there is no time"):
        await run_node(Time, {}, {"start": start, "step": 10})


@pytest.mark.parametrize(
    ("minute", "ahead", "place", "activity"),
    [(0, 0, 0, "sleeping"), (479, 0, 0, "sleeping"), (480, 0, 1, "morning routine"), (479, 1, 1, "morning routine"),
     (1439, 0, 2, "working")],
)  # fmt: skip
async def test_what_is_planned_for_a_minute(minute: int, ahead: int, place: int, activity: str) -> None:
    out = await run_node(At, {"ahead": ahead}, {"rows": DAY, "minute": minute})

    assert (out.place, out.activity) == (place, activity)


async def test_after_the_last_row_nothing_is_planned() -> None:
    assert present(await run_node(At, {}, {"rows": DAY, "minute": 1440})) == {"place": 3}


@pytest.mark.parametrize("row", [["a"], ["a", -1], ["a", 1.5], [3, 1], "a", ["a", "1"]])
async def test_a_row_that_is_none_is_told(row: Any) -> None:
    with pytest.raises(NodeError, match="row 2 of the schedule"):
        await run_node(At, {}, {"rows": [["a", 1], row], "minute": 0})


@pytest.mark.parametrize(
    ("text", "dropped", "kept"),
    [
        ("eat at 9:00 am, 3) work, 4) rest.", ["eat at 9:00 am", "work"], ["eat at 9:00 am", "work", "rest"]),
        ("eat,\n3) work.\n4) rest", ["eat", "work"], ["eat", "work", "rest"]),
        ("eat 3) work, 4) rest", ["work"], ["work", "rest"]),
        ("eat, 10) work", [], ["work"]),
        ("1) eat, 2) work", ["eat"], ["eat", "work"]),
        ("1) eat\n2) work\n 3) rest", ["eat", "work"], ["eat", "work", "rest"]),
        ("1)\n2) work until\n3", [], ["work until\n3"]),
        ("just rest", [], ["just rest"]),
        ("", [], []),
    ],
)
async def test_a_list_is_read_up_to_the_next_number(text: str, dropped: list[str], kept: list[str]) -> None:
    assert (await run_node(Entries, {}, {"text": text})).entries == dropped
    whole = await run_node(Entries, {"last": "keep"}, {"text": text})
    assert (whole.entries, whole.blank) == (kept, text == "")


def steps(text: str, minutes: int = 60, **params: Any) -> Any:
    return run_node(Steps, params, {"text": text, "activity": "x", "minutes": minutes, "who": "Ann"})


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("washing, 10\ndressing, 12\neating, 20", [["washing", 10], ["dressing", 10], ["eating", 40]]),
        ("1) Ann is washing (duration in minutes: 10, minutes left: 50)\n2) Ann is eating. (duration in minutes: 50)",
         [["washing", 10], ["eating", 50]]),
        ("- wash: 30 min\n- eat: 30 min", [["wash", 30], ["eat", 30]]),
        ("wash 10, dress 12, eat 20", [["wash", 10], ["dress", 10], ["eat", 40]]),
        ("wash, 10 min; dress (12); eat: 20", [["wash", 10], ["dress", 10], ["eat", 40]]),
        ('[["wash", 10], ["dress", 12], ["eat", 20]]', [["wash", 10], ["dress", 10], ["eat", 40]]),
        ("reading chapter 30, 20", [["reading chapter", 60]]),
        ("1) Ann is washing (duration in minutes: 10, minutes left: 50)", [["washing", 60]]),
        ("wash, 4\neat, 30", [["eat", 60]]),
        ("wash, 20\nwash, 20\neat, 20", [["wash", 40], ["eat", 20]]),
        ("wash, 40\neat, 40", [["wash", 60]]),
        ("wash, 90", [["wash", 60]]),
        ("wash, 30\neat, 30\nrest, 30", [["wash", 30], ["eat", 30]]),
    ],
)  # fmt: skip
async def test_steps_come_to_the_length(text: str, rows: list[list[Any]]) -> None:
    out = await steps(text)

    assert out.rows == [[f"x ({step})", minutes] for step, minutes in rows]
    assert not out.unreadable


@pytest.mark.parametrize("text", ["", "no minutes at all", "at 10:30 we go", "12", "wash, 3"])
async def test_without_a_step_the_activity_stays_whole(text: str) -> None:
    out = await steps(text)

    assert (out.rows, out.unreadable) == ([["x", 60]], True)


@given(st.text(max_size=80), st.integers(1, 1440))
async def test_whatever_is_written_the_minutes_are_those_of_the_activity(text: str, minutes: int) -> None:
    out = await steps(text, minutes)

    assert sum(row[1] for row in out.rows) == minutes


def block(rows: list[list[Any]], minute: int, hourly: Any = None, activity: str = "a chat", minutes: int = 5) -> Any:
    given = {"rows": rows, "hourly": hourly or rows, "minute": minute, "activity": activity, "minutes": minutes}
    return run_node(Block, {}, given)


async def test_a_block_is_the_activity_going_on_with_the_next_if_it_is_short() -> None:
    long, short = await block(DAY, 600), await block([["a", 480], ["b", 60], ["c", 60], ["d", 840]], 500)

    assert (long.begin, long.end, long.start, long.stop) == (540, 1440, 2, 3)
    assert (short.begin, short.end, short.main) == (480, 600, [["b", 60], ["c", 60]])
    assert short.plan == "08:00 ~ 09:00 -- b\n09:00 ~ 10:00 -- c"


async def test_what_has_begun_stays_and_the_next_row_is_the_way_to_what_comes_between() -> None:
    rows = [["sleeping", 480], ["w (one)", 30], ["w (two)", 30], ["w (three)", 60], ["rest", 840]]
    out = await block(rows, 500, hourly=[["sleeping", 480], ["w", 120], ["rest", 840]])

    assert out.kept == [["w (one)", 30], ["w (on the way to two)", 0], ["w (a chat)", 5]]
    assert out.begun.split("\n")[-1] == "08:30 ~ 08:35 -- w (a chat)"
    assert out.from_time == "08:35"


async def test_a_plan_that_is_over_has_no_block() -> None:
    with pytest.raises(NodeError, match="is over"):
        await block([["a", 60]], 100)


async def repaired(text: str) -> Any:
    main, kept = [["w (one)", 30], ["w (two)", 90]], [["w (one)", 30], ["w (a chat)", 5]]
    return await run_node(Repair, {}, {"text": text, "main": main, "kept": kept, "begin": 480, "end": 600})


async def test_an_answer_that_comes_out_even_is_taken() -> None:
    out = await repaired("09:00 -- w (two)\n09:00 ~ 10:00 -- w (three)")

    assert out.rows == [["w (one)", 30], ["w (a chat)", 5], ["w (two)", 25], ["w (three)", 60]]
    assert not out.mended


@pytest.mark.parametrize("text", ["", "no", "09:00 -- w (two)", "09:00 -- a\n09:00 ~ 11:00 -- b", "25 ~ 26 -- c"])
async def test_any_other_answer_is_passed_over(text: str) -> None:
    out = await repaired(text)

    assert out.mended
    assert out.rows == [["w (one)", 30], ["w (a chat)", 5], ["w (two)", 85]]


@given(st.text(max_size=120))
async def test_a_mended_block_keeps_its_length(text: str) -> None:
    assert sum(row[1] for row in (await repaired(text)).rows) == 120
