"""`studio fork`: what a person changes at the command line, what comes of it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.support.resources import bundled_graphs
from tests.cli.conftest import REPLIES, Cli, Told
from tests.support.graphs import CRITIC_LOOP


def refused(told: Told, *parts: str) -> None:
    """Assert that one sentence says what is wrong, and that nothing was run."""
    assert told.code == 2, told.err
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    for part in parts:
        assert part in told.err


def origins(cli: Cli, run: str = "last") -> dict[tuple[str, str], str]:
    """Where what each firing of a run gave comes from."""
    firings: list[dict[str, Any]] = cli("show", run, "--json").json["firings"]
    return {(one["node"], one["tick"]): one["origin"] for one in firings if one["status"] != "skipped"}


def fired(cli: Cli, run: str = "last") -> set[tuple[str, str]]:
    """The firings that were executed in the run itself."""
    return {identity for identity, origin in origins(cli, run).items() if origin == "executed"}


def script_of(path: Path, *lines: Any) -> str:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return f"scripted:{path}"


def test_a_changed_prompt_asks_again_from_there_on_and_the_diff_shows_it(
    cli: Cli, recorded: str, tmp_path: Path
) -> None:
    other = script_of(tmp_path / "other.jsonl", "A short draft.", "good")

    told = cli("fork", "last", "--set", "writer.instructions=In one word: {topic} {fault}", "--model", other)

    assert (told.code, told.out) == (0, "A short draft.\n")
    assert "1 firing taken over · " in told.err
    assert "2 model calls" in told.err
    assert "next: `studio diff last`" in told.err
    assert ("topic", "0") not in fired(cli)
    compared = cli("diff", "last")
    assert compared.code == 4
    assert "first divergence  writer at tick 0" in compared.out
    assert "    + In one word: tide pools" in compared.out
    nodes = {node["node"]: node["kind"] for node in cli("diff", "last", "--json").json["nodes"]}
    assert nodes["writer"] == "origin"
    assert {kind for name, kind in nodes.items() if name != "writer"} == {"downstream"}


def test_a_text_param_may_stand_in_a_file(cli: Cli, recorded: str, tmp_path: Path) -> None:
    (tmp_path / "shorter.txt").write_text("Shorter: {topic}\n{fault}")

    assert cli("fork", "last", "--set", f"writer.instructions=@{tmp_path / 'shorter.txt'}").code == 0

    prompts = cli("prompts", "last", "--json").json
    assert prompts[0]["messages"][-1]["content"].startswith("Shorter: tide pools")


def test_the_lines_that_the_kept_part_had_used_are_passed_over(
    cli: Cli, recorded: str, script: str, tmp_path: Path
) -> None:
    steps = cli("show", recorded, "--json").json["firings"]
    at = next(one["seq"] for one in steps if (one["node"], one["tick"]) == ("writer", "1"))

    told = cli("fork", "last", "--at", at, "--set", "writer.instructions=Again: {topic} {fault}", "--json")

    assert told.json["outputs"] == {"result": REPLIES[2]}, "its third line, not its first"
    assert told.json["calls"] == 1
    assert fired(cli) == {("writer", "1")}
    shown = cli("show", "last").out
    assert f"← {recorded} at step {at} · " in shown


def test_an_output_put_in_place_ends_the_loop_at_once(cli: Cli, recorded: str) -> None:
    told = cli("fork", "last", "--output", "critic.label=good", "--json")

    assert (told.code, told.json["ended"], told.json["calls"]) == (0, "stop", 0)
    assert told.json["outputs"] == {"result": REPLIES[0]}
    assert origins(cli)["critic", "0"] == "frozen"


def test_a_text_output_takes_text_as_it_stands(cli: Cli, recorded: str) -> None:
    told = cli("fork", "last", "--output", "writer.text=42", "--output", "critic.label=good", "--json")

    assert told.json["outputs"] == {"result": "42"}


def test_a_node_fires_again_and_only_what_gets_something_else_after_it(cli: Cli, recorded: str, tmp_path: Path) -> None:
    same = script_of(tmp_path / "same.jsonl", *({"node": "writer", "reply": reply} for reply in REPLIES[::2]))

    told = cli("fork", "last", "--redo", "writer", "--model", same, "--json")

    assert (told.code, told.json["calls"]) == (0, 2)
    assert told.json["outputs"] == {"result": REPLIES[2]}
    assert fired(cli) == {("writer", "0"), ("writer", "1")}


def test_another_input_runs_from_the_beginning(cli: Cli, recorded: str) -> None:
    told = cli("fork", "last", "-i", "topic=deserts", "--json")

    assert told.code == 0
    assert ("topic", "0") in fired(cli)
    assert "deserts" in cli("prompts", "last").out


def test_another_version_of_the_graph(cli: Cli, recorded: str, critic: Path) -> None:
    critic.write_text(CRITIC_LOOP.replace("Write two", "Write three"))

    told = cli("fork", "last", "--graph", critic, "--json")

    assert (told.code, told.json["calls"]) == (0, 2)
    assert {node for node, _ in fired(cli)} == {"writer"}


def test_a_limit_pauses_a_fork_which_is_resumed_as_the_fork_it_is(cli: Cli, recorded: str) -> None:
    change = ("--set", "writer.instructions=Three: {topic} {fault}")
    whole = cli("fork", recorded, *change, "--json").json

    paused = cli("fork", recorded, *change, "--limit", "calls=2", "--json").json
    resumed = cli("resume", "last", "--limit", "calls=9", "--json").json

    assert paused["ended"] == "limit:calls"
    assert resumed["outputs"] == whole["outputs"]
    assert (paused["calls"], whole["calls"]) == (1, 2)
    prompts = [one for one in cli("prompts", "last", "--json").json if one["node"] == "writer"]
    assert prompts
    assert all("Three: " in json.dumps(one["messages"]) for one in prompts)


def test_an_output_that_a_paused_fork_had_not_come_to_is_put_in_place_when_it_goes_on(cli: Cli, recorded: str) -> None:
    change = ("--redo", "writer", "--output", "critic.label=good")
    paused = cli("fork", recorded, *change, "--limit", "calls=0", "--json").json
    assert paused["ended"] == "limit:calls"
    assert ("critic", "0") not in origins(cli)

    again = cli("resume", "last", "--limit", "firings=0", "--limit", "calls=1", "--json").json
    told = cli("resume", "last", "--limit", "firings=99", "--limit", "calls=9", "--json").json

    assert again["ended"] == "limit:firings"
    assert (told["ended"], told["calls"], told["outputs"]) == ("stop", 1, {"result": REPLIES[0]})
    assert origins(cli)["critic", "0"] == "frozen"


def test_an_output_is_put_in_place_once_however_often_the_fork_is_resumed(
    cli: Cli, recorded: str, tmp_path: Path
) -> None:
    model = script_of(
        tmp_path / "nodes.jsonl",
        *({"node": "writer", "reply": reply} for reply in REPLIES[::2]),
        {"node": "critic", "reply": "good"},
    )
    steps = cli("show", recorded, "--json").json["firings"]
    at = next(one["seq"] for one in steps if (one["node"], one["tick"]) == ("writer", "0"))
    change = ("--at", at, "--output", "critic.label=wrong", "--redo", "writer", "--model", model)
    paused = cli("fork", recorded, *change, "--limit", "calls=1", "--json").json
    assert paused["ended"] == "limit:calls"
    assert origins(cli)["critic", "0"] == "frozen"

    told = cli("resume", "last", "--limit", "calls=9", "--json").json

    assert told["outputs"] == {"result": REPLIES[2]}
    assert [identity for identity, origin in origins(cli).items() if origin == "frozen"] == [("critic", "0")]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--at", "99", "--redo", "writer"], ["has the steps 1 to 1", "not 99", "`studio replay RUN`"]),
        (["--at", "0", "--redo", "writer"], ["not 0"]),
        (["--at", "soon"], ["--at", "'soon'"]),
        ([], ["nothing is changed", "`--set node.param=value`"]),
        (["--set", "writer"], ["`--set writer` cannot be read", "Write `--set node.param=value`"]),
        (["--set", "wirter.instructions=x"], ["no node `wirter`", "Did you mean `writer`"]),
        (["--set", "writer.instruction=x"], ["no param `instruction`", "Did you mean `instructions`"]),
        (["--set", "writer.max_tokens=many"], ["`max_tokens` must be a whole number"]),
        (["--set", "writer.instructions=@none.txt"], ["none.txt", "cannot be read"]),
        (["--set", "topic.value=ponds"], ["`topic` is an input", "`-i topic=VALUE`"]),
        (["--output", "critic=good"], ["`--output critic=good` cannot be read"]),
        (["--output", "critic.lable=good"], ["no output `lable`", "Did you mean `label`"]),
        (["--output", "critic.confidence=high"], ["`critic.confidence` is number, not text: high"]),
        (["--output", "nobody.label=good"], ["Nothing called `nobody` fired", "as `studio show` lists it"]),
        (["--redo", "nobody"], ["no node `nobody`"]),
        (["--graph", "none.yaml"], ["none.yaml", "no such file"]),
        (["-i", "topc=ponds"], ["no input `topc`", "`topic` (text)"]),
        (["-i", "topic"], ["`-i topic` names no input"]),
        (["-i", "topic=ponds", "--at", "5"], ["from its beginning", "Leave `--at` out"]),
        (["--redo", "writer", "--limit", "calls=few"], ["`--limit calls=few` is no limit"]),
        (["--redo", "writer", "--model", "scripted:none.jsonl"], ["none.jsonl", "cannot be read"]),
    ],
)  # fmt: skip
def test_what_is_given_wrongly_is_refused_in_a_sentence(
    cli: Cli, recorded: str, words: list[str], parts: list[str]
) -> None:
    before = cli("runs", "--json").json

    refused(cli("fork", "last", *words), *parts)

    assert cli("runs", "--json").json == before


def test_a_run_that_is_not_there(cli: Cli, recorded: str) -> None:
    refused(cli("fork", "01NOPE", "--redo", "writer"), "There is no run", "`studio runs`")


# -- examples -------------------------------------------------------------------------------------


def test_the_script_of_an_example_is_no_file_and_that_is_told(cli: Cli) -> None:
    told = cli("fork", "critic_loop", "--set", "critic.instructions=Rate: {draft}")

    refused(told, "was answered by the script `recording`, which is not there", "`--model NAME`")


def test_an_example_is_forked_by_its_name_in_ones_own_database(cli: Cli, tmp_path: Path) -> None:
    model = script_of(tmp_path / "other.jsonl", "good")
    before = {path: path.stat().st_mtime_ns for path in (one.with_suffix(".run.db") for one in bundled_graphs())}

    told = cli("fork", "critic_loop", "--set", "critic.instructions=Rate: {draft}", "--model", model, "--json")

    assert (told.code, told.json["status"], told.json["calls"]) == (0, "ok", 1)
    child, parent = cli("runs", "--json").json
    assert (child["run"], child["parent_run"]) == (told.json["run"], parent["run"])
    assert (child["graph"], parent["graph"]) == ("critic_loop", "critic_loop")
    assert {node["node"] for node in cli("diff", "last", "--json").json["nodes"]} >= {"critic", "route", "done"}
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_an_example_is_forked_in_a_body_without_asking_for_what_stays(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    told = cli(
        "fork", "inbox_triage", "--set", "triage/thanks.template=Dear {sender}, thanks. {product} {line}", "--json"
    )

    assert (told.code, told.json["calls"]) == (0, 0)
    compared = cli("diff", "last", "--json").json
    changed = {node["node"].rpartition("/")[2] for node in compared["nodes"] if node["kind"] == "origin"}
    assert changed == {"thanks"}
    assert {name for name, _ in fired(cli) if "/" not in name} <= {
        "triage", "rows", "table", "count", "drafts", "letters", "summary", "result", "replies",
    }  # fmt: skip
    assert cli("replay", "last", "--verify").code == 0


def test_files_of_an_example_are_found_wherever_one_is(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    told = cli("fork", "inbox_triage", "--redo", "mails", "--json")

    assert (told.code, told.json["calls"]) == (0, 0)
    assert ("mails", "0") in fired(cli)
