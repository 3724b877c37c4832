"""`studio approve` and `--approve`: what a foreign graph may do is listed, asked for, remembered, or refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from studio.cli import approving
from studio.cli.main import main
from studio.trust.approvals import Approvals
from tests.cli.conftest import Cli

GRAPH = """\
studio: 1
name: reading
nodes:
  files: {type: files.read_folder, folder: texts}
  result: {type: flow.output}
edges:
  - files.texts -> result.value
"""


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("one")
    path = tmp_path / "reading.yaml"
    path.write_text(GRAPH)
    return path


def hash_of(cli: Cli, graph: Path) -> str:
    return str(cli("approve", graph, "--json").json["hash"])


def test_without_a_terminal_and_without_the_flag_it_is_refused(cli: Cli, graph: Path) -> None:
    told = cli("run", graph)

    assert told.code == 2
    assert "files (files.read_folder)" in told.err
    assert "read files in texts" in told.err
    assert hash_of(cli, graph) in told.err
    assert f"`studio approve {graph}` from now on" in told.err
    assert " \n" not in told.err
    assert told.out == ""


def test_the_refusal_is_structured_for_programs(cli: Cli, graph: Path) -> None:
    told = cli("run", graph, "--json")

    error = told.json["error"]
    assert (told.code, error["code"]) == (2, "not_approved")
    assert error["details"]["hash"] == hash_of(cli, graph)
    assert error["details"]["nodes"][0]["permissions"] == [{"kind": "read", "what": "texts", "note": ""}]


def test_the_hash_lets_it_run_once(cli: Cli, graph: Path) -> None:
    hash = hash_of(cli, graph)

    assert json.loads(cli("run", graph, "--approve", hash, "--json").out)["outputs"] == {"result": ["one"]}
    assert cli("run", graph).code == 2
    assert cli("run", graph, "--approve", "0" * 40).code == 2


def test_approving_lets_it_run_from_now_on_until_it_is_revoked(cli: Cli, graph: Path) -> None:
    assert cli("approve", graph).code == 4
    assert cli("approve", graph, "--yes").code == 0
    assert cli("run", graph).code == 0
    assert cli("approve", graph).code == 0
    assert hash_of(cli, graph) in cli("approve", "--list").out
    assert cli("approve", "--list", "--json").json[0]["name"] == "reading"

    assert cli("approve", hash_of(cli, graph), "--revoke").code == 0
    assert cli("run", graph).code == 2
    assert "was not approved" in cli("approve", graph, "--revoke").out
    assert "Nothing was approved" in cli("approve", "--list").out


def test_a_changed_file_is_refused_again(cli: Cli, graph: Path) -> None:
    cli("approve", graph, "--yes")
    graph.write_text(GRAPH.replace("texts}", '"."}'))

    assert cli("run", graph).code == 2


def test_what_asks_for_nothing_needs_none(cli: Cli, critic: Path) -> None:
    told = cli("approve", critic)

    assert told.code == 0
    assert "needs no approval" in told.out


def test_one_is_named(cli: Cli) -> None:
    assert cli("approve").code == 2


@pytest.mark.parametrize(
    ("typed", "runs"), [("y\n", True), ("yes\n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_a_terminal_asks_and_takes_nothing_but_yes_for_yes(
    graph: Path, typed: str, runs: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(approving, "can_ask", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    code = main(["run", str(graph)])

    said = capsys.readouterr()
    assert "read files in texts" in said.err
    assert "[y/N]" in said.err
    assert code == (0 if runs else 2)
    assert bool(Approvals().all()) is runs
    assert ("one" in said.out) is runs


def test_a_run_that_goes_on_asks_for_the_graph_as_it_was_recorded(cli: Cli, graph: Path) -> None:
    hash = hash_of(cli, graph)
    assert cli("run", graph, "--approve", hash, "--limit", "firings=1").code == 3

    assert cli("resume", "last", "--limit", "firings=9").code == 2
    assert cli("resume", "last", "--limit", "firings=9", "--approve", hash).code == 0


def test_a_fork_with_a_change_of_ones_own_needs_the_approval_of_what_it_changes(cli: Cli, graph: Path) -> None:
    hash = hash_of(cli, graph)
    assert cli("run", graph, "--approve", hash).code == 0
    change = ("fork", "last", "--set", "files.folder=.")

    assert cli(*change).code == 2
    assert cli(*change, "--approve", hash).code == 0


def test_recording_a_test_anew_needs_it_too(cli: Cli, graph: Path) -> None:
    hash = hash_of(cli, graph)
    cli("run", graph, "--approve", hash)
    assert cli("test", "last", "--add", "whole").code == 0
    tests = graph.with_suffix(".tests.yaml")

    assert cli("test", tests).code == 0  # played from the record: nothing is read
    assert cli("test", tests, "--record").code == 2
    assert cli("test", tests, "--live").code == 2
    assert cli("test", tests, "--record", "--approve", hash).code == 0


def test_text_of_a_stranger_cannot_drive_the_terminal(cli: Cli, graph: Path) -> None:
    graph.write_text(GRAPH.replace("folder: texts", 'folder: "a\\e[2J\\u202eb\\nnothing else"'))

    for told in (cli("run", graph), cli("approve", graph)):
        text = told.out + told.err
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "‹U+202E RIGHT-TO-LEFT OVERRIDE›" in text
        assert not [line for line in text.splitlines() if line.strip() == "nothing else"]


OWN = '''from studio.spec import Fields, Node, RunContext, node, port


@node("mine.shout", category="Mine")
class Shout(Node):
    """Shout."""

    class Out(Fields):
        text: str = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> "Shout.Out":
        return self.Out(text="HEY")
'''


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A graph with a node type of its own project, as a stranger would send it."""
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "shout.py").write_text(f'open({str(tmp_path / "canary")!r}, "w").close()\n{OWN}')
    path = tmp_path / "own.yaml"
    path.write_text(
        "studio: 1\nnodes:\n  shout: {type: mine.shout}\n  out: {type: flow.output}\nedges: [shout.text -> out.value]\n"
    )
    return path


def test_code_of_a_projects_own_node_types_is_shown_and_not_imported_before_a_yes(cli: Cli, own: Path) -> None:
    told = cli("approve", own)
    assert "      | class Shout(Node):" in told.out
    assert cli("run", own).code == 2
    assert not (own.parent / "canary").exists()

    assert cli("approve", own, "--yes").code == 0
    assert json.loads(cli("run", own, "--json").out)["outputs"] == {"out": "HEY"}
    assert (own.parent / "canary").exists()


@pytest.mark.parametrize(("typed", "runs"), [("y\n", True), ("\n", False)])
def test_a_terminal_asks_for_own_node_types_too(
    own: Path, typed: str, runs: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(approving, "can_ask", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    assert main(["run", str(own)]) == (0 if runs else 2)
    assert "class Shout(Node):" in capsys.readouterr().err
    assert (own.parent / "canary").exists() is runs


def test_runs_with_own_node_types_are_gone_on_with_and_forked(cli: Cli, own: Path) -> None:
    cli("approve", own, "--yes")
    assert cli("run", own, "--limit", "firings=1").code == 3

    assert json.loads(cli("resume", "last", "--limit", "firings=9", "--json").out)["outputs"] == {"out": "HEY"}
    assert cli("fork", "last", "--redo", "shout").code == 0
    (own.parent / "nodes" / "shout.py").write_text(f"{OWN}\nprint('changed')\n")
    assert cli("fork", "last", "--redo", "shout").code == 2
