"""Reads from a trace what a resumed or forked run needs of the run it continues (`engine.past.Past`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import islice
from typing import TYPE_CHECKING

from studio.engine.outcomes import Execution, Identity, Outcome, Reading
from studio.engine.past import Past
from studio.engine.recorded import Answer, Spent
from studio.graph.model import Graph
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.spec.registry import Registry
from studio.support.errors import UsageError
from studio.support.values import Json, hash_bytes, sorted_encode
from studio.trace.log import CALLS, MODEL_KINDS

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Effect, Firing, Run, StoreOp

CUT_OFF = "cut off"
"""How the reason begins of a firing that did not come to its end because another one failed."""


def load_past(
    trace: Trace,
    run: str,
    graph: Graph,
    registry: Registry,
    *,
    until: int | None = None,
    changed: frozenset[int] = frozenset(),
    redo: frozenset[int] = frozenset(),
    instead: Mapping[str, Mapping[str, Json]] | None = None,
) -> Past:
    """Return the past of a run that continues `run` with `graph` (prepared: self-contained).

    Without `until` all that was decided is fixed. What ended the run is not: failures that nobody handled are tried
    again. The trace must stay open while the new run goes on.
    """
    found = trace.run(run)
    loader = _Loader(trace, found, Scope(graph), registry)
    again = loader.unhandled()
    return Past(
        found.id,
        loader.outcomes,
        Reading(loader.effects, loader.store_ops, trace.value, loader.spent, loader.memory),
        fork_seq=loader.last_seq + 1 if until is None else until,
        until=float("inf") if until is None else until,
        changed=changed,
        redo=redo,
        instead=instead,
        again=again,
        blamed=loader.blamed(),
        ordered_races=found.ordered_races,
        torn=loader.torn(again, float("inf") if until is None else until),
    )


class _Loader:
    def __init__(self, trace: Trace, run: Run, top: Scope, registry: Registry) -> None:
        self.trace = trace
        self.run = run
        self.top = top
        self.registry = registry
        self.outcomes: dict[Identity, list[Outcome]] = {}
        self.last_seq = 0
        self._failed: list[tuple[str, Outcome]] = []
        self._regions: dict[int, tuple[str, Outcome]] = {}
        self._cut_off: list[Outcome] = []
        self._ended: dict[int, float] = {}
        self._by_firing: dict[int, list[StoreOp]] | None = None
        self._asked: dict[str, Answer] | None = None
        self._spent: dict[tuple[str, str, int], Spent] | None = None
        under_way = []
        for firing in trace.firings(run.id):
            if firing.seq is None:
                under_way.append(firing)
                continue
            outcome = _outcome(firing)
            self.outcomes.setdefault((firing.node, firing.tick), []).append(outcome)
            self.last_seq = max(self.last_seq, firing.seq)
            self._regions[outcome.id] = (firing.node, outcome)
            if outcome.status == "error":
                self._failed.append((firing.node, outcome))
                self._ended[outcome.id] = firing.started_at + (firing.duration_ms or 0.0) / 1e3
            elif outcome.status == "skipped" and outcome.reason.startswith(CUT_OFF):
                self._cut_off.append(outcome)
        for firing in sorted(under_way, key=lambda one: one.id):
            self._add_under_way(firing)

    # -- firings under way --------------------------------------------------------------------

    def _add_under_way(self, firing: Firing) -> None:
        """Note a firing that was not decided. The record says of it when it began, and not in which attempt of the
        region around it: that is the one that no failure had ended before."""
        path = firing.node
        attempt = (self._attempt_under_way(firing) - 1) * self._per_attempt(path) + 1
        outcome = _outcome(firing)._replace(attempt=attempt)
        self.outcomes.setdefault((path, firing.tick), []).append(outcome)
        self._regions[outcome.id] = (path, outcome)

    def _attempt_under_way(self, firing: Firing) -> int:
        if not firing.parent:
            return 1
        around, region = self._regions[firing.parent]
        attempts = self._per_attempt(around)
        first = attempt = region.attempt - (region.attempt - 1) % attempts
        if attempts == 1:
            return first
        for path, failed in self._failed:
            before = failed.parent == region.id and self._ended[failed.id] <= firing.started_at
            if before and self._policy(path) == "fail" and not self._is_per_item(around):
                attempt = max(attempt, self._attempt_around(path, failed) + 1)
        for effect in self.trace.effects(self.run.id, firing=region.id, kind="timeout"):
            if effect.asked_at <= firing.started_at:
                attempt = max(attempt, first + effect.attempt)
        return attempt

    def _per_attempt(self, path: str) -> int:
        """Return how many attempts a node has in one of the region around it."""
        found = node_at(self.top, path, self.registry, whole=True)
        return 1 if found is None else found[1].retries + 1

    def _is_per_item(self, path: str) -> bool:
        """True if what fails in an item of this node ends the item and nothing more."""
        found = node_at(self.top, path, self.registry, whole=True)
        return found is not None and found[1].params.get("on_item_error", "fail") != "fail"

    # -- failures -----------------------------------------------------------------------------

    def unhandled(self) -> frozenset[int]:
        """Return the firings that failed the run, or were about to: those whose failure goes up to the top, and what
        it cut off beside them."""
        failing = {outcome.id for path, outcome in self._failed if self._goes_up(path, outcome)}
        regions = {outcome.parent for _, outcome in self._failed if outcome.id in failing}
        return frozenset(failing | {outcome.id for outcome in self._cut_off if outcome.parent in regions})

    def _goes_up(self, path: str, outcome: Outcome) -> bool:
        """True if nothing handles this failure: neither the node's `on_error` nor a region around it."""
        if self._policy(path) != "fail":
            return False
        if not outcome.parent:
            return True
        around, region = self._regions[outcome.parent]
        if region.seq is not None:
            return region.status == "error" and self._goes_up(around, region)
        handles = self._per_attempt(around) > 1 or self._is_per_item(around)
        return not handles and self._goes_up(around, region)

    def blamed(self) -> int:
        """Return the firing whose failure the run reports, 0 if it reports none."""
        told = self.run.error if isinstance(self.run.error, dict) else {}
        at = (str(told.get("node", "")), str(told.get("tick", "")))
        found = [outcome.id for outcome in self.outcomes.get(at, ()) if outcome.status == "error"]
        return found[-1] if found else 0

    def torn(self, again: frozenset[int], until: float) -> dict[Execution, frozenset[str]]:
        """Return the region executions in which nodes failed before `until` without handling it, with their names."""
        found: dict[Execution, frozenset[str]] = {}
        for path, outcome in self._failed:
            fixed = outcome.seq is not None and outcome.seq < until
            if fixed and outcome.parent and outcome.id not in again and self._policy(path) == "fail":
                key = (outcome.parent, outcome.item, self._attempt_around(path, outcome))
                found[key] = found.get(key, frozenset()) | {path.rpartition("/")[2]}
        return found

    def _attempt_around(self, path: str, outcome: Outcome) -> int:
        """Return in which attempt of the region around it a firing was: attempts inside go on counting."""
        return (outcome.attempt - 1) // self._per_attempt(path) + 1

    def _policy(self, path: str) -> str:
        found = node_at(self.top, path, self.registry, whole=True)
        return "fail" if found is None else found[1].on_error

    # -- what is read when it is needed ---------------------------------------------------------

    def effects(self, outcome: Outcome) -> Sequence[tuple[int, int, Answer]]:
        """Return number, attempt and answer of a firing's effects."""
        run, id = self.run.id, outcome.id
        if outcome.origin == "replayed":
            source = self.trace.source(self.trace.firing(run, id))
            if source is None:
                return []
            run, id = source.run, source.id
        return [(effect.n, effect.attempt, answer) for effect, answer in self._answers(run, id)]

    def _answers(self, run: str, id: int) -> Iterator[tuple[Effect, Answer]]:
        """Yield the effects of a firing of the lineage, each as it was when it was really asked."""
        above: list[list[Effect]] | None = None
        for effect in self.trace.effects(run, firing=id):
            answer = Answer.of(effect)
            if effect.origin == "replayed":
                above = self._asked_before(run, id) if above is None else above
                asked = _taken_from(above, answer)
                answer = answer if asked is None else Answer.of(asked)
            yield effect, answer

    def _asked_before(self, run: str, id: int) -> list[list[Effect]]:
        """Return what the firing of the same node and tick asked in the runs above, the nearest first."""
        firing = self.trace.firing(run, id)
        above = islice(self.trace.lineage(run), 1, None)
        return [list(self._asked_in(one.id, firing.node, firing.tick)) for one in above]

    def _asked_in(self, run: str, node: str, tick: str) -> Iterator[Effect]:
        try:
            firings = list(self.trace.firings(run, node, tick))
        except UsageError:  # it had not come to the body that the node stands in
            return
        for firing in firings:
            yield from self.trace.effects(run, firing=firing.id)

    def store_ops(self, firing: int) -> Sequence[StoreOp]:
        """Return the store operations of a firing."""
        if self._by_firing is None:
            self._by_firing = {}
            for done in self.trace.store_ops(self.run.id):
                self._by_firing.setdefault(done.firing, []).append(done)
        return self._by_firing.get(firing, ())

    def memory(self, kind: str, name: str, request: Json) -> Answer | None:
        """Return what anyone in the run, or in those it continued, was told to this question."""
        if self._asked is None:
            self._asked = {}
            for run in self.trace.lineage(self.run.id):
                for effect in self.trace.effects(run.id):
                    if effect.status == "ok" and effect.firing:
                        self._asked.setdefault(_key(effect.kind, effect.name, effect.request), Answer.of(effect))
        known = self._asked.get(_key(kind, name, request))
        return None if known is None else Answer(known.kind, known.name, request, "ok", known.response, "", _FREE)

    def spent(self, outcome: Outcome, path: str, tick: str) -> Spent | None:
        """Return what a firing's model calls used, in the run of the lineage where they were made."""
        if self._spent is None:
            self._spent = {}
            for run in self.trace.lineage(self.run.id):
                self._read_spent(run)
        return self._spent.get((path, tick, outcome.attempt))

    def _read_spent(self, run: Run) -> None:
        assert self._spent is not None
        query = (
            f"SELECT firing, sum(kind IN {CALLS}), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0),"
            " coalesce(sum(cost_usd), 0.0), max(origin = 'replayed') FROM effect"
            f" WHERE run = ? AND firing > 0 AND kind IN {MODEL_KINDS} AND origin IN ('executed', 'replayed')"
            " GROUP BY firing"
        )
        for id, *used, partly_replayed in self.trace.sql(query, (run.id,), limit=10**9, seconds=600.0).rows:
            firing = self.trace.firing(run.id, int(id))
            spent = Spent(*used)
            if partly_replayed:  # what was taken over in the middle of a firing was paid for further up
                asked = (answer for _, answer in self._answers(run.id, int(id)) if answer.is_executed)
                spent = reduce(Spent.plus, (answer.spent for answer in asked), Spent(0, 0, 0, 0.0))
            self._spent.setdefault((firing.node, firing.tick, firing.attempt), spent)


_FREE = {"origin": 1, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0}


def _taken_from(above: list[list[Effect]], answer: Answer) -> Effect | None:
    """Take out of what was asked further up the effect that an answer was taken over from, None if there is none: the
    run was told it at another place."""
    for effects in above:
        found = next((one for one in effects if one.status == answer.status and _is_alike(one, answer)), None)
        if found is not None:
            effects.remove(found)
            if found.origin != "replayed":
                return found
    return None


def _is_alike(effect: Effect, answer: Answer) -> bool:
    return answer.asks(effect.kind, effect.name, effect.request)


def _key(kind: str, name: str, request: Json) -> str:
    return hash_bytes(sorted_encode([kind, name, request]))


def _outcome(firing: Firing) -> Outcome:
    return Outcome(
        id=firing.id,
        seq=firing.seq,
        parent=firing.parent,
        item=firing.item,
        type=firing.type,
        version=firing.version,
        status=firing.status,
        reason=firing.reason,
        inputs=firing.inputs,
        outputs=firing.outputs,
        absent=firing.absent,
        attempt=firing.attempt,
        origin=firing.origin,
    )
