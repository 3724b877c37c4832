"""What stands where: Qt in the window alone, the window behind one command, and tests beside what they test."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "studio"
QT = re.compile(r"^\s*(?:from|import) (?:PySide6|shiboken6|NodeGraphQt|Qt|qtpy)\b", re.MULTILINE)
WINDOW = re.compile(r"^\s*(?:from|import) studio\.gui\b|^\s*from studio import (?:.*\b)?gui\b", re.MULTILINE)

BESIDE = {"architecture", "bench", "data", "examples", "golden", "packaging", "reference", "reliability"}
"""Folders of tests that are about no one package: of the whole, of examples, of measures, and what tests read."""


def modules(folder: Path) -> set[str]:
    """The modules and packages that stand in a folder."""
    return {
        path.stem
        for path in folder.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }


def importers(pattern: re.Pattern[str]) -> set[str]:
    """The files of the package in which an import of this form stands, wherever in the file."""
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if pattern.search(path.read_text(encoding="utf-8"))
    }


def test_every_package_but_the_window_and_the_commands_is_kept_from_qt() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (kept,) = (one for one in contracts if one["name"] == "the core never imports Qt")

    assert set(kept["source_modules"]) == {f"studio.{name}" for name in modules(PACKAGE) - {"gui", "cli", "__main__"}}


def test_only_the_window_imports_qt_and_only_its_canvas_the_view() -> None:
    found = importers(QT)

    assert "gui/app.py" in found, "the search finds what is there"
    assert {path for path in found if not path.startswith("gui/")} == set()
    assert {
        path.rpartition("/")[0] for path in importers(re.compile(r"^\s*(?:from|import) NodeGraphQt", re.MULTILINE))
    } <= {"gui/canvas"}


def test_only_one_command_opens_the_window() -> None:
    assert {path for path in importers(WINDOW) if not path.startswith("gui/")} == {"cli/commands/gui.py"}


def test_tests_stand_in_folders_of_the_packages_they_test() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if any(path.rglob("test_*.py"))}

    assert folders - BESIDE <= modules(PACKAGE)
    assert modules(PACKAGE) - folders <= {"__main__", "script"}, "a package without tests of its own"


def test_every_file_begins_with_what_it_is_there_for() -> None:
    """The folders of groups of node types are named by their group, and say no more."""
    silent = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if not says_why(path)}

    assert {path for path in silent if not re.fullmatch(r"nodes/\w+/__init__\.py", path)} == set()
    assert "nodes/flow/__init__.py" in silent, "the search finds those that say nothing"


def says_why(path: Path) -> bool:
    """True if a file begins with a docstring; all below that is left out: to parse it is most of the work."""
    text = path.read_text(encoding="utf-8")
    head = re.match(r'""".*?"""[^\n]*', text, re.DOTALL)
    return bool(ast.get_docstring(ast.parse(head[0] if head else text)))
