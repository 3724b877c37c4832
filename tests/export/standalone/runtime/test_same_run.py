"""A script exported from a graph records the run that the studio records, with the same replies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio import run
from studio.export.standalone.script import standalone_script
from studio.graph.model import Graph
from studio.spec.registry import default_registry
from studio.trace import Trace
from studio.trace.writer import close_writer
from tests.cli.conftest import Cli, cli  # noqa: F401 - a fixture
from tests.export.standalone.runtime.both_logs import rows_of
from tests.support.record_examples import CRITIC_SCRIPT


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The record of the studio's run and that of the script's."""
    folder = tmp_path_factory.mktemp("same")
    graph = Graph.load("graphs/critic_loop.yaml")
    replies = folder / "replies.jsonl"
    replies.write_text("".join(f"{json.dumps(line)}\n" for line in CRITIC_SCRIPT))
    assert run(graph, {"topic": "tide pools"}, model=f"scripted:{replies}", db=folder / "studio.sqlite").status == "ok"
    close_writer(folder / "studio.sqlite")
    script = folder / "critic_loop.py"
    script.write_text(standalone_script(graph, default_registry(), file="critic_loop.yaml"))
    command = [sys.executable, "-I", "-S", script, "--topic", "tide pools", "--model", f"scripted:{replies}"]
    done = subprocess.run(
        [*command, "--db", folder / "script.sqlite"], capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {"studio": folder / "studio.sqlite", "script": folder / "script.sqlite"}


def facts(file: Path, look: Callable[[Trace, str], Any]) -> Any:
    with Trace(file) as trace:
        return look(trace, next(iter(trace.runs())).id)


def firings(trace: Trace, run_id: str) -> list[Any]:
    """Every firing, and where its inputs came from, told by node and tick."""
    rows = trace.sql(
        "SELECT id, node, type, tick, status, reason, origin, parent, item, inputs, outputs, absent, attempt"
        " FROM firing WHERE run = ? ORDER BY node, tick_key", (run_id,),
    ).rows  # fmt: skip
    names = {row[0]: (row[1], row[3]) for row in rows}

    def told(inputs: str | None) -> Any:
        given = json.loads(inputs) if inputs else {}
        return {port: (names.get(firing, firing), name) for port, (firing, name) in given.items()}

    return [(*row[1:7], names.get(row[7]), row[8], told(row[9]), *row[10:]) for row in rows]


def effects(trace: Trace, run_id: str) -> list[Any]:
    return trace.sql(
        "SELECT node, f.tick, n, e.kind, e.name, request, response, e.status, error, e.attempt, tokens_in, tokens_out,"
        " cost_usd, finish_reason, entropy, e.origin FROM effect e LEFT JOIN firing f ON f.run = e.run AND"
        " f.id = e.firing WHERE e.run = ? ORDER BY 1, 2, 3", (run_id,),
    ).rows  # fmt: skip


def header(trace: Trace, run_id: str) -> list[Any]:
    return trace.sql(
        "SELECT graph, graph_hash, status, ended, error, inputs, outputs, boundary, totals FROM run WHERE id = ?",
        (run_id,),
    ).rows


@pytest.mark.parametrize("look", [header, firings, effects])
def test_the_records_agree(files: dict[str, Path], look: Callable[[Trace, str], Any]) -> None:
    studio, script = facts(files["studio"], look), facts(files["script"], look)

    assert script == studio
    assert studio


def test_nodes_paths_and_graph_are_recorded_alike(files: dict[str, Path]) -> None:
    studio, script = rows_of(files["studio"]), rows_of(files["script"])

    for table in ("_path", "_graph_version", "_message"):
        assert [{**row, "id": 0} for row in script[table]] == [{**row, "id": 0} for row in studio[table]]


def test_the_run_of_a_script_says_what_a_replay_has_to_know(files: dict[str, Path]) -> None:
    def options(trace: Trace, run_id: str) -> Any:
        return json.loads(trace.sql("SELECT options FROM run WHERE id = ?", (run_id,)).rows[0][0])

    studio, script = facts(files["studio"], options), facts(files["script"], options)

    assert script.keys() == studio.keys()
    assert {name for name in studio if studio[name] != script[name]} <= {"folder", "limits"}


def test_a_script_s_run_replays_without_divergence(files: dict[str, Path], cli: Cli) -> None:  # noqa: F811
    told = cli("replay", "last", "--verify", "--db", files["script"])

    assert (told.code, told.out.split()[0]) == (0, "identical")
