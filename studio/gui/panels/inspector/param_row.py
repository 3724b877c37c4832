"""`ParamRow`: a param with its name, its editor, what is wrong with it, and the way back to its default."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.editor import Editor, default_text
from studio.gui.widgets.labels import Elided, Note, cut, small_button, tip
from studio.gui.widgets.making import fallback, make_editor
from studio.spec.fields import MISSING, Field
from studio.support.values import Json

LABEL_WIDTH = 98
LARGE = ("template", "text", "code", "expression", "regex", "json", "schema", "checks", "examples")
"""Kinds of editors that may be opened in a window of their own."""


_UNITS = {"_s": "s", "_ms": "ms", "_mb": "MB", "_usd": "USD"}
"""How names of params end that are measured in something, and how that is written."""


def title_of(field: Field) -> str:
    """Return the name of a param as a label: `limit_s` is “limit (s)”, `max_turns` “max turns”."""
    for end, unit in _UNITS.items():
        if field.name.endswith(end):
            return f"{field.name.removesuffix(end).replace('_', ' ')} ({unit})"
    return field.name.replace("_", " ")


class ParamRow(QWidget):
    """One row. `set_value` asks for a value and returns why it is refused ("" if it was done); `read` gives it."""

    def __init__(
        self,
        field: Field,
        context: EditorContext,
        set_value: Callable[[Json], str],
        end: Callable[[], None],
        *,
        name: str,
        read: Callable[[], Json],
        title: str = "",
        resets: bool = True,
        open_large: Callable[[], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._context = context
        self._set_value = set_value
        self._end = end
        self._read = read
        self._name = name
        self._problem = ""
        self._fault = ""
        self.setObjectName(name)
        self.title = title or title_of(field)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.label = Elided(self.title)
        self.label.setToolTip(tip(self._about()))
        self.reset = small_button("↺", f"Back to the default{_said(field.default)}", f"{name}.reset")
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.setVisible(False)
        self._resets = resets
        self.reset.clicked.connect(lambda *_: self._reset())
        self.editor = make_editor(field, context)
        self._main = self.editor
        self._line = QHBoxLayout()
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        self._line.addWidget(self.label, 1)
        if self.editor.compact:
            self.label.setFixedWidth(LABEL_WIDTH)
            self.label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self._line.setAlignment(self.label, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self._line.addWidget(self.editor, 1)
        elif open_large is not None and field.editor.get("kind") in LARGE:
            large = small_button("⤢", "Edit in a window of its own", f"{name}.large")
            large.clicked.connect(lambda *_: open_large())
            self._line.addWidget(large)
        self._line.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(self._line)
        if not self.editor.compact:
            self._column.addWidget(self.editor)
        self.told = Note("", "bad")
        self.told.setObjectName(f"{name}.problem")
        self._column.addWidget(self.told)
        self.help = Note(field.help, "soft")
        self.help.hide()
        self._column.addWidget(self.help)
        self._adopt(self.editor)

    def _about(self) -> str:
        default = "It must be given." if self.field.required else f"Default{_said(self.field.default) or ': none'}."
        return f"{self.field.help}\n{self.field.name} · {default}".strip()

    def _adopt(self, editor: Editor) -> None:
        editor.setObjectName(f"{self._name}.editor")
        inner = editor.focusProxy()
        for widget in (editor, inner):
            if widget is not None:
                widget.setAccessibleName(self.title)
                widget.setAccessibleDescription(cut(self.field.help, 300))
        if inner is not None and not inner.objectName():
            inner.setObjectName(f"{self._name}.input")
        editor.edited.connect(self._edited)
        editor.finished.connect(self._end)
        editor.problem.connect(self._told)
        self.label.setBuddy(editor)

    def show_value(self, value: Json) -> None:
        """Show what the document holds (`MISSING`: nothing; `MIXED`: several nodes hold different values)."""
        wanted = self._main
        if not self._main.fits(value):
            wanted = self.editor if self.editor is not self._main and self.editor.fits(value) else self._other(value)
        if wanted is not self.editor:
            self.editor.hide()
            self.editor = wanted
            self.editor.show()
        self.editor.show_value(value)
        self.reset.setVisible(self._resets and value is not MISSING and not self.field.required)
        self.label.set_strong(value is not MISSING)

    def _other(self, value: Json) -> Editor:
        made = fallback(self.field, value)
        made.setParent(self)
        self._column.insertWidget(self._column.indexOf(self.told), made)
        self._adopt(made)
        return made

    def show_fault(self, text: str) -> None:
        """Show what the graph's check says of the value."""
        self._fault = text
        self._show_told()

    def _told(self, why: str) -> None:
        self._problem = why
        self._show_told()

    def _show_told(self) -> None:
        self.told.set_text(self._problem or self._fault)

    def _edited(self, value: Json) -> None:
        why = self._set_value(value)
        if why:
            self.editor.keep(self._read(), why)

    def _reset(self) -> None:
        self._end()
        self._set_value(MISSING)
        self._end()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)


def _said(default: Json) -> str:
    text = default_text(default)
    return f": {text}" if text else ""
