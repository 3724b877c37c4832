"""Comparing two runs: firing by firing, by identity (design rule 2.7), never by "latest".

`diff(trace_a, run_a, trace_b, run_b)` gives a `RunDiff`: where the runs part for the first time, which nodes differ and
whether the difference is theirs or came down to them, and what differs in graph, options and ends. `details` shows one
firing of both runs in full, `text_diff` compares two texts. How long something took, and ids, are no difference.
"""

from __future__ import annotations

from studio.replay.diff.comparing import diff
from studio.replay.diff.found import Change, Fact, NodeDiff, RunDiff, Spent

__all__ = ["Change", "Fact", "NodeDiff", "RunDiff", "Spent", "diff"]
