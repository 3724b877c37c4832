"""`studio export` of runs that did not end well, and of graphs and runs full of hostile texts."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest

from studio.export.targets import Target, all_targets
from studio.graph import Graph
from studio.trace import Trace
from tests.cli.conftest import Cli
from tests.export.records.played import REPAIRED, TOO_LONG, played
from tests.export.test_mermaid import GRAMMAR

RUN_TARGETS = [one for one in all_targets() if one.of == "run"]
HOSTILE = (
    '"', "'''", '"""', "\\", "\n", "`x`", "]]>", "--", "<script>alert(1)</script>", "&amp;", "{x}", "%s", "#35;",
    "\u202eevil\u2066", "\u2028", "\x7f", "\U000e0041", "e\u0301", "\ufeff", "import os; os.system('x')", "*/", "$(id)",
)  # fmt: skip


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A graph whose every text is hostile: titles, prompts, values, labels, what it is about."""
    graph = Graph("hostile", about=" ".join(HOSTILE))
    for number, text in enumerate(HOSTILE):
        graph.add("flow.input", f"in_{number}", value=text, title=text, help=text)
        graph.add("llm.function", f"ask_{number}", instructions=f"Say {{x}} {text.replace('{x}', '')}", output="text")
        graph.add("flow.output", f"out_{number}", title=text)
        graph.connect(f"in_{number}.value", f"ask_{number}.x")
        graph.connect(f"ask_{number}.text", f"out_{number}.value")
    path = tmp_path / "hostile.yaml"
    graph.save(path)
    return path


@pytest.fixture
def hostile_run(hostile: Path, tmp_path: Path, cli: Cli) -> str:
    script = tmp_path / "hostile.jsonl"
    lines = [{"node": f"ask_{number}", "reply": f"{text}!"} for number, text in enumerate(HOSTILE)]
    script.write_text("".join(json.dumps(line) + "\n" for line in lines))
    told = cli("run", hostile, "--model", f"scripted:{script}", "--json").json
    assert told["status"] == "ok", told
    run: str = told["run"]
    return run


def test_hostile_texts_stay_texts_in_every_picture_and_notebook(cli: Cli, hostile: Path, tmp_path: Path) -> None:
    svg = cli("export", hostile, "--to", "svg", "-o", "-").out
    drawn = ElementTree.fromstring(svg)
    assert "script" not in {element.tag.rpartition("}")[2] for element in drawn.iter()}

    chart = cli("export", hostile, "--to", "mermaid", "-o", "-").out
    assert [line for line in chart.removesuffix("\n").split("\n") if not GRAMMAR.fullmatch(line)] == []

    file = tmp_path / "hostile.ipynb"
    assert cli("export", hostile, "-o", file).code == 0
    nbformat.validate(nbformat.read(file, as_version=4))  # type: ignore[no-untyped-call]
    assert cli("export", file, "--to", "svg", "-o", "-").out == svg


def test_hostile_texts_come_back_out_of_every_record(cli: Cli, hostile_run: str) -> None:
    lines = [
        json.loads(line) for line in cli("export", hostile_run, "--to", "jsonl", "-o", "-").out.split("\n") if line
    ]
    said = {line["node"]: line["outputs"] for line in lines if line["record"] == "firing"}
    chats = [
        json.loads(line) for line in cli("export", hostile_run, "--to", "finetune", "-o", "-").out.split("\n") if line
    ]
    spans = cli("export", hostile_run, "--to", "otlp", "--content", "-o", "-").out

    for number, text in enumerate(HOSTILE):
        assert said[f"in_{number}"] == {"value": text}
        assert said[f"ask_{number}"] == {"text": f"{text}!".strip()}
    assert {chat["messages"][-1]["content"] for chat in chats} == {f"{text}!" for text in HOSTILE}
    values = [
        pair["value"]["stringValue"]
        for line in spans.split("\n") if line
        for span in json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
        for pair in span["attributes"] if pair["key"] == "studio.firing.outputs"
    ]  # fmt: skip
    assert {json.loads(value)["value"] for value in values if "value" in json.loads(value)} >= set(HOSTILE)


@pytest.mark.parametrize("target", RUN_TARGETS, ids=lambda one: one.name)
def test_runs_that_failed_can_be_exported(cli: Cli, tmp_path: Path, target: Target) -> None:
    db = tmp_path / "failed.db"
    trace, run = played(REPAIRED, [TOO_LONG] * 3, db)
    trace.close()
    name = target.name

    told = cli("export", run, "--db", db, "--to", name, "-o", tmp_path / "out")

    assert told.code == 0, told.err
    text = (tmp_path / "out").read_text()
    if name == "jsonl":
        last = json.loads(text.splitlines()[-1])
        assert (last["status"], last["error"]["node"]) == ("failed", "write")
    elif name == "otlp":
        assert '"status":{"code":2}' in text
    else:
        assert text.count('"messages"') == 1  # the same answer three times, told once


@pytest.mark.parametrize("target", RUN_TARGETS, ids=lambda one: one.name)
def test_runs_that_are_paused_can_be_exported(cli: Cli, tmp_path: Path, target: Target) -> None:
    db = tmp_path / "paused.db"
    trace, run = played(REPAIRED, [TOO_LONG] * 3, db, limits={"calls": 1})
    assert trace.run(run).status == "paused"
    trace.close()

    told = cli("export", run, "--db", db, "--to", target.name, "-o", tmp_path / "out")

    assert told.code == 0, told.err
    assert (tmp_path / "out").read_text()


def test_a_run_that_is_going_on_is_told_so_far(cli: Cli, tmp_path: Path) -> None:
    from studio.trace import open_run
    from tests.trace.declaring import declare
    from tests.trace.runs import put_firings, start_of

    db = tmp_path / "going.db"
    log = open_run(db, start_of("0" * 26))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    put_firings(log, 5)
    log.open_firing(6, 1, "a0", 0, 0, 1)
    log.flush()

    lines = [
        json.loads(line)
        for line in cli("export", "last", "--db", db, "--to", "jsonl", "-o", "-").out.split("\n")
        if line
    ]

    firings = [(line["id"], line["seq"], line["status"]) for line in lines if line["record"] == "firing"]
    assert firings == [*((n, n, "ok") for n in range(1, 6)), (6, None, "running")]
    assert (lines[-1]["record"], lines[-1]["status"], lines[-1]["finished_at"]) == ("end", "running", None)
    assert cli("export", "last", "--db", db, "--to", "otlp", "-o", tmp_path / "a.otlp").code == 0
    with Trace(db) as trace:
        assert trace.run("last").status == "running"
