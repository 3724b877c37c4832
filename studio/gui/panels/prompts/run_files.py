"""Which files of runs the panel can ask: this profile's, and those of the runs that are open in replay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.gui.replay.session import Source
from studio.gui.workbench import Workbench
from studio.support.paths import same_file

if TYPE_CHECKING:
    from studio.gui.replay.session import Session


class RunFile(NamedTuple):
    """A file of runs: `read` is what is asked (of one from someone else the checked copy), `db` how it is opened."""

    title: str
    read: Path
    db: Path
    foreign: bool = False

    def source(self, run: str) -> Source:
        """Return how a run of this file is opened."""
        return Source(self.db, run, self.foreign)


def profile_file(workbench: Workbench) -> RunFile:
    """Return the file into which this profile's runs are recorded."""
    path: Path = workbench.part("live").trace_file()
    return RunFile("This profile", path, path)


def file_of(session: Session) -> RunFile:
    """Return the file of a run that is open."""
    source = session.source
    return RunFile(source.db.name.removesuffix(".run.db"), session.trace.readable, source.db, source.foreign)


def files(workbench: Workbench) -> list[RunFile]:
    """Return the profile's file first, then each other file of which a run is open."""
    found = [profile_file(workbench)]
    replays: Any = workbench.parts.get("replay")
    for session in replays.sessions if replays is not None else ():
        file = file_of(session)
        if not any(same_file(one.read, file.read) for one in found):
            found.append(file)
    return found
