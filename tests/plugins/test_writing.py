"""`studio new-node`: what it writes works as it stands, passes the house's own checks, and is trusted as one's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio import Graph, run
from studio.plugins.registries import forget_own, own_types
from studio.plugins.writing import node_text, write_node
from studio.spec.node import Effects
from studio.support.errors import UsageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "studio.toml").write_text("", "utf-8")
    return tmp_path


def test_what_is_written_runs_in_a_graph_at_once(project: Path) -> None:
    write_node(project, "my.echo")
    graph = Graph.from_text(
        "studio: 1\nname: g\nnodes:\n  a: {type: flow.input, value: hi}\n  b: {type: my.echo, times: 2}\n"
        "  c: {type: flow.output}\nedges:\n  - a.value -> b.text\n  - b.text -> c.value\n"
    )
    graph.base = project

    assert run(graph, db=project / "t.db").outputs == {"c": "hi hi"}


def test_one_that_reads_does_so_through_an_effect_and_says_what_it_may(project: Path) -> None:
    (project / "notes.txt").write_text("seen", "utf-8")
    write_node(project, "my.look", "reads")
    cls = own_types(project).registry.find("my.look")
    assert cls is not None

    graph = Graph("g")
    graph.base = project
    graph.add("my.look", "look")
    graph.add("flow.output", "out")
    graph.connect("look.text", "out.value")

    assert run(graph, db=project / "t.db").outputs == {"out": "seen"}
    assert [one.told for one in cls.permissions(cls.Params(), frozenset())] == ["read files in notes.txt"]


@pytest.mark.parametrize("effects", ["pure", "reads", "network", "executes"])
def test_what_is_written_keeps_the_house_rules(project: Path, effects: Effects) -> None:
    path = project / "made.py"
    path.write_text(node_text("my.made", effects), "utf-8")

    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", str(path)], capture_output=True,
        text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", ["shout", "My.shout", "my.", "my.a.b", "my/../x.y", "text.template"])
def test_names_that_cannot_be_or_are_taken_are_refused(project: Path, name: str) -> None:
    with pytest.raises(UsageError):
        write_node(project, name)

    assert not (project / "nodes").exists()


def test_a_file_that_is_there_is_never_written_over(project: Path) -> None:
    first = write_node(project, "my.echo")
    second = write_node(project, "other.echo")
    for path in (first, second):
        path.write_text("kept", "utf-8")

    with pytest.raises(UsageError, match="There is a file"):
        write_node(project, "other.echo")

    assert second.name == "other_echo.py"
    assert [path.read_text("utf-8") for path in (first, second)] == ["kept", "kept"]


def test_what_was_written_stays_ones_own_and_what_others_bring_does_not(project: Path) -> None:
    mine = write_node(project, "my.echo")
    (project / "nodes" / "theirs.py").write_text(node_text("their.node"), "utf-8")  # by a pull, say
    mine.write_text(mine.read_text("utf-8").replace("my.echo", "my.other"), "utf-8")

    types = own_types(project)

    assert types.registry.find("my.other") is not None, "changed by its author"
    assert {file.name for file in types.waiting} == {"theirs.py"}
    assert types.registry.find("their.node") is None


def test_what_is_forgotten_is_asked_again(project: Path) -> None:
    write_node(project, "my.echo")

    assert forget_own(project) == 1
    assert own_types(project).registry.find("my.echo") is None
