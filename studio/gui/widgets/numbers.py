"""Numbers: typed freely (also `1e-3`), stepped by arrows, held within their bounds."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.editor import MIXED, Editor, default_text
from studio.gui.widgets.labels import small_button
from studio.gui.widgets.lines import mark_wrong, set_line
from studio.gui.widgets.undo_keys import share_undo
from studio.spec.fields import MISSING, Field
from studio.spec.params import value_problem
from studio.support.values import Json


class NumberEditor(Editor):
    """A number or a whole number of a declared field. Emptied, the default counts."""

    compact: ClassVar[bool] = True

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.default = field.default
        self.box = _Box(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.box, 1)
        less, more = small_button("−", "Less", "less", self), small_button("+", "More", "more", self)
        for button, steps in ((less, -1), (more, 1)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setFixedWidth(20)
            button.setAutoRepeat(True)
            button.clicked.connect(lambda *_, steps=steps: self.step(steps))
            row.addWidget(button)
        self.setFocusProxy(self.box)
        self.box.textEdited.connect(self._typed)
        self.box.editingFinished.connect(self.finished)

    def fits(self, value: Json) -> bool:
        return value is MISSING or value is MIXED or value is None or type(value) in (int, float)

    def display(self, value: Json) -> None:
        empty = "none" if self.default is None else default_text(self.default)
        self.box.setPlaceholderText("(several)" if value is MIXED else empty)
        set_line(self.box, number_text(value) if type(value) in (int, float) else "")
        mark_wrong(self.box, False)

    def step(self, steps: int) -> None:
        """Go some steps up or down, from the default where nothing is written; the bounds hold."""
        now = self._value if type(self._value) in (int, float) else self.default
        if type(now) not in (int, float):
            now = self.field.ge if self.field.ge is not None else 0
            steps = max(steps, 0)
        size = 1 if self.field.type == "integer" else step_size(now, self.field)
        try:
            value = round(now + steps * size, 10)
            float(value)
        except (OverflowError, ValueError):  # a number beyond all others, or none
            return
        if self.field.ge is not None:
            value = max(value, self.field.ge)
        if self.field.le is not None:
            value = min(value, self.field.le)
        if not math.isfinite(value):
            return
        value = int(value) if self.field.type == "integer" else float(value)
        set_line(self.box, number_text(value))
        self._take(value)

    def _typed(self, text: str) -> None:
        text = text.strip().replace("−", "-")
        if not text:
            mark_wrong(self.box, False)
            self.say(MISSING)
            return
        value = read_number(text, whole=self.field.type == "integer")
        if value is None:
            kind = "a whole number, as in `12`" if self.field.type == "integer" else "a number, as in `0.5` or `1e-3`"
            mark_wrong(self.box, True)
            self.refuse(f"Write {kind}.")
            return
        self._take(value)

    def _take(self, value: Json) -> None:
        why = value_problem(self.field, value)
        mark_wrong(self.box, bool(why))
        if why:
            self.refuse(why)
        else:
            self.say(value)


def read_number(text: str, *, whole: bool) -> int | float | None:
    """Return the number that was typed, None if it is none; a decimal comma is understood."""
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if len(text) > 40 or "_" in text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    if whole:
        return int(value) if value.is_integer() and abs(value) < 2**53 else None
    return value


def number_text(value: float) -> str:
    """Return a number as it is typed."""
    return str(value) if isinstance(value, int) else repr(value)


def step_size(value: float, field: Field) -> float:
    """Return by how much one step changes a number: a twentieth of narrow bounds, else a tenth of its size."""
    if field.ge is not None and field.le is not None and field.le - field.ge <= 2:
        span = field.le - field.ge
        return 0.05 if span <= 1 else 0.1
    return (
        1.0 if abs(value) >= 10 or value == 0 else 10.0 ** (math.floor(math.log10(abs(value))) - 1 + (abs(value) >= 1))
    )


class _Box(QLineEdit):
    """The line with its keys: up, down, page up and page down, and the wheel while it has the focus."""

    def __init__(self, editor: NumberEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self.setMinimumWidth(40)
        share_undo(self)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y():
            self._editor.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = _STEPS.get(event.key(), 0)
        if steps:
            self._editor.step(steps)
        else:
            super().keyPressEvent(event)


_STEPS: dict[int, int] = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
