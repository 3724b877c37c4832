"""The guard of a run: it reads what modules say as they fire, raises alarms, and does what the graph's policy asks.

What it hears it takes in outline order, so that the same outputs give the same alarms whatever the latencies: firings
are held back until the tick of a region ends beside which nothing else is under way. Only what is done about an alarm
(to pause, to stop) then happens in the course of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import time_ns
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from studio.dynamics.analysis import judge
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Event, Module
from studio.dynamics.modules import ModuleFacts, said
from studio.dynamics.policy import Policy
from studio.dynamics.verdict import Alarm
from studio.dynamics.work_lists import WorkLists
from studio.engine.modules import Modules
from studio.engine.outline import Order, end_of_tick, is_alone, outline_order
from studio.support.values import Json, encode
from studio.trace.log import EXECUTED

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region

MOST_HELD: Final = 100_000
"""Firings held back beside something that goes on for long; beyond it they are taken as they came."""


class Guard:
    """Watches one run. Called in the run's event loop; `decided` is on the path of every module's firing.

    Time is counted in ticks of regions with clocks of their own in which a module fired: a world may well stand still
    for a while.
    """

    def __init__(self, engine: Engine, policy: Policy, watch: Watch, modules: Modules, goal: str = "") -> None:
        self.policy = policy
        self.watch = watch
        self.alarms: list[tuple[Alarm, int]] = []
        """The alarms so far, with the firings they were raised at."""
        self._engine = engine
        self._modules = modules
        self._declared: set[str] = set()
        self._held: list[tuple[Order, int, _Said | _Worked | None]] = []
        self._count = 0
        self._t = 0
        self._fired = False
        self._encoded: dict[str, bytes] = {}
        self._achieved: dict[str, tuple[bytes, int]] = {}
        self._work = WorkLists(goal)
        self._told: dict[str, int] = {}

    def decided(
        self, region: Region, node: NodePlan, firing: int, outputs: Mapping[str, Any], error: str | None, origin: int
    ) -> None:
        """A module has fired or failed."""
        facts = node.module
        assert facts is not None, "helpers are not watched"
        if not self._modules.counts(facts):
            return
        made = _Said(firing, region.prefix + node.name, facts, outputs, error, origin)
        self._hold(outline_order(region, node), made)

    def worked(self, context: Context, store: str, op: str, args: Mapping[str, Json], result: Json) -> None:
        """Work was put into a list of tasks, or taken from it."""
        if self._modules.asks:
            self._hold(outline_order(context.region, context.node_plan), _Worked(store, op, dict(args), result))

    def tick_ended(self, region: Region) -> None:
        """A region with a clock of its own has decided all nodes of a tick."""
        self._hold(end_of_tick(region), None)
        if is_alone(region) or len(self._held) > MOST_HELD:
            self.take()

    def behaviour(self) -> dict[str, Json]:
        """Return what the run's dynamics came to, for its footer: class, verdict and confidence; nothing if too little
        was said to judge."""
        verdict = judge(self.watch, self._engine.run_id)
        if verdict.kind == "undetermined":
            return {}
        return {"class": verdict.wolfram, "verdict": verdict.kind, "confidence": round(verdict.confidence, 3)}

    def end(self) -> None:
        """The run is over: take what is left."""
        self.take()

    def take(self) -> None:
        """Take what was held back, in outline order."""
        held = self._held
        self._held = []
        held.sort(key=lambda one: one[:2])
        known = len(self.alarms)
        for _, _, made in held:
            if made is None:
                self._t += self._fired
                self._fired = False
            elif isinstance(made, _Worked):
                for goal in self._work.op(*made, self._t):
                    self._raise(self.watch.open_goal(goal), 0, EXECUTED)
            elif made.facts.kind == "monitor":
                if made.origin != EXECUTED:  # it was told then, and is not told again
                    self._told[made.module] = known
            else:
                self._see(made)

    def news(self, node: str) -> list[Json]:
        """Return the alarms raised since the node at this path asked last."""
        since = self._told.get(node, 0)
        self._told[node] = len(self.alarms)
        return [alarm.as_json() for alarm, _ in self.alarms[since:]]

    def _hold(self, order: Order, made: _Said | _Worked | None) -> None:
        self._count += 1
        self._held.append((order, self._count, made))

    def _see(self, made: _Said) -> None:
        watch, facts = self.watch, made.facts
        if facts.kind == "progress":
            self._progressed(made)
            return
        self._fired = True
        if made.module not in self._declared:
            self._declared.add(made.module)
            watch.declare(Module(made.module, facts.kind, self._modules.inputs(made.module)))
        alarms = watch.see(Event(self._t, made.module, said(made.outputs, facts.kind), made.error, facts.effect))
        assert watch.last is not None, "it has just seen a firing"
        reading = watch.last.reading
        data = self._encoded.get(reading.hash)
        if data is None:
            data = encode({**reading.as_mapping(), "symbol": None})
            if len(self._encoded) < MOST_HELD:
                self._encoded[reading.hash] = data
        self._engine.log.reading(made.firing, self._t, reading.symbol or 0, facts.effect or "", data)
        self._raise(alarms, made.firing, made.origin)

    def _progressed(self, made: _Said) -> None:
        """The graph says that something was achieved: a number is a metric, anything else is progress if it is new."""
        value = said(made.outputs)
        if isinstance(value, bool) or not isinstance(value, int | float):
            data = encode(value)
            known = self._achieved.get(made.module, (b"", 0))
            value = known[1] + (known[0] != data)
            self._achieved[made.module] = (data, value)
        self._engine.log.reading(made.firing, self._t, 0, "", encode({"metric": float(value)}))
        self.watch.measured(made.module, float(value), self._t)

    def _raise(self, alarms: Sequence[Alarm], firing: int, origin: int) -> None:
        """Record and tell alarms; act on them unless they concern what was taken over from an earlier run, which has
        been acted on then."""
        engine = self._engine
        for alarm in alarms:
            action = self.policy.action(alarm.kind, alarm.level)
            if action == "off":
                continue
            self.alarms.append((alarm, firing))
            evidence: Json = {**alarm.as_json(), "evidence": list(alarm.evidence), "action": action}
            engine.log.alarm(firing, alarm.kind, alarm.msg, evidence, time_ns())
            if engine.control is not None:
                engine.control.alarm(firing, alarm.kind, alarm.msg)
            if action in ("pause", "stop") and origin == EXECUTED:
                engine.pause(alarm.kind, alarm.msg, fails=action == "stop")


class _Worked(NamedTuple):
    """What was done with a list of tasks."""

    store: str
    op: str
    args: Mapping[str, Json]
    result: Json


class _Said:
    """What is kept of a firing until it is taken."""

    __slots__ = ("error", "facts", "firing", "module", "origin", "outputs")

    def __init__(
        self, firing: int, module: str, facts: ModuleFacts, outputs: Mapping[str, Any], error: str | None, origin: int
    ) -> None:
        self.firing = firing
        self.module = module
        self.facts = facts
        self.outputs = outputs
        self.error = error
        self.origin = origin
