"""All of a firing: as JSON, its values in full, and where its outputs went. For a thread that may take its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from studio.replay.causes.records import ENTERS, FAILURE, FEEDBACK, ITEM, LEAVES, OUTSIDE, STORE, WHEN
from studio.support.values import Json
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.replay.causes import Causes
    from studio.replay.turns import Turns
    from studio.spec.registry import Registry
    from studio.trace import Trace
    from studio.trace.found import Effect, StoreOp

MOST_CONSUMERS: Final = 100
"""Firings that are told of one firing's outputs."""


class Consumer(NamedTuple):
    """A firing that took something of another one: at its input `port`, from the output `output`. `how` says by what
    way, where it was no plain wire."""

    output: str
    firing: int
    step: int | None
    node: str
    tick: str
    port: str
    how: str = ""


class Asked(NamedTuple):
    """What a firing asked, and what it did to stores; of one taken over from another run, what it asked there. `lost`
    says that the run is not in this file."""

    effects: list[Effect]
    stored: list[StoreOp]
    lost: bool = False


def asked(trace: Trace, run: str, id: int) -> Asked:
    """Return what a firing asked and did to stores."""
    firing = trace.firing(run, id)
    source = trace.source(firing)
    stored = list(trace.store_ops(run, firing=id))
    if source is None:
        return Asked([], stored, lost=True)
    return Asked(list(trace.effects(source.run, firing=source.id)), stored)


def as_json(trace: Trace, run: str, id: int) -> str:
    """Return a firing with everything that is recorded of it, as indented JSON. `effects` is null where they stand in a
    run that is not in this file."""
    firing = trace.firing(run, id)
    told = asked(trace, run, id)
    made: dict[str, Any] = asdict(firing)
    made.pop("tick_key")
    made["outputs"] = trace.outputs(firing)
    effects = [_without(asdict(effect), ("run", "firing")) for effect in told.effects]
    made["effects"] = None if told.lost else effects
    made["store_ops"] = [_without(asdict(op), ("run", "firing")) for op in told.stored]
    return orjson.dumps(made, option=orjson.OPT_INDENT_2).decode()


def value_of(trace: Trace, value: Json) -> Json:
    """Return a value that may stand elsewhere."""
    return trace.value(value) if isinstance(value, Ref) else value


class Reason(NamedTuple):
    """One step of why a node was skipped, from it to the root. `firing` is 0 where nothing was decided."""

    firing: int
    step: int | None
    node: str
    tick: str
    why: str


class Ways:
    """Finds where outputs went and why a node was skipped; keeps what it has read of a run for the next question.

    For one thread, which gives way to the window whose `turns` these are.
    """

    def __init__(self, run: str, registry: Registry | None = None, turns: Turns | None = None) -> None:
        self._run = run
        self._registry = registry
        self._turns = turns
        self._known: tuple[Trace, Causes] | None = None

    def question(self, id: int) -> Callable[[Trace], tuple[int, list[Consumer]]]:
        """Return the question where the outputs of a firing went; the answer begins with the firing's id."""
        return lambda trace: (id, self.of(trace, id))

    def why(self, trace: Trace, id: int) -> list[Reason]:
        """Return why a firing was skipped: the firings that the absence came through, the root last."""
        causes = self._causes(trace)
        links = causes.absence(causes.get(id)).links
        return [
            Reason(
                0 if one.firing is None else one.firing.id,
                None if one.firing is None else one.firing.seq,
                one.node, one.tick, one.why,
            )
            for one in links
            if one.firing is None or one.firing.id != id
        ]  # fmt: skip

    def _causes(self, trace: Trace) -> Causes:
        from studio.replay.causes import Causes

        if self._known is None or self._known[0] is not trace:
            self._known = trace, Causes(trace, self._run, registry=self._registry)
        if self._turns is not None:
            self._known[1].give_way_by(self._turns.for_question())
        return self._known[1]

    def of(self, trace: Trace, id: int) -> list[Consumer]:
        """Return the firings that took something of a firing directly."""
        causes = self._causes(trace)
        found = causes.descendants(causes.get(id), depth=1, limit=MOST_CONSUMERS + 1)
        made = {}
        for edge in found.edges:
            if edge.source == id and edge.of != OUTSIDE and edge.of in found.firings:
                taker = found.firings[edge.of]
                made[edge] = Consumer(
                    edge.output, taker.id, taker.seq, taker.node, taker.tick, edge.port, _WAYS.get(edge.why, "")
                )
        return sorted(made.values(), key=lambda one: (one.output, one.step or 0))[:MOST_CONSUMERS]


_WAYS: Final = {
    FEEDBACK: "at the next tick",
    WHEN: "opened it",
    ENTERS: "into the region",
    ITEM: "as its item",
    LEAVES: "out of the region",
    STORE: "through the store",
    FAILURE: "its failure",
}


def _without(told: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in names}
