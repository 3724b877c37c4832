"""What people get wrong, and what machines refuse: one clear sentence, the right code, nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.support.errors import EnvironmentProblem
from studio.trace import Trace
from studio.trace.writer import close_writer, writer_of
from tests.cli.conftest import REPLIES, Cli, Told
from tests.support.graphs import CRITIC_LOOP as CRITIC

Change = Callable[[str], str]


def one_sentence(told: Told) -> str:
    """The one line on standard error."""
    assert told.err.startswith("studio: ")
    assert told.err.count("\n") == 1, told.err
    assert "Traceback" not in told.err
    return told.err


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (lambda text: text.replace("nodes:", "nodes: ["), 6, ""),
        (lambda text: text.replace('~> writer.fault: {initial: ""}', "-> writer.fault"), 18, "~>"),
        (lambda text: text.replace("writer.text -> critic.draft", "writer.text -> critic.drfat"), 18, "drfat"),
        (lambda text: text.replace("writer.text -> critic.draft", "writer.txt -> critic.draft"), 18, "txt"),
        (lambda text: text.replace("flow.switch", "flow.swich"), 13, "flow.swich"),
        (lambda text: text.replace("cases: [good]", "cases: good"), 13, "cases"),
        (lambda text: text.replace("writer.text -> result.value", "writer.text -> nowhere.value"), 22, "nowhere"),
        (lambda text: text.replace("max_ticks: 6", "max_ticks: six"), 23, "max_ticks"),
        (lambda text: text.replace("max_ticks: 6", "max_ticks: 6\nmax_ticks: 7"), 24, "max_ticks"),
        (lambda text: text.replace("studio: 1", "studio: 99"), 1, "99"),
        (lambda text: "just words", 1, "no graph file"),
    ],
    ids=[
        "malformed", "same-tick cycle", "missing input port", "missing output port", "unknown type",
        "param of wrong type", "missing node", "bound of wrong type", "key twice", "newer format", "no graph",
    ],
)  # fmt: skip
def test_a_wrong_graph_is_refused_with_its_line(
    cli: Cli, critic: Path, script: str, change: Change, line: int, said: str
) -> None:
    critic.write_text(change(CRITIC))
    told = cli("run", critic, "--model", script)

    assert told.code == 2
    sentence = one_sentence(told)
    assert sentence.startswith(f"studio: {critic}:"), sentence
    assert said in sentence
    assert int(sentence.removeprefix(f"studio: {critic}:").partition(":")[0]) == line


def test_a_wire_between_types_that_do_not_fit_is_refused(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "types.yaml"
    path.write_text(
        "studio: 1\nnodes:\n  a: {type: text.template, template: hello}\n  b: {type: flow.gate, condition: ''}\n"
        "  c: {type: flow.output}\nedges:\n  - a.text -> b.value\n  - a.text -> b.open\n  - b.value -> c.value\n"
    )
    told = cli("run", path)

    assert told.code == 2
    assert "text" in one_sentence(told)
    assert "boolean" in told.err


def test_an_unknown_model_is_told(cli: Cli, critic: Path) -> None:
    told = cli("run", critic, "--model", "nonsense/gpt", "--json")

    assert told.code == 5
    assert "nonsense/gpt" in told.json["error"]["message"]


def test_a_model_without_its_key_names_the_variable(cli: Cli, critic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    told = cli("run", critic, "--model", "openai/gpt-5-mini", "--json")

    assert told.code == 5
    assert "OPENAI_API_KEY" in told.json["error"]["message"]


def test_a_missing_script_is_told(cli: Cli, critic: Path) -> None:
    told = cli("run", critic, "--model", "scripted:nothing.jsonl")

    assert told.code == 2
    assert "nothing.jsonl" in one_sentence(told)


def test_a_script_that_runs_out_names_node_and_tick_and_keeps_what_was_done(
    cli: Cli, critic: Path, tmp_path: Path
) -> None:
    script = tmp_path / "short.jsonl"
    script.write_text("".join(json.dumps(reply) + "\n" for reply in REPLIES[:3]))
    told = cli("run", critic, "--model", f"scripted:{script}")

    assert told.code == 1
    assert "`critic` at tick 1" in told.err
    assert "no reply left" in told.err
    assert [one["reply"] for one in cli("prompts", "--json").json][:3] == list(REPLIES[:3])


def test_commands_about_runs_say_that_there_are_none(cli: Cli, tmp_path: Path) -> None:
    for command in ("runs", "show", "prompts", "replay"):
        told = cli(command, "--db", tmp_path / "none.db")
        assert told.code == 2
        assert "There are no runs yet" in one_sentence(told)


def test_a_file_that_is_no_database_is_told(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    path.write_text("These are words, and no database at all. " * 50)
    told = cli("runs", "--db", path)

    assert told.code == 5
    assert str(path) in one_sentence(told)


LONG = """\
studio: 1
name: long
nodes:
  more: {type: text.template, template: "{last}abcdefghijklmnopqrstuvwxyz"}
edges:
  - more.text ~> more.last: {initial: ""}
max_ticks: 400
"""


def test_a_full_disk_ends_with_5_and_keeps_what_was_written(
    cli: Cli, tmp_path: Path, own_home: Path, recorded: str
) -> None:
    db = own_home / "trace.db"
    connection = writer_of(db)._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + 2}")
    graph = tmp_path / "long.yaml"
    graph.write_text(LONG)
    try:
        told = cli("run", graph)
        assert told.code == 5
        assert "disk is full" in told.err
        assert "Traceback" not in told.err
    finally:
        writer_of(db)._connection.execute("PRAGMA max_page_count=1000000")
        close_writer(db)
    with Trace(db) as trace:
        assert trace.run(recorded).status == "ok"


def test_a_database_that_cannot_be_written_ends_with_5(cli: Cli, critic: Path, script: str, tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file, not a folder")
    told = cli("run", critic, "--model", script, "--db", occupied / "trace.db")

    assert told.code == 5
    assert str(occupied) in one_sentence(told)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anything")
def test_a_read_only_database_ends_with_5_and_stays_readable(
    cli: Cli, critic: Path, script: str, own_home: Path, recorded: str
) -> None:
    db = own_home / "trace.db"
    close_writer(db)
    db.chmod(0o444)
    told = cli("run", critic, "--model", script)

    assert told.code == 5
    assert "read" in one_sentence(told)
    assert recorded in cli("runs").out


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_aborts_and_the_run_is_recorded(tmp_path: Path, own_home: Path) -> None:
    graph = tmp_path / "waits.yaml"
    graph.write_text(
        "studio: 1\nname: waits\nnodes:\n  a: {type: flow.input, value: 1}\n"
        "  b: {type: flow.delay, seconds: 600}\n  c: {type: flow.output}\n"
        "edges: [a.value -> b.value, b.value -> c.value]\n"
    )
    command = [sys.executable, "-m", "studio", "run", str(graph), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_for_run(own_home / "trace.db")
    process.send_signal(2)
    out, err = process.communicate(timeout=20)

    assert process.returncode == 130, err
    told = json.loads(out)
    assert (told["status"], told["ended"]) == ("aborted", "abort")
    with Trace(own_home / "trace.db") as trace:
        assert [firing.node for firing in trace.firings(told["run"], status="ok")] == ["a"]


def _wait_for_run(db: Path) -> None:
    import time

    for _ in range(1000):
        time.sleep(0.01)
        with contextlib.suppress(EnvironmentProblem), Trace(db) as trace:  # not there yet, or still empty
            if any(firing.node == "b" for run in trace.runs() for firing in trace.firings(run.id)):
                return
    raise AssertionError("the run never began")


def test_modules_beside_somebodys_graph_are_not_imported(tmp_path: Path) -> None:
    """The control is Python itself, which takes them from the folder one stands in."""
    (tmp_path / "graph.yaml").write_text("studio: 1\nname: g\nnodes: {t: {type: text.constant, text: a}}\n")
    (tmp_path / "orjson.py").write_text("open('ran', 'w').close()\n")

    done = subprocess.run(
        [sys.executable, "-m", "studio", "lint", "graph.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )

    assert not (tmp_path / "ran").exists(), done.stderr
    assert done.returncode in (0, 4), done.stderr
    subprocess.run([sys.executable, "-c", "import orjson"], cwd=tmp_path, timeout=60, check=True)
    assert (tmp_path / "ran").exists()
