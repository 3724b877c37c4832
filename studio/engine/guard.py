"""The guard of a run: it reads what modules say as they fire, raises alarms, and does what the graph's policy asks.

What it hears it takes in outline order, so that the same outputs give the same alarms whatever the latencies: firings
are held back until the tick of a region ends, or a graph calls itself, beside which nothing else is under way; then
what stands before that is taken. Only what is done about an alarm (to pause, to stop) happens in the course of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from time import time_ns
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from studio.dynamics.agenda import Agenda, Change, change_of
from studio.dynamics.analysis import judge
from studio.dynamics.detecting.playing import tell
from studio.dynamics.detecting.watch import MOST_ALARMS, Watch
from studio.dynamics.exchange.run import Event, Module
from studio.dynamics.modules import ModuleFacts, said
from studio.dynamics.policy import Policy
from studio.dynamics.verdict import Alarm
from studio.dynamics.words.normalise import digest, text_of
from studio.dynamics.words.reading import Reading
from studio.engine.calling import Call, Calls, Return
from studio.engine.modules import Modules
from studio.engine.outline import Order, end_of_region, end_of_tick, is_alone, outline_order, region_order
from studio.support.values import Json, encode
from studio.trace.log import EXECUTED

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region

MOST_HELD: Final = 100_000
MOST_WORDS: Final = 2_000_000
"""Firings, and words in them, held back beside something that goes on for long; beyond it they are taken as they
came."""

MOST_ENCODED: Final = 32 * 2**20
"""Bytes of readings that are kept encoded, for what is said again."""


class Guard:
    """Watches one run. Called in the run's event loop; `decided` is on the path of every module's firing.

    Time is counted in ticks of regions with clocks of their own in which a module fired: a world may well stand still
    for a while. A call that a graph makes of itself begins a tick.

    A fault in here is no failure of the node that was watched: it is kept in `fault`, halts the run, and is raised at
    its end.
    """

    def __init__(self, engine: Engine, policy: Policy, watch: Watch, modules: Modules, goal: str = "") -> None:
        self.policy = policy
        self.watch = watch
        self.alarms: list[tuple[Alarm, int]] = []
        """The alarms so far, with the firings they were raised at."""
        self.fault: Exception | None = None
        self._engine = engine
        self._modules = modules
        self._declared: set[str] = set()
        self._held: list[_Held] = []
        """A heap: what stands first in the outline is its top."""
        self._count = 0
        self._t = 0
        self._fired = False
        self._words = 0
        self._encoded: dict[str, bytes] = {}
        self._encoded_bytes = 0
        self._achieved: dict[str, tuple[str, int]] = {}
        self._agenda = Agenda(goal)
        self._calls = Calls(modules, policy.thresholds, watch.reader)
        self._begun = 0
        self._ahead = engine.past is None
        """Whether something new was said, so that a call which begins is no longer one taken over."""
        self._told: dict[str, int] = {}

    def decided(
        self, region: Region, node: NodePlan, firing: int, outputs: Mapping[str, Any], error: str | None, origin: int
    ) -> None:
        """A module has fired or failed."""
        facts = node.module
        assert facts is not None, "helpers are not watched"
        if not self._modules.counts(facts):
            return
        self._ahead |= origin == EXECUTED
        try:
            made = _Said(firing, region.prefix + node.name, facts, error, origin)
            self._listen(made, outputs)
            self._hold(outline_order(region, node), made)
        except Exception as fault:  # noqa: BLE001 - it is ours: see `fault`
            self._break_down(fault)

    def worked(
        self, context: Context, store: str, kind: str, op: str, args: Mapping[str, Json], result: Json,
        *, repeated: bool,
    ) -> None:  # fmt: skip
        """Work was put into a list of tasks, or taken from it, or a state was opened below another; `repeated` where
        that is taken over from an earlier run."""
        change = change_of(store, kind, op, args, result, asks=self._modules.asks)
        if change is not None:
            self._hold(outline_order(context.region, context.node_plan), _Worked(change, repeated))

    def tick_ended(self, region: Region) -> None:
        """A region with a clock of its own has decided all nodes of a tick."""
        order = end_of_tick(region)
        self._hold(order, None)
        if len(self._held) > MOST_HELD or self._words > MOST_WORDS:
            self.take()
        elif is_alone(region):
            self.take(order)

    def entered(self, region: Region) -> None:
        """A region with a clock of its own is about to begin."""
        if not self._modules.is_recursive:
            return
        try:
            call = self._calls.enter(region, is_new=self._ahead)
            if call is None:
                return
            order = region_order(region)
            self._hold(order, call)
            early = self._calls.warns_early(call, self._t)
            if is_alone(region):
                self.take(order)
            else:
                for alarm in early:
                    self._act(alarm, acts=call.is_new)
        except Exception as fault:  # noqa: BLE001 - it is ours: see `fault`
            self._break_down(fault)

    def left(self, region: Region) -> None:
        """A region with a clock of its own is over."""
        over = self._calls.leave(region)
        if over is not None:
            self._hold(end_of_region(region), over)

    def end(self) -> dict[str, Json]:
        """The run is over: take what is left, and return what its dynamics came to, for its footer: class, verdict and
        confidence; nothing if too little was said to judge."""
        self.take()
        if self.fault is None:
            try:
                return self._behaviour()
            except Exception as fault:  # noqa: BLE001 - it is ours: see `fault`
                self._break_down(fault)
        return {}

    def _behaviour(self) -> dict[str, Json]:
        verdict = judge(self.watch, self._engine.run_id)
        if verdict.kind == "undetermined":
            return {}
        return {"class": verdict.wolfram, "verdict": verdict.kind, "confidence": round(verdict.confidence, 3)}

    def take(self, upto: Order | None = None) -> None:
        """Take what was held back, in outline order: all of it, or what stands there `upto` this."""
        due: list[_Held] = []
        while self._held and (upto is None or self._held[0][0] <= upto):
            due.append(heappop(self._held))
            made = due[-1][2]
            self._words -= made.words if isinstance(made, _Said) else 0
        if self.fault is not None:
            return
        try:
            self._take(due)
        except Exception as fault:  # noqa: BLE001 - it is ours: see `fault`
            self._break_down(fault)

    def _take(self, held: list[_Held]) -> None:
        known = len(self.alarms)
        for _, _, made in held:
            if made is None:
                self._tick()
            elif isinstance(made, Call):
                self._tick()
                self._begun += 1
                alarms = self.watch.enter(made.id, made.parent, self._t, made.text)
                self._raise(alarms, made.firing, acts=made.is_new, call=made)
            elif isinstance(made, Return):
                self.watch.leave(made.id)
            elif isinstance(made, _Worked):
                for goal in self._agenda.take(made.change, self._t):
                    self._raise(tell(self.watch, goal, self._t, closes=goal.done), 0, acts=not made.repeated)
            elif made.facts.kind == "monitor":
                if made.origin != EXECUTED:  # it was told then, and is not told again
                    self._told[made.module] = known
            else:
                self._see(made)

    def _tick(self) -> None:
        self._t += self._fired
        self._fired = False

    def _break_down(self, fault: Exception) -> None:
        self.fault = self.fault or fault
        self._engine.halt()

    def news(self, node: str) -> list[Json]:
        """Return the alarms raised since the node at this path asked last."""
        since = self._told.get(node, 0)
        self._told[node] = len(self.alarms)
        return [alarm.as_json() for alarm, _ in self.alarms[since:]]

    def _hold(self, order: Order, made: _Said | _Worked | Call | Return | None) -> None:
        self._count += 1
        heappush(self._held, (order, self._count, made))

    def _listen(self, made: _Said, outputs: Mapping[str, Any]) -> None:
        """Keep what is looked at of the outputs: they may be large, and node code may change them later."""
        kind = made.facts.kind
        if kind == "monitor":
            return
        value = said(outputs, kind)
        if kind != "progress":
            made.reading = self.watch.reader.read(value, made.error)
            self._words += made.words
        elif isinstance(value, bool) or not isinstance(value, int | float):
            made.value = None if value is None else digest(text_of(value))
        else:
            made.value = float(value)

    def _see(self, made: _Said) -> None:
        watch, facts = self.watch, made.facts
        if made.reading is None:
            self._progressed(made)
            return
        self._fired = True
        if made.module not in self._declared:
            self._declared.add(made.module)
            watch.declare(Module(made.module, facts.kind, self._modules.inputs(made.module)))
        alarms = watch.see(Event(self._t, made.module, None, made.error, facts.effect, made.reading))
        assert watch.last is not None, "it has just seen a firing"
        reading = watch.last.reading
        data = self._encoded.get(reading.hash)
        if data is None:
            told = reading.as_mapping()
            del told["symbol"]  # it stands in a column of its own
            data = encode(told)
            self._encoded_bytes += len(data)
            if self._encoded_bytes > MOST_ENCODED:
                self._encoded.clear()
                self._encoded_bytes = len(data)
            self._encoded[reading.hash] = data
        self._engine.log.reading(made.firing, self._t, reading.symbol or 0, facts.effect or "", data)
        self._raise(alarms, made.firing, acts=made.origin == EXECUTED)

    def _progressed(self, made: _Said) -> None:
        """The graph says that something was achieved: a number is a metric, anything else is progress if it is new."""
        value = made.value
        if value is None:
            return  # it failed, or had nothing to say
        if isinstance(value, str):
            known = self._achieved.get(made.module, ("", 0))
            count = known[1] + (known[0] != value)
            self._achieved[made.module] = (value, count)
            value = float(count)
        self._engine.log.reading(made.firing, self._t, 0, "", encode({"metric": value}))
        self.watch.measured(made.module, value, self._t)

    def _raise(self, alarms: Sequence[Alarm], firing: int, *, acts: bool, call: Call | None = None) -> None:
        """Record and tell alarms, so many as anyone reads.

        `acts` is False where they concern what was taken over from an earlier run, which has been acted on then. A
        `call` is recorded with the alarm that it raised: where that stops the run, nothing else in it is.
        """
        engine = self._engine
        for alarm in alarms:
            action = self.policy.action(alarm.kind, alarm.level)
            if action == "off":
                continue
            if len(self.alarms) < MOST_ALARMS:
                self.alarms.append((alarm, firing))
                evidence: Json = {**alarm.as_json(), "evidence": list(alarm.evidence), "action": action}
                if call is not None:
                    evidence["call"] = {**call.as_json(), "nth": self._begun}
                engine.log.alarm(firing, alarm.kind, alarm.msg, evidence, time_ns())
                if engine.control is not None:
                    engine.control.alarm(firing, alarm.kind, alarm.msg)
            self._act(alarm, acts=acts)

    def _act(self, alarm: Alarm, *, acts: bool) -> None:
        action = self.policy.action(alarm.kind, alarm.level)
        if acts and action in ("pause", "stop"):
            self._engine.pause(alarm.kind, alarm.msg, fails=action == "stop")


class _Worked(NamedTuple):
    """What was done with an agenda."""

    change: Change
    repeated: bool


class _Said:
    """What is kept of a firing until it is taken: what was read of it, or for progress its number or what stands for
    another value."""

    __slots__ = ("error", "facts", "firing", "module", "origin", "reading", "value")

    def __init__(self, firing: int, module: str, facts: ModuleFacts, error: str | None, origin: int) -> None:
        self.firing = firing
        self.module = module
        self.facts = facts
        self.error = error
        self.origin = origin
        self.reading: Reading | None = None
        self.value: float | str | None = None

    @property
    def words(self) -> int:
        """How much is kept of it."""
        return 0 if self.reading is None else len(self.reading.content) + len(self.reading.salient)


_Held = tuple[Order, int, "_Said | _Worked | Call | Return | None"]
