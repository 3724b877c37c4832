"""What the panel knows of tests: their files, how they went last, and what is done with them just now."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from studio.gui.panels.tests.places import Where
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.cases.case import Case
    from studio.cases.playing import Stop
    from studio.cases.reading import CasesFile
    from studio.cases.trying import Outcome


@dataclass
class Result:
    """How a case went last. `is_old`: graph or case are others since."""

    outcome: Outcome
    revision: int
    is_old: bool = False


@dataclass
class Suite:
    """One tests file: its cases, or why it cannot be read, and how they went last."""

    where: Where
    file: CasesFile | None = None
    problem: StudioError | None = None
    is_read: bool = False
    results: dict[str, Result] = field(default_factory=dict)

    @property
    def cases(self) -> list[Case]:
        """The cases in the order of the file."""
        return [] if self.file is None else list(self.file.cases.values())

    def count(self) -> tuple[int, int, int]:
        """Return how many passed, failed, and were not played since the last change."""
        known = [self.results.get(case.name) for case in self.cases]
        passed = sum(one is not None and one.outcome.passed for one in known)
        return passed, len([one for one in known if one is not None]) - passed, sum(one is None for one in known)


@dataclass
class Play:
    """Tests that are played, stepped through or recorded anew just now: `names` in order, how many are done, and what
    ends them."""

    suite: Suite
    names: list[str]
    stop: Stop
    done: int = 0
    now: str = ""
    began: float = field(default_factory=monotonic)
    thread: threading.Thread | None = None


def meaning_of(case: Case | None) -> object:
    """Return what decides how a case goes: not where it stands in its file."""
    if case is None:
        return None
    expect = [one.text for one in case.expect]
    return case.node, dict(case.inputs), expect, case.equal, case.recorded
