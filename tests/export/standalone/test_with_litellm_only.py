"""A standalone script in a fresh environment with litellm and nothing else, asking a real server of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from studio.cli.main import main
from studio.trace import Trace
from tests.support.bare_python import bare_python
from tests.support.fake_llm_server import chat, error, fake_llm_server


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare_python(tmp_path_factory.mktemp("fresh") / "venv", "litellm")


def call(python: Path, script: Path, base: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script as somebody who has set a key and nothing else."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "OPENAI_API_KEY": "sk-canary-in-the-environment",
        "OPENAI_BASE_URL": base,
    }
    command = [str(python), "-I", str(script), *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_environment_has_none_of_what_the_studio_needs(python: Path, tmp_path: Path) -> None:
    names = ("studio", "orjson", "simpleeval", "re2", "sqlite_utils", "networkx", "PySide6", "litellm")
    find = f"import importlib.util as u; print([name for name in {names} if u.find_spec(name)])"

    done = subprocess.run([str(python), "-I", "-c", find], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "['litellm']\n"


def test_it_asks_a_server_by_litellm_and_its_run_opens_in_the_studio(python: Path, tmp_path: Path) -> None:
    script = tmp_path / "critic_loop.py"
    assert main(["export", "critic_loop", "-o", str(script), "--standalone"]) == 0
    steps = [chat("A first draft."), error(503, "busy"), chat('{"label": "vague"}'), chat("Better."), chat("good")]

    with fake_llm_server(*steps) as server:
        done = call(
            python, script, server.base, "--topic", "dunes", "--model", "openai/gpt-4o-mini", "--db", "runs.db",
            "--json", folder=tmp_path,
        )  # fmt: skip

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["outputs"] == {"result": "Better."}
    assert told["calls"] == 5  # one of them failed and was asked again
    assert "sk-canary" not in done.stdout + done.stderr
    assert b"sk-canary" not in (tmp_path / "runs.db").read_bytes()
    assert main(["db", "check", "--db", str(tmp_path / "runs.db")]) == 0
    assert main(["replay", "last", "--verify", "--db", str(tmp_path / "runs.db")]) == 0
    with Trace(tmp_path / "runs.db") as trace:
        assert trace.run().id == told["run"]
        first = next(iter(trace.prompts()))
        assert first.messages[-1]["content"].startswith("Write two sentences about dunes.")


def test_without_a_model_it_says_what_to_give(python: Path, tmp_path: Path) -> None:
    script = tmp_path / "critic_loop.py"
    assert main(["export", "critic_loop", "-o", str(script), "--standalone"]) == 0

    done = call(python, script, "http://127.0.0.1:9", folder=tmp_path)

    assert done.returncode == 2
    assert "--model" in done.stderr
    assert "Traceback" not in done.stderr
