"""The ports of a node: type, help, what is wired; a click goes to the other end; wires into one port can be ordered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.graph.model import Edge
from studio.gui.base.guard import guarded
from studio.gui.panels.inspector.subject import Subject
from studio.gui.theme import current_theme
from studio.gui.widgets.editor import default_text
from studio.gui.widgets.labels import Elided, Link, Note, cut, tip
from studio.gui.widgets.rows import Rows
from studio.gui.widgets.section import MARGINS
from studio.spec.fields import Field

MOST = 60
"""Ports, and wires of one port, that are listed."""


class Dot(QWidget):
    """A port's dot: filled if wired, in the colour of its type."""

    def __init__(self, port_type: str, wired: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._type, self._wired = port_type, wired
        self.setFixedSize(14, 16)
        self.setToolTip(port_type)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.type_colour(self._type)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if self._wired else theme.colour("panel"))
        painter.drawEllipse(QPointF(6, 8), 4, 4)


class PortsSection(QWidget):
    """Inputs, then outputs. Made anew only if something about them has changed."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        self.setObjectName("inspector.ports")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*MARGINS)
        self._column.setSpacing(3)
        self._signature: object = None

    def refresh(self) -> None:
        """Show what the document holds now."""
        subject = self.subject
        ports = subject.ports
        edges = [one for one in subject.doc.at(subject.at).edges if subject.name in (one.source, one.target)]
        signature = (
            subject.name,
            tuple((one.name, one.type, one.default is None, one.required, one.join) for one in ports.inputs.values()),
            tuple((one.name, one.type) for one in ports.outputs.values()),
            tuple((str(one), one.hold, one.has_initial, one.initial_from) for one in edges),
        )
        if signature == self._signature:
            return
        self._signature = signature
        while (item := self._column.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        into: dict[str, list[Edge]] = {}
        out: dict[str, list[Edge]] = {}
        for edge in edges:
            if edge.target == subject.name:
                into.setdefault(edge.target_port, []).append(edge)
            if edge.source == subject.name:
                out.setdefault(edge.source_port, []).append(edge)
        certain = ports.params is not None
        self._side("Inputs", ports.inputs, into, is_output=False)
        self._side("Outputs", ports.outputs, out, is_output=True)
        if not self._column.count():
            known = "It has no ports but `when` and `done`." if certain else "Its ports are not known."
            self._column.addWidget(Note(known))

    def _side(self, title: str, fields: dict[str, Field], wires: dict[str, list[Edge]], *, is_output: bool) -> None:
        certain = self.subject.ports.params is not None
        implied = {"done": "boolean", "error": "any"} if is_output else {"when": "any"}
        shown = dict(fields)
        for name in wires:
            if name not in shown:
                # The implicit ports are listed where they are used; others are ports that the node no longer has.
                shown[name] = Field(name=name, kind="port", type=implied.get(name, "any"), default=None)
        if not shown:
            return
        heading = Elided(title, role="soft")
        self._column.addWidget(heading)
        for name in list(shown)[:MOST]:
            gone = certain and name not in fields and name not in implied
            self._port(shown[name], wires.get(name, []), is_output=is_output, gone=gone)
        if len(shown) > MOST:
            self._column.addWidget(Note(f"… and {len(shown) - MOST} more."))

    def _port(self, field: Field, wires: list[Edge], *, is_output: bool, gone: bool) -> None:
        head = QWidget(self)
        head.setObjectName(f"inspector.port.{field.name}")
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(Dot(field.type, bool(wires)))
        name = Elided(field.name, role="bad" if gone else "")
        name.setToolTip(tip(f"{field.name}: {field.type}\n{field.help}".strip()))
        row.addWidget(name, 3)
        missing = not is_output and not wires and field.required
        said = "no such port" if gone else "needs a wire" if missing else _state(field, wires, is_output)
        state = Elided(said, role="bad" if missing or gone else "soft")
        state.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addWidget(state, 2)
        self._column.addWidget(head)
        if not is_output and len(wires) > 1:
            self._column.addWidget(OrderedWires(self.subject, field.name, wires[:MOST]))
        else:
            for edge in wires[:MOST]:
                self._column.addWidget(_indented(WireRow(self.subject, edge, is_output)))


def _state(field: Field, wires: Sequence[Edge], is_output: bool) -> str:
    if is_output or wires:
        join = {"many": " (gathers)", "first": " (a race)"}.get(field.join, "")
        return f"{field.type}{join}"
    default = default_text(field.default)
    return f"{field.type}, default {default}" if default else f"{field.type}, optional"


class WireRow(QWidget):
    """A wire: its other end, which a click goes to, and a button that cuts it."""

    def __init__(self, subject: Subject, edge: Edge, is_output: bool) -> None:
        super().__init__()
        self.edge = edge
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        other = edge.target if is_output else edge.source
        port = edge.target_port if is_output else edge.source_port
        arrow = ("⇢" if edge.feedback else "→") if is_output else ("⇠" if edge.feedback else "←")
        tags = [
            word for word, on in (("hold", edge.hold), ("initial", edge.has_initial or bool(edge.initial_from))) if on
        ]
        text = f"{arrow} {cut(other, 60)}.{cut(port, 40)}" + (f"  ({', '.join(tags)})" if tags else "")
        self.go = Link(text, f"Go to {cut(other, 60)}", f"inspector.wire.{other}.{port}")
        self.go.setToolTip(tip(str(edge)))
        self.go.clicked.connect(lambda *_: subject.workbench.show(subject.doc, subject.at, [other]))
        row.addWidget(self.go, 1)
        self.setFocusProxy(self.go)

    @guarded(QSize(60, 20))
    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())


class OrderedWires(QWidget):
    """Several wires into one port, in the order that counts."""

    def __init__(self, subject: Subject, port: str, wires: list[Edge]) -> None:
        super().__init__()
        self._subject, self._port, self._wires = subject, port, wires
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 0, 0, 0)
        waiting = list(wires)
        self.rows: Rows[WireRow] = Rows(lambda: WireRow(subject, waiting.pop(0), False))
        self.rows.setObjectName(f"inspector.order.{port}")
        self.rows.set_count(len(wires))
        self.rows.changed.connect(self._changed)
        column.addWidget(self.rows)

    def _changed(self) -> None:
        from studio.editing.edits.connecting import reorder_edges, unwire

        subject = self._subject
        left = [row.edge for row in self.rows.contents()]
        gone = [edge for edge in self._wires if not any(edge is one for one in left)]
        subject.end()
        if gone:
            why = subject.do(f"Cut {gone[0]}", lambda: unwire(subject.doc, subject.at, gone))
        else:
            order = [next(at for at, one in enumerate(self._wires) if one is edge) for edge in left]
            why = subject.do(
                f"Order wires into {subject.name}.{self._port}",
                lambda: reorder_edges(subject.doc, subject.at, subject.name, self._port, order),
            )
        if why:
            subject.workbench.say(why, "error")


def _indented(widget: QWidget) -> QWidget:
    outer = QWidget()
    row = QHBoxLayout(outer)
    row.setContentsMargins(14, 0, 0, 0)
    row.addWidget(widget)
    return outer
