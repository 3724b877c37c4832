"""`studio test`: what it prints, and with which code it ends."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from tests.cli.conftest import Cli


def add(cli: Cli, critic: Path, name: str, *more: str) -> None:
    told = cli("test", "last", "--add", name, *more)
    assert told.code == 0, told.err + told.out


def beside(critic: Path) -> Path:
    return critic.with_name("critic_loop.tests.yaml")


def change(critic: Path, before: str, after: str) -> None:
    text = critic.read_text()
    assert before in text
    critic.write_text(text.replace(before, after))


def test_a_run_is_a_test_of_its_graph(cli: Cli, critic: Path, recorded: str) -> None:
    told = cli("test", recorded[:12])

    assert told.code == 0
    assert told.out.startswith(f"✓ run {recorded}")
    assert told.err.startswith("passed  1 case")


def test_a_changed_prompt_fails_with_4_and_says_what_differs(cli: Cli, critic: Path, recorded: str) -> None:
    change(critic, "Judge: {draft}", "Assess: {draft}")

    told = cli("test", "last")

    assert told.code == 4
    assert "`critic` at tick 0 asks another question than recorded, first in `prompt`." in told.out
    assert "recorded  “Judge (good" in told.out
    assert "now       “Assess (good" in told.out
    assert "--live asks a real model" in told.out
    assert told.err.startswith("failed  1 case · 1 failed")


def test_a_case_is_made_with_one_command_and_found_beside_the_graph(cli: Cli, critic: Path, recorded: str) -> None:
    told = cli("test", "last", "--add", "crabs", "--expect", '"crabs" in result')

    assert told.code == 0
    assert told.out.startswith(f"added  crabs to {beside(critic)}:3\n✓ crabs")
    add(cli, critic, "vague_first", "--node", "critic", "--tick", "0")
    for target in (critic, beside(critic)):
        found = cli("test", target)
        assert found.code == 0
        assert ["crabs" in found.out, "vague_first" in found.out] == [True, True]
    assert cli("test", critic, "--case", "crabs", "--json").json["cases"][0]["passed"] is True


def test_a_failed_expectation_names_file_line_and_values(cli: Cli, critic: Path, recorded: str) -> None:
    told = cli("test", "last", "--add", "whales", "--expect", '"whales" in result')
    assert told.code == 4  # it is added: somebody wants it to be so

    told = cli("test", critic)

    assert told.code == 4
    assert f'{beside(critic)}:5: `"whales" in result` is false.' in told.out
    assert "result  A second draft. It names crabs." in told.out
    found = cli("test", critic, "--json").json
    assert found["passed"] is False
    assert found["cases"][0]["failures"][0]["where"] == f"{beside(critic)}:5"


def test_only_the_case_of_the_changed_node_fails(cli: Cli, critic: Path, recorded: str) -> None:
    add(cli, critic, "judged", "--node", "critic", "--tick", "0")
    add(cli, critic, "written", "--node", "writer", "--tick", "1")
    change(critic, "Judge: {draft}", "Assess: {draft}")

    found = cli("test", critic, "--json").json["cases"]

    assert [(one["case"], one["passed"]) for one in found] == [("judged", False), ("written", True)]


def test_the_report_for_ci(cli: Cli, critic: Path, recorded: str, tmp_path: Path) -> None:
    add(cli, critic, "one")
    change(critic, "Judge: {draft}", "Assess: {draft}")

    assert cli("test", critic, "--junit", tmp_path / "r.xml").code == 4

    root = xml.parse(tmp_path / "r.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    assert cli("test", critic, "--junit", tmp_path / "none" / "r.xml").code == 5


def test_live_asks_for_what_is_new_and_record_keeps_it(cli: Cli, critic: Path, recorded: str, tmp_path: Path) -> None:
    add(cli, critic, "judged", "--node", "critic", "--tick", "0")
    change(critic, "Judge: {draft}", "Assess: {draft}")
    script = tmp_path / "new.jsonl"
    script.write_text(json.dumps("vague") + "\n")
    model = f"scripted:{script}"

    live = cli("test", critic, "--live", "--model", model)
    assert (live.code, "1 answer asked anew" in live.out) == (0, True)
    assert cli("test", critic).code == 4
    assert cli("test", critic, "--record", "--model", model).code == 0
    assert cli("test", critic).code == 0
    assert "Assess (good" in beside(critic).read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing.tests.yaml"], "no such tests file"),
        (["last", "--add", "a b"], "cannot name a case"),
        (["last", "--add", "a", "--expect", "1 +"], "cannot be read"),
        (["last", "--add", "a", "--equal", "other"], "no output that was recorded"),
        (["last", "--add", "a", "--tick", "0"], "give --node"),
        (["last", "--add", "a", "--node", "writer"], "fired at several ticks"),
        (["last", "--add", "a", "--node", "writr"], "Did you mean"),
        (["last", "--add", "a", "--live"], "makes one case"),
        (["last", "--node", "writer"], "belong to `--add NAME`"),
        (["last", "--live", "--record"], "exclude each other"),
        (["last", "--model", "x"], "Nobody is asked"),
        (["last", "--record"], "a run is none"),
        (["last", "--case", "x"], "There is no case `x`"),
        (["nope"], "There is no run"),
    ],
)
def test_what_makes_no_sense_is_refused_with_2(
    cli: Cli, critic: Path, recorded: str, words: list[str], says: str
) -> None:
    told = cli("test", *words)

    assert told.code == 2
    assert says in told.err
    assert not beside(critic).exists()


def test_a_taken_name_is_refused_unless_replaced(cli: Cli, critic: Path, recorded: str) -> None:
    add(cli, critic, "one")

    assert cli("test", "last", "--add", "one").code == 2
    assert cli("test", "last", "--add", "one", "--replace").code == 0


def test_a_graph_that_moved_is_named_by_hand(
    cli: Cli, critic: Path, recorded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = critic.rename(critic.with_name("loop.yaml"))

    with monkeypatch.context() as patched:
        patched.setattr("studio.cases.taking.take_run", None)  # a long run is not read before that is told
        told = cli("test", "last")
    assert (told.code, "is not where it was" in told.err) == (2, True)
    assert cli("test", "last", "--graph", moved).code == 0


def test_a_bad_file_ends_with_2_and_a_line(cli: Cli, critic: Path) -> None:
    beside(critic).write_text("studio_tests: 1\ncases:\n  one: {node: critic, expect: [1 +]}\n")

    told = cli("test", critic)

    assert told.code == 2
    assert f"{beside(critic)}:3: `1 +`" in told.err


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_tests_file_says_how_to_add_a_case(cli: Cli, critic: Path, text: str) -> None:
    beside(critic).write_text(text)

    told = cli("test", critic)

    assert (told.code, "`studio test RUN --add NAME`" in told.err) == (2, True)
    assert "graph file" not in told.err


def test_a_node_that_draws_random_numbers_cannot_be_a_case_alone(cli: Cli, tmp_path: Path) -> None:
    graph = tmp_path / "dice.yaml"
    graph.write_text(
        "studio: 1\nnodes:\n  n: {type: flow.input, value: 1}\n  dice: {type: random.number}\n"
        "  again: {type: flow.subgraph, graph: inner}\n"
        "graphs:\n  inner:\n    nodes:\n      roll: {type: random.number}\n      out: {type: flow.output}\n"
        "    edges: [roll.value -> out.value]\n"
    )
    assert cli("run", graph).code == 0

    told = cli("test", "last", "--add", "roll", "--node", "again/roll")

    assert told.code == 2
    assert "`again/roll` alone does not repeat what was recorded" in told.err
    assert "random numbers" in told.err


def test_an_example_is_tested_by_its_name(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STUDIO_DB")

    told = cli("test", "critic_loop", "--json")

    names = [one["case"] for one in told.json["cases"]]
    assert (told.code, names[0], names[-1][:4]) == (0, "third_draft_is_good", "run ")


def test_nothing_is_written_beside_an_example_that_ships(cli: Cli, tmp_path: Path) -> None:
    from studio.support.resources import resource_root

    tests = resource_root("graphs") / "critic_loop.tests.yaml"
    before = tests.read_bytes()
    assert cli("run", "critic_loop", "--model", "replay:critic_loop").code == 0
    refused = cli("test", "last", "--add", "mine")
    copy = tmp_path / "critic_loop.yaml"
    copy.write_bytes(tests.with_name("critic_loop.yaml").read_bytes())
    mine = cli("test", "last", "--add", "mine", "--graph", str(copy))

    assert refused.code == 2
    assert "ships with the studio" in refused.err
    assert "studio examples critic_loop --copy critic_loop.yaml" in refused.err
    assert tests.read_bytes() == before
    assert mine.code == 0, mine.err
    assert "mine" in copy.with_name("critic_loop.tests.yaml").read_text()
