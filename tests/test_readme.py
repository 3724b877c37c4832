"""What the README says can be typed, and CI types the same."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli.discovery import load
from studio.cli.parsing import command_parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].removeprefix(".venv/bin/studio").strip()
    for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith(".venv/bin/studio ")
]


def block_after(marker: str) -> str:
    found = re.search(rf"<!-- {marker} -->\n```bash\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no {marker}"
    return found[1].strip()


def test_ci_runs_the_readmes_own_test_command() -> None:
    shown = subprocess.run(["bash", ".ci/run", "--show"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == block_after("test command")


def test_the_first_command_runs_the_main_job() -> None:
    assert block_after("run command").endswith(".venv/bin/studio run inbox_triage")


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_can_be_typed(line: str) -> None:
    name, *words = shlex.split(line)

    command_parser(name, load(name)).parse_args(words)


def test_the_readmes_python_runs_as_it_stands(tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert found

    done = subprocess.run([sys.executable, "-c", found[1]], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "{'result': 'ganglia!'}"
    assert "loud ok" in done.stdout


def test_pictures_and_pages_that_the_readme_names_are_there() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README)

    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("file", ["requirements.lock", "tests/requirements.lock"])
def test_locks_pin_by_hash_and_name_no_registry(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    pinned = re.findall(r"^[a-zA-Z0-9_.-]+==\S+", text, re.MULTILINE)
    assert len(pinned) > 50
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "://" not in text
    assert "index-url" not in text
