"""Polls are told by their shape, in words that no list has; what only looks like one is still a circle."""

from __future__ import annotations

import pytest

from studio.dynamics.analysis import judge
from studio.dynamics.detecting.step import Step
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event, Module
from studio.dynamics.settings import DEFAULTS
from studio.dynamics.verdict import Alarm
from studio.dynamics.words.lists import idle
from studio.dynamics.words.stems import stem
from studio.dynamics.words.waiting import words_of_waiting
from tests.dynamics.building import READER, watched

MODULES = (Module("asker", "llm"), Module("other", "llm"), Module("oven", "tool"), Module("bell", "tool"))
ASKS = ("Any crust on loaf-17?", "Peeking at loaf-17 once more", "How brown has loaf-17 become?")
STATUS = "loaf-17 rises slowly"
THOUGHT = "The bakery should sell rye bread to hotels, and loaf-17 shows the sort of crust that cooks praise"


def seen(lines: list[tuple[str, str]], **more: object) -> tuple[Watch, list[Alarm]]:
    events = [Event(t, module, text, **more) for t, (module, text) in enumerate(lines)]  # type: ignore[arg-type]
    return watched(events, modules=MODULES)


def stop(alarms: list[Alarm]) -> tuple[str, int] | None:
    return next(((alarm.kind, alarm.t) for alarm in alarms if alarm.level == "stop"), None)


def polls(rounds: int, ask: str = "", status: str = STATUS) -> list[tuple[str, str]]:
    return [line for at in range(rounds) for line in (("asker", ask or ASKS[at % 3]), ("oven", status))]


def test_the_words_of_these_polls_are_in_no_list() -> None:
    words = {stem(word.casefold()) for text in (*ASKS, STATUS) for word in text.strip("?").split()}

    assert words.isdisjoint(idle() | words_of_waiting())


def test_one_who_asks_and_a_tool_that_answers_the_same_may_do_so_three_times_as_long() -> None:
    patience = DEFAULTS.repeats_stop * DEFAULTS.waiting_factor

    assert stop(seen(polls(patience - 1, ASKS[0]))[1]) is None
    found = stop(seen(polls(patience, ASKS[0]))[1])
    assert found == ("waiting", 2 * patience - 1)


def test_who_asks_in_changing_words_still_polls() -> None:
    assert stop(seen(polls(11))[1]) is None


@pytest.mark.parametrize(
    ("ask", "status", "why"),
    [
        (THOUGHT, STATUS, "who asks has matter of his own"),
        (ASKS[0], "loaf-17 was refused by the oven", "the tool fails, though nobody marked it"),
        (ASKS[0], "loaf-17 weighs 900 g, shelf 4 holds 12 more, and door 3 is open", "the tool says a lot"),
        ("Any crust on bun-4 and roll-9?", STATUS, "who asks names other things"),
    ],
)
def test_what_only_looks_like_a_poll_is_stopped_as_a_circle(ask: str, status: str, why: str) -> None:
    found = stop(seen(polls(DEFAULTS.repeats_stop, ask, status))[1])

    assert found == ("circle", 2 * DEFAULTS.repeats_stop - 1), why


@pytest.mark.parametrize("more", [{"err": ""}, {"effect": "write"}])
def test_calls_that_fail_or_write_are_no_polls(more: dict[str, str]) -> None:
    found = stop(seen(polls(DEFAULTS.repeats_stop, ASKS[0]), **more)[1])

    assert found == ("circle", 2 * DEFAULTS.repeats_stop - 1)


def test_many_who_say_nothing_but_how_one_thing_is_wait_and_a_run_that_only_waits_has_stalled() -> None:
    says = (*ASKS, "loaf-17 simmers", "Warm air around loaf-17", STATUS)
    lines = [(("bell", "oven")[t % 2], says[(7 * t) % len(says)]) for t in range(80)]

    watch, alarms = seen(lines)

    assert judge(watch).kind == "stall"
    assert stop(alarms) is None or stop(alarms)[0] != "circle"  # type: ignore[index]
    mixed = [(("asker", "oven", "other")[t % 3], says[(7 * t) % len(says)]) for t in range(80)]
    assert judge(seen(mixed)[0]).kind == "stall"
    thought = [(("asker", "other")[t % 2], says[(7 * t) % len(says)]) for t in range(80)]
    assert judge(seen(thought)[0]).kind == "circle", "models that say so wait for nothing but themselves"


def test_one_thought_in_several_wordings_is_more_than_a_name_and_stays_a_circle() -> None:
    says = (
        "Sell loaf-17 to the hotel in spring",
        "In spring the hotel should be sold loaf-17",
        "Let the hotel buy loaf-17, in spring",
    )

    watch, alarms = seen([("asker", says[t % 3]) for t in range(40)])

    assert judge(watch).kind == "circle"
    found = stop(alarms)
    assert found is not None
    assert found[0] == "circle"


def test_one_thought_among_many_questions_does_not_end_a_poll_and_one_before_each_answer_does() -> None:
    once = polls(11)
    once[6] = ("asker", THOUGHT)
    often = [("asker", f"{THOUGHT}, says chapter {at}") if at % 2 == 0 else line for at, line in enumerate(polls(11))]
    found = stop(seen(once)[1])

    assert found is None or found[0] == "waiting"
    assert sum(step.waiting for step in steps_of(once)) > 12
    assert sum(step.waiting for step in steps_of(often)) == 0


def test_who_asks_again_while_the_answer_is_to_wait_is_part_of_the_wait() -> None:
    thought = "Bakers of rye bread sell to hotels in spring"

    told = steps_of([("asker", thought), ("oven", "Hold on")] * 6)
    done = steps_of([("asker", thought), ("oven", "All right")] * 6)

    assert [step.waiting for step in told if step.module == "asker"][2:] == [True] * 4
    assert not any(step.waiting for step in done)


def test_only_a_person_who_lets_one_wait_is_polled() -> None:
    people = (Module("asker", "llm"), Module("oven", "human"))

    def asked(answer: str) -> tuple[str, int] | None:
        lines = [("asker", "How brown should loaf-17 become, and with which crust?"), ("oven", answer)] * 8
        return stop(watched([Event(t, who, text) for t, (who, text) in enumerate(lines)], modules=people)[1])

    assert asked("Give me a moment, loaf-17 is at the baker's") is None
    assert asked("Let loaf-17 be dark brown at the baker's") is not None


def test_where_much_is_said_at_a_time_a_status_may_be_longer() -> None:
    status = "loaf-17 rises slowly above its dark brown rim beside the warm cellar door"
    work = [("other", f"{THOUGHT}; the {name} wants thirty dozen rolls with poppy seed by noon") for name in HOTELS]
    after_work = steps_of([*work, *polls(6, ASKS[0], status)])
    alone = steps_of(polls(6, ASKS[0], status))

    assert sum(step.waiting for step in after_work) > 6
    assert sum(step.waiting for step in alone) == 0


HOTELS = ("Ritz", "Adlon", "Sacher", "Astoria", "Savoy", "Grand", "Bristol", "Metropol")


def steps_of(lines: list[tuple[str, str]]) -> list[Step]:
    watch = Watch(MODULES, reader=READER)
    found = []
    for t, (module, text) in enumerate(lines):
        watch.see(Event(t, module, text))
        assert watch.last is not None
        found.append(watch.last)
    return found
