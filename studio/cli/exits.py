"""Exit codes: what a script may rely on (`studio/help/exit_codes.md` says the same to people)."""

from __future__ import annotations

from typing import Final

OK: Final = 0
FAILED: Final = 1
"""The run failed, or the studio itself has a fault."""
USAGE: Final = 2
"""The command, the graph or an input cannot be used as given."""
PAUSED: Final = 3
"""A limit or an alarm paused the run; it can be resumed."""
FINDING: Final = 4
"""Divergence, lint finding or failed test."""
ENVIRONMENT: Final = 5
"""Disk, database or a model that is not there."""
INTERRUPTED: Final = 130
"""Ctrl-C."""
PIPE: Final = 141
"""Whoever read the output went away (`studio runs | head`); what shells report for other programs."""
