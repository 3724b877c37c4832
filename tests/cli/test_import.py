"""`studio import` writes a graph file and tells what became of the original."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.graph.model import Graph
from tests.cli.conftest import Cli

DATA = Path(__file__).parents[1] / "data" / "importers"


def test_a_project_becomes_a_graph_file_and_the_differences_are_told(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "desk.yaml"

    done = cli("import", str(DATA / "desk.rivet-project"), "-o", str(target))

    assert done.code == 0
    assert "19 nodes of Rivet, 18 of them with a counterpart here" in done.err
    assert "Replace the placeholder before it can run" in done.err
    assert Graph.load(target).name == "desk_answer_letters"


def test_a_file_that_is_there_is_not_replaced_unasked(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "desk.yaml"
    target.write_text("mine")
    file = str(DATA / "order_desk_flow" / "flow.dag.yaml")

    assert cli("import", file, "-o", str(target)).code == 2
    assert target.read_text() == "mine"
    told = json.loads(cli("import", file, "-o", str(target), "--force", "--json", "--model", "default").out)
    assert told["placeholders"] == ["product_info", "sum_up"]
    assert Graph.load(target).nodes["classify"].params["model"] == "default"


def test_an_imported_graph_asks_before_it_reaches_anything(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "flow.yaml"
    cli("import", str(DATA / "order_desk_flow" / "flow.dag.yaml"), "-o", str(target))

    done = cli("run", str(target))

    assert done.code == 2
    assert "nobody approved" in done.err


def test_whoever_opens_such_a_file_is_told_that_it_can_be_brought_in(cli: Cli) -> None:
    done = cli("run", str(DATA / "desk.rivet-project"))

    assert done.code == 2
    assert "This is a project of Rivet, and no graph file." in done.err
    assert "studio import" in done.err
    assert "a flow of promptflow" in cli("lint", str(DATA / "order_desk_flow" / "flow.dag.yaml")).err


def test_a_script_of_ours_becomes_a_graph_file(cli: Cli, tmp_path: Path) -> None:
    cli("export", "critic_loop", "-o", str(tmp_path / "critic.py"))

    assert cli("import", str(tmp_path / "critic.py"), "-o", str(tmp_path / "critic.yaml")).code == 0
    assert list(Graph.load(tmp_path / "critic.yaml").nodes) == ["topic", "writer", "critic", "route", "done", "result"]


@pytest.mark.parametrize(
    "data", [b"<svg>\n a: b: c\n</svg>", b"\0\1", b"just words: and: more"], ids=["svg", "bytes", "words"]
)
def test_a_file_that_is_no_graph_at_all_is_told_what_can_be_read(data: bytes, cli: Cli, tmp_path: Path) -> None:
    for name, said in (("a.svg", "of no kind that can be brought in. Read are promptflow's"), ("a.yaml", "a.yaml:")):
        (tmp_path / name).write_bytes(data)

        told = cli("import", str(tmp_path / name))

        assert told.code == 2
        assert said in told.err
