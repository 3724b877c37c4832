"""Starts the window: the Qt application, its looks, the workbench, and what was asked to be opened."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.gui.messages import quiet_qt
from studio.gui.theme import apply_theme
from studio.gui.window import MainWindow
from studio.gui.workbench import Workbench
from studio.settings.settings import current_settings


def start(files: Sequence[Path] = ()) -> int:
    """Open the window with these graphs, or the welcome page; return when it is closed, with the exit code."""
    # Short turns between threads keep the window quick while Python code of a run is busy.
    sys.setswitchinterval(0.0005)
    quiet_qt()
    application = QApplication.instance() or QApplication(["studio"])
    assert isinstance(application, QApplication)
    application.setApplicationName("Ganglia Studio")
    application.setDesktopFileName("ganglia-studio")
    settings = current_settings()
    apply_theme(str(settings["window.theme"]))
    window = MainWindow(Workbench(settings))
    for path in files:
        window.workbench.open(path)
    window.show()
    return application.exec()
