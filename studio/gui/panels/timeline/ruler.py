"""`Ruler`: numbers of steps or times, below them the ticks of the top region, and marks of what matters.

Dragging in the upper part goes through the run; dragging among the ticks, or with Shift, chooses a range to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.timeline.area import Area
from studio.gui.panels.timeline.scrubbing import Scrubbing
from studio.gui.panels.timeline.state import State
from studio.gui.panels.timeline.tracks_area import draw_range, zoom_to_range
from studio.gui.theme import current_theme
from studio.gui.theme.theme import mixed, small_font
from studio.gui.widgets.labels import tip
from studio.replay.overview.axes import nice_step
from studio.replay.overview.whole import distinct
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUMBERS: Final = 17
TICKS: Final = 14
MARKS: Final = 9
"""Heights of its three parts in pixels."""

HEIGHT: Final = NUMBERS + TICKS + MARKS

APART: Final = 90
"""Pixels between two numbers, at least."""

NEAR: Final = 5
"""Pixels beside a mark that still count as on it."""

NARROW: Final = 3.0
"""Width in pixels below which ticks are not told apart."""


class Ruler(Area):
    """The ruler above the tracks."""

    def __init__(self, state: State, scrubbing: Scrubbing, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self.setObjectName("timeline.ruler")
        self.setAccessibleName("Ruler")
        self.setFixedHeight(HEIGHT)
        self.scrubbing = scrubbing
        self._scrubs = False
        self._range: tuple[float, float] | None = None

    # -- drawing ------------------------------------------------------------------------------

    def draw(self, painter: QPainter) -> None:
        """Draw numbers, ticks and marks."""
        theme = current_theme()
        painter.fillRect(0, 0, self.width(), HEIGHT, theme.colour("panel"))
        painter.setFont(small_font(self.font()))
        self._draw_numbers(painter)
        self._draw_ticks(painter)
        self._draw_marks(painter)
        painter.fillRect(0, HEIGHT - 1, self.width(), 1, theme.colour("edge"))

    def _draw_numbers(self, painter: QPainter) -> None:
        theme = current_theme()
        window = self.state.window
        by_step = self.state.axis.kind == "step"
        apart = nice_step(window.length, max(1, self.width() // APART), whole=by_step)
        first = int(window.start // apart)
        for number in range(first, int(window.end // apart) + 2):
            place = number * apart
            # Steps count from 1 and are one unit wide: the number stands over the middle.
            x = self.x_of(place - 0.5 if by_step else place)
            if by_step and number == 0:
                continue
            painter.fillRect(QRectF(x, NUMBERS - 4, 1, 4), theme.colour("edge"))
            text = f"{round(place):,}" if by_step else time_text(place, apart)
            painter.setPen(theme.colour("soft"))
            painter.drawText(
                QRectF(x + 3, 0, APART, NUMBERS), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text
            )

    def _draw_ticks(self, painter: QPainter) -> None:
        theme = current_theme()
        even, odd = mixed(theme.colour("panel"), theme.colour("frame"), 0.22), theme.colour("panel")
        starts, numbers = self.ticks()
        if not len(starts):
            return
        edges = [*((starts - self.state.window.start) / self.state.window.length * self.width()), float(self.width())]
        wide = self.width() / len(starts)
        if wide < NARROW:
            painter.fillRect(QRectF(0, NUMBERS, self.width(), TICKS), mixed(odd, even, 0.5))
            painter.setPen(theme.colour("soft"))
            text = f"ticks {numbers[0]:,} to {numbers[-1]:,}"
            painter.drawText(QRectF(6, NUMBERS, self.width(), TICKS), int(Qt.AlignmentFlag.AlignVCenter), text)
            return
        metrics = QFontMetrics(painter.font())
        for at, number in enumerate(numbers.tolist()):
            left, right = max(0.0, edges[at]), edges[at + 1]
            painter.fillRect(QRectF(left, NUMBERS, right - left, TICKS), odd if number % 2 else even)
            for text in (f"tick {number:,}", f"{number:,}"):
                if metrics.horizontalAdvance(text) + 8 <= right - left:
                    painter.setPen(theme.colour("soft"))
                    painter.drawText(
                        QRectF(left + 4, NUMBERS, right - left, TICKS), int(Qt.AlignmentFlag.AlignVCenter), text
                    )
                    break

    def ticks(self) -> tuple[NDArray[numpy.float64], NDArray[numpy.int64]]:
        """Return where the ticks of the top region begin that are in view, and their numbers."""
        state = self.state
        overview, window = state.overview, state.window
        if not len(overview):
            return numpy.empty(0), numpy.empty(0, numpy.int64)
        first, last = state.axis.step_at(window.start), state.axis.step_at(window.end)
        tick = overview.tick[first : last + 1]
        changes = numpy.concatenate(([0], numpy.flatnonzero(numpy.diff(tick) > 0) + 1))
        return state.axis.low[first : last + 1][changes], tick[changes]

    def _draw_marks(self, painter: QPainter) -> None:
        theme = current_theme()
        top = NUMBERS + TICKS
        field = mixed(theme.colour("panel"), theme.colour("field"), 0.5)
        painter.fillRect(QRectF(0, top, self.width(), MARKS), field)
        overview = self.state.overview
        for where, role in ((overview.asked, "type_messages"), (overview.status == 1, "bad")):
            for x in self._columns(numpy.flatnonzero(where)):
                painter.fillRect(QRectF(x, top + 2, 2, MARKS - 4), theme.colour(role))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("warn"))
        for x in self._columns(overview.alarm_steps()):
            painter.drawPolygon([QPointF(x - 4, top + 8), QPointF(x + 5, top + 8), QPointF(x + 0.5, top + 0.5)])
        painter.setBrush(theme.colour("accent"))
        for x in self._columns(self.fork_indexes()):
            middle = top + 4.5
            painter.drawPolygon(
                [QPointF(x - 4, middle), QPointF(x, middle - 4), QPointF(x + 4, middle), QPointF(x, middle + 4)]
            )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def fork_indexes(self) -> NDArray[numpy.int64]:
        """Return at which steps other runs begin to be others than this, and where this one began."""
        seqs = [seq for _, seq in self.state.overview.forks]
        own = self.state.session.run.fork_seq
        return self.state.overview.indexes_of([*seqs, *([] if own is None else [own])])

    def mark_at(self, x: float) -> int:
        """Return the step of the nearest mark to a pixel, of those on one pixel the rarest; -1 if none is near."""
        overview = self.state.overview
        best, nearest = -1, NEAR + 0.5
        for indexes in (
            self.fork_indexes(), overview.alarm_steps(), numpy.flatnonzero(overview.status == 1),
            numpy.flatnonzero(overview.asked),
        ):  # fmt: skip
            if len(indexes):
                away = numpy.abs(self._pixels(indexes) - x)
                if away.min() < nearest:
                    best, nearest = int(indexes[away.argmin()]), float(away.min()) - 1e-9
        return best

    def _pixels(self, indexes: NDArray[numpy.int64]) -> NDArray[numpy.float64]:
        """Where the marks of steps stand."""
        axis, window = self.state.axis, self.state.window
        places = axis.high[indexes] if axis.kind == "time" else (axis.low[indexes] + axis.high[indexes]) / 2
        pixels: NDArray[numpy.float64] = (places - window.start) / window.length * self.width()
        return pixels

    def _columns(self, indexes: NDArray[numpy.int64]) -> list[float]:
        """The pixels of steps that are in view, each once."""
        if not len(indexes):
            return []
        pixels = self._pixels(indexes)
        inside = pixels[(pixels >= 0) & (pixels <= self.width())].astype(numpy.int64)
        return [float(one) for one in distinct(inside).tolist()]

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self.kept_picture())
        self.draw_playhead(painter, handle=True)
        if self._range is not None:
            draw_range(painter, self, self._range)

    # -- the mouse ----------------------------------------------------------------------------

    @guarded()
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.position().y() >= NUMBERS + TICKS and (mark := self.mark_at(x)) >= 0 and not shift:
            self.scrubbing.to_index(mark)
        elif shift or NUMBERS <= event.position().y() < NUMBERS + TICKS:
            self._range = (x, x)
        else:
            self._scrubs = True
            self.scrubbing.to_place(self.place_at(x))

    @guarded()
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = min(max(event.position().x(), 0.0), self.width() - 1e-6)
        if self._range is not None:
            self._range = (self._range[0], x)
            self.update()
        elif self._scrubs:
            self.scrubbing.to_place(self.place_at(x))
        else:
            in_ticks = NUMBERS <= event.position().y() < NUMBERS + TICKS
            self.setCursor(Qt.CursorShape.IBeamCursor if in_ticks else Qt.CursorShape.ArrowCursor)

    @guarded()
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._range is not None:
            if abs(self._range[1] - self._range[0]) < 3:
                self.scrubbing.to_place(self.place_at(self._range[0]))
            else:
                zoom_to_range(self, self._range)
        self._range, self._scrubs = None, False
        self.update()

    @guarded()
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if NUMBERS <= event.position().y() < NUMBERS + TICKS:
            self.state.fit()

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip(self.told(event.pos().x(), event.pos().y())), self)
            return True
        return super().event(event)

    def told(self, x: int, y: int) -> str:
        """Return what the tool tip says at a point."""
        overview = self.state.overview
        if y >= NUMBERS + TICKS:
            near = NEAR
            alarms = [
                plain_line(mark.text)
                for mark, at in zip(overview.alarms, overview.alarm_steps().tolist(), strict=True)
                if abs(self.x_of(self.state.axis.cursor(at)) - x) <= near
            ]
            forks = [
                f"{id[:10]} goes its own way after this step"
                for id, seq in overview.forks
                if (at := overview.index_of(seq)) >= 0 and abs(self.x_of(self.state.axis.cursor(at)) - x) <= near
            ]
            if alarms or forks:
                return "\n".join([*alarms[:5], *forks[:5]])
            return "Marks of errors (red), model calls (violet), alarms (triangles) and forks (diamonds)"
        if y >= NUMBERS:
            return "Ticks of the top region. Drag to see a range, double-click to see all"
        return "Drag to go through the run; with Shift to see a range"


def time_text(seconds: float, apart: float) -> str:
    """Return a time on the ruler, as exact as the numbers stand apart (in seconds)."""
    if seconds == 0:
        return "0"
    if seconds < 1 and apart < 0.1:
        unit, name = (1e6, "µs") if apart < 1e-4 and seconds < 1e-3 else (1e3, "ms")
        digits = 0 if apart * unit >= 1 else min(4, len(f"{1 / (apart * unit):.0f}"))
        return f"{seconds * unit:,.{digits}f} {name}"
    if seconds < 120:
        digits = 0 if apart >= 1 else 1 if apart >= 0.1 else 2 if apart >= 0.01 else 3 if apart >= 0.001 else 6
        return f"{seconds:.{digits}f} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes:.0f}:{rest:04.1f}" if apart < 1 else f"{minutes:.0f}:{rest:02.0f} min"
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02} h" if apart >= 60 else f"{hours}:{minutes:02}:{rest:02.0f}"
