"""`studio diff`: what a person and a program are told about two runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.engine.run import run
from studio.graph import Graph
from studio.models.scripted import Scripted
from studio.replay.changes import Changes
from studio.replay.continuing import fork
from tests.cli.conftest import REPLIES, Cli
from tests.support.graphs import CRITIC_LOOP

OTHERWISE = ("A first draft about pools.", "vague", "A second draft.\nIt names \x1b[31mshells.", "good")


@pytest.fixture
def other(cli: Cli, critic: Path, tmp_path: Path, recorded: str) -> str:
    """The id of a second run, whose second draft reads otherwise."""
    path = tmp_path / "otherwise.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in OTHERWISE))
    made: str = cli("run", critic, "--model", f"scripted:{path}", "--json").json["run"]
    return made


def test_equal_runs_are_told_in_one_sentence(cli: Cli, recorded: str) -> None:
    told = cli("diff", recorded, "last")

    assert told.code == 0
    assert told.out == "equal  The runs are equal: 11 firings did the same.\n"
    assert cli("diff", recorded, recorded, "--json").json["equal"] is True


def test_runs_that_differ_end_with_4_and_name_the_first_divergence(cli: Cli, recorded: str, other: str) -> None:
    told = cli("diff", recorded, other)

    assert told.code == 4
    assert "first divergence  writer at tick 1\n" in told.out
    assert "reply and outputs differ (same inputs)" in told.out
    rows = [line.split()[:2] for line in told.out.partition("what differs")[2].splitlines()[1:4]]
    assert rows == [["writer", "origin"], ["critic", "downstream"], ["result", "downstream"]]
    assert "    - It names crabs.\n    + It names shells.\n" in told.out
    assert "\x1b" not in told.out


def test_a_program_gets_the_nodes_and_their_firings(cli: Cli, recorded: str, other: str) -> None:
    told = cli("diff", recorded, other, "--json")

    assert told.code == 4
    assert (told.json["a"], told.json["b"], told.json["equal"]) == (recorded, other, False)
    assert {node["node"]: node["kind"] for node in told.json["nodes"]} == {
        "writer": "origin", "critic": "downstream", "result": "downstream",
    }  # fmt: skip
    assert told.json["origin"]["tick"] == "1"


def test_one_node_is_shown_at_each_tick_at_which_it_differs(cli: Cli, recorded: str, other: str) -> None:
    told = cli("diff", recorded, other, "--node", "critic")
    parts = cli("diff", recorded, other, "--node", "critic", "--json").json[0]["changes"][0]["parts"]

    assert told.code == 4
    assert told.out.startswith("critic at tick 1  downstream")
    assert told.out.count("at tick") == 1
    assert {part["name"] for part in parts} == {"input draft", "model", "prompt"}
    assert next(part for part in parts if part["name"] == "input draft")["a"] == REPLIES[2]


def test_a_node_that_did_the_same_and_one_that_is_not_there(cli: Cli, recorded: str, other: str) -> None:
    same = cli("diff", recorded, other, "--node", "topic")
    assert same.code == 0
    assert "`topic` did the same in both runs." in same.out
    missing = cli("diff", recorded, other, "--node", "writr")
    assert missing.code == 2
    assert "Neither run has a node `writr`. Did you mean `writer`?" in missing.err


def test_an_example_and_a_run_of_another_file_are_compared(cli: Cli, tmp_path: Path, recorded: str) -> None:
    db = tmp_path / "other.db"
    same = run(Graph.from_text(CRITIC_LOOP), model=Scripted(REPLIES), db=db).run_id

    by_example = cli("diff", "critic_loop", same, "--db-b", db, "--json")
    assert by_example.code == 4
    assert by_example.json["b"] == same
    assert cli("diff", recorded, same, "--db-b", db, "--json").json["equal"] is True


def test_one_run_is_compared_with_the_run_that_it_continues(cli: Cli, tmp_path: Path) -> None:
    db = tmp_path / "lineage.db"
    parent = run(Graph.from_text(CRITIC_LOOP), model=Scripted(REPLIES), db=db).run_id
    changes = Changes(params={"critic": {"instructions": "Score: {draft}"}})
    child = fork(db, parent, changes=changes, model=Scripted(REPLIES)).run_id

    told = cli("diff", child, "--db", db)
    assert told.code == 4
    assert told.out.startswith(f"A  {parent}")
    assert "the graphs differ in its `instructions`" in told.out


def test_differences_beside_the_firings_are_told_of_equal_runs(
    cli: Cli, recorded: str, critic: Path, script: str
) -> None:
    again = cli("run", critic, "--model", script, "--seed", "3", "--json").json["run"]
    told = cli("diff", recorded, again)

    assert told.code == 0
    assert "though not all is alike beside:\noptions  seed  0 → 3" in told.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["last"], "continues no other run"),
        (["last", "last", "--renamed", "judge"], "`judge` is no renaming"),
        (["last", "last", "--renamed", "judge=critic"], "No graph of the second run has a node `judge`"),
        (["last", "--db-b", "x.db"], "there is one run only"),
        (["last", "nothing"], "There is no run 'nothing'"),
    ],
)
def test_what_cannot_be_compared_says_why(cli: Cli, recorded: str, words: list[str], sentence: str) -> None:
    told = cli("diff", *words)

    assert told.code == 2
    assert sentence in told.err


def test_long_texts_are_cut_unless_they_are_asked_for_in_full(cli: Cli, tmp_path: Path) -> None:
    graph = tmp_path / "say.yaml"
    graph.write_text("studio: 1\nname: say\nnodes:\n  say: {type: llm.function, instructions: Say, output: text}\n")
    runs = []
    for word in ("old", "new"):
        replies = tmp_path / f"{word}.jsonl"
        replies.write_text(json.dumps("\n".join(f"{word}{n}" for n in range(60))) + "\n")
        runs.append(cli("run", graph, "--model", f"scripted:{replies}", "--json").json["run"])

    assert "… 96 more lines, all with --full" in cli("diff", *runs).out
    assert "new59" in cli("diff", *runs, "--full").out
