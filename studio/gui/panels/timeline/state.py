"""`State`: what a timeline shows of one run. Which axis and part of it, which tracks, in which colours. Knows no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy

from studio.replay.overview.axes import LEAST, NANO, Axis, Kind, Window
from studio.replay.overview.raster import rows_by_level
from studio.replay.overview.tracks import Track
from studio.replay.overview.whole import Overview
from studio.support.signal import Signal
from studio.trace.log import STATUS_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.gui.replay.session import Session

Colouring = Literal["state", "module", "origin"]
Showing = Literal["all", "fired", "error", "skipped", "asked"]

ROW: Final = 18
"""Height of a track in pixels."""

FEW: Final = 1_500
"""Firings that are drawn as single bars; more are counted into pixels."""

MANY: Final = 24
"""With more tracks than these, regions are folded at first."""


class State:
    """Signals: `changed()` when a drawing of it is out of date, `placed()` when the run stands at another step."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.overview = Overview()
        self.axis = Axis(self.overview, "step")
        self.window = Window(least=LEAST["step"])
        self.colouring: Colouring = "state"
        self.showing: Showing = "all"
        self.words = ""
        self.folded: set[int] = set()
        self.rows: list[int] = []
        self.scroll = 0
        """Pixels of rows above what is seen."""
        self.selected: set[int] = set()
        """Tracks of the nodes that are selected on the canvas."""
        self.version = 0
        """Counts changes: a drawing of the same version is up to date."""
        self.changed: Signal[()] = Signal()
        self.placed: Signal[()] = Signal()
        self._known: dict[object, NDArray[numpy.int64]] = {}
        self._seen_tracks = 0
        self._placed_rows: list[int] = []
        self._places: dict[int, int] = {}
        self._lit: NDArray[numpy.bool_] | None = None
        self._chosen: NDArray[numpy.bool_] | None = None
        self._kinds: dict[Colouring, NDArray[numpy.int8]] = {}
        self.categories: list[str] = []
        """The categories of the run's node types, as `kinds` of the colouring by module count them."""

    def touch(self) -> None:
        """Say that drawings are out of date."""
        self.version += 1
        self.changed.emit()

    # -- the run ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take in what the overview has more."""
        overview = self.overview
        self._known.clear()
        self._kinds.clear()
        if len(overview.tracks.all) > self._seen_tracks:
            if not self._seen_tracks and len(overview.tracks.all) > MANY:
                self.folded = {track.number for track in overview.tracks.all if track.is_region}
            elif self._seen_tracks:
                fresh = overview.tracks.all[self._seen_tracks :]
                if len(overview.tracks.all) > MANY:
                    self.folded |= {track.number for track in fresh if track.is_region}
            self._seen_tracks = len(overview.tracks.all)
        self.axis = Axis(overview, self.axis.kind)
        whole = self.axis.end if self.axis.kind == "time" else max(self.axis.end, float(self.session.last))
        self.window.extend(whole)
        self._choose()
        self._light()
        self._list()

    def find_lit(self) -> None:
        """Take in which firings are lit."""
        self._light()
        self.touch()

    def _light(self) -> None:
        lit = self.session.lit
        self._lit = None
        if lit is not None and len(self.overview):
            self._lit = numpy.zeros(len(self.overview), numpy.bool_)
            self._lit[self.overview.indexes_of(lit.seqs)] = True
            self._lit[self.overview.indexes_of_firings(lit.firings)] = True

    @property
    def lit(self) -> NDArray[numpy.bool_] | None:
        """Which steps are lit, None if nothing is."""
        return self._lit

    @property
    def place(self) -> int:
        """Where in the overview's columns the run stands, -1 while it is not read so far."""
        if self.session.seq > self.overview.last:
            return -1
        return self.overview.index_of(self.session.seq)

    # -- axis ---------------------------------------------------------------------------------

    def set_axis(self, kind: Kind) -> None:
        """Show steps on another axis, with about the same of them in view."""
        if kind == self.axis.kind:
            return
        before, window = self.axis, self.window
        self.axis = Axis(self.overview, kind)
        whole = self.axis.end if kind == "time" else max(self.axis.end, float(self.session.last))
        self.window = Window(whole, LEAST[kind], 0.0, whole)
        if not window.is_fitted and len(self.overview):
            first, last = before.step_at(window.start), before.step_at(window.end)
            self.window.set(self.axis.span(first)[0], max(self.axis.span(last)[1], self.axis.span(first)[1]))
        self.touch()

    def fit(self) -> None:
        """See the whole run."""
        self.window.fit()
        self.touch()

    def zoom(self, factor: float, around: float) -> None:
        """See more (factor above 1) or less; `around` stays where it is seen."""
        self.window.zoom(factor, around)
        self.touch()

    def pan(self, by: float) -> None:
        """Move along the axis."""
        self.window.pan(by)
        self.touch()

    def look_at(self, start: float, end: float) -> None:
        """See a part of the axis."""
        self.window.set(start, end)
        self.touch()

    # -- rows ---------------------------------------------------------------------------------

    def _list(self) -> None:
        words = self.words.casefold().split()
        tracks = self.overview.tracks
        wanted = None
        if words or self.showing != "all":
            counts = self.counts(chosen=True) if self.showing != "all" else None

            def wanted(track: Track) -> bool:
                key = track.key.casefold()
                return all(word in key for word in words) and (counts is None or counts[track.number].sum() > 0)

        # What is looked for is shown, folded or not.
        self.rows = tracks.rows(() if words else self.folded, wanted)
        self.touch()

    def fold(self, number: int, on: bool | None = None) -> None:
        """Fold a region, or unfold it; without `on` the other way than it is."""
        if not self.overview.tracks.all[number].is_region:
            return
        on = number not in self.folded if on is None else on
        (self.folded.add if on else self.folded.discard)(number)
        self._list()

    def fold_all(self, on: bool) -> None:
        """Fold or unfold all regions."""
        self.folded = {track.number for track in self.overview.tracks.all if track.is_region} if on else set()
        self._list()

    def search(self, words: str) -> None:
        """Show only tracks whose path holds these words."""
        self.words = words
        self._list()

    def show_only(self, showing: Showing) -> None:
        """Show only firings in a state."""
        self.showing = showing
        self._choose()
        self._list()

    def row_of(self, number: int) -> int:
        """Return the row that shows a track, or the folded region that it is in; -1 if none does."""
        while number >= 0:
            if number in self.row_places:
                return self.row_places[number]
            number = self.overview.tracks.all[number].parent
        return -1

    @property
    def row_places(self) -> dict[int, int]:
        """The row of each track that is shown."""
        if self._placed_rows is not self.rows:
            self._placed_rows = self.rows
            self._places = {number: row for row, number in enumerate(self.rows)}
        return self._places

    # -- kinds --------------------------------------------------------------------------------

    def colour_by(self, colouring: Colouring) -> None:
        """Colour firings otherwise."""
        self.colouring = colouring
        self.touch()

    def kinds(self) -> NDArray[numpy.int8]:
        """Return the kind of each firing, as the colouring counts them."""
        found = self._kinds.get(self.colouring)
        if found is None:
            overview = self.overview
            if self.colouring == "state":
                found = _RANKS[overview.status]
            elif self.colouring == "origin":
                found = overview.origin
            else:
                found = self._by_module()
            self._kinds[self.colouring] = found
        return found

    def _by_module(self) -> NDArray[numpy.int8]:
        of_track = numpy.zeros(len(self.overview.tracks.all) + 1, numpy.int8)
        for track in self.overview.tracks.all:
            category = self.category_of(track)
            if category not in self.categories and len(self.categories) < 100:
                self.categories.append(category)
            of_track[track.number] = self.categories.index(category) if category in self.categories else 0
        return of_track[self.overview.track]

    def category_of(self, track: Track) -> str:
        """Return the category of a track's node type, "" if the type is not known."""
        cls = self.session.document.registry.find(track.type)
        return "" if cls is None else cls.spec.category

    def _choose(self) -> None:
        overview = self.overview
        self._chosen = None
        if self.showing == "asked":
            self._chosen = overview.asked
        elif self.showing != "all":
            self._chosen = overview.status == STATUS_NAMES.index(_STATUS[self.showing])

    @property
    def chosen(self) -> NDArray[numpy.bool_] | None:
        """Which firings are shown, None for all."""
        return self._chosen

    def counts(self, *, chosen: bool = False) -> NDArray[numpy.int64]:
        """Return how many firings of each status (ok, error, skipped) each track holds, regions with all inside."""
        found = self._known.get(("counts", chosen and self.showing))
        if found is None:
            overview = self.overview
            many = len(overview.tracks.all)
            inside = overview.track >= 0
            if chosen and self._chosen is not None:
                inside &= self._chosen
            status, track = overview.status[inside].astype(numpy.int64), overview.track[inside]
            found = numpy.zeros((many, 3), numpy.int64)
            for level in overview.tracks.levels() if many else ():
                row = level[track].astype(numpy.int64)
                drawn = row >= 0
                found += numpy.bincount(row[drawn] * 3 + status[drawn], minlength=many * 3).reshape(many, 3)
            self._known["counts", chosen and self.showing] = found
        return found

    # -- what is in view ------------------------------------------------------------------------

    def in_view(self, height: int) -> tuple[int, list[int]]:
        """Return the first row that is seen in a height of pixels, and the tracks from it on."""
        first = min(self.scroll // ROW, max(0, len(self.rows) - 1))
        last = (self.scroll + height + ROW - 1) // ROW
        return first, self.rows[first:last]

    def row_at(self, y: float) -> int:
        """Return the row at a pixel, -1 below the last."""
        row = int(y + self.scroll) // ROW
        return row if 0 <= row < len(self.rows) else -1

    def levels_of(self, rows: list[int]) -> list[NDArray[numpy.int32]]:
        """Return in which of these rows each track counts, by depth."""
        return rows_by_level(self.overview.tracks, rows)

    def scroll_to(self, pixels: int, height: int) -> None:
        """Scroll the tracks, as far as there are any."""
        wanted = min(max(0, pixels), max(0, len(self.rows) * ROW - height))
        if wanted != self.scroll:
            self.scroll = wanted
            self.changed.emit()  # what is drawn along the axis alone stays as it is

    def reveal_row(self, row: int, height: int) -> None:
        """Scroll the tracks so that a row is in view."""
        top = row * ROW
        if top < self.scroll:
            self.scroll_to(top, height)
        elif top + ROW > self.scroll + height:
            self.scroll_to(top + ROW - height, height)

    def has_lanes(self, number: int) -> bool:
        """True if firings of a track that ran side by side are drawn one below the other: by time, where they do not
        stand for what is inside of a region."""
        return self.axis.kind == "time" and not self.overview.tracks.all[number].is_region

    def under_way(self) -> list[tuple[int, float]]:
        """Return in which rows something is drawn that was not decided, and from which place on: by time only."""
        if self.axis.kind == "step" or self.showing != "all":
            return []
        return [(self.row_of(track), started * NANO) for track, started in self.overview.under_way]


_STATUS: Final = {"fired": "ok", "error": "error", "skipped": "skipped"}

_RANKS: Final = numpy.array([0, 2, 1], numpy.int8)
"""Kinds of the colouring by state, by status: ok, skipped, error. What ranks higher is seen among others."""
