"""`Comparison`: two runs that are open side by side: which steps belong together, and what differs. Knows no Qt."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from studio.editing import At
from studio.gui.live.watching.lookup import Lookup
from studio.gui.live.watching.places import Spot
from studio.gui.replay.session import Session
from studio.replay.diff.aligning import Aligned, Aligner, Which
from studio.support.errors import StudioError
from studio.support.signal import Signal

if TYPE_CHECKING:
    from studio.replay.diff.details import Part
    from studio.replay.diff.found import Change, Fact, NodeDiff, RunDiff
    from studio.replay.diff.texts import TextLine
    from studio.trace import Trace

OTHER: Final[dict[Which, Which]] = {"a": "b", "b": "a"}

MOST_TEXT: Final = 200_000
"""Signs of a text that are compared; of longer ones the beginning."""

MOST_LINES: Final = 3_000
"""Lines of a comparison of texts that are shown."""

_Row = list[tuple[int, "Change"]]
"""Firings that differ, by their steps."""

_DIFF, _TEXTS = "diff", "texts"


class Mark(NamedTuple):
    """How a node stands to the other run: `first` where they part, `only` where the other graph has no such node,
    `changed`, `more` or `less` where only this run, or only the other, has the firings that differ, or `edited`."""

    kind: str
    word: str


MARKS: Final = {
    "first": Mark("first", "parts here"),
    "only": Mark("only", "only here"),
    "changed": Mark("changed", "differs"),
    "more": Mark("more", "fires more"),
    "less": Mark("less", "fires less"),
    "edited": Mark("edited", "edited"),
}
_ORDER: Final = tuple(MARKS)


class PartText(NamedTuple):
    """A part of a firing, or of what the runs were begun with, compared as text."""

    name: str
    only: str
    """`A` or `B` where only that run has it."""
    lines: list[TextLine]


class _Cancelled(StudioError):
    """The comparison was not waited for."""


class Comparison:
    """The runs of two sessions. `a` is the left one.

    Signal `changed()` when there is an answer, or the comparison begins or is given up. Answers are taken with `poll`.
    """

    def __init__(self, a: Session, b: Session) -> None:
        self.sessions: dict[Which, Session] = {"a": a, "b": b}
        self.changed: Signal[()] = Signal()
        self.found: RunDiff | None = None
        self.problem: StudioError | None = None
        self.is_busy = False
        self.compared = 0
        """Firings that were compared so far."""
        self.texts: tuple[Any, list[PartText] | StudioError] | None = None
        """What was asked for last with `ask_texts`: its key, and the texts."""
        self.aligner = Aligner(a.trace, a.run.id, b.trace, b.run.id)
        self._lookup = Lookup(b.trace.readable)
        self._asked: Any = None
        self._is_cancelled = False
        self._marks: dict[Which, dict[Spot, Mark]] = {}
        self._order: dict[Which, _Row] = {"a": [], "b": []}
        self._by_firing: dict[Which, dict[int, Change]] = {"a": {}, "b": {}}

    def close(self) -> None:
        """Nothing is asked of it after."""
        self._is_cancelled = True
        self._lookup.stop()

    def which(self, session: Session | None) -> Which | None:
        """Return which of the two runs a session is of, None if of neither."""
        return next((which for which, one in self.sessions.items() if one is session), None)

    # -- comparing ------------------------------------------------------------------------------

    @property
    def goes_on(self) -> bool:
        """True while one of the runs goes on: it is compared at its end."""
        return any(one.run.status == "running" for one in self.sessions.values())

    def start(self) -> None:
        """Compare the runs firing by firing, on a thread of its own."""
        a, b = self.sessions["a"], self.sessions["b"]
        self._is_cancelled = False
        self.is_busy, self.compared, self.problem = True, 0, None
        self._lookup.ask(_DIFF, _both(a, b, lambda one, other: self._compare(one, other)))
        self.changed.emit()

    def cancel(self) -> None:
        """Give the comparison up; stepping goes on."""
        self._is_cancelled = True

    def _compare(self, one: Trace, other: Trace) -> tuple[RunDiff, dict[Which, _Row], dict[Which, dict[int, Change]]]:
        from studio.replay.diff import diff

        a, b = (session.run.id for session in self.sessions.values())
        found = diff(one, a, other, b, told=self._told)
        order: dict[Which, _Row] = {"a": _in_order(one, a, found, "a"), "b": _in_order(other, b, found, "b")}
        return (
            found,
            order,
            {which: {_id_in(which, change): change for _, change in row} for which, row in order.items()},
        )

    def _told(self, compared: int) -> None:
        self.compared = compared
        if self._is_cancelled:
            raise _Cancelled("The comparison was stopped.")

    def poll(self) -> bool:
        """Take answers that have come; return whether more are awaited."""
        while self._lookup.answers:
            key, answer = self._lookup.answers.popleft()
            if key == _DIFF:
                self.is_busy = False
                self._take(answer)
            elif key == _TEXTS:
                self.texts = answer if isinstance(answer, tuple) else (self._asked, answer)
            self.changed.emit()
        return self._lookup.is_busy or bool(self._lookup.answers)

    def _take(self, answer: Any) -> None:
        self._marks.clear()
        if isinstance(answer, StudioError):
            self.found, self.problem = None, answer
            return
        (self.found, self._order, self._by_firing), self.problem = answer, None
        self.aligner.rename(answer[0].renamed)

    # -- steps ----------------------------------------------------------------------------------

    def aligned(self, which: Which, seq: int) -> Aligned | None:
        """Return the step of the other run that belongs to a step of one of the runs."""
        return self.aligner.aligned(which, seq)

    @property
    def first(self) -> Change | None:
        """The firing at which the runs part: the first that did otherwise with the same inputs, else the first that
        differs."""
        return None if self.found is None else self.found.origin or self.found.first

    def step_of(self, which: Which, change: Change) -> int | None:
        """Return the step of a firing that differs, None if this run has none, or did not decide it."""
        id = _id_in(which, change)
        firing = self.sessions[which].cursor.steps.firing(id) if id else None
        return None if firing is None else firing.seq

    def change_of(self, which: Which, firing: int) -> Change | None:
        """Return what differs in a firing, None if nothing does, or that is not known yet."""
        return self._by_firing[which].get(firing)

    def next_change(self, which: Which, seq: int, *, back: bool = False) -> Change | None:
        """Return the next firing of a run after a step (or the last one before it) that differs, None if none does."""
        row = self._order[which]
        place = bisect_left(row, seq, key=_step) - 1 if back else bisect_right(row, seq, key=_step)
        return row[place][1] if 0 <= place < len(row) else None

    # -- marks ----------------------------------------------------------------------------------

    def marks(self, which: Which, at: At) -> dict[str, Mark]:
        """Return how the nodes of a graph stand to the other run, by name; of nodes that are the same, nothing."""
        if self.found is None:
            return {}
        if which not in self._marks:
            self._marks[which] = self._find_marks(which, self.found)
        return {spot.name: mark for spot, mark in self._marks[which].items() if spot.at == at}

    def _find_marks(self, which: Which, found: RunDiff) -> dict[Spot, Mark]:
        session = self.sessions[which]
        marks: dict[Spot, Mark] = {}

        def mark(path: str, kind: str) -> None:
            spot = session.spot(path)
            if spot is not None and (spot not in marks or _ORDER.index(kind) < _ORDER.index(marks[spot].kind)):
                marks[spot] = MARKS[kind]

        for node in found.nodes.values():
            path = node.node if which == "a" else node.node_b
            mark(path, self._kind(which, node))
        first = self.first
        if first is not None:
            node = found.nodes[first.node]
            mark(node.node if which == "a" else node.node_b, "first")
        for spot in self._edited(which, found):
            marks.setdefault(spot, MARKS["edited"])
        return marks

    def _kind(self, which: Which, node: NodeDiff) -> str:
        other = OTHER[which]
        if all(not _id_in(other, one) for one in node.changes):
            there = self.sessions[other].spot(node.node if other == "a" else node.node_b)
            return "only" if there is None else "more"
        return "less" if all(not _id_in(which, one) for one in node.changes) else "changed"

    def _edited(self, which: Which, found: RunDiff) -> list[Spot]:
        """The nodes in which the graphs differ themselves, though the runs did the same there."""
        names = {fact.name for fact in found.graph if "edge " not in fact.name}
        if which == "b":
            back = {_place(place, old): place for place, old in found.renamed.items()}
            names |= {place + name[len(old) :] for old, place in back.items() for name in names if _is_of(name, old)}
        spots = []
        for at, graph in self.sessions[which].document.walk() if names else ():
            for node in graph.nodes:
                place = ".".join((*at, node))
                if any(_is_of(name, place) for name in names):
                    spots.append(Spot(at, node))
        return spots

    # -- texts ----------------------------------------------------------------------------------

    def ask_texts(self, change: Change | None, fact: Fact | None = None) -> None:
        """Have all that differs in a firing, or in a fact, compared as text; the answer is `texts`."""
        found = self.found
        if found is None:
            return
        key = self._asked = change or fact
        a, b = self.sessions["a"], self.sessions["b"]

        def compare(one: Trace, other: Trace) -> tuple[Any, list[PartText] | StudioError]:
            from studio.replay.diff.details import Part, details
            from studio.replay.diff.values import Given
            from studio.replay.firing.whole import value_of

            try:
                if change is not None:
                    return key, [_text_of(part) for part in details(one, other, found, change)]
                if fact is None:
                    return key, []
                values = [(trace, value) for trace, value in ((one, fact.a), (other, fact.b))]
                given = [None if value is None else Given(value_of(trace, value)) for trace, value in values]
                return key, [_text_of(Part(fact.name, *given))]
            except StudioError as refused:
                return key, refused

        self._lookup.ask(_TEXTS, _both(a, b, compare))


def _both(a: Session, b: Session, ask: Callable[[Trace, Trace], Any]) -> Callable[[Trace], Any]:
    """A question to the trace of the right run that needs that of the left, too; they may be one file."""
    left, right = a.trace.readable, b.trace.readable

    def question(trace: Trace) -> Any:
        from studio.trace import Trace as Opened

        if left == right:
            return ask(trace, trace)
        with Opened(left) as other:
            return ask(other, trace)

    return question


def _id_in(which: Which, change: Change) -> int:
    return change.id_a if which == "a" else change.id_b


def _step(one: tuple[int, Change]) -> int:
    return one[0]


def _in_order(trace: Trace, run: str, found: RunDiff, which: Which) -> list[tuple[int, Change]]:
    """The firings of a run that differ and were decided, by their steps."""
    from studio.trace.seqs import seqs_by_id

    seqs = seqs_by_id(trace.steps(run))
    row = [(seqs[id], change) for change in found.changes() if (id := _id_in(which, change)) in seqs]
    return sorted(row, key=_step)


def _text_of(part: Part) -> PartText:
    from studio.replay.diff.details import as_text
    from studio.replay.diff.texts import text_diff

    a, b = as_text(part.a)[:MOST_TEXT], as_text(part.b)[:MOST_TEXT]
    only = "" if part.a is not None and part.b is not None else "A" if part.b is None else "B"
    return PartText(part.name, only, text_diff(a, b)[:MOST_LINES])


def _is_of(name: str, place: str) -> bool:
    return name == place or name.startswith(place + ".")


def _place(place: str, name: str) -> str:
    graph = place.rpartition(".")[0]
    return f"{graph}.{name}" if graph else name
