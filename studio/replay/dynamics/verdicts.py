"""What the analysis says of a recorded run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.dynamics.analysis import analyse
from studio.dynamics.verdict import Verdict
from studio.replay.dynamics.recorded import known_of, recorded_run

if TYPE_CHECKING:
    from studio.spec.registry import Registry
    from studio.trace import Trace


def verdict_of(trace: Trace, run: str = "last", *, registry: Registry | None = None) -> Verdict:
    """Return the verdict of a run of the trace file, by the thresholds of its graph. Raises UsageError if there is no
    such run."""
    known = known_of(trace, run, registry)
    return analyse(recorded_run(trace, of=known), known.thresholds)
