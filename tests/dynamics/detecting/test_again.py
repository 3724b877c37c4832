"""What a run was asked to stop for is told again when it has gone on for as long again, and not in between."""

from __future__ import annotations

import pytest

from studio.dynamics.analysis import judge
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Goal
from studio.dynamics.settings import Settings
from tests.dynamics.building import READER, SEARCH, circle, said, watched

TRIP = "Organise the summer trip of the choir to Lisbon"
NEW = [
    ("clerk", f"The {thing} of {name} costs {price} escudos a night")
    for thing, name, price in (
        ("attic", "Ferreira", 410), ("cellar", "Barbosa", 95), ("barn", "Moura", 60), ("villa", "Pinto", 2200),
        ("tent", "Graça", 15), ("boat", "Rocha", 330), ("cabin", "Neves", 120), ("loft", "Teles", 205),
        ("hut", "Simões", 45), ("castle", "Lobo", 9000), ("shed", "Matos", 30), ("bus", "Dias", 80),
    )
]  # fmt: skip


def stops(lines: list[tuple[str, str]], settings: Settings = Settings()) -> list[int]:  # noqa: B008 - it is a value
    _, alarms = watched(said(lines), settings)
    return [alarm.t for alarm in alarms if alarm.level == "stop"]


@pytest.mark.parametrize("period", [3, 4, 6])
def test_a_circle_is_told_again_after_as_many_firings_then_twice_as_many(period: int) -> None:
    first, second, third, *more = stops(circle(period, 40))

    assert second - first == max(4 * period, 12)
    assert third - second == 2 * (second - first)
    assert len(more) < 3, "ever less often"


def test_a_circle_that_ends_is_not_told_again_and_one_that_begins_anew_is() -> None:
    assert len(stops(circle(3, 4) + NEW)) == 1
    lines = circle(3, 4) + NEW + circle(4, 6)
    assert [t for t in stops(lines) if t > 12] == [t for t in stops(lines) if t > 24]
    assert len(stops(lines)) == 2


def test_the_repeated_alarm_says_so_and_quotes() -> None:
    _, alarms = watched(said(circle(3, 9)))
    first, again = (alarm for alarm in alarms if alarm.level == "stop")

    assert (first.kind, again.kind) == ("circle", "circle")
    assert again.msg == "The run still goes in a circle, 12 firings after this was told."
    assert SEARCH[0][1] in "".join(again.evidence)


def test_a_silence_is_told_again_when_it_has_doubled_until_something_is_said() -> None:
    watch, _ = watched(said(SEARCH[:1]))
    watch.advance(90)
    assert [alarm.t for alarm in watch.alarms if alarm.level == "stop"] == [20, 40, 80]
    watch.see(said(SEARCH[1:2], start=91)[0])
    watch.advance(105)
    assert [alarm.level for alarm in watch.alarms if alarm.t > 91] == ["warn"]


def test_a_chain_is_told_once_for_all_goals_in_it_and_again_when_it_has_doubled() -> None:
    watch = Watch(reader=READER)
    for at in range(14):
        watch.open_goal(Goal(f"g{at}", TRIP, f"g{at - 1}" if at else None, at))
        watch.open_goal(Goal(f"beside {at}", TRIP, f"g{at - 1}" if at else None, at))

    told = [(alarm.t, alarm.level) for alarm in watch.alarms if alarm.kind == "procrastination"]
    assert told == [(2, "warn"), (3, "stop"), (6, "stop"), (12, "stop")]
    assert judge(watch).kind == "procrastination"


def test_chains_beside_each_other_are_told_each() -> None:
    watch = Watch(reader=READER)
    watch.open_goal(Goal("root", "Found a choir"))
    for name in "ab":
        for at in range(5):
            watch.open_goal(Goal(f"{name}{at}", f"{TRIP} {name}7", f"{name}{at - 1}" if at else "root", at))

    assert [alarm.level for alarm in watch.alarms] == ["warn", "stop"] * 2
