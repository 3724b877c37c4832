"""A script runs as `studio run` runs its graph: the same prompts, outputs and order of ticks."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.cli.main import main
from studio.graph import Graph
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from studio.trace import Trace
from studio.trust.survey import survey
from tests.export.script.scripts import call, script_of
from tests.export.ways import AS_SCRIPTS
from tests.support.example_settings import run_words, script_words, settings_of
from tests.support.outlines import outline
from tests.support.thorough import thorough_but

CRITIC = next(path for path in bundled_graphs() if path.stem == "critic_loop")
REPLIES = "".join(
    json.dumps({"node": node, "reply": reply}) + "\n"
    for node, reply in (("writer", "One."), ("critic", "vague"), ("writer", "Two."), ("critic", "good"))
)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the object that was printed, without what differs from run to run."""
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {key: value for key, value in printed.items() if key not in ("run", "duration_s")}


@pytest.mark.parametrize(
    "path", thorough_but(lambda path: path.stem in AS_SCRIPTS, bundled_graphs()), ids=lambda path: path.stem
)
def test_every_example_does_the_same_as_a_script(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(path.stem)
    with Trace(path.with_suffix(".run.db")) as trace:
        asked = any(True for _ in trace.prompts())
    # A run that asked no model holds no answers, and is refused as a model.
    options = [*(["--model", f"replay:{path.stem}"] if asked else []), "--json"]
    options += ["--clock", settings.clock] if settings.clock else []
    if settings.answers:
        answers = tmp_path / "answers.jsonl"
        answers.write_text("".join(json.dumps(answer) + "\n" for answer in settings.answers))
        options += ["--answers", str(answers)]
    code = main(["run", str(path), *run_words(settings.inputs), *options, "--db", str(tmp_path / "graph.db")])
    by_graph = told(capsys)

    script = script_of(Graph.load(path), tmp_path)

    assert call(script, *script_words(settings.inputs), *options, "--db", str(tmp_path / "script.db")) == code == 0
    assert told(capsys) == by_graph
    assert by_graph["firings"] > 0
    assert list(outline(tmp_path / "script.db")) == list(outline(tmp_path / "graph.db"))


@pytest.fixture
def critic(tmp_path: Path) -> Path:
    (tmp_path / "replies.jsonl").write_text(REPLIES)
    return script_of(Graph.load(CRITIC), tmp_path)


def run(script: Path, *words: str, json: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, script.name, *words, *(["--json"] if json else [])]
    return subprocess.run(command, cwd=script.parent, capture_output=True, text=True, check=False)


def test_a_script_runs_by_itself(critic: Path) -> None:
    done = run(critic, "--topic", "dunes", "--model", "scripted:replies.jsonl", "--db", "runs.db")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outputs"] == {"result": "Two."}
    with Trace(critic.parent / "runs.db") as trace:
        assert next(iter(trace.prompts())).messages[0]["content"] == (
            "Write two sentences about dunes.\nMend this fault of the last draft, if any:"
        )


def test_a_script_ends_with_the_codes_of_the_studio(
    critic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ("--model", f"scripted:{tmp_path / 'replies.jsonl'}")

    assert run(critic, *model, "--limit", "calls=1").returncode == 3
    (tmp_path / "replies.jsonl").write_text("")
    assert call(critic, *model) == 1
    assert "writer" in capsys.readouterr().err
    with pytest.raises(SystemExit, match=r"^2$"):
        call(critic, "--nonsense")
    assert call(critic, *model, "--limit", "calls") == 2


def test_a_script_writes_its_graph_as_a_file(critic: Path, tmp_path: Path) -> None:
    assert call(critic, "--save", str(tmp_path / "again.yaml")) == 0
    assert Graph.load(tmp_path / "again.yaml").to_text() == Graph.load(CRITIC).to_text()


def test_a_graph_that_cannot_be_built_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = Graph.from_text("nodes:\n  a: {type: text.constant, text: x}\nedges:\n  - a.text -> a.when\n", name="loop")

    assert call(script_of(graph, tmp_path, "loop")) == 2
    assert "would close a cycle within one tick" in capsys.readouterr().err


def test_a_run_that_a_script_began_goes_on_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph("x", base=tmp_path)
    graph.add("text.constant", "name", text="a.txt")
    graph.add("text.constant", "again", text="a.txt")
    graph.add("files.read", "read")
    graph.add("flow.output", "out")
    graph.connect("name.text", "read.name")
    graph.connect("read.text", "out.value")
    (tmp_path / "a.txt").write_text("found")
    script, db = script_of(graph, tmp_path), str(tmp_path / "x.db")
    assert call(script, "--db", db, "--limit", "firings=2") == 3
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    with Trace(db) as trace:
        assert Path(trace.run("last").file) == script
        approval = survey(graph, default_registry()).hash
    assert main(["resume", "--db", db, "--limit", "firings=9", "--approve", approval]) == 0
    with Trace(db) as trace:
        assert trace.decoded(trace.run("last").outputs) == {"out": "found"}


def test_what_it_says_to_do_next_finds_the_run_where_it_was_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "replies.jsonl").write_text(REPLIES)
    script = script_of(Graph.load(CRITIC), tmp_path)

    assert call(script, "--model", "scripted:replies.jsonl", "--db", "my runs.db") == 0

    commands = re.findall(r"`studio ([^`]*)`", capsys.readouterr().err)
    assert len(commands) == 3
    for command in commands:
        monkeypatch.setattr(sys, "stdin", io.StringIO())  # whoever steps through a replay leaves it at once
        assert main(shlex.split(command)) == 0
        assert "tide pools" in capsys.readouterr().out
        without = shlex.split(command.replace("--db 'my runs.db'", "--db other.db"))
        assert main(without) == 2  # the control: elsewhere there is no such run
        capsys.readouterr()
