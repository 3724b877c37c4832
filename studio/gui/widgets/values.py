"""A value of any kind: its kind is picked, and the editor of that kind shown."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.choices import QuietCombo, SwitchEditor
from studio.gui.widgets.editor import MIXED, Editor
from studio.gui.widgets.json_text import JsonEditor
from studio.gui.widgets.numbers import NumberEditor
from studio.spec.fields import MISSING, Field
from studio.support.values import Json

KINDS = ("nothing", "text", "number", "yes or no", "null", "JSON")
_IGNORED, _FITTING = QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
_NOTHING, _TEXT, _NUMBER, _SWITCH, _NULL, _JSON = KINDS


class ValueEditor(Editor):
    """Any JSON value. `required` leaves "nothing" out, `null` False that null is a value of its own."""

    compact: ClassVar[bool] = False

    def __init__(
        self,
        default: Json = MISSING,
        *,
        required: bool = False,
        null: bool = True,
        rows: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.default = default
        left_out = {_NOTHING} if required else set()
        if not null:
            left_out.add(_NULL)
        self.kinds = [kind for kind in KINDS if kind not in left_out]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        self.kind = QuietCombo(self)
        self.kind.setObjectName("kind")
        self.kind.setAccessibleName("Kind of value")
        self.kind.addItems(self.kinds)
        self.kind.activated.connect(self._picked)
        top.addWidget(self.kind)
        column.addLayout(top)
        self.stack = QStackedWidget(self)
        column.addWidget(self.stack)
        self.editors: dict[str, Editor] = {}
        self._rows = rows
        self.setFocusProxy(self.kind)

    def display(self, value: Json) -> None:
        kind = kind_of(value)
        self.kind.setCurrentIndex(self.kinds.index(kind) if kind in self.kinds else -1)
        self.kind.setPlaceholderText("(several)" if value is MIXED else "(none)")
        self._show(kind, value)

    def commit(self) -> None:
        for editor in self.editors.values():
            editor.commit()

    def _show(self, kind: str, value: Json) -> None:
        editor = self._editor(kind)
        self.stack.setVisible(editor is not None)
        if editor is not None:
            self.stack.setCurrentWidget(editor)
            editor.show_value(value)
            for other in self.editors.values():
                other.setSizePolicy(
                    other.sizePolicy().horizontalPolicy(), _IGNORED if other is not editor else _FITTING
                )

    def _editor(self, kind: str) -> Editor | None:
        if kind not in self.editors:
            made: Editor
            if kind == _TEXT:
                made = AreaEditor(rows=self._rows, most=10)
            elif kind == _NUMBER:
                made = NumberEditor(Field(name="value", type="number"))
            elif kind == _SWITCH:
                made = SwitchEditor(MISSING)
            elif kind == _JSON:
                made = JsonEditor()
            else:
                return None
            made.edited.connect(lambda value, kind=kind: self._edited(kind, value))
            made.finished.connect(self.finished)
            made.problem.connect(self.problem)
            inner = made.focusProxy()
            if inner is not None:
                inner.setAccessibleName(f"Value, {kind}")
            self.editors[kind] = made
            self.stack.addWidget(made)
        return self.editors[kind]

    def _edited(self, kind: str, value: Json) -> None:
        if value is MISSING:
            if kind != _TEXT:
                return  # an emptied number or JSON is being typed anew
            value = ""
        self.say(value)

    def _picked(self, index: int) -> None:
        kind = self.kinds[index]
        value = converted(self._value, kind)
        self._show(kind, value)
        self.say(value)
        self.finished.emit()


def kind_of(value: Json) -> str:
    """Return which kind of value it is, "" for `MIXED`."""
    if value is MISSING:
        return _NOTHING
    if value is MIXED:
        return ""
    if value is None:
        return _NULL
    if isinstance(value, str):
        return _TEXT
    if type(value) is bool:
        return _SWITCH
    return _NUMBER if type(value) in (int, float) else _JSON


def converted(value: Json, kind: str) -> Json:
    """Return what becomes of a value when another kind is picked."""
    import json

    from studio.gui.widgets.numbers import read_number

    if kind == _NOTHING:
        return MISSING
    if kind == _NULL:
        return None
    if value is MISSING or value is MIXED or value is None:
        return {_TEXT: "", _NUMBER: 0, _SWITCH: False, _JSON: []}[kind]
    if kind == _TEXT:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if kind == _SWITCH:
        return bool(value) and value != "false"
    if kind == _NUMBER:
        read = read_number(str(value), whole=False) if not isinstance(value, list | dict) else None
        return 0 if read is None else read
    try:
        return json.loads(value) if isinstance(value, str) else [value] if not isinstance(value, list | dict) else value
    except ValueError:
        return [value]
