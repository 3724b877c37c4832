"""The dynamics of recorded runs: a run as the analysis takes it, and what the analysis says of it."""

from studio.replay.dynamics.recorded import known_of, recorded_run
from studio.replay.dynamics.verdicts import verdict_of

__all__ = ["known_of", "recorded_run", "verdict_of"]
