"""What becomes of runs of an experiment that are being made when the window is to be closed: the person decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QMessageBox, QWidget

from studio.gui.dialogs.ask import ask

if TYPE_CHECKING:
    from studio.gui.experiments.service import Experiments

_ROLE: Final = QMessageBox.ButtonRole
PAUSE, STOP, STAY = "Finish What Is Under Way", "Stop Now", "Cancel"

LEAVE_S: Final = 15.0
"""How long closing waits for runs to break off, in seconds; longer than a driver takes to end its workers."""


def ask_to_part(experiments: Experiments, then: Callable[[], object]) -> None:
    """Ask; `then` is called when nothing is made any more, unless the person thinks better of it."""
    window = experiments.workbench.parts.get("window")
    progress = None if experiments.drive is None else experiments.drive.progress
    far = "" if progress is None else f" {progress.done:,} of {progress.planned:,} runs are done."

    def answered(answer: str) -> None:
        if answer not in (PAUSE, STOP):
            return
        (experiments.pause if answer == PAUSE else experiments.stop_now)()
        if experiments.drive is not None:
            experiments.workbench.say("The window closes when the runs under way have ended.")
        experiments.close_when_over(then)

    ask(
        window if isinstance(window, QWidget) else None,
        "An Experiment Is Running",
        f"An experiment is running.{far} What is to become of it?",
        [(PAUSE, _ROLE.AcceptRole), (STOP, _ROLE.DestructiveRole), (STAY, _ROLE.RejectRole)],
        answered,
        detail="What is done stays, and the experiment can be gone on with another day; nothing is made twice. Either "
        "way the window closes then.",
        name="experiments.parting",
    )
