"""Goals that restate those above them are found; narrowing and new matter are work."""

from __future__ import annotations

import pytest

from studio.dynamics.analysis import analyse
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event, Goal, Run
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Alarm
from tests.dynamics.building import READER, SEARCH, run_of, said

TRIP = "Organise the summer trip of the choir to Lisbon"


def chain(*texts: str, root: str = TRIP) -> list[Goal]:
    """Return goals, each below the one before, each opened a tick later."""
    return [Goal(f"g{at}", text, f"g{at - 1}" if at else None, at) for at, text in enumerate((root, *texts))]


def watched_goals(goals: list[Goal], settings: Settings = Settings()) -> tuple[Watch, list[Alarm]]:  # noqa: B008 - it is a value
    watch = Watch(settings=settings, reader=READER)
    return watch, [alarm for goal in goals for alarm in watch.open_goal(goal)]


def length(*texts: str, root: str = TRIP) -> int:
    return watched_goals(chain(*texts, root=root))[0].procrastination.chain


RESTATED = (
    "Plan how to organise the choir's summer trip to Lisbon",
    "Figure out the summer trip of the choir to Lisbon",
)


def test_two_restatements_warn_and_three_stop() -> None:
    _, one = watched_goals(chain(RESTATED[0]))
    _, two = watched_goals(chain(*RESTATED))
    _, three = watched_goals(chain(*RESTATED, "Do what it takes for the choir trip to Lisbon this summer"))

    assert one == []
    assert [(alarm.t, alarm.kind, alarm.level) for alarm in two] == [(2, "procrastination", "warn")]
    assert [alarm.level for alarm in three] == ["warn", "stop"]
    assert (
        "g1 at tick 1 «Plan how to organise the choir's summer trip to Lisbon» says again what g0" in two[0].evidence[0]
    )


@pytest.mark.parametrize(
    ("text", "restates"),
    [
        ("Continue with the work", True),  # says nothing
        ("Start the necessary steps", True),
        ("The summer trip of the choir to Lisbon with music", True),  # gain 1/5
        ("The trip, the choir, and hotels, buses, meals", False),  # too much is new
        ("Summer in Lisbon", False),  # covers half: narrower
        ("Book seats 17 to 40 for the summer trip of the choir to Lisbon", False),  # names a thing
        ("The summer trip of the choir to Lisbon, Porto and Faro", False),  # two new rare words
    ],
)
def test_a_goal_restates_when_it_repeats_and_adds_next_to_nothing(text: str, restates: bool) -> None:
    assert length(text) == int(restates)


def test_narrowing_keeps_the_chain_and_new_matter_ends_it() -> None:
    assert length(*RESTATED, "Summer in Lisbon") == 2
    watch, alarms = watched_goals(chain(*RESTATED, bus := "Ask Barbosa for an offer of 31 seats", f"Start: {bus}"))
    assert watch.procrastination.chain == 1
    assert [alarm.level for alarm in alarms] == ["warn"]
    assert not watch.procrastination.holds


def test_gain_and_cover_can_be_set() -> None:
    goal = "The summer trip of the choir to Lisbon with music"

    assert watched_goals(chain(goal), Settings(restate_gain=0.1))[0].procrastination.chain == 0
    assert watched_goals(chain(goal), Settings(restate_cover=1.0))[0].procrastination.chain == 1
    assert watched_goals(chain("Summer in Lisbon"), Settings(restate_cover=0.3))[0].procrastination.chain == 1


def test_reached_goals_are_no_procrastination() -> None:
    watch, _ = watched_goals(chain(*RESTATED))
    assert watch.procrastination.holds

    watch.close_goal("g2", 5)

    assert not watch.procrastination.holds
    assert watch.progress.count == 1


def test_calls_of_a_subgraph_count_like_goals_and_their_return_is_no_progress() -> None:
    watch = Watch(reader=READER)
    alarms = []
    for depth in range(4):
        alarms += watch.enter(f"c{depth}", f"c{depth - 1}" if depth else None, depth, TRIP)
    assert [alarm.level for alarm in alarms] == ["warn", "stop"]
    assert "calls" in alarms[0].msg

    for depth in range(3, -1, -1):
        watch.leave(f"c{depth}")

    assert not watch.procrastination.holds
    assert watch.progress.count == 0


def test_four_single_descents_without_matter_tool_or_closed_goal_warn() -> None:
    texts = ("The people of the choir", "The old people", "The people with children", "The people who sing")
    goals = chain(*texts)

    _, alarms = watched_goals(goals)
    assert ["brought no new matter" in alarm.msg for alarm in alarms] == [True]
    assert watched_goals(goals[:4])[1] == []

    watch = Watch(modules=(), reader=READER)
    watch._kinds["tool"] = "tool"
    for goal in goals:
        assert watch.open_goal(goal) == []
        watch.see(Event(goal.t, "tool", "The list of the choir has 31 names"))


def test_a_child_beside_others_is_no_single_descent() -> None:
    goals = chain("The people of the choir", "The old people", "The people with children", "The people who sing")
    beside = [Goal(f"s{at}", "Ask for the bus", goal.parent, goal.t) for at, goal in enumerate(goals) if goal.parent]

    assert watched_goals(sorted([*beside, *goals], key=lambda goal: goal.t))[1] == []


def test_a_run_whose_goals_restate_is_judged_so() -> None:
    run: Run = run_of(said(SEARCH), goals=chain(*RESTATED), root_goal=TRIP)

    verdict = analyse(run, reader=READER)

    assert (verdict.kind, verdict.wolfram) == ("procrastination", "II")
    assert len(verdict.evidence) == 2


def test_goals_may_be_given_in_any_order() -> None:
    goals = chain(*RESTATED)
    run = run_of(said(SEARCH), goals=goals[::-1])

    assert analyse(run, reader=READER).kind == "procrastination"


def test_goals_that_are_their_own_ancestors_end_the_analysis_all_the_same() -> None:
    run = run_of(said(SEARCH), goals=[Goal("a", TRIP, "b"), Goal("b", TRIP, "a")])

    assert analyse(run, reader=READER).id == "r"


def test_matter_beside_a_chain_does_not_excuse_it() -> None:
    goals = [*chain(*RESTATED), Goal("decoy", "Ask Barbosa for an offer of 31 seats", "g1", 9)]

    assert watched_goals(goals)[0].procrastination.holds


def test_matter_below_a_chain_shows_that_it_led_somewhere() -> None:
    goals = [*chain(*RESTATED), Goal("work", "Ask Barbosa for an offer of 31 seats", "g2", 9)]

    assert not watched_goals(goals)[0].procrastination.holds


def test_a_goal_in_the_form_of_a_call_is_about_what_stands_in_the_brackets() -> None:
    calls = (f'ask_agent("helper", "{TRIP}")', f'delegate_task({{"objective": "{TRIP}"}})', f"start({TRIP})")

    assert length(*calls) == 3
    assert length('start("Ask Barbosa for an offer of 31 seats")') == 0


def test_another_common_word_for_the_deed_neither_lengthens_a_chain_nor_ends_it_and_a_thing_does() -> None:
    root = "Shift the old harbour archive and its shelves to the dry cellar"
    again = "The old harbour archive and its shelves go to the dry cellar"

    assert length(again, "Start the work", root=root) == 2
    assert length(again, "Carry the harbour archive by night", "Start the work", root=root) == 2
    assert length(again, "Carry ledger_1907 of the archive", "Start the work", root=root) == 1
