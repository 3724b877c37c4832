"""What tests of the window share: a real mouse on a canvas, and the check that a canvas shows its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsPathItem, QWidget

from studio.editing import Document
from studio.editing.placing import annotations as marks
from studio.export.drawing.card import make_card, used_ports
from studio.graph.frames import frames as frames_of
from studio.graph.frames import point_of
from studio.graph.model import Graph
from studio.gui.canvas import Canvas
from studio.gui.canvas.annotation_items import Annotation
from studio.gui.canvas.library import IN, OUT
from studio.gui.canvas.node_item import NodeItem
from studio.gui.canvas.store_lines import StoreMark
from studio.gui.canvas.wire_item import WireItem, WireKey
from studio.gui.canvas.wire_values import WireTexts
from studio.gui.workbench import Workbench
from studio.spec.registry import Registry

Button = Qt.MouseButton
Mod = Qt.KeyboardModifier
NONE = Mod.NoModifier


def open_canvas(
    qtbot: Any,
    workbench: Workbench,
    text: str,
    at: tuple[str, ...] = (),
    size: tuple[int, int] = (1100, 700),
    registry: Registry | None = None,
) -> Canvas:
    """Show the canvas of a graph given as YAML text, life size, with its upper left corner at (60, 60)."""
    return show_canvas(qtbot, workbench, Document(Graph.from_text(text), registry=registry), at, size)


def show_canvas(
    qtbot: Any,
    workbench: Workbench,
    document: Document,
    at: tuple[str, ...] = (),
    size: tuple[int, int] = (1100, 700),
) -> Canvas:
    """Show the canvas of a document, life size, with the graph's upper left corner at (60, 60)."""
    canvas = Canvas(workbench, document, at)
    qtbot.addWidget(canvas)
    canvas.resize(*size)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.camera.has_looked = True
    QApplication.processEvents()
    canvas.view.reset_zoom()
    canvas.view.put(canvas.projection.bounds().topLeft(), QPointF(60, 60))
    canvas.view.setFocus()
    return canvas


# -- places ---------------------------------------------------------------------------------------


def on_view(canvas: Canvas, point: QPointF) -> QPoint:
    """Return where a point of the scene is on the viewport."""
    return QPoint(canvas.view.viewportTransform().map(point).toPoint())


def head_of(canvas: Canvas, name: str) -> QPoint:
    """Return a point of the viewport on the head of a card, where no port is."""
    card = canvas.projection.cards[name]
    return on_view(canvas, card.pos() + QPointF(card.card.width / 2, 14))


def port_of(canvas: Canvas, end: str, side: str) -> QPoint:
    """Return the point of the viewport at the port `node.port`; `side` is `in` or `out`."""
    name, _, port = end.partition(".")
    return on_view(canvas, canvas.projection.cards[name].port_place(side, port))


def wire_of(canvas: Canvas, edge: str) -> WireItem:
    """Return the wire of an edge as the file writes it (`a.x -> b.y`)."""
    return next(wire for wire in canvas.projection.wires.values() if str(wire.edge) == edge)


def on_wire(canvas: Canvas, edge: str, part: float = 0.5) -> QPoint:
    """Return a point of the viewport on a wire, part of the way along it."""
    return on_view(canvas, wire_of(canvas, edge).path().pointAtPercent(part))


def empty_place(canvas: Canvas) -> QPoint:
    """Return a point of the viewport over nothing."""
    room = canvas.view.viewport().rect()
    for y in range(room.height() - 20, 10, -17):
        for x in range(20, room.width() - 10, 23):
            point = QPoint(x, y)
            free = canvas.view.find(canvas.view.scene_at(QPointF(point)), canvas.view.zoom) is None
            if free and not (canvas.minimap.isVisible() and canvas.minimap.geometry().contains(point)):
                return point
    raise AssertionError("the canvas is full")


# -- the mouse ------------------------------------------------------------------------------------


def press(canvas: Canvas, at: QPoint, button: Qt.MouseButton = Button.LeftButton, mods: Mod = NONE) -> None:
    """Move the mouse to a point of the viewport and press."""
    QTest.mouseMove(canvas.view.viewport(), at)
    QTest.mousePress(canvas.view.viewport(), button, mods, at)


def move(canvas: Canvas, at: QPoint, button: Qt.MouseButton = Button.LeftButton, mods: Mod = NONE) -> None:
    """Move the mouse with a button (and keys) held."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    port = canvas.view.viewport()
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(port.mapToGlobal(at)), Button.NoButton, button, mods
    )
    QApplication.sendEvent(port, event)


def release(canvas: Canvas, at: QPoint, button: Qt.MouseButton = Button.LeftButton, mods: Mod = NONE) -> None:
    """Let the button go."""
    QTest.mouseRelease(canvas.view.viewport(), button, mods, at)


def drag(
    canvas: Canvas,
    start: QPoint,
    end: QPoint,
    button: Qt.MouseButton = Button.LeftButton,
    mods: Mod = NONE,
    drop_mods: Mod | None = None,
    steps: int = 4,
) -> None:
    """Press, move in steps, release; `drop_mods` are the keys held at the end, if others than at the start."""
    at_end = mods if drop_mods is None else drop_mods
    press(canvas, start, button, mods)
    for step in range(1, steps + 1):
        part = step / steps
        move(canvas, start + (end - start) * part, button, at_end)
    release(canvas, end, button, at_end)


def click(canvas: Canvas, at: QPoint, button: Qt.MouseButton = Button.LeftButton, mods: Mod = NONE) -> None:
    """Press and release at a point of the viewport."""
    press(canvas, at, button, mods)
    release(canvas, at, button, mods)


def double_click(canvas: Canvas, at: QPoint) -> None:
    """Click twice, as the window system reports it."""
    click(canvas, at)
    QTest.mouseDClick(canvas.view.viewport(), Button.LeftButton, NONE, at)


def wheel(canvas: Canvas, at: QPoint, turns: int, mods: Mod = NONE) -> None:
    """Turn the wheel by a number of notches over a point of the viewport; up (away) is positive."""
    port = canvas.view.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(port.mapToGlobal(at)), QPoint(), QPoint(0, 120 * turns), Button.NoButton, mods,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def key(canvas: Canvas, which: Qt.Key, mods: Mod = NONE) -> None:
    """Press and release a key on the canvas."""
    QTest.keyClick(canvas.view, which, mods)


def type_into(field: QWidget, text: str, *, replace: bool = False) -> None:
    """Type into a field, at the end of what stands there or in its place."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A if replace else Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    if replace:
        QTest.keyClick(field, Qt.Key.Key_Delete)
    for number, part in enumerate(text.split("\n")):
        if number:
            QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClicks(field, part)


def connect(canvas: Canvas, source: str, target: str, drop_mods: Mod | None = None) -> None:
    """Draw a wire from the output `node.port` to the input `node.port`."""
    drag(canvas, port_of(canvas, source, OUT), port_of(canvas, target, IN), drop_mods=drop_mods)


# -- the check ------------------------------------------------------------------------------------


def edges_of(canvas: Canvas) -> list[str]:
    """Return the edges of the canvas's graph as the file writes them."""
    return [str(edge) for edge in canvas.document.at(canvas.at).edges]


def assert_view_equals_document(canvas: Canvas) -> None:
    """Fail unless items are what the document says: cards with their ports and places, wires, frames, comments."""
    graph = canvas.projection.model
    projection = canvas.projection
    scene = canvas.view.shown_scene()
    assert sorted(projection.cards) == sorted(graph.nodes), "cards are the nodes"
    assert sorted(canvas.graph.model.nodes) == sorted(graph.nodes), "NodeGraphQt knows the nodes"
    _check_cards(canvas, graph)
    _check_wires(canvas, graph)
    _check_notes(canvas, graph)
    items = scene.items()
    assert {item for item in items if isinstance(item, NodeItem)} == set(projection.cards.values()), "no stray card"
    assert {item for item in items if isinstance(item, WireItem)} == set(projection.wires.values()), "no stray wire"
    assert {item for item in items if isinstance(item, Annotation)} == set(canvas.notes.all()), "no stray note"
    known = (NodeItem, WireItem, Annotation, WireTexts, StoreMark)
    loose = [item for item in items if not isinstance(item, known)]
    if canvas.view.gesture is None:
        assert not loose, f"left in the scene: {loose}"
    else:
        assert all(isinstance(item, QGraphicsPathItem) for item in loose), loose


def _check_cards(canvas: Canvas, graph: Graph) -> None:
    used = used_ports(graph)
    dragging = canvas.view.gesture is not None
    for name, item in canvas.projection.cards.items():
        ports = canvas.document.ports(canvas.at, name)
        card = make_card(graph.nodes[name], ports, used[name], canvas.projection.badges.get(name, ""))
        assert item.card == card, f"the card of {name}"
        assert item.name == name
        assert item.wired == {(IN, p) for p in used[name][0]} | {(OUT, p) for p in used[name][1]}, name
        place = point_of(graph.layout.get(name)) or canvas.projection.positions[name]
        if not dragging:
            assert (item.pos().x(), item.pos().y()) == place, f"the place of {name}"


def _check_wires(canvas: Canvas, graph: Graph) -> None:
    wanted: dict[WireKey, list[Any]] = {}
    for edge in graph.edges:
        if edge.source in graph.nodes or edge.target in graph.nodes:
            wanted.setdefault(WireKey.of(edge), []).append(edge)
    wires = canvas.projection.wires
    assert sorted(wires) == sorted(wanted), "wires are the edges"
    through = marks.points(graph)
    for which, edges in wanted.items():
        wire = wires[which]
        assert wire.edge is edges[0], f"{which} shows an old edge"
        assert wire.count == len(edges), which
        assert wire.key == which
        if canvas.view.gesture is None:
            assert wire.isVisible(), which
            points = through.get(str(edges[0]), [])
            assert [(h.x(), h.y()) for h in wire.handles] == points, f"points of {which}"
            _check_ends(canvas, wire, which)


def _check_ends(canvas: Canvas, wire: WireItem, which: WireKey) -> None:
    cards = canvas.projection.cards
    path = wire.path()
    if which.source in cards:
        start = path.pointAtPercent(0)
        assert _far(start, cards[which.source].port_place(OUT, which.source_port)) < 1, f"{which} begins elsewhere"
    if which.target in cards:
        assert _far(path.currentPosition(), cards[which.target].port_place(IN, which.target_port)) < 1, which


def _check_notes(canvas: Canvas, graph: Graph) -> None:
    frames, comments = frames_of(graph), marks.comments(graph)
    assert sorted(canvas.notes.frames) == sorted(frames)
    assert sorted(canvas.notes.comments) == sorted(comments)
    if canvas.view.gesture is not None:
        return
    for number, frame in frames.items():
        item = canvas.notes.frames[number]
        assert item.frame == frame
        assert _rect(item) == (frame.rect.x, frame.rect.y, frame.rect.width, frame.rect.height)
    for number, comment in comments.items():
        note = canvas.notes.comments[number]
        assert note.comment == comment
        assert _rect(note) == (comment.rect.x, comment.rect.y, comment.rect.width, comment.rect.height)


def _rect(item: Annotation) -> tuple[float, float, float, float]:
    area = item.area()
    return area.x(), area.y(), area.width(), area.height()


def _far(a: QPointF, b: QPointF) -> float:
    return max(abs(a.x() - b.x()), abs(a.y() - b.y()))


__all__: Sequence[str] = [
    "Button", "Mod", "assert_view_equals_document", "click", "connect", "double_click", "drag", "edges_of",
    "empty_place", "head_of", "key", "move", "on_view", "on_wire", "open_canvas", "port_of", "press", "release",
    "show_canvas", "type_into", "wheel", "wire_of",
]  # fmt: skip
