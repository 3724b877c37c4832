"""Recorded run → case: what a whole run, or one firing of it, was given and answered.

The case of one node stands on its own: places are counted from the node (`sender` at tick 0, whatever the map item
and the tick were), and stores outside of it are kept as the answers they gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from studio.cases.case import Asked, Case, Recorded, StoreAnswer
from studio.engine.recorded import Answer
from studio.graph.model import Graph
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.replay.firsts import FirstValues
from studio.spec.registry import Registry, default_registry
from studio.support.errors import UsageError
from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trace.log import MODEL_KINDS

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Effect, Firing, Run

LOST = "lost the race"
_NOT_ASKED = ("log",)
"""Effects that no answer is waited for."""


def recorded_graph(trace: Trace, run: str) -> Graph:
    """Return the graph as it was run."""
    found = trace.run(run)
    return Graph.from_text(trace.graph_text(found.id), name=found.graph or found.file)


def inputs_of(trace: Trace, run: Run, firing: Firing) -> dict[str, Json]:
    """Return what lay on each input of a firing but `when`. Raises UsageError where the trace does not tell it."""
    return _Taker(trace, run, None).inputs(firing)


def take_run(trace: Trace, run: str = "last", name: str = "", *, registry: Registry | None = None) -> Case:
    """Return a recorded run as a case that expects the same outputs.

    Raises `UsageError` for a run that did not come to its own end, or in which outputs were put in by hand.
    """
    found = trace.run(run)
    if found.status not in ("ok", "failed"):
        raise UsageError(
            f"The run {found.id} is {found.status}, so it is no whole case.",
            hint="Resume it first, or take one of its firings with --node and --tick.",
        )
    firings = list(trace.firings(found.id))
    frozen = next((one for one in firings if one.origin == "frozen"), None)
    if frozen is not None:
        raise UsageError(
            f"In the run {found.id} somebody put in what `{frozen.node}` gave, so the graph alone does not repeat it.",
            hint="Take single firings of it with --node and --tick.",
        )
    taker = _Taker(trace, found, registry)
    recorded = taker.recorded(firings, found.status, trace.decoded(found.outputs))
    return Case(name or found.id, inputs=trace.decoded(found.inputs), equal=True, recorded=recorded)


def take_firing(
    trace: Trace, run: str, node: str, tick: str = "", name: str = "", *, firing: int = 0,
    registry: Registry | None = None,
) -> Case:  # fmt: skip
    """Return one firing as a case that expects the same outputs. Without `tick`: the node's only firing. Where a region
    was tried again there are several at one tick: the last one counts, unless `firing` says which.

    Raises `UsageError` if there is no such firing, if it did not fire, or if it cannot be repeated alone.
    """
    found = trace.run(run)
    taker = _Taker(trace, found, registry)
    taken = _the_firing(trace, found, node, tick, firing)
    taker.move(taken)
    recorded = taker.recorded(taker.within(taken), taken.status, trace.outputs(taken))
    return Case(
        name or f"{node} at {taken.tick}",
        node=node,
        inputs=taker.inputs(taken),
        equal=True,
        recorded=recorded,
    )


def _the_firing(trace: Trace, run: Run, node: str, tick: str, id: int = 0) -> Firing:
    fired = [one for one in trace.firings(run.id, node, tick or None) if one.status in ("ok", "error")]
    fired = [one for one in fired if id in (0, one.id)]
    if not fired:
        skipped = next(trace.firings(run.id, node, tick or None), None)
        why = f": {skipped.reason}" if skipped is not None and skipped.reason else ""
        raise UsageError(
            f"`{node}` did not fire{f' at tick {tick}' if tick else ''} in this run{why}.",
            hint=f"`studio show {run.id} --node {node}` shows when it did.",
        )
    ticks = list(dict.fromkeys(one.tick for one in fired))
    if len(ticks) > 1:
        shown = ", ".join(ticks[:8]) + (" …" if len(ticks) > 8 else "")
        raise UsageError(f"`{node}` fired at several ticks: {shown}.", hint="Name one with --tick.")
    return fired[-1]  # of a region that was tried again, the last execution counts


class _Taker:
    def __init__(self, trace: Trace, run: Run, registry: Registry | None) -> None:
        self.trace = trace
        self.run = run
        self.registry = registry or default_registry()
        self.scope = Scope(recorded_graph(trace, run.id))
        self.around: list[Scope] = []
        """The scopes outside of the case: a store declared there answers as recorded."""
        self._node: Firing | None = None

    def move(self, firing: Firing) -> None:
        """Count places from this firing on; refuse one that cannot be repeated alone."""
        self._node = firing
        place = node_at(self.scope, firing.node, self.registry, whole=True)
        if place is None:
            raise UsageError(f"The graph of this run has no node `{firing.node}`.")
        scope: Scope | None = place[0]
        while scope is not None:
            self.around.append(scope)
            scope = scope.outer
        if place[1].type in ("flow.input", "flow.output"):
            raise UsageError(
                f"`{firing.node}` only passes a value on: there is nothing in it to test.",
                hint="Take the node before or behind it, or the whole run.",
            )
        if place[1].params.get("clock") == "shared" and firing.tick.rpartition(".")[2] != "0":
            raise UsageError(
                f"`{firing.node}` lives on from tick to tick, so one of its ticks cannot be repeated alone.",
                hint="Take the whole run, without --node.",
            )

    def within(self, firing: Firing) -> list[Firing]:
        """A firing and all firings in its body."""
        inside = {firing.id: firing}
        if self._is_region(firing):
            for one in self.trace.firings(self.run.id, after=firing.id):  # a body starts after its node
                if one.parent in inside:
                    inside[one.id] = one
        return list(inside.values())

    def inputs(self, firing: Firing) -> dict[str, Json]:
        """What lay on each input: a list for a port that gathers several wires."""
        firsts = FirstValues(self.trace, self.run.id)
        found: dict[str, Json] = {}
        for port, wires in firing.inputs.items():
            if port == "when" or not wires:
                continue
            if isinstance(wires[0], list):
                found[port] = [self._value(firing, port, wire, firsts) for wire in wires]
            else:
                found[port] = self._value(firing, port, wires, firsts)
        return found

    def _value(self, firing: Firing, port: str, wire: Any, firsts: FirstValues) -> Json:
        producer, output = wire
        if producer:
            made = self.trace.outputs(self.trace.firing(self.run.id, producer))
            if output in made or output == "done":
                return made.get(output, True)
        else:
            first = firsts.find(firing.node, port)
            if first is not None:
                return first.value
        raise UsageError(
            f"What lay on `{port}` of `{firing.node}` cannot be told from the trace.", hint="Take the whole run."
        )

    def recorded(self, firings: list[Firing], status: str, outputs: Mapping[str, Json]) -> Recorded:
        """What was asked and answered within these firings."""
        answers: list[Asked] = []
        stores: list[StoreAnswer] = []
        lost: dict[tuple[str, str], str] = {}
        rounds: dict[tuple[str, str], int] = {}
        memory: set[str] = set()
        for firing in sorted(firings, key=lambda one: one.id):
            place = self._place(firing)
            if firing.status == "skipped":
                if firing.reason.startswith(LOST):
                    lost[place] = firing.reason
                continue
            round = rounds[place] = rounds.get(place, -1) + 1
            source = self.trace.source(firing)
            if source is None:
                raise UsageError(
                    f"`{firing.node}` at tick {firing.tick} was taken over from a run that is not in this database."
                )
            effects = list(self.trace.effects(source.run, firing=source.id))
            cuts = {one.attempt for one in effects if one.kind == "timeout"}
            for effect in effects:
                if self._counts(effect, cuts, memory):
                    answers.append(_asked(effect, place, round))
            stores += self._stores(source, place, round)
        options = self.run.options
        asked = None if self._node is None else {one.name for one in answers if one.kind in MODEL_KINDS}
        return Recorded(
            run=self.run.id,
            status=status,
            outputs=outputs,
            models=self._names("model", asked),
            embedders=self._names("embedder", asked),
            answers=answers,
            stores=stores,
            lost=lost,
            ordered_races=self.run.ordered_races,
            seed=int(options.get("seed") or 0),
            clock=options.get("clock") if self._node is None else None,
        )

    def _place(self, firing: Firing) -> tuple[str, str]:
        if self._node is None:
            return firing.node, firing.tick
        name = self._node.node.rpartition("/")[2]
        return name + firing.node[len(self._node.node) :], "0" + firing.tick[len(self._node.tick) :]

    def _is_region(self, firing: Firing) -> bool:
        cls = self.registry.find(firing.type)
        return cls is not None and cls.spec.role in ("subgraph", "map")

    @staticmethod
    def _counts(effect: Effect, cuts: set[int], memory: set[str]) -> bool:
        """True if the answer belongs to the case: it came, in an attempt that was not cut off by its time limit, and
        is not one of many that the run gave from its own memory."""
        if effect.status == "unanswered" or effect.kind in _NOT_ASKED:
            return False
        if effect.attempt in cuts:
            return effect.kind == "timeout"
        question = hash_bytes(sorted_encode([effect.kind, effect.request, effect.response]))
        known = question in memory
        memory.add(question)
        return not known or Answer.of(effect).is_executed

    def _stores(self, source: Firing, place: tuple[str, str], round: int) -> Iterator[StoreAnswer]:
        for done in self.trace.store_ops(source.run, firing=source.id):
            found = node_at(self.scope, source.node, self.registry, whole=True)
            declared = found[0].find_store(done.store) if found is not None else None
            outside = declared is not None and any(declared[0] is scope for scope in self.around)
            if outside or (declared is not None and declared[1].scope == "project"):
                yield StoreAnswer(*place, done.store, done.op, done.result, round)

    def _names(self, kind: str, asked: set[str] | None) -> dict[str, Mapping[str, Json]]:
        """What names stood for in this run and those it continues; `asked`: only names of models that were asked."""
        found: dict[str, Mapping[str, Json]] = {}
        for run in self.trace.lineage(self.run.id):
            for effect in self.trace.effects(run.id, firing=0, kind=kind):
                facts = effect.response if isinstance(effect.response, dict) else {}
                if asked is None or facts.get("name") in asked:
                    found.setdefault(effect.name, facts)
        return found


def _asked(effect: Effect, place: tuple[str, str], round: int) -> Asked:
    return Asked(
        *place,
        kind=effect.kind,
        name=effect.name,
        request=effect.request,
        response=effect.response,
        status=effect.status,
        error=effect.error,
        attempt=effect.attempt,
        round=round,
    )
