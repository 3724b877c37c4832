"""Saves what is drawn as a PNG or SVG file; drawing it takes a moment and goes on beside the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.gui.base.beside import beside
from studio.gui.theme import current_theme
from studio.gui.workbench import Workbench
from studio.support.errors import EnvironmentProblem

if TYPE_CHECKING:
    from studio.dynamics.measuring.lamps import Lamps
    from studio.dynamics.measuring.measures import Measures
    from studio.dynamics.pictures import Colouring, Diagram
    from studio.gui.panels.dynamics.panel import DynamicsPanel

Draw = Callable[[Path, str], object]
"""(file, theme) Draws into a file. Raises OSError if it cannot be written."""


def ask_and_save(workbench: Workbench, parent: QWidget, name: str, draw: Draw) -> QFileDialog:
    """Ask for a file, draw into it, and tell that it is there. The dialog is returned, open."""
    dialog = QFileDialog(parent, "Save Picture")
    dialog.setObjectName("dynamics.save_dialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(["PNG pictures (*.png)", "SVG drawings (*.svg)"])
    dialog.setDefaultSuffix("png")
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix("svg" if "svg" in chosen else "png"))
    dialog.selectFile(f"{name}.png")
    dialog.fileSelected.connect(lambda file: save(workbench, parent, Path(file), draw))
    dialog.open()
    return dialog


def save(workbench: Workbench, parent: QWidget, path: Path, draw: Draw) -> None:
    """Draw into a file and tell that it is there, or why it is not."""
    theme = current_theme().name

    def work() -> None:
        try:
            draw(path, theme)
        except OSError as error:
            said = f"The picture cannot be saved: {error.strerror or error}."
            raise EnvironmentProblem(said, where=str(path)) from error

    beside(parent, work, lambda _: workbench.say(f"Saved {path.name}."), workbench.fail)


def drawing_of(panel: DynamicsPanel) -> Draw | None:
    """Return what draws what a panel shows: an automaton, beside the run or alone, or the view of the run."""
    lab, looked, views = panel.lab, panel.looked, panel.views
    if panel.view == "lab" and lab is not None and lab.diagram.rows:
        runs = [_titled(panel)] if looked is not None and views is not None and views.isVisible() else []
        return _diagrams([*runs, lab.diagram], lab.pane.view.colouring)
    if looked is None or views is None:
        return None
    if panel.view == "flow" and looked.measures is not None:
        return _flow(looked.measures)
    if panel.view == "lamps":
        return None if views.lamps.found is None else _lamps(views.lamps.found)
    return _diagrams([_titled(panel)], views.diagram.view.colouring)


def _titled(panel: DynamicsPanel) -> Diagram:
    """The diagram of the run with what the run is called: in a file no panel says so."""
    assert panel.looked is not None
    assert panel.front is not None
    name = panel.front.document.name
    run = panel.looked.run.id[:10]
    return replace(panel.looked.diagram, title=name if run in name else f"{name} · {run}")


def _diagrams(several: list[Diagram], colouring: Colouring) -> Draw:
    def draw(path: Path, theme: str) -> None:
        from studio.dynamics.pictures import figures

        figures.save(several, path, theme=theme, colouring=colouring)

    return draw


def _flow(measures: Measures) -> Draw:
    def draw(path: Path, theme: str) -> None:
        from studio.dynamics.pictures import figures
        from studio.gui.panels.dynamics.run_views import matrix_of, names_of

        figures.save_flow(names_of(measures), matrix_of(measures), path, theme=theme)

    return draw


def _lamps(found: Lamps) -> Draw:
    def draw(path: Path, theme: str) -> None:
        from studio.dynamics.pictures import figures

        figures.save_lamps(found, path, theme=theme)

    return draw
