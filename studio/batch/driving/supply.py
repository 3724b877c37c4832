"""Which run comes next: those to be repeated first, then the plan's, without those that have a result.

A run that some batch has made before, with the same key, is not made again: its record is there, and so are its scores
if it was scored in the same way; else it is scored anew from what it gave. Runs that look around (at files, the web, a
memory of the project) are made anew in each batch: what they saw may be another now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from studio.batch.driving.jobs import Job, Jobs
from studio.trace.batches import Batches, Try, facts_of
from studio.trace.log import BatchResult

AHEAD: Final = 400
"""Jobs looked up in the database at a time."""


@dataclass(slots=True)
class Turn:
    """A job on its way. `attempt` counts all attempts ever made, `failures` those of this session that came to
    nothing; `before` names an earlier run of it that is in the trace, whole or in part; `copied` is a result that some
    batch has for it. One that is `alone` was in a worker that was lost, perhaps by it: it is given to one that has no
    other, so that the next loss shows whose it was."""

    job: Job
    attempt: int = 1
    failures: int = 0
    before: str = ""
    copied: BatchResult | None = None
    alone: bool = False


class Supply:
    """Gives out turns. `batches` reads the database, None where there is none yet."""

    def __init__(self, jobs: Jobs, batches: Batches | None, batch: str, scoring: str, *, reuse: bool) -> None:
        self._jobs = jobs
        self._batches = batches
        self._scoring = scoring
        self._reuse = reuse
        self._again: deque[Turn] = deque()
        self._waiting: deque[Turn] = deque()
        self._plan: Iterator[Job] = iter(jobs)
        begun = next((one for one in batches.batches() if one.id == batch), None) if batches is not None else None
        goes_on = batches is not None and begun is not None
        self.done: set[str] = batches.done_keys(batch) if batches is not None and goes_on else set()
        self.failed = begun.failed if begun is not None else 0
        """How many of those did not end well."""
        self._tries: dict[str, Try] = batches.open_tries(batch) if batches is not None and goes_on else {}

    def next(self) -> Turn | None:
        """Return the next turn, None if there is none just now."""
        if self._again:
            return self._again.popleft()
        while not self._waiting:
            if not self._look_ahead():
                return None
        return self._waiting.popleft()

    def back(self, turn: Turn) -> None:
        """A turn came to nothing and comes again."""
        self._again.append(turn)

    def unused(self, turn: Turn) -> None:
        """A turn was taken too early: it is the next again."""
        self._again.appendleft(turn)

    def _look_ahead(self) -> bool:
        """Take more of the plan; False at its end."""
        jobs = list(islice(self._plan, AHEAD))
        wanted = [job for job in jobs if job.key not in self.done]
        known: dict[str, BatchResult] = {}
        if self._reuse and self._batches is not None and wanted:
            known = self._batches.known([job.key for job in wanted if not job.looks_around])
        for job in wanted:
            turn = Turn(job)
            if tried := self._tries.get(job.key):
                turn.attempt, turn.before = tried.attempt + 1, tried.run
            if found := known.get(job.key):
                if facts_of(found).get("scoring") == self._scoring:
                    turn.copied = found
                else:
                    turn.before = found.run
            self._waiting.append(turn)
        return bool(jobs)
