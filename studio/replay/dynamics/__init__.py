"""The dynamics of recorded runs: a run as the analysis takes it, and what the analysis says of it."""

from studio.replay.dynamics.recorded import recorded_run
from studio.replay.dynamics.verdicts import thresholds_of, verdict_of

__all__ = ["recorded_run", "thresholds_of", "verdict_of"]
