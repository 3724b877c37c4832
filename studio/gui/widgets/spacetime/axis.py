"""`TimeAxis`: what all views of one diagram share. Its scale, which rows are seen, where one stands and points."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.dynamics.pictures.diagram import Diagram, empty
from studio.dynamics.pictures.scale import LADDER, Scale, fitting, next_step


class TimeAxis(QObject):
    """Rows to pixels and back. `offset` is the pixel of the whole diagram that is seen first, `room` how many are."""

    moved = Signal()
    """Other rows are seen, or at another scale."""
    pointed = Signal()
    """One points at another row, or stands at another."""
    replaced = Signal()
    """Another diagram is shown."""
    asked = Signal()
    """A view asks for another room above the rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.diagram: Diagram = empty()
        self.step = 1
        self.offset = 0
        self.room = 0
        self.head = 0
        """Pixels above the first row, so that views beside each other agree."""
        self.least_head = 0
        """Pixels above the first row that a view beside the diagram asks for."""
        self.hovered = -1
        self.cursor = -1
        self.largest = LADDER[-1]
        """The largest step to which all rows are fitted."""
        self._is_fitted = True

    # -- places -------------------------------------------------------------------------------

    @property
    def scale(self) -> Scale:
        """The scale of rows alone."""
        return Scale.at(self.step, 1)

    @property
    def length(self) -> int:
        """Pixels of all rows."""
        return self.scale.size(self.diagram.rows, 1)[0]

    @property
    def is_fitted(self) -> bool:
        """Whether all rows are kept in view as the room changes, until somebody zooms."""
        return self._is_fitted

    def y_of(self, row: float) -> float:
        """Return where a row begins, in pixels below the first that is seen."""
        return row * self.scale.pixels - self.offset

    def row_at(self, y: float) -> int:
        """Return the row at a pixel below the first that is seen; -1 outside."""
        row = int((y + self.offset) // self.scale.pixels)
        return row if 0 <= row < self.diagram.rows and y + self.offset >= 0 else -1

    def seen(self) -> tuple[int, int]:
        """Return the rows that are seen, from, up to before."""
        pixels = self.scale.pixels
        first = max(0, int(self.offset / pixels))
        return first, min(self.diagram.rows, int((self.offset + self.room) / pixels) + 1)

    # -- changes ------------------------------------------------------------------------------

    def show(self, diagram: Diagram) -> None:
        """Show a diagram. Who sees the end of one that grows goes on seeing it."""
        at_end = bool(self.diagram.rows) and self.offset + self.room >= self.length
        self.diagram = diagram
        self.hovered = -1
        self.cursor = min(self.cursor, diagram.rows - 1)
        if self._is_fitted:
            self.step = self._fitting()
        self.offset = self._inside(self.length if at_end and not self._is_fitted else self.offset)
        self.replaced.emit()

    def set_room(self, pixels: int) -> None:
        """Say how many pixels of rows can be seen."""
        if pixels == self.room:
            return
        self.room = pixels
        if self._is_fitted:
            self.step = self._fitting()
        self.offset = self._inside(self.offset)
        self.moved.emit()

    def set_largest(self, step: int) -> None:
        """Say to which step all rows are fitted at most."""
        if step != self.largest:
            self.largest = step
            if self._is_fitted:
                self.fit()

    def set_least_head(self, pixels: int) -> None:
        """Ask for so many pixels above the first row at least."""
        if pixels != self.least_head:
            self.least_head = pixels
            self.asked.emit()

    def set_head(self, pixels: int) -> None:
        """Say how many pixels stand above the first row."""
        if pixels != self.head:
            self.head = pixels
            self.moved.emit()

    def scroll_to(self, offset: int) -> None:
        """See the rows from a pixel on."""
        offset = self._inside(offset)
        if offset != self.offset:
            self.offset = offset
            self.moved.emit()

    def zoom(self, by: int, y: float) -> None:
        """Go in (or out) by so many steps; what is at this pixel stays there."""
        self.zoom_to(next_step(self.step, by), y)

    def zoom_to(self, step: int, y: float) -> None:
        """Go to a step of the ladder; what is at this pixel stays there."""
        if step == self.step or step not in LADDER:
            return
        row = (y + self.offset) / self.scale.pixels
        self.step = step
        self._is_fitted = False
        self.offset = self._inside(round(row * self.scale.pixels - y))
        self.moved.emit()

    def fit(self) -> None:
        """See all rows, as large as they fit."""
        self._is_fitted = True
        self.step = self._fitting()
        self.offset = self._inside(self.offset)
        self.moved.emit()

    def reveal(self, row: int) -> None:
        """Scroll as little as needed for a row to be seen."""
        top = int(row * self.scale.pixels)
        bottom = top + max(1, self.scale.high)
        if top < self.offset:
            self.scroll_to(top - self.room // 4)
        elif bottom > self.offset + self.room:
            self.scroll_to(bottom - self.room * 3 // 4)

    def point(self, row: int) -> None:
        """Say at which row one points; -1 for none."""
        if row != self.hovered:
            self.hovered = row
            self.pointed.emit()

    def stand(self, row: int, *, reveal: bool = True) -> None:
        """Say at which row one stands; -1 for none."""
        row = min(row, self.diagram.rows - 1)
        if row != self.cursor:
            self.cursor = row
            if reveal and row >= 0:
                self.reveal(row)
            self.pointed.emit()

    def _fitting(self) -> int:
        return fitting(self.diagram.rows, max(1, self.room), self.largest)

    def _inside(self, offset: int) -> int:
        return min(max(0, offset), max(0, self.length - self.room))
