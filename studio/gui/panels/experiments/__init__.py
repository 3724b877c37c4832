"""The panel of experiments: which batches there are, what they show, and driving one.

- `panel`: the list of batches (`columns`, `rows`), the line for the one that runs here (`drive_bar`), the results.
- `results_view`: variants, modules, runs and figures of the batch that is chosen; `result_columns`, `figures_view`.
- `making`: the dialog *New experiment*.

What is shown is found out by `studio.gui.experiments`; what can be done is listed in `studio.gui.actions.experiments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.gui.panels import Panel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from studio.gui.workbench import Workbench


def _make(workbench: Workbench) -> QWidget:
    from studio.gui.panels.experiments.panel import ExperimentsPanel

    return ExperimentsPanel(workbench)


PANEL = Panel(
    "experiments", "Experiments", "bottom", _make, order=20, keys="Ctrl+Shift+X",
    waits=True, part="experiments_panel",
    help="A graph run on many rows, under variants and with several seeds: what differs, by how much, and how surely.",
)  # fmt: skip
