"""A param in a window of its own: the same text in the same document, with more room."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from studio.editing import Op, RenameNode
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.areas import AreaEditor
from studio.gui.widgets.labels import Note, cut
from studio.gui.widgets.making import make_editor
from studio.gui.widgets.undo_keys import UndoHost
from studio.spec.fields import Field
from studio.support.values import Json


class LargeEditor(QDialog, UndoHost):
    """Edits one param of one node; closes when that is gone."""

    def __init__(self, subject: Subject, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setModal(False)
        self.setObjectName(f"large.{field.name}")
        self.resize(760, 560)
        self.field = field
        self.subject = Subject(subject.workbench, subject.samples)
        self.subject.turn_to(subject.document, subject.at, subject.names[:1])
        column = QVBoxLayout(self)
        column.addWidget(Note(field.help, "soft"))
        self.editor = make_editor(field, self.subject)
        if isinstance(self.editor, AreaEditor):
            self.editor.field.free_height()
        column.addWidget(self.editor, 1)
        self.told = Note("", "bad")
        column.addWidget(self.told)
        self.editor.edited.connect(self._edited)
        self.editor.finished.connect(self.subject.end)
        self.editor.problem.connect(self.told.set_text)
        # Saving and running have all parts of the window tell what was typed.
        part = f"large.{id(self)}"
        subject.workbench.parts[part] = self
        document = self.subject.doc
        self._hooks: list[Callable[[], None]] = [
            document.settled.connect(self.refresh),
            document.changed.connect(self._follow),
            document.reset.connect(self.refresh),
            partial(_take, subject.workbench.parts, part),
        ]
        subject.workbench.closed.connect(self._closed)
        self.finished.connect(self._unhook)
        self.destroyed.connect(_Unhooker(self._hooks))
        self.refresh()
        self.editor.setFocus()

    def refresh(self) -> None:
        """Show what the document holds now."""
        if not self.subject.exists:
            self.close()
            return
        self.setWindowTitle(cut(f"{self.field.name} of {self.subject.name}", 120))
        value = self.subject.value(self.field.name)
        if self.editor.fits(value):
            self.editor.show_value(value)
        self.editor.context_changed()

    def commit(self) -> None:
        """Tell what was typed and still waits."""
        if self.subject.exists:
            self.editor.finish()

    def undo(self) -> None:
        """Take the last edit of the document back."""
        self.editor.commit()
        self.subject.doc.undo()

    def redo(self) -> None:
        """Do it again."""
        self.editor.commit()
        self.subject.doc.redo()

    def _edited(self, value: Json) -> None:
        why = self.subject.set_param(self.field.name, value)
        if why:
            self.editor.keep(self.subject.value(self.field.name), why)

    def _follow(self, op: Op, inverse: Op) -> None:
        if isinstance(op, RenameNode) and op.at == self.subject.at and op.old == self.subject.name:
            self.subject.names = (op.new,)

    def _closed(self, document: object) -> None:
        if document is self.subject.document:
            self.close()

    def _unhook(self, result: int = 0) -> None:
        self.commit()
        for unhook in self._hooks:
            unhook()
        self._hooks.clear()


def _take(parts: dict[str, Any], name: str) -> None:
    parts.pop(name, None)


class _Unhooker:
    """Ends listening to a document when the window is gone in another way than by being closed."""

    def __init__(self, hooks: list[Callable[[], None]]) -> None:
        self._hooks = hooks

    def __call__(self, gone: QObject | None = None) -> None:
        for unhook in self._hooks:
            unhook()
        self._hooks.clear()
