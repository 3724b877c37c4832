"""The page about a frame or a comment on the canvas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.editing import At, Document, Op
from studio.editing.placing.annotations import COLOURS, Comment, change_comment, change_frame, comments
from studio.graph.frames import Frame, frames
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.panels.inspector.samples import Samples
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.editor import finish_all
from studio.gui.widgets.labels import Elided
from studio.gui.widgets.section import MARGINS
from studio.gui.workbench import Workbench
from studio.spec.fields import MISSING, Field
from studio.support.values import Json


class NotePage(QWidget):
    """One frame or one comment, known by its number."""

    def __init__(self, workbench: Workbench, samples: Samples, kind: str) -> None:
        super().__init__()
        self.workbench = workbench
        self.subject = Subject(workbench, samples)
        self.kind = kind
        self.number = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(8)
        heading = Elided("Frame" if kind == "frame" else "Comment")
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        column.addWidget(heading)
        fields = (
            [
                Field(name="title", type="text", default="", help="What stands at the top of the frame."),
                Field(name="colour", type="text", default="grey", choices=COLOURS, help="Its colour in every theme."),
            ]
            if kind == "frame"
            else [Field(name="text", type="text", default="", help="What it says.", editor={"kind": "text", "rows": 5})]
        )
        self.rows: dict[str, ParamRow] = {}
        for field in fields:
            row = ParamRow(
                field,
                self.subject,
                partial(self._set, field.name),
                self.subject.end,
                name=f"inspector.note.{field.name}",
                read=partial(self._read, field.name),
                resets=False,
            )
            self.rows[field.name] = row
            column.addWidget(row)
        column.addStretch(1)

    def turn_to(self, document: Document, at: At, number: int) -> None:
        """Be about this one."""
        self.subject.turn_to(document, at, ())
        self.number = number
        self.refresh()

    def commit(self) -> None:
        """Tell what was typed and still waits."""
        if self._note() is not None:
            finish_all(self)

    def _note(self) -> Frame | Comment | None:
        document = self.subject.document
        if document is None or not document.has(self.subject.at):
            return None
        graph = document.at(self.subject.at)
        return frames(graph).get(self.number) if self.kind == "frame" else comments(graph).get(self.number)

    def refresh(self) -> None:
        """Show what the document holds now."""
        if self._note() is not None:
            for key, row in self.rows.items():
                row.show_value(self._read(key))

    def _read(self, key: str) -> Json:
        value = getattr(self._note(), key, "")
        return MISSING if value == self.rows[key].field.default else value

    def _set(self, key: str, value: Json) -> str:
        note = self._note()
        if note is None:
            return ""
        given = self.rows[key].field.default if value is MISSING else value
        subject = self.subject

        def make() -> Iterable[Op]:
            if isinstance(note, Frame):
                return change_frame(subject.doc, subject.at, self.number, replace(note, **{key: given}))
            return change_comment(subject.doc, subject.at, self.number, replace(note, **{key: given}))

        return subject.do(f"Change {self.kind}", make, merge=f"{self.kind}/{self.number}/{key}")
