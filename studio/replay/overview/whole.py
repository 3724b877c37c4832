"""`Overview`: all decided firings of a run as columns, in the order of steps. Grows part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy

from studio.replay.overview.tracks import Tracks
from studio.trace.overview import COLUMNS, Mark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.replay.overview.reading import Part

    Column = NDArray[Any]

KINDS: Final = {
    "seq": numpy.int64, "id": numpy.int64, "path": numpy.int64, "status": numpy.int8, "origin": numpy.int8,
    "started": numpy.int64, "duration": numpy.int64, "attempt": numpy.int16, "depth": numpy.int16, "tick": numpy.int64,
}  # fmt: skip

_LARGEST: Final = {"status": 2, "origin": 3, "attempt": 30_000, "depth": 30_000}
"""What a column holds at most; more in a damaged file is no more than that."""


# What numpy offers for these two loads its masked arrays, a tenth of a second's work.


def distinct(values: NDArray[numpy.int64]) -> NDArray[numpy.int64]:
    """Return the values in order, each once."""
    ordered = numpy.sort(values)
    keep = numpy.ones(len(ordered), numpy.bool_)
    keep[1:] = ordered[1:] != ordered[:-1]
    return ordered[keep]


def among(values: NDArray[numpy.int64], ordered: NDArray[numpy.int64]) -> NDArray[numpy.bool_]:
    """Return which of the values stand among others, which are in order."""
    if not len(ordered):
        return numpy.zeros(len(values), numpy.bool_)
    places = numpy.minimum(numpy.searchsorted(ordered, values), len(ordered) - 1)
    found: NDArray[numpy.bool_] = ordered[places] == values
    return found


class Overview:
    """The steps so far. Columns are arrays of one length, by step; see `trace.overview.COLUMNS` for what they hold.

    `track` is the track of each, `asked` whether it asked a model, `ended` when it was decided. `version` counts what
    has come: drawings made of an older one are out of date.
    """

    def __init__(self) -> None:
        self.tracks = Tracks()
        self.alarms: list[Mark] = []
        self.forks: list[tuple[str, int]] = []
        self.under_way: list[tuple[int, int]] = []
        """Tracks of what had started and was never decided, and when, in nanoseconds."""
        self.is_whole = False
        """False while further parts are to come."""
        self.version = 0
        for name, kind in KINDS.items():
            setattr(self, name, numpy.empty(0, kind))
        self.track: NDArray[numpy.int32] = numpy.empty(0, numpy.int32)
        self.asked: NDArray[numpy.bool_] = numpy.empty(0, numpy.bool_)
        self.ended: NDArray[numpy.int64] = numpy.empty(0, numpy.int64)

    if TYPE_CHECKING:
        seq: Column
        id: Column
        path: Column
        status: Column
        origin: Column
        started: Column
        duration: Column
        attempt: Column
        depth: Column
        tick: Column

    def __len__(self) -> int:
        return len(self.seq)

    @property
    def last(self) -> int:
        """The last step that is known, 0 if none is."""
        return int(self.seq[-1]) if len(self.seq) else 0

    def add(self, part: Part) -> None:
        """Take a part in. One that does not begin where this ends is left out: it was asked for before another came."""
        if part.after != self.last:
            return
        self.version += 1
        self.is_whole = not part.more
        self.alarms, self.forks = part.alarms, part.forks
        self.tracks.add(part.paths)
        self.under_way = [(self.tracks.track_of(path), started) for path, started in part.under_way]
        rows = part.steps
        if not len(rows):
            return
        for place, name in enumerate(COLUMNS):
            fresh = rows[:, place]
            if name in _LARGEST:
                fresh = numpy.clip(fresh, 0, _LARGEST[name])
            elif name == "started":
                fresh = numpy.maximum(fresh, 0)  # the clock was set back
            setattr(self, name, numpy.concatenate((getattr(self, name), fresh.astype(KINDS[name]))))
        self.track = numpy.concatenate((self.track, self.tracks.of_paths(rows[:, 2])))
        self.asked = numpy.concatenate((self.asked, among(rows[:, 0], part.asking)))
        self.ended = numpy.maximum.accumulate(self.started + self.duration)

    # -- finding ------------------------------------------------------------------------------

    def index_of(self, seq: int) -> int:
        """Return where a step stands in the columns: the step itself, or the next one if it is missing; -1 for an empty
        run."""
        if not len(self.seq):
            return -1
        return min(int(numpy.searchsorted(self.seq, seq)), len(self.seq) - 1)

    def indexes_of(self, seqs: Any) -> NDArray[numpy.int64]:
        """Return where steps stand in the columns, those that are not known left out."""
        wanted = distinct(numpy.asarray(seqs, numpy.int64))
        places = numpy.searchsorted(self.seq, wanted)
        inside = places < len(self.seq)
        places = places[inside]
        found: NDArray[numpy.int64] = places[self.seq[places] == wanted[inside]]
        return found

    def indexes_of_firings(self, ids: Any) -> NDArray[numpy.int64]:
        """Return where firings stand in the columns, by their ids, in order of steps; undecided ones are left out."""
        return numpy.flatnonzero(among(self.id, numpy.sort(numpy.fromiter(ids, numpy.int64))))

    def alarm_steps(self) -> NDArray[numpy.int64]:
        """Return where each alarm stands in the columns: at the firing it concerns, or where the run had got to."""
        if not len(self.seq) or not self.alarms:
            return numpy.empty(0, numpy.int64)
        order = numpy.argsort(self.id)
        ids = numpy.asarray([mark.firing for mark in self.alarms], numpy.int64)
        times = numpy.asarray([mark.at for mark in self.alarms], numpy.int64)
        places = numpy.minimum(numpy.searchsorted(self.id, ids, sorter=order), len(self.id) - 1)
        at_firing = order[places]
        at_time = numpy.maximum(numpy.searchsorted(self.ended, times, side="right") - 1, 0)
        return numpy.where(self.id[at_firing] == ids, at_firing, at_time)
