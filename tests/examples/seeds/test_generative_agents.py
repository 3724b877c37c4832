"""One inhabitant of a small world: the worked examples of the sheet, its constants, order and pitfalls.

The world of these tests is a room of 9 by 5 tiles. The inhabitant is Ann, who has a plan already unless a test takes it
away, so that each test needs only the replies of what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.seeds import Played, graph_of, play

SIX = 5e-7
ROOM: dict[str, Any] = {
    "name": "town",
    "blocked": "#",
    "rows": ["#########", "#..s....#", "#.......#", "#....t..#", "#########"],
    "legend": {".": "house:room", "s": "house:room:stove", "t": "house:room:table"},
}
NINE = 1676278800
"""09:00 on Monday 13 February 2023, in seconds."""
MEMORIES = [
    ("Isabella is planning a Valentine party", 7, "09:00", "event"),
    ("bed is idle", 1, "09:05", "event"),
    ("Maria is studying for a chemistry test", 5, "12:30", "event"),
    ("Klaus is reading a book on gentrification", 4, "15:00", "event"),
    ("Isabella wants everybody to come to the party", 8, "18:00", "thought"),
    ("kitchen sink is running", 2, "19:45", "event"),
]
PAST = [
    {"text": text, "importance": importance, "time": f"2023-02-13T{at}:00", "kind": kind}
    for text, importance, at, kind in MEMORIES
]


def ann(**fields: Any) -> dict[str, Any]:
    """Ann, reading at a table since nine o'clock, for two hours."""
    return {
        "name": "Ann Lee", "age": 30, "innate": "calm", "learned": "Ann bakes.", "currently": "Ann rests.",
        "lifestyle": "Ann gets up at 5 am.", "daily_plan_req": "", "living_area": "house:room", "tile": [5, 2],
        "planned": True,
        "day": "Monday February 13", "address": "town:house:room:table", "activity": "reading a book",
        "event": ["Ann Lee", "read", "book"], "start": NINE, "duration": 120, "requirements": ["reading"],
        "hourly": [["sleeping", 480], ["reading a book", 240], ["baking bread", 720]],
        "schedule": [["sleeping", 480], ["reading a book", 240], ["baking bread", 720]],
    } | fields  # fmt: skip


def bob(**fields: Any) -> dict[str, Any]:
    return (
        ann(
            name="Bob Orr",
            tile=[4, 2],
            activity="eating a cake",
            event=["Bob Orr", "eat", "cake"],
            living_area="house:room",
        )
        | fields
    )


def live(
    tmp_path: Path,
    person: dict[str, Any],
    replies: Sequence[Any] = (),
    *,
    others: Sequence[dict[str, Any]] = (),
    graph: Any = "generative_agents",
    **inputs: Any,
) -> Played:
    """Let a person live a step with the constants of the sheet; an input of None has what stands in the graph."""
    given = {
        "person": person,
        "others": list(others),
        "town": ROOM,
        "start": "2023-02-13T09:00:10",
        "steps": 1,
        "rounds": 8,
    } | inputs
    given = {name: value for name, value in given.items() if value is not None}
    return play(graph, given, replies=replies, tmp_path=tmp_path)


def record(played: Played, nth: int = -1) -> dict[str, Any]:
    """Ann's scratch memory at the end of a step."""
    found: dict[str, Any] = played.output("scratch_kept", "value", nth)
    return found


def memories(played: Played) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = played.output("memories", "items", -1)
    return found


# -- one step ------------------------------------------------------------------------------------


def test_the_first_step_of_the_first_day_goes_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    hours = [f"doing {n}" for n in range(19)]
    replies = [
        "5 am", "bake at 6:00 am, 3) rest at 1:00 pm, 4) sleep at 9:00 pm.", *hours,
        "knead, 30\nbake, 30",
        "house}", "room}", "stove", "🍞", "bake, bread)", "hot", "🔥", "be, hot)",
    ]  # fmt: skip
    blank = ann(day=None, address="", activity="", event=["Ann Lee", None, None], hourly=[], schedule=[])
    played = live(tmp_path, blank, replies, scoring="code")

    modules = [
        "perception", "spatial_memory", "importance_rater", "memory_stream", "keyword_retrieval", "day_planner",
        "hour_planner", "compressor", "decomposer", "action_placer", "action_describer", "event_chooser",
        "react_decider", "dialogue", "schedule_repairer", "reflector", "reflection_trigger", "mover",
    ]  # fmt: skip
    assert played.fired(*modules) == [
        "perception", "spatial_memory",
        *["importance_rater", "memory_stream"] * 3, *["keyword_retrieval"] * 3,
        "day_planner", "hour_planner", "compressor", "memory_stream", "decomposer", "action_placer",
        "action_describer", "event_chooser", "reflection_trigger", "mover",
    ]  # fmt: skip
    assert [one.reply for one in played.prompts] == replies
    me = record(played)
    assert me["requirements"] == ["get up and get ready at 5:00 am", "bake at 6:00 am", "rest at 1:00 pm"]
    assert me["hourly"][:3] == [["sleeping", 300], ["doing 0", 60], ["doing 1", 60]]
    assert sum(minutes for _, minutes in me["schedule"]) == 1440
    assert ["doing 5 (knead)", 30] in me["schedule"]
    assert (me["address"], me["activity"], me["duration"]) == ("town:house:room:stove", "doing 4", 60)
    assert (me["event"], me["use"]) == (
        ["Ann Lee", "bake", "bread"],
        ["town:house:room:stove", "be", "hot", "hot"],
    )
    plan = next(one for one in memories(played) if one["kind"] == "thought")
    assert (plan["importance"], plan["meta"]["triple"]) == (5, ["Ann Lee", "plan", "Monday February 13"])
    played.verify()


def test_a_quiet_step_asks_nothing(tmp_path: Path) -> None:
    played = live(tmp_path, ann(event=["Ann Lee", None, None]), steps=3)

    assert played.prompts == []
    assert (
        played.fired("perception", "event_chooser", "reflector") == ["perception", "event_chooser"] + ["perception"] * 2
    )
    assert [record(played, nth)["clock"] for nth in range(3)] == ["09:00"] * 3
    assert record(played)["seconds"] == NINE + 30


def test_game_time_goes_on_by_ten_seconds_a_step_from_the_start_given(tmp_path: Path) -> None:
    played = live(tmp_path, ann(event=["Ann Lee", None, None]), steps=3, start="2023-02-13T09:59:50")

    assert [record(played, nth)["now"][11:19] for nth in range(3)] == ["09:59:50", "10:00:00", "10:00:10"]
    with_minutes = live(tmp_path, ann(event=["Ann Lee", None, None]), steps=2, seconds_per_step=60)
    assert record(with_minutes)["now"][11:19] == "09:01:10"


# -- perception and memory ----------------------------------------------------------------------


def test_what_is_idle_matters_1_without_a_call(tmp_path: Path) -> None:
    played = live(tmp_path, ann(event=["Ann Lee", None, None]))

    assert [(one["text"], one["importance"]) for one in memories(played)] == [
        ("Ann Lee is idle", 1), ("table is idle", 1), ("stove is idle", 1),
    ]  # fmt: skip
    assert played.fired("importance_rater", "rating") == ["importance_rater"] * 3


def test_an_importance_that_cannot_be_read_is_4(tmp_path: Path) -> None:
    replies = ["7", " 3\n", "about seven", "", "7.", "10"]
    played = live(tmp_path, ann(attention=1, retention=0), replies, steps=6)

    assert [one["importance"] for one in memories(played)] == [7, 3, 4, 4, 4, 10]
    assert record(played)["left"] == 150 - 32
    assert record(played)["counted"] == 6


def test_only_the_three_closest_events_within_four_tiles_of_the_same_arena_are_noticed(tmp_path: Path) -> None:
    town = ROOM | {
        "rows": ["#########", "#..s....#", "#.....ttt", "#....t.k#", "#########"],
        "legend": ROOM["legend"] | {"k": "house:kitchen:sink"},
    }
    played = live(tmp_path, ann(event=["Ann Lee", None, None], tile=[6, 3]), town=town)

    assert [one["text"] for one in memories(played)] == ["Ann Lee is idle", "table is idle", "stove is idle"]
    assert "town:house:kitchen:sink" in played.output("perception", "seen")
    far = live(tmp_path, ann(event=["Ann Lee", None, None], tile=[1, 3], radius=1), town=town)
    assert [one["text"] for one in memories(far)] == ["Ann Lee is idle"]
    two = live(tmp_path, ann(event=["Ann Lee", None, None], attention=2))
    assert [one["text"] for one in memories(two)] == ["Ann Lee is idle", "table is idle"]


def test_an_event_is_not_noticed_again_while_it_is_among_the_last_five(tmp_path: Path) -> None:
    again = live(tmp_path, ann(event=["Ann Lee", None, None]), steps=2)
    forgetful = live(tmp_path, ann(event=["Ann Lee", None, None], retention=2), steps=2)

    assert len(memories(again)) == 3
    assert [one["text"] for one in memories(forgetful)[3:]] == ["Ann Lee is idle", "table is idle", "stove is idle"]


def test_keywords_are_kept_in_small_letters_but_looked_up_as_written(tmp_path: Path) -> None:
    past = [
        {"text": "cake is good", "keywords": ["cake"], "time": "2023-02-12T09:00:00"},
        {"text": "Bob is kind", "keywords": ["Bob Orr"], "kind": "thought", "time": "2023-02-12T09:00:00"},
    ]
    played = live(tmp_path, ann(event=["Ann Lee", None, None], memories=past), ["5", "no"], others=[bob()])

    found = {one["event"]["text"]: one for one in played.output("recollecting", "found")}
    eats = found["Bob Orr is eating a cake"]
    assert "cake is good" in eats["events"]
    assert eats["thoughts"] == []
    assert {word for one in memories(played) for word in one["meta"]["keywords"]} >= {"bob orr", "ann lee", "cake"}


def test_places_are_remembered_as_a_tree(tmp_path: Path) -> None:
    played = live(tmp_path, ann(event=["Ann Lee", None, None], knows=[]))

    assert played.output("spatial_memory", "tree") == {"town": {"house": {"room": ["stove", "table"]}}}


# -- retrieval ----------------------------------------------------------------------------------

REFLECTION = ['["who comes to the party"]', "nothing to say", "no triple", "2"]


def remembering() -> dict[str, Any]:
    return ann(event=["Ann Lee", None, None], memories=PAST, left=0, counted=6)


@pytest.mark.parametrize(
    ("scoring", "scores"),
    [
        ("code", [("m1", 4.775748), ("m5", 4.480044), ("m3", 4.373109), ("m4", 1.835498), ("m6", 0.0)]),
        (
            "paper",
            [
                ("m5", 2.619156), ("m3", 1.891113), ("m1", 1.726837), ("m4", 1.287175), ("m6", 1.142857),
                ("m2", 0.100367),
            ],
        ),
    ],
)  # fmt: skip
def test_worked_example_a(tmp_path: Path, scoring: str, scores: list[tuple[str, float]]) -> None:
    graph = graph_of("generative_agents")
    graph.nodes["perception"].knockout = True  # so that nothing but the six memories is there
    played = live(
        tmp_path, remembering(), REFLECTION, graph=graph, scoring=scoring, start="2023-02-13T20:00:00"
    )  # fmt: skip

    found = played.output("scored_retrieval", "items")
    names = {text: f"m{place}" for place, (text, *_) in enumerate(MEMORIES, 1)}
    assert [names[one["text"]] for one in found] == [name for name, _ in scores]
    assert [one["score"] for one in found] == pytest.approx([score for _, score in scores], abs=SIX)
    played.verify()


def test_a_second_focal_point_sees_the_access_times_that_the_first_has_changed(tmp_path: Path) -> None:
    graph = graph_of("generative_agents")
    graph.nodes["perception"].knockout = True
    replies = ['["who comes to the party", "party"]', *["nothing to say", "no triple", "2"] * 2]
    played = live(tmp_path, remembering(), replies, graph=graph, start="2023-02-13T20:00:00")

    first, second = (played.output("scored_retrieval", "items", nth) for nth in (0, 1))
    assert {one["recency"] for one in first} == {0.0, 0.5, 0.25, 0.75, 1.0} or len(
        {one["recency"] for one in first}
    ) == 5
    assert {one["accessed"][:19] for one in second} == {"2023-02-13T20:00:00"}
    # Of those accessed at one time the newest ranks first, thoughts after all others.
    by_rank = sorted(second, key=lambda one: -one["recency"])
    assert [one["meta"]["number"] for one in by_rank] == [6, 4, 3, 1, 5]


# -- planning -----------------------------------------------------------------------------------


def first_day(tmp_path: Path, replies: Sequence[str], **fields: Any) -> Played:
    """A first day whose plan is made; then the next action is one of sleep, in a house where all is known."""
    graph = graph_of("generative_agents")
    graph.nodes["next_action"].knockout = True
    graph.nodes["perception"].knockout = True
    return live(tmp_path, ann(day=None) | fields, replies, graph=graph)


@pytest.mark.parametrize(("reply", "hour"), [("7 am", 7), ("6:30 am", 8), ("", 8), ("6AM.", 6)])
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
        ([["sleeping", 480], ["working", 59], ["resting", 901]], "07:00", [["resting", 901]]),
        # Places are those of before, so what was just taken apart may be met again.
        ([["working", 480], ["resting", 60], ["eating", 900]], "00:00", [["working", 480], ["working (b)", 450]]),
        ([["working", 60], ["resting", 60], ["eating", 1320]], "00:00", [["working", 60], ["resting", 60]]),
        ([["sleeping", 420], ["working", 300], ["going to bed", 120], ["resting", 600]], "11:00", []),
        (
            [["sleeping", 420], ["working", 300], ["going to bed", 60], ["resting", 660]],
            "11:00",
            [["going to bed", 60]],
        ),
        ([["sleeping", 420], ["working", 300], ["asleep", 60], ["resting", 660]], "11:00", []),
        ([["sleeping", 420], ["working", 300], ["resting", 720]], "22:00", [["resting", 720]]),
        ([["sleeping", 420], ["working", 300], ["resting", 720]], "23:00", []),
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


# -- reaction -----------------------------------------------------------------------------------

SEEN = ["5", "6"]
"""The importance of what Ann does and of what Bob does."""


def meet(tmp_path: Path, replies: Sequence[Any], mine: dict[str, Any], theirs: dict[str, Any], **inputs: Any) -> Played:
    return live(tmp_path, ann(**mine), [*SEEN, *replies], others=[bob(**theirs)], **inputs)


def words(text: str, end: bool = False) -> str:
    return f'{{"line": "{text}", "end": {str(end).lower()}}}'


TALK = ["a neighbour", words("Hello."), "a friend", words("Goodbye.", True), "the weather"]
MENDED = ["12:00 -- reading a book", "12:00 -- eating a cake"]


def test_a_conversation_holds_both_up_and_both_plan_anew(tmp_path: Path) -> None:
    played = meet(tmp_path, ["yes", *TALK, *MENDED], {}, {})

    assert [one.node for one in played.prompts] == [
        "rating", "rating", "decide_to_talk", "relationship", "line", "relationship", "line", "summary",
        "schedule_repairer", "schedule_repairer",
    ]  # fmt: skip
    me, other = played.output("rescheduling", "person")
    assert record(played)["chat"] == me["chat"] == other["chat"] == [["Ann Lee", "Hello."], ["Bob Orr", "Goodbye."]]
    assert me["activity"] == other["activity"] == "conversing about the weather"
    assert (me["address"], other["address"]) == ("<persona> Bob Orr", "<persona> Ann Lee")
    assert (me["event"], other["event"]) == (
        ["Ann Lee", "chat with", "Bob Orr"],
        ["Bob Orr", "chat with", "Ann Lee"],
    )
    assert (me["buffer"], other["chatting_with"]) == ([{"who": "Bob Orr", "left": 800}], "Ann Lee")
    assert (me["duration"], me["chat_end"]) == (1, NINE + 60 + 60)
    assert sum(minutes for _, minutes in me["schedule"]) == 1440
    assert played.output("other_kept", "value") == other
    played.verify()


@pytest.mark.parametrize(("reply", "talks"), [(" No.\n", False), ("perhaps", True), ("", True)])
def test_a_decision_to_talk_that_cannot_be_read_is_a_yes(tmp_path: Path, reply: str, talks: bool) -> None:
    played = meet(tmp_path, [reply, *([*TALK, *MENDED] if talks else [])], {}, {})

    assert bool(played.fired("dialogue")) is talks


@pytest.mark.parametrize(
    ("mine", "theirs", "start"),
    [
        ({"activity": "sleeping"}, {}, "2023-02-13T09:00:10"),
        ({}, {"activity": "sleeping"}, "2023-02-13T09:00:10"),
        ({}, {}, "2023-02-13T23:00:10"),
        ({}, {"chatting_with": "Cy"}, "2023-02-13T09:00:10"),
        (
            {"event": ["Ann Lee", "chat with", "Cy"], "chatting_with": "Cy", "chat_end": NINE + 600},
            {},
            "2023-02-13T09:00:10",
        ),
        ({"buffer": [{"who": "Bob Orr", "left": 1}]}, {}, "2023-02-13T09:00:10"),
        ({}, {"address": "<waiting> 3 2"}, "2023-02-13T09:00:10"),
        ({}, {"address": ""}, "2023-02-13T09:00:10"),
    ],
    ids=["asleep", "other asleep", "late", "other chats", "chatting", "lately", "other waits", "other does nothing"],
)
def test_nobody_is_asked_where_a_conversation_is_out_of_the_question(
    tmp_path: Path, mine: dict[str, Any], theirs: dict[str, Any], start: str
) -> None:
    replies = [*SEEN, "5"] if "chat_end" in mine else SEEN
    played = live(tmp_path, ann(**mine), replies, others=[bob(**theirs)], start=start)

    assert played.fired("react_decider", "decide_to_talk", "dialogue") == ["react_decider"]


def test_the_buffer_of_800_steps_runs_out(tmp_path: Path) -> None:
    lately = meet(tmp_path, [], {"buffer": [{"who": "Bob Orr", "left": 3}]}, {}, steps=3)
    over = meet(tmp_path, ["no"], {"buffer": [{"who": "Bob Orr", "left": 0}]}, {})

    assert record(lately)["buffer"] == [{"who": "Bob Orr", "left": 0}]
    assert over.fired("decide_to_talk") == ["decide_to_talk"]


@pytest.mark.parametrize(("reply", "waits"), [("1", True), ("2", False), ("one", False)])
def test_who_does_not_talk_may_wait_and_what_cannot_be_read_is_a_3(tmp_path: Path, reply: str, waits: bool) -> None:
    mine = {"path": [[6, 3], [7, 3]], "planned": True, "activity": "baking (kneading dough)"}
    played = meet(tmp_path, ["no", reply, *(["12:00 -- reading"] if waits else [])], mine, {})

    me = record(played)
    assert bool(played.fired("schedule_repairer")) is waits
    assert me["address"] == ("<waiting> 5 2" if waits else "town:house:room:table")
    if waits:
        assert me["activity"] == "waiting to start kneading dough"
        assert me["event"] == ["Ann Lee", "waiting to start", "kneading dough"]
        assert me["duration"] == 119 - 0 + 1  # Bob is busy for 120 minutes from nine, less one; and one more


def test_nobody_waits_who_is_there_already_or_goes_elsewhere(tmp_path: Path) -> None:
    there = meet(tmp_path, ["no"], {}, {})
    elsewhere = meet(
        tmp_path, ["no"], {"path": [[6, 3]], "planned": True}, {"address": "town:house:room:stove"}
    )  # fmt: skip

    assert there.fired("decide_to_react") == elsewhere.fired("decide_to_react") == []


def test_a_conversation_has_at_most_eight_rounds_of_two_lines(tmp_path: Path) -> None:
    lines = [reply for n in range(16) for reply in ("a neighbour", words(f"Line {n}."))]
    played = meet(tmp_path, ["yes", *lines, "lines", *MENDED], {}, {})
    first_look = meet(tmp_path, ["yes", *lines[:4], "lines", *MENDED], {}, {}, rounds=None)
    short = meet(tmp_path, ["yes", *lines[:8], "lines", *MENDED], {}, {}, rounds=2)

    assert len(record(played)["chat"]) == 16
    assert [name for name, _ in record(played)["chat"]] == ["Ann Lee", "Bob Orr"] * 8
    assert len(record(first_look)["chat"]) == 2, "what stands in the graph is one round, so that a first look ends"
    assert len(record(short)["chat"]) == 4


def test_a_model_that_repeats_the_words_it_was_to_go_on_from_leaves_its_topic_open(tmp_path: Path) -> None:
    told = {}
    for reply in ("the weather", "They are conversing about the weather", "They are conversing about"):
        played = meet(tmp_path, ["yes", *TALK[:-1], reply, *MENDED], {}, {})
        told[reply] = record(played)["activity"]

    assert list(told.values()) == ["conversing about the weather"] * 2 + ["conversing about this and that"]


def test_a_line_rests_on_50_memories_of_the_other_and_15_of_each_focal_point(tmp_path: Path) -> None:
    past = [
        {"text": f"Bob said {n}", "importance": 1 + n % 9, "time": f"2023-02-12T{n // 6:02}:{n % 6}0:00"}
        for n in range(60)
    ]
    played = meet(
        tmp_path,
        ["yes", "a neighbour", words("Hello."), "a friend", words("Hm."), "he", words("Bye.", True), "x", *MENDED],
        {"memories": past}, {},
    )  # fmt: skip

    counts = [len(one["items"]) for one in played.outputs("scored_retrieval")]
    assert counts[:3] == [50, 15, 15]
    assert len(counts) == (1 + 2) + (1 + 3) + (1 + 3), "the last four lines are a focal point once there are any"


@pytest.mark.parametrize("reply", ["I say hello", '{"line": "Hi."}', "[1, 2]"])
def test_a_line_that_cannot_be_read_is_three_dots_and_ends_nothing(tmp_path: Path, reply: str) -> None:
    played = meet(tmp_path, ["yes", "x", reply, "y", words("Bye.", True), "z", *MENDED], {}, {})

    assert record(played)["chat"] == [["Ann Lee", "..."], ["Bob Orr", "Bye."]]


@pytest.mark.parametrize(("letters", "minutes"), [(230, 1), (238, 2), (700, 3)])
def test_minutes_of_a_conversation(tmp_path: Path, letters: int, minutes: int) -> None:
    played = meet(tmp_path, ["yes", "x", words("h" * letters, True), "z", *MENDED], {}, {})

    whole = letters + len("Ann Lee: \n")
    assert record(played)["duration"] == minutes == -(-(whole // 8) // 30)


def test_a_mended_schedule_that_does_not_come_out_even_is_passed_over(tmp_path: Path) -> None:
    parts = [["reading a book (one)", 60], ["reading a book (two)", 90], ["reading a book (three)", 90]]
    fine = {"schedule": [["sleeping", 480], *parts, ["baking bread", 720]]}
    replies = [
        "yes",
        *TALK,
        "11:00 -- writing\n11:00 ~ 12:00 -- reading on",
        "11:00 -- writing\n11:00 ~ 12:30 -- reading on",
    ]
    mine, theirs = meet(tmp_path, replies, fine, fine).output("rescheduling", "person")

    kept = [
        ["sleeping", 480], ["reading a book (one)", 60], ["reading a book (two)", 90],
        ["reading a book (on the way to three)", 0], ["reading a book (conversing about the weather)", 1],
    ]  # fmt: skip
    assert mine["schedule"] == [*kept, ["writing", 29], ["reading on", 60], ["baking bread", 720]]
    assert theirs["schedule"] == [*kept, ["baking bread", 720]] or sum(row[1] for row in theirs["schedule"]) <= 1440
    assert "writing" not in [activity for activity, _ in theirs["schedule"]]


# -- reflection ---------------------------------------------------------------------------------


def rated(tmp_path: Path, importance: str, steps: int, replies: Sequence[str] = ()) -> Played:
    """Ann notices only what she does herself, at every step anew."""
    person = ann(attention=1, retention=0, duration=600)
    return live(tmp_path, person, [*[importance] * steps, *replies], steps=steps)


REFLECTS = ["Who is Ann?", "unreadable", "no triple", "3"]


def test_worked_example_b(tmp_path: Path) -> None:
    tens = rated(tmp_path, "10", 15, REFLECTS)
    nines = rated(tmp_path, "9", 17, REFLECTS)

    for played, steps, left in ((tens, 15, 0), (nines, 17, -3)):
        assert len(played.outputs("scratch_kept")) == steps
        assert played.outputs("decided")[-1]["value"]["left"] == left
        assert len(played.fired("reflector")) == 1
        assert [one.status for one in played.firings("reflector")][:-1] == ["skipped"] * (steps - 1)
        assert (record(played)["left"], record(played)["counted"]) == (150, 0)


def test_thoughts_do_not_count_towards_the_next_reflection(tmp_path: Path) -> None:
    played = live(tmp_path, ann(left=8), ["10", *REFLECTS])

    assert (record(played)["left"], record(played)["counted"]) == (150, 0)


def test_an_insight_is_kept_with_its_evidence_depth_and_day_of_expiry(tmp_path: Path) -> None:
    past = [
        *PAST[:1],
        {"text": "Ann is proud", "kind": "thought", "depth": 2, "importance": 9, "time": "2023-02-13T08:00:00"},
    ]
    replies = [
        "10", "1) What matters?\n2) Who is Bob?\n3) What is next?\n4) One too many?",
        "Ann cares (because of 0, 1, 2)\n2. Ann is proud of it (because of 1)", "care, much)", "6", "be, proud)", "7",
        "unreadable", "x", "3",
        "Ann reads (because of 99)", "x", "3",
    ]  # fmt: skip
    played = live(tmp_path, ann(left=8, counted=2, memories=past), replies)

    thoughts = [one for one in memories(played) if one["kind"] == "thought" and one["created"] > "2023-02-13T09"]
    assert [(one["text"], one["importance"]) for one in thoughts] == [
        ("Ann cares", 6), ("Ann is proud of it", 7), ("no insight could be read", 3), ("no insight could be read", 3),
    ]  # fmt: skip
    shown = played.output("scored_retrieval", "items")
    assert thoughts[0]["meta"]["evidence"] == [one["id"] for one in shown[:3]]
    assert thoughts[0]["meta"]["triple"] == ["Ann Lee", "care", "much"]
    assert thoughts[0]["meta"]["depth"] == 1 + max(one["meta"]["depth"] for one in shown[:3]) == 3
    assert thoughts[2]["meta"]["evidence"] == ["Ann Lee/node_1"]
    assert thoughts[2]["meta"]["depth"] == 1
    assert {one["meta"]["expires"][:10] for one in thoughts} == {"2023-03-15"}
    assert len(played.firings("insight")) == 3


def test_the_questions_rest_on_as_many_of_the_newest_memories_as_were_counted(tmp_path: Path) -> None:
    few = live(
        tmp_path,
        ann(left=8, counted=1, memories=PAST[1:4], attention=1),
        ["10", *REFLECTS],
        start="2023-02-13T20:00:00",
    )
    paper = live(
        tmp_path, ann(left=8, counted=1, memories=PAST[1:4], attention=1), ["10", *REFLECTS],
        start="2023-02-13T20:00:00", scoring="paper",
    )  # fmt: skip
    asked, all_asked = (next(one.text for one in played.prompts if one.node == "ask") for played in (few, paper))

    assert "Klaus" in asked
    assert "Maria is studying" not in asked
    assert "Maria is studying" in all_asked
    assert ("bed is idle" in asked, "bed is idle" in all_asked) == (False, True)


@pytest.mark.parametrize(
    "reply",
    [
        "['Who is Ann?', 'Who is Bob?']",
        'Here they are:\n```json\n["Who is Ann?", "Who is Bob?"]\n```',
        '{"output": ["Who is Ann?", "Who is Bob?"]}',
        "1. Who is Ann?\n2. Who is Bob?",
        "Who is Ann?\n2) Who is Bob?\n",
    ],
)
def test_questions_are_read_from_a_list_or_from_lines(tmp_path: Path, reply: str) -> None:
    played = live(tmp_path, ann(left=5, attention=1), ["5", reply, *["unreadable", "no triple", "3"] * 2])

    assert played.output("focal_points", "value") == ["Who is Ann?", "Who is Bob?"]
    assert len(played.firings("insight")) == 2


def test_a_reply_may_be_wrapped_in_an_object(tmp_path: Path) -> None:
    played = live(
        tmp_path, ann(attention=1, retention=0), ['{"output": "7"}', '{"output": 3}', '{"output": "x"}'], steps=3
    )

    assert [one["importance"] for one in memories(played)] == [7, 3, 4]


def test_ten_seconds_before_a_conversation_ends_two_thoughts_of_it_are_kept(tmp_path: Path) -> None:
    chatting = ann(
        event=["Ann Lee", "chat with", "Bob Orr"], activity="conversing about bread", chatting_with="Bob Orr",
        chat=[["Ann Lee", "Hello."], ["Bob Orr", "Bye."]], chat_end=NINE + 20, address="<persona> Bob Orr",
    )  # fmt: skip
    replies = ["5", "6", "bake for Bob", "bake, bread)", "4", "liked Bob", "like, Bob)", "5"]
    played = live(tmp_path, chatting, replies)
    early = live(tmp_path, chatting | {"chat_end": NINE + 30}, replies[:2])

    assert [one.node for one in played.prompts] == [
        "rating", "rating", "planning", "event_triple", "rating", "memo", "event_triple", "rating",
    ]  # fmt: skip
    chat, *_ = (one for one in memories(played) if one["kind"] == "chat")
    assert (chat["text"], chat["importance"]) == ("conversing about bread", 6)
    assert [(one["text"], one["meta"]["evidence"]) for one in memories(played) if one["kind"] == "thought"] == [
        ("For the plans of Ann Lee: bake for Bob", [chat["id"]]),
        ("Ann Lee liked Bob", [chat["id"]]),
    ]
    assert early.fired("afterthoughts") == []


# -- moving -------------------------------------------------------------------------------------


def test_one_walks_a_tile_a_step_along_a_shortest_way(tmp_path: Path) -> None:
    walker = ann(tile=[1, 1], planned=False, event=["Ann Lee", None, None], attention=0)
    played = live(tmp_path, walker, steps=7)

    tiles = [record(played, nth)["tile"] for nth in range(7)]
    for before, after in zip([[1, 1], *tiles], tiles, strict=False):
        assert abs(before[0] - after[0]) + abs(before[1] - after[1]) in (0, 1)
    assert tiles[-2:] == [[5, 3], [5, 3]]
    assert played.result.outputs["diary"][-1] == "09:01 Ann Lee [5,3]  reading a book @ town:house:room:table"
