"""`studio export`: which graph or run is meant, what is made of it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio import Graph
from studio.cli import exporting
from studio.cli.commands import export as export_command
from studio.export import targets
from studio.export.targets import GraphSource, GraphTarget, Options, Problem, Tell, all_targets
from tests.cli.conftest import Cli
from tests.export.records.collecting import collector


def test_the_list_tells_of_every_target(cli: Cli) -> None:
    shown = cli("export", "--list")
    told = cli("export", "--list", "--json").json

    assert shown.code == 0
    assert [one["name"] for one in told] == [one.name for one in all_targets()]
    assert all(one.name in shown.out and one.summary in shown.out for one in all_targets())
    assert {option["name"] for one in told for option in one["options"]} >= {"theme", "content", "checks-passed"}


@pytest.mark.parametrize("target", [one for one in all_targets() if one.guessed], ids=lambda one: one.name)
def test_every_target_is_made_of_an_example_by_the_ending_of_the_file(
    cli: Cli, tmp_path: Path, target: targets.Target
) -> None:
    for suffix in target.suffixes:
        file = tmp_path / f"made{suffix}"

        told = cli("export", "critic_loop", "-o", file)

        assert told.code == 0, told.err
        assert file.read_text(encoding="utf-8")
        assert str(file) in told.err


def test_a_run_stands_for_its_graph(cli: Cli, critic: Path, recorded: str, tmp_path: Path) -> None:
    of_file = cli("export", critic, "--to", "mermaid", "-o", "-").out
    critic.unlink()

    assert cli("export", recorded, "--to", "mermaid", "-o", "-").out == of_file
    assert cli("export", recorded[:10].lower(), "--to", "mermaid", "-o", "-").out == of_file
    assert cli("export", "last", "--to", "mermaid", "-o", "-").out == of_file


def test_records_are_of_a_run_by_id_or_last(cli: Cli, recorded: str, tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    told = cli("export", recorded, "-o", file, "--json")

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {line["run"] for line in lines} == {recorded}
    assert told.json == {
        "file": str(file), "target": "jsonl", "of": "run", "bytes": file.stat().st_size, "notes": [],
    }  # fmt: skip
    assert cli("export", "last", "--to", "jsonl", "-o", "-").out == file.read_text()


def test_all_runs_of_a_graph_are_one_file(cli: Cli, critic: Path, script: str, tmp_path: Path) -> None:
    ids = [cli("run", critic, "--model", script, "--json").json["run"] for _ in range(2)]
    file = tmp_path / "all.jsonl"

    assert cli("export", "critic_loop", "--runs", "-o", file).code == 0
    runs = [json.loads(line)["run"] for line in file.read_text().splitlines()]
    assert list(dict.fromkeys(runs)) == ids
    assert cli("export", *ids, "-o", file, "--force").code == 0
    assert list(dict.fromkeys(json.loads(line)["run"] for line in file.read_text().splitlines())) == ids
    told = cli("export", "other_graph", "--runs", "-o", file, "--force")
    assert (told.code, "No runs of it" in told.err) == (2, True)


def test_a_graph_is_no_run_and_the_sentence_says_how_to_get_one(cli: Cli, critic: Path, tmp_path: Path) -> None:
    told = cli("export", critic, "-o", tmp_path / "a.jsonl")

    assert told.code == 2
    assert "This is a graph" in told.err
    assert f"studio run {critic}" in told.err
    assert not (tmp_path / "a.jsonl").exists()


def test_a_file_that_is_there_is_kept_unless_force_says_otherwise(cli: Cli, critic: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.mmd"
    file.write_text("mine")

    refused = cli("export", critic, "-o", file)
    assert (refused.code, file.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert cli("export", critic, "-o", file, "--force").code == 0
    assert file.read_text().startswith("flowchart LR")


@pytest.mark.parametrize(("answer", "replaced"), [("y\n", True), ("\n", False)], ids=["yes", "nothing"])
def test_on_a_terminal_a_person_is_asked(
    cli: Cli, critic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, replaced: bool
) -> None:
    monkeypatch.setattr(exporting, "can_ask", lambda: True)
    file = tmp_path / "a.mmd"
    file.write_text("mine")

    told = cli("export", critic, "-o", file, stdin=answer)

    assert (file.read_text() != "mine") is replaced
    assert told.code == (0 if replaced else 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "a.svg"], "Say what to export"),
        (["critic_loop"], "Say where"),
        (["critic_loop", "-o", "-"], "standard output"),
        (["critic_loop", "-o", "a.docx"], "ending"),
        (["critic_loop", "-o", "a", "--to", "svgg"], "`svg`"),
        (["critic_loop", "-o", "a.svg", "--content"], "no option"),
        (["critic_loop", "inbox_triage", "-o", "a.svg"], "one graph"),
        (["critic_lop", "-o", "a.svg"], "critic_loop"),
        (["critic_loop", "-o", ".", "--to", "svg"], "folder"),
        (["critic_loop", "-o", "-", "--to", "svg", "--json"], "not both"),
        (["critic_loop", "-o", "no/such/folder/a.svg"], "no folder"),
        (["critic_loop", "--to", "otlp", "--endpoint", "nonsense"], "no address"),
        (["critic_loop", "-o", "a.otlp", "--endpoint", "http://127.0.0.1:9"], "no file to write"),
        (["critic_loop", "--to", "finetune", "-o", "a.jsonl", "--score", "x ="], "--score"),
        (["critic_loop", "--to", "finetune", "-o", "a.jsonl", "--node", "nobody"], "No node `nobody`"),
        (["critic_loop", "--to", "finetune", "-o", "a.jsonl", "--status", "skipped"], "nothing to learn"),
    ],
    ids=range(16),
)  # fmt: skip
def test_what_is_given_wrongly_is_one_sentence(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)

    told = cli("export", *words)

    message = told.err or told.json["error"]["message"] + told.json["error"]["hint"]
    assert told.code in (2, 5)
    assert said in message
    assert "Traceback" not in message
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_what_stands_against_an_export_is_told_before_anything_is_written(
    cli: Cli, critic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(source: GraphSource, options: Options, tell: Tell) -> list[bytes]:
        made.append("made")
        return [b"made"]

    def problems(source: GraphSource, options: Options) -> list[Problem]:
        return [
            Problem("races are decided in order", node="route", stops=False),
            *(Problem("uses pypdf", node=name) for name in ("writer", "critic") if options["strict"]),
        ]

    strict = targets.Option("strict", "as it must be")
    target = GraphTarget(
        name="plain", title="Plain", summary="Plain.", suffixes=(".plain",), media_type="text/plain", make=make,
        problems=problems, options=(strict,), switch="plainly", guessed=False,
    )  # fmt: skip
    monkeypatch.setattr(targets, "all_targets", lambda: (target,))
    monkeypatch.setattr(targets.finding, "all_targets", lambda: (target,))
    file = tmp_path / "a.plain"

    refused = cli("export", critic, "-o", file, "--plainly", "--strict")

    assert (refused.code, made, file.exists()) == (2, [], False)
    assert "writer: uses pypdf" in refused.err
    assert "critic: uses pypdf" in refused.err
    as_json = cli("export", critic, "-o", file, "--plainly", "--strict", "--json").json["error"]
    assert as_json["code"] == "cannot_export"
    assert as_json["details"] == [
        {"node": "writer", "message": "uses pypdf"}, {"node": "critic", "message": "uses pypdf"},
    ]  # fmt: skip
    told = cli("export", critic, "-o", file, "--plainly", "--json").json
    assert (told["notes"], made, file.read_text()) == (["route: races are decided in order"], ["made"], "made")


def test_an_export_that_breaks_off_leaves_what_was_there(cli: Cli, recorded: str, tmp_path: Path) -> None:
    file = tmp_path / "a.chat.jsonl"
    file.write_text("mine")

    told = cli("export", recorded, "-o", file, "--force", "--node", "writer", "--score", "text")

    assert told.code == 2
    assert "true or false" in told.err
    assert [path.name for path in tmp_path.glob("*.jsonl")] == [file.name, "replies.jsonl"]
    assert file.read_text() == "mine"


def test_a_trace_goes_to_a_collector_instead_of_a_file(cli: Cli, recorded: str) -> None:
    with collector() as here:
        told = cli("export", "last", "--to", "otlp", "--endpoint", here.url)
        as_json = cli("export", "last", "--to", "otlp", "--endpoint", here.url, "--json").json

        names = {span.name for span in here.spans()}
    assert told.code == 0
    assert f"spans were taken by {here.url}/v1/traces." in told.err
    assert {"invoke_workflow critic_loop", "invoke_agent writer"} <= names
    assert (as_json["file"], as_json["target"]) == (None, "otlp")
    assert as_json["notes"] == [told.err.strip()]


def test_examples_that_are_kept_and_left_out_are_counted(cli: Cli, recorded: str, tmp_path: Path) -> None:
    told = cli("export", "last", "-o", tmp_path / "a.chat.jsonl", "--node", "writer", "--checks-passed")

    assert told.code == 0
    assert "2 examples kept." in told.err


def test_a_terminal_is_never_driven_by_what_is_exported(
    cli: Cli, critic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: into a pipe goes what is there, byte for byte."""
    title = "\u009b31mred"  # a terminal takes the first sign for the beginning of a command
    critic.write_text(critic.read_text().replace("topic: {", 'topic: {title: "\\x9b31mred", '))

    assert title in cli("export", critic, "--to", "svg", "-o", "-").out
    monkeypatch.setattr(exporting, "_is_terminal", lambda: True)
    told = cli("export", critic, "--to", "svg", "-o", "-").out

    assert "<svg" in told
    assert "\u009b" not in told


def test_the_overview_of_options_names_the_targets_they_are_for() -> None:
    options = {option.name: names for option, names in export_command.options_of_all(all_targets())}

    assert options["content"] == ["otlp"]
    assert options["node"] == ["finetune"]


def test_what_stands_against_a_standalone_script_is_listed_once_with_what_to_do_instead(
    cli: Cli, tmp_path: Path
) -> None:
    graph = Graph("stuck")
    graph.add("shell.run", "build", argv=["make"])
    graph.add("web.page", "read")
    graph.add("text.constant", "where", text="https://example.org")
    graph.connect("where.text", "read.url")
    graph.save(tmp_path / "stuck.yaml")
    file = tmp_path / "stuck.py"

    refused = cli("export", str(tmp_path / "stuck.yaml"), "-o", str(file), "--standalone")

    listed = refused.err.strip().splitlines()
    assert refused.code == 2
    assert listed[1:3] == ["  build: it asks the sandbox", "  read: it asks the web"]
    assert listed[3].startswith("Take other nodes, or export a script that calls the studio (`--to script`)")
    assert len(listed) == 4
    assert not file.exists()
    assert cli("export", str(tmp_path / "stuck.yaml"), "-o", str(file), "--to", "script").code == 0  # as it says
