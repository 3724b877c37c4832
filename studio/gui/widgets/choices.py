"""Choices: a switch for true and false, a list of words, and lists that can be typed into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme
from studio.gui.widgets.editor import MIXED, Editor
from studio.gui.widgets.labels import tip
from studio.gui.widgets.undo_keys import share_undo
from studio.spec.fields import MISSING
from studio.support.values import Json, same_value


class SwitchEditor(Editor):
    """True or false; what equals the default is written as nothing."""

    compact: ClassVar[bool] = True

    def __init__(self, default: Json = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.default = default
        self.box = QCheckBox(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.addWidget(self.box)
        row.addStretch(1)
        self.setFocusProxy(self.box)
        self.box.clicked.connect(self._clicked)

    def fits(self, value: Json) -> bool:
        return value is MISSING or value is MIXED or type(value) is bool

    def display(self, value: Json) -> None:
        self.box.setTristate(value is MIXED)
        if value is MIXED:
            self.box.setCheckState(Qt.CheckState.PartiallyChecked)
            self.box.setText("several")
            return
        on = bool(self.default) if value is MISSING else bool(value)
        self.box.setChecked(on)
        self.box.setText("yes" if on else "no")

    def _clicked(self) -> None:
        self.box.setTristate(False)
        on = self.box.isChecked()
        self.box.setText("yes" if on else "no")
        self.say(MISSING if self.default is not MISSING and on == self.default else on)
        self.finished.emit()


class QuietCombo(QComboBox):
    """A combo box that leaves the wheel to the panel until it has the focus, and shrinks in narrow panels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("quiet", True)
        self.setMinimumContentsLength(4)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    @guarded()
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(current_theme().colour("text" if self.isEnabled() else "line"), 1.5))
        x, y = self.width() - 14.0, self.height() / 2
        painter.drawPolyline([QPointF(x, y - 2), QPointF(x + 4, y + 2), QPointF(x + 8, y - 2)])

    @guarded(QSize(60, 26))
    def minimumSizeHint(self) -> QSize:
        return QSize(56, super().minimumSizeHint().height())


class ChoiceEditor(Editor):
    """One of some words. `words` maps what people read to the value; the default is written as nothing."""

    compact: ClassVar[bool] = True

    def __init__(
        self,
        choices: Sequence[Json] | dict[str, Json],
        default: Json = MISSING,
        *,
        keep_default: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.default = default
        self._keep_default = keep_default
        self.words: dict[str, Json] = (
            dict(choices) if isinstance(choices, dict) else {word_of(one): one for one in choices}
        )
        self.box = QuietCombo(self)
        self.box.addItems(list(self.words))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        self.setFocusProxy(self.box)
        self.box.activated.connect(self._picked)

    def fits(self, value: Json) -> bool:
        if value is None and "null" in self.words:
            return True  # what YAML makes of a bare `null`
        return value is MISSING or value is MIXED or any(same_value(value, one) for one in self.words.values())

    def display(self, value: Json) -> None:
        wanted = self.default if value is MISSING else "null" if value is None and "null" in self.words else value
        places = [at for at, one in enumerate(self.words.values()) if same_value(one, wanted)]
        self.box.setPlaceholderText("(several)" if value is MIXED else "(none)")
        self.box.setCurrentIndex(places[0] if places and value is not MIXED else -1)

    def _picked(self, index: int) -> None:
        value = list(self.words.values())[index]
        is_default = self.default is not MISSING and same_value(value, self.default)
        self.say(MISSING if is_default and not self._keep_default else value)
        self.finished.emit()


def word_of(value: Json) -> str:
    """Return how a choice is written in a list."""
    return {True: "yes", False: "no", None: "null"}[value] if value is None or type(value) is bool else str(value)


class PickEditor(Editor):
    """A text that is picked from a list or typed. The list is asked for anew each time it opens."""

    compact: ClassVar[bool] = True

    def __init__(self, default: Json = MISSING, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.default = default
        self.hint = hint
        self.box = _Lazy(self)
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setCompleter(None)  # type: ignore[arg-type]  # it would complete to the text with its remark
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(4)
        self.row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)
        share_undo(self.box)
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self.finished)
        self.box.activated.connect(self._picked)

    @property
    def line(self) -> QLineEdit:
        """The box's own field. Asked for anew each time: what Qt's binding gave for it once may not be valid later."""
        line = self.box.lineEdit()
        assert line is not None
        return line

    def choices(self) -> list[tuple[str, str]]:
        """Return what can be picked: value and what is said of it."""
        return []

    def fits(self, value: Json) -> bool:
        return value is MISSING or value is MIXED or value is None or (isinstance(value, str) and "\n" not in value)

    def display(self, value: Json) -> None:
        said = self.hint if self.default in (MISSING, None, "") else str(self.default)
        self.line.setPlaceholderText("(several)" if value is MIXED else said)
        text = value if isinstance(value, str) else ""
        if self.line.text() != text:
            self.box.setEditText(text)
            self.line.setCursorPosition(0)

    def fill(self) -> None:
        """Bring the list up to date; what is typed stays."""
        text = self.box.currentText()
        self.box.clear()
        for value, about in self.choices():
            self.box.addItem(f"{value}    {about}" if about else value, value)
            self.box.setItemData(self.box.count() - 1, tip(f"{value}\n{about}".strip()), Qt.ItemDataRole.ToolTipRole)
        self.box.setEditText(text)

    def _typed(self, text: str) -> None:
        self.say(MISSING if not text.strip() and self.default is not MISSING else text.strip())

    def _picked(self, index: int) -> None:
        value = str(self.box.itemData(index))
        self.box.setEditText(value)
        self.line.setCursorPosition(0)
        self.picked(value)

    def picked(self, value: str) -> None:
        """A person took this one from the list."""
        self.say(MISSING if self.default is not MISSING and value == self.default else value)
        self.finished.emit()


class _Lazy(QuietCombo):
    def __init__(self, editor: PickEditor) -> None:
        super().__init__(editor)
        self._editor = editor

    @guarded()
    def showPopup(self) -> None:
        self._editor.fill()
        view = self.view()
        view.setMinimumWidth(min(480, view.sizeHintForColumn(0) + 32))
        super().showPopup()
