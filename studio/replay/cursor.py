"""`Cursor`: stands at one firing of a recorded run and moves to any other, in both directions.

Steps are the firings in outline order (a region node after its body), so two replays of a run walk the same way
whatever the latencies were.  Only a thin index of the run is kept; a step is read when it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from studio.replay.firsts import FirstValues
from studio.replay.index import EVERYTHING, Mark, Totals, marks_of, running_totals, used_by_firing
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Effect, Firing, Run


__all__ = ["Cursor", "Mark", "Source", "Step", "Totals"]


_ITEM = re.compile(r"/\d+/")
"""Where a path names an item of a map."""


class Source(NamedTuple):
    """Where an input's value came from: node path, tick and output port; `node` is "" for a first value or a default
    of the run (`port` says which)."""

    node: str
    tick: str
    port: str
    value: Json
    step: int | None
    """The producer's step, None if there is none."""
    known: bool = True
    """False if the value itself could not be found."""


class Step(NamedTuple):
    """One firing with all that is known of it; `at` is its number among the steps."""

    at: int
    firing: Firing
    inputs: Mapping[str, list[Source]]
    outputs: Mapping[str, Json]
    effects: list[Effect]
    totals: Totals


class Cursor:
    """A place in a recorded run. `index` is the current step (from 0); moving methods return True if they moved.

    Raises UsageError for a run that is not there or has no firings.
    """

    def __init__(self, trace: Trace, run: str = "last") -> None:
        self.trace = trace
        self.run: Run = trace.run(run)
        self.marks: list[Mark] = marks_of(trace, self.run.id)
        if not self.marks:
            raise UsageError(f"The run {self.run.id} has no firings to step through.")
        self.index = 0
        self._place = {mark.id: i for i, mark in enumerate(self.marks)}
        self._used = used_by_firing(trace, self.run.id)
        self._firsts = FirstValues(trace, self.run.id)
        self._totals = running_totals(self.marks, self._used)

    def __len__(self) -> int:
        return len(self.marks)

    @property
    def mark(self) -> Mark:
        """The current step's entry in the index."""
        return self.marks[self.index]

    # -- looking ------------------------------------------------------------------------------

    def step(self, index: int | None = None) -> Step:
        """Return the current step, or the one of that number, with its inputs, outputs and effects."""
        at = self.index if index is None else index
        mark = self.marks[at]
        firing = self.trace.firing(self.run.id, mark.id)
        return Step(
            at=at,
            firing=firing,
            inputs={port: list(self._sources(wires, firing, port)) for port, wires in firing.inputs.items()},
            outputs=self.trace.outputs(firing),
            effects=list(self.trace.effects(self.run.id, firing=mark.id)),
            totals=self._totals[at],
        )

    def totals(self, index: int | None = None) -> Totals:
        """Return what the run had used up to and including a step."""
        return self._totals[self.index if index is None else index]

    def place_of(self, firing_id: int) -> int | None:
        """Return the step of a firing, None if the run has none of this id."""
        return self._place.get(firing_id)

    def calls_model(self, index: int) -> bool:
        """True if the firing at a step asked a model."""
        return self.marks[index].id in self._used

    # -- moving -------------------------------------------------------------------------------

    def seek(self, index: int) -> bool:
        """Go to a step; numbers beyond the ends stop at the ends."""
        target = min(max(index, 0), len(self.marks) - 1)
        moved = target != self.index
        self.index = target
        return moved

    def move(self, by: int) -> bool:
        """Go that many steps forwards (or back, if negative)."""
        return self.seek(self.index + by)

    def next_where(self, wanted: Callable[[int], bool], *, back: bool = False) -> bool:
        """Go to the next (or the last) step for which `wanted(step)` is true; stay if there is none."""
        ahead = range(self.index - 1, -1, -1) if back else range(self.index + 1, len(self.marks))
        for at in ahead:
            if wanted(at):
                return self.seek(at)
        return False

    def next_error(self, *, back: bool = False) -> bool:
        """Go to the next step that failed."""
        return self.next_where(lambda at: self.marks[at].status in ("error", "interrupted"), back=back)

    def next_call(self, *, back: bool = False) -> bool:
        """Go to the next step that asked a model."""
        return self.next_where(self.calls_model, back=back)

    def next_tick(self, *, back: bool = False) -> bool:
        """Go to the first step of the next (or the last) tick of the region the current step is in."""
        here = self.mark

        def other(at: int) -> bool:
            mark = self.marks[at]
            return (mark.parent, mark.item) == (here.parent, here.item) and mark.tick != here.tick

        if not self.next_where(other, back=back):
            return False
        if back:  # this is the last step of that tick: go on to its first
            tick = self.mark.tick
            for at in range(self.index - 1, -1, -1):
                mark = self.marks[at]
                if (mark.parent, mark.item) == (here.parent, here.item):
                    if mark.tick != tick:
                        break
                    self.index = at
        return True

    def out(self) -> bool:
        """Go to the region node around the current step."""
        parent = self._place.get(self.mark.parent)
        return parent is not None and self.seek(parent)

    def into(self) -> bool:
        """Go to the first step inside the current region node."""
        here = self.mark
        if not here.body:
            return False
        first = self.index
        for at in range(self.index - 1, -1, -1):
            if self.marks[at].depth <= here.depth:
                break
            if self.marks[at].parent == here.id:
                first = at
        return self.seek(first)

    def search(self, text: str, *, back: bool = False) -> bool:
        """Go to the next step whose node, reason, outputs or prompts hold the text (in any case), from the other
        end again after the last. Returns False if there is none."""
        hits = self._holding(text)
        count = len(self.marks)
        for offset in range(1, count + 1):
            at = (self.index - offset if back else self.index + offset) % count
            if self.marks[at].id in hits:
                self.index = at
                return True
        return False

    def find_nodes(self, name: str) -> list[str]:
        """Return the node paths a person means: as `find_node`, but a node of a map stands for those of all its items.

        `product` may so mean `triage/0/product`, `triage/1/product` and on. Raises UsageError naming what there is.
        """
        ending = list(dict.fromkeys(mark.node for mark in self.marks if f"/{mark.node}".endswith("/" + name)))
        if len({_ITEM.sub("/", path) for path in ending}) == 1 and name not in ending:
            return ending
        return [self.find_node(name)]

    def find_node(self, name: str) -> str:
        """Return the node path a person means: the whole path, or its end if only one path ends so.

        Raises UsageError naming what there is.
        """
        paths = list(dict.fromkeys(mark.node for mark in self.marks))
        if name in paths:
            return name
        ending = [path for path in paths if path.endswith("/" + name)]
        if len(ending) == 1:
            return ending[0]
        if ending:
            shown = ", ".join(f"`{path}`" for path in ending[:6])
            raise UsageError(f"Several nodes are called `{name}`: {shown}.", hint="Give the whole path.")
        hint = did_you_mean(name, paths, then="`studio show` lists all.")
        raise UsageError(f"Nothing called `{name}` was decided in this run.", hint=hint)

    # -- within -------------------------------------------------------------------------------

    def _sources(self, wires: Json, firing: Firing, port: str) -> Iterator[Source]:
        if not wires:
            return
        several = wires if isinstance(wires[0], list) else [wires]
        for producer, output in several:
            at = self._place.get(producer)
            if producer and at is not None:
                made = self.trace.firing(self.run.id, producer)
                values = self.trace.outputs(made)
                yield Source(made.node, made.tick, output, values.get(output), at)
            else:
                first = self._firsts.find(firing.node, port) if output == "initial" else None
                yield Source("", "", str(output), None if first is None else first.value, None, first is not None)

    def _holding(self, text: str) -> set[int]:
        """The ids of firings that hold a text, asked of the database as a whole so that long runs stay quick."""
        if not text.strip():
            return set()
        wanted = encode(text.lower()).decode()[1:-1]  # as it stands inside stored JSON
        run = self.run.id
        facts = "lower(node || ' ' || type || ' ' || reason || ' ' || coalesce(outputs, ''))"
        found = self._rows(f"SELECT id FROM firing WHERE run = ? AND instr({facts}, ?)", run, wanted)
        hits = {int(row[0]) for row in found}
        large = self._rows("SELECT hash FROM blob WHERE type = 'json' AND instr(lower(data), ?)", wanted)
        hashes = {str(row[0]) for row in large}
        if hashes:
            for id, outputs in self._rows(
                "SELECT id, outputs FROM firing WHERE run = ? AND instr(outputs, '\"$ref\"')", run
            ):
                if any(hash in outputs for hash in hashes):
                    hits.add(int(id))
        words = "lower(coalesce(messages, '') || coalesce(reply, ''))"
        spoken = self._rows(f"SELECT firing FROM prompt WHERE run = ? AND instr({words}, ?)", run, wanted)
        return hits | {int(row[0]) for row in spoken}

    def _rows(self, query: str, *values: Json) -> list[tuple[Json, ...]]:
        return self.trace.sql(query, values, limit=EVERYTHING, seconds=30.0).rows
