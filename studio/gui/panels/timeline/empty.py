"""What the timeline says while no recorded run is shown: how to get to one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.gui.workbench import Workbench


class EmptyPage(QWidget):
    """The page without a run."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline.empty")
        self.workbench = workbench
        self._run = ""
        self.said = QLabel(self)
        self.said.setObjectName("timeline.said")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.said.setWordWrap(True)
        self.watch = QPushButton(self)
        self.watch.setObjectName("timeline.watch")
        self.watch.setProperty("primary", True)
        self.watch.clicked.connect(self._watch)
        self.runs = QPushButton("Show all runs", self)
        self.runs.setObjectName("timeline.runs")
        self.runs.setToolTip("The panel Runs lists recorded runs, to find one and to open it")
        self.runs.clicked.connect(lambda: workbench.panel_asked.emit("runs"))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.watch)
        buttons.addWidget(self.runs)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.said)
        column.addLayout(buttons)
        column.addStretch(1)

    def say_reading(self, run: str) -> None:
        """Say that a run is being read."""
        self.said.setText(f"Reading the run {run[:10]} …")
        self.watch.hide()
        self.runs.hide()

    def say_refused(self, text: str) -> None:
        """Say why a run cannot be drawn."""
        self.said.setText(text[:1000])
        self.watch.hide()
        self.runs.show()

    def refresh(self) -> None:
        """Say how to get to a run from where the window stands."""
        self._run, goes_on = self._own_run()
        self.watch.setVisible(bool(self._run))
        self.runs.show()
        if goes_on:
            self.said.setText("A run goes on. Its steps can be gone through while it does.")
            self.watch.setText("Step through this run")
        elif self._run:
            self.said.setText("No recorded run is shown. The last run of this graph can be stepped through.")
            self.watch.setText("Step through the last run")
        else:
            self.said.setText("No recorded run is shown. Open one from the panel Runs, or run this graph first.")

    def _own_run(self) -> tuple[str, bool]:
        """The id of the present or last run of the graph that is shown, and whether it still goes on."""
        document = self.workbench.document
        live = self.workbench.parts.get("live")
        if document is None or live is None or document.locked is not None:
            return "", False
        mine = live.of(document)
        if mine.is_running and mine.known_as:
            return str(mine.known_as), True
        return str(mine.last_run), False

    def _watch(self) -> None:
        from studio.gui.replay.session import Source

        if self._run:
            live = self.workbench.part("live")
            self.workbench.part("replay").open(Source(live.trace_file(), self._run))
