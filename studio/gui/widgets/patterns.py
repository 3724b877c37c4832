"""The editor of regular expressions: a line that says at once what is wrong with the pattern."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from studio.gui.widgets.areas import AreaEditor, fixed_font
from studio.gui.widgets.labels import Note, colour_text
from studio.gui.widgets.lines import mark_wrong
from studio.spec.fields import MISSING
from studio.support.errors import StudioError
from studio.support.patterns import compile_pattern
from studio.support.values import Json


class PatternEditor(AreaEditor):
    """A regular expression (RE2). It may be long, so it wraps."""

    compact: ClassVar[bool] = False

    def __init__(self, default: Json = MISSING, parent: QWidget | None = None) -> None:
        super().__init__(default, 1, 8, parent=parent)
        fixed_font(self.field)
        self.told = Note("", "soft", self)
        self.column.addWidget(self.told)
        self.column.setSpacing(2)

    def text_changed(self) -> None:
        text, role = self.current(), "soft"
        told = ""
        try:
            groups = list(compile_pattern(text).groupindex) if text else []
            told = f"Groups: {', '.join(groups)}" if groups else ""
        except StudioError as error:
            told, role = error.message, "bad"
        mark_wrong(self.field, role == "bad")
        colour_text(self.told, role)
        self.told.set_text(told)
