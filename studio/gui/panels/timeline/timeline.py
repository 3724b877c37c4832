"""`Timeline`: one run drawn whole. Names at the left; the strip, the ruler and the tracks at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QScrollBar,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.panels.timeline import minimap, ruler
from studio.gui.panels.timeline.menus import firing_menu, show_menu, track_menu
from studio.gui.panels.timeline.minimap import Strip
from studio.gui.panels.timeline.names import Names
from studio.gui.panels.timeline.ruler import Ruler
from studio.gui.panels.timeline.scrubbing import Scrubbing
from studio.gui.panels.timeline.state import ROW, Showing, State
from studio.gui.panels.timeline.tracks_area import TracksArea
from studio.gui.replay.keys import act_of
from studio.gui.theme import themes
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import small_button
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.live.watching.places import Spot
    from studio.gui.replay.session import Session
    from studio.replay.overview.reading import Part
    from studio.replay.overview.tracks import Track

NAMES: Final = 190
"""Width of the names in pixels, at first."""

CLOSER: Final = 0.6
"""How much of what is seen stays when a key zooms in."""

SHOWN: Final[tuple[tuple[Showing, str], ...]] = (
    ("all", "All firings"), ("fired", "Fired"), ("error", "Failed"), ("skipped", "Skipped"), ("asked", "Model calls"),
)  # fmt: skip


class Timeline(QWidget):
    """The timeline of one session."""

    def __init__(self, workbench: Workbench, session: Session) -> None:
        super().__init__()
        self.setObjectName("timeline.of_run")
        self.workbench = workbench
        self.session = session
        self.state = State(session)
        self.scrubbing = Scrubbing(self.state, self)
        self._spots: dict[Spot, list[int]] = {}
        self._spotted = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.place_now)
        self._late = False
        self._make()
        self.setFocusProxy(self.tracks)
        self.state.changed.connect(self._set_bar)
        workbench.selection_changed.connect(self.mark_selected)
        themes().changed.connect(self.state.touch)

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.strip = Strip(self.state)
        self.ruler = Ruler(self.state, self.scrubbing)
        self.tracks = TracksArea(self.state, self.scrubbing)
        self.tracks.resized.connect(self._set_bar)
        self.tracks.picked.connect(self._pick_firing)
        self.tracks.entered.connect(self.enter)
        self.tracks.asked.connect(lambda index, where: show_menu(firing_menu(self, index), where))
        self.names = Names(self.state)
        self.names.picked.connect(self.pick)
        self.names.wanted.connect(self.show_only)
        self.names.asked.connect(lambda number, where: show_menu(track_menu(self, number), where))
        self.bar = QScrollBar(Qt.Orientation.Vertical)
        self.bar.valueChanged.connect(lambda value: self.state.scroll_to(value, self.tracks.height()))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(3)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._make_left())
        self.split.addWidget(self._make_right())
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([NAMES, 1000])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.split, 1)
        row.addWidget(self.bar)

    def _make_left(self) -> QWidget:
        left = QWidget()
        head = QWidget(left)
        head.setFixedHeight(minimap.HEIGHT + ruler.HEIGHT)
        self.filter = QLineEdit(head)
        self.filter.setObjectName("timeline.filter")
        self.filter.setPlaceholderText("Filter tracks")
        self.filter.setAccessibleName("Filter tracks by name")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._search)
        self.showing = QuietCombo(head)
        self.showing.setObjectName("timeline.showing")
        self.showing.setAccessibleName("Which firings are shown")
        self.showing.setToolTip("Show only firings in one state, and the tracks that have some")
        self.showing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for key, title in SHOWN:
            self.showing.addItem(title, key)
        self.showing.currentIndexChanged.connect(lambda *_: self._show(self.showing.currentData()))
        self.fold = small_button("−", "Fold all regions", "timeline.fold_all", head)
        self.fold.clicked.connect(lambda: self.state.fold_all(on=True))
        self.unfold = small_button("+", "Unfold all regions", "timeline.unfold_all", head)
        self.unfold.clicked.connect(lambda: self.state.fold_all(on=False))
        second = QHBoxLayout()
        second.setSpacing(2)
        second.addWidget(self.showing, 1)
        second.addWidget(self.fold)
        second.addWidget(self.unfold)
        rows = QVBoxLayout(head)
        rows.setContentsMargins(6, 4, 6, 4)
        rows.setSpacing(3)
        rows.addWidget(self.filter)
        rows.addLayout(second)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.names, 1)
        return left

    def _make_right(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.ruler)
        column.addWidget(self.tracks, 1)
        return right

    def _set_bar(self) -> None:
        height = self.tracks.height()
        most = max(0, len(self.state.rows) * ROW - height)
        self.bar.blockSignals(True)
        self.bar.setRange(0, most)
        self.bar.setPageStep(height)
        self.bar.setSingleStep(ROW)
        self.bar.setValue(self.state.scroll)
        self.bar.blockSignals(False)
        self.bar.setVisible(most > 0)
        if self.state.scroll > most:
            self.state.scroll_to(most, height)

    # -- the run ------------------------------------------------------------------------------

    def add(self, part: Part) -> None:
        """Show what was read."""
        self.state.overview.add(part)
        self.state.refresh()
        self.mark_selected()
        self._late = True
        self.place_now()

    def place(self) -> None:
        """The run stands at another step: show it, now or when this is seen again."""
        self._late = True
        self.place_now()

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon.start()

    def place_now(self) -> None:
        """Bring the playhead and the track of the step into view."""
        if not self._late or not self.isVisible():
            return
        self._late = False
        at = self.state.place
        if at >= 0:
            if self.state.window.reveal(self.state.axis.cursor(at)):
                self.state.touch()
            if not self.scrubbing.on_row:
                row = self.state.row_of(int(self.state.overview.track[at]))
                if row >= 0:
                    self.state.reveal_row(row, self.tracks.height())
        self.state.placed.emit()

    def leave(self) -> None:
        """Hear of nothing any more: the run is closed."""
        self._soon.stop()
        self.workbench.selection_changed.disconnect(self.mark_selected)
        themes().changed.disconnect(self.state.touch)

    # -- tracks and nodes -------------------------------------------------------------------------

    def mark_selected(self) -> None:
        """Mark the tracks of the nodes that are selected on the canvas."""
        tab = self.workbench.current
        found: set[int] = set()
        if tab is not None and tab.document is self.session.document:
            spots = self._spots_of_tracks()
            for name in self.workbench.selection:
                found.update(spots.get((tab.at, name), ()))  # type: ignore[call-overload]
        if found != self.state.selected:
            self.state.selected = found
            self.names.update()
            self.tracks.update()

    def _spots_of_tracks(self) -> dict[Spot, list[int]]:
        tracks = self.state.overview.tracks.all
        for track in tracks[self._spotted :]:
            spot = self.session.spot(track.sample)
            if spot is not None:
                self._spots.setdefault(spot, []).append(track.number)
        self._spotted = len(tracks)
        return self._spots

    def pick(self, number: int) -> None:
        """Select the node of a track on the canvas."""
        spot = self.session.spot(self.state.overview.tracks.all[number].sample)
        if spot is not None:
            self.workbench.show(self.session.document, spot.at, [spot.name])

    def _pick_firing(self, index: int) -> None:
        if int(self.state.overview.seq[index]) == self.session.seq:  # going there would do nothing
            self.pick(int(self.state.overview.track[index]))

    def go(self, index: int) -> None:
        """Go to a firing, by its index in the overview."""
        self.scrubbing.to_index(index, on_row=True)
        self.scrubbing.now()

    def enter(self, index: int) -> None:
        """Show the graph that a firing is in, or the one inside if it is a region's."""
        track = self.state.overview.tracks.all[int(self.state.overview.track[index])]
        spot = self.session.spot(track.sample)
        if spot is None:
            return
        body = self.session.places.body(*spot)
        if body is not None:
            self.workbench.show(self.session.document, body)
        else:
            self.pick(track.number)

    def pick_next(self, by: int) -> None:
        """Select the node of the next track (or with -1 of the last one)."""
        rows = self.state.rows
        if not rows:
            return
        at = next((row for row, number in enumerate(rows) if number in self.state.selected), -1)
        row = min(max(0, at + by), len(rows) - 1)
        self.state.reveal_row(row, self.tracks.height())
        self.pick(rows[row])

    def show_only(self, number: int) -> None:
        """Filter to a track; if it is filtered to, show all again."""
        track: Track = self.state.overview.tracks.all[number]
        self.filter.setText("" if self.filter.text() == track.key else track.key)

    def _search(self, words: str) -> None:
        self.state.search(words)
        self.state.scroll_to(0, self.tracks.height())

    def _show(self, showing: Showing) -> None:
        self.state.show_only(showing)
        self.state.scroll_to(self.state.scroll, self.tracks.height())

    # -- keys ---------------------------------------------------------------------------------

    def zoom(self, factor: float) -> None:
        """See more (factor above 1) or less, around the playhead if it is in view."""
        window, at = self.state.window, self.state.place
        around = self.state.axis.cursor(at) if at >= 0 else window.start
        if not window.start <= around <= window.end:
            around = (window.start + window.end) / 2
        self.state.zoom(factor, around)

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if plain and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(CLOSER)
        elif plain and key == Qt.Key.Key_Minus:
            self.zoom(1 / CLOSER)
        elif plain and key == Qt.Key.Key_0:
            self.state.fit()
        elif plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.pick_next(1 if key == Qt.Key.Key_Down else -1)
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.state.place >= 0:
            self.enter(self.state.place)
        elif (act := act_of(self.workbench, event)) is not None:
            act()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.state.pan((0.8 if key == Qt.Key.Key_PageDown else -0.8) * self.state.window.length)
        else:
            super().keyPressEvent(event)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        # Keys that the window has for something else are this panel's while it has the focus.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.tracks.hasFocus():
            mine = event.key() in _KEYS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if mine or act_of(self.workbench, event) is not None:
                event.accept()
                return True
        return super().event(event)


_KEYS: Final = (
    Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Return, Qt.Key.Key_Enter,
)  # fmt: skip
