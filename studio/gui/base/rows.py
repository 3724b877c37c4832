"""How tall the rows of a short list of pages are."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QListWidget

SPACE = 12
"""Pixels around the text of a row."""


def roomy(rows: QListWidget) -> None:
    """Give each row some air. Said here, as a style sheet's padding comes too late for rows that are there already."""
    for index in range(rows.count()):
        rows.item(index).setSizeHint(QSize(0, rows.fontMetrics().height() + SPACE))
