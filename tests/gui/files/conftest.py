"""A window with no panel made stands for all tests of a module: files are about pages, menus and questions.

Who looks at what a window begins with, or ends it, takes one of his own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from studio.gui.frame.window import MainWindow
from tests.gui.few_panels import make_only
from tests.gui.standing import Standing, few
from tests.gui.windows import opened

lasting = few()


@pytest.fixture
def window(lasting: Standing) -> Iterator[MainWindow]:
    """The window, shown and in front, without a graph."""
    yield from lasting.lend()


@pytest.fixture
def new_window(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window that was just opened, with its welcome page."""
    make_only(monkeypatch, welcome=True)
    yield from opened(qtbot)
