"""Starts the window: the Qt application, its looks, the workbench, and what was asked to be opened."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from studio.gui.base.messages import quiet_qt
from studio.gui.frame.faults import Faults
from studio.gui.frame.window import MainWindow
from studio.gui.theme import apply_theme
from studio.gui.workbench import Workbench
from studio.settings.settings import Settings

BREATH_MS = 250
"""How often Python looks whether somebody pressed Ctrl+C in the terminal, in milliseconds."""


def application() -> QApplication:
    """Return the Qt application, made and named if there is none yet."""
    made = QApplication.instance() or QApplication(["studio"])
    assert isinstance(made, QApplication)
    made.setApplicationName("Ganglia Studio")
    made.setDesktopFileName("ganglia-studio")
    return made


def start(files: Sequence[Path] = (), run: tuple[Path, str] | None = None) -> int:
    """Open the window with these graphs, or the welcome page; return when it is closed, with the exit code.

    `run` is a recorded run to be stepped through: the file it is in, and its id.
    """
    # Short turns between threads keep the window quick while Python code of a run is busy.
    sys.setswitchinterval(0.0005)
    quiet_qt()
    qt = application()
    settings = Settings.load()
    apply_theme(str(settings["window.theme"]))
    workbench = Workbench(settings)
    faults = Faults(workbench)
    faults.install()
    try:
        # A window that does not come about has no place to tell it: that is left to who called.
        window = MainWindow(workbench, lazy=True)
        # After the first picture: the canvas's library is half of what there is to load.
        window.completed.connect(lambda: _begin(window, files, run))
        window.show()
        _heed_interrupts(window)
        return qt.exec()
    finally:
        faults.remove()
        if qt.platformName() == "offscreen":
            # Without a desktop Qt itself keeps what was copied, until after Python's end, and then calls Python.
            qt.clipboard().clear()


def _begin(window: MainWindow, files: Sequence[Path], run: tuple[Path, str] | None) -> None:
    window.collector.spare()
    for path in files:
        window.workbench.part("files").open(path)
    if run is not None:
        from studio.gui.replay.session import Source

        window.workbench.part("replay").open(Source(*run), seq=1)
    window.workbench.part("recovery").look()
    window.offer_recovery()
    QTimer.singleShot(200, _warm_up)


def _warm_up() -> None:
    """Load in a quiet moment what the first graph will need, so that it opens at once."""
    import studio.gui.canvas  # noqa: F401


def _heed_interrupts(window: MainWindow) -> None:
    """Ctrl+C in the terminal closes the window, with its questions about what is not saved."""
    if sys.platform == "win32":
        return
    signal.signal(signal.SIGINT, lambda *_: QTimer.singleShot(0, window.close))
    signal.signal(signal.SIGTERM, lambda *_: QTimer.singleShot(0, window.close))
    breath = QTimer(window)
    breath.timeout.connect(lambda: None)
    breath.start(BREATH_MS)
