"""Columns of widgets that are filled anew."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout


def clear(column: QVBoxLayout, keep: int = 0) -> None:
    """Remove all widgets of a column but the first `keep`."""
    while (item := column.takeAt(keep)) is not None:
        if (gone := item.widget()) is not None:
            gone.hide()
            gone.deleteLater()
