"""`studio` and `studio gui`: the window comes up, or one sentence says what is missing. No test here shows one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="screens are named so on Linux only")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[Path]]:
    """What the window was started with, in place of showing it."""
    app = pytest.importorskip("studio.gui.app")
    calls: list[list[Path]] = []

    def start(files: list[Path]) -> int:
        calls.append(list(files))
        return 0

    monkeypatch.setattr(app, "start", start)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return calls


def test_studio_alone_and_studio_gui_open_the_window(cli: Cli, started: list[list[Path]], critic: Path) -> None:
    assert cli().code == 0
    assert cli("gui").code == 0
    assert cli("gui", critic, "order_desk").code == 0

    assert started[:2] == [[], []]
    assert started[2][0] == critic
    assert started[2][1].name == "order_desk.yaml"


def test_a_database_can_be_named(
    cli: Cli, started: list[list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_DB", "before")

    assert cli("--db", tmp_path / "runs.db").code == 0

    assert os.environ["STUDIO_DB"] == str(tmp_path / "runs.db")


def test_a_recorded_run_can_be_named(cli: Cli, monkeypatch: pytest.MonkeyPatch, critic: Path, script: str) -> None:
    app = pytest.importorskip("studio.gui.app")
    asked: list[tuple[Path, str] | None] = []

    def start(files: list[Path], run: tuple[Path, str] | None = None) -> int:
        asked.append(run)
        return 0

    monkeypatch.setattr(app, "start", start)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    cli("run", critic, "--model", script)
    id = cli("runs", "--json").json[0]["run"]

    assert cli("gui", "--run", "last").code == 0
    assert cli("gui", "--run", id[:20]).code == 0
    assert cli("gui", "--run", "order_desk").code == 0
    missing = cli("gui", "--run", "01NOTHING")

    assert asked[:2] == [(Path(os.environ["STUDIO_DB"]), id)] * 2
    assert asked[2] is not None
    assert asked[2][0].name == "order_desk.run.db"
    assert len(asked) == 3
    assert missing.code == 2
    assert "no run '01NOTHING'" in missing.err


def test_an_unknown_graph_is_told_before_a_window_comes_up(cli: Cli, started: list[list[Path]]) -> None:
    told = cli("gui", "order_desc")

    assert told.code == 2
    assert "order_desk" in told.err
    assert started == []


@pytest.mark.parametrize("missing", ["PySide6", "NodeGraphQt"])
def test_without_the_packages_a_sentence_says_what_to_install(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == missing else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)

    told = cli()

    assert told.code == 5
    assert told.err == (
        f"studio: The window needs {missing}, which is not installed. Install it with "
        "`pip install 'ganglia-studio[gui]'`; all other commands work without.\n"
    )


def screenless(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(
        [sys.executable, "-m", "studio"], capture_output=True, text=True, env={**kept, **environment}, check=False
    )


@linux
def test_without_a_screen_a_sentence_comes_instead_of_an_abort() -> None:
    told = screenless()

    assert told.returncode == 5
    assert told.stderr.startswith("studio: There is no screen to show the window on: neither DISPLAY")
    assert told.stderr.count("\n") == 1


@linux
def test_a_screen_that_does_not_answer_is_named() -> None:
    told = screenless(DISPLAY=":4711")

    assert told.returncode == 5
    assert told.stderr.startswith("studio: The screen :4711 (DISPLAY) does not answer.")
