"""The archives hold all that is needed and nothing else; what comes out of the wheel works without this tree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.version import Version

import studio
from studio.help import page_names, page_text
from studio.support.resources import bundled_graphs
from tests.packaging.conftest import ROOT

IN_THE_WHEEL = {"studio": "studio", "graphs": "studio/_resources/graphs", "assets": "studio/_resources/assets"}
ROOMS = [*IN_THE_WHEEL, "tests"]
BESIDE = ["LICENSE", "README.md", "pyproject.toml", "requirements.lock", ".ci/run"]
LEFT_BEHIND = re.compile(r"(^|/)(__pycache__|\.[a-z_]+_cache|\.hypothesis|\.boot|\.studio)/|\.(pyc|db-wal|db-shm)$")
"""What use leaves in a tree: the archives are made of what is written."""

Contents = dict[str, Path]


def files_below(folder: Path, name: str = "") -> Contents:
    """All files of a folder by their path in it, after `name`; without what use leaves there."""
    found = {f"{name}/{path.relative_to(folder).as_posix()}".lstrip("/"): path for path in folder.rglob("*")}
    return {name: path for name, path in found.items() if path.is_file() and not LEFT_BEHIND.search(name)}


def differences(wanted: Contents, found: Contents) -> list[str]:
    """What is missing, too much, or other than in the tree."""
    return [
        *(f"missing: {name}" for name in sorted(wanted.keys() - found.keys())),
        *(f"too much: {name}" for name in sorted(found.keys() - wanted.keys())),
        *(
            f"changed: {name}"
            for name in sorted(wanted.keys() & found.keys())
            if wanted[name].read_bytes() != found[name].read_bytes()
        ),
    ]


def tree_for_the_wheel() -> Contents:
    return {
        name: path for room, place in IN_THE_WHEEL.items() for name, path in files_below(ROOT / room, place).items()
    }


def of_this_machine(contents: Contents) -> list[str]:
    """The files that name the folder this tree is in, as a file written by a program easily does."""
    named = os.fsencode(ROOT) + b"/"
    place = re.compile(rb"(?<![\w./-])" + re.escape(named))
    held = ((name, path.read_bytes()) for name, path in contents.items())
    return [name for name, text in held if named in text and place.search(text)]


def test_the_source_archive_holds_the_tree(source: Path) -> None:
    wanted = {name: path for room in ROOMS for name, path in files_below(ROOT / room, room).items()}
    wanted |= {name: ROOT / name for name in BESIDE}
    found = {name: path for name, path in files_below(source).items() if name not in ("PKG-INFO", ".gitignore")}

    assert differences(wanted, found) == []
    assert of_this_machine(found) == []


def test_the_wheel_holds_package_graphs_and_assets(installed: Path) -> None:
    found = {name: path for name, path in files_below(installed).items() if ".dist-info/" not in name}

    assert differences(tree_for_the_wheel(), found) == []
    assert of_this_machine(files_below(installed)) == []
    assert {path.parts[0] for path in map(Path, found)} == {"studio"}
    assert "studio/py.typed" in found


def test_a_file_that_is_missing_added_or_changed_would_be_found(installed: Path, tmp_path: Path) -> None:
    found = {name: path for name, path in files_below(installed).items() if ".dist-info/" not in name}
    del found["studio/_resources/graphs/critic_loop.run.db"]
    found["studio/notes.txt"] = tmp_path / "notes.txt"
    found["studio/py.typed"] = tmp_path / "notes.txt"
    (tmp_path / "notes.txt").write_text(f"written in {ROOT}/studio")

    assert differences(tree_for_the_wheel(), found) == [
        "missing: studio/_resources/graphs/critic_loop.run.db",
        "too much: studio/notes.txt",
        "changed: studio/py.typed",
    ]
    assert of_this_machine(found) == ["studio/py.typed", "studio/notes.txt"]


def test_the_wheel_says_what_it_is(installed: Path) -> None:
    (about,) = installed.glob("*.dist-info")
    said = Metadata.from_email((about / "METADATA").read_bytes())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert (said.name, said.version) == ("ganglia-studio", Version(studio.__version__))
    assert said.description == (ROOT / "README.md").read_text("utf-8")
    assert sorted(said.provides_extra or ()) == sorted(project["optional-dependencies"])
    assert said.license_expression == "Apache-2.0 AND CC-BY-SA-4.0"
    for name in said.license_files or ():
        assert (about / "licenses" / name).read_bytes() == (ROOT / name).read_bytes()
    supported = {one.removeprefix("Programming Language :: Python :: ") for one in said.classifiers or ()}
    assert said.requires_python is not None
    assert [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in supported] == ["3.11", "3.12", "3.13"]
    assert "3.11" in said.requires_python
    assert "3.10.14" not in said.requires_python
    assert (about / "entry_points.txt").read_text().split() == [
        "[console_scripts]",
        "studio",
        "=",
        "studio.__main__:main",
    ]


def test_the_changelog_begins_with_this_version() -> None:
    assert page_text("changelog").split("\n## ")[1].startswith(f"{studio.__version__}\n")


def typed(installed: Path, folder: Path, *words: str) -> str:
    """What `studio WORDS` prints where the wheel is installed and this tree is not at hand."""
    # `-P` and the folder named first: it goes before the tree that the tests run from.
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(installed), "COLUMNS": "120"}
    command = [sys.executable, "-P", "-m", "studio", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_installed_studio_finds_what_ships_with_it(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(typed(installed, tmp_path, "examples", "--json"))
    helped = typed(installed, tmp_path, "help")
    verified = typed(installed, tmp_path, "replay", "critic_loop", "--verify")

    assert {one["name"] for one in listed} == {path.stem for path in bundled_graphs()}
    assert [name for name in page_names() if name not in helped] == []
    assert verified.startswith("identical")


def test_it_is_the_installed_one_that_was_asked(installed: Path, tmp_path: Path) -> None:
    """The control of the test above: without its graphs the same command says what is missing."""
    copy = tmp_path / "site"
    shutil.copytree(installed, copy, ignore=shutil.ignore_patterns("graphs"))

    with pytest.raises(AssertionError, match="'graphs' that ships with Ganglia Studio is missing"):
        typed(copy, tmp_path, "examples")
