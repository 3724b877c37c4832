"""Circles of every period are found, reworded or noisy too; progress and waiting change the limits."""

from __future__ import annotations

import pytest

from studio.dynamics.analysis import judge
from studio.dynamics.exchange.run import Event, Module
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.verdict import Alarm
from tests.dynamics.building import circle, said, watched


def levels(alarms: list[Alarm], kind: str = "circle") -> list[tuple[int, str]]:
    return [(alarm.t, alarm.level) for alarm in alarms if alarm.kind == kind]


@pytest.mark.parametrize("period", [1, 2, 3, 4, 5, 6])
def test_a_circle_is_found_with_its_period_and_warns_and_stops_at_the_repeats_set(period: int) -> None:
    watch, alarms = watched(said(circle(period, 8)))

    verdict = judge(watch)
    assert (verdict.kind, verdict.wolfram, verdict.period) == ("circle", "II", period)
    stop = DEFAULTS.repeats_stop_single if period == 1 else DEFAULTS.repeats_stop
    by_repeats = [(3 * period - 1, "warn"), (stop * period - 1, "stop")]
    stopped = next(t for t, level in levels(alarms) if level == "stop")
    by_share = [(t, level) for t, level in levels(alarms) if t not in dict(by_repeats) and t <= stopped]
    assert levels(alarms)[0][0] <= by_repeats[0][0]
    assert stopped <= by_repeats[1][0]
    assert period > 3 or not by_share or by_share[0][0] <= by_repeats[1][0]


@pytest.mark.parametrize("repeats", [2, 3])
def test_three_repeats_warn_and_two_do_not(repeats: int) -> None:
    _, alarms = watched(said(circle(3, repeats)))

    assert bool(levels(alarms)) is (repeats == 3)


@pytest.mark.parametrize(("repeats", "stops"), [(4, False), (5, True)])
def test_one_output_again_stops_at_five(repeats: int, stops: bool) -> None:
    _, alarms = watched(said(circle(1, repeats)))

    assert any(level == "stop" for _, level in levels(alarms)) is stops


def test_a_run_that_says_new_things_about_one_matter_is_no_circle() -> None:
    lines = [(module, f"{text} of week {week}") for week in range(10) for module, text in circle(3, 1)]
    watch, alarms = watched(said(lines))

    assert alarms == []
    assert not watch.circle.holds


def test_times_ids_and_attempts_do_not_hide_a_circle() -> None:
    lines = [
        (module, f"[2026-01-01 10:00:{t:02}] {text} (attempt {t}) id=7f{t}")
        for t, (module, text) in enumerate(circle(2, 5))
    ]

    watch, _ = watched(said(lines))

    assert judge(watch).period == 2


def test_other_words_do_not_hide_a_circle_and_the_evidence_quotes_both() -> None:
    wordings = (
        "Search the airline site for cheap flights to Lisbon",
        "I will look at the site of the airline and search for cheap Lisbon flights",
        "Next: cheap flights to Lisbon, search on the airline's site",
        "Let me search for a cheap flight to Lisbon on the airline site",
    )
    watch, _ = watched(said([("planner", wordings[at % 4]) for at in range(8)]))

    verdict = judge(watch)
    assert (verdict.kind, verdict.period) == ("circle", 1)
    assert "planner at …, 4, 5, 6, 7 said in other words what it said at 0" in verdict.evidence[0]
    assert f"«{wordings[0]}», then «{wordings[3]}»" in verdict.evidence[0]
    assert "(period 1, 8 repeats, no progress so far)" in verdict.evidence[0]


def test_noise_does_not_hide_a_circle() -> None:
    lines = circle(4, 10)
    for at in range(5, 40, 10):
        lines[at] = ("planner", f"A thought about the garden of {'abcdef'[at // 10]}ville and its number {at} roses")

    watch, alarms = watched(said(lines))

    verdict = judge(watch)
    assert (verdict.kind, verdict.period) == ("circle", 4)
    assert levels(alarms)


def test_the_evidence_names_modules_ticks_and_the_last_progress() -> None:
    events = [
        Event(2, "tool", "Wrote the first draft of chapter 1", effect="write"),
        *said(circle(4, 5), start=3),
    ]

    verdict = judge(watched(events)[0])

    assert verdict.evidence[0] == (
        "planner at 7, 11, 15, 19 said the same as at 3: «Search the airline site for cheap flights to Lisbon» "
        "(period 4, 5 repeats, no progress since tick 2)"
    )
    assert len(verdict.evidence) == 3


def test_progress_clears_the_suspicion() -> None:
    modules = (Module("tool", "tool"),)
    lines = said(circle(2, 3))
    write = Event(6, "tool", "Saved the order 4711 of Lisbon", effect="write")

    watch, alarms = watched([*lines, write, *said(circle(2, 2), start=7)], modules=modules)

    assert levels(alarms) == [(5, "warn")]
    assert not watch.circle.holds


def test_writing_the_same_again_is_no_progress() -> None:
    lines = [Event(t, module, text, effect="write") for t, (module, text) in enumerate(circle(2, 6))]

    watch, _ = watched(lines)

    assert judge(watch).kind == "circle"


NAMES = (
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
    "Lus",
)


def known_share(known: int, total: int) -> list[Event]:
    """Return `known` outputs said before without a period, among `total`, and five before them that are new."""
    texts = [
        f"The {noun} of house {n} is {colour}"
        for n, (noun, colour) in enumerate(
            (("door", "green"), ("roof", "brown"), ("wall", "white"), ("gate", "black"), ("floor", "grey")), 1
        )
    ]
    order = [0, 3, 1, 4, 2, 0, 4, 3, 1, 2, 3, 0]
    new = [f"The room of {name} has a window of glass and a lamp of brass" for name in NAMES[:total]]
    lines = [*texts, *new[: total - known], *(texts[at] for at in order[:known])]
    return said([("m", line) for line in lines])


@pytest.mark.parametrize(("known", "expected"), [(7, None), (8, "warn"), (10, "stop")])
def test_the_share_of_known_outputs_in_the_last_twelve_warns_and_stops(known: int, expected: str | None) -> None:
    settings = Settings(repeats_warn=100, repeats_stop=100, repeats_stop_single=100, known_least=12)

    watch, alarms = watched(known_share(known, 12), settings)

    assert next((level for _, level in levels(alarms)[::-1]), None) == expected
    assert watch.circle.holds is (expected is not None)


def test_below_eight_firings_the_share_says_nothing() -> None:
    lines = said([("m", "The door of house 1 is green"), ("m", "The roof of house 2 is brown")] * 4)
    none = Settings(repeats_warn=100, repeats_stop=100, repeats_stop_single=100)

    assert watched(lines[:7], none)[1] == []
    assert watched(lines, none)[1] != []


def test_waiting_has_three_times_the_limits_and_a_name_of_its_own() -> None:
    lines = said([("tool", "The build of the boat shop is still running")] * 20)

    _, alarms = watched(lines)

    assert levels(alarms) == []
    assert levels(alarms, "waiting") == [(8, "warn"), (14, "stop")]
    assert "waits in a circle" in alarms[0].msg


def test_an_alarm_rings_once_until_it_has_been_quiet() -> None:
    quiet = [("m", f"Room {n} has a window of glass and a lamp of brass") for n in range(30)]

    _, alarms = watched(said([*circle(1, 9), *quiet, *circle(1, 9)]))

    assert [level for _, level in levels(alarms)] == ["warn", "stop", "warn", "stop"]


def test_outputs_without_content_are_no_part_of_a_circle() -> None:
    lines = [line for pair in zip(circle(3, 5), [("tool", "ok")] * 15, strict=True) for line in pair]

    assert judge(watched(said(lines))[0]).period == 3


FRUIT = ("apples", "pears", "plums", "cherries", "grapes", "lemons", "oranges", "peaches", "berries", "nuts")


def test_a_row_of_common_things_is_no_circle_and_its_writes_are_progress() -> None:
    lines = [
        event
        for n, fruit in enumerate(FRUIT)
        for event in (
            Event(2 * n, "hand", f"Weigh the {fruit} and enter the weight in the list"),
            Event(2 * n + 1, "list", "The weight was entered in the list", effect="write"),
        )
    ]

    watch, alarms = watched(lines)

    assert alarms == []
    assert watch.progress.count == len(FRUIT) - 1  # with the first one nobody knows yet that it is a row


def test_a_row_that_begins_anew_is_a_circle() -> None:
    lines = [("hand", f"Weigh the {fruit} and enter the weight in the list") for _ in range(5) for fruit in FRUIT[:4]]

    assert judge(watched(said(lines))[0]).period == 4


@pytest.mark.parametrize(("call", "found"), [({"tool": "search", "q": "hotel"}, True), ({"status": "ok"}, False)])
def test_calls_too_short_to_count_otherwise_count_in_strict_repetition(call: dict[str, str], found: bool) -> None:
    watch, alarms = watched(said([("m", call)] * 6))

    assert [alarm.level for alarm in alarms] == (["warn", "stop"] if found else [])
    assert watch.contentful == 0


@pytest.mark.parametrize(
    ("kind", "failed", "asks", "expected"),
    [
        ("tool", None, True, [("waiting", 8, "warn"), ("waiting", 14, "stop")]),
        ("tool", "", True, [("circle", 2, "warn"), ("circle", 4, "stop")]),
        ("llm", None, True, [("circle", 2, "warn"), ("circle", 4, "stop")]),
        ("tool", None, False, [("circle", 2, "warn"), ("circle", 4, "stop")]),
    ],
)
def test_a_tool_that_answers_the_same_is_polled_if_anybody_asks_unless_it_fails(
    kind: str, failed: str | None, asks: bool, expected: list[tuple[str, int, str]]
) -> None:
    settings = Settings(known_warn=1.0, known_stop=1.0, known_least=12)
    events = [Event(t, "box", "The parcel of Zorlan lies at the harbour office", err=failed) for t in range(12)]
    if asks:
        events.insert(0, Event(0, "asker", "Where is it?"))

    _, alarms = watched(events, settings, modules=(Module("box", kind),))

    circles = [(alarm.kind, alarm.t, alarm.level) for alarm in alarms if alarm.kind in ("circle", "waiting")]
    assert circles == [each for each in expected if each[1] < 12]
