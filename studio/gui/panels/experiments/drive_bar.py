"""The line for the experiment that runs here: how far it is, what it cost, when it ends, and pausing it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from studio.gui.experiments.driving import Drive
from studio.gui.panels.experiments.columns import money, time_left
from studio.gui.widgets.labels import Elided, small_button
from studio.gui.workbench import Workbench
from studio.support.plain import plain_line


class DriveBar(QWidget):
    """Shown while a batch is driven."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("experiments.drive")
        self.bar = QProgressBar(self)
        self.bar.setObjectName("experiments.progress")
        self.bar.setAccessibleName("Runs of the experiment that are done")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(140)
        self.bar.setMaximumHeight(10)
        self.told = Elided("", self)
        self.told.setObjectName("experiments.told")
        self.pause = small_button("Pause", "Finish the runs under way, and begin no more", "experiments.pause", self)
        self.stop = small_button("Stop Now", "Break off the runs under way", "experiments.stop", self)
        self.pause.clicked.connect(lambda *_: workbench.trigger("experiments.pause"))
        self.stop.clicked.connect(lambda *_: workbench.trigger("experiments.stop"))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 8, 3)
        row.setSpacing(8)
        row.addWidget(self.bar)
        row.addWidget(self.told, 1)
        row.addWidget(self.pause)
        row.addWidget(self.stop)

    def show_drive(self, drive: Drive | None) -> None:
        """Show how far a batch is; None hides the line."""
        self.setVisible(drive is not None)
        if drive is None:
            return
        progress = drive.progress
        self.bar.setRange(0, 0 if progress is None else max(1, progress.planned))
        self.bar.setValue(0 if progress is None else progress.done)
        self.told.set_text(told(drive))
        self.pause.setEnabled(not drive.asked)
        self.stop.setEnabled(drive.asked != "stop")


def told(drive: Drive) -> str:
    """Return how far a batch is, on one line."""
    progress = drive.progress
    if progress is None or drive.session is None:
        return "Getting ready …"
    parts = [drive.session.start.name, f"{progress.done:,} of {progress.planned:,} runs"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.before:
        parts.append(f"{progress.before:,} made before")
    if progress.cost_usd:
        parts.append(money(progress.cost_usd))
    if drive.asked:
        words = "finishing" if drive.asked == "pause" else "breaking off"
        parts.append(f"{words} {progress.under_way:,} under way")
    elif progress.left:
        left = progress.eta_s
        parts.append("…" if left is None else f"about {time_left(left)} left")
    if progress.last_error:
        parts.append(plain_line(progress.last_error)[:120])
    return " · ".join(parts)
