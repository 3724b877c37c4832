"""A firing beside another: the one before of the same node, or the same one in another run; which runs there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.replay.diff.details import Part, Side, as_text, between
from studio.replay.diff.texts import TextLine, text_diff
from studio.replay.nodes_named import any_item
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing, Run

MOST_RUNS: Final = 30
"""Runs that are offered beside the lineage."""

LOOKED_AT: Final = 400
"""Newest runs of a file that are looked through for those of the same graph."""

MOST_LINES: Final = 120
"""Lines of one part's comparison that are kept."""

LONGEST_LINE: Final = 2_000
"""Characters of one piece of a line that are kept."""

LONGEST: Final = 400_000
"""Characters of a text that are compared; what comes after is only said to be there."""


class Other(NamedTuple):
    """Another run to compare with. `kinship`: parent, fork, or "" for a run of the same graph."""

    db: Path
    run: str
    kinship: str
    status: str
    started_at: float


class Difference(NamedTuple):
    """A part that differs, line by line: A is the other firing, B this one. `only` names the side that has it, if one
    side has not; `cut` says that not all of it is told."""

    name: str
    lines: tuple[TextLine, ...]
    only: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a firing differs from another one. `other` is that one, None if there is none (`why` says so)."""

    other: Firing | None
    differences: tuple[Difference, ...] = ()
    why: str = ""

    @property
    def is_same(self) -> bool:
        """True if there is another one, and nothing differs."""
        return self.other is not None and not self.differences


def with_previous(trace: Trace, run: str, id: int) -> Comparison:
    """Compare a firing with the one before of the same node; of an item's first one, with the last in another item."""
    steps = trace.steps(run)
    here = steps.firing(id)
    seq = None
    if here is not None and here.seq is not None:
        seq = steps.next_of_path(here.path, here.seq, back=True)
        if seq is None and "*" in (pattern := any_item(steps, here.path)):
            seq = steps.next_like(pattern, here.plan_index, here.seq, back=True)
    before = None if seq is None else steps.step(seq)
    if before is None:
        return Comparison(None, why="This is the first firing of this node.")
    return _compared((trace, run, before.id), (trace, run, id))


def with_run(trace: Trace, run: str, id: int, other: Trace, other_run: str) -> Comparison:
    """Compare a firing with the same one in another run: of the same node path at the same tick."""
    firing = trace.firing(run, id)
    try:
        found = list(other.firings(other_run, firing.node, firing.tick))
    except UsageError:
        return Comparison(None, why=f"The other run never came to `{firing.node}`, or has no such node.")
    if not found:
        return Comparison(None, why=f"In the other run `{firing.node}` did not come to tick {firing.tick}.")
    same = [one for one in found if one.attempt == firing.attempt] or found
    return _compared((other, other_run, same[-1].id), (trace, run, id))


def _compared(one: Side, other: Side) -> Comparison:
    parts = between(one, other)
    return Comparison(one[0].firing(one[1], one[2]), tuple(_differences(parts)))


def _differences(parts: list[Part]) -> Iterator[Difference]:
    for part in parts:
        a, b = as_text(part.a), as_text(part.b)
        lines = text_diff(a[:LONGEST], b[:LONGEST])
        shown = tuple(_short(line) for line in lines[:MOST_LINES])
        cut = len(lines) > MOST_LINES or max(len(a), len(b)) > LONGEST
        yield Difference(part.name, shown, "a" if part.b is None else "b" if part.a is None else "", cut)


def _short(line: TextLine) -> TextLine:
    return line._replace(parts=tuple((own, text[:LONGEST_LINE]) for own, text in line.parts))


def others(trace: Trace, run: str, more: Trace | None = None) -> list[Other]:
    """Return the runs that a run can be compared with: its parent and forks, then the newest of the same graph, of its
    file and of another one."""
    mine = trace.run(run)
    found: dict[tuple[Path, str], Other] = {}
    for db in (trace, more):
        if db is None:
            continue
        for one in _related(db, mine):
            found.setdefault((db.path, one.id), Other(db.path, one.id, _kinship(mine, one), one.status, one.started_at))
    found.pop((trace.path, mine.id), None)
    ordered = sorted(found.values(), key=lambda one: (("parent", "fork", "").index(one.kinship), -one.started_at))
    kin = [one for one in ordered if one.kinship]
    return [*kin, *[one for one in ordered if not one.kinship and one.run != mine.id][:MOST_RUNS]]


def _related(trace: Trace, mine: Run) -> Iterator[Run]:
    if mine.parent_run and trace.has_run(mine.parent_run):
        yield trace.run(mine.parent_run)
    for one in trace.runs(LOOKED_AT):
        if one.parent_run == mine.id or (mine.graph and one.graph == mine.graph):
            yield one


def _kinship(mine: Run, other: Run) -> str:
    if other.id == mine.parent_run:
        return "parent"
    return "fork" if other.parent_run == mine.id else ""
