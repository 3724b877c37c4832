"""A project with documents, and a context whose worker is the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.sandbox.boxes import RunSandbox
from studio.sandbox.pools import Pool
from tests.support.fake_context import FakeContext
from tests.support.workspaces import ProjectOutside


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def here(project: Path) -> Iterator[Callable[[], FakeContext]]:
    """Make contexts of firings in the project."""
    pool = Pool()
    sandbox = RunSandbox("graph", pool=pool)
    yield lambda: FakeContext(folder=project, outside=ProjectOutside(project, sandbox))
    pool.end_all()
