"""`FilePart`: the part of a run that goes on in another file, as whoever shows that file sees it."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from studio.editing.document.ops import At
from studio.graph.model import Graph
from studio.gui.live.watching.places import Places, Spot
from studio.gui.live.watching.tracks import PlaceTrack, RegionTrack
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.control.waiting import Held
    from studio.gui.live.watching.feed import RunView

_log = logging.getLogger(__name__)


class FilePart:
    """Nodes of the graph in a file that a run uses as a body, over all its uses. Offers what `RunView` offers of its
    own file."""

    def __init__(self, view: RunView, path: Path, graph: Graph) -> None:
        self.view = view
        self.path = path
        self.places = Places(graph)
        self.spots: dict[Spot, PlaceTrack] = {}
        self.by_place: dict[At, list[RegionTrack]] = {}
        self.dirty: set[Spot] = set()

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.view.run_id

    @property
    def ended(self) -> bool:
        """True once the run is over."""
        return self.view.ended

    @property
    def frontier(self) -> tuple[Held, ...]:
        """What is held in the whole run, the next first."""
        return self.view.frontier

    def take_dirty(self) -> set[Spot]:
        """Return the nodes that changed since this was asked before."""
        dirty, self.dirty = self.dirty, set()
        return dirty


def file_key(path: Path) -> str:
    """Return by which a file is known here."""
    return os.path.abspath(path)  # noqa: PTH100 - also without the dots, and the disk is not asked


def part_of(view: RunView, path: Path) -> FilePart | None:
    """Return a new part for a file, None if it cannot be read by now; its nodes then have no states."""
    try:
        return FilePart(view, path, Graph.load(path))
    except StudioError as error:
        _log.info("no states for %s: %s", path, error)
        return None
