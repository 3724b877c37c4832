"""Executes a recorded run again, every effect answered from the record, and compares firing by firing.

No model, tool or network is reached: what the run asks is looked up, and what it asks differently is the finding.
Pure nodes really run again, so a changed node type, template or expression shows at the first firing it changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio.engine.plan import UNWRITTEN_MAX_TICKS
from studio.graph.model import Graph
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.plugins.registries import registry_of
from studio.replay.changes import changed_nodes
from studio.replay.continuing import folder_of
from studio.replay.deeds import Deed, Identity, deeds_of, origins
from studio.support.errors import UsageError
from studio.support.values import Json, decode, encode, preview
from studio.trace.memory import MemoryLog

if TYPE_CHECKING:
    from studio.spec.registry import Registry
    from studio.trace import Trace
    from studio.trace.found import Firing, Run

Deeds = Mapping[Identity, Deed]

_ALL_DAY = 86_400.0


@dataclass(frozen=True)
class Difference:
    """The first firing, in outline order, that did not repeat.

    `what` says in what respect: status, type, version, decision, end, an input or an output by name; `expected` and
    `got` are short texts. `node` is "" if it is the run's end.
    """

    node: str
    tick: str
    what: str
    expected: str
    got: str

    def __str__(self) -> str:
        place = f"`{self.node}` at tick {self.tick}" if self.node else "The run"
        return f"{place}: the {self.what} differs: expected {self.expected}, got {self.got}."

    def to_json(self) -> dict[str, Json]:
        """Return the difference for programs."""
        return {"node": self.node, "tick": self.tick, "what": self.what, "expected": self.expected, "got": self.got}


@dataclass
class Verification:
    """What came of it. `pure` counts firings of pure nodes that really ran again, `effects` those answered from the
    record, `firings` those compared; `notes` are sentences about what could not be compared."""

    run: str
    firings: int = 0
    pure: int = 0
    effects: int = 0
    difference: Difference | None = None
    notes: list[str] = field(default_factory=list)


def verify(trace: Trace, run: str = "last", *, registry: Registry | None = None) -> Verification:
    """Execute a recorded run again from its record and compare. Raises UsageError if there is no such run."""
    found = trace.run(run)
    if found.status == "running":
        raise UsageError(f"The run {found.id} is still going.", hint="Verify it when it has ended.")
    graph = Graph.from_text(trace.graph_text(found.id), name=found.graph or found.file, base=folder_of(found))
    registry = registry or registry_of(graph)
    log = _UntilRepeated("verification", unseen=_recorded_places(trace, found))
    from studio.engine.loop import run_to_end

    asked = run_to_end(_execute(trace, found, graph, log, registry))
    made = Verification(found.id, effects=asked)
    deeds = deeds_of(log)
    _compare(trace, found, log, deeds, made, _pure_types(deeds, registry))
    return made


@dataclass
class _UntilRepeated(MemoryLog):
    """A log that ends the execution when all that was recorded has happened again: what came to no end of its own has
    nothing that would end it, and might go on without end. `unseen` is None of a run that ends by itself."""

    unseen: set[tuple[str, str, int]] | None = None
    end: Callable[[], object] | None = None

    def firing(self, *told: Any, **more: Any) -> None:
        super().firing(*told, **more)
        if self.unseen is None:
            return
        last = self.firings[-1]
        self.unseen.discard((last.path, last.tick, last.attempt))
        if self.is_repeated and self.end is not None:
            self.end()

    @property
    def is_repeated(self) -> bool:
        return self.unseen is not None and not self.unseen


def _recorded_places(trace: Trace, run: Run) -> set[tuple[str, str, int]] | None:
    """Where a run that was stopped from outside (a limit, an alarm, a person) had decided something, and at which
    attempt; None of a run that came to its own end."""
    if run.status == "ok" or (run.status == "failed" and not run.ended.startswith("limit:")):
        return None
    return {(one.node, one.tick, one.attempt) for one in trace.firings(run.id) if one.seq is not None}


async def _execute(trace: Trace, run: Run, graph: Graph, log: _UntilRepeated, registry: Registry) -> int:
    from studio.engine.recorded import RecordedEffects
    from studio.engine.run import arun

    options = run.options
    patience = int(options.get("patience") or UNWRITTEN_MAX_TICKS)
    recorded = RecordedEffects.from_trace(trace, run.id, keeps=_meant_something_else(trace, run, graph, registry))
    limits = {**(options.get("limits") or {}), "seconds": _ALL_DAY}  # how long it took then says nothing now
    if log.is_repeated:  # nothing was decided
        return 0
    executing = arun(
        graph,
        trace.decoded(run.inputs),
        seed=int(options.get("seed") or 0),
        clock=options.get("clock"),
        limits=limits,
        patience=patience,
        registry=registry,
        recorded=recorded,
        db=trace.path,  # nothing is written there: images and files of the run are read from it
        log=log,
    )
    task = asyncio.get_running_loop().create_task(executing)
    log.end = task.cancel
    try:
        await task
    except asyncio.CancelledError:
        if not log.is_repeated:
            raise
    return recorded.asked


def _meant_something_else(trace: Trace, run: Run, graph: Graph, registry: Registry) -> Callable[[Firing], bool]:
    """Return which firings a fork took over though their node means something else in its graph: those before the
    step that it forked at. They cannot be executed again with the fork's graph, only with the parent's."""
    if not run.parent_run or not trace.has_run(run.parent_run):
        return lambda firing: False
    before = Graph.from_text(trace.graph_text(run.parent_run), name=run.graph)
    changed = {id(instance) for _, instance in changed_nodes(before, graph)}
    if not changed:
        return lambda firing: False
    top = Scope(graph)

    def meant(firing: Firing) -> bool:
        found = node_at(top, firing.node, registry, whole=True)
        cls = None if found is None else registry.find(found[1].type)
        return found is not None and id(found[1]) in changed and cls is not None and not cls.spec.role

    return meant


def _compare(trace: Trace, run: Run, log: _UntilRepeated, deeds: Deeds, made: Verification, pure: Set[str]) -> None:
    diverged = _divergence(log)
    whole = run.status == "ok" and diverged is None
    missing = 0
    seen: set[Identity] = set()
    # Two passes: producers may stand later in the outline than those they feed, so places come first.
    firings = {firing.id: firing for firing in trace.firings(run.id)}
    places = {firing.id: (firing.node, firing.tick) for firing in firings.values()}
    latest = {place: id for id, place in sorted(places.items())}
    torn = _torn(trace, run, firings)
    undecided: Difference | None = None
    for firing in trace.outline(run.id):
        if diverged is not None and (firing.node, firing.tick) == (diverged.node, diverged.tick):
            made.difference = diverged
            return
        # Of a region that was tried several times, the last attempt speaks.
        if firing.status in ("running", "interrupted") or latest[(firing.node, firing.tick)] != firing.id:
            continue
        identity = (firing.node, firing.tick)
        seen.add(identity)
        again = deeds.get(identity)
        beside = _is_torn(firing.parent, torn, firings)
        if again is None and (beside or not whole):  # rule 2.10: what ran beside a failure or a pause may differ
            missing += 1
            continue
        difference = _difference(trace, firing, again, places)
        if difference is not None and again is None:
            # A failure elsewhere may have kept this one from starting: what differs comes before what is missing.
            undecided = undecided or difference
            continue
        if difference is not None and beside and "skipped" in (firing.status, again.status if again else ""):
            continue  # cut off in one of the two
        if difference is not None:
            made.difference = difference
            return
        made.firings += 1
        if firing.status != "skipped" and firing.type in pure:
            made.pure += 1
    if diverged is not None:
        made.difference = diverged
        return
    if whole:
        torn_places = {places[id] for id in torn if id in places}
        made.difference = undecided or _extra(log, deeds, seen, torn_places) or _end(trace, run, log)
        return
    failed = run.status == "failed" and log.unseen is None
    made.difference = _failure(run, log) if failed else None
    if not failed:
        stopped = "stopped" if run.status == "failed" else run.status
        made.notes.append(f"The run was {stopped}, so only what it had decided was compared.")
    if missing:
        made.notes.append(f"{missing} firings beside its end were not decided this time, as the semantics allow.")


def _divergence(log: MemoryLog) -> Difference | None:
    """The request that was another than recorded, or no longer made: there the execution stopped."""
    told = log.error if isinstance(log.error, dict) else {}
    if told.get("code") != "divergence":
        return None
    node, tick, part, expected, got = (str(told[key]) for key in ("node", "tick", "part", "expected", "got"))
    return Difference(node, tick, f"request{part}", expected, got)


def _torn(trace: Trace, run: Run, firings: Mapping[int, Firing]) -> set[int]:
    """Regions that did not come to their own end: they failed, lost a race, or ran out of time (rules 2.3, 2.11).

    What went on inside at that moment depends on latencies, so it may differ (rule 2.10).
    """
    ended_early = {firing.id for firing in firings.values() if firing.status != "ok"}
    return ended_early | {effect.firing for effect in trace.effects(run.id, kind="timeout")}


def _is_torn(parent: int, torn: set[int], firings: Mapping[int, Firing]) -> bool:
    while parent:
        if parent in torn:
            return True
        around = firings.get(parent)
        parent = around.parent if around is not None else 0
    return False


def _difference(trace: Trace, firing: Firing, again: Deed | None, places: Mapping[int, Identity]) -> Difference | None:
    node, tick = firing.node, firing.tick
    if again is None:
        return Difference(node, tick, "decision", firing.status, "none: it was never decided")
    if again.type != firing.type:
        return Difference(node, tick, "type", firing.type, again.type)
    if again.version != firing.version and firing.status != "skipped":
        kind = firing.type
        return Difference(node, tick, "version", f"{kind} version {firing.version}", f"version {again.version}")
    if again.status != firing.status:
        return Difference(node, tick, "status", _told(firing.status, firing.reason), _told(again.status, again.reason))
    before = origins(firing.inputs, places.get)
    if firing.status != "skipped" and before != dict(again.inputs):
        port = _first_port(before, again.inputs)
        return Difference(node, tick, f"input `{port}`", _wires(before.get(port)), _wires(again.inputs.get(port)))
    outputs = {port: encode(value) for port, value in trace.outputs(firing).items()}
    if outputs != dict(again.outputs):
        port = _first_port(outputs, again.outputs)
        return Difference(node, tick, f"output `{port}`", _value(outputs.get(port)), _value(again.outputs.get(port)))
    return None


def _extra(log: MemoryLog, deeds: Deeds, seen: set[Identity], torn: set[Identity]) -> Difference | None:
    parents = {(one.path, one.tick): one.parent for one in log.firings}
    for identity, deed in deeds.items():
        if identity in seen:
            continue
        around: Identity | None = identity
        while around is not None and around not in torn:
            around = log.places.get(parents.get(around, 0))
        if around is None:
            return Difference(
                *identity, "decision", "none: the record has no such firing", _told(deed.status, deed.reason)
            )
    return None


def _failure(run: Run, log: MemoryLog) -> Difference | None:
    """A failed run must fail again, at the same node and tick."""
    status, _ = log.finished or ("", "")
    if status != run.status:
        return Difference("", "", "end", run.status, status)
    before, after = (_failed_at(told) for told in (run.error, log.error))
    return None if before == after else Difference("", "", "failure", before, after)


def _failed_at(error: Json) -> str:
    told = error if isinstance(error, dict) else {}
    return f"{told.get('code')} in `{told.get('node')}` at tick {told.get('tick')}"


def _end(trace: Trace, run: Run, log: MemoryLog) -> Difference | None:
    status, ended = log.finished or ("", "")
    if (status, ended) != (run.status, run.ended):
        return Difference("", "", "end", f"{run.status}, {run.ended}", f"{status}, {ended}")
    outputs = {name: encode(value) for name, value in trace.decoded(run.outputs).items()}
    if outputs != log.outputs:
        name = _first_port(outputs, log.outputs)
        return Difference("", "", f"output `{name}`", _value(outputs.get(name)), _value(log.outputs.get(name)))
    return None


def _first_port(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return next(port for port in {**before, **after} if before.get(port) != after.get(port))


def _told(status: str, reason: str) -> str:
    return f"{status} ({reason})" if reason else status


def _wires(wires: tuple[str, ...] | None) -> str:
    return "nothing" if not wires else ", ".join(wires)


def _value(data: bytes | None) -> str:
    return "nothing" if data is None else preview(decode(data), 200) or '""'


def _pure_types(deeds: Deeds, types: Registry) -> set[str]:
    """The types whose firings are executed again in full: pure code, neither played by the engine nor over stores."""
    found = {name: types.find(name) for name in {deed.type for deed in deeds.values()}}
    return {
        name
        for name, cls in found.items()
        if cls is not None and cls.spec.effects == "pure" and not cls.spec.role and not cls.spec.stores
    }
