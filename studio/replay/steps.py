"""One step of a recorded run in full: the origin of its inputs, what it gave, what it asked, what was used by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from studio.replay.firsts import FirstValues
from studio.support.values import Json
from studio.trace.found import producers_of

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.decided import Counts
    from studio.trace.found import Effect, Firing
    from studio.trace.moments import Moments


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


class Totals(NamedTuple):
    """What the run had used up to and including a step. `cost_usd` is None from the first call of unknown price on.

    `taken_over` counts the firings that were taken over from the run this one continues; what those used there is
    not in the sums but in the `inherited` ones.
    """

    firings: int
    skipped: int
    errors: int
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    taken_over: int = 0
    inherited_calls: int = 0
    inherited_tokens_in: int = 0
    inherited_tokens_out: int = 0
    inherited_cost_usd: float | None = 0.0


class Step(NamedTuple):
    """One firing with all that is known of it; `at` is its step, 0 if it was never decided."""

    at: int
    firing: Firing
    inputs: Mapping[str, list[Source]]
    outputs: Mapping[str, Json]
    effects: list[Effect]
    totals: Totals


class Reading:
    """Reads the steps of one run in full."""

    def __init__(self, trace: Trace, run: str, steps: Moments) -> None:
        self._trace = trace
        self._run = run
        self._steps = steps
        self._firsts = FirstValues(trace, run)

    def step(self, id: int) -> Step:
        """Return a firing by its id, decided or not."""
        firing = self._trace.firing(self._run, id)
        source = self._trace.source(firing) if firing.origin == "replayed" else firing
        return Step(
            at=firing.seq or 0,
            firing=firing,
            inputs={port: list(self._sources(wires, firing, port)) for port, wires in firing.inputs.items()},
            outputs=self._trace.outputs(firing),
            effects=[] if source is None else list(self._trace.effects(source.run, firing=source.id)),
            totals=totals_of(self._steps.counts(firing.seq or 0)),
        )

    def _sources(self, wires: Json, firing: Firing, port: str) -> Iterator[Source]:
        for producer, output in producers_of(wires):
            made = self._steps.firing(producer) if producer else None
            if made is not None:
                value = True if output == "done" else made.outputs.get(output)
                yield Source(made.node, made.tick, output, self._trace.decoded({"": value})[""], made.seq)
            else:
                first = self._firsts.find(firing.node, port) if output == "initial" else None
                yield Source("", "", output, None if first is None else first.value, None, first is not None)


def totals_of(counts: Counts) -> Totals:
    """Return the counts of a run up to a step as totals."""
    spent, inherited = counts.spent, counts.inherited
    return Totals(
        firings=counts.decided - counts.skipped,
        skipped=counts.skipped,
        errors=counts.errors,
        calls=spent.calls,
        tokens_in=spent.tokens_in,
        tokens_out=spent.tokens_out,
        cost_usd=None if spent.unpriced else spent.cost_usd,
        taken_over=counts.taken,
        inherited_calls=inherited.calls,
        inherited_tokens_in=inherited.tokens_in,
        inherited_tokens_out=inherited.tokens_out,
        inherited_cost_usd=None if inherited.unpriced else inherited.cost_usd,
    )
