"""What the analysis says of a recorded run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.dynamics.analysis import analyse
from studio.dynamics.policy import read_policy
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Verdict
from studio.replay.dynamics.recorded import Known, known_of, recorded_run

if TYPE_CHECKING:
    from studio.spec.registry import Registry
    from studio.trace import Trace


def verdict_of(trace: Trace, run: str = "last", *, registry: Registry | None = None) -> Verdict:
    """Return the verdict of a run of the trace file, by the thresholds of its graph. Raises UsageError if there is no
    such run."""
    known = known_of(trace, run, registry)
    return analyse(recorded_run(trace, run, of=known), _thresholds(known))


def thresholds_of(trace: Trace, run: str = "last", *, registry: Registry | None = None) -> Settings:
    """Return the thresholds by which a run is watched: those that its graph sets, and what follows from its wires."""
    return _thresholds(known_of(trace, run, registry))


def _thresholds(known: Known) -> Settings:
    return known.modules.watched_with(read_policy(known.graph.dynamics, where=known.graph.name).thresholds)
