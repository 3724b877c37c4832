"""Undo, redo, and what is done to a selection."""

from __future__ import annotations

from studio.gui.actions import Action
from studio.gui.workbench import Workbench


def _undo_label(workbench: Workbench) -> str:
    document = workbench.document
    return f"Undo {document.history.undo_label}" if document and document.history.undo_label else "Undo"


def _redo_label(workbench: Workbench) -> str:
    document = workbench.document
    return f"Redo {document.history.redo_label}" if document and document.history.redo_label else "Redo"


def _undo(workbench: Workbench) -> None:
    assert workbench.canvas is not None
    workbench.canvas.cancel_interaction()
    workbench.canvas.document.undo()


def _redo(workbench: Workbench) -> None:
    assert workbench.canvas is not None
    workbench.canvas.cancel_interaction()
    workbench.canvas.document.redo()


ACTIONS = [
    Action(
        "edit.undo", "Undo", "Edit", _undo, keys=("Ctrl+Z",), order=100, label=_undo_label,
        when=lambda w: w.document is not None and bool(w.document.history.undo_label),
        help="Take the last edit back.",
    ),
    Action(
        "edit.redo", "Redo", "Edit", _redo, keys=("Ctrl+Shift+Z", "Ctrl+Y"), order=101, label=_redo_label,
        when=lambda w: w.document is not None and bool(w.document.history.redo_label),
        help="Do the edit that was undone again.",
    ),
]  # fmt: skip
