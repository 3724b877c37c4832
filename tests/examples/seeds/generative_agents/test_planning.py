"""One inhabitant plans a day, an hour and an action, by the constants of the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.examples.seeds.generative_agents.room import NINE, ROOM, ann, live, record
from tests.examples.seeds.generative_agents.test_retrieval import PAST
from tests.support.seeds import Played, graph_of


def first_day(tmp_path: Path, replies: Sequence[str], **fields: Any) -> Played:
    """A first day whose plan is made; then the next action is one of sleep, in a house where all is known."""
    graph = graph_of("generative_agents")
    graph.nodes["next_action"].knockout = True
    graph.nodes["perception"].knockout = True
    return live(tmp_path, ann(day=None) | fields, replies, graph=graph)


@pytest.mark.parametrize(
    ("reply", "hour"),
    [
        pytest.param("7 am", 7, marks=pytest.mark.thorough),
        ("6:30 am", 8),
        pytest.param("", 8, marks=pytest.mark.thorough),
        pytest.param("6AM.", 6, marks=pytest.mark.thorough),
    ],
)
def test_an_hour_of_waking_that_cannot_be_read_is_8(tmp_path: Path, reply: str, hour: int) -> None:
    hours = [f"doing {n}" for n in range(24 - hour)]
    played = first_day(tmp_path, [reply, "eat, 3)", *hours])

    assert played.output("day_planner", "wake_hour") == hour
    assert record(played)["hourly"][0] == ["sleeping", 60 * hour]


def test_the_reader_of_the_day_list_drops_its_last_item(tmp_path: Path) -> None:
    hours = [f"doing {n}" for n in range(16)]
    played = first_day(tmp_path, ["8 am", "eat at 9:00 am, 3) work at 10:00 am,\n4) rest at 8:00 pm.", *hours])

    assert record(played)["requirements"] == ["get up and get ready at 8:00 am", "eat at 9:00 am", "work at 10:00 am"]


def test_hours_are_planned_again_until_five_activities_differ_but_sleep_only_in_the_first_pass(tmp_path: Path) -> None:
    second = ["a", "bb", "cc", "dd", "ee"] * 4 + ["ff"] * 4
    played = first_day(tmp_path, ["20 am", "eat, 3)", *["resting"] * 4, *[f"{what}." for what in second]])

    activities = played.output("hour_planner", "activities")
    assert played.fired("activity").count("activity") == 4 + 24
    assert activities == second
    assert len(played.prompts) == 2 + 28


def test_after_three_passes_the_hours_stay_as_they_are(tmp_path: Path) -> None:
    played = first_day(tmp_path, ["23 am", "eat, 3)", *["resting"] * (1 + 24 + 24)])

    assert played.output("hour_planner", "activities") == ["resting"] * 24
    assert record(played)["hourly"] == [["resting", 1440]]


def test_a_plan_that_differs_at_once_is_made_in_one_pass(tmp_path: Path) -> None:
    played = first_day(tmp_path, ["20 am", "eat, 3)", "a1", "a2", "a3", "a4"])

    assert record(played)["hourly"] == [["sleeping", 1200], ["a1", 60], ["a2", 60], ["a3", 60], ["a4", 60]]


def test_a_new_day_revises_who_one_is_with_two_retrievals_and_four_calls(tmp_path: Path) -> None:
    replies = [
        "5 am",
        "remember the bread",
        "content",
        "Ann plans a fair.",
        "1. bake\n2. rest",
        *["x1", "x2"] * 9,
        "x3",
    ]
    played = first_day(
        tmp_path, [*replies[:5], *[f"x{n}" for n in range(19)]], day="Sunday February 12", memories=PAST[:1]
    )

    asked = ["wake_up", "plan_note", "feeling_note", "status", "broad_plan"]
    assert [one.node for one in played.prompts[:5]] == asked
    assert played.fired("scored_retrieval", "day_list") == ["scored_retrieval"] * 2
    me = record(played)
    assert (me["currently"], me["daily_plan_req"]) == ("Ann plans a fair.", "1. bake 2. rest")
    assert me["requirements"] == ["reading"], "the list of the day stays that of the day before"
    assert "Ann plans a fair." in played.prompts[5].text


SHORT = ["house", "room", "table", "📖", "read, book)", "in use", "📖", "be, used)"]
"""Place and look of an action."""


def acting(tmp_path: Path, replies: Sequence[str], schedule: list[list[Any]], start: str, **fields: Any) -> Played:
    """The action before is over, and the next one follows from the schedule."""
    graph = graph_of("generative_agents")
    graph.nodes["perception"].params = {}
    return live(
        tmp_path,
        ann(address="", event=["Ann Lee", None, None], schedule=schedule, hourly=schedule, **fields),
        replies,
        graph=graph,
        start=start,
    )


def test_steps_of_10_12_and_20_minutes_make_an_hour_of_10_10_and_40(tmp_path: Path) -> None:
    schedule = [["sleeping", 480], ["morning routine", 60], ["working", 900]]
    steps = "1) Ann Lee is washing (duration in minutes: 10, minutes left: 50)\ndressing, 12\neating: 20"
    played = acting(tmp_path, ["a, 30\nb, 870", steps, *SHORT], schedule, "2023-02-13T07:00:00")

    assert record(played)["schedule"] == [
        ["sleeping", 480],
        ["morning routine (washing)", 10], ["morning routine (dressing)", 10], ["morning routine (eating)", 40],
        ["working (a)", 30], ["working (b)", 870],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "start", "taken_apart"),
    [
        ([["sleeping", 480], ["working", 960]], "06:00", [["working", 960]]),
        pytest.param(
            [["sleeping", 480], ["working", 59], ["resting", 901]],
            "07:00",
            [["resting", 901]],
            marks=pytest.mark.thorough,
        ),
        # Places are those of before, so what was just taken apart may be met again.
        ([["working", 480], ["resting", 60], ["eating", 900]], "00:00", [["working", 480], ["working (b)", 450]]),
        pytest.param(
            [["working", 60], ["resting", 60], ["eating", 1320]],
            "00:00",
            [["working", 60], ["resting", 60]],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            [["sleeping", 420], ["working", 300], ["going to bed", 120], ["resting", 600]],
            "11:00",
            [],
            marks=pytest.mark.thorough,
        ),
        (
            [["sleeping", 420], ["working", 300], ["going to bed", 60], ["resting", 660]],
            "11:00",
            [["going to bed", 60]],
        ),
        pytest.param(
            [["sleeping", 420], ["working", 300], ["asleep", 60], ["resting", 660]],
            "11:00",
            [],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            [["sleeping", 420], ["working", 300], ["resting", 720]],
            "22:00",
            [["resting", 720]],
            marks=pytest.mark.thorough,
        ),
        pytest.param([["sleeping", 420], ["working", 300], ["resting", 720]], "23:00", [], marks=pytest.mark.thorough),
    ],
)
def test_what_is_taken_apart(
    tmp_path: Path, schedule: list[list[Any]], start: str, taken_apart: list[list[Any]]
) -> None:
    played = acting(tmp_path, [*["a, 30\nb, 30"] * len(taken_apart), *SHORT], schedule, f"2023-02-13T{start}:00")

    asked = [one.text for one in played.prompts if one.node == "decomposer"]
    assert [[line for line in text.split("\n") if line.startswith("Take this apart")][-1] for text in asked] == [
        f"Take this apart: {what}, {minutes} minutes." for what, minutes in taken_apart
    ]


def test_an_unknown_sector_is_home_and_an_unknown_thing_is_drawn(tmp_path: Path) -> None:
    schedule = [["sleeping", 420], ["reading", 30], ["writing", 50], ["working", 940]]
    town = ROOM | {"legend": ROOM["legend"] | {"s": "shop:hall:till"}}
    replies = ["somewhere", "attic", "a thing", *SHORT[3:]]
    played = acting(tmp_path, replies, schedule, "2023-02-13T07:00:00")
    known = live(
        tmp_path,
        ann(address="", event=["Ann Lee", None, None], schedule=schedule, hourly=schedule),
        ["{shop}", "hall}", '"till"', *SHORT[3:]],
        town=town,
        start="2023-02-13T07:00:00",
    )

    assert record(played)["address"] in ("town:house:room:stove", "town:house:room:table")
    assert record(known)["address"] == "town:shop:hall:till"


def test_an_arena_without_things_gets_a_random_tile_without_a_call(tmp_path: Path) -> None:
    schedule = [["sleeping", 420], ["reading", 30], ["writing", 50], ["working", 940]]
    town = ROOM | {"legend": ROOM["legend"] | {"s": "park:lawn"}}
    played = live(
        tmp_path,
        ann(address="", event=["Ann Lee", None, None], schedule=schedule, hourly=schedule),
        ["park", "lawn", *SHORT[3:]],
        town=town,
        start="2023-02-13T07:00:00",
    )

    assert record(played)["address"] == "town:park:lawn:<random>"
    assert "object" not in [one.node for one in played.prompts]


def test_the_action_is_described_by_five_calls(tmp_path: Path) -> None:
    schedule = [["sleeping", 420], ["reading", 30], ["writing", 50], ["working", 940]]
    played = acting(tmp_path, [*SHORT[:3], "", "no triple at all", "", "", "x"], schedule, "2023-02-13T07:00:00")

    assert [one.node for one in played.prompts][-5:] == [
        "emoji",
        "event_triple",
        "state",
        "state_emoji",
        "event_triple",
    ]
    me = record(played)
    assert (me["emoji"], me["event"]) == ("🙂", ["Ann Lee", "is", "idle"])
    assert me["use"] == ["town:house:room:table", "is", "idle", "idle"]


def test_an_action_is_over_when_its_minutes_are(tmp_path: Path) -> None:
    schedule = [["sleeping", 480], ["reading a book", 70], ["writing", 50], ["working", 840]]
    short = ann(event=["Ann Lee", None, None], start=NINE + 10, duration=10, schedule=schedule, hourly=schedule)
    before = live(tmp_path, short, start="2023-02-13T09:10:50")
    at = live(tmp_path, short, ["w, 30\nv, 30", *SHORT], start="2023-02-13T09:11:00")

    assert before.fired("action_placer") == []
    assert at.fired("action_placer") == ["action_placer"], "a start within a minute counts from the next full one"
    assert record(at)["activity"] == "writing"
