"""Tracks: the node paths of a run with the items of maps folded into one, as a tree of regions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy

from studio.trace.decided import PathRow

if TYPE_CHECKING:
    from numpy.typing import NDArray


DEEPEST: Final = 32
"""Regions inside each other that have tracks of their own: more than a run can have."""


@dataclass(slots=True)
class Track:
    """One track. `key` is its path without items, `parent` the number of the track of the region node around it (-1 at
    the top), `sample` one node path that lies on it."""

    number: int
    key: str
    name: str
    type: str
    parent: int
    depth: int
    place: int
    sample: str
    children: list[int] = field(default_factory=list)

    @property
    def is_region(self) -> bool:
        """True if it has tracks inside."""
        return bool(self.children)


class Tracks:
    """All tracks of a run; grows as the run meets new node paths."""

    def __init__(self) -> None:
        self.all: list[Track] = []
        self.top: list[int] = []
        self._paths: NDArray[numpy.int64] = numpy.empty(0, numpy.int64)
        """Numbers of node paths in order: in a file from elsewhere they may be far apart."""
        self._tracks: NDArray[numpy.int32] = numpy.empty(0, numpy.int32)
        """The track of each."""
        self.last_path = 0
        """The highest number of a node path that is known."""
        self._known: dict[tuple[int, str], int] = {}
        self._levels: list[NDArray[numpy.int32]] | None = None

    def add(self, rows: Iterable[PathRow]) -> bool:
        """Take node paths in, regions before what is inside them; return whether there are new tracks."""
        before = len(self.all)
        placed: dict[int, int] = {}
        regions: dict[int, int] = {}
        for row in rows:
            if row.path <= self.last_path:
                continue
            around = -1
            if row.parent:
                if row.parent not in regions:
                    regions[row.parent] = placed[row.parent] if row.parent in placed else self.track_of(row.parent)
                around = regions[row.parent]
            placed[row.path] = self._track(row, around)
        if placed:
            self._place(placed)
        if len(self.all) > before:
            self._levels = None
            for track in self.all:
                track.children.sort(key=lambda number: self.all[number].place)
            self.top.sort(key=lambda number: self.all[number].place)
        return len(self.all) > before

    def _track(self, row: PathRow, around: int) -> int:
        name = row.node.rpartition("/")[2] if row.parent else row.node
        if around >= 0 and self.all[around].depth >= DEEPEST:
            around = self.all[around].parent
        number = self._known.get((around, name))
        if number is not None:
            return number
        number = len(self.all)
        above = self.all[around] if around >= 0 else None
        key = name if above is None else f"{above.key}/{name}"
        depth = 0 if above is None else above.depth + 1
        self.all.append(Track(number, key, name, row.type, around, depth, row.plan_index, row.node))
        (self.top if above is None else above.children).append(number)
        self._known[around, name] = number
        return number

    def _place(self, placed: dict[int, int]) -> None:
        paths = numpy.fromiter(placed, numpy.int64, len(placed))
        tracks = numpy.fromiter(placed.values(), numpy.int32, len(placed))
        order = numpy.argsort(paths)
        self._paths = numpy.concatenate((self._paths, paths[order]))
        self._tracks = numpy.concatenate((self._tracks, tracks[order]))
        self.last_path = int(self._paths[-1])

    def of_paths(self, paths: NDArray[numpy.int64]) -> NDArray[numpy.int32]:
        """Return the tracks of node paths by their numbers, -1 for those that are not known."""
        if not len(self._paths):
            return numpy.full(len(paths), -1, numpy.int32)
        places = numpy.minimum(numpy.searchsorted(self._paths, paths), len(self._paths) - 1)
        return numpy.where(self._paths[places] == paths, self._tracks[places], numpy.int32(-1))

    def track_of(self, path: int) -> int:
        """Return the track of a node path by its number, -1 if it is not known."""
        return int(self.of_paths(numpy.array([path], numpy.int64))[0])

    def with_key(self, key: str) -> Track | None:
        """Return the track of a path without items."""
        return next((track for track in self.all if track.key == key), None)

    # -- which are shown ----------------------------------------------------------------------

    def rows(self, folded: Collection[int] = (), wanted: Callable[[Track], bool] | None = None) -> list[int]:
        """Return the tracks to show, from top to bottom: what is inside a folded region is not, and of the others those
        that are wanted, with the regions around them."""
        keep = None if wanted is None else self._kept(wanted)
        found: list[int] = []
        waiting = list(reversed(self.top))
        while waiting:
            number = waiting.pop()
            if keep is not None and number not in keep:
                continue
            found.append(number)
            if number not in folded:
                waiting += reversed(self.all[number].children)
        return found

    def _kept(self, wanted: Callable[[Track], bool]) -> set[int]:
        keep: set[int] = set()
        for track in self.all:
            number = track.number if wanted(track) else -1
            while number >= 0 and number not in keep:
                keep.add(number)
                number = self.all[number].parent
        return keep

    def around(self, number: int) -> list[int]:
        """Return the tracks of the regions around a track, from the inside out."""
        found = []
        while (number := self.all[number].parent) >= 0:
            found.append(number)
        return found

    def levels(self) -> list[NDArray[numpy.int32]]:
        """Return, for each depth, the track at that depth which holds each track (itself included); -1 for none."""
        if self._levels is None:
            deepest = max((track.depth for track in self.all), default=0)
            made = [numpy.full(len(self.all), -1, numpy.int32) for _ in range(deepest + 1)]
            for track in self.all:  # a region's track is made before those inside it
                if track.parent >= 0:
                    for depth in range(track.depth):
                        made[depth][track.number] = made[depth][track.parent]
                made[track.depth][track.number] = track.number
            self._levels = made
        return self._levels
