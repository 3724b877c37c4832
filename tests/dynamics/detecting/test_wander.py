"""Ever new matter that nobody takes up, far from the goal, is wandering; each condition on its own is not."""

from __future__ import annotations

import pytest

from studio.dynamics.analysis import judge
from studio.dynamics.exchange.run import Event
from studio.dynamics.settings import Settings
from tests.dynamics.building import said, watched

GOAL = "Repair the roof of the barn"
PLACES = (
    "Zorlan",
    "Mabrit",
    "Kedova",
    "Pirun",
    "Tolsek",
    "Gravix",
    "Wendur",
    "Sholba",
    "Ruktan",
    "Bimor",
    "Fedrak",
    "Lusvin",
)


def trip(number: int, matter: str = "a quiet museum near the harbour") -> str:
    place = PLACES[number % 12] + "abcdefgh"[number // 12]
    return f"In {place} there is {matter}, opened in {1700 + number}"


def drifting(count: int = 24) -> list[Event]:
    return said([("agent", trip(number)) for number in range(count)])


def test_a_run_that_drifts_wanders_and_is_warned_not_stopped() -> None:
    watch, alarms = watched(drifting(), root_goal=GOAL)

    verdict = judge(watch)
    assert (verdict.kind, verdict.wolfram) == ("wander", "III")
    assert [alarm.level for alarm in alarms] == ["warn"]
    assert "0 of 24 outputs share a word with the goal" in verdict.evidence[0]
    assert "«In Zorlana there is a quiet museum" in verdict.evidence[1]


@pytest.mark.parametrize(("count", "wanders"), [(11, False), (12, True)])
def test_it_takes_twelve_firings(count: int, wanders: bool) -> None:
    assert bool(watched(drifting(count), root_goal=GOAL)[1]) is wanders


@pytest.mark.parametrize(("every", "wanders"), [(4, True), (3, False)])
def test_runs_that_speak_of_the_goal_do_not_wander(every: int, wanders: bool) -> None:
    lines = [(("agent", trip(n) + (" with a barn" if n % every == 0 else ""))) for n in range(24)]

    assert watched(said(lines), root_goal=GOAL)[0].wander.holds is wanders


def test_runs_that_take_up_what_they_find_do_not_wander() -> None:
    lines = [("agent", trip(n // 3, ("a museum", "an old harbour", "a market hall")[n % 3])) for n in range(24)]

    assert not watched(said(lines), root_goal=GOAL)[0].wander.holds


def test_runs_that_bring_nothing_new_do_not_wander() -> None:
    lines = [("agent", trip(n % 8)) for n in range(30)]

    assert not watched(said(lines), root_goal=GOAL)[0].wander.holds


def test_progress_ends_the_suspicion_until_twelve_more() -> None:
    write = Event(24, "agent", "Wrote the note on Qorvantia 99", effect="write")
    watch, _ = watched([*drifting(), write], root_goal=GOAL)
    assert not watch.wander.holds

    for event in drifting(48)[25:48]:
        watch.see(event)
    assert watch.wander.holds


def test_each_threshold_can_be_set() -> None:
    for settings in (Settings(wander_least=24), Settings(wander_new=0.99), Settings(wander_goal=0.0)):
        lines = drifting(23)
        if settings.wander_goal == 0.0:
            lines[12] = Event(12, "agent", trip(12) + " with a barn")
        assert not watched(lines, settings, root_goal=GOAL)[0].wander.holds
    assert watched(drifting(23), root_goal=GOAL)[0].wander.holds


def test_a_run_that_wandered_most_of_the_time_is_judged_so_though_its_end_looks_better() -> None:
    back = [("agent", trip(number) + " with a barn") for number in range(40, 48)]

    watch, _ = watched([*drifting(40), *said(back, start=40)], root_goal=GOAL)

    assert not watch.wander.holds
    assert judge(watch).kind == "wander"
    assert "share a word with the goal" in judge(watch).evidence[0]
