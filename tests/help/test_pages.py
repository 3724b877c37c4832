"""The guide: every page is reached from its contents, and what it tells people to type works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli.discovery import command_names
from studio.cli.reference import PAGES as MADE
from studio.help import FOLDER, contents, page_names, page_text, with_links, without_links
from tests.cli.conftest import Cli, cli, critic, recorded, script
from tests.support.typed import commands_of, names_of, problem_of

__all__ = ["cli", "critic", "recorded", "script"]

WRITTEN = sorted(set(page_names()) - set(MADE))
TASKS = {"Design", "Run", "Debug", "Export", "Measure", "Experiment"}


def test_each_page_stands_once_in_the_contents() -> None:
    listed = [name for names in contents().values() for name in names]

    assert sorted([*listed, "index"]) == page_names()
    assert set(contents()) > TASKS
    assert all(contents().values())


@pytest.mark.parametrize("name", WRITTEN)
def test_commands_of_a_page_can_be_typed(name: str) -> None:
    assert {line: problem_of(line) for line in commands_of(page_text(name)) if problem_of(line)} == {}
    assert names_of(page_text(name)) <= set(command_names())


def test_commands_that_cannot_be_typed_are_found() -> None:
    page = "Type `studio rum x`, or\n\n```\nstudio run x --modle y   # a comment\nstudio runs\n```\n"

    assert names_of(page) == {"rum", "run", "runs"}
    assert commands_of(page) == ["run x --modle y", "runs", "rum x"]
    assert [bool(problem_of(line)) for line in commands_of(page)] == [True, False, True]


@pytest.mark.parametrize("name", page_names())
def test_links_and_pictures_of_a_page_lead_somewhere(name: str) -> None:
    named = re.findall(r"\]\(([^)#:\s]+)\)", page_text(name))

    assert [target for target in named if not (FOLDER / target).is_file()] == []


def test_pages_that_are_named_become_links_and_links_become_words() -> None:
    assert with_links("See page `time`, `time` and page `nowhere`.") == (
        "See page [`time`](time.md), `time` and page `nowhere`."
    )
    assert with_links("`studio help trust` says") == "[`studio help trust`](trust.md) says"
    assert without_links("![a picture](architecture.svg)\n\nOf [time](time.md), [not](http://x.example).") == (
        f"*a picture: {FOLDER / 'architecture.svg'}*\n\nOf time, [not](http://x.example)."
    )


def test_every_experiment_that_ships_is_told_of() -> None:
    folder = Path(__file__).resolve().parents[2] / "graphs/experiments"
    shipped = [path.name.partition(".")[0] for path in folder.glob("*.experiment.yaml")]

    assert len(shipped) == 5
    assert [name for name in shipped if f"`{name}`" not in page_text("experiments")] == []


def test_the_python_of_the_guide_runs_as_it_stands(tmp_path: Path) -> None:
    [code] = re.findall(r"```python\n(.*?)```", page_text("designing"), re.DOTALL)

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "{'result': 'ganglia!'}"
    assert "loud ok" in done.stdout


def test_a_graph_file_is_run_by_python_as_the_guide_says(critic: Path, script: str) -> None:
    [code] = re.findall(r"```python\n(.*?)```", page_text("running"), re.DOTALL)

    done = subprocess.run([sys.executable, "-c", code], cwd=critic.parent, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok {'result': ")


def test_questions_to_the_record_are_answered(cli: Cli, recorded: str) -> None:
    asked = [line for line in commands_of(page_text("measuring")) if line.startswith("sql ")]

    assert len(asked) == 3
    for line in asked:
        told = cli(*shlex.split(line))
        assert told.code == 0, told.err
        assert "writer" in told.out or "critic_loop" in told.out


def test_the_words_of_the_design_are_explained_each_once() -> None:
    """`design.md` section 1, and what help says beside it."""
    of_the_design = {
        *("graph", "node", "node type", "port", "edge", "param", "run", "tick", "firing", "region", "effect", "trace"),
        *("blob", "outline", "store", "knockout"),
    }
    explained = [word for row in re.findall(r"^\| ([a-z, ]+?) \|", page_text("words"), re.MULTILINE)
                 for word in row.split(", ") if word != "word"]  # fmt: skip

    assert of_the_design - set(explained) == set()
    assert len(explained) == len(set(explained))
