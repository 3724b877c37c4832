"""A recorded run as the analysis of dynamics takes it (dynamics notes, section 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.dynamics.agenda import Agenda, change_of, is_agenda
from studio.dynamics.exchange.run import Effect, Event, Goal, Module, Run
from studio.dynamics.modules import ModuleFacts, said
from studio.dynamics.policy import read_policy
from studio.dynamics.settings import Settings
from studio.dynamics.words.reading import Reading
from studio.dynamics.words.shared import Shared
from studio.engine.aims import goal_of
from studio.engine.modules import Modules
from studio.graph.model import Graph
from studio.plugins.registries import registry_of
from studio.replay.continuing import folder_of
from studio.replay.dynamics.calls import Calls, with_stopped
from studio.replay.dynamics.outline import Outline
from studio.replay.dynamics.places import Places
from studio.replay.dynamics.timing import Times, timed
from studio.support.errors import EnvironmentProblem
from studio.support.plain import plain_line
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.spec.registry import Registry
    from studio.trace import Trace
    from studio.trace.found import Firing
    from studio.trace.found import Run as RunFound


@dataclass(frozen=True, slots=True)
class Known:
    """A recorded run with its graph, as it was then, and the types and modules of that."""

    run: RunFound
    graph: Graph
    types: Registry
    modules: Modules

    @property
    def thresholds(self) -> Settings:
        """The thresholds by which the run is watched: those that its graph sets, and what follows from its wires."""
        return self.modules.watched_with(read_policy(self.graph.dynamics, where=self.graph.name).thresholds)


def known_of(trace: Trace, run: str = "last", registry: Registry | None = None) -> Known:
    """Read a run of the trace file with its graph. Raises UsageError if there is no such run."""
    found = trace.run(run)
    graph = Graph.from_text(trace.graph_text(found.id), name=found.graph or found.file, base=folder_of(found))
    types = registry or registry_of(graph)
    return Known(found, graph, types, Modules(graph, types))


def recorded_run(
    trace: Trace,
    run: str = "last",
    *,
    texts: bool = False,
    every: bool = False,
    of: Known | None = None,
) -> Run:
    """Return a run of the trace file as the analysis takes it.

    What was read of the outputs when they fired is taken as it stands; where nothing was (the run is older, its graph
    has only pure nodes, or its guard was off) the recorded outputs themselves are given, and so they are with `texts`,
    for other programs. With `every` all nodes that compute count as modules, not only those that reach outside.
    `of` is the run, if it was read before; then `run` says nothing. Raises UsageError if there is no such run,
    EnvironmentProblem where what was read is damaged.
    """
    of = of or known_of(trace, run)
    found, graph, types, known = of.run, of.graph, of.types, of.modules
    places = Places(graph, types, known)
    facts: dict[str, ModuleFacts] = {}
    ticks: dict[int, int] = {}
    events = [] if texts or every else list(_stored(trace, found, places, facts, ticks))
    kinds = {name: kind for name, kind in _kinds_of_stores(graph).items() if is_agenda(kind, asks=known.asks)}
    times = Times({}, ())
    if kinds or known.is_recursive or not events:
        outline = Outline(trace, found.id)
        calls = Calls(trace, outline, graph, types, known) if known.is_recursive else None
        raw = {} if events else _speaking(outline, places, every)
        heard = raw.keys() or {event.firing for event in events if event.metric is None}
        times = timed(outline, lambda firing: firing.id in heard, calls)
        events = events or list(_raw(trace, raw, times.ticks, facts, ticks))
    modules = [
        Module(path, facts[path].kind, known.inputs(path))
        for path in sorted(facts, key=lambda path: (places.key(path), path))
    ]
    goal = goal_of(graph, trace.decoded(found.inputs))
    return Run(
        id=found.id,
        root_goal=goal,
        modules=tuple(modules),
        goals=(
            *(with_stopped(trace, found.id, times.calls) if known.is_recursive else ()),
            *(_goals(trace, kinds, found, times.ticks, goal, known.asks) if kinds else ()),
        ),
        events=tuple(events),
        finished=found.status == "ok",
        t_end=max(ticks.values(), default=0),
        size=known.size or len(modules),
        token_bits=trace.token_bits(found.id),
    )


def _stored(
    trace: Trace, run: RunFound, places: Places, facts: dict[str, ModuleFacts], ticks: dict[int, int]
) -> Iterator[Event]:
    shared = Shared()
    readings: dict[int, Reading] = {}
    symbols: dict[tuple[int, int], Reading] = {}
    for one in trace.readings(run.id):
        if one.node not in facts:
            what = places.facts(one.node)
            if what is None and places.knows(one.node):
                continue  # a helper, though none to the version that recorded it
            facts[one.node] = what or ModuleFacts("tool")
        ticks[one.firing] = one.t
        if isinstance(one.reading, dict) and "metric" in one.reading:
            yield Event(one.t, one.node, metric=_number(one.reading["metric"], trace, one.node))
            continue
        reading = readings.get(id(one.reading))
        if reading is None:
            try:
                reading = readings[id(one.reading)] = Reading.from_mapping(one.reading, shared)
            except ValueError as problem:
                raise _damaged(trace, one.node, str(problem)) from None
        given = symbols.get((id(reading), one.symbol))
        if given is None:
            given = symbols[id(reading), one.symbol] = reading.with_symbol(one.symbol)
        effect: Effect | None = "write" if one.effect == "write" else "read" if one.effect == "read" else None
        yield Event(
            one.t, one.node, err="failed" if one.failed else None, effect=effect, reading=given, firing=one.firing
        )


def _number(value: Json, trace: Trace, node: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _damaged(trace, node, "its metric is no number")
    return float(value)


def _damaged(trace: Trace, node: str, problem: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"What was read of `{plain_line(node)}` is damaged: {problem}.",
        where=str(trace.path),
        hint="`studio db check` says which runs are still whole.",
    )


def _speaking(outline: Outline, places: Places, every: bool) -> dict[int, tuple[Firing, ModuleFacts]]:
    """Return the firings of modules by id, in order; of all nodes where there is no module."""
    paths = dict.fromkeys(firing.node for firing in outline.firings)
    known = {path: found for path in paths if (found := places.facts(path)) is not None}
    if every or not known:
        known |= {
            path: found for path in paths if path not in known and (found := places.facts(path, cells=True)) is not None
        }
    return {
        firing.id: (firing, what)
        for firing in outline.firings
        if (what := known.get(firing.node)) is not None
        and firing.status in ("ok", "error")
        and what.kind not in ("monitor", "progress")
    }


def _raw(
    trace: Trace,
    speaking: Mapping[int, tuple[Firing, ModuleFacts]],
    times: Mapping[int, int],
    facts: dict[str, ModuleFacts],
    ticks: dict[int, int],
) -> Iterator[Event]:
    """Read the outputs of these firings."""
    for firing, what in speaking.values():
        facts[firing.node] = what
        t = ticks[firing.id] = times[firing.id]
        err = firing.reason if firing.status == "error" else None
        outputs = {} if err is not None else trace.outputs(firing)
        yield Event(t, firing.node, said(outputs, what.kind), err, what.effect, firing=firing.id)


def _goals(
    trace: Trace, kinds: Mapping[str, str], run: RunFound, ticks: Mapping[int, int], goal: str, asks: bool
) -> Iterator[Goal]:
    """Yield what was on the agenda of the run, with the tick at which it was done where it was."""
    agenda = Agenda(goal)
    found: dict[str, Goal] = {}
    for op in trace.store_ops(run.id):
        args = op.args if isinstance(op.args, dict) else {}
        change = change_of(op.store, kinds.get(op.store, ""), op.op, args, op.result, asks=asks)
        if change is None:
            continue
        for one in agenda.take(change, ticks.get(op.firing, 0)):
            found[one.id] = replace(found[one.id], done=True, t_done=one.t_done) if one.done else one
    yield from found.values()


def _kinds_of_stores(graph: Graph) -> dict[str, str]:
    found = {name: store.type for name, store in graph.stores.items()}
    for inner in graph.graphs.values():
        found |= _kinds_of_stores(inner)
    return found
