"""What stands in place of the list while no test is listed: why, and how to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.panels.tests.suites import Suite


class EmptyPage(QWidget):
    """A sentence, and a button that leads to a first test."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._workbench = workbench
        self.told = QLabel()
        self.told.setObjectName("tests.empty")
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.told.setWordWrap(True)
        self.first = QPushButton("Make a Test of This Run…")
        self.first.setObjectName("tests.first")
        self.first.clicked.connect(lambda *_: workbench.trigger("tests.from_run"))
        self.runs = QPushButton("Show Recorded Runs")
        self.runs.setObjectName("tests.show_runs")
        self.runs.clicked.connect(lambda *_: workbench.panel_asked.emit("runs"))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 8, 24, 8)
        rows.addStretch(1)
        rows.addWidget(self.told)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.first)
        row.addWidget(self.runs)
        row.addStretch(1)
        rows.addLayout(row)
        rows.addStretch(1)

    def say(self, suite: Suite | None, *, has_any: bool) -> None:
        """Say why no test is listed; `has_any`: there are some that the filter leaves out."""
        document = self._workbench.document
        in_replay = document is not None and self._workbench.part("replay").of(document) is not None
        if document is None:
            text = "No graph is open. Tests stand beside the graph they are of: open one, or a recorded run of it."
        elif suite is None:
            text = (
                "This graph has no file yet, so no tests stand beside it."
                if not in_replay else "The file of this run's graph is not known here. A test can be made all the same."
            )  # fmt: skip
        elif suite.problem is not None:
            text = str(suite.problem)
        elif not suite.is_read:
            text = "Reading the tests …"
        elif not has_any:
            text = (
                f"{suite.where.graph.name} has no tests yet. A test is a recorded run, or one firing of it, played "
                "again offline: it fails when a change of the graph changes what comes out."
            )
        else:
            text = "No test fits the filter."
        self.told.setText(text[:1000])
        offers = document is not None and not has_any and (suite is None or suite.problem is None)
        self.first.setVisible(offers and in_replay)
        self.runs.setVisible(offers and not in_replay)
