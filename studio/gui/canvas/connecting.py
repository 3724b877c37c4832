"""Drawing a wire: ports that it fits light up, the others say why not; a cycle is offered as feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem

from studio.editing.edits.rules import Connector, Refusal
from studio.gui.canvas.gestures import Gesture
from studio.gui.canvas.library import IN, OUT
from studio.gui.canvas.look import look, pen
from studio.gui.canvas.node_item import PortId
from studio.gui.canvas.routing import smooth
from studio.gui.canvas.targets import Target

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

_Mod = Qt.KeyboardModifier
FEEDBACK = _Mod.AltModifier | _Mod.ShiftModifier


class Connect(Gesture):
    """A wire from a port to the mouse. From a wired input it picks that wire up, unless Ctrl is held.

    Alt or Shift at the drop makes it deliver at the next tick.
    """

    def __init__(self, canvas: Canvas, event: QMouseEvent, port: PortId) -> None:
        super().__init__(canvas, event)
        self._picked = None
        self._from = port
        self._was = port
        if not port.is_output and not self.mods & _Mod.ControlModifier:
            self._picked = canvas.last_wire_into(port)
            if self._picked is not None and self._picked.edge.source in canvas.projection.cards:
                edge = self._picked.edge
                self._from = PortId(edge.source, OUT, edge.source_port)
            else:
                self._picked = None
        self._edge = self._picked.edge if self._picked is not None else None
        self._rules = Connector(
            canvas.document, canvas.at, self._from.node, self._from.name, self._from.is_output, without=self._edge
        )
        self._asked: dict[PortId, Refusal | None] = {}
        self._over: PortId | None = None
        self._line: QGraphicsPathItem | None = None

    # -- rules ----------------------------------------------------------------------------------

    def refusal(self, port: PortId) -> Refusal | None:
        """Return why the wire cannot end at a port, None if it can."""
        if port not in self._asked:
            if port.side == self._from.side:
                reason = "An output goes to an input." if port.is_output else "An input takes from an output."
                self._asked[port] = Refusal(reason)
            else:
                feedback = self._edge is not None and self._edge.feedback
                self._asked[port] = self._rules.refusal(port.node, port.name, feedback=feedback)
        return self._asked[port]

    def offers(self, port: PortId) -> bool:
        """Whether a port lights up."""
        if port in (self._from, self._was):
            return True
        refusal = self.refusal(port)
        return refusal is None or refusal.offers_feedback

    # -- dragging -------------------------------------------------------------------------------

    def begin_drag(self) -> None:
        """Show the wire, and where it may go."""
        self._line = self.drawn = QGraphicsPathItem()
        self._line.setZValue(50)
        self.view.shown_scene().addItem(self._line)
        if self._picked is not None:
            self._picked.setVisible(False)
        self.canvas.marks.offer(self.offers)

    def drag(self, point: QPointF, event: QMouseEvent) -> None:
        """Follow the mouse; say what would happen at a drop."""
        target = self.view.find(point, self.view.zoom)
        self._over = self._near(target, point)
        refusal = self.refusal(self._over) if self._over is not None and self._over != self._was else None
        end = point
        if self._over is not None:
            end = self.canvas.projection.cards[self._over.node].port_place(self._over.side, self._over.name)
        self._draw(end, refusal, bool(event.modifiers() & FEEDBACK))
        self.canvas.marks.hot(self._over)
        self.canvas.note.say(self._words(refusal, event), event.position().toPoint(), bad=refusal is not None)

    def _near(self, target: Target | None, point: QPointF) -> PortId | None:
        """Return the port under the mouse; over a card, the nearest of its ports that fits."""
        if target is None or target.kind not in ("port", "node"):
            return None
        if target.port is not None:
            return None if target.port == self._from else target.port
        card = self.canvas.projection.cards[target.node]
        side = IN if self._from.is_output else OUT
        local = point - card.pos()
        rows = set(card.card.inputs if side == IN else card.card.outputs)
        best = min(
            (
                (abs(place.y() - local.y()), name)
                for (where, name), place in card.places().items()
                if where == side and name in rows and self.refusal(PortId(target.node, side, name)) is None
            ),
            default=None,
        )
        return PortId(target.node, side, best[1]) if best is not None else None

    def _words(self, refusal: Refusal | None, event: QMouseEvent) -> str:
        if self._over is None or self._over == self._was:
            return ""
        if refusal is None:
            return "delivers at the next tick" if event.modifiers() & FEEDBACK else ""
        if refusal.offers_feedback:
            return (
                "delivers at the next tick"
                if event.modifiers() & FEEDBACK
                else "Closes a cycle: drop to deliver at the next tick."
            )
        return refusal.reason

    def _draw(self, end: QPointF, refusal: Refusal | None, feedback: bool) -> None:
        assert self._line is not None
        style = look()
        start = self.canvas.projection.cards[self._from.node].port_place(self._from.side, self._from.name)
        path = smooth(start, end) if self._from.is_output else smooth(end, start)
        dot = QPainterPath()
        dot.addEllipse(end, 3.5, 3.5)
        path.addPath(dot)
        if self._over is None or self._over == self._was:
            colour = style.type_colour(self._type())
        elif refusal is None:
            colour = style.ok
        else:
            colour = style.back if refusal.offers_feedback else style.bad
        line = pen(colour, 2.4)
        if feedback or (refusal is not None and refusal.offers_feedback):
            line.setDashPattern([4.0, 3.0])
        self._line.setPen(line)
        self._line.setPath(path)
        self.view.repaint_far()

    def _type(self) -> str:
        field = self.canvas.projection.field(*self._from)
        return field.type if field is not None else "any"

    # -- the end --------------------------------------------------------------------------------

    def release(self, event: QMouseEvent) -> None:
        """Make the wire, offer feedback, say why not, or ask what to put there."""
        over, edge, start, canvas = self._over, self._edge, self._from, self.canvas
        refusal = self.refusal(over) if over is not None else None
        self.cancel()
        if not self.is_drag or over == self._was:
            return
        if over is None:
            self._drop_on_nothing(event)
            return
        source, target = (start, over) if start.is_output else (over, start)
        wants = bool(event.modifiers() & FEEDBACK) or (edge is not None and edge.feedback)
        if refusal is None:
            canvas.editing.connect(source, target, feedback=wants, instead_of=edge)
        elif refusal.offers_feedback and wants:
            canvas.editing.connect(source, target, feedback=True, instead_of=edge)
        elif refusal.offers_feedback:
            canvas.offer_feedback(source, target, edge, event.position().toPoint())
        else:
            canvas.refuse_wire(refusal.reason)

    def _drop_on_nothing(self, event: QMouseEvent) -> None:
        canvas = self.canvas
        target = self.view.find(self.view.scene_at(event.position()), self.view.zoom)
        if self._picked is not None:
            canvas.editing.cut([self._picked.key])
        elif target is not None and target.kind in ("node", "port"):
            side = "input" if self._from.is_output else "output"
            canvas.refuse_wire(f"`{target.node}` has no {side} that this fits.")
        else:
            canvas.wireDropped.emit(
                self._from.node, self._from.name, self._from.is_output, self.view.scene_at(event.position()),
                event.globalPosition().toPoint(),
            )  # fmt: skip

    def cancel(self) -> None:
        """No wire after all."""
        if self._line is not None:
            self.view.shown_scene().removeItem(self._line)
            self._line = self.drawn = None
        if self._picked is not None:
            self._picked.setVisible(True)
        self.canvas.marks.offer(None)
        self.canvas.marks.hot(None)
        self.canvas.note.hide()
