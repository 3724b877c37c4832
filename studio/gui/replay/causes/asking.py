"""A question about causes, as it is looked up on a session's thread: bit by bit, so that it can be left at any time.

Other questions of the session get their turn in between, and the window can say how far this one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.gui.replay.causes.lighting import Lighting
from studio.gui.replay.causes.listing import Line, absence_lines, ancestry_lines
from studio.gui.replay.lit import Lit
from studio.replay.causes import Causes
from studio.replay.causes.telling import Tree, left_out
from studio.replay.causes.telling import absence_lines as told_absence
from studio.support.pieces import plural, text_of

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.replay.causes import Absence, Ancestry
    from studio.replay.causes.closure import Closure
    from studio.spec.registry import Registry
    from studio.trace import Trace
    from studio.trace.found import Firing

SLICE_S: Final = 0.08
"""How long it is looked at a time, in seconds."""

LIMIT: Final = 20_000
"""Firings that are followed at most."""

FROM_DECIDER: Final = 3
"""Steps shown of what led to whoever decided an absence."""

TEXT_WIDTH: Final = 120
"""Signs of a line of the text."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a firing by its id, perhaps one of its outputs; or (id 0) a node that was not decided at a
    tick. `down`: what it led to."""

    id: int
    node: str
    tick: str
    step: int | None
    port: str = ""
    down: bool = False
    depth: int | None = None


class Progress(NamedTuple):
    """It goes on: `firings` were found so far."""

    firings: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. `title` says it in one line, `note` what was left out, `text` is what `studio why` prints."""

    title: str
    note: str
    lines: list[Line]
    lit: Lit
    ancestry: Ancestry | None = None
    absence: Absence | None = None


@dataclass(eq=False)
class Asked:
    """One question and how far it is. `is_given_up` may be set by the window at any time; the rest is the thread's."""

    run: str
    subject: Subject
    graph: Graph
    registry: Registry
    limit: int = LIMIT
    is_given_up: bool = False
    _causes: Causes | None = None
    _walk: Closure | None = None
    _absence: Absence | None = None

    def __call__(self, trace: Trace) -> Answer | Progress | None:
        """Look a bit further. None: it was given up."""
        if self.is_given_up:
            return None
        if self._causes is None:
            self._begin(trace)
        if self._walk is not None and not self._walk.go_on(SLICE_S):
            return Progress(len(self._walk.firings))
        return None if self.is_given_up else self._answer()

    def text(self, answer: Answer) -> str:
        """Return the answer as `studio why` prints it; for the session's thread."""
        causes, subject = self._causes, self.subject
        assert causes is not None, "what was answered was asked"
        lines = []
        if answer.absence is not None:
            lines += list(told_absence(answer.absence, node=subject.node, tick=subject.tick, port=subject.port))
        if answer.ancestry is not None and (answer.absence is None or len(answer.ancestry.firings) > 1):
            lines += [("",)] if lines else []
            lines += list(Tree(causes, answer.ancestry, down=subject.down, width=TEXT_WIDTH).lines())
        return text_of(lines)

    # -- within -------------------------------------------------------------------------------

    def _begin(self, trace: Trace) -> None:
        subject = self.subject
        causes = self._causes = Causes(trace, self.run, registry=self.registry)
        if not subject.id:
            self._absence = causes.undecided(subject.node, subject.tick)
        else:
            firing = causes.get(subject.id)
            if not subject.down and _is_absent(causes, firing, subject.port):
                self._absence = causes.absence(firing, subject.port or None)
            else:
                self._walk = causes.walk(
                    firing, subject.port or None, down=subject.down, depth=subject.depth, limit=self.limit
                )
        by = None if self._absence is None else self._absence.decided_by
        if by is not None and by.status == "ok":
            self._walk = causes.walk(by, depth=subject.depth or FROM_DECIDER, limit=self.limit)

    def _answer(self) -> Answer:
        subject, causes, absence = self.subject, self._causes, self._absence
        assert causes is not None
        found = None if self._walk is None else self._walk.found
        lighting = Lighting(self.graph, self.registry)
        if found is not None:
            lighting.add_ancestry(found)
        note = f"… and {left_out(found)} not followed." if found is not None and found.more else ""
        if absence is not None:
            lighting.add_absence(absence)
            title = absence_title(subject)
            lines = absence_lines(causes, absence, subject.node, subject.tick, found)
        else:
            assert found is not None
            title = ancestry_title(subject, len(found.firings) - 1, bool(found.more) and subject.depth is None)
            lines = ancestry_lines(causes, found, down=subject.down)
        return Answer(title, note, lines, lighting.lit(title), found, absence)


def _is_absent(causes: Causes, firing: Firing, port: str) -> bool:
    """True if there is no value to be explained."""
    if firing.status == "skipped":
        return True
    return bool(port) and port not in firing.outputs and causes.value(firing, port) is None


def ancestry_title(subject: Subject, count: int, is_cut: bool) -> str:
    """Return what was found in one line."""
    what = f"`{subject.node}`" if not subject.port else f"`{subject.node}.{subject.port}`"
    step = "" if subject.step is None else f" (step {subject.step:,})"
    number = plural(count, "firing") + (" and more" if is_cut else "")
    if subject.down:
        return f"{what}{step} led to {number}" if count else f"{what}{step} led to nothing"
    return f"{number} led to {what}{step}" if count else f"Nothing led to {what}{step}: it is where this began"


def absence_title(subject: Subject) -> str:
    """Return what was asked about nothing in one line."""
    what = f"`{subject.node}`" if not subject.port else f"`{subject.node}.{subject.port}`"
    has = "has nothing" if subject.port else "did not fire"
    return f"Why {what} {has} at tick {subject.tick}"
