"""The panel: shows the page for what is selected and keeps it up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from studio.editing import Document, Op, RenameNode, ReplaceEdge
from studio.graph.model import Edge
from studio.gui.base.guard import guarded
from studio.gui.panels.inspector.folds import Folds
from studio.gui.panels.inspector.samples import Samples
from studio.gui.widgets.labels import Note
from studio.gui.widgets.tab_order import OrderedArea
from studio.gui.widgets.undo_keys import UndoHost
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.panels.inspector.firing.page import FiringPage
    from studio.gui.panels.inspector.node_page import NodePage
    from studio.spec.registry import Registry

KEPT = 16
"""Pages of node types that are kept to be shown again."""


class _Page(Protocol):
    def refresh(self) -> None: ...
    def commit(self) -> None: ...


class Inspector(QWidget, UndoHost):
    """Params and all else of what is selected on the canvas that is shown."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        workbench.parts["inspector"] = self
        self.setObjectName("inspector")
        self.setMinimumWidth(220)
        self.samples = Samples(workbench)
        self.folds = Folds()
        self.stack = QStackedWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._empty = QWidget()
        inner = QVBoxLayout(self._empty)
        inner.setContentsMargins(16, 16, 16, 16)
        self._told = Note("", "soft")
        inner.addWidget(self._told)
        inner.addStretch(1)
        self.stack.addWidget(self._empty)
        self._areas: dict[QWidget, QScrollArea] = {}
        self._nodes: dict[tuple[str, ...], NodePage] = {}
        self.page: _Page | None = None
        self._document: Document | None = None
        self._wire: Edge | None = None
        self._stale = False
        self._unhook: list[Callable[[], None]] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        workbench.selection_changed.connect(self._ask)
        workbench.current_changed.connect(self._ask)
        workbench.settled.connect(self._on_settled)
        workbench.closed.connect(self._on_closed)
        self._hook_services()
        self.refresh()

    @guarded(QSize(320, 400))
    def sizeHint(self) -> QSize:
        return QSize(330, 600)

    # -- undo for the fields inside ---------------------------------------------------------------

    def undo(self) -> None:
        """Take the last edit of the document back."""
        self.commit()
        self.workbench.trigger("edit.undo")

    def redo(self) -> None:
        """Do it again."""
        self.commit()
        self.workbench.trigger("edit.redo")

    def commit(self) -> None:
        """Tell the document what was typed and still waits (long texts wait a little)."""
        if self.page is not None:
            self.page.commit()

    # -- following ----------------------------------------------------------------------------

    def _hook_services(self) -> None:
        checks, live = self.workbench.parts.get("checks"), self.workbench.parts.get("live")
        if checks is not None:
            checks.checked.connect(self._on_told)
        if live is not None:
            live.ended.connect(self._on_told)
        replays = self.workbench.parts.get("replay")
        if replays is not None:
            for signal in (replays.moved, replays.grew):
                signal.connect(lambda session: self._on_told(session.document))

    def _on_told(self, document: object) -> None:
        """Badges, or values of a run, are known anew."""
        if document is self._document:
            self._ask()

    def _ask(self) -> None:
        """Look at what is selected, once, when the event that changed it is over; hidden, when it is shown again."""
        if self.isVisible():
            self._soon.start(0)
        else:
            self._stale = True

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _on_settled(self, document: object) -> None:
        if document is self.workbench.document and not self._soon.isActive():
            if self.isVisible():
                # At once: whoever types must see what became of it before the next key.
                self.refresh()
            else:
                self._stale = True

    def _on_closed(self, document: object) -> None:
        for page in self._areas:
            subject = getattr(page, "subject", None)
            if subject is not None and subject.document is document:
                subject.document = None
        if document is self._document:
            self._follow(None)
            self._ask()

    def _follow(self, document: Document | None) -> None:
        if document is self._document:
            return
        for unhook in self._unhook:
            unhook()
        self._unhook = []
        self._document = document
        if document is not None:
            self._unhook = [document.changed.connect(self._on_op), document.reset.connect(self._ask)]

    def _on_op(self, op: Op, inverse: Op) -> None:
        """A node that is renamed stays the one that is shown, whenever the canvas tells of it."""
        if isinstance(op, RenameNode) and self._document is not None:
            self.samples.renamed(self._document, op.at, op.old, op.new)
        page = self.page
        if page is None:
            return
        from studio.gui.panels.inspector.node_page import NodePage
        from studio.gui.panels.inspector.wire_page import WirePage

        if isinstance(op, RenameNode) and isinstance(page, NodePage) and op.at == page.subject.at:
            page.subject.names = tuple(op.new if name == op.old else name for name in page.subject.names)
        if isinstance(op, ReplaceEdge) and isinstance(inverse, ReplaceEdge) and isinstance(page, WirePage):
            if inverse.edge is page.edge and op.at == page.subject.at:
                page.edge = self._wire = op.edge

    # -- showing ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the page for what is selected, as the document is now."""
        self._soon.stop()
        self._stale = False
        canvas = self.workbench.canvas
        if canvas is None or not canvas.document.has(canvas.at):
            self._follow(None)
            self._say("Open a graph to see what it is made of.")
            return
        # The pages bring all editors along: they are loaded with the first graph, not with the window.
        from studio.gui.panels.inspector.graph_page import GraphPage
        from studio.gui.panels.inspector.note_page import NotePage
        from studio.gui.panels.inspector.wire_page import WirePage

        document, at = canvas.document, canvas.at
        self._follow(document)
        names = [name for name in self.workbench.selection if name in document.at(at).nodes]
        replays = self.workbench.parts.get("replay")
        session = None if replays is None else replays.of(document)
        if session is not None:
            firing = self.firing_page()
            self._leave()
            edges = _ask_canvas(canvas, "selected_edges")
            firing.turn_to(session, at, names, edges[0] if len(edges) == 1 and not names else None)
            self._show(firing)
            return
        edges = self._keep_wire(canvas, _ask_canvas(canvas, "selected_edges"))
        frames, comments = _ask_canvas(canvas, "selected_frames"), _ask_canvas(canvas, "selected_comments")
        if names:
            node_page = self._node_page(document.registry, [document.node(at, name).type for name in names])
            subject = node_page.subject
            if (subject.document, subject.at, subject.names) != (document, at, tuple(names)):
                self._leave()
                subject.turn_to(document, at, names)
                node_page.form.turned()
            self._show(node_page)
        elif len(edges) == 1:
            wire = self._once("wire", lambda: WirePage(self.workbench, self.samples))
            assert isinstance(wire, WirePage)
            if self.page is not wire or wire.edge is not edges[0]:
                self._leave()
                wire.turn_to(document, at, edges[0])
            self._show(wire)
        elif edges:
            self._say(f"{len(edges)} wires are selected. Select one to see what it carries.")
        elif len(frames) + len(comments) == 1:
            kind, number = ("frame", frames[0]) if frames else ("comment", comments[0])
            note = self._once(kind, lambda: NotePage(self.workbench, self.samples, kind))
            assert isinstance(note, NotePage)
            if self.page is not note or (note.subject.document, note.subject.at, note.number) != (document, at, number):
                self._leave()
                note.turn_to(document, at, number)
            self._show(note)
        elif frames or comments:
            self._say(f"{len(frames) + len(comments)} notes are selected.")
        else:
            graph = self._once("graph", lambda: GraphPage(self.workbench, self.samples, self.folds))
            assert isinstance(graph, GraphPage)
            if (graph.subject.document, graph.subject.at) != (document, at):
                self._leave()
                graph.subject.turn_to(document, at, ())
            self._show(graph)

    def _keep_wire(self, canvas: Canvas, edges: list[Any]) -> list[Any]:
        """Return the selected wires. One that is shown and now delivers at another tick is another item on the canvas,
        which takes the old one away in its own time: it is selected again."""
        edge = self._wire
        if edge is None:
            return edges
        if edge not in canvas.document.at(canvas.at).edges:
            self._wire = None
            return edges
        from studio.gui.canvas.wire_item import WireKey

        item = canvas.projection.wires.get(WireKey.of(edge))
        if item is not None and not canvas.selected_items():
            self._wire = None
            canvas.select_items({item})
        elif edges or canvas.selected():
            self._wire = None
            return edges
        return [edge]

    def _leave(self) -> None:
        if self.page is not None:
            self.page.commit()

    def _say(self, text: str) -> None:
        self._leave()
        self.page = None
        self._told.set_text(text)
        self.stack.setCurrentWidget(self._empty)

    def _show(self, page: QWidget) -> None:
        shown = cast("_Page", page)
        if self.page is not shown:
            self._leave()
        self.page = shown
        shown.refresh()
        area = self._area(page)
        if self.stack.currentWidget() is not area:
            self.stack.setCurrentWidget(area)

    def _area(self, page: QWidget) -> QScrollArea:
        if page not in self._areas:
            area = OrderedArea()
            area.setWidgetResizable(True)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(page)
            self._areas[page] = area
            self.stack.addWidget(area)
        return self._areas[page]

    def _once(self, key: str, make: Callable[[], QWidget]) -> QWidget:
        page = next((one for one in self._areas if one.property("page") == key), None)
        if page is None:
            page = make()
            page.setProperty("page", key)
            self._area(page)
        return page

    def firing_page(self) -> FiringPage:
        """Return the page of a firing, which is shown for runs that are stepped through."""
        from studio.gui.panels.inspector.firing.page import FiringPage

        page = self._once("firing", lambda: FiringPage(self.workbench, self.folds))
        assert isinstance(page, FiringPage)
        return page

    def _node_page(self, registry: Registry, types: list[str]) -> NodePage:
        from studio.gui.panels.inspector.node_page import NodePage

        classes = {name: registry.find(name) for name in types}
        # Another class of the same name is another type: a file of the project's own was changed.
        key = (str(len(types) > 1), *sorted(f"{name} {id(cls)}" for name, cls in classes.items()))
        page = self._nodes.pop(key, None)
        if page is None:
            found = tuple(dict.fromkeys(classes.values()))
            page = NodePage(self.workbench, self.samples, self.folds, found, len(types) > 1)
            while len(self._nodes) >= KEPT:
                gone = self._nodes.pop(next(iter(self._nodes)))
                area = self._areas.pop(gone)
                self.stack.removeWidget(area)
                area.deleteLater()
        self._nodes[key] = page
        return page

    # -- what others ask ------------------------------------------------------------------------

    def focus_main(self) -> None:
        """Give the focus to the first param of the node that is shown, the one that says most of it."""
        from studio.gui.panels.inspector.node_page import NodePage

        self.refresh()
        if isinstance(self.page, NodePage) and (names := list(self.page.form.rows())):
            self.reveal_param(names[0])

    def reveal_param(self, name: str) -> None:
        """Bring the row of a param of the node that is shown into view and give it the focus."""
        from studio.gui.panels.inspector.node_page import NodePage

        self.refresh()
        if isinstance(self.page, NodePage):
            row = self.page.form.reveal(name)
            if row is not None:
                self._area(self.page).ensureWidgetVisible(row)
                row.editor.setFocus(Qt.FocusReason.OtherFocusReason)


def _ask_canvas(canvas: object, name: str) -> list[Any]:
    """Return what is selected besides nodes; a canvas that does not offer it has none."""
    method = getattr(canvas, name, None)
    return list(method()) if method is not None else []
