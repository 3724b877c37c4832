"""The params of a type as sections of rows: the first without a title of its own, others by the declared group."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.panels.inspector.folds import Folds
from studio.gui.panels.inspector.param_row import ParamRow, title_of
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.editor import MIXED
from studio.gui.widgets.labels import Note, small_button
from studio.gui.widgets.section import MARGINS
from studio.spec.fields import MISSING, Field
from studio.support.values import Json, NotJson, encode, preview

FOLDED = ("examples",)
"""Kinds of editors whose group stays folded though something is set: long lists. A field may ask for it, too."""


class ParamGroup:
    """A section with the rows of some params."""

    def __init__(self, form: ParamForm, title: str, fields: list[Field], folds: Folds, key: str) -> None:
        self.form = form
        self.fields = fields
        self.key = key
        self.rows: dict[str, ParamRow] = {}
        self._folds = folds
        self.section = folds.section(key, title, self._make, is_open=title == FIRST)
        self.main = title == FIRST
        self.section.toggled.connect(lambda *_: self.refresh())

    def _make(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(8)
        for field in self.fields:
            row = self.form.row(field)
            self.rows[field.name] = row
            column.addWidget(row)
        return body

    def _wrong(self) -> bool:
        faults, subject = self.form.faults(), self.form.subject
        return any(
            field.name in faults or (field.required and subject.value(field.name) is MISSING) for field in self.fields
        )

    def suggest(self) -> None:
        """Unfold for another node what is set there, unless the person has folded it."""
        if self.main:
            return
        given = [field for field in self.fields if self.form.subject.value(field.name) is not MISSING]
        shows = any(field.editor.get("kind") not in FOLDED and not field.editor.get("folded") for field in given)
        always = any(field.editor.get("open") for field in self.fields)
        self._folds.suggest(self.key, self.section, shows or always or self._wrong())

    def refresh(self) -> None:
        """Show what the document holds now."""
        values = {field.name: self.form.subject.value(field.name) for field in self.fields}
        faults = self.form.faults()
        words = [summary(field, values[field.name]) for field in self.fields]
        told = "" if self.section.is_open else " · ".join(word for word in words if word)
        wrong = not self.section.is_open and self._wrong()
        self.section.header.set_summary(told or ("needs a value" if wrong else ""), "bad" if wrong else "soft")
        if self.section.is_open:
            for name, row in self.rows.items():
                row.show_value(values[name])
                row.show_fault(faults.get(name, ""))
                row.editor.context_changed()


FIRST = "Params"


class ParamForm(QWidget):
    """All params of one type (of one or of several nodes)."""

    def __init__(
        self,
        subject: Subject,
        fields: Mapping[str, Field],
        folds: Folds,
        key: str,
        open_large: Callable[[Field], None] | None = None,
    ) -> None:
        super().__init__()
        self.subject = subject
        self._open_large = open_large
        self._show_help = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        parted: dict[str, list[Field]] = {FIRST: []} if fields else {}
        for field in fields.values():
            parted.setdefault(str(field.editor.get("group", FIRST)), []).append(field)
        self.groups = [
            ParamGroup(self, title, members, folds, f"{key}.{title}") for title, members in parted.items() if members
        ]
        for group in self.groups:
            self._column.addWidget(group.section)
        self._unknown = QWidget(self)
        self._unknown_column = QVBoxLayout(self._unknown)
        self._unknown_column.setContentsMargins(*MARGINS)
        self._unknown_column.setSpacing(4)
        self._column.addWidget(self._unknown)
        self._unknown.hide()
        self._known = frozenset(fields)
        self._shown_unknown: tuple[tuple[str, str], ...] = ()

    def row(self, field: Field) -> ParamRow:
        """Return a row for a field."""
        large = self._open_large
        made = ParamRow(
            field,
            self.subject,
            lambda value: self.subject.set_param(field.name, value),
            self.subject.end,
            name=f"inspector.param.{field.name}",
            read=lambda: self.subject.value(field.name) if self.subject.exists else MISSING,
            open_large=(lambda: large(field)) if large is not None else None,
        )
        made.help.setVisible(self._show_help and bool(field.help))
        return made

    def rows(self) -> dict[str, ParamRow]:
        """Return the rows made so far, by param."""
        return {name: row for group in self.groups for name, row in group.rows.items()}

    def group_of(self, param: str) -> ParamGroup | None:
        """Return the group of a param."""
        return next((group for group in self.groups if any(one.name == param for one in group.fields)), None)

    def reveal(self, param: str) -> ParamRow | None:
        """Unfold the group of a param and return its row."""
        group = self.group_of(param)
        if group is None:
            return None
        group.section.set_open(True)
        group.refresh()
        return group.rows[param]

    def show_help(self, shown: bool) -> None:
        """Write the help of each param below it, or leave it to tool tips."""
        self._show_help = shown
        for row in self.rows().values():
            row.help.setVisible(shown and bool(row.field.help))

    def faults(self) -> dict[str, str]:
        """Return what is wrong with single params, by name."""
        if len(self.subject.names) != 1:
            return {}
        return {found.param: f"{found.message} {found.hint}".strip() for found in self.subject.ports.findings
                if found.param and found.code != "unknown_param"}  # fmt: skip

    def turned(self) -> None:
        """The subject is another one."""
        for group in self.groups:
            group.suggest()

    def refresh(self) -> None:
        """Show what the document holds now."""
        for group in self.groups:
            group.refresh()
        self._show_unknown()

    # -- params that the type does not know -----------------------------------------------------

    def _show_unknown(self) -> None:
        found: dict[str, Json] = {}
        for node in self.subject.nodes:
            found |= {name: value for name, value in node.params.items() if name not in self._known}
        if len(self.subject.names) != 1:
            found = {}
        shown = tuple((name, _shown(value)) for name, value in found.items())
        if shown == self._shown_unknown:
            return
        self._shown_unknown = shown
        while (item := self._unknown_column.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._unknown.setVisible(bool(shown))
        if not shown:
            return
        typed = self.subject.ports.cls is not None
        told = "The type has no params of these names; they are kept." if typed else "Params, kept as they are:"
        self._unknown_column.addWidget(Note(told, "bad" if typed else "soft"))
        for name, value in shown:
            self._unknown_column.addWidget(self._unknown_row(name, value))

    def _unknown_row(self, name: str, value: str) -> QWidget:
        row = QWidget()
        row.setObjectName(f"inspector.unknown.{name}")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Note(f"{name}: {value}", "text"), 1)
        remove = small_button("Remove", f"Remove the param {name}", f"inspector.unknown.{name}.remove")
        remove.clicked.connect(lambda *_: self._remove(name))
        line.addWidget(remove)
        return row

    def _remove(self, name: str) -> None:
        self.subject.end()
        self.subject.set_param(name, MISSING)
        self.subject.end()


def _shown(value: Json) -> str:
    try:
        return preview(value, 120) if isinstance(value, str) else preview(encode(value).decode(), 120)
    except NotJson as error:
        return str(error)


def summary(field: Field, value: Json) -> str:
    """Return a few words for a param that is set, as a folded section shows them."""
    if value is MISSING:
        return ""
    if value is MIXED:
        return f"{title_of(field)} differs"
    name = title_of(field)
    if isinstance(value, list):
        return f"{len(value)} {name}"
    if isinstance(value, dict):
        properties = value.get("properties")
        keys = list(properties if isinstance(properties, dict) and "type" in value else value)
        return f"{name}: {preview(', '.join(keys), 40)}"
    if value is True:
        return name
    return f"{name} {preview(value, 24)}"
