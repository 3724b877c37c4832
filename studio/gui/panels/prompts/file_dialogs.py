"""The dialog that asks for a file of queries or answers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def file_dialog(parent: QWidget, title: str, name: str, suffix: str, *, save: bool) -> QFileDialog:
    """Return a dialog that asks for a file of this kind, not open yet; `name` is its object name."""
    dialog = QFileDialog(parent, title)
    dialog.setObjectName(name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile if save else QFileDialog.FileMode.ExistingFile)
    if save:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
    dialog.setNameFilter(f"{suffix.upper()} files (*.{suffix})")
    return dialog
