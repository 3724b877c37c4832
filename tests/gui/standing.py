"""One window for the tests of a module: after each it is as it was, with nothing open in it.

Opening and closing a window takes longer than most of what is tried in one. Tests that end their window, or leave it
other than they found it in ways that are not put back here, take one of their own: `lone_window`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QEvent
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from studio.gui.frame import window as window_module
from studio.gui.frame.window import LAYOUT, MainWindow
from studio.gui.panels import all_panels
from studio.replay.pace import USUAL
from studio.settings.settings import Settings
from tests.gui.desk import Desk
from tests.gui.few_panels import make_only
from tests.gui.windows import opened

SIZE = 1200, 800


_standing: set[Standing] = set()
"""Those there are: a module may have two."""


class Standing:
    """A window that stands while tests come and go; no welcome page stands in it."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        _standing.add(self)
        self.window = window
        self._qtbot = qtbot
        self._clear()
        self._panels = QByteArray(window.saveState(LAYOUT))
        self._fronts = [dock for dock in window.docks.values() if not dock.visibleRegion().isEmpty()]

    def lend(self) -> Iterator[MainWindow]:
        """Give it to a test, with the settings of the test's home, and put it back when the test is over."""
        window = self.window
        window.workbench.settings = Settings.load()
        for other in _standing - {self}:
            other.window.hide()  # it stands in the same place, and would be under the mouse
        window.show()
        window.activateWindow()
        window.setFocus()
        QApplication.processEvents()
        yield window
        self._clear()
        if window.saveState(LAYOUT) != self._panels:
            window.restoreState(self._panels, LAYOUT)
            for dock in self._fronts:
                dock.raise_()
        window.resize(*SIZE)

    def _clear(self) -> None:
        """Close all that is open, without asking, and forget where it stood."""
        window = self.window
        bench, pages = window.workbench, window.pages
        for box in window.findChildren(QDialog):
            box.reject()
        replays, live = bench.part("replay"), bench.part("live")
        replays.player.stop()
        replays.player.pace = USUAL
        pages.leaving = True  # no page follows the last one
        for document in list(bench.documents):
            bench.remove(document)
        pages._remove_welcome()
        pages.leaving = False
        self._qtbot.waitUntil(lambda: live.active is None)
        for _ in range(2):
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        replays._stood.clear()
        replays.searched = ""
        assert (bench.documents, pages.canvases(), replays.sessions) == ([], [], []), "all is closed"


@contextmanager
def standing(qtbot: Any, home: Path) -> Iterator[Standing]:
    """Open a window that stands until the end, with what it remembers in a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(home))
        patch.setenv("STUDIO_DB", str(home / "trace.db"))
        for window in opened(qtbot):
            made = Standing(window, qtbot)
            yield made
            _standing.discard(made)


def few(*kept: str) -> Any:
    """Return a fixture: the window of a module, with all panels but these (by id) empty."""

    @pytest.fixture(scope="module")
    def lasting(
        qapp: QApplication, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Standing]:
        with pytest.MonkeyPatch.context() as patch:
            make_only(patch, *kept)
            with standing(QtBot(request), tmp_path_factory.mktemp("few")) as found:
                patch.setattr(window_module, "all_panels", all_panels)  # other windows of the module have all of theirs
                yield found

    return lasting


@pytest.fixture(scope="module")
def whole(
    qapp: QApplication, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    """The window of a module, with all its panels."""
    with standing(QtBot(request), tmp_path_factory.mktemp("whole")) as found:
        yield found


@pytest.fixture
def window(whole: Standing) -> Iterator[MainWindow]:
    """The window, in front, with nothing open; all tests of the module have the same."""
    yield from whole.lend()


@pytest.fixture
def lone_window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window of one's own, for who ends it."""
    yield from opened(qtbot)


bare = few("palette")


@pytest.fixture
def desk(bare: Standing) -> Iterator[Desk]:
    """The window without panels but the palette, in front, with nothing open; all tests of the module have the same."""
    for lent in bare.lend():
        yield Desk(lent)
