"""Several inhabitants in one world: their clock, their order, their way, what they say to each other."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from studio import Trace, run
from studio.trace.writer import close_writer
from tests.examples.seeds.generative_agents.room import MENDED, NINE, ROOM, TALK, ann, bob
from tests.support.improvising import Improviser
from tests.support.seeds import Played, graph_of, play

CALM: dict[str, Any] = {"attention": 0}
"""Who notices nothing asks nothing."""


def town(tmp_path: Path, people: list[dict[str, Any]], replies: list[str], **inputs: Any) -> Played:
    given = {"people": people, "town": ROOM, "start": "2023-02-13T09:00:10", "steps": 1, "rounds": 8} | inputs
    return play("smallville", given, replies=replies, tmp_path=tmp_path)


def of(played: Played, name: str) -> list[dict[str, Any]]:
    """The scratch memories of a person at the ends of the steps."""
    return [one["value"] for one in played.outputs("scratch_kept") if one["value"]["name"] == name]


def test_an_inhabitant_is_wired_as_in_generative_agents() -> None:
    alone, several = graph_of("generative_agents"), graph_of("smallville")
    body = several.graphs["inhabitant"]
    names = {"town_map.map": "map.value", "world.state": "world.value", "told.value": "line.value"}
    outside = {"scratch_kept.value -> line.me", "line.value -> told.value"}

    mine = {str(edge) for edge in body.edges}
    edges = set()
    for edge in alone.edges:
        text = str(edge)
        for before, after in names.items():
            text = text.replace(f"{before} ->", f"{after} ->")
        edges.add(text)
    inner = {name for name in alone.nodes if name in body.nodes} - {"who", "told", "moment", "world"}
    inner -= {"scoring", "rounds", "reflect_at"}
    assert len(inner) >= 25
    for name in inner:
        assert alone.nodes[name] == body.nodes[name], name
    assert {edge for edge in mine if edge.split(" -> ")[1].split(".")[0] in inner} <= edges
    assert outside <= mine
    assert {name: graph.nodes for name, graph in alone.graphs.items()} == {
        name: graph.nodes for name, graph in several.graphs.items() if name != "inhabitant"
    }


@pytest.mark.parametrize(("steps", "until"), [(36, "09:05 "), pytest.param(108, "09:17 ", marks=pytest.mark.thorough)])
def test_many_steps_in_one_run_of_which_most_ask_nothing(tmp_path: Path, steps: int, until: str) -> None:
    model = Improviser()
    graph = graph_of("smallville")
    db = tmp_path / "run.db"
    result = run(graph, {"steps": steps, "rounds": 8}, model=model, embedder="toy", db=db)
    close_writer(db)

    assert (result.status, result.ended) == ("ok", "stop")
    diary = result.outputs["diary"]
    assert [len(lines) for lines in diary] == [3] * steps
    with Trace(db) as trace:
        asked = Counter(one.tick.split(".")[0] for one in trace.prompts(result.run_id))
    assert len(asked) < steps / 3, "in two steps of three nobody asks"
    assert any("💬" in line for lines in diary for line in lines)
    assert diary[0][0].startswith("09:00 ")
    assert diary[-1][0].startswith(until)


def test_all_live_by_one_clock_and_act_in_the_order_of_the_list(tmp_path: Path) -> None:
    people = [ann(**CALM), bob(**CALM)]
    played = town(tmp_path, people, [], steps=3)

    names = [one["value"]["name"] for one in played.outputs("scratch_kept")]
    assert names == ["Ann Lee", "Bob Orr"] * 3
    assert [one["seconds"] for one in of(played, "Bob Orr")] == [NINE + 10, NINE + 20, NINE + 30]
    assert played.fired("mover", "moves") == ["moves", "mover", "mover"] * 3
    turned = town(tmp_path, people[::-1], [], steps=1)
    assert [one["value"]["name"] for one in turned.outputs("scratch_kept")] == ["Bob Orr", "Ann Lee"]


def test_what_one_does_to_another_is_met_by_the_other_in_the_same_step(tmp_path: Path) -> None:
    played = town(tmp_path, [ann(), bob(**CALM)], ["5", "6", "yes", *TALK, *MENDED], steps=1)

    (bobs,) = of(played, "Bob Orr")
    assert (bobs["chatting_with"], bobs["activity"]) == ("Ann Lee", "conversing about the weather")
    assert bobs["chat"] == of(played, "Ann Lee")[0]["chat"]
    assert bobs["buffer"] == [{"who": "Ann Lee", "left": 800}]


def test_both_talk_on_and_keep_their_conversation_as_a_memory(tmp_path: Path) -> None:
    notices, chat = ["5", "6"], ["5", "7", "6"]
    played = town(
        tmp_path,
        [ann(), bob()],
        # Bob still notices what both were doing when the step began; in the next, both notice the conversation.
        [*notices, "yes", *TALK, *MENDED, *notices, *chat, *chat],
        steps=2,
    )

    assert played.fired("decide_to_talk") == ["decide_to_talk"]
    assert [one["value"]["chatting_with"] for one in played.outputs("scratch_kept")] == ["Bob Orr", "Ann Lee"] * 2
    kept = [one for one in played.outputs("memories")[-1]["items"] if one["kind"] == "chat"]
    assert [(one["meta"]["who"], one["importance"]) for one in kept] == [("Ann Lee", 7), ("Bob Orr", 7)]
    assert kept[0]["meta"]["lines"] == [["Ann Lee", "Hello."], ["Bob Orr", "Goodbye."]]


def test_the_lines_rest_on_the_memories_of_whoever_speaks(tmp_path: Path) -> None:
    mine = [{"text": "Bob owes me a cake", "importance": 9, "time": "2023-02-12T09:00:00"}]
    theirs = [{"text": "Ann is always late", "importance": 9, "time": "2023-02-12T09:00:00"}]
    played = town(
        tmp_path, [ann(memories=mine), bob(memories=theirs, **CALM)], ["5", "6", "yes", *TALK, *MENDED], steps=1
    )  # fmt: skip

    lines = [one.text for one in played.prompts if one.node == "line"]
    assert ["Bob owes me a cake" in text for text in lines] == [True, False]
    assert ["Ann is always late" in text for text in lines] == [False, True]
    assert {one["meta"]["who"] for one in played.output("scored_retrieval", "items")} == {"Ann Lee"}


@pytest.mark.parametrize("scoring", ["code", "paper"])
def test_the_scoring_is_an_input(tmp_path: Path, scoring: str) -> None:
    played = town(tmp_path, [ann(), bob(**CALM)], ["5", "6", "yes", *TALK, *MENDED], scoring=scoring)

    fired = {"code": "by_code", "paper": "by_paper"}
    assert set(played.fired("by_code", "by_paper")) == {fired[scoring]}


def test_people_walk_one_tile_a_step_and_are_seen_where_they_are(tmp_path: Path) -> None:
    played = town(tmp_path, [ann(tile=[1, 1], planned=False, **CALM), bob(**CALM)], [], steps=5)

    tiles = [[1, 1]] + [one["tile"] for one in of(played, "Ann Lee")]
    for before, now in pairwise(tiles):
        assert abs(before[0] - now[0]) + abs(before[1] - now[1]) == 1
    worlds = [one["people"]["Ann Lee"] for one in played.outputs("world") if "people" in one]
    assert worlds == tiles[:-1], "a move is seen at the next step"


def test_a_run_repeats_without_a_difference(tmp_path: Path) -> None:
    town(tmp_path, [ann(), bob(**CALM)], ["5", "6", "yes", *TALK, *MENDED]).verify()
