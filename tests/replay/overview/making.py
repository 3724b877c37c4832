"""Overviews of made-up steps, and of a whole recorded run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from studio.replay.overview.reading import Part, read_part
from studio.replay.overview.whole import Overview
from studio.trace import Trace
from studio.trace.decided import PathRow

NOTHING = numpy.empty(0, numpy.int64)


def overview_of(trace: Trace, run: str = "last") -> Overview:
    """Read all of a run."""
    found = trace.run(run)
    made = Overview()
    while not made.is_whole:
        made.add(read_part(trace, found.id, since_of(trace), made.last, made.tracks.last_path))
    return made


def since_of(trace: Trace) -> int:
    """When the last run began, in nanoseconds."""
    return round(trace.run().started_at * 1e9)


def made_up(steps: Sequence[tuple[int, int, int, int]], nodes: list[str], *, asking: tuple[int, ...] = ()) -> Overview:
    """Make an overview of steps (path, status, started, duration) of top nodes; steps and firings count from 1."""
    rows = numpy.array(
        [(seq, seq, path, status, 0, started, long, 1, 0, seq // 10)
         for seq, (path, status, started, long) in enumerate(steps, 1)],
        numpy.int64,
    )  # fmt: skip
    paths = [PathRow(number, node, "math.expression", 1, number - 1, 0) for number, node in enumerate(nodes, 1)]
    made = Overview()
    made.add(Part(0, rows, paths, numpy.array(asking, numpy.int64), [], [], [], more=False))
    return made
