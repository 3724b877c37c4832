"""`NodeForm`: what a fork changes at one node: its params, what its firing gave, whether it fires again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from studio.gui.panels.fork.subject import ForkedNode
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.editor import finish_all
from studio.gui.widgets.labels import Elided, Note
from studio.gui.widgets.section import Section, section_body
from studio.replay.drafts import Key
from studio.spec.fields import Field
from studio.support.errors import StudioError
from studio.trace.found import Ref


class NodeForm(QWidget):
    """Made for one node at one firing; a new one takes its place for another."""

    def __init__(self, subject: ForkedNode, context: EditorContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.subject = subject
        self._context = context
        self._firing = subject.firing
        self.params: dict[str, ParamRow] = {}
        self.outputs: dict[str, ParamRow] = {}
        self.setObjectName("fork.node")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        if not subject.path:
            column.addWidget(_padded(Note("No run comes here: no subgraph or map runs the graph it stands in.")))
            column.addStretch(1)
            return
        groups = self._grouped()
        self.more = [
            Section(title, partial(self._group, fields), name=f"fork.params.{title}")
            for title, fields in groups.items() if title
        ]  # fmt: skip
        self.given = Section(self._given_title(), self._outputs, name="fork.outputs", is_open=self._is_here)
        main = partial(self._group, groups.get("", []))
        self.set = Section("Params from here on", main, name="fork.params", is_open=True)
        for section in (self.given, self.set, *self.more):
            column.addWidget(section)
        column.addStretch(1)

    @property
    def first(self) -> QWidget | None:
        """What is changed most often, where one begins to write: the first param; None if the node has none."""
        return next((row.editor for row in self.params.values()), None)

    @property
    def _is_here(self) -> bool:
        return self._firing is not None and self._firing.id == self.subject.session.here.id

    def _given_title(self) -> str:
        firing = self._firing
        return "Output of this firing" if firing is None else f"Output at step {firing.seq:,} · tick {firing.tick}"

    def _head(self) -> QWidget:
        head = QWidget(self)
        column = QVBoxLayout(head)
        column.setContentsMargins(14, 8, 10, 8)
        column.setSpacing(3)
        name = Elided(self.subject.name)
        name.setObjectName("fork.node.name")
        name.set_strong(True)
        column.addWidget(name)
        column.addWidget(Elided(self.subject.node.type, role="soft"))
        self.again = QCheckBox("Fire again from here on", head)
        self.again.setObjectName("fork.again")
        self.again.setToolTip("The node fires anew though nothing about it is changed: a model is asked again.")
        self.again.clicked.connect(lambda *_: self.subject.set_fires_again(self.again.isChecked()))
        column.addWidget(self.again)
        return head

    def _grouped(self) -> dict[str, list[Field]]:
        """The params by the heading they are declared to stand under, "" for those that say most of the node."""
        found: dict[str, list[Field]] = {"": []}
        for field in self.subject.fields():
            found.setdefault(str(field.editor.get("group", "")), []).append(field)
        return found

    def _group(self, fields: list[Field]) -> QWidget:
        body, column = section_body()
        subject = self.subject
        for field in fields:
            row = ParamRow(
                field, self._context, partial(subject.set_param, field), subject.draft.end,
                name=f"fork.param.{field.name}", read=partial(subject.param, field), resets=False,
            )  # fmt: skip
            self.params[field.name] = row
            column.addWidget(row)
        if not fields:
            is_input = subject.node.type == "flow.input" and not subject.at
            told = "An input keeps the value that the run was begun with." if is_input else "The node has no params."
            column.addWidget(Note(told))
        self._show_params()
        return body

    def _outputs(self) -> QWidget:
        body, column = section_body()
        subject, firing = self.subject, self._firing
        if firing is None:
            column.addWidget(Note("It has not fired at this step, so there is nothing to put in place of its output."))
            return body
        for field in subject.outputs():
            recorded = subject.recorded(firing, field.name)
            if isinstance(recorded, Ref):
                column.addWidget(Note(f"{field.name}: {recorded.size:,} bytes, too much to be edited here."))
                continue
            row = ParamRow(
                field, EditorContext(), partial(subject.set_output, firing, field.name), subject.draft.end,
                name=f"fork.output.{field.name}", read=partial(subject.output, firing, field.name), resets=False,
            )  # fmt: skip
            self.outputs[field.name] = row
            column.addWidget(row)
        if column.count() == 0:
            column.addWidget(Note("The node gives nothing that can be typed."))
        self._show_outputs()
        return body

    # -- following ------------------------------------------------------------------------------

    def shows(self, subject: ForkedNode) -> bool:
        """True if the form is about this node at this firing already."""
        mine, firing = self.subject, subject.firing
        same = mine.session is subject.session and mine.node is subject.node and mine.draft is subject.draft
        return same and (self._firing and self._firing.id) == (firing and firing.id)

    def refresh(self, problems: Mapping[Key | str, StudioError]) -> None:
        """Show what the draft holds, and what is wrong with it."""
        self.again.setEnabled(bool(self.subject.path))
        self.again.setChecked(self.subject.fires_again)
        self._show_params()
        self._show_outputs()
        node, firing = self.subject.path, self._firing
        for name, row in self.params.items():
            row.show_fault(_told(problems.get(Key("param", node, name))))
        for name, row in self.outputs.items():
            row.show_fault("" if firing is None else _told(problems.get(Key("output", firing.node, name))))

    def commit(self) -> None:
        """Tell what was typed and still waits."""
        finish_all(self)

    def _show_params(self) -> None:
        for row in self.params.values():
            _show(row, self.subject.draft.piece(Key("param", self.subject.path, row.field.name)) is not None,
                  self.subject.param(row.field))  # fmt: skip

    def _show_outputs(self) -> None:
        firing = self._firing
        for row in self.outputs.values() if firing is not None else ():
            assert firing is not None
            key = Key("output", firing.node, row.field.name)
            _show(row, self.subject.draft.piece(key) is not None, self.subject.output(firing, row.field.name))


def _show(row: ParamRow, changed: bool, value: object) -> None:
    row.show_value(value)
    row.label.set_strong(changed)
    row.label.set_role("replay" if changed else "")


def _told(problem: StudioError | None) -> str:
    return "" if problem is None else f"{problem.message} {problem.hint}".strip()


def _padded(note: Note) -> QWidget:
    outer = QWidget()
    column = QVBoxLayout(outer)
    column.setContentsMargins(14, 4, 10, 8)
    column.addWidget(note)
    return outer
