"""`studio resume`: a run that stopped goes on, whatever stopped it, and says so where it cannot."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.spec.registry import default_registry
from studio.trace import Trace
from tests.cli.conftest import REPLIES, Cli, Told

ASK = """\
studio: 1
name: clarify
nodes:
  topic: {type: flow.input, value: tide pools}
  draft: {type: text.template, template: "About {topic}"}
  ask: {type: human.ask}
  final: {type: text.template, template: "{draft}, {answer}"}
  result: {type: flow.output}
edges:
  - topic.value -> draft.topic
  - draft.text -> ask.question
  - draft.text -> final.draft
  - ask.answer -> final.answer
  - final.text -> result.value
"""

WAITS = """\
studio: 1
name: waits
nodes:
  word: {type: flow.input, value: tide}
  before: {type: text.template, template: "{word}s"}
  wait: {type: flow.delay, seconds: 600}
  result: {type: flow.output}
edges: [word.value -> before.word, before.text -> wait.value, wait.value -> result.value]
"""

PATIENCE_S = 20.0


@pytest.fixture
def clarify(tmp_path: Path) -> Path:
    """A graph that asks a person."""
    path = tmp_path / "clarify.yaml"
    path.write_text(ASK)
    return path


def answering(path: Path, *answers: str) -> Path:
    path.write_text("".join(f"{answer}\n" for answer in answers))
    return path


def refused(told: Told, *parts: str) -> None:
    """Assert that one sentence says what is wrong, and nothing else was said."""
    assert told.code == 2
    assert told.out == ""
    assert told.err.startswith("studio: ")
    assert len(told.err.splitlines()) == 1
    for part in parts:
        assert part in told.err


def test_after_a_limit_it_goes_on_if_the_limit_is_widened(cli: Cli, critic: Path, script: str) -> None:
    whole = cli("run", critic, "--model", script, "--json").json
    paused = cli("run", critic, "--model", script, "--limit", "calls=2", "--json").json
    assert (paused["status"], paused["ended"]) == ("paused", "limit:calls")

    refused(cli("resume", "last"), "its limit calls=2, which counts what it had used", "`--limit calls=4`")
    refused(cli("resume", "last", "--limit", "calls=1"), "Give a wider one")
    told = cli("resume", "last", "--limit", "calls=9")

    assert told.code == 0
    assert told.out == f"{REPLIES[2]}\n"
    assert f"{paused['firings']} firings taken over · " in told.err
    assert "2 model calls" in told.err
    resumed = cli("show", "last", "--json").json
    assert (resumed["outputs"], resumed["ended"]) == (whole["outputs"], whole["ended"])
    assert resumed["parent_run"] == paused["run"]
    assert {one["origin"] for one in resumed["firings"][: paused["firings"]]} == {"replayed"}


def test_what_a_paused_run_advises_can_be_done(cli: Cli, critic: Path, script: str) -> None:
    paused = cli("run", critic, "--model", script, "--limit", "firings=3")

    assert paused.code == 3
    run = cli("runs", "--json").json[0]["run"]
    assert f"`studio resume {run}` goes on with a wider `--limit firings=N`" in paused.err
    assert cli("resume", run, "--limit", "firings=99").code == 0


def test_after_a_failure_with_the_script_mended_in_its_place(cli: Cli, critic: Path, tmp_path: Path) -> None:
    script = tmp_path / "replies.jsonl"
    failing: list[Any] = [*REPLIES[:3], {"error": "server", "message": "The house is on fire."}]
    script.write_text("".join(json.dumps(line) + "\n" for line in failing))
    failed = cli("run", critic, "--model", f"scripted:{script}")
    assert failed.code == 1
    assert "`critic` at tick 1" in failed.err

    again = cli("resume", "last")
    assert again.code == 1, "the script still fails"
    script.write_text("".join(json.dumps(line) + "\n" for line in REPLIES))
    told = cli("resume", "last", "--json")

    assert told.code == 0
    assert (told.json["status"], told.json["calls"]) == ("ok", 1)
    assert told.json["outputs"] == {"result": REPLIES[2]}


def test_a_script_of_another_name_begins_at_its_first_line(cli: Cli, critic: Path, tmp_path: Path, script: str) -> None:
    cli("run", critic, "--model", script, "--limit", "calls=2")
    other = tmp_path / "rest.jsonl"
    other.write_text('"A third draft."\n"good"\n')

    told = cli("resume", "last", "--limit", "calls=9", "--model", f"scripted:{other}", "--json")

    assert told.json["outputs"] == {"result": "A third draft."}


def test_a_script_that_is_gone_is_told_in_one_sentence(cli: Cli, critic: Path, script: str) -> None:
    cli("run", critic, "--model", script, "--limit", "calls=2")
    Path(script.removeprefix("scripted:")).unlink()

    told = cli("resume", "last", "--limit", "calls=9")

    refused(told, "was answered by the script", "replies.jsonl", "which is not there", "`--model NAME`")


def test_a_run_that_waits_for_a_person_is_paused_and_finished_with_answers(
    cli: Cli, clarify: Path, tmp_path: Path
) -> None:
    paused = cli("run", clarify)
    assert paused.code == 3
    assert "ended limit:human" in paused.err
    assert "`ask` waits for an answer to: About tide pools.\n" in paused.err, "one full stop"
    assert "goes on at a terminal, or with `--answers FILE`." in paused.err
    assert "--limit human" not in paused.err

    still = cli("resume", "last", "--json")
    assert (still.code, still.json["ended"], still.json["taken_over"]) == (3, "limit:human", 2)
    refused(cli("resume", "last", "--answers", tmp_path / "none.txt"), "none.txt")
    told = cli("resume", "last", "--answers", answering(tmp_path / "answers.txt", "for children"))

    assert told.code == 0
    assert told.out == "About tide pools, for children\n"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_after_ctrl_c_it_goes_on_without_doing_again_what_was_done(cli: Cli, tmp_path: Path, own_home: Path) -> None:
    graph = tmp_path / "waits.yaml"
    graph.write_text(WAITS)
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", "run", str(graph), "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        run = begun(cli, "wait")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE_S) == 130
    finally:
        process.kill()
        process.communicate()
    assert cli("runs", "--json").json[0]["status"] == "aborted"

    told = cli("resume", run[:12], "--limit", "firings=2", "--json")

    assert told.code == 3, "what it waited for would be waited for again"
    shown = cli("show", "last", "--json").json
    assert shown["parent_run"] == run
    assert {one["node"]: one["origin"] for one in shown["firings"] if one["status"] == "ok"} == {
        "word": "replayed", "before": "replayed",
    }  # fmt: skip


def begun(cli: Cli, node: str) -> str:
    """Wait until a node of the newest run is under way, and return the run's id."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        told = cli("runs", "--json")
        if told.code == 0 and told.json:
            run: str = told.json[0]["run"]
            if any(one["node"] == node for one in cli("show", run, "--json").json["firings"]):
                return run
        time.sleep(0.02)
    raise AssertionError("the run never began")


def test_a_node_type_of_another_version_is_a_divergence_that_says_where_and_what_to_do(
    cli: Cli, clarify: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("run", clarify)
    template = default_registry().find("text.template")
    assert template is not None
    monkeypatch.setattr(template, "spec", replace(template.spec, version=template.spec.version + 1))

    told = cli("resume", "last", "--answers", answering(tmp_path / "answers.txt", "for children"))

    assert told.code == 4
    assert told.err.count("`draft` at tick 0") == 1
    old, new = template.spec.version - 1, template.spec.version
    assert f"expected text.template version {old}, got text.template version {new}" in told.err
    assert told.err.count("`studio fork 01") == 1
    [advised] = re.findall(r"`studio (fork 01\w+ --at 2)` goes on from there", told.err)
    forked = cli(*advised.split(), "--answers", tmp_path / "answers.txt")
    assert (forked.code, forked.out) == (0, "About tide pools, for children\n")
    shown = cli("show", "last", "--json").json["firings"]
    assert [(one["node"], one["origin"]) for one in shown][:2] == [("topic", "replayed"), ("draft", "executed")]


def test_a_run_that_came_to_its_end_or_is_not_there_is_refused(cli: Cli, recorded: str) -> None:
    refused(cli("resume", recorded), "came to its end", "`studio fork`")
    refused(cli("resume", "01NOPE"), "There is no run", "`studio runs`")
    refused(cli("resume", "last", "--limit", "calls=few"), "is no limit")


def test_a_limit_that_is_none_is_refused(cli: Cli, critic: Path, script: str) -> None:
    cli("run", critic, "--model", script, "--limit", "calls=2")

    refused(cli("resume", "last", "--limit", "calls=9", "--limit", "wishes=3"), "`wishes` is no limit")


def test_a_run_that_was_stopped_while_it_took_over_goes_on_without_paying_again(
    cli: Cli, critic: Path, script: str
) -> None:
    paused = cli("run", critic, "--model", script, "--limit", "calls=3", "--json").json
    stopped = cli("resume", "last", "--limit", "calls=9", "--limit", "firings=2", "--json").json
    assert (stopped["ended"], stopped["calls"]) == ("limit:firings", 0)
    assert stopped["taken_over"] < paused["firings"]

    told = cli("resume", "last", "--limit", "firings=99", "--json").json

    assert (told["status"], told["calls"], told["taken_over"]) == ("ok", 1, paused["firings"])
    assert cli("show", "last", "--json").json["parent_run"] == paused["run"]


def test_runs_and_show_say_from_which_run_one_goes_on(cli: Cli, critic: Path, script: str) -> None:
    paused = cli("run", critic, "--model", script, "--limit", "calls=2", "--json").json
    assert "goes on from" not in cli("runs").out
    cli("resume", "last", "--limit", "calls=9")

    runs = cli("runs")
    shown = cli("show", "last")
    [resumed, parent] = cli("runs", "--json").json

    steps = resumed["fork_seq"]
    assert (resumed["parent_run"], parent["parent_run"], parent["fork_seq"]) == (paused["run"], None, None)
    assert "goes on from" in runs.out.splitlines()[0]
    assert runs.out.splitlines()[1].endswith(f"← {paused['run'][:13]} at {steps}")
    assert "←" not in runs.out.splitlines()[2]
    assert f"← {paused['run']} at step {steps} · {paused['firings']} firings taken over" in shown.out.splitlines()
    with Trace(os.environ["STUDIO_DB"]) as trace:
        assert steps == max(one.seq or 0 for one in trace.firings(paused["run"])) + 1


def test_a_run_goes_on_from_anywhere_though_its_files_were_named_from_where_it_began(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph reads a file beside it, and a script answers; both were given by relative names."""
    home, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    (home / "graphs").mkdir(parents=True)
    elsewhere.mkdir()
    (home / "graphs" / "notes").mkdir()
    (home / "graphs" / "notes" / "note.txt").write_text("low tide")
    answering(home / "replies.jsonl", '{"node": "first", "reply": "One."}', '{"node": "second", "reply": "Two."}')
    (home / "graphs" / "two.yaml").write_text(
        "studio: 1\nname: two\nnodes:\n"
        '  first: {type: llm.function, instructions: "About {x}", output: text}\n'
        '  second: {type: llm.function, instructions: "After {x} in {note}", output: text}\n'
        "  note: {type: files.read_folder, folder: notes}\n"
        "  topic: {type: flow.input, value: tide pools}\n  result: {type: flow.output}\n"
        "edges: [topic.value -> first.x, first.text -> second.x, first.done -> note.when, note.texts -> second.note,"
        " second.text -> result.value]\n"
    )
    monkeypatch.chdir(home)
    assert cli("approve", "graphs/two.yaml", "--yes").code == 0
    assert cli("run", "graphs/two.yaml", "--model", "scripted:replies.jsonl", "--limit", "firings=2").code == 3

    monkeypatch.chdir(elsewhere)
    told = cli("resume", "last", "--limit", "firings=99", "--json")

    assert told.code == 0, told.err
    assert json.loads(told.out)["outputs"] == {"result": "Two."}
