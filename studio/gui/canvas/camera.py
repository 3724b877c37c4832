"""Where the view of a canvas looks: everything at first, then what somebody wants to see, as near as can be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QTimer

from studio.graph.layout import Point
from studio.gui.canvas.revealing import BELOW, least_move, move_without_gaps

if TYPE_CHECKING:
    from studio.gui.canvas.canvas import Canvas

LEGIBLE: Final = 0.5
"""Scale below which a graph that shows where a run stands is not shown whole at first."""

SAME: Final = 4.0
"""Pixels that the middle of a view may be apart from where it was and still be the same: resizing rounds."""


class Camera(QObject):
    """Moves the view of one canvas, and knows whether everything was shown once."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._view = canvas.view
        self.has_looked = False
        """Whether the view was put anywhere: until then, everything is shown as soon as there is room."""
        self._stood = 0.0, QPointF()
        """Scale and middle of the view when everything was shown last."""
        # A timer of its own: what a single shot is to call is kept for ever if the canvas goes before it rings.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._first_fit)

    # -- everything -----------------------------------------------------------------------------

    def fit_soon(self) -> None:
        """Show everything when the canvas has its size, unless something was looked at by then."""
        if not self.has_looked and self._canvas.projection.cards:
            self._soon.start(0)

    def _first_fit(self) -> None:
        if not self.has_looked:
            self.fit_legibly()

    def fit(self) -> None:
        """Show everything."""
        canvas = self._canvas
        area = canvas.projection.bounds()
        for note in canvas.notes.all():
            area = area.united(note.area())
        for wire in canvas.projection.wires.values():
            if wire.edge.feedback:
                area = area.united(wire.path().controlPointRect())
        self.has_looked = True
        if area.isEmpty():
            self._view.reset_zoom(QPointF(0, 0))
        else:
            self._view.show_rect(area)
        self._stood = self._view.zoom, self._view.seen().center()

    def fit_legibly(self) -> None:
        """Show everything, or, where that could not be read, what is around the node at which a run stands."""
        self.fit()
        projection = self._canvas.projection
        current = projection.cards.get(self._canvas.marks.current_name)
        if current is not None and self._view.zoom < LEGIBLE:
            middle = QPointF(self._view.viewport().rect().center())
            self._view.zoom_to(0.8)
            self._view.put(current.body_rect().center(), middle)
            there = QRectF(self._view.mapFromScene(projection.bounds()).boundingRect())
            self._view.pan(-move_without_gaps(there, QRectF(self._view.viewport().rect())))
            if self._is_under_map(current.body_rect()):
                self._view.put(current.body_rect().center(), middle)

    @property
    def shows_all(self) -> bool:
        """Whether everything is shown as `fit` did it, and nobody looked elsewhere since."""
        zoom, middle = self._stood
        apart = self._view.seen().center() - middle
        return zoom == self._view.zoom and max(abs(apart.x()), abs(apart.y())) * zoom < SAME

    # -- a part ---------------------------------------------------------------------------------

    def fit_nodes(self, names: Iterable[str]) -> None:
        """Show these nodes as large as they fit; nothing for none."""
        area = self._canvas.projection.bounds(names)
        if not area.isEmpty():
            self.has_looked = True
            self._view.show_rect(area, most=1.4)

    def reveal(self, name: str, *, closer: bool = True, covered: int = 0) -> None:
        """Bring a node into view, if it is not, without changing the scale more than it must; without `closer`, not at
        all, and not before the canvas was seen. Above, `covered` pixels cannot be seen."""
        card = self._canvas.projection.cards.get(name)
        if card is not None and (closer or self.has_looked):
            self.reveal_rect(card.body_rect(), closer=closer, covered=covered)

    def reveal_rect(self, area: QRectF, *, closer: bool = True, covered: int = 0) -> None:
        """Bring a part of the scene into view, its middle if it is too large, as `reveal` does."""
        self.has_looked = True
        room = self._view.seen().adjusted(20, 20 + covered / self._view.zoom, -20, -20)
        if closer and self._view.zoom < 0.35:
            self._view.zoom_to(0.8)
            room = QRectF()
        if not closer and not room.contains(area):
            self._bring_in(area, covered)
        if (closer and not room.contains(area)) or self._is_under_map(area):
            self._view.put(area.center(), QPointF(self._view.viewport().rect().center()))

    def _bring_in(self, area: QRectF, covered: int) -> None:
        """Move no farther than it takes: who goes on from step to step keeps sight of what is around."""
        there = QRectF(self._view.mapFromScene(area.adjusted(0, 0, 0, BELOW)).boundingRect())
        free = QRectF(self._view.viewport().rect()).adjusted(0, covered, 0, 0)
        self._view.pan(-least_move(there, free))

    def _is_under_map(self, area: QRectF) -> bool:
        """Whether the map hides a part of a card, or of what stands below it."""
        there = self._view.mapFromScene(area.adjusted(0, 0, 0, BELOW)).boundingRect()
        minimap = self._canvas.minimap
        return minimap.isVisible() and there.intersects(minimap.geometry())

    # -- where things are -----------------------------------------------------------------------

    def center(self) -> Point:
        """Return the point of the scene in the middle of the view."""
        point = self._view.scene_at(QPointF(self._view.viewport().rect().center()))
        return point.x(), point.y()

    def place_of(self, name: str) -> QPoint | None:
        """Return where the lower left corner of a card is on the screen; None if it is not in view."""
        card = self._canvas.projection.cards.get(name)
        if card is None:
            return None
        there = self._view.mapFromScene(card.body_rect().bottomLeft())
        inside = self._view.viewport().rect().contains(there)
        return self._view.viewport().mapToGlobal(there) if inside else None
