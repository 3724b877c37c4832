"""Who answers a script's questions: the person at the terminal, or a file of prepared answers (`--answers FILE`)."""

from __future__ import annotations

from pathlib import Path

from studio.models.humans import AnswersFile, TerminalHuman
from studio.spec.calls import Human


def human_of(answers: str | None) -> Human:
    """Return who answers. Raises `UsageError` naming file and line if the file cannot be read."""
    return AnswersFile.read(Path(answers)) if answers else TerminalHuman()
