"""The page about a wire: its ends, when it delivers, what it brings first, and who comes before whom."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.editing import At, Document
from studio.graph.model import Edge
from studio.gui.panels.inspector.ports_section import Dot, OrderedWires
from studio.gui.panels.inspector.samples import Samples
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.choices import ChoiceEditor, PickEditor, SwitchEditor
from studio.gui.widgets.labels import Elided, Link, Note, colour_text, cut, small_button
from studio.gui.widgets.section import MARGINS
from studio.gui.widgets.values import ValueEditor
from studio.gui.workbench import Workbench
from studio.spec.fields import MISSING
from studio.support.values import Json

FIRST: dict[str, Json] = {"nothing": "nothing", "a value": "value", "an output at tick 0": "from"}


class WirePage(QWidget):
    """One wire."""

    def __init__(self, workbench: Workbench, samples: Samples) -> None:
        super().__init__()
        self.workbench = workbench
        self.subject = Subject(workbench, samples)
        self.edge: Edge | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        ends = QWidget()
        self._ends = QVBoxLayout(ends)
        self._ends.setContentsMargins(*MARGINS)
        self._ends.setSpacing(3)
        column.addWidget(ends)
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(*MARGINS)
        rows.setSpacing(8)
        column.addWidget(body)
        self.feedback = SwitchEditor(MISSING)
        self.feedback.box.setObjectName("inspector.wire.feedback")
        self.feedback.edited.connect(self._set_feedback)
        rows.addWidget(_labelled("feedback: next tick", self.feedback))
        self.options = QWidget()
        inner = QVBoxLayout(self.options)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        rows.addWidget(self.options)
        self.first = ChoiceEditor(FIRST, MISSING)
        self.first.box.setObjectName("inspector.wire.first")
        self.first.edited.connect(self._set_first)
        inner.addWidget(_labelled("first brings", self.first))
        self.initial = ValueEditor(required=True)
        self.initial.setObjectName("inspector.wire.initial")
        self.initial.kind.setAccessibleName("Kind of the first value")
        self.initial.edited.connect(self._set_initial)
        self.initial.finished.connect(self.subject.end)
        inner.addWidget(self.initial)
        self.source = _OutputPicker(self)
        self.source.box.setObjectName("inspector.wire.initial_from")
        self.source.box.setAccessibleName("Output that gives the first value")
        self.source.edited.connect(self._set_initial_from)
        self.source.finished.connect(self.subject.end)
        inner.addWidget(self.source)
        self.hold = SwitchEditor(MISSING)
        self.hold.box.setObjectName("inspector.wire.hold")
        self.hold.edited.connect(self._set_hold)
        inner.addWidget(_labelled("holds its last value", self.hold))
        self.about = Note("", "soft")
        rows.addWidget(self.about)
        self.told = Note("", "bad")
        self.told.setObjectName("inspector.wire.problem")
        rows.addWidget(self.told)
        self._order = QVBoxLayout()
        rows.addLayout(self._order)
        cut_button = small_button("Cut this wire", "Cut this wire", "inspector.wire.cut")
        cut_button.clicked.connect(lambda *_: self._cut())
        rows.addWidget(cut_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._shown: object = None

    def turn_to(self, document: Document, at: At, edge: Edge) -> None:
        """Be about this wire."""
        self.subject.turn_to(document, at, (edge.target,))
        self.edge = edge
        self._shown = None
        self.told.set_text("")
        self.refresh()

    def commit(self) -> None:
        """Tell what was typed and still waits."""
        document = self.subject.document
        if document is not None and document.has(self.subject.at) and self.number >= 0:
            self.initial.finish()

    @property
    def number(self) -> int:
        """The place of the wire in the file order, -1 if it is gone."""
        edges = self.subject.doc.at(self.subject.at).edges
        if self.edge is None:
            return -1
        same = [at for at, one in enumerate(edges) if one is self.edge]
        same += [at for at, one in enumerate(edges) if _ends(one) == _ends(self.edge)]
        return same[0] if same else -1

    def refresh(self) -> None:
        """Show what the document holds now."""
        document = self.subject.document
        if document is None or not document.has(self.subject.at) or self.number < 0:
            return
        edge = self.edge = document.at(self.subject.at).edges[self.number]
        self.subject.names = (edge.target,)
        self._show_ends(edge)
        self.feedback.show_value(edge.feedback)
        self.options.setVisible(edge.feedback)
        self.first.show_value("value" if edge.has_initial else "from" if edge.initial_from else "nothing")
        self.initial.setVisible(edge.has_initial)
        if edge.has_initial:
            self.initial.show_value(edge.initial)
        self.source.setVisible(bool(edge.initial_from))
        self.source.show_value(edge.initial_from)
        self.hold.show_value(edge.hold)
        self.about.set_text(_meaning(edge))

    def _show_ends(self, edge: Edge) -> None:
        doc, at = self.subject.doc, self.subject.at
        source = doc.output(at, edge.source, edge.source_port)
        target = doc.input(at, edge.target, edge.target_port)
        wires = self.subject.edges_into(edge.target_port)
        shown = (str(edge), source and source.type, target and target.type, tuple(map(str, wires)))
        if shown == self._shown:
            return
        self._shown = shown
        for column in (self._ends, self._order):
            while (item := column.takeAt(0)) is not None:
                if (gone := item.widget()) is not None:
                    gone.hide()
                    gone.deleteLater()
        for word, node, port, field in (
            ("from", edge.source, edge.source_port, source), ("to", edge.target, edge.target_port, target)
        ):  # fmt: skip
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(4)
            label = Elided(word, role="soft")
            label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            label.setFixedWidth(38)
            line.addWidget(label)
            line.addWidget(Dot(field.type if field is not None else "any", True))
            go = Link(f"{cut(node, 60)}.{cut(port, 40)}", f"Go to {cut(node, 60)}", f"inspector.wire.{word}")
            go.clicked.connect(lambda *_, node=node: self.workbench.show(doc, at, [node]))
            line.addWidget(go, 3)
            state = Elided(field.type if field is not None else "no such port", role="soft" if field else "bad")
            state.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.addWidget(state, 2)
            self._ends.addWidget(row)
        if len(wires) > 1:
            self._order.addWidget(
                Note(f"Wires into {edge.target}.{edge.target_port}: the first that brings a value counts.")
            )
            self._order.addWidget(OrderedWires(self.subject, edge.target_port, wires))

    # -- changing -----------------------------------------------------------------------------

    def _put(self, label: str, edge: Edge, merge: str = "") -> None:
        from studio.editing.edits.connecting import set_edge

        subject, number = self.subject, self.number
        if not merge:
            subject.end()
        why = subject.do(label, lambda: set_edge(subject.doc, subject.at, number, edge), merge=merge)
        self.told.set_text(why)
        if why:
            colour_text(self.told, "bad")
            self._show_again()

    def _show_again(self) -> None:
        """A refused change leaves the widgets as the document is."""
        for editor in (self.feedback, self.first, self.hold):
            editor.show_value(MISSING)
        self.refresh()

    def _set_feedback(self, on: Json) -> None:
        assert self.edge is not None
        if on:
            self._put(f"Deliver {self.edge} at the next tick", replace(self.edge, feedback=True))
        else:
            plain = replace(self.edge, feedback=False, has_initial=False, initial=None, initial_from="", hold=False)
            self._put(f"Deliver {self.edge} in the same tick", plain)

    def _set_first(self, kind: Json) -> None:
        assert self.edge is not None
        bare = replace(self.edge, has_initial=False, initial=None, initial_from="")
        if kind == "value":
            target = self.subject.doc.input(self.subject.at, self.edge.target, self.edge.target_port)
            bare = replace(bare, has_initial=True, initial=_BLANK.get(target.type if target is not None else "any", ""))
        elif kind == "from":
            wanted = self.source.choices()
            if not wanted:
                self.told.set_text("No other output could give the first value.")
                self._show_again()
                return
            bare = replace(bare, initial_from=wanted[0][0])
        self._put(f"Set the first value of {self.edge}", bare)

    def _set_initial(self, value: Json) -> None:
        assert self.edge is not None
        self._put(
            f"Set the first value of {self.edge}", replace(self.edge, initial=value), merge=f"initial/{self.edge}"
        )

    def _set_initial_from(self, value: Json) -> None:
        assert self.edge is not None
        if value is MISSING or "." not in value:
            self.told.set_text("Write the output as node.port.")
            return
        self._put(f"Set the first value of {self.edge}", replace(self.edge, initial_from=value), merge="from")

    def _set_hold(self, on: Json) -> None:
        assert self.edge is not None
        self._put(f"{'Hold' if on else 'Do not hold'} {self.edge}", replace(self.edge, hold=bool(on)))

    def _cut(self) -> None:
        from studio.editing.edits.connecting import unwire

        subject, edge = self.subject, self.edge
        if edge is None or self.number < 0:
            return
        subject.end()
        subject.do(f"Cut {edge}", lambda: unwire(subject.doc, subject.at, [edge]))


_BLANK: dict[str, Json] = {
    "number": 0,
    "integer": 0,
    "boolean": True,
    "list": [],
    "messages": [],
    "vector": [],
    "json": {},
}


def _ends(edge: Edge | None) -> tuple[str, ...]:
    return (edge.source, edge.source_port, edge.target, edge.target_port) if edge is not None else ()


def _meaning(edge: Edge) -> str:
    """Return what the wire does, as a sentence."""
    if not edge.feedback:
        return "Brings the value in the same tick."
    first = (
        "a first value" if edge.has_initial else f"the first value of {edge.initial_from}" if edge.initial_from else ""
    )
    told = f"Brings in each tick what was given in the one before; {first or 'nothing'} in the first."
    return f"{told} Repeats the last value while nothing new comes: it is memory." if edge.hold else told


def _labelled(text: str, widget: QWidget) -> QWidget:
    outer = QWidget()
    line = QHBoxLayout(outer)
    line.setContentsMargins(0, 0, 0, 0)
    label = Elided(text)
    label.setBuddy(widget)
    line.addWidget(label, 3)
    line.addWidget(widget, 2)
    inner = widget.focusProxy()
    if inner is not None:
        inner.setAccessibleName(text)
    return outer


class _OutputPicker(PickEditor):
    """An output of the graph whose type fits the wire's target."""

    def __init__(self, page: WirePage) -> None:
        super().__init__(MISSING, "node.port", page)
        self._page = page

    def choices(self) -> list[tuple[str, str]]:
        from studio.spec.types import accepts

        page = self._page
        edge, subject = page.edge, page.subject
        if edge is None or subject.document is None:
            return []
        target = subject.doc.input(subject.at, edge.target, edge.target_port)
        found = []
        for name in subject.doc.at(subject.at).nodes:
            if name == edge.target:
                continue
            for port, field in subject.doc.ports(subject.at, name).outputs.items():
                if target is None or accepts(field.type, target.type):
                    found.append((f"{name}.{port}", field.type))
        return found[:500]
