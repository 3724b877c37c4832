"""JSON as text: checked while it is typed, with the line of what is wrong; large values are shown cut."""

from __future__ import annotations

import json
from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.widgets.areas import Area, fixed_font
from studio.gui.widgets.editor import MIXED, Editor, Later, default_text
from studio.gui.widgets.labels import Note
from studio.gui.widgets.lines import mark_wrong
from studio.spec.fields import MISSING
from studio.support.values import Json, NotJson, encode

LONG = 100_000
"""Characters of JSON beyond which a value is shown cut and cannot be edited here."""


class JsonEditor(Editor):
    """Any JSON value as text. What is no JSON is told with its line, and not edited."""

    compact: ClassVar[bool] = False

    def __init__(self, default: Json = MISSING, rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.default = default
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.field = Area(rows, 16, self)
        fixed_font(self.field)
        column.addWidget(self.field)
        self.told = Note("", "warn", self)
        column.addWidget(self.told)
        self.setFocusProxy(self.field)
        self._showing = False
        self._later = Later(self, 150, self._typed)
        self.field.textChanged.connect(lambda: None if self._showing else self._later.ask())
        self.field.left.connect(self._left)

    def display(self, value: Json) -> None:
        self._later.drop()
        self.field.setPlaceholderText("(several)" if value is MIXED else default_text(self.default))
        text = "" if value is MISSING or value is MIXED else pretty(value)
        long = len(text) > LONG
        self._showing = True
        self.field.show_text(text[:LONG])
        self._showing = False
        self.field.setReadOnly(long)
        self.told.set_text(f"Cut after {LONG:,} of {len(text):,} characters; edit it in the file." if long else "")
        mark_wrong(self.field, False)

    def commit(self) -> None:
        self._later.now()

    def _left(self) -> None:
        self.commit()
        self.finished.emit()

    def _typed(self) -> None:
        text = self.field.text()
        if not text.strip():
            mark_wrong(self.field, False)
            self.say(MISSING)
            return
        value, why = read_json(text)
        mark_wrong(self.field, bool(why))
        if why:
            self.refuse(why)
        else:
            self.say(value)


def pretty(value: Json, width: int = 60) -> str:
    """Return JSON with a line per entry; what takes at most `width` signs stands on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    return flat if len(flat) <= width else json.dumps(value, ensure_ascii=False, indent=2)


def read_json(text: str) -> tuple[Json, str]:
    """Return the value of a JSON text, and why it is none ("" if it is one)."""
    try:
        value = json.loads(text)
        encode(value)
    except json.JSONDecodeError as error:
        return None, f"Line {error.lineno}, column {error.colno}: {error.msg}."
    except (NotJson, ValueError, RecursionError) as error:
        return None, f"This is {error}." if isinstance(error, NotJson) else "This cannot be read as JSON."
    return value, ""
