"""The options of one export target as a form: a field for each, by its kind, and what is chosen in them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QLineEdit, QWidget

from studio.export.targets import Option, Target
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.spin import QuietDoubleSpin, QuietSpin
from studio.support.values import Json

MOST = 1_000_000_000


class ExportForm(QWidget):
    """Fields for the options of a target, at their defaults. `changed` comes with each change."""

    changed = Signal()

    def __init__(self, target: Target, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = target
        self.fields: dict[str, QWidget] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for option in target.options:
            self._add(form, option)

    def _add(self, form: QFormLayout, option: Option) -> None:
        title = option.name.replace("-", " ").replace("_", " ").capitalize()
        field = self._field(option, title)
        field.setObjectName(f"export.option.{option.name}")
        field.setAccessibleName(title)
        field.setAccessibleDescription(option.help)
        field.setToolTip(f"{option.help[:1].upper()}{option.help[1:]}.")
        self.fields[option.name] = field
        if isinstance(field, QCheckBox):
            form.addRow(field)
        else:
            label = QLabel(title)
            label.setBuddy(field)
            form.addRow(label, field)

    def _field(self, option: Option, title: str) -> QWidget:
        initial = option.initial()
        if option.kind == "flag":
            box = QCheckBox(title)
            box.setChecked(bool(initial))
            box.toggled.connect(lambda *_: self.changed.emit())
            return box
        if option.kind == "choice":
            choice = QuietCombo()
            choice.addItems(option.choices)
            choice.setCurrentText(str(initial))
            choice.currentIndexChanged.connect(lambda *_: self.changed.emit())
            return choice
        if option.kind == "number" and initial is not None:
            spin: QuietSpin | QuietDoubleSpin = QuietSpin() if option.whole else QuietDoubleSpin()
            spin.setRange(0, MOST)
            spin.setValue(initial)
            spin.valueChanged.connect(lambda *_: self.changed.emit())
            return spin
        line = QLineEdit("" if initial in (None, []) else str(initial))
        line.setPlaceholderText("several by commas" if option.kind == "list" else option.metavar.lower())
        line.textChanged.connect(lambda *_: self.changed.emit())
        return line

    def chosen(self) -> dict[str, Json]:
        """Return the options that have a value, as `settled` takes them."""
        made: dict[str, Json] = {}
        for option in self.target.options:
            value = _value(option, self.fields[option.name])
            if value is not None:
                made[option.name] = value
        return made


def _value(option: Option, field: QWidget) -> Json:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    if isinstance(field, QuietCombo):
        return field.currentText()
    if isinstance(field, QuietSpin | QuietDoubleSpin):
        return field.value()
    assert isinstance(field, QLineEdit)
    text = field.text().strip()
    if option.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    if option.kind == "number":
        return _number(text, whole=option.whole)
    return text


def _number(text: str, *, whole: bool) -> Json:
    """The number that was typed; the text itself where it is none, which is then refused with a sentence."""
    try:
        return (int(text) if whole else float(text)) if text else None
    except ValueError:
        return text
