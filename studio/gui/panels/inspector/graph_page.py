"""The page about the graph itself, shown while nothing is selected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.editing.document.ops import Key
from studio.graph.model import LIMITS
from studio.gui.base.columns import clear
from studio.gui.panels.inspector import alarm_rows
from studio.gui.panels.inspector.engine_sections import changed_limits, limit_field
from studio.gui.panels.inspector.folds import Folds
from studio.gui.panels.inspector.header import HuePip, NameLine
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.panels.inspector.ports_section import Dot
from studio.gui.panels.inspector.samples import Samples
from studio.gui.panels.inspector.stores_section import StoresSection
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.choices import ChoiceEditor
from studio.gui.widgets.editor import finish_all
from studio.gui.widgets.labels import Elided, Link, Note, cut, small_button, tip
from studio.gui.widgets.section import Section, section_body
from studio.gui.workbench import Workbench
from studio.spec.fields import MISSING, Field
from studio.support.values import Json

UNTIL: dict[str, Json] = {"all is done": MISSING, "a stop fires": "stop"}
ON_LIMIT: dict[str, Json] = {"end as usual": MISSING, "fail": "fail"}
MOST = 40


class GraphPage(QWidget):
    """Name, what it is about, what goes in and out, when it ends, limits, alarms, stores, subgraphs, file."""

    def __init__(self, workbench: Workbench, samples: Samples, folds: Folds) -> None:
        super().__init__()
        self.workbench = workbench
        self.subject = Subject(workbench, samples)
        self._folds = folds
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(10, 10, 8, 8)
        row.setSpacing(8)
        self.pip = HuePip(head)
        row.addWidget(self.pip)
        inner = QVBoxLayout()
        inner.setSpacing(2)
        row.addLayout(inner, 1)
        self.name = NameLine("inspector.graph.name", "Name of the graph")
        self.name.renamed.connect(self._rename)
        inner.addWidget(self.name)
        self.file = Elided("", role="soft")
        self.file.setObjectName("inspector.graph.file")
        self.file.setContentsMargins(6, 0, 0, 0)
        inner.addWidget(self.file)
        column.addWidget(head)
        self.rows: dict[str, ParamRow] = {}
        self._limits: dict[str, ParamRow] = {}
        self.sections: dict[str, Section] = {}
        makes: dict[str, Callable[[], QWidget]] = {
            "About": self._about, "Inputs and outputs": self._ends, "When it ends": self._ending,
            "Limits": self._limit_rows, alarm_rows.TITLE: self._alarms, "Stores": self._stores,
            "Subgraphs": self._graphs,
        }  # fmt: skip
        for at, (title, make) in enumerate(makes.items()):
            section = folds.section(f"graph.{title}", title, make, is_open=at < 3)
            section.toggled.connect(lambda *_: self.refresh())
            self.sections[title] = section
            column.addWidget(section)
        column.addStretch(1)

    # -- sections -----------------------------------------------------------------------------

    def _row(self, field: Field, title: str = "", words: dict[str, Json] | None = None) -> ParamRow:
        row = ParamRow(
            field,
            self.subject,
            partial(self._set, cast("Key", field.name)),
            self.subject.end,
            name=f"inspector.graph.{field.name}",
            title=title,
            read=partial(self._read, field.name),
        )
        if words is not None:
            assert isinstance(row.editor, ChoiceEditor)
            row.editor.words = words
            row.editor.box.clear()
            row.editor.box.addItems(list(words))
        self.rows[field.name] = row
        return row

    def _about(self) -> QWidget:
        body, column = section_body()
        about = Field(
            name="about", type="text", default="", editor={"kind": "text", "rows": 2}, help="What the graph does."
        )
        column.addWidget(self._row(about))
        return body

    def _ends(self) -> QWidget:
        self._ends_body, self._ends_column = section_body()
        self._ends_column.setSpacing(3)
        self._ends_shown: object = None
        return self._ends_body

    def _ending(self) -> QWidget:
        body, column = section_body()
        until = Field(name="until", type="any", help="What ends it before its last tick.", choices=("", "stop"))
        column.addWidget(self._row(until, "ends when", UNTIL))
        ticks = Field(name="max_ticks", type="integer", default=None, ge=1, help="Most ticks: the bound of its loops. "
                      "Unwritten it is 100, and reaching that pauses the run.")  # fmt: skip
        column.addWidget(self._row(ticks, "most ticks"))
        limit = Field(name="on_limit", type="any", help="What reaching the most ticks means.", choices=("", "fail"))
        column.addWidget(self._row(limit, "at that many", ON_LIMIT))
        return body

    def _limit_rows(self) -> QWidget:
        body, column = section_body()
        column.addWidget(Note("Of the whole run. Reaching a limit pauses it; it can be resumed."))
        for name in LIMITS:
            field = limit_field(name)
            row = ParamRow(
                field,
                self.subject,
                partial(self._set_limit, name),
                self.subject.end,
                name=f"inspector.graph.limit.{name}",
                read=partial(self._limit, name),
            )
            self._limits[name] = row
            column.addWidget(row)
        return body

    def _alarms(self) -> QWidget:
        self.alarms = alarm_rows.AlarmRows(self.subject, self._folds)
        return self.alarms

    def _stores(self) -> QWidget:
        self.stores = StoresSection(self.subject)
        return self.stores

    def _graphs(self) -> QWidget:
        body, self._graphs_column = section_body()
        self._graphs_column.setSpacing(2)
        self._graphs_shown: object = None
        return body

    # -- reading and writing --------------------------------------------------------------------

    def _graph(self) -> Any:
        return self.subject.doc.at(self.subject.at)

    def _read(self, key: str) -> Json:
        from studio.graph.model import Graph

        value = getattr(self._graph(), key)
        return MISSING if value == getattr(Graph(), key) else value

    def _limit(self, name: str) -> Json:
        return self._graph().limits.get(name, MISSING)

    def _set(self, key: Key, value: Json) -> str:
        from studio.editing.edits.nodes import set_graph_key

        subject = self.subject
        label = f"Set {key.replace('_', ' ')} of the graph"
        return subject.do(label, lambda: set_graph_key(subject.doc, subject.at, key, value), merge=f"graph/{key}")

    def _set_limit(self, name: str, value: Json) -> str:
        from studio.editing.edits.nodes import set_graph_key

        subject = self.subject
        return subject.do(
            f"Set limit {name}",
            lambda: set_graph_key(subject.doc, subject.at, "limits", changed_limits(self._graph().limits, name, value)),
            merge=f"graph/limit/{name}",
        )

    def _rename(self, new: str) -> None:
        from studio.editing.edits.bodies import rename_graph

        subject = self.subject
        subject.end()
        if subject.at:
            *outer, old = subject.at
            why = subject.do(f"Rename {old} to {new}", lambda: rename_graph(subject.doc, tuple(outer), old, new))
        else:
            why = self._set("name", new)
        if why:
            self.name.refuse(why)

    def commit(self) -> None:
        """Tell what was typed and still waits."""
        if self.subject.document is None or not self.subject.document.has(self.subject.at):
            return
        finish_all(self)
        if self.sections["Stores"].body is not None:
            self.stores.finish()
        self.name.finish()

    # -- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what the document holds now."""
        subject = self.subject
        if subject.document is None or not subject.document.has(subject.at):
            return
        graph = self._graph()
        at = subject.at
        siblings = frozenset(subject.doc.at(at[:-1]).graphs) - {at[-1]} if at else frozenset()
        self.name.show_name(at[-1] if at else graph.name, frozenset(siblings))
        path = subject.doc.path
        where = f"subgraph of {subject.doc.title}" if at else str(path) if path is not None else "not saved yet"
        self.file.set_text(f"{len(graph.nodes)} node{'' if len(graph.nodes) == 1 else 's'} · {where}")
        self.file.setToolTip(tip(str(path) if path is not None else where))
        for key, row in self.rows.items():
            row.show_value(self._read(key))
        for name, row in self._limits.items():
            row.show_value(graph.limits.get(name, MISSING))
        if self.sections["Inputs and outputs"].is_open:
            self._show_ends()
        if self.sections[alarm_rows.TITLE].is_open:
            self.alarms.refresh()
        if self.sections["Stores"].is_open:
            self.stores.refresh()
        if self.sections["Subgraphs"].is_open:
            self._show_graphs()
        self._summaries(graph)

    def _summaries(self, graph: Any) -> None:
        told = {
            "Limits": " · ".join(f"{name} {value:g}" for name, value in graph.limits.items()),
            alarm_rows.TITLE: alarm_rows.summary(graph.dynamics),
            "Stores": ", ".join(graph.stores),
            "Subgraphs": ", ".join(graph.graphs),
        }
        for title, section in self.sections.items():
            section.header.set_summary("" if section.is_open else cut(told.get(title, ""), 200))

    def _show_ends(self) -> None:
        from studio.graph.ports import body_fields

        subject = self.subject
        inputs, outputs = body_fields(subject.doc.scope(subject.at), subject.doc.registry)
        signature = tuple((name, one.type, one.help, one.required) for name, one in (*inputs.items(), *outputs.items()))
        if (signature, len(inputs)) == self._ends_shown:
            return
        self._ends_shown = (signature, len(inputs))
        clear(self._ends_column)
        for title, fields in (("Inputs", inputs), ("Outputs", outputs)):
            self._ends_column.addWidget(Elided(title, role="soft"))
            for name, field in list(fields.items())[:MOST]:
                self._ends_column.addWidget(self._end(name, field, title == "Inputs"))
            if not fields:
                kind = "flow.input" if title == "Inputs" else "flow.output"
                self._ends_column.addWidget(Note(f"None yet: add a node of type {kind}."))

    def _end(self, name: str, field: Field, is_input: bool) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(Dot(field.type, True))
        go = Link(cut(name, 60), f"Select {cut(name, 60)}", f"inspector.end.{name}")
        go.setToolTip(tip(field.help or f"Select {name}"))
        go.clicked.connect(lambda *_: self.workbench.show(self.subject.doc, self.subject.at, [name]))
        line.addWidget(go, 2)
        told = f"{field.type}, must be given" if is_input and field.required else field.type
        state = Elided(told, role="soft")
        state.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.addWidget(state, 1)
        return row

    def _show_graphs(self) -> None:
        graphs = self._graph().graphs
        signature = tuple((name, len(inner.nodes), inner.about) for name, inner in graphs.items())
        if signature == self._graphs_shown:
            return
        self._graphs_shown = signature
        clear(self._graphs_column)
        for name, count, about in signature[:MOST]:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            go = Link(cut(name, 60), f"Open {cut(name, 60)}", f"inspector.subgraph.{name}")
            go.setToolTip(tip(about or f"Open {name}"))
            go.clicked.connect(lambda *_, name=name: self.workbench.show(self.subject.doc, (*self.subject.at, name)))
            line.addWidget(go, 2)
            state = Elided(f"{count} node{'' if count == 1 else 's'}", role="soft")
            state.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.addWidget(state, 1)
            remove = small_button("Delete", f"Delete the subgraph {cut(name, 60)}", f"inspector.subgraph.{name}.delete")
            remove.clicked.connect(lambda *_, name=name: self._delete_graph(name))
            line.addWidget(remove)
            self._graphs_column.addWidget(row)
        if not signature:
            self._graphs_column.addWidget(Note("None yet. Select nodes and make a subgraph of them."))

    def _delete_graph(self, name: str) -> None:
        from studio.editing.edits.bodies import delete_graph

        subject = self.subject
        subject.end()
        why = subject.do(f"Delete subgraph {name}", lambda: delete_graph(subject.doc, subject.at, name))
        if why:
            self.workbench.say(why, "error")
