"""`Cursor`: stands at one step of a recorded run and moves to any other, in both directions.

A step is a decided firing; steps go in the order in which they were decided (`seq`), because that is what happened.
Every move and every state is a question to the database: nothing of the run is kept, however long it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.replay.nodes_named import any_item, find_node, find_nodes
from studio.replay.states.regions import Region, Regions
from studio.replay.states.state import State
from studio.replay.states.stores import StoresAt
from studio.replay.steps import Reading, Source, Step, Totals, totals_of
from studio.spec.registry import Registry
from studio.support.errors import UsageError
from studio.trace.decided import Decided
from studio.trace.holding import next_holding

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Run


__all__ = ["Cursor", "Source", "Step", "Totals"]


class Cursor:
    """A place in a recorded run. `seq` is the current step; moving methods return True if they moved.

    `registry` gives the node types of the run's graph, if they are not the usual ones. Raises UsageError for a run
    that is not there or in which nothing was decided.
    """

    def __init__(self, trace: Trace, run: str = "last", *, registry: Registry | None = None) -> None:
        self.trace = trace
        self.run: Run = trace.run(run)
        self.steps = trace.steps(self.run.id)
        first = self.steps.first()
        if first is None and self.run.status == "running":
            raise UsageError(
                f"Nothing is decided yet in the run {self.run.id}: it is held before its first step, or still at it.",
                hint="Let it go on, or step it; then it can be opened.",
            )
        if first is None:
            raise UsageError(
                f"Nothing was decided in the run {self.run.id}: there is no step to go to.",
                hint=f"`studio show {self.run.id}` shows what had started.",
            )
        self.seq: int = first
        self.regions = Regions(trace, self.run.id, self.steps, registry)
        self.stores = StoresAt(self.steps, self.regions)
        self._reading = Reading(trace, self.run.id, self.steps)
        self._here: Decided | None = None

    def __len__(self) -> int:
        """The number of the last step so far."""
        return self.steps.last() or 0

    def refresh(self) -> None:
        """Read the run's status anew: for following a run that is still going. New steps are found without."""
        self.run = self.trace.run(self.run.id)

    # -- looking ------------------------------------------------------------------------------

    @property
    def here(self) -> Decided:
        """The firing of the current step."""
        if self._here is None or self._here.seq != self.seq:
            self._here = self.steps.step(self.seq)
            assert self._here is not None, "a cursor stands at a step"
        return self._here

    def step(self, seq: int | None = None) -> Step:
        """Return the current step, or the one of that number, with its inputs, outputs and effects.

        Raises UsageError if there is no such step.
        """
        if seq is None or seq == self.seq:
            return self._reading.step(self.here.id)
        found = self.steps.step(seq)
        if found is None:
            raise UsageError(f"There is no step {seq}.", hint=f"There are steps up to {len(self)}.")
        return self._reading.step(found.id)

    def totals(self) -> Totals:
        """Return what the run had used up to and including the current step."""
        return totals_of(self.steps.counts(self.seq))

    def region(self) -> Region:
        """The region the current step's firing stands in."""
        return self.regions.of(self.here)

    def state(self, region: Region | None = None) -> State:
        """Return the state of a region just after the current step: of the one its firing stands in, or another's."""
        return State(self.run, self.steps, self.regions, self.stores, region or self.region(), self.seq, len(self))

    def calls_model(self, seq: int) -> bool:
        """True if the firing of a step asked a model, or had asked one where it was taken over from."""
        return self.steps.asked(seq) > 0

    # -- moving -------------------------------------------------------------------------------

    def seek(self, seq: int) -> bool:
        """Go to a step; numbers beyond the ends stop at the ends, and where one is missing the next one is taken."""
        found = self.steps.next(seq - 1)
        if found is None:
            found = self.steps.next(seq, back=True)
        return self._go(found)

    def seek_firing(self, id: int) -> bool:
        """Go to the step of a firing."""
        found = self.steps.firing(id)
        return found is not None and self._go(found.seq)

    def first(self) -> bool:
        """Go to the first step."""
        return self._go(self.steps.first())

    def last(self) -> bool:
        """Go to the last step so far."""
        return self._go(self.steps.last())

    def move(self, by: int) -> bool:
        """Go that many steps forwards (or back, if negative); as far as there are any. Where steps are missing it goes
        to the next one that way."""
        if abs(by) == 1:
            return self._go(self.steps.next(self.seq, back=by < 0))
        if by >= 0:
            return by > 0 and self.seek(self.seq + by)
        found = self.steps.next(self.seq + by + 1, back=True)
        return self._go(self.steps.first() if found is None else found)

    def next_error(self, *, back: bool = False) -> bool:
        """Go to the next step that failed."""
        return self._go(self.steps.next_error(self.seq, back=back))

    def next_call(self, *, back: bool = False) -> bool:
        """Go to the next step that asked a model."""
        return self._go(self.steps.next_call(self.seq, back=back))

    def next_alarm(self, *, back: bool = False) -> bool:
        """Go to the next step that an alarm concerns."""
        return self._go(self.steps.next_alarm(self.seq, back=back))

    def next_of_node(self, *, back: bool = False) -> bool:
        """Go to the next firing of this node (of this item, in a map)."""
        return self._go(self.steps.next_of_path(self.here.path, self.seq, back=back))

    def next_in_any_item(self, *, back: bool = False) -> bool:
        """Go to the next firing of this node in any item of the maps around it."""
        here = self.here
        pattern = any_item(self.steps, here.path)
        return self._go(self.steps.next_like(pattern, here.plan_index, self.seq, back=back))

    def next_inside(self, *, back: bool = False) -> bool:
        """Go to the next step in this same execution of a region: past what other regions and items did meanwhile."""
        return self._go(self.steps.next_within(self.region().span, self.seq, back=back))

    def next_tick(self, *, back: bool = False) -> bool:
        """Go to the first step of the next (or the last) tick of the region the current step is in."""
        return self._go(self.steps.next_tick(self.region().span, self.here.tick_key, self.seq, back=back))

    def out(self) -> bool:
        """Go to the region node around the current step: it was decided after its body."""
        return bool(self.here.parent) and self.seek_firing(self.here.parent)

    def into(self) -> bool:
        """Go to the first step inside the current region node."""
        inside = self.steps.first_inside(self.here)
        if inside is None:
            return False
        return self._go(self.steps.first_at(self.regions.of(inside).span, inside.tick_key))

    def search(self, text: str, *, back: bool = False) -> bool:
        """Go to the next step whose node, type, reason, outputs, prompts or replies hold the text (in any case), from
        the other end again after the last. Returns False if there is none."""
        found = next_holding(self.steps, text, self.seq, back=back)
        if found is None:
            found = next_holding(self.steps, text, len(self) + 1 if back else 0, back=back)
        if found is not None:
            self._go(found)
        return found is not None

    def find_nodes(self, name: str) -> list[str]:
        """Return the node paths a person means: see `nodes_named.find_nodes`."""
        return find_nodes(self.steps, name)

    def find_node(self, name: str) -> str:
        """Return the node path a person means: see `nodes_named.find_node`."""
        return find_node(self.steps, name)

    # -- within -------------------------------------------------------------------------------

    def _go(self, seq: int | None) -> bool:
        if seq is None or seq == self.seq:
            return False
        self.seq = seq
        return True
