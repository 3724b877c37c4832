"""`studio report`: in the terminal and as files, of a small batch that was really run."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from studio.batch.design.options import experiment_of
from studio.batch.sessions import Ways, run_batch
from tests.cli.conftest import Cli

GRAPH = """\
studio: 1
name: helpers
about: Modules whose answers are added up.
nodes:
  n: {type: flow.input, value: 3, kind: number}
  helps: {type: math.expression, expression: "x * 0 + 5"}
  harms: {type: math.expression, expression: "x * 0 - 2"}
  body: {type: flow.subgraph, graph: idle}
  all: {type: flow.merge, take: all}
  result: {type: flow.output}
edges:
  - n.value -> helps.x
  - n.value -> harms.x
  - n.value -> body.x
  - helps.value -> all.value
  - harms.value -> all.value
  - body.y -> all.value
  - n.value -> all.value
  - all.value -> result.value
graphs:
  idle:
    nodes:
      x: {type: flow.input, kind: number}
      nothing: {type: math.expression, expression: "x * 0"}
      y: {type: flow.output}
    edges:
      - x.value -> nothing.x
      - nothing.value -> y.value
"""
ROWS = [{"n": number, "kind": "odd" if number % 2 else "even"} for number in range(1, 13)]


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a knockout experiment of twelve rows."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "helpers.yaml").write_text(GRAPH)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    experiment = experiment_of({
        "graph": str(folder / "helpers.yaml"), "data": str(folder / "rows.jsonl"), "knockouts": {"of": "all"},
        "score": {"points": "sum(result)"}, "margin": 0.5, "name": "worth",
    })  # fmt: skip
    outcome = run_batch(experiment, folder / "runs.db", Ways(workers=1))
    assert outcome.status == "complete"
    return folder / "runs.db"


def test_the_terminal_tells_the_answer_first(cli: Cli, db: Path) -> None:
    told = cli("report", "--db", db)

    assert told.code == 0
    assert told.out.splitlines()[0] == "worth"
    assert "Of 3 modules, 1 matters (“helps”), 1 is poison (“harms”)" in told.out
    assert "-o report.html" in told.err


def test_a_page_has_figures_a_coloured_graph_outputs_and_how_it_was_made(cli: Cli, db: Path, tmp_path: Path) -> None:
    told = cli("report", "last", "--db", db, "-o", tmp_path / "report.html", "--by", "kind")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert told.code == 0
    assert text.count("<svg") == 3
    assert "data:image/svg+xml;base64," in text
    assert "By kind" in text
    assert "[5,-2,0,1]" in text or "[5,-2,0,12]" in text, "outputs come from the trace"
    assert "knockouts: all" in text
    assert "save the experiment below as worth.experiment.yaml" in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize("ending", ["md", "json", "ipynb", "csv", "jsonl"])
def test_the_ending_says_what_is_written(cli: Cli, db: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"report.{ending}"
    told = cli("report", "--db", db, "-o", file, "--json")
    text = file.read_text(encoding="utf-8")

    assert told.json["file"] == str(file)
    if ending == "md":
        assert text.startswith("# worth\n\n**Of 3 modules")
    elif ending == "csv":
        assert len(list(csv.DictReader(text.splitlines()))) == 48
    elif ending == "jsonl":
        records = [json.loads(line) for line in text.splitlines()]
        assert {one["row.kind"] for one in records} == {"odd", "even"}
    else:
        assert json.loads(text)


def test_json_in_the_terminal_holds_claims_and_conclusions(cli: Cli, db: Path) -> None:
    told = cli("report", "--db", db, "--json", "--level", "0.99").json

    assert told["claims"][0]["text"].startswith("Of 3 modules")
    assert told["conclusions"]["level"] == 0.99
    assert set(told["making"]["graph_hashes"]) == {"whole", "without helps", "without harms", "without idle/nothing"}


def test_cells_of_the_notebook_run(
    cli: Cli, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[Any] = []
    display: Any = ModuleType("IPython.display")
    display.display = shown.append
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    cli("report", "--db", db, "-o", tmp_path / "report.ipynb", "--by", "kind")
    cells = json.loads((tmp_path / "report.ipynb").read_text())["cells"]

    exec("\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "code"), {})  # noqa: S102 - ours

    assert [one.name for one in shown] == ["modules-1", "scores", "front"]
    assert shown[0]._repr_svg_().lstrip().startswith("<?xml")
    assert "- Of 3 modules" in capsys.readouterr().out


def test_what_is_wrong_is_said_in_one_sentence(cli: Cli, db: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.html"
    there.write_text("mine")

    assert "No report is written as .pdf" in cli("report", "--db", db, "-o", tmp_path / "x.pdf").err
    assert "`--force` replaces it" in cli("report", "--db", db, "-o", there).err
    assert there.read_text() == "mine"
    assert "Did you mean `kind`" in cli("report", "--db", db, "--by", "kin").err
    assert "no score `x`" in cli("report", "--db", db, "--score", "x").err
    assert "There is no batch" in cli("report", "zzz", "--db", db).err
    assert "No batch is recorded yet" in cli("report", "--db", tmp_path / "none.db").err
    assert cli("report", "--db", db, "--level", "3").code == 2


def test_the_graph_is_coloured_by_what_modules_are_worth(db: Path) -> None:
    from studio.batch.reporting.report import read_report

    svg = read_report(db).drawings["helpers"]
    by_card = {
        found[1]: found[0]
        for found in re.finditer(
            r'<g class="card"[^>]*><title>([\w ]+) \(.*?(?=<g class="card"|</svg>)', svg, re.DOTALL
        )
    }

    assert "#0072b2" in by_card["helps"]
    assert "#d55e00" in by_card["harms"]
    assert "url(#hatch)" in by_card["nothing"], "what is not shown is hatched"
    assert "url(#hatch)" not in by_card["helps"]
    assert "#0072b2" not in by_card["n"]
    assert "+5" in by_card["helps"]
    assert "−2" in by_card["harms"]
    assert "matters: without it the score gets worse" in svg
