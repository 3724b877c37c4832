"""The guide to own node types: every file of it is written and every command run, in the order of the page."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from studio.help import page_text
from tests.cli.conftest import Cli, cli

__all__ = ["cli"]

PAGE = page_text("own_nodes")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {"python", "yaml", "text", "toml"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the reader of the page works."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "studio.toml").touch()
    monkeypatch.chdir(folder)
    return folder


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what the page says that comes of it."""
    found = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
    return [(command, told.strip()) for command, told in found]


def test_what_the_page_shows_works_as_it_says(cli: Cli, project: Path) -> None:
    done = 0
    for kind, text in BLOCKS:
        if kind in FILES:
            name = text.partition("\n")[0].removeprefix("# ")
            (project / name).write_text(text.partition("\n")[2] if kind == "text" else text, "utf-8")
            continue
        assert kind == "console"
        for command, told in commands(text):
            done += 1
            words = shlex.split(command)
            if words[0] == "pytest":
                out = pytest_says(words[1:])
                assert told in out
                continue
            came = cli(*words[1:])
            assert words[0] == "studio"
            assert came.code == 0, f"{command}: {came.err}"
            assert told in came.out
    assert done == PAGE.count("\n$ ") > 10


def pytest_says(words: list[str]) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words], capture_output=True, text=True, check=False
    )
    return made.stdout + made.stderr


def test_every_file_is_python_in_the_style_of_the_house(project: Path) -> None:
    for number, (kind, text) in enumerate(BLOCKS):
        if kind == "python":
            (project / f"block_{number}.py").write_text(text.partition("\n")[2], "utf-8")

    made = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "130", "."], capture_output=True,
        text=True, check=False,
    )  # fmt: skip

    assert made.returncode == 0, made.stdout


def test_ports_that_follow_from_params_do_so(cli: Cli, project: Path) -> None:
    from studio import Graph, run
    from studio.plugins.registries import own_types, trust_folder

    write_types(project)
    trust_folder(project)
    graph = Graph("count")
    graph.base = project
    for name, text in (("one", "ebb and flood"), ("two", "ebb")):
        graph.add("flow.input", name, value=text)
    graph.add("my.count_words", "count", words=["ebb", "flood"])
    for word in ("ebb", "flood"):
        graph.add("flow.output", word)
        graph.connect(f"count.{word}", f"{word}.value")
    for name in ("one", "two"):
        graph.connect(f"{name}.value", "count.text")

    assert run(graph, db=project / "t.db").outputs == {"ebb": 2, "flood": 1}
    assert own_types(project).failures == {}


def test_a_store_is_written_to(project: Path) -> None:
    from studio import Graph, run
    from studio.plugins.registries import trust_folder

    write_types(project)
    trust_folder(project)
    graph = Graph.from_text(
        "studio: 1\nname: g\nnodes:\n  word: {type: flow.input, value: tide}\n"
        "  note: {type: my.note_length, store: lengths}\n  out: {type: flow.output}\nedges:\n"
        "  - word.value -> note.text\n  - note.count -> out.value\nstores:\n  lengths: {type: list}\n"
    )
    graph.base = project

    assert run(graph, db=project / "t.db").outputs == {"out": 1}


def write_types(project: Path) -> None:
    (project / "nodes").mkdir()
    for kind, text in BLOCKS:
        name = text.partition("\n")[0].removeprefix("# ")
        if kind == "python" and name.startswith("nodes/"):
            (project / name).write_text(text, "utf-8")


def test_types_of_a_package_are_there_when_it_is_enabled(tmp_path: Path, project: Path, cli: Cli) -> None:
    """The page's own `pyproject.toml`, installed as installers do it: a module, and the metadata beside it."""
    about = tomllib.loads(next(text for kind, text in BLOCKS if kind == "toml"))["project"]
    code = next(text for _, text in BLOCKS if text.startswith("# nodes/shout.py"))
    [(group, entries)] = about["entry-points"].items()
    site = tmp_path / "site"
    info = site / f"{about['name'].replace('-', '_')}-{about['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in entries.items()))
    mark = f"open({str(tmp_path / 'imported')!r}, 'w').close()\n"
    (site / "loud_nodes.py").write_text(code + "\n\nNODES = [Shout]\n" + mark)

    def studio(*words: str) -> str:
        made = subprocess.run(
            [sys.executable, "-m", "studio", *words], capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(site)},
        )  # fmt: skip
        return made.stdout if made.returncode == 0 else made.stderr

    [before] = json.loads(studio("nodes", "--plugins", "--json"))
    assert (before["name"], before["package"], before["version"], before["enabled"]) == (
        "loud", "loud-nodes", "1.0", False,
    )  # fmt: skip
    assert "There is no node type `my.shout`" in studio("nodes", "my.shout")
    assert not (tmp_path / "imported").exists()

    assert cli("config", "plugins.enabled", "loud").code == 0
    assert "The text in capitals." in studio("nodes", "my.shout")
    assert (tmp_path / "imported").exists()


def test_commands_the_page_names_exist(cli: Cli) -> None:
    from studio.cli.discovery import command_names

    named = set(re.findall(r"`studio ([a-z-]+)", PAGE))

    assert {"nodes", "new-node", "run", "replay"} <= named
    assert named <= set(command_names())
