"""`Past`: the run that a resumed or forked one continues, and which of its outcomes still hold (rules 2.10-2.14).

The engine runs the graph from its beginning again; whatever is ready to fire is looked up here by its identity
(node path, tick path, attempt; rule 2.7).  An outcome is taken over instead of firing if the node means the same and
every input comes from an output that is again what it was.  Sameness of outputs is tracked by firing: the *twin* of
a firing is the firing of the past run whose outputs it has, so that inputs are compared by where they come from.

Up to `until` (a seq) the past is fixed: there everything must be found as it was, or the run stops as diverged.  From
`until` on only what is affected by the changes fires anew; nodes that use stores fire anew too, with the effects
they had answered from the record while they ask the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio.engine.firing import RunHalted
from studio.engine.outcomes import Execution, Identity, Outcome, Reading
from studio.engine.recorded import Answer, Divergence, FiringRecord, Spent
from studio.engine.twins import Twins
from studio.support.errors import EnvironmentProblem, StudioError
from studio.support.ticks import tick_path
from studio.support.values import Absent, Json
from studio.trace.found import Ref
from studio.trace.log import EXECUTED, REPLAYED

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region
    from studio.trace.found import StoreOp

ASKED_AGAIN = frozenset({"chat", "complete", "embed", "race", "timeout", "log"})
"""Kinds of effect that a failed firing asks again when it is resumed; of all others (tools, people, files) an answer
that came is kept, so that nothing outside happens twice."""

LASTING = frozenset({"chat", "complete", "embed", "human", "clock", "random", "log", "race", "timeout"})
"""Kinds of effect whose answers stay, whatever else a fork has changed in the world: all but tools, files and such."""


QUIET_TURNS = 10
"""So many turns of the event loop in which nothing is begun or decided say that nothing will be: the way out of a map
in a map takes fewer."""


async def _is_busy(engine: Engine, turns: int) -> bool:
    """True if something is begun or decided within so many turns of the event loop."""
    before = engine.last_id + engine.seq
    for _ in range(turns):
        await asyncio.sleep(0)
        if engine.last_id + engine.seq != before:
            return True
    return False


def _raise(trouble: EnvironmentProblem) -> None:
    raise trouble


class Past:
    """See the module. `run` is the past run's id, `fork_seq` the seq from which on the new run is its own.

    `changed` are the nodes (by identity of their `NodeInstance`) that mean something else now, `redo` those that fire
    anew from `until` on though they mean the same. `instead` holds outputs to be put in place of what a node gave:
    node path → port → value, for its first firing from `until` on. `again` are firings (ids) that ended the past run
    and are tried again, `blamed` the one of them that it reported; `torn` are the executions in the fixed part in which
    nodes failed, with their names.
    """

    def __init__(
        self,
        run: str,
        outcomes: Mapping[Identity, list[Outcome]],
        reading: Reading,
        *,
        fork_seq: int,
        until: float = float("inf"),
        changed: frozenset[int] = frozenset(),
        redo: frozenset[int] = frozenset(),
        instead: Mapping[str, Mapping[str, Json]] | None = None,
        again: frozenset[int] = frozenset(),
        blamed: int = 0,
        ordered_races: bool = False,
        torn: Mapping[Execution, frozenset[str]] | None = None,
    ) -> None:
        self.run = run
        self.fork_seq = fork_seq
        self.until = until
        self.ordered_races = ordered_races
        """How the past run decided its races: by edge order (scripted) or by arrival. Its continuation does so too."""
        self.taken = 0
        """Firings taken over so far."""
        self.is_settled = False
        """True once everything that can be taken over before something new is done has been."""
        self.on_trouble: Callable[[EnvironmentProblem], None] = _raise
        """Told what cannot be read of the past run; the run that goes on then ends."""
        self._outcomes = outcomes
        self._reading = Reading._make(self._guarded(read) for read in reading)
        self._changed = changed
        self._redo = redo
        self._instead = {node: dict(ports) for node, ports in (instead or {}).items()}
        self._again = again
        self._blamed = blamed
        self._torn = torn or {}
        self._twins = Twins()
        self._under_way: dict[tuple[Region, int], Outcome] = {}
        self._records: dict[int, FiringRecord] = {}
        self._adrift: set[int] = set()
        self._touched: set[int] = set()
        self._met: set[tuple[Region, int]] = set()
        self._world_changed = False

    @property
    def instead(self) -> dict[str, Json]:
        """The outputs that are still to be put in place of what nodes give."""
        return {node: dict(ports) for node, ports in self._instead.items()}

    def _guarded(self, read: Callable[..., Any]) -> Callable[..., Any]:
        """A damaged record is no failure of the node that it is about, which might be made light of."""

        def reading(*what: Any) -> Any:
            try:
                return read(*what)
            except StudioError as problem:
                trouble = EnvironmentProblem(problem.message, where=problem.where, hint=problem.hint)
                self.on_trouble(trouble)
                raise RunHalted from problem

        return reading

    # -- what is ready to fire --------------------------------------------------------------

    def find(self, region: Region, node: NodePlan) -> Outcome | None:
        """Return what became of this very firing (this attempt of it), None if it never started."""
        per_attempt = node.retries + 1
        first = (region.attempt - 1) * per_attempt
        for outcome in self._outcomes.get((region.prefix + node.name, tick_path(region.tick_key)), ()):
            if first < outcome.attempt <= first + per_attempt:
                return outcome
        return None

    def known(self, region: Region, node: NodePlan, refs: Mapping[str, Json]) -> Outcome | None:
        """Return the outcome to take over, None where the node fires: a region, or what no longer holds.

        Raises `Divergence` where the fixed part of the past is not met again.
        """
        outcome = self.find(region, node)
        key = (region, node.index)
        self._under_way.pop(key, None)
        if outcome is None:
            return None
        self._under_way[key] = outcome
        if outcome.seq is None or self._is_tried_again(node, outcome) or node.role:
            return None
        fixed = outcome.seq < self.until
        if not fixed and not self._still_holds(region, node, outcome):
            return None
        if fixed and outcome.origin == "frozen":
            del self._under_way[key]
            return outcome  # what a person put there stays, whatever it was put in place of
        fired = outcome.status != "skipped" and self._same_definition(node, outcome)
        if not fired or not self._twins.got(refs, outcome):
            if fixed:
                raise self._diverged(region, node, outcome, refs)
            return None
        del self._under_way[key]
        return outcome

    def _still_holds(self, region: Region, node: NodePlan, outcome: Outcome) -> bool:
        if id(node.instance) in self._changed or id(node.instance) in self._redo or node.stores:
            return False
        if self._world_changed and node.spec.effects != "pure" and node.spec.live:
            return all(answer.kind in LASTING for _, _, answer in self._reading.effects(outcome))
        return True

    def _same_definition(self, node: NodePlan, outcome: Outcome) -> bool:
        return (node.spec.type, node.spec.version) == (outcome.type, outcome.version)

    def _diverged(self, region: Region, node: NodePlan, outcome: Outcome, refs: Mapping[str, Json]) -> Divergence:
        path, tick = region.prefix + node.name, tick_path(region.tick_key)
        if outcome.status == "skipped":
            expected, got = f"skipped ({outcome.reason})", "it fires"
        elif not self._same_definition(node, outcome):
            expected = f"{outcome.type} version {outcome.version}"
            got = f"{node.spec.type} version {node.spec.version}"
        else:
            expected, got = "the recorded value", f"another on `{self._twins.first_other(refs, outcome)}`"
        return Divergence(
            f"`{path}` at tick {tick} is not met again as the run {self.run} had it: expected {expected}, got {got}.",
            expected=expected,
            got=got,
        )

    def switched_off(self, region: Region, node: NodePlan) -> bool:
        """True if a person had switched this firing off in the fixed part of the past."""
        outcome = self.find(region, node)
        return (
            outcome is not None
            and outcome.seq is not None
            and outcome.seq < self.until
            and outcome.status == "skipped"
            and outcome.reason == f"`{node.name}` is knocked out"
        )

    async def settle(self, engine: Engine) -> None:
        """Return when nothing more is decided or begun as long as nothing new begins, failures taken over included."""
        while not self.is_settled and await _is_busy(engine, 3 * QUIET_TURNS):
            pass
        self.is_settled = True

    async def rest(self, engine: Engine) -> None:
        """Return when nothing more is decided or begun as long as no failure ends a region."""
        while not self.is_settled and await _is_busy(engine, QUIET_TURNS):
            pass

    def is_first_time(self, region: Region, node: NodePlan) -> bool:
        """True when a failure is met that was not met in this tick before."""
        key = (region, node.index)
        if key in self._met:
            self._met.remove(key)
            return False
        self._met.add(key)
        return True

    # -- taking over ------------------------------------------------------------------------

    def held(self, outcome: Outcome) -> dict[str, Json]:
        """Return what lies on the node's outputs, an `Absent` with its reason where it gave one."""
        values: dict[str, Json] = {port: Absent(reason) for port, reason in outcome.absent.items()}
        for port, value in outcome.outputs.items():
            values[port] = self._reading.value(value) if isinstance(value, Ref) else value
        return values

    def take(self, context: Context, outcome: Outcome) -> None:
        """Note that a firing has taken over an outcome."""
        self._under_way.pop((context.region, context.node_plan.index), None)
        self._twins.take(context.firing, outcome)
        self.taken += 1

    def replacement(self, region: Region, node: NodePlan) -> dict[str, Json] | None:
        """Return what stands in place of this firing's outputs, as asked for by whoever forked; None usually.

        Outputs that are not replaced stay what they were.
        """
        ports = self._instead.get(region.prefix + node.name)
        if not ports:
            return None
        outcome = self.find(region, node)
        if outcome is not None and outcome.seq is not None and outcome.seq < self.until:
            return None
        del self._instead[region.prefix + node.name]
        return {**({} if outcome is None else self.held(outcome)), **ports}

    def store_ops(self, outcome: Outcome) -> Sequence[StoreOp]:
        """Return what the firing did with stores, in order."""
        return self._reading.store_ops(outcome.id)

    def asked(self, outcome: Outcome) -> list[Answer]:
        """Return what the firing asked of the outside, in order."""
        return [answer for _, _, answer in self._reading.effects(outcome)]

    def spent(self, region: Region, node: NodePlan, outcome: Outcome) -> Spent | None:
        """Return what the firing's model calls used when they were made, None if it made none."""
        return self._reading.spent(outcome, region.prefix + node.name, tick_path(region.tick_key))

    # -- what is decided --------------------------------------------------------------------

    def decided(self, context: Context, encoded: Mapping[str, bytes], origin: int) -> int:
        """Note a firing's outputs and return its origin: a region or a node played by the engine that is again what
        it was counts as replayed, unless something inside was executed."""
        if origin == REPLAYED:
            return origin
        region, node = context.region, context.node_plan
        outcome = self._under_way.pop((region, node.index), None) or self.find(region, node)
        fired = outcome is not None and outcome.status == "ok"
        same = fired and outcome is not None and self._twins.compare(context.firing, outcome, encoded)
        played = bool(node.role or node.knockout)
        if same and origin == EXECUTED and played and context.firing not in self._touched:
            # What only takes, the end of a region, gives the same whatever it takes.
            if outcome is not None and (node.role not in ("output", "stop") or self._twins.got(context.refs, outcome)):
                self.taken += 1
                return REPLAYED
        if played and outcome is not None and not same and self._is_fixed(node, outcome):
            raise self._diverged(region, node, outcome, context.refs)
        self._touch(region)
        if origin == EXECUTED and not node.role and node.spec.effects == "executes":
            self._world_changed = True
        return origin

    def failed(self, context: Context) -> None:
        """Note that a firing was executed and failed."""
        self._under_way.pop((context.region, context.node_plan.index), None)
        self._touch(context.region)

    def skipped(self, region: Region, node: NodePlan, reason: str) -> int:
        """Return the origin of a skip: replayed if the past run skipped the node for the same reason."""
        outcome = self.find(region, node)
        same = outcome is not None and outcome.status == "skipped" and outcome.reason == reason
        return REPLAYED if same else EXECUTED

    def _is_fixed(self, node: NodePlan, outcome: Outcome) -> bool:
        return outcome.seq is not None and outcome.seq < self.until and not self._is_tried_again(node, outcome)

    def _is_tried_again(self, node: NodePlan, outcome: Outcome) -> bool:
        """True if this firing ended the past run. The failure of a contender did so only if the run reports it: else
        another one delivered (rule 2.3)."""
        return outcome.id in self._again and (not node.contends or outcome.id == self._blamed)

    def _touch(self, region: Region) -> None:
        """Something was executed here: the region firings around it are no longer mere repetitions."""
        around: Region | None = region
        while around is not None and around.parent is not None:
            self._touched.add(around.parent_firing)
            around = around.parent

    # -- regions ----------------------------------------------------------------------------

    def enter(self, context: Context, inner: Region) -> None:
        """Tell a body which execution of the past it repeats, and whether that is known to its end.

        In such a *sealed* one nothing starts that has no outcome: it ended before that could start.
        """
        region, node = context.region, context.node_plan
        outcome = self._under_way.get((region, node.index))
        inner.sealed = False
        if outcome is None:
            return
        earlier_attempt = outcome.attempt > context.counted_attempt and self.until == float("inf")
        inner.sealed = (
            region.sealed or self._is_fixed(node, outcome) or earlier_attempt or self._is_torn(outcome, inner)
        )

    def _is_torn(self, outcome: Outcome, inner: Region) -> bool:
        """True if a failure ended this execution of a body: of a node that is no contender in a race."""
        failed = self._torn.get((outcome.id, inner.item, inner.attempt), ())
        return bool(failed) and any(node.name in failed and not node.contends for node in inner.plan.nodes)

    def end_of(self, context: Context) -> Outcome | None:
        """Return the outcome of a region firing that ended in the fixed part of the past; None for any other."""
        outcome = self._under_way.get((context.region, context.node_plan.index))
        return outcome if outcome is not None and self._is_fixed(context.node_plan, outcome) else None

    def was_cut_off(self, context: Context) -> bool:
        """True if this region firing did not come to its end, because of a failure beside it that stays."""
        outcome = self.end_of(context)
        return outcome is not None and outcome.status == "skipped"

    # -- effects of a firing that is executed -----------------------------------------------

    def answer(self, context: Context, n: int, kind: str, name: str, request: Json) -> Answer | None:
        """Return the recorded answer to a request of a firing that is executed (again), None if it must be asked.

        A firing that was under way asks what it asked before: the record answers as far as it goes, and a different
        request there raises `Divergence`. One that failed keeps what its tools and people answered. One that a
        change affects keeps answers to requests that are still the same.
        """
        region, node = context.region, context.node_plan
        outcome = self._under_way.get((region, node.index))
        if outcome is None or outcome.id in self._adrift or id(node.instance) in self._redo:
            return None
        if self._world_changed and self.until != float("inf") and kind not in LASTING:
            return None
        record = self._record(outcome)
        if self._is_tried_again(node, outcome):
            return None if kind in ASKED_AGAIN else record.answer_alike(kind, name, request)
        try:
            known = record.answer(context.node, context.tick, n, kind, name, request)
        except Divergence:
            if outcome.seq is None and self.until == float("inf") and not self._changed:
                raise
            self._adrift.add(outcome.id)
            return None
        return known

    def cut(self, context: Context) -> int | None:
        """The number of the effect at which this attempt was cut off by its time limit, or None."""
        outcome = self._under_way.get((context.region, context.node_plan.index))
        if outcome is None or not (outcome.seq is None or self._is_fixed(context.node_plan, outcome)):
            return None
        return self._record(outcome).cuts.get(context.attempt)

    def memory(self, kind: str, name: str, request: Json) -> Answer | None:
        """Return what the past run was told to a question that is asked once per run."""
        return self._reading.memory(kind, name, request)

    def _record(self, outcome: Outcome) -> FiringRecord:
        record = self._records.get(outcome.id)
        if record is None:
            record = self._records[outcome.id] = FiringRecord(is_decided=outcome.seq is not None)
            for n, attempt, answer in self._reading.effects(outcome):
                record.add(n, attempt, answer)
        return record

    # -- races ------------------------------------------------------------------------------

    def lost(self, region: Region, node: NodePlan) -> str:
        """Why this node lost a race in the past run, or nothing."""
        outcome = self.find(region, node)
        if outcome is None or outcome.status != "skipped" or (outcome.seq or 0) >= self.until:
            return ""
        return outcome.reason if outcome.reason.startswith("lost the race") else ""

    def was_decided(self, region: Region, node: NodePlan) -> bool:
        """True if the fixed part of the past has an outcome of this firing."""
        outcome = self.find(region, node)
        return outcome is not None and self._is_fixed(node, outcome)

    def winner(self, region: Region, node: NodePlan, port: str) -> int | None:
        """Which wire won the race for a port of this firing, None if that is open."""
        outcome = self.find(region, node)
        if outcome is None or outcome.seq is None or outcome.seq >= self.until:
            return None
        for effect in self._record(outcome).effects.values():
            if effect.kind == "race" and effect.name == port and isinstance(effect.response, dict):
                return int(effect.response["winner"])
        return None
