"""Steps of one inhabitant of a small world: their order, what is noticed and kept, and how one walks."""

from __future__ import annotations

from pathlib import Path

from tests.examples.seeds.generative_agents.room import NINE, ROOM, ann, bob, live, memories, record

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


# -- moving -------------------------------------------------------------------------------------


def test_one_walks_a_tile_a_step_along_a_shortest_way(tmp_path: Path) -> None:
    walker = ann(tile=[1, 1], planned=False, event=["Ann Lee", None, None], attention=0)
    played = live(tmp_path, walker, steps=7)

    tiles = [record(played, nth)["tile"] for nth in range(7)]
    for before, after in zip([[1, 1], *tiles], tiles, strict=False):
        assert abs(before[0] - after[0]) + abs(before[1] - after[1]) in (0, 1)
    assert tiles[-2:] == [[5, 3], [5, 3]]
    assert played.result.outputs["diary"][-1] == "09:01 Ann Lee [5,3]  reading a book @ town:house:room:table"
