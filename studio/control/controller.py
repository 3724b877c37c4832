"""`Controller`: a person's hand on a live run, from any thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studio.control.breakpoints import Breakpoint, read_breakpoint
from studio.control.goals import Goal, Out, Over, Steps, Tick, To
from studio.control.overrides import AS_LAST
from studio.control.places import Place, find_place
from studio.control.remote import Remote
from studio.control.steering import Steering
from studio.control.telling import Listener
from studio.support.errors import UsageError
from studio.support.values import Absent, Json

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.engine.plan import RegionPlan

T = TypeVar("T")


class Controller(Steering):
    """Hold, step and change one run: `arun(graph, control=controller)`.

    Every order may be given from any thread, before the run starts too, and is obeyed in the run's event loop. It
    returns a `Future`: its result tells what came of it (raises UsageError where the order makes no sense); who does
    not care need not look. Orders before the start are obeyed before anything fires; `plan` lets them be checked at
    once. `held` starts the run held. `listener` gets events in batches, in the run's thread, and must be quick.
    `elsewhere` is the trace file through which other processes may steer it.

    Nodes are named as `find_place` reads them: by path, with or without the items of maps, or by a name alone.
    Holding never changes what the run gives: nothing new starts, what is under way finishes and is recorded, and the
    time held counts for no limit. What waits is let go in outline order.
    """

    def __init__(
        self,
        *,
        held: bool = False,
        listener: Listener | None = None,
        plan: RegionPlan | None = None,
        elsewhere: Path | None = None,
    ) -> None:
        super().__init__(held=held, listener=listener)
        self._remote = None if elsewhere is None else Remote(self.open, elsewhere)
        self._plan = plan
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []
        self._over = False
        self._thread = 0

    def open(self) -> Controller:
        """Return itself: where a `Door` may stand, too, it is opened."""
        return self

    @property
    def opened(self) -> Controller:
        """Itself, as `Door.opened`."""
        return self

    def when_open(self, call: Callable[[Controller], None]) -> None:
        """Call at once, as `Door.when_open` does when it is opened."""
        call(self)

    # -- going on ----------------------------------------------------------------------------

    def pause(self, why: str = "asked to pause") -> Future[None]:
        """Start nothing new, and hold the run when what is under way is done."""
        return self._do(lambda: self.hold(why))

    def resume(self) -> Future[None]:
        """Let the run go on freely."""
        return self._do(self.go)

    def step(self, count: int = 1) -> Future[None]:
        """Let the next firing go, in outline order; a region node opens and its first inner firing is next."""
        return self._towards(lambda: Steps(count))

    def into(self) -> Future[None]:
        """Open the region node that is next."""

        def begin() -> Goal:
            first = next(iter(self.in_order()), None)
            if first is not None and first.node.body is None:
                raise UsageError(f"{first.place} has no inside.", hint="`step` lets it fire.")
            return Steps()

        return self._towards(begin)

    def over(self) -> Future[None]:
        """Let the next firing go with all that is inside it."""
        return self._towards(Over)

    def out(self) -> Future[None]:
        """Go on until the region node around the next firing is done."""

        def begin() -> Goal:
            first = next(iter(self.in_order()), None)
            if first is not None and first.region.parent is None:
                raise UsageError("This is the top of the graph.", hint="`tick` ends the tick, `resume` the run.")
            return Out()

        return self._towards(begin)

    def tick(self, region: str | None = None) -> Future[None]:
        """Go on to the end of the present tick: of the region of the next firing, or of the region node named here
        (empty: the graph)."""

        def begin() -> Goal:
            if region is None:
                return Tick()
            if region == "":
                return Tick(top=True)
            place = self.find(region)
            if place.node.body is None:
                raise UsageError(f"`{region}` is no region.", hint="Name a subgraph or a map.")
            return Tick(place)

        return self._towards(begin)

    def to(self, node: str) -> Future[None]:
        """Go on until a node has fired: what it needs goes first, the rest is held unless the tick must end.

        In a run whose answers are served in outline order (rule 2.10) what stands before it in that order goes too.
        """
        return self._towards(lambda: To(self.find(node)))

    def only(self, node: str) -> Future[None]:
        """Like `to`, and then leave the run. With a `past` all it needs is taken over from that run."""

        def begin() -> None:
            self.go_towards(To(self.find(node)))
            self.when_reached = self._leave_run

        return self._do(begin)

    def leave(self) -> Future[None]:
        """End the run as paused (`limit:control`), to be resumed another day; what is under way finishes."""
        return self._do(self._leave_run, early=False)

    def abort(self) -> Future[None]:
        """Cancel the run: what waits is given up at once, the run is recorded as aborted."""

        def cancel() -> None:
            # Once: a second time would break off the recording of the first.
            if self.task is not None and not self.task.cancelling():
                self.task.cancel()

        return self._do(cancel, early=False)

    # -- breakpoints -------------------------------------------------------------------------

    def add_breakpoint(self, where: str, *, once: bool = False, from_hit: int = 1) -> Future[Breakpoint]:
        """Stop the run where a text says (see `breakpoints`), from the `from_hit`-th time on."""

        def add() -> Breakpoint:
            made = self.breakpoints.add(read_breakpoint(self.plan, where, once=once, from_hit=from_hit))
            self.aim()
            return made

        return self._do(add)

    def remove_breakpoint(self, id: int) -> Future[None]:
        """Take a breakpoint away."""

        def remove() -> None:
            self.breakpoints.remove(id)
            self.aim()

        return self._do(remove)

    def enable_breakpoint(self, id: int, enabled: bool = True) -> Future[Breakpoint]:
        """Let a breakpoint stop the run, or not."""

        def enable() -> Breakpoint:
            found = self.breakpoints.get(id)
            found.enabled = enabled
            self.aim()
            return found

        return self._do(enable)

    # -- overrides ---------------------------------------------------------------------------

    def freeze(self, node: str, port: str | None = None, value: Any = AS_LAST) -> Future[None]:
        """Let a value, or what it was last, stand in place of what an output would give; the node does not fire its
        code. Outputs that are not named stay as they were last. A node whose inputs are absent is skipped as ever."""

        def freeze() -> None:
            self.overrides.freeze(self.find(node), port, value)
            self.aim()

        return self._do(freeze)

    def unfreeze(self, node: str, port: str | None = None) -> Future[None]:
        """Let an output, or all of a node, be what the node gives again."""

        def unfreeze() -> None:
            self.overrides.unfreeze(self.find(node), port)
            self.aim()

        return self._do(unfreeze)

    def knock_out(self, node: str, *, pass_through: bool = False) -> Future[None]:
        """Switch a node off from its next turn on; with `pass_through` its first fitting input is its output."""

        def knock_out() -> None:
            self.overrides.knock_out(self.find(node), "pass" if pass_through else True)
            self.aim()

        return self._do(knock_out)

    def bring_back(self, node: str) -> Future[None]:
        """Switch a node on again."""

        def bring_back() -> None:
            self.overrides.bring_back(self.find(node))
            self.aim()

        return self._do(bring_back)

    # -- looking -----------------------------------------------------------------------------

    def last_outputs(self, node: str) -> Future[dict[str, Json]]:
        """What a node gave last, as far as it is known; empty if it gave nothing."""

        def look() -> dict[str, Json]:
            place = self.find(node)
            held = self.last.get(node) or self.last.get(place.path)
            if held is None:
                held = _lying(self.engine, place)
            ports = {*place.node.out_types, "error"}
            return {port: value for port, value in (held or {}).items() if port in ports and type(value) is not Absent}

        return self._do(look)

    def status(self) -> Future[dict[str, Json]]:
        """State, why, who waits (with inputs), how many are under way, breakpoints, and what is frozen or off."""

        def look() -> dict[str, Json]:
            return {
                "run": "" if self.engine is None else self.engine.run_id,
                "state": self.state.name,
                "why": self.state.why,
                "waiting": [held.to_json() for held in self.frontier()],
                "under_way": self.under_way(),
                "breakpoints": [one.to_json() for one in self.breakpoints],
                "frozen": {path: frozen.to_json() for path, frozen in self.overrides.frozen.items()},
                "knocked_out": {path: how for path, (_, how) in self.overrides.off.items()},
            }

        return self._do(look)

    def tell(self, text: str) -> Future[None]:
        """Have listeners hear a sentence."""
        return self._do(lambda: self.note(text))

    def listen(self, listener: Listener) -> None:
        """Have one more listener hear events from now on."""
        self.telling.listeners.append(listener)

    @property
    def plan(self) -> RegionPlan:
        """The plan of the graph that runs. Raises UsageError while it is not known."""
        if self._plan is None:
            raise UsageError("The run has not started yet.", hint="Give the controller the graph's plan.")
        return self._plan

    def find(self, node: str) -> Place:
        """The node a path or name stands for. Raises UsageError."""
        return find_place(self.plan, node)

    # -- the engine's side -------------------------------------------------------------------

    def begin(self, engine: Engine) -> None:
        """The run is about to start: obey what was ordered before."""
        assert engine.root is not None
        self._plan = engine.root.plan
        super().begin(engine)
        with self._guard:
            self._loop, self._thread = engine.loop, threading.get_ident()
            early, self._early = self._early, []
        for call in early:
            call()
        if self._remote is not None:
            self._remote.start(engine.run_id)

    def end(self) -> None:
        """The run is over: no order is obeyed any more."""
        with self._guard:
            self._over = True
            self._loop = None
        if self._remote is not None:
            self._remote.stop()
        super().end()

    # -- inside ------------------------------------------------------------------------------

    def _towards(self, begin: Callable[[], Goal]) -> Future[None]:
        return self._do(lambda: self.go_towards(begin()))

    def _leave_run(self) -> None:
        if self.engine is not None:
            self._go_on()
            self._let_fail()
            self.engine.pause("control", "it was left while it was held")

    def _do(self, call: Callable[[], T], *, early: bool = True) -> Future[T]:
        """Call in the run's loop, at once if this is its thread. Before the start: at once if the plan is known (and
        the order needs no run), else with the run's first breath."""
        done: Future[T] = Future()

        def obey() -> None:
            if self._over:
                done.set_exception(_ended())
                return
            try:
                done.set_result(call())
            except Exception as refused:  # noqa: BLE001 - handed to whoever asked
                done.set_exception(refused)

        with self._guard:
            loop = self._loop
            if loop is None and not self._over and (self._plan is None or not early):
                self._early.append(obey)
                return done
            if loop is not None and threading.get_ident() != self._thread:
                loop.call_soon_threadsafe(obey)
                return done
        obey()
        return done


def _ended() -> UsageError:
    return UsageError("The run has ended.", hint="`studio resume` goes on with one that was not done.")


def _lying(engine: Engine | None, place: Place) -> dict[str, Json] | None:
    """What lies on a node's outputs in a region that is alive."""
    regions = [] if engine is None or engine.root is None else [engine.root]
    for level in place.levels[:-1]:
        regions = [
            inner
            for region in regions
            for inner in region.live()
            if inner.path_id == region.path_base + level.node.index
        ]
    for region in regions:
        held = region.outs[place.node.index]
        if region.fids[place.node.index] and isinstance(held, dict):
            return held
    return None
