"""The command line in this process, with a database of its own and graphs that need no model or a scripted one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studio.cli.main import main
from tests.support.graphs import CRITIC_LOOP as CRITIC
from tests.support.warm_hosts import warm_hosts

REPLIES = ("A first draft about pools.", "vague", "A second draft.\nIt names crabs.", "good")


@pytest.fixture(scope="package", autouse=True)
def hosts() -> Iterator[None]:
    """Hosts of workers are forked from one that has imported already."""
    with warm_hosts():
        yield


@dataclass
class Told:
    """What a command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.out)


Cli = Callable[..., Told]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command line: `cli("show", "last", stdin="…")`."""

    def call(*words: str | Path, stdin: str = "") -> Told:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return call


@pytest.fixture
def critic(tmp_path: Path) -> Path:
    """A graph file: the critic loop."""
    path = tmp_path / "critic_loop.yaml"
    path.write_text(CRITIC)
    return path


@pytest.fixture
def script(tmp_path: Path) -> str:
    """A model name: replies for two rounds of the critic loop."""
    path = tmp_path / "replies.jsonl"
    path.write_text("".join(json.dumps(reply) + "\n" for reply in REPLIES))
    return f"scripted:{path}"


@pytest.fixture
def recorded(cli: Cli, critic: Path, script: str) -> str:
    """The id of a recorded run of the critic loop."""
    run: str = cli("run", critic, "--model", script, "--json").json["run"]
    return run
