"""Reads a run for an overview, part by part, so that the first is shown while the others come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from studio.trace import overview
from studio.trace.decided import PathRow

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from studio.trace import Trace

FIRST: Final = 20_000
"""Steps of the first part: read in some hundredths of a second."""

MOST: Final = 100_000
"""Steps of each part after, unless nearly each has a node path of its own."""

MARKS: Final = 10_000
"""Alarms and forks that are told."""


class Part(NamedTuple):
    """What came of one look: steps after those known, node paths, which of the steps asked a model, and the marks as
    they are now. `under_way` is what had started by the last step and was never decided (number of the node path, when
    it started); `more` says that there are further steps."""

    after: int
    steps: NDArray[numpy.int64]
    paths: list[PathRow]
    asking: NDArray[numpy.int64]
    alarms: list[overview.Mark]
    forks: list[tuple[str, int]]
    under_way: list[tuple[int, int]]
    more: bool


def read_part(trace: Trace, run: str, since: int, after: int, known_paths: int) -> Part:
    """Read the steps after one, and the node paths after the last known one.

    `since` is the moment times count from, in nanoseconds since 1970. Raises EnvironmentProblem.
    """
    steps = trace.steps(run)
    # Where each item of a map has paths of its own, these take longer than the steps to be taken in.
    most = MOST if after > 4 * known_paths else FIRST
    rows = overview.stretch(steps, after, most, since)
    last = int(rows[-1, 0]) if len(rows) else after
    more = len(rows) >= most
    # All node paths of a region are declared before its first firing; those of the last part may be of ones to come.
    highest = int(rows[:, 2].max()) if len(rows) else 0
    paths = steps.paths_between(known_paths + 1, highest if more else LAST_PATH)
    going = [] if more or not last else steps.under_way(last)
    return Part(
        after, rows, paths, overview.asking(steps, after, last), overview.alarms(steps, since, MARKS),
        overview.forks(steps, run, MARKS),
        [(one.path, max(0, one.started_at - since)) for one in going if one.seq is None], more,
    )  # fmt: skip


LAST_PATH: Final = (1 << 32) - 1
"""The highest number that a node path can have."""
