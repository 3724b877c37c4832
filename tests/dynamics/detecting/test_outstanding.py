"""A verdict does not forget what asked to stop: only something that counts answers it."""

from __future__ import annotations

import pytest

from studio.dynamics.analysis import judge
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event, Goal
from tests.dynamics.building import READER, SEARCH, said

TRIP = "Organise the summer trip of the choir to Lisbon"
RESTATED = (
    TRIP,
    "Plan how to organise the choir's summer trip to Lisbon",
    "Figure out the summer trip of the choir to Lisbon",
    "Do what it takes for the choir trip to Lisbon this summer",
)
OFFER = "Ask Barbosa for an offer of 31 seats"


def put_off() -> Watch:
    """Return the watch of a run that was asked to stop at tick 3, has named a thing since and talks on."""
    watch = Watch(root_goal=TRIP, reader=READER)
    for at, text in enumerate(RESTATED):
        watch.open_goal(Goal(f"g{at}", text, f"g{at - 1}" if at else None, at))
    watch.open_goal(Goal("offer", OFFER, "g3", 4))
    watch.open_goal(Goal("beside", "Ask Ferreira for 12 hotel beds", "g1", 4))
    for event in said(SEARCH, start=5):
        watch.see(event)
    return watch


def test_a_request_to_stop_stands_though_what_caused_it_has_ended() -> None:
    watch = put_off()
    assert not watch.procrastination.holds

    verdict = judge(watch)

    assert verdict.kind == "procrastination"
    assert verdict.evidence[0] == ("it was asked to stop at tick 3, and nothing that counts as progress has come since")
    assert "says again" in verdict.evidence[1]


@pytest.mark.parametrize(
    ("goal", "answers"),
    [
        ("offer", True),  # what the chain led to
        ("g0", True),  # what the chain was about
        ("beside", False),  # other work
        ("g2", False),  # that a restatement is called done moves nothing
        ("g3", False),
    ],
)
def test_a_goal_that_is_reached_answers_if_it_is_of_the_chain_and_no_restatement(goal: str, answers: bool) -> None:
    watch = put_off()

    watch.close_goal(goal, 12)

    assert judge(watch).kind == ("productive" if answers else "procrastination")


def test_a_write_with_something_new_answers_and_one_before_the_alarm_does_not() -> None:
    watch = put_off()
    watch.see(Event(12, "writer", "Letter to Barbosa about 31 seats", effect="write"))
    assert judge(watch).kind == "productive"

    before = Watch(root_goal=TRIP, reader=READER)
    before.see(Event(0, "writer", "Letter to Barbosa about 31 seats", effect="write"))
    for at, text in enumerate(RESTATED):
        before.open_goal(Goal(f"g{at}", text, f"g{at - 1}" if at else None, at))
    before.open_goal(Goal("offer", OFFER, "g3", 4))
    for event in said(SEARCH, start=5):
        before.see(event)
    assert before.progress.count == 1
    assert judge(before).kind == "procrastination"


def test_terms_that_came_after_and_were_taken_up_answer_too() -> None:
    watch = put_off()

    for t, (module, text) in enumerate(
        [("a", "Barbosa offers Setra coaches from Faro"), ("b", "Setra of Faro it is, Barbosa")] * 3
    ):
        watch.see(Event(12 + t, module, f"{text}, day {t}"))

    assert judge(watch).kind == "productive"


def test_a_stall_is_answered_by_who_speaks_again_but_not_by_failures() -> None:
    watch = Watch(root_goal=TRIP, reader=READER)
    for t, (module, text) in enumerate(SEARCH):
        watch.see(Event(8 * t, module, text))
    watch.advance(63)
    watch.see(Event(64, "tool", "Kernel zeta_9 refused the file", err=""))
    assert not watch.stall.holds
    assert judge(watch).kind == "stall"

    watch.see(Event(65, "planner", "The trip to Lisbon needs another harbour"))

    assert judge(watch).kind != "stall"


def test_silence_in_which_goals_restate_each_other_is_procrastination_and_silence_after_them_a_stall() -> None:
    def kind(first: int) -> str:
        watch = Watch(root_goal=TRIP, reader=READER)
        for t, (module, text) in enumerate(SEARCH):
            watch.see(Event(t, module, text))
        for at, text in enumerate(RESTATED):
            watch.open_goal(Goal(f"g{at}", text, f"g{at - 1}" if at else None, first + at))
        if first < 6:
            watch.see(Event(first + 4, "planner", "The trip to Lisbon needs another harbour"))
        for t in range(first + 5, 25):
            watch.see(Event(t, "planner", "ok"))
        assert watch.stall.holds
        assert watch.procrastination.holds
        return judge(watch).kind

    assert kind(6) == "procrastination"
    assert kind(5) == "stall"
