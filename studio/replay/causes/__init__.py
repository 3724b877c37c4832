"""Why something in a run is as it is: what led to an output, what it led to, and why there is nothing.

    causes = Causes(trace, "last")
    found = causes.ancestors(causes.firing("work/3/refine", "3.1"), "text")
    for edge in found.edges: ...

All of it is looked up where it is needed; no question reads the run as a whole.
"""

from __future__ import annotations

from studio.replay.causes.api import Causes
from studio.replay.causes.records import OUTSIDE, Absence, Ancestry, Cause, Link

__all__ = ["OUTSIDE", "Absence", "Ancestry", "Cause", "Causes", "Link"]
