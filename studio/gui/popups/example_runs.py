"""The list of examples that have a recorded run: one is chosen and gone through step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from studio.graph.model import Graph
from studio.gui.popups.picker import Picker, rows_by_text
from studio.gui.popups.rows import Row
from studio.gui.replay.session import Source
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.support.resources import recorded_runs


class ExampleRuns:
    """Asks which recorded example to show, and shows it from its first step."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        self.workbench = workbench
        self._rows: list[Row] = []
        self.picker = Picker(window, "See a recorded run", self._fitting, placeholder="Search examples", width=520)
        self.picker.set_empty("No example of this name has a recorded run.")
        self.picker.picked.connect(lambda run: self._show(run))

    def ask(self) -> None:
        """Show the list."""
        if not self._rows:
            for name, run in recorded_runs().items():
                about = _about(run.with_name(f"{name}.yaml"))
                self._rows.append(Row(name, "", about, icon="run", value=run))
        self.picker.open_at()

    def _fitting(self, query: str) -> Sequence[Row]:
        return rows_by_text(self._rows, query)

    def _show(self, run: Path) -> None:
        self.workbench.part("replay").open(Source(run, "last"), seq=1)


def _about(example: Path) -> str:
    try:
        return " ".join(Graph.load(example).about.split())
    except StudioError:
        return ""
