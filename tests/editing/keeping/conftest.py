"""A document with a journal beside it, closed when a test ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.editing import (
    Document,
    SetKey,
)
from studio.editing.keeping.journal import Journal
from studio.editing.keeping.recovery import Recovery, recoverable
from studio.graph.model import NodeInstance
from tests.support.graphs import CRITIC_LOOP

NODE = NodeInstance(
    "a", "flow.map", {"x": [1, 2.5, None, {"k": "é"}]}, "Title", "once", "default", {"out": None}, 2, 1.5,
    {"calls": 3.0}, "pass",
)  # fmt: skip


@pytest.fixture
def doc(tmp_path: Path) -> Document:
    path = tmp_path / "loop.yaml"
    path.write_text(CRITIC_LOOP)
    return Document.open(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


_OPEN: list[Journal] = []


@pytest.fixture(autouse=True)
def _close_journals() -> Iterator[None]:
    yield
    while _OPEN:
        _OPEN.pop().close()


def keep(doc: Document, folder: Path, **options: Any) -> Journal:
    """Return a journal that the end of the test closes."""
    _OPEN.append(Journal(doc, folder, **options))
    return _OPEN[-1]


def say(doc: Document, text: str) -> None:
    doc.do("Describe", [SetKey((), "about", text)])


def left_behind(journal: Journal, folder: Path, name: str = "left.journal") -> Recovery:
    """Return the recovery of a journal as it is now, as if its process had been killed at this moment."""
    (folder / name).write_bytes(journal.path.read_bytes())
    (found,) = [one for one in recoverable(folder) if one.journal.name == name]
    return found
