"""One window for a module of tests: each has graphs and popups of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.frame.window import MainWindow
from studio.gui.popups.service import Popups
from tests.gui.desk import Desk
from tests.gui.few_panels import make_only
from tests.gui.windows import opened

POPUPS = ("adding", "commands", "naming", "results", "wiring")
"""Lists and fields that remember what was done with them, and are made when they are first needed."""


@pytest.fixture(scope="module")
def lasting_window(
    request: pytest.FixtureRequest, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWindow]:
    """The window, shown and in front, with all panels but the palette empty and no welcome page."""
    home = tmp_path_factory.mktemp("window")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STUDIO_HOME", str(home))
        patch.setenv("STUDIO_DB", str(home / "trace.db"))
        make_only(patch, "palette")
        yield from opened(QtBot(request))


@pytest.fixture
def desk(lasting_window: MainWindow, qtbot: Any) -> Iterator[Desk]:
    """The window as if it had just been opened: no graph, no popup, nothing remembered."""
    lasting_window.resize(1200, 800)
    lasting_window.activateWindow()
    qtbot.waitUntil(lasting_window.isActiveWindow)
    yield Desk(lasting_window)
    workbench = lasting_window.workbench
    for document in list(workbench.documents):
        workbench.remove(document)
    _forget(workbench.part("popups"))
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _forget(popups: Popups) -> None:
    """Have the popups made anew; the find bar, which listens to its window, is emptied."""
    if popups.menu is not None:
        popups.menu.close()
    for name in POPUPS:
        made = popups.__dict__.pop(name, None)
        widget = getattr(made, "picker", made)
        if isinstance(widget, QWidget):
            widget.hide()
            widget.deleteLater()
    popups.finding.regex.setChecked(False)
    popups.finding.field.clear()
    popups.finding.leave()
