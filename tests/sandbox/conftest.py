"""Boxes behind every boundary that this machine has, and a look whether any of their processes is left."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.sandbox import boundaries
from studio.sandbox.boundaries import Boundary
from studio.sandbox.boxes import RunSandbox
from studio.sandbox.pools import Pool

LINUX = sys.platform == "linux"


@pytest.fixture(params=boundaries.ALL)
def boundary(request: pytest.FixtureRequest) -> Boundary:
    """Each boundary there is; one that this machine lacks is skipped with the reason."""
    name: Boundary = request.param
    if why := boundaries.missing(name):
        pytest.skip(f"{name}: {why}")
    return name


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    """A word in the environment of all boxes of this test, by which their processes are found wherever they went."""
    word = f"/studio-test-{uuid.uuid4().hex}"
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{word}")
    return word


@pytest.fixture
def pool(mark: str) -> Iterator[Pool]:
    """A pool of this test's own. When it is over, all processes that it started must be gone."""
    made = Pool()
    yield made
    made.end_all()
    assert gone(mark), f"these processes are left: {marked(mark)}"


@pytest.fixture
def sandbox(boundary: Boundary, pool: Pool) -> RunSandbox:
    """A run's sandbox behind each boundary."""
    return RunSandbox("graph", wish=boundary, pool=pool)


@pytest.fixture
def make(pool: Pool) -> Callable[..., RunSandbox]:
    """Make sandboxes by graph and boundary."""
    return lambda graph="graph", wish="best": RunSandbox(graph, wish=wish, pool=pool)


def marked(word: str) -> list[str]:
    """Return the command lines of all processes that have the word in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if word.encode() in (entry / "environ").read_bytes():
                    found.append(f"{entry.name} {(entry / 'cmdline').read_bytes()[:200]!r}")
            except OSError:
                continue
    return found


async def appear(word: str, program: str, seconds: float = 10.0) -> bool:
    """True if a process with the word runs this program, or will in a moment."""
    for _ in range(int(seconds * 100)):
        if any(program in line for line in marked(word)):
            return True
        await asyncio.sleep(0.01)
    return False


def gone(word: str, seconds: float = 8.0) -> bool:
    """True if all processes with the word are gone, or will be in a moment."""
    until = time.monotonic() + seconds
    while marked(word):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
