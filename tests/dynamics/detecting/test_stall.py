"""A run that says nothing any more stalls; tools and timers that fire give it more time."""

from __future__ import annotations

import pytest

from studio.dynamics.analysis import analyse, judge
from studio.dynamics.exchange.run import Event, Module
from studio.dynamics.settings import Settings
from tests.dynamics.building import READER, SEARCH, run_of, said, watched

IDLE = ("Ready when you are.", "Awaiting instructions.", "", "Standing by.")


def idle(module: str, ticks: int, start: int = 0) -> list[Event]:
    return said([(module, IDLE[at % 4]) for at in range(ticks)], start=start)


@pytest.mark.parametrize(("ticks", "stalls"), [(10, False), (11, True)])
def test_ten_ticks_without_content_are_a_stall_and_nine_are_none(ticks: int, stalls: bool) -> None:
    watch, alarms = watched([*said(SEARCH[:1]), *idle("planner", ticks - 1, 1)])

    assert watch.stall.holds is stalls
    assert [(alarm.t, alarm.kind, alarm.level) for alarm in alarms] == ([(10, "stall", "warn")] if stalls else [])


@pytest.mark.parametrize("kind", ["tool", "timer"])
def test_while_a_tool_or_timer_fires_thirty_are(kind: str) -> None:
    modules = (Module("clock", kind),)

    assert watched(idle("clock", 30), modules=modules)[1] == []
    assert [alarm.t for alarm in watched(idle("clock", 31), modules=modules)[1]] == [30]
    assert [alarm.t for alarm in watched(idle("clock", 31), modules=(Module("clock", "llm"),))[1]] == [10, 20]


def test_the_evidence_gives_length_and_last_output_with_content() -> None:
    verdict = judge(watched([*said(SEARCH[:1]), *idle("judge", 14, 1)])[0])

    assert (verdict.kind, verdict.wolfram) == ("stall", "I")
    assert verdict.evidence == (
        "no output with content for 14 ticks, from 0 to 14 (14 empty or idle, the last of judge at 14: "
        "«Awaiting instructions.»); the last with content was of planner at 0: "
        "«Search the airline site for cheap flights to Lisbon»",
    )


def test_silence_to_the_end_is_a_stall_unless_the_run_ended_by_itself() -> None:
    events = said(SEARCH)

    assert analyse(run_of(events, t_end=40, finished=False), reader=READER).kind == "stall"
    assert analyse(run_of(events, t_end=40, finished=True), reader=READER).kind != "stall"


def test_a_failure_and_a_wait_say_something_the_first_time_only() -> None:
    failing = [Event(t, "m", "The kitchen door would not open at all", err="") for t in range(15)]
    waiting = said([("m", "We wait for the letter from the old harbour office")] * 15)

    assert judge(watched(failing)[0]).kind == "stall"
    assert watched(waiting)[0].stall.holds
    assert not watched([Event(t, "m", f"The kitchen door of house_{t} would not open", err="") for t in range(15)])[
        0
    ].stall.holds


def test_failures_that_name_nothing_new_are_a_stall_whoever_fails() -> None:
    errors = ("panic: runtime error at zorlan", "upstream zorlan connect error", "zorlan runtime panic")
    failing = [Event(t, f"m{t}", errors[t % 3], err="") for t in range(16)]
    fine = [Event(t, f"m{t}", errors[t % 3]) for t in range(16)]

    assert watched(failing)[0].stall.holds
    assert not watched(fine)[0].stall.holds


FILLER = (
    "Give me half a tick to gather my wits.",
    "Rolling up both sleeves, righto.",
    "Take a big deep breath, people",
)


def test_filler_in_words_of_no_list_is_a_stall_beside_a_goal() -> None:
    talk = said([(f"m{t % 2}", FILLER[t % 3]) for t in range(24)])
    choir = "Take the choir people to Lisbon"

    assert watched(talk, root_goal="Print the annual accounts")[0].stall.holds
    assert not watched(talk, root_goal=f"{choir}, with sleeves, wits and breath")[0].stall.holds, "it is about the goal"
    assert not watched(talk)[0].stall.holds, "without a goal nobody can say what is beside it"


def test_numbers_that_move_are_no_stall_though_they_say_little() -> None:
    watch, alarms = watched(said([("m", f"{left} left") for left in range(40, 0, -1)]))

    assert alarms == []
    assert watch.progress.count > 30


def test_time_can_pass_without_firings_and_alarms_are_the_same_at_any_grain() -> None:
    fine, _ = watched(said(SEARCH[:1]))
    for t in range(1, 41):
        fine.advance(t)
    coarse, _ = watched(said(SEARCH[:1]))
    coarse.advance(40)

    assert [(alarm.t, alarm.level) for alarm in fine.alarms] == [(10, "warn"), (20, "stop"), (40, "stop")]
    assert [(alarm.t, alarm.level) for alarm in coarse.alarms] == [(10, "warn"), (20, "stop"), (40, "stop")]


def test_the_limit_can_be_set() -> None:
    assert watched(idle("m", 6), Settings(stall_ticks=5))[1] != []
    assert watched(idle("m", 5), Settings(stall_ticks=5))[1] == []
