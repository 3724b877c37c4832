"""`Canvas`: the widget that shows one graph of a document and lets a person edit it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QLabel, QVBoxLayout, QWidget

from studio.editing import At, Document
from studio.export.drawing.tints import Tint
from studio.graph.layout import Box, Point
from studio.graph.model import Edge
from studio.gui.base.guard import guarded
from studio.gui.canvas import drops, keys, picture, tips
from studio.gui.canvas.annotation_items import CommentItem, FrameItem
from studio.gui.canvas.camera import Camera
from studio.gui.canvas.compared import Compared
from studio.gui.canvas.editing import Editing
from studio.gui.canvas.far import Far
from studio.gui.canvas.gestures import Gesture, begin_gesture
from studio.gui.canvas.graph import CanvasGraph
from studio.gui.canvas.look import look, theme_changed
from studio.gui.canvas.marks import Marks
from studio.gui.canvas.minimap import Minimap, with_map
from studio.gui.canvas.node_item import PortId
from studio.gui.canvas.notes import Notes
from studio.gui.canvas.overlays import CursorNote, FeedbackOffer, InlineText
from studio.gui.canvas.projection import Projection
from studio.gui.canvas.selection import Selection
from studio.gui.canvas.state import NodeState
from studio.gui.canvas.states import States
from studio.gui.canvas.targets import BY_BOX, Target, find_target
from studio.gui.canvas.tints import NodeTints
from studio.gui.canvas.viewer import Viewer
from studio.gui.canvas.wire_item import WireItem, WireKey
from studio.gui.canvas.wire_shares import WireShares
from studio.gui.canvas.wire_values import WireValue, WireValues
from studio.gui.canvas.writing import write_note
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.engine.store_order import StoreStep
    from studio.gui.canvas.store_lines import StoreLines

EMPTY = "Press Tab to add a module, or drop one from the palette."


class Canvas(QWidget):
    """One graph of a document on an endless paper.

    The document is the truth: the canvas shows it and makes ops of gestures; it may change at any moment by others.
    """

    selectionChanged = Signal()
    bodyOpened = Signal(str)
    """A region node was double-clicked: its body should be shown."""
    nodeActivated = Signal(str)
    """Another node was double-clicked, or Enter pressed on it."""
    wireDropped: ClassVar[Any] = Signal(str, str, bool, QPointF, QPoint)
    """(node, port, is_output, place in the scene, place on the screen): a wire was let go over nothing."""
    placeRequested = Signal(QPointF, QPoint)
    """(place in the scene, place on the screen): a module shall be added there."""
    contextRequested = Signal(QPoint, object)
    """(place on the screen, `Target` or None): a menu is wanted for what is there."""
    refused = Signal(str)
    """A sentence that says why something was not done."""
    fileDropped = Signal(object, QPointF)
    """(Path or text of a YAML fragment, place in the scene) was dropped from elsewhere."""
    resized = Signal()
    """There is more or less room for it."""
    gone = Signal()
    """The graph is no more in the document."""

    def __init__(self, workbench: Workbench, document: Document, at: At = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.document = document
        self.wire_value: Callable[[Edge], str] | None = None
        self.view = Viewer()
        self.graph = CanvasGraph(self.view, self)
        self.projection = Projection(document, at, self.graph)
        self.notes = Notes(self.view)
        self.selection = Selection(self)
        self.editing = Editing(self)
        self.graph.editing = self.editing
        self.note = CursorNote(self.view.viewport())
        self.offer_box = FeedbackOffer(self.view)
        self.inline = InlineText(self.view)
        self._hint = QLabel(EMPTY, self.view)
        self.minimap = Minimap(self.view, self.projection)
        self.states = States(self)
        self.marks = Marks(self.view, self.projection, self.notes)
        self.wire_values = WireValues(self.projection)
        self.wire_shares = WireShares(self.projection)
        self.node_tints = NodeTints(self.view, self.projection)
        self.store_lines: StoreLines | None = None
        """Draws the order of stores; there once some store has one."""
        self._store_order: tuple[StoreStep, ...] = ()
        self.camera = Camera(self)
        self.own_keys: Callable[[QKeyEvent], Callable[[], object] | None] | None = None
        """Asked first what a key does here, None for nothing of its own: who shows a run sets it."""
        self.wires_of = ""
        """The node whose wires are gone through by keyboard."""
        self._build()

    def _build(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.view)
        self.setFocusProxy(self.view)
        view = self.view
        view.start = self._begin
        view.find = lambda point, scale: find_target(view.shown_scene(), point, scale)
        view.tell = lambda target: tips.tip_of(self, target)
        view.takes = lambda mime: self.document.locked is None and drops.takes(mime)
        view.hovered.connect(lambda target: self._on_hover(target))
        view.double_clicked.connect(lambda target, point, screen: self._on_double_click(target, point, screen))
        view.context_asked.connect(lambda screen, target: self._on_context(screen, target))
        view.keyed.connect(lambda event: keys.pressed(self, event))
        view.act = lambda event: self.own_keys(event) if self.own_keys is not None else None
        view.shown_scene().selectionChanged.connect(self._on_scene_selection)
        view.overlay = self.minimap
        view.far = Far(self.projection, self.notes)
        self._hint.setObjectName("canvas_hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme_changed().connect(self._on_theme)  # type: ignore[attr-defined]
        self.workbench.settings_changed.connect(self._on_setting)
        projection = self.projection
        projection.before_change.connect(self._before_change)
        projection.changed.connect(self._after_change)
        self._dress()
        projection.load()
        tips.describe(self)
        # The document outlives the widget: it must not tell one that is gone.
        self.destroyed.connect(projection.leave)

    # -- what is shown --------------------------------------------------------------------------

    @property
    def at(self) -> At:
        """The place of the graph in its document; follows renames."""
        return self.projection.at

    @property
    def snaps(self) -> bool:
        """Whether what is moved comes to rest on the grid."""
        return bool(self.workbench.settings["canvas.snap"])

    def boxes(self) -> dict[str, Box]:
        """Return the sizes of all cards, for layouts."""
        return self.projection.boxes()

    def unplaced(self) -> dict[str, Point]:
        """Return where the nodes are seen for which the file has no place."""
        return self.projection.unplaced()

    def visible_nodes(self) -> list[str]:
        """Return the names of nodes that are in view, in file order."""
        seen = self.view.seen()
        cards = self.projection.cards
        return [n for n in self.projection.model.nodes if n in cards and cards[n].body_rect().intersects(seen)]

    # -- selection ------------------------------------------------------------------------------

    def selected(self) -> list[str]:
        """Return the names of the selected nodes, in file order."""
        return self.selection.nodes()

    def selected_wires(self) -> list[WireKey]:
        """Return the keys of the selected wires."""
        return self.selection.wires()

    def selected_edges(self) -> list[Edge]:
        """Return the edges that the selected wires stand for, in file order."""
        return self.selection.edges()

    def selected_frames(self) -> list[int]:
        """Return the numbers of the selected frames."""
        return self.selection.notes(FrameItem)

    def selected_comments(self) -> list[int]:
        """Return the numbers of the selected comments."""
        return self.selection.notes(CommentItem)

    def select(self, names: Iterable[str]) -> None:
        """Select nodes, and nothing else."""
        cards = self.projection.cards
        self.selection.select({cards[name] for name in names if name in cards})

    def select_edges(self, edges: Iterable[Edge]) -> None:
        """Select the wires of edges, and nothing else; edges that it does not show are left alone."""
        self.selection.select_edges(edges)

    def select_all(self) -> None:
        """Select all nodes, frames and comments."""
        self.selection.select({*self.projection.cards.values(), *self.notes.all()})

    def clear_selection(self) -> None:
        """Select nothing."""
        self.selection.select(set())

    def selected_items(self) -> list[QGraphicsItem]:
        """Return the items that are selected."""
        return self.selection.items()

    def select_items(self, items: set[Any]) -> None:
        """Select items, and nothing else; told once."""
        self.selection.select(items)

    def delete_selection(self) -> bool:
        """Delete what is selected; return whether there was anything."""
        self.cancel_interaction()
        return self.editing.delete(
            self.selected(), self.selected_wires(), self.selected_frames(), self.selected_comments()
        )

    def _on_scene_selection(self) -> None:
        # A slot of the widget: Qt calls it no more when the widget goes, and the scene with it.
        self.selection.changed()

    def on_selection(self) -> None:
        """Other nodes or wires are selected than before."""
        tips.describe(self)
        self.minimap.refresh()
        if self.store_lines is not None:
            self.store_lines.repaint()
        self.selectionChanged.emit()

    # -- moving about -----------------------------------------------------------------------------

    def reveal(self, name: str, *, closer: bool = True, covered: int = 0) -> None:
        """Bring a node into view, as `Camera.reveal` does."""
        self.camera.reveal(name, closer=closer, covered=covered)

    def zoom_to_fit(self) -> None:
        """Show everything."""
        self.camera.fit()

    def zoom_to(self, names: Iterable[str]) -> None:
        """Show these nodes as large as they fit; nothing for none."""
        self.camera.fit_nodes(names)

    def zoom_selection(self) -> None:
        """Show what is selected, or everything."""
        if self.selected():
            self.zoom_to(self.selected())
        else:
            self.zoom_to_fit()

    def scene_center(self) -> Point:
        """Return the point of the scene in the middle of the view."""
        return self.camera.center()

    def set_minimap(self, shown: bool) -> None:
        """Show or hide the map of this canvas; the setting `canvas.minimap` says so for new ones."""
        self.minimap.set_visible(shown)

    # -- what others want shown ---------------------------------------------------------------------

    def set_state(self, name: str, state: NodeState) -> None:
        """Show what a run says about a node, soon: of many states the last one counts."""
        self.states.set(name, state)

    def clear_states(self) -> None:
        """Show no run."""
        self.states.clear()

    def set_highlight(self, nodes: Iterable[str] = (), edges: Iterable[Edge] = (), *, exact: bool = False) -> None:
        """Mark nodes and wires (found, followed) and fade all others; nothing marks nothing. `exact`: wires between
        marked nodes fade, too, unless they are marked, and nothing fades all."""
        self.marks.highlight(nodes, edges, exact=exact)
        self.wire_values.fade()
        if self.store_lines is not None:
            self.store_lines.repaint()

    @property
    def highlighted(self) -> tuple[frozenset[str], frozenset[WireKey]]:
        """What `set_highlight` marked: names of nodes and keys of wires."""
        return self.marks.highlighted

    def set_wire_values(self, values: Mapping[WireKey, WireValue]) -> None:
        """Show what lies on the wires of a run at some moment, and nothing on others; an empty mapping ends it."""
        self.wire_values.set(values)

    def set_wire_shares(self, shares: Mapping[WireKey, float]) -> None:
        """Show how much goes over wires (0 to 1), and nothing on others; an empty mapping ends it."""
        self.wire_shares.set(shares)

    def set_tints(
        self,
        tints: Mapping[str, Tint],
        key: Sequence[tuple[Tint, str]] = (),
        title: str = "",
        on_close: Callable[[], object] | None = None,
    ) -> None:
        """Tint cards by what was measured of their nodes, and no others; an empty mapping ends it. `key` says below a
        title what tints mean, `on_close` is called when a person has had enough of them."""
        self.node_tints.set(tints, key, title, on_close)

    def set_current(self, name: str) -> None:
        """Mark the node that a run stands at, and no other; "" marks none."""
        self.marks.current(name)

    def set_compared(self, marks: Mapping[str, Compared]) -> None:
        """Mark nodes that are not the same in another run, or graph, beside this one; an empty mapping ends it."""
        self.marks.compared(marks)

    def set_tint(self, role: str) -> None:
        """Give the paper a touch of a role's colour and a frame in it: what is shown is not what is being designed. ""
        ends it."""
        self.view.tint = role
        edge = 3 if role else 0
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(edge, 0, edge, edge)
        self.setAutoFillBackground(bool(role))
        self._dress()
        self.view.viewport().update()

    def set_problems(self, problems: Mapping[str, tuple[str, str]]) -> None:
        """Set a sign on nodes with problems: name → (`error` or `warning`, what is wrong)."""
        self.marks.problems(problems)

    def set_store_order(self, steps: Sequence[StoreStep]) -> None:
        """Draw which nodes use a store one after the other, if the setting `canvas.store_order` says so."""
        self._store_order = tuple(steps)
        shown = self._store_order if self.workbench.settings["canvas.store_order"] else ()
        if self.store_lines is None and shown:
            from studio.gui.canvas.store_lines import StoreLines  # most graphs have no store

            self.store_lines = StoreLines(self.view, self.projection)
            far = self.view.far
            if far is not None:
                far.under, far.over = self.store_lines.paint, self.store_lines.paint_names
        if self.store_lines is not None:
            self.store_lines.set(shown)

    def set_badges(self, badges: Mapping[str, str]) -> None:
        """Say of nodes whether they are `live` or `steady`."""
        self.projection.set_badges(badges)

    # -- gestures -----------------------------------------------------------------------------------

    def cancel_interaction(self) -> None:
        """End whatever the mouse is doing, with no effect; popups of the canvas close."""
        self.view.cancel_gesture()
        self.offer_box.leave()
        self.inline.leave(keep=False)

    def _begin(self, view: Viewer, target: Target | None, event: QMouseEvent) -> Gesture | None:
        self.offer_box.leave()
        self.inline.leave(keep=True)
        return with_map(lambda: begin_gesture(self, target, event), self, event)

    def offer_feedback(self, source: PortId, target: PortId, instead_of: Edge | None, at: QPoint) -> None:
        """Ask whether a wire that closes a cycle shall deliver at the next tick."""
        self.offer_box.ask(
            f"{source.node}.{source.name} would wait for itself through {target.node}.{target.name}.",
            at,
            lambda: self.editing.connect(source, target, feedback=True, instead_of=instead_of),
        )

    def last_wire_into(self, port: PortId) -> WireItem | None:
        """Return the last wire into an input, None if it has none."""
        key = next(
            (
                WireKey.of(edge)
                for edge in reversed(self.projection.model.edges)
                if (edge.target, edge.target_port) == (port.node, port.name)
            ),
            None,
        )
        return self.projection.wires.get(key) if key is not None else None

    def wire_to_insert(self, name: str, point: QPointF) -> WireItem | None:
        """Return the wire into which a node would be set that is dragged to a point; wired nodes go into none."""
        if self.projection.wires_of([name]):
            return None
        card = self.projection.cards[name]
        body = card.body_rect()
        near = QRectF(body.center().x() - 30, body.center().y() - 20, 60, 40)
        best: tuple[float, WireItem] | None = None
        for item in self.view.shown_scene().items(near, BY_BOX):
            if isinstance(item, WireItem) and not item.broken:
                distance = min(item.distance(body.center()), item.distance(point))
                if distance < 18 and (best is None or distance < best[0]):
                    best = (distance, item)
        return best[1] if best is not None else None

    def refuse(self, error: StudioError) -> None:
        """Tell why something was not done."""
        self.refused.emit(str(error))

    def refuse_wire(self, reason: str) -> None:
        """Tell why a wire cannot be."""
        self.refused.emit(reason)

    def activate(self, name: str) -> None:
        """Open a region's body, or whatever is shown of another node."""
        card = self.projection.cards.get(name)
        if card is None:
            return
        if card.card.region:
            self.bodyOpened.emit(name)
        else:
            self.nodeActivated.emit(name)

    def _on_double_click(self, target: Target | None, point: QPointF, screen: QPoint) -> None:
        locked = self.document.locked
        if locked is not None and (target is None or target.kind not in ("node", "port")):
            if target is not None:
                self.refuse(locked)
            return
        if target is None:
            self.placeRequested.emit(point, screen)
            return
        match target.kind:
            case "node" | "port":
                self.graph._on_node_double_clicked(target.node)
            case "wire" if target.wire is not None:
                self.add_point(target.wire, point)
            case "handle" if target.wire is not None:
                self.remove_point(target.wire, target.number)
            case "frame" | "comment":
                self.edit_note(target.kind, target.number)
            case _:
                pass

    def add_point(self, key: WireKey, point: QPointF) -> bool:
        """Lead a wire through one more point."""
        wire = self.projection.wires[key]
        places = [(handle.x(), handle.y()) for handle in wire.handles]
        places.insert(wire.segment_of(point), (round(point.x()), round(point.y())))
        return self.editing.lead(wire.edge, places, "Add point to wire")

    def remove_point(self, key: WireKey, number: int) -> bool:
        """Lead a wire through one point less."""
        wire = self.projection.wires[key]
        places = [(handle.x(), handle.y()) for n, handle in enumerate(wire.handles) if n != number]
        return self.editing.lead(wire.edge, places, "Remove point of wire")

    def edit_note(self, kind: str, number: int) -> None:
        """Write into a frame's title or a comment."""
        write_note(self, kind, number)

    def _on_context(self, screen: QPoint, target: Target | None) -> None:
        if target is not None:
            if target.node and target.node not in self.selected():
                self.select([target.node])
            elif target.wire is not None and target.wire not in self.selected_wires():
                self.select_items({self.projection.wires[target.wire]})
            elif target.kind in ("frame", "comment"):
                item = self.notes.find(target.kind, target.number)
                if not item.isSelected():
                    self.select_items({item})
        self.contextRequested.emit(screen, target)

    # -- following ------------------------------------------------------------------------------------

    def _before_change(self) -> None:
        self.selection.forget()
        self.view.cancel_gesture()
        self.inline.leave(keep=False)
        self.marks.hot(None)

    def _after_change(self) -> None:
        projection = self.projection
        if projection.notes_touched:
            self.notes.follow(projection.model)
        if not self.document.has(projection.at):
            self.gone.emit()
        self.marks.forget_mouse()
        self.marks.follow()
        self.wire_values.follow()
        self.wire_shares.follow()
        self.node_tints.follow()
        if self.store_lines is not None:
            self.store_lines.point_at("")
            self.store_lines.follow()
        self.view.repaint_far()
        self._hint.setVisible(not projection.cards)
        self.minimap.refresh()
        self.selection.forget()
        self.selection.tell()

    def _on_hover(self, target: Target | None) -> None:
        self.marks.hover(target)
        if self.store_lines is not None:
            self.store_lines.point_at(target.node if target is not None else "")

    def _on_setting(self, name: str) -> None:
        if name == "canvas.store_order":
            self.set_store_order(self._store_order)

    def _on_theme(self) -> None:
        self._dress()
        self.view.resetCachedContent()
        self.view.shown_scene().update()
        for card in self.projection.cards.values():
            card.update()  # each keeps a picture of itself, which an update of the scene leaves as it is
        self.view.viewport().update()
        self.minimap.redraw()

    def _dress(self) -> None:
        style = look()
        if self.view.tint:
            palette = self.palette()
            palette.setColor(QPalette.ColorRole.Window, style.theme.colour(self.view.tint))
            self.setPalette(palette)
        self.view.shown_scene().setBackgroundBrush(style.paper)
        self._hint.setStyleSheet(f"color: {style.soft.name()}; background: transparent; font-size: 15px;")

    # -- Qt ---------------------------------------------------------------------------------------------

    def _place_overlays(self) -> None:
        self._hint.setGeometry(self.view.rect())
        self.minimap.set_visible(bool(self.workbench.settings["canvas.minimap"]))

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep overlays in their corners."""
        super().resizeEvent(event)
        self._place_overlays()
        self.resized.emit()

    @guarded()
    def showEvent(self, event: QEvent) -> None:
        """Show everything, the first time."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._place_overlays()
        self.camera.fit_soon()

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys are the view's."""
        keys.pressed(self, event)

    def let_go_when_ended(self) -> None:
        """Have the view hold nothing once it has ended: Qt's binding now and then keeps the Python half of one."""
        view = self.view
        self.destroyed.connect(lambda *_: QTimer.singleShot(0, lambda: view.__dict__.clear()))

    # -- pictures -----------------------------------------------------------------------------------------

    def to_image(self, scale: float = 1.0, shot: picture.Shot = picture.WHOLE) -> QImage:
        """Return a picture of the graph at a scale, as large as a picture may be at most."""
        return picture.to_image(self, scale, shot)

    def to_svg(self, path: Path, shot: picture.Shot = picture.WHOLE) -> None:
        """Write a drawing of the graph. Raises EnvironmentProblem if it cannot be written."""
        picture.to_svg(self, path, shot)
