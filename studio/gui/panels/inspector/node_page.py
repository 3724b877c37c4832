"""The page about a node of one type, or about several nodes: made once for a type, then turned from node to node."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from studio.gui.panels.inspector.engine_sections import EngineSections
from studio.gui.panels.inspector.folds import Folds
from studio.gui.panels.inspector.form import ParamForm
from studio.gui.panels.inspector.header import NodeHeader
from studio.gui.panels.inspector.help_section import HelpBody
from studio.gui.panels.inspector.large import LargeEditor
from studio.gui.panels.inspector.may_section import MaySection, may_of, short
from studio.gui.panels.inspector.ports_section import PortsSection
from studio.gui.panels.inspector.preview_section import PreviewSection, has_preview
from studio.gui.panels.inspector.samples import Samples
from studio.gui.panels.inspector.server_section import TYPE as SERVER_TYPE
from studio.gui.panels.inspector.server_section import ServerSection
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.editor import finish_all
from studio.gui.widgets.labels import Note, small_button
from studio.gui.widgets.section import Section
from studio.gui.workbench import Workbench
from studio.spec.fields import Field
from studio.spec.node import Node


class NodePage(QWidget):
    """Everything about nodes of these types (None: a type that nobody declares)."""

    def __init__(
        self, workbench: Workbench, samples: Samples, folds: Folds, types: tuple[type[Node] | None, ...], several: bool
    ) -> None:
        super().__init__()
        self.workbench = workbench
        self.subject = Subject(workbench, samples)
        self._folds = folds
        self._several = several
        cls = types[0] if len(types) == 1 else None
        self.cls = cls
        key = "several" if cls is None else cls.spec.type
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header = NodeHeader(self.subject)
        self.header.help_asked.connect(self.show_help)
        column.addWidget(self.header)
        self.server: Section | None = None
        if not several and cls is not None and cls.spec.type == SERVER_TYPE:
            self.server = self._section(f"{key}.Server", "Server", lambda: ServerSection(self.subject), is_open=True)
            column.addWidget(self.server)
        self.form = ParamForm(self.subject, common_fields(types), folds, key, None if several else self._open_large)
        self._add_help_switch()
        column.addWidget(self.form)
        if several and not self.form.groups:
            column.addWidget(_padded(Note("These nodes have no param in common.")))
        self.preview: Section | None = None
        self.ports: Section | None = None
        self.may: Section | None = None
        self.help: Section | None = None
        if not several:
            if cls is not None and has_preview(cls.spec.type):
                self.preview = self._section(f"{key}.Preview", "Preview", lambda: PreviewSection(self.subject))
                column.addWidget(self.preview)
            self.ports = self._section("Ports", "Ports", lambda: PortsSection(self.subject), is_open=True)
            column.addWidget(self.ports)
            if cls is not None:
                self.may = self._section("May", "May", lambda: MaySection(self.subject, cls), is_open=True)
                column.addWidget(self.may)
        self.engine = EngineSections(self.subject, folds)
        for section in self.engine.sections.values():
            column.addWidget(section)
        if cls is not None:
            self.help = self._section("Help", "Help", lambda: HelpBody(cls))
            column.addWidget(self.help)
        column.addStretch(1)

    def _section(self, key: str, title: str, make: Callable[[], QWidget], *, is_open: bool = False) -> Section:
        section = self._folds.section(key, title, make, is_open=is_open)
        section.toggled.connect(lambda *_: self.refresh())
        return section

    def _add_help_switch(self) -> None:
        """Put a switch into the first section's heading that writes the help of each param below it."""
        if not self.form.groups:
            return
        header = self.form.groups[0].section.header
        self.help_switch = small_button("help", "Write the help of each param below it", "inspector.param_help", header)
        self.help_switch.setCheckable(True)
        self.help_switch.toggled.connect(self.form.show_help)
        first = self.form.groups[0].section
        self.help_switch.setVisible(first.is_open)
        first.turned.connect(self.help_switch.setVisible)
        row = QVBoxLayout(header)
        row.setContentsMargins(0, 0, 4, 0)
        row.addWidget(self.help_switch, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_help(self) -> None:
        """Unfold the help of the type and bring it into view."""
        if self.help is None:
            return
        self.help.set_open(True)
        parent: QWidget | None = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if isinstance(parent, QScrollArea):
            layout = self.layout()
            assert layout is not None
            layout.activate()
            parent.verticalScrollBar().setValue(self.help.y())

    def _open_large(self, field: Field) -> None:
        self.commit()
        window = LargeEditor(self.subject, field, self.window())
        window.show()

    def commit(self) -> None:
        """Tell what was typed and still waits."""
        if self.subject.exists:
            finish_all(self)
            self.header.name.finish()  # last: what is typed elsewhere belongs to the node as it is called

    def refresh(self) -> None:
        """Show what the document holds now."""
        if not self.subject.exists:
            return
        self.header.refresh()
        self.form.refresh()
        for section in (self.preview, self.server, self.ports):
            if section is not None and section.is_open:
                body = section.body
                assert isinstance(body, PreviewSection | ServerSection | PortsSection)
                body.refresh()
        if self.ports is not None:
            ports = self.subject.ports
            self.ports.header.set_summary("" if self.ports.is_open else _counts(len(ports.inputs), len(ports.outputs)))
        self._refresh_may()
        self.engine.refresh()

    def _refresh_may(self) -> None:
        """Most nodes only compute: of these nothing is said."""
        if self.may is None or self.cls is None:
            return
        found = may_of(self.subject, self.cls)
        self.may.setVisible(bool(found))
        self.may.header.set_summary("" if self.may.is_open else short(found))
        if found and self.may.is_open:
            assert isinstance(self.may.body, MaySection)
            self.may.body.refresh()


def _counts(inputs: int, outputs: int) -> str:
    return f"{inputs} in · {outputs} out"


def _padded(note: Note) -> QWidget:
    outer = QWidget()
    column = QVBoxLayout(outer)
    column.setContentsMargins(14, 8, 10, 8)
    column.addWidget(note)
    return outer


def common_fields(types: tuple[type[Node] | None, ...]) -> dict[str, Field]:
    """Return the params that all these types declare alike."""
    if not types or any(cls is None for cls in types):
        return {}
    first, *others = [cls.Params.fields() for cls in types if cls is not None]
    return {
        name: field
        for name, field in first.items()
        if all(name in other and _alike(field, other[name]) for other in others)
    }


def _alike(one: Field, other: Field) -> bool:
    return (one.type, one.choices, one.ge, one.le, dict(one.editor)) == (
        other.type, other.choices, other.ge, other.le, dict(other.editor)
    )  # fmt: skip
