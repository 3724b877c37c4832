"""The editor of an agent's tools: node types that a model may call, a folding row each."""

from __future__ import annotations

from typing import ClassVar, Final

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QWidget

from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.labels import small_button
from studio.gui.widgets.row_editors import RowsEditor, RowWidget
from studio.gui.widgets.tool_row import ToolRow, types_of
from studio.spec.fields import MISSING
from studio.support.values import Json

_WIDEST: Final = 420
"""Pixels that the list of node types is wide at most."""


class ToolsEditor(RowsEditor):
    """Tools in the order in which the model is told of them. An entry that is none is kept, and edited as JSON."""

    placeholder: ClassVar[str] = "Add a tool: type a node type, as files.read…"

    def __init__(self, context: EditorContext, default: Json = MISSING, parent: QWidget | None = None) -> None:
        self._context = context
        super().__init__(default, parent)
        self._types = QStringListModel(self)
        self.completer = QCompleter(self._types, self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        # The line takes the chosen word over in its own time; then it is a new row.
        self.completer.activated.connect(lambda *_: QTimer.singleShot(0, self, self._add))
        self.new.setCompleter(self.completer)
        self.new.textEdited.connect(lambda *_: self._fill())
        line = QHBoxLayout()
        line.setSpacing(2)
        self.column.removeWidget(self.new)
        line.addWidget(self.new, 1)
        self.all = small_button("▾", "Show the node types that can be tools", "all_types", self)
        self.all.clicked.connect(lambda *_: self._show_all())
        line.addWidget(self.all)
        self.column.addLayout(line)

    def make_row(self) -> RowWidget:
        return ToolRow(self._context)

    def readable(self, value: Json) -> bool:
        return isinstance(value, list | tuple)

    def spread(self, value: Json) -> list[Json]:
        return list(value)

    def gather(self, rows: list[Json]) -> Json:
        return list(rows)

    def fresh(self, text: str) -> Json:
        return {"use": text}

    def display(self, value: Json) -> None:
        super().display(value)
        self._name_equal_ones()

    def tell(self) -> None:
        super().tell()
        self._name_equal_ones()

    def add_row(self, data: Json) -> RowWidget:
        row = super().add_row(data)
        assert isinstance(row, ToolRow)
        row.section.set_open(True)
        return row

    def context_changed(self) -> None:
        for row in self.rows.contents():
            row.type_changed()
        self._name_equal_ones()

    def _name_equal_ones(self) -> None:
        """Say at each tool whether its name is taken: the model could not tell them apart."""
        from studio.nodes.llm._tools import FINISH

        taken: dict[str, str] = {}
        if self._context.params().get("schema") is not None:
            taken[FINISH] = f"The agent gives its answer by a tool `{FINISH}`. Give this one another name."
        for row in self.rows.contents():
            name = row.tool_name()
            row.tell_taken(taken.get(name, ""))
            if name:
                taken.setdefault(name, f"Another tool above is called `{name}`. Give this one another name.")

    def _fill(self) -> None:
        names = [cls.spec.type for cls in types_of(self._context)]
        if names != self._types.stringList():
            self._types.setStringList(names)

    def _show_all(self) -> None:
        self._fill()
        self.new.setFocus(Qt.FocusReason.OtherFocusReason)
        self.completer.setCompletionPrefix(self.new.text().strip())
        popup = self.completer.popup()
        assert popup is not None
        area = self.new.rect()
        area.setWidth(min(_WIDEST, max(area.width(), popup.sizeHintForColumn(0) + 28)))
        self.completer.complete(area)
