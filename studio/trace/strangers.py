"""A trace file that came from elsewhere: looked at before anything of it is shown, and read as far as it can be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.support.errors import EnvironmentProblem, StudioError
from studio.trace.reading import Trace
from studio.trace.salvaging import Salvaged, Told, salvage

MOST_OF_NAME = 200
"""Bytes of a file's name that its copy has in common with it."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A file that was looked at. `db` is what can be opened (with `foreign=True`): the file itself, or what was read
    of it; `salvaged` tells how much that is, `problem` why it was needed. `runs` are the ids, newest first.
    """

    path: Path
    db: Path
    runs: tuple[str, ...]
    problem: str = ""
    salvaged: Salvaged | None = None

    def said(self) -> str:
        """Return what a person should know before trusting what is shown; "" of a file that is whole."""
        if self.salvaged is None:
            return ""
        why = "was written by a newer Ganglia Studio" if self.salvaged.is_newer else "is damaged"
        known = "; what this version does not know is left out" if self.salvaged.is_newer else ""
        return f"{self.path.name} {why}: {self.salvaged.said()[:-1]}{known}."


def look_at(path: Path, folder: Path, *, told: Told | None = None) -> Stranger:
    """Check a file row by row; if something in it does not hold, read what does into a new file in `folder`.

    Raises `EnvironmentProblem` if it is not there, is no trace, or nothing of it can be read.
    """
    if not path.is_file():
        raise EnvironmentProblem("There is no such file.", where=str(path))
    try:
        with Trace(path, foreign=True) as trace:
            wrong = trace.verify()
            if not wrong:
                return Stranger(path, path, tuple(run.id for run in trace.runs()))
            problem = EnvironmentProblem(f"It is damaged: {wrong[0].what}.", where=str(path))
    except EnvironmentProblem as refused:
        problem = refused
    number, name = 1, path.stem.encode()[:MOST_OF_NAME].decode(errors="ignore")
    while (into := folder / f"{name}-{number}.db").exists():
        number += 1
    try:
        salvaged = salvage(path, into, told=told)
    except StudioError:
        raise problem from None  # why it does not open says more than that nothing was left
    with Trace(into, foreign=True) as trace:
        runs = tuple(run.id for run in trace.runs())
    return Stranger(path, into, runs, problem.message, salvaged)
