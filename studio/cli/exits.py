"""Exit codes: what a script may rely on. The page `exit_codes` of the manual is made from this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
PAUSED: Final = 3
FINDING: Final = 4
ENVIRONMENT: Final = 5
INTERRUPTED: Final = 130
PIPE: Final = 141

MEANINGS: Final[Mapping[int, tuple[str, str]]] = {
    OK: (
        "It worked. A run that ended by `stop`, by going quiet, or at the `max_ticks` its graph names is a success.",
        "",
    ),
    FAILED: (
        "The run failed, or the studio itself has a fault.",
        "`studio show last` tells which node failed and why; everything up to there is recorded.",
    ),
    USAGE: (
        "Something was given wrongly: a command, an option, an input, a graph that cannot run.",
        "The line on standard error says what, where, and what to do.",
    ),
    PAUSED: (
        "A limit or an alarm paused the run.",
        "What it did is kept: `studio resume last --limit …` goes on with a wider one.",
    ),
    FINDING: (
        "A finding: `lint` found something, `fmt --check` a file that is not canonical, `replay --verify` or `diff` a "
        "difference, `test` a case that failed, `db check` damage; `db merge` did not take a run; a run that replays, "
        "resumes or forks met something else than was recorded.",
        "Read what was found.",
    ),
    ENVIRONMENT: (
        "The machine refuses: disk full, database read-only or damaged, a model that is not there.",
        "The line on standard error says which.",
    ),
    INTERRUPTED: (
        "Interrupted: Ctrl-C aborts a run, which is recorded and can be resumed. On a terminal the first one pauses "
        "it.",
        "",
    ),
    PIPE: ("Whoever read the output went away, as in `studio runs | head`.", ""),
}
"""What each code says, and what to do then."""
