"""What the README says can be typed, and does what it says; CI types the same."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest

from tests.cli.conftest import Cli, Told, cli
from tests.support.typed import block_after, commands_of, missing_lines, problem_of

__all__ = ["cli"]

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST = "run inbox_triage"
RECORDED = [*shlex.split(FIRST), "--model", "replay:inbox_triage"]
"""The first command, answered from the run that ships with the example: the same model gave these answers."""

WINDOW = """
import sys
from PySide6.QtCore import QTimer
from studio.cli.main import main
from studio.gui.frame.window import MainWindow

class Watched(MainWindow):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.looks = QTimer(self, interval=20)
        self.looks.timeout.connect(self.look)
        self.completed.connect(self.looks.start)

    def look(self):
        if WANTED in self.windowTitle() and not self.grab().isNull():
            print(self.windowTitle())
            self.looks.stop()
            self.close()

import studio.gui.app
studio.gui.app.MainWindow = Watched
sys.exit(main(sys.argv[1:]))
"""


def told_by_window(words: list[str], wanted: str) -> Told:
    """Open the window without a screen, until it has painted itself with `wanted` in its title."""
    done = subprocess.run(
        [sys.executable, "-c", WINDOW.replace("WANTED", repr(wanted)), *words],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return Told(done.returncode, done.stdout, done.stderr)


def test_every_command_of_the_readme_can_be_typed() -> None:
    assert len(commands_of(README)) > 8
    assert {line: problem_of(line) for line in commands_of(README) if problem_of(line)} == {}


def test_the_check_of_commands_finds_what_cannot_be_typed() -> None:
    wrong = README.replace("dynamics autogpt", "dynamic autogpt").replace("--seeds 2", "--seedlings 2")

    problems = [problem_of(line) for line in commands_of(wrong) if problem_of(line)]

    assert len(problems) == 2
    assert "There is no command `dynamic`." in problems
    assert any("--seedlings" in problem for problem in problems)


def test_the_first_command_prints_what_the_readme_shows(cli: Cli) -> None:
    shown = block_after(README, "first output")
    came = cli(*RECORDED)

    assert came.code == 0
    assert missing_lines(shown, came.out) == []
    assert missing_lines(shown.replace("upset    0.967", "pleased  0.967"), came.out) != []
    assert missing_lines(shown.replace("  …\nreplies", "replies"), came.out) != []
    [calls] = re.findall(r"(\d+) model calls", came.err)
    assert f"takes {calls} narrow questions" in README


def replies(folder: Path) -> str:
    """A model that answers every run of the critic loop in this folder alike."""
    lines = [{"node": "writer", "reply": "Pools hold crabs. They dry out."}, {"node": "critic", "reply": "good"}]
    path = folder / "replies.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return f"scripted:{path}"


SHOWS: dict[str, Callable[[Told], bool]] = {
    "": lambda told: told.code == 0 and "Ganglia Studio" in told.out,
    "gui": lambda told: told.code == 0 and "inbox_triage" in told.out,
    "why": lambda told: told.code == 0 and "triage/0/mood.value" in told.out,
    "fork": lambda told: told.code == 0 and "support     pleased  0.967  Hilary Boon" in told.out,
    "dynamics": lambda told: told.code == 0 and "circles (class II)" in told.out,
    "batch": lambda told: told.code == 0 and "temperature" in told.out,
    "export": lambda told: told.code == 0 and "graph.add(" in Path("critic_loop.py").read_text(encoding="utf-8"),
    "run": lambda told: told.code == 5 and told.err.count("\n") == 1 and "OPENAI_API_KEY" in told.err,
    "new-node": lambda told: told.code == 0 and Path("nodes/shout.py").is_file(),
}
"""What each command of the README must have come to; `run` is that with a model of a provider, without a key."""


@pytest.mark.parametrize("line", [line for line in commands_of(README) if line != FIRST])
def test_every_other_command_does_what_it_says(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """Each in a folder of its own, after the first command; the batch asks a scripted model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    copy(ROOT / "graphs/inbox_triage.run.db", os.environ["STUDIO_DB"])
    name, *rest = shlex.split(line) or [""]

    if name in ("", "gui"):
        told = told_by_window([name, *rest] if name else [], "inbox_triage" if rest else "Ganglia Studio")
    else:
        told = cli(name, *rest, *(["--model", replies(tmp_path)] if name == "batch" else []))

    assert SHOWS[name](told), f"ended with {told.code}: {told.out[-500:]}{told.err[-500:]}"


def test_no_command_is_missing() -> None:
    assert {(shlex.split(line) or [""])[0] for line in commands_of(README)} == SHOWS.keys()


def test_the_node_type_of_the_readme_loads_and_runs(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studio.toml").touch()
    cli("new-node", "my.shout")
    (tmp_path / "nodes/shout.py").write_text(block_after(README, "nodes/shout.py"), encoding="utf-8")
    (tmp_path / "loud.yaml").write_text(
        "studio: 1\nname: loud\nnodes:\n  word: {type: flow.input, value: tide}\n  shout: {type: my.shout}\n"
        "  result: {type: flow.output}\nedges:\n  - word.value -> shout.text\n  - shout.loud -> result.value\n"
    )

    from studio.plugins.registries import trust_folder

    trust_folder(tmp_path)
    assert "Say a text loud." in cli("nodes", "my.shout").out
    assert cli("run", "loud.yaml").out == "TIDE!\n"


def test_ci_runs_the_readmes_own_test_command() -> None:
    shown = subprocess.run(["bash", ".ci/run", "--show"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == block_after(README, "test command").strip()


def test_the_first_command_runs_the_main_job() -> None:
    assert block_after(README, "run command").strip().endswith(f".venv/bin/studio {FIRST}")


def test_pictures_and_pages_that_the_readme_names_are_there() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README)

    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_folders_that_the_readme_names_are_there() -> None:
    rows = re.findall(r"^\| (`.+?) \|", README, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]

    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_it_stays_short() -> None:
    assert README.count("\n") <= 110


@pytest.mark.parametrize(
    ("file", "least"), [("requirements.lock", 100), ("tests/requirements.lock", 100), ("tests/installer.lock", 1)]
)
def test_locks_pin_by_hash_and_name_no_registry(file: str, least: int) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    pinned = re.findall(r"^[a-zA-Z0-9_.-]+==\S+", text, re.MULTILINE)
    assert len(pinned) >= least
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "://" not in text
    assert "index-url" not in text
