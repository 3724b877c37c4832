"""Opening the dialog: for the graph in front, which has to be in its file, or for an experiment file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QMessageBox, QWidget

from studio.gui.dialogs.ask import ask
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.gui.panels.experiments.making.dialog import ExperimentDialog
    from studio.gui.panels.experiments.making.draft import Draft

SAVE: Final = "Save"
_ROLE: Final = QMessageBox.ButtonRole


def new_experiment(workbench: Workbench, document: Document, knock_out: Sequence[str] = ()) -> None:
    """Make an experiment of a graph. `knock_out` are selected nodes of the graph that is shown."""
    workbench.commit()
    at = workbench.current.at if workbench.current is not None else ()

    def begin(saved: bool = True) -> None:
        if not saved or document.path is None:
            return
        from studio.gui.panels.experiments.making.draft import Draft, path_in

        dialog = _open(workbench, Draft.of_graph(document.path))
        paths = [path_in(document.graph, document.registry, at, name) for name in knock_out]
        if any(paths):
            dialog.variants.knock_out([path for path in paths if path])

    if document.path is not None and not document.is_modified:
        begin()
        return
    ask(
        _window(workbench), "Save the Graph First?",
        f"An experiment runs {document.title} from its file.",
        [(SAVE, _ROLE.AcceptRole), ("Cancel", _ROLE.RejectRole)],
        lambda answer: workbench.part("files").save(document, begin) if answer == SAVE else None,
        detail="It has changes that are not saved." if document.path is not None else "It has no file yet.",
        name="experiment.save_first",
    )  # fmt: skip


def open_experiment(workbench: Workbench, path: Path) -> None:
    """Show an experiment file in the dialog; a refusal is told."""
    from studio.gui.panels.experiments.making.draft import Draft

    try:
        draft = Draft.of_file(path)
    except StudioError as error:
        workbench.fail(error)
        return
    _open(workbench, draft)


def _open(workbench: Workbench, draft: Draft) -> ExperimentDialog:
    from studio.gui.panels.experiments.making.dialog import ExperimentDialog

    dialog = ExperimentDialog(workbench, draft, _window(workbench))
    dialog.open()
    return dialog


def _window(workbench: Workbench) -> QWidget | None:
    window = workbench.parts.get("window")
    return window if isinstance(window, QWidget) else None
