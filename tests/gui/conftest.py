"""Qt offscreen, one theme, and no exception that an override swallowed goes unseen."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from studio.gui.base import guard
from studio.gui.theme import apply_theme
from studio.gui.workbench import Workbench
from studio.settings.settings import Settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs Qt."""
    for item in items:
        if "tests/gui" in item.path.as_posix():
            item.add_marker("gui")


@pytest.fixture(autouse=True)
def _no_hidden_faults(qapp: object) -> Iterator[None]:
    """A test fails if an override of a Qt method raised: `guarded` keeps it from Qt, not from us."""
    # Widgets of earlier tests wait for their end in an event loop that no test runs; each one slows the style sheet.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    apply_theme("light")
    faults: list[tuple[str, Exception]] = []
    unhook = guard.caught.connect(lambda where, fault: faults.append((where, fault)))
    yield
    unhook()
    assert not faults, f"raised in an override: {faults[:3]}"


@pytest.fixture
def workbench(qapp: object) -> Iterator[Workbench]:
    """A workbench with default settings and nothing open."""
    made = Workbench(Settings())
    yield made
    for document in list(made.documents):
        made.remove(document)
