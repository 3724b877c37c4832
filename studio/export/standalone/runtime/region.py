"""A graph being executed, tick by tick: what its coroutine calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Protocol

from studio.engine.firing import Failure, RunHalted, as_node_error, is_halt, message_of
from studio.export.standalone.runtime.graph import UNWRITTEN_MAX_TICKS, Graph
from studio.export.standalone.runtime.ports import Port, port_name, ports_of
from studio.export.standalone.runtime.wires import Outs, Wire, Wires, gather, pick
from studio.spec.choices import choice_problem
from studio.spec.types import type_of, value_check
from studio.support.errors import NodeError, UsageError
from studio.support.ticks import tick_part, tick_path
from studio.support.values import ABSENT, Absent, Json, decode, encode
from studio.trace.log import ERROR, EXECUTED, OK, SKIPPED

if TYPE_CHECKING:
    from studio.engine.limits import Meter
    from studio.export.standalone.runtime.firing import Firing
    from studio.export.standalone.runtime.run import Run

REQUIRED: Json = ABSENT
"""Stands for the default of an input that must be given."""

NOTHING_YET = Absent("nothing fed back yet")
WHEN_FALSE = Absent("`when` is false")


class Handling(Protocol):
    """What a node is told beside its wires: how it is called, and what comes of its failure (a `Policy`)."""

    def begin(self, firing: Firing) -> None:
        """Get ready for a node that is about to be decided."""

    async def call(self, firing: Firing, module: Callable[..., Any], given: Mapping[str, Json]) -> Any:
        """Call a module."""

    def instead(self, firing: Firing, failure: Failure, error: NodeError) -> dict[str, Json] | Absent | None:
        """Return what a failed node gives, by port, or why it gives nothing; None if its failure fails the graph."""


class Region:
    """One execution of a graph: of the whole script, of a graph that another one runs, or of one item of a map.

    `tick` counts its ticks from 0. Nodes are decided in the order of the statements: each fires, or is skipped with a
    reason that its outputs carry on.
    """

    def __init__(self, run: Run, graph: Graph, meter: Meter, around: Firing | None = None, prefix: str = "") -> None:
        """`around` is the firing that runs it, `prefix` stands before the names of its nodes."""
        self.run = run
        self.graph = graph
        self.meter = meter
        self.around = around
        self.prefix = prefix
        self.first_path = run.paths(prefix, graph, 0 if around is None else around.path_id)
        self.item = 0
        self.attempt = 1
        self.tick = 0
        self.tick_prefix = ""
        self.tick_key = ""
        self.inputs: dict[str, Wire] = {}
        self.last: dict[str, Json] = {}
        self.collected: dict[str, list[Json]] = {}
        self.ended = ""
        self.failed = ""
        """The first node, in plan order, that failed it."""
        self.cut_off = False
        """True once nothing more may start because something beside it failed."""
        self.stopped = False
        self.work_waits = False
        self.kept: dict[str, Any] = {}
        """What nodes that run other graphs keep from tick to tick, by name."""
        self.over: dict[str, str] = {}
        """Of those, the ones that run no more, and why."""
        self.stores: dict[str, Any] = {}
        self.forks: dict[Any, Any] | None = None
        """What an item of a map sees of each store outside: the store as it was, and what the item wrote."""
        self.deferred: dict[str, Failure] = {}
        """Failures that count only where nobody else delivers, by node."""
        self.races: dict[tuple[str, ...], bool] = {}
        """Whether somebody delivered, by the nodes that contend."""
        self.elapsed_s: float = 0.0 if around is None else around.region.elapsed_s
        self.slept_s = 0.0
        """Time slept on a fixed clock: before this tick, and longest in it."""
        self.shown: dict[str, Json] = {}
        """What each output gave when its node was last decided, an `Absent` if nothing."""
        self._begun = False
        self._outputs: dict[str, tuple[Json, bool]] = {}
        """What outputs gave in this tick, and whether it is fresh."""
        self._indices = {name: place for place, name in enumerate(graph.nodes)}

    # -- its life ------------------------------------------------------------------------------------

    async def play(self) -> None:
        """Run from tick 0 to the end. Raises `Failure` if a node failed, `RunHalted` if the run goes no further."""
        self.begin_tick(0)
        coroutine: Any = self.graph.body(self)
        await coroutine
        if not self.ended:  # a graph of one tick has no loop
            self.end_tick()

    def next_tick(self) -> bool:
        """Begin the next tick, or return False if the graph has ended. The first call finds tick 0 begun."""
        if self._begun:
            self.end_tick()
            if self.ended:
                return False
            self.begin_tick(self.tick + 1)
        self._begun = True
        return True

    def begin_tick(self, number: int) -> None:
        """Begin a tick. Raises `RunHalted` where a limit on ticks is reached."""
        self.tick = number
        self.tick_key = self.tick_prefix + tick_part(number)
        self.work_waits = False
        self.run.count_tick(self.meter)

    def end_tick(self) -> None:
        """Take the outputs of the tick, and see whether the graph ends with it."""
        self.settle_tick()
        if self.stopped:
            self.ended = "stop"
        elif self.graph.until == "quiet" and not self.work_waits:
            self.ended = "quiet"
        elif self.tick + 1 >= (self.graph.max_ticks or UNWRITTEN_MAX_TICKS):
            self._reach_max_ticks()

    def settle_tick(self) -> None:
        """Take the outputs of the tick. Raises the `Failure` of a node that contended where nobody delivered."""
        for name in sorted(self.deferred, key=self.index):
            if not any(delivered for contenders, delivered in self.races.items() if name in contenders):
                self.failed = name
                raise self.deferred[name]
        if self.halted:
            raise RunHalted
        for name, (value, fresh) in self._outputs.items():
            self.last[name] = value
            if fresh and name in self.collected:
                self.collected[name].append(value)
        self._outputs.clear()
        self.elapsed_s += self.slept_s
        self.slept_s = 0.0

    def _reach_max_ticks(self) -> None:
        if self.graph.max_ticks is None:
            self.run.pause("max_ticks", f"the region ran {UNWRITTEN_MAX_TICKS} ticks and its graph names no bound")
            raise RunHalted
        if self.graph.on_limit == "fail":
            where = self.prefix.rstrip("/") or self.graph.name
            error = NodeError(
                f"`{where}` was not done after {self.graph.max_ticks} ticks.",
                hint="Raise `max_ticks`, or let it end with `on_limit: stop`.",
                code="max_ticks",
            )
            raise Failure(error, where, tick_path(self.tick_key))
        self.ended = "max_ticks"

    @property
    def parent(self) -> int:
        """The number of the firing that runs it, 0 at the top."""
        return 0 if self.around is None else self.around.id

    @property
    def halted(self) -> bool:
        """True if nothing more may start here: the run goes no further, or something here or around it failed."""
        failed = self.cut_off or bool(self.failed)
        return failed or self.run.is_stopping or (self.around is not None and self.around.region.halted)

    def result(self, name: str) -> Json:
        """An output at the end: the last value, or the list of all; an `Absent` if there never was one."""
        if name in self.collected:
            return self.collected[name]
        return self.last.get(name, Absent(f"`{name}` never had a value"))

    # -- wires ---------------------------------------------------------------------------------------

    def initial(self, value: Json) -> Wire:
        """What a feedback wire carries in the first tick."""
        return Wire(value, (0, "initial"), 0)

    def nothing_yet(self) -> Wire:
        """A feedback wire that carries nothing in the first tick."""
        return Wire(NOTHING_YET, (0, "initial"), 0)

    def feed_back(self, wire: Wire, hold: Wire | None = None) -> Wire:
        """Carry a wire into the next tick; with `hold`, what it held before stays where nothing new came.

        A wire without `hold` that carries a value is work that waits: the graph goes on.
        """
        if wire.is_absent and hold is not None:
            return hold
        if not wire.is_absent and hold is None:
            self.work_waits = True
        return Wire(wire.value, wire.origin, self.tick + 1)

    def pick(self, *wires: Wire) -> Wire:
        """Choose among several wires into one input: the first with a value, a fresh one before a held one."""
        return pick(wires, self.tick)

    # -- nodes ---------------------------------------------------------------------------------------

    async def fire(
        self,
        name: str,
        module: Callable[..., Any],
        policy: Handling | None = None,
        /,
        *,
        when: Wires | None = None,
        **wires: Wires,
    ) -> Outs:
        """Let a node fire if its `when` is open and all it needs is there; return what it gives.

        Raises `Failure` if it fails and no policy says otherwise.
        """
        await self.run.breathe()
        firing = self.start(name, policy)
        if (shut := self.shut(firing, when)) is not None:
            return shut
        given: dict[str, Json] = {}
        if (refused := self._read(firing, ports_of(module), wires, given)) is not None:
            return refused
        try:
            self.run.count("firings", firing.meter)
            made = await (call(firing, module, given) if policy is None else policy.call(firing, module, given))
            if self.run.aborted:
                raise asyncio.CancelledError  # which the module took for its own
            return self.decide(firing, made or {})
        except BaseException as raised:  # whatever a module raises is the failure of its firing
            if is_halt(raised) and not self.run.is_stopping:
                self.skip(firing, self.why_cut_off())  # a failure beside it ended the region: nothing stays open
            if is_halt(raised) or is_interruption(raised):
                raise
            return self._fail(firing, raised)

    async def together(self, *firings: Coroutine[Any, Any, Outs]) -> tuple[Outs, ...]:
        """Let nodes fire that wait for nothing of one another. All finish; then the first failure is raised."""
        if self.run.sequential:
            try:
                return tuple([await one for one in firings])
            finally:
                for one in firings:
                    one.close()
        done = await asyncio.gather(*firings, return_exceptions=True)
        raised = [outs for outs in done if not isinstance(outs, Outs)]
        if raised:
            raise next((one for one in raised if isinstance(one, Failure)), raised[0])
        return tuple(outs for outs in done if isinstance(outs, Outs))

    def given(
        self, name: str, default: Json = REQUIRED, policy: Handling | None = None, /, *, when: Wires | None = None
    ) -> Outs:
        """An input of the graph: what was given for it, or its default."""
        firing = self.start(name, policy)
        if (shut := self.shut(firing, when)) is not None:
            return shut
        wire = self.inputs.get(name)
        if wire is None and default is not REQUIRED:
            wire = Wire(default, None, self.tick)
        if wire is None or wire.is_absent:
            why = ABSENT if wire is None else wire.value
            return self.skip(firing, why if why.reason else Absent(f"no value was given for the input `{name}`"))
        if wire.origin is not None:
            firing.origins["value"] = wire.origin
        known = self.graph.inputs.get(name)
        wrong = choice_problem(name, known.choices, wire.value) if known is not None and known.choices else ""
        if wrong:
            self.run.count("firings", firing.meter)
            return self._fail(firing, NodeError(wrong, code="wrong_choice"))
        return self._play(firing, {"value": wire.value})

    def output(
        self,
        name: str,
        wire: Wires | None = None,
        policy: Handling | None = None,
        /,
        *,
        when: Wires | None = None,
        collect: bool = False,
        kind: str = "any",
    ) -> Outs:
        """An output of the graph: it gives the last value, or with `collect` the list of all fresh ones."""
        firing = self.start(name, policy)
        if collect:
            self.collected.setdefault(name, [])
        given: dict[str, Json] = {}
        outs = self.shut(firing, when)
        if outs is None:
            outs = self._read(firing, (Port("value", "value", kind),), {"value": wire or ()}, given)
        if outs is None:
            outs = self._play(firing, {})
            chosen = pick(wire, self.tick) if isinstance(wire, tuple) else wire
            self._outputs[name] = (given["value"], isinstance(chosen, Wire) and chosen.at == self.tick)
        self.shown[name] = given["value"] if "value" in given else outs["value"].value
        return outs

    def stop(self, name: str, policy: Handling | None = None, /, *, when: Wires | None = None) -> Outs:
        """End the graph after this tick if `when` carries a value other than false."""
        firing = self.start(name, policy)
        if (shut := self.shut(firing, when)) is not None:
            return shut
        outs = self._play(firing, {})
        self.stopped = True
        return outs

    # -- deciding ------------------------------------------------------------------------------------

    def start(self, name: str, policy: Handling | None = None) -> Firing:
        """Begin to decide a node. Raises `RunHalted` if nothing more may start, `UsageError` for a node unheard of."""
        if name not in self._indices:
            raise UsageError(
                f"`{name}` is no node of the graph `{self.graph.name}`.", hint="Add it to `nodes`, in plan order."
            )
        if self.halted:
            raise RunHalted
        firing = self.run.make_firing(self, name)
        if policy is not None:
            firing.policy = policy
            policy.begin(firing)
        return firing

    def shut(self, firing: Firing, when: Wires | None) -> Outs | None:
        """Skip the node if its `when` is wired and shut: absent or exactly false on every wire."""
        if when is not None:
            why: Absent | None = None
            for wire in when if isinstance(when, tuple) else (when,):
                assert isinstance(wire, Wire), "`when` takes one wire or a tuple of them"
                if not wire.is_absent and wire.value is not False:
                    if wire.origin is not None:
                        firing.origins["when"] = wire.origin
                    break
                why = WHEN_FALSE if not wire.is_absent else why or wire.value
            else:
                return self.skip(firing, why or WHEN_FALSE, "" if why in (None, WHEN_FALSE) else "when")
        if firing.name in self.over:
            return self.skip(firing, Absent(f"`{firing.name}` {self.over[firing.name]}"))
        return None

    def _read(
        self, firing: Firing, ports: tuple[Port, ...], wires: Mapping[str, Wires], given: dict[str, Json]
    ) -> Outs | None:
        """Read the inputs into `given`; the node is skipped if one that it needs is absent, and fails if one is of a
        wrong type. Raises `UsageError` for a wire into an input that it has not."""
        wired = {port_name(key): held for key, held in wires.items()}
        for name in wired.keys() - {port.name for port in ports}:
            told = ", ".join(f"`{port.name}`" for port in ports)
            raise UsageError(f"`{firing.name}` has no input `{name}`.", hint=f"It has {told or 'none'}.")
        for port in ports:
            held = wired.get(port.name, ())
            if isinstance(held, Wire):
                wire = held
            elif isinstance(held, list):
                wire = gather(held, self.tick)
            elif held:
                wire = pick(held, self.tick)
            else:
                wire = Wire(Absent(f"`{port.name}` is not wired"), None, self.tick)
            if not wire.is_absent:
                if wire.origin is not None:
                    firing.origins[port.name] = wire.origin
                if not port.takes(wire.value, gathered=isinstance(held, list)):
                    self.run.meter.add("firings", 1)
                    told = f"its input `{port.name}` takes {port.kind}, but got {type_of(wire.value)}."
                    return self._fail(firing, NodeError(told, code="wrong_type"))
                given[port.parameter] = own(wire.value)
            elif held and (port.passes or wire.passes_absence):
                given[port.parameter] = wire.value
            elif wire.lost_by:
                self.failed = wire.lost_by
                self.run.last_firing -= self.run.last_firing == firing.id  # it was none
                raise self.deferred[wire.lost_by]
            elif port.required:
                return self.skip(firing, wire.value, port.name)
        return None

    def decide(self, firing: Firing, made: Mapping[str, Json]) -> Outs:
        """The node fired: look at what it gives and hand it on. Raises `NodeError` or `NotJson` for no such output."""
        held: dict[str, Json] = {}
        encoded: dict[str, bytes] = {}
        absent: dict[str, str] = {}
        kinds = self.graph.ports(firing.name)
        for port in kinds or made:
            value = made.get(port, ABSENT)
            if isinstance(value, Absent):
                if value.reason:
                    absent[port] = value.reason
                held[port] = Absent(f"{value.reason.rstrip('.') or f'nothing on `{port}`'} at `{firing.name}`")
            else:
                encoded[port] = encode(value)
                held[port] = value
        for port, kind in kinds.items():
            check = value_check(kind)
            if check is not None and port in encoded and not check(held[port]):
                raise NodeError(
                    f"its output `{port}` should be {kind}, but is {type_of(held[port])}.", code="wrong_type"
                )
        held["done"] = True
        self.run.decided += 1
        self.record(firing, OK, outputs=encoded, absent=absent)
        return Outs(firing.name, held, firing.id, self.tick, all_ports=bool(kinds))

    def skip(self, firing: Firing, why: Absent, port: str = "") -> Outs:
        """The node does not fire; its outputs carry the reason on."""
        reason = f"input `{port}` absent: {why.reason}" if port else why.reason
        firing.origins = {}
        self.record(firing, SKIPPED, reason)
        return Outs(firing.name, why, firing.id, self.tick)

    def _play(self, firing: Firing, made: Mapping[str, Json]) -> Outs:
        """Let a node fire that is played by the graph itself: an input, an output, a stop."""
        self.run.count("firings", firing.meter)
        try:
            return self.decide(firing, made)
        except NodeError as refused:
            return self._fail(firing, refused)

    def _fail(self, firing: Firing, raised: BaseException) -> Outs:
        """The node failed: its policy says what comes of it, else it fails the graph."""
        error = as_node_error(raised)
        message = message_of(error)
        failure = raised if isinstance(raised, Failure) else Failure(error, firing.node, firing.tick)
        held = None if firing.policy is None else firing.policy.instead(firing, failure, error)
        encoded: dict[str, bytes] = {}
        if isinstance(held, dict):
            encoded = {port: encode(held[port]) for port in held if port != "done" and type(held[port]) is not Absent}
        self.run.decided += 1
        self.record(firing, ERROR, message, encoded, {"error": error.kind})
        if held is None:
            names = [name for name in (self.failed, firing.name) if name]
            self.failed = min(names, key=self.index)
            raise failure
        return Outs(firing.name, held, firing.id, self.tick)

    def why_cut_off(self) -> Absent:
        """Why a firing that is under way does not finish."""
        around: Region | None = self
        while around is not None:
            if around.failed:
                return Absent(f"cut off: `{around.failed}` failed")
            around = around.around.region if around.around is not None else None
        return Absent("cut off by a failure beside it")

    # -- what is recorded ----------------------------------------------------------------------------

    def index(self, name: str) -> int:
        """The place of a node in plan order."""
        return self._indices[name]

    def record(
        self,
        firing: Firing,
        status: int,
        reason: str = "",
        outputs: Mapping[str, bytes] | None = None,
        absent: Mapping[str, str] | None = None,
    ) -> None:
        """Take down what became of a node."""
        run, skipped = self.run, status == SKIPPED
        run.seq += 1
        run.log.firing(
            firing.id, run.seq, firing.path_id, self.tick_key, self.parent, self.item, status, reason, EXECUTED,
            run.now if skipped else firing.began, 0 if skipped else run.now - firing.began,
            firing.origins or None, outputs or None, firing.counted_attempt, absent or None,
        )  # fmt: skip
        if run.watch is not None:
            run.watch(firing, status)


async def call(firing: Firing, module: Callable[..., Any], given: Mapping[str, Json]) -> Any:
    """Call a module once, and wait for it if it is a coroutine."""
    made = module(firing, **given)
    return await made if isawaitable(made) else made


def own(value: Json) -> Json:
    """Return a list or an object of one's own: what a module does to it, nobody else sees."""
    return decode(encode(value)) if type(value) in (dict, list, tuple) else value


def is_interruption(raised: BaseException) -> bool:
    """True for what ends the whole task, and is no failure of the module it came by."""
    if isinstance(raised, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0
    return isinstance(raised, (KeyboardInterrupt, GeneratorExit))
