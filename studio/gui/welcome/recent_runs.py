"""The last runs of this profile, each a press away from being stepped through."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.beside import beside
from studio.gui.base.columns import clear
from studio.gui.live.watching.showing import span
from studio.gui.replay.session import Source
from studio.gui.theme import themes
from studio.gui.widgets.labels import Elided, tip
from studio.gui.widgets.run_status import status_icon
from studio.gui.workbench import Workbench
from studio.support.ago import ago, in_full
from studio.support.errors import StudioError
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.trace.run_list import RunRow

MOST: Final = 5


class RecentRuns(QWidget):
    """A few rows. `filled(any)` when it is known what there is."""

    filled = Signal(bool)

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome.runs")
        self.workbench = workbench
        self.rows: list[RunRow] = []
        self._file: Path | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._is_looking = False
        themes().changed.connect(self._fill)

    def look(self) -> None:
        """Find out, beside the window, which runs are the last."""
        if "live" not in self.workbench.parts or self._is_looking:
            return
        path: Path = self.workbench.part("live").trace_file()
        if not path.exists():
            self._show(path, [])
            return
        self._is_looking = True
        beside(self, partial(_last_of, path), partial(self._show, path), self._refused)

    def _refused(self, problem: StudioError) -> None:
        """The panel of runs tells why a file cannot be read; here it shows nothing."""
        self._is_looking = False
        self.filled.emit(bool(self.rows))

    def _show(self, path: Path, rows: list[RunRow]) -> None:
        self._is_looking = False
        self._file = path
        if rows != self.rows:
            self.rows = rows
        self._fill()
        self.filled.emit(bool(rows))

    def _fill(self) -> None:
        clear(self._column)
        for row in self.rows:
            self._column.addWidget(self._row(row))

    def _row(self, row: RunRow) -> QWidget:
        body = QWidget(self)
        cells = QHBoxLayout(body)
        cells.setContentsMargins(0, 0, 0, 0)
        cells.setSpacing(8)
        mark = QLabel(body)
        mark.setPixmap(status_icon(row.status).pixmap(14))
        mark.setToolTip(row.status)
        name = plain_line(row.graph[:80]) or "(no name)"
        link = QPushButton(name.replace("&", "&&"), body)
        link.setObjectName(f"welcome.run.{row.id[:26]}")
        link.setProperty("look", "link")
        link.setAccessibleName(f"Step through the run of {name}, {row.status}, {ago(row.started_at, time.time())}")
        link.setToolTip(tip(f"Step through it\n{in_full(row.started_at)}"))
        link.clicked.connect(lambda *_: self._open(row))
        took = row.took(time.time())
        facts = [row.status, ago(row.started_at, time.time()), "" if took is None else span(took)]
        if row.firings is not None:
            facts.append(f"{row.firings:,} firings")
        told = Elided("  ·  ".join(fact for fact in facts if fact), body, role="soft")
        for widget in (mark, link):
            cells.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        cells.addWidget(told, 1)
        return body

    def _open(self, row: RunRow) -> None:
        if self._file is not None:
            self.workbench.part("replay").open(Source(self._file, row.id))


def _last_of(path: Path) -> list[RunRow]:
    from studio.trace import Trace

    with Trace(path) as trace:
        runs = trace.run_list()
        return runs.rows(runs.keys()[:MOST])
