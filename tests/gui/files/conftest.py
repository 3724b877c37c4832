"""A window with no panel made: files are about pages, menus and questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from studio.gui.frame.window import MainWindow
from tests.gui.few_panels import make_only
from tests.gui.windows import opened


@pytest.fixture
def window(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window, shown and in front, without a graph."""
    make_only(monkeypatch, welcome=True)
    yield from opened(qtbot)
