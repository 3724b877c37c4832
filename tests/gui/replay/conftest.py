"""Runs are shown in a window that stands for all tests of a module; each finds it empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.desk import Desk
from tests.gui.few_panels import make_only
from tests.gui.standing import Standing, lone_window, standing, whole, window
from tests.gui.turns import short_turns

__all__ = ["bare", "desk", "lone_window", "short_turns", "whole", "window"]


@pytest.fixture(scope="module")
def bare(
    qapp: QApplication, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    """The window with all panels but the palette empty."""
    with pytest.MonkeyPatch.context() as patch:
        make_only(patch, "palette")
        with standing(QtBot(request), tmp_path_factory.mktemp("bare")) as found:
            yield found


@pytest.fixture
def desk(bare: Standing) -> Iterator[Desk]:
    """The window without panels but the palette, in front, with nothing open; all tests of the module have the same."""
    for lent in bare.lend():
        yield Desk(lent)
