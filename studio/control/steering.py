"""The part of a controller that lives in the run's event loop: who is held, when the run is at rest, who goes next.

Nothing here is safe to call from another thread; `controller` is. A held firing is no task that waits but an entry in
`waiting`: the scheduler goes on with everything else, and the entry is entered anew when it may fire.

A run is *at rest* when every chain of its scheduler ends at a held firing, which is read off the regions' own counters
(`chains_under_way`), so that a run that nobody steers counts nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from heapq import heappush
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from studio.control.breakpoints import Breakpoint, Breakpoints, When, holds
from studio.control.events import Done, Frontier, Hit, Note, State, StateName
from studio.control.goals import Goal
from studio.control.overrides import Overrides
from studio.control.places import Trail, trail_of
from studio.control.telling import Listener, Telling
from studio.control.waiting import Held, Waiting, chains_under_way
from studio.engine.scheduling import let_go
from studio.support.ticks import tick_path
from studio.support.values import Absent, Json
from studio.trace.log import ERROR, STATUS_NAMES

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region

REST_TURNS = 16
"""Turns of the event loop without anything decided after which the regions are looked at: what is on its way between
two of them (the end of a map, say) takes fewer."""

REMEMBERED = 4096
"""Nodes whose last outputs are kept."""


class Steering:
    """Implements `engine.control.Control`."""

    def __init__(self, *, held: bool = False, listener: Listener | None = None) -> None:
        self.engine: Engine | None = None
        self.state = State("pausing", "held from the start") if held else State("running")
        self.goal: Goal | None = None
        self.breakpoints = Breakpoints()
        self.overrides = Overrides()
        self.waiting: dict[tuple[Region, int], Waiting] = {}
        self.last: OrderedDict[str, Mapping[str, Json]] = OrderedDict()
        """What nodes gave last, by path, since something is steered."""
        self.when_reached: Callable[[], None] | None = None
        """What to do when the goal is reached, instead of holding the run."""
        self.telling = Telling(listener)
        self.task: asyncio.Task[Any] | None = None
        self._leave: set[tuple[Region, int]] = set()
        self._trails: WeakKeyDictionary[Region, tuple[Trail, str]] = WeakKeyDictionary()
        self._quiet_turns = 0
        self._looking = False
        self._start_clock: Callable[[], None] | None = None
        self._failing: dict[Region, asyncio.Future[None]] = {}
        """Regions in which a breakpoint met a failure: they end when the run goes on."""
        self._failure_met = False

    # -- the engine's side -------------------------------------------------------------------

    def begin(self, engine: Engine) -> None:
        self.engine = engine
        self.task = asyncio.current_task()
        self._aim()
        self.telling.begin(engine.loop)
        self.telling.tell(self.state)

    def end(self) -> None:
        self._start_clock = None
        self.waiting.clear()
        self._leave.clear()
        self._let_fail()
        self._set("ended", "")
        self.telling.end()
        self.engine = None
        self.task = None

    def turn(self, region: Region, node: NodePlan, values: Mapping[str, Any], todo: list[int]) -> bool:
        key = (region, node.index)
        if key in self._leave:
            self._leave.discard(key)
            return False
        met = None
        if self._lets(region, node):
            met = self._met(region, node, "before", values) if self.breakpoints.has("before") else None
            if met is None:
                return False
            self._stop_at(met, region, node)
        assert self.engine is not None
        rest = [node.index]
        if self.engine.sequential:
            rest = todo[:]
            heappush(rest, node.index)
            todo.clear()
        region.running += 1
        held = self.waiting[key] = Waiting(region, node, values, rest)
        held.met = met is not None
        self._stir()
        return True

    def frozen(self, region: Region, node: NodePlan) -> dict[str, Json] | None:
        if not self.overrides.frozen:
            return None
        return self.overrides.outputs(self.trail(region)[0], node, lambda: self._last_of(region, node))

    def knocked_out(self, region: Region, node: NodePlan) -> bool | str | None:
        return self.overrides.knocked_out(self.trail(region)[0], node) if self.overrides.off else None

    def decided(self, context: Context, status: int, held: Mapping[str, Json]) -> None:
        region, node = context.region, context.node_plan
        self.last[region.prefix + node.name] = held
        if len(self.last) > REMEMBERED:
            self.last.popitem(last=False)
        self._note_done(region, node, STATUS_NAMES[status], held)
        when: When = "error" if status == ERROR else "after"
        if self.breakpoints.has(when):
            met = self._met(region, node, when, held)
            if met is not None:
                self._stop_at(met, region, node)
                self._failure_met = self._failure_met or (when == "error" and node.on_error == "fail")
        if self.goal is not None and self.goal.fired(region, node):
            self._reached()
        self._stir()

    def skipped(self, region: Region, node: NodePlan, reason: str) -> None:
        self._leave.discard((region, node.index))
        self._note_done(region, node, "skipped", {}, reason)
        self._stir()

    async def failing(self, region: Region) -> None:
        if not self._failure_met:
            return
        self._failure_met = False
        let_end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._failing[region] = let_end
        region.ticking = True  # its tick is not over yet
        try:
            self._stir()
            await let_end
        finally:
            region.ticking = False
            self._failing.pop(region, None)

    def alarm(self, firing: int, kind: str, message: str) -> None:
        """Stop if a breakpoint waits for alarms."""
        for one in list(self.breakpoints.at("", "alarm")):
            if self.breakpoints.count(one):
                self.telling.tell(Hit(one, "", ""))
                self._hold(f"alarm: {message}")

    def wake(self) -> None:
        if self.engine is not None and self.engine.is_stopping():
            self._let_fail()
        if not self.waiting:
            return
        for key, one in list(self.waiting.items()):
            if one.region.halted:
                del self.waiting[key]
                one.region.one_less()
        self._stir()

    def forget(self, region: Region) -> None:
        for key in [key for key in self.waiting if key[0] is region]:
            del self.waiting[key]
            region.one_less()
        self._leave = {key for key in self._leave if key[0] is not region}
        self._stir()

    # -- orders, in the loop -----------------------------------------------------------------

    def hold(self, why: str) -> None:
        """Start nothing new; hold the run when what is under way is done."""
        if self.state.name in ("running", "stepping"):
            self._hold(why)

    def go(self) -> None:
        """Let everyone go."""
        self.goal = self.when_reached = None
        self._go_on()
        self._set("running", "")
        self._aim()
        self._let_fail()
        ordered = self.in_order()
        self._release(ordered, ordered[:1])

    def go_towards(self, goal: Goal) -> None:
        """Go on as far as a goal, once what is under way is done."""
        self.goal, self.when_reached = goal, None
        self._set("stepping", "")
        self._aim()
        self._stir()

    @property
    def run_id(self) -> str:
        """The run's id, empty before it starts and when it has ended."""
        engine = self.engine
        return "" if engine is None else engine.run_id

    def aim(self) -> None:
        """Breakpoints or overrides have changed: look at firings if there is a reason to."""
        self._aim()

    def in_order(self) -> list[Waiting]:
        """Who waits, in outline order."""
        return sorted(self.waiting.values(), key=lambda one: one.order)

    def frontier(self) -> tuple[Held, ...]:
        """Who waits, as others see it."""
        return tuple(one.shown(self._instead(one)) for one in self.in_order())

    def under_way(self) -> int:
        """How many firings are under way beside the regions that contain held ones."""
        root = None if self.engine is None else self.engine.root
        if root is None or not root.ticking:
            return 0
        return max(0, chains_under_way(root, self._held_here()))

    def trail(self, region: Region) -> tuple[Trail, str]:
        """The region nodes around a region, and the beginning of plain paths in it."""
        known = self._trails.get(region)
        if known is None:
            trail = trail_of(region)
            known = self._trails[region] = (trail, "".join(name + "/" for name, _ in trail))
        return known

    def note(self, text: str) -> None:
        """Tell the person something."""
        self.telling.tell(Note(text))

    # -- inside ------------------------------------------------------------------------------

    def _lets(self, region: Region, node: NodePlan) -> bool:
        if self.state.name == "running":
            return True
        return self.state.name == "stepping" and self.goal is not None and self.goal.lets(region, node)

    def _met(self, region: Region, node: NodePlan, when: When, values: Mapping[str, Json]) -> Breakpoint | None:
        trail, plain = self.trail(region)
        found = None
        for one in list(self.breakpoints.at(plain + node.name, when)):
            if one.place is not None and not one.place.holds(trail, node):
                continue
            answer = holds(one, values)
            if isinstance(answer, str):
                if not one.told:
                    one.told = True
                    self.telling.tell(
                        Note(f"The condition of breakpoint {one.id} does not hold where it fails: {answer}")
                    )
            elif answer and self.breakpoints.count(one):
                found = found or one
        return found

    def _stop_at(self, one: Breakpoint, region: Region, node: NodePlan) -> None:
        path, tick = region.prefix + node.name, tick_path(region.tick_key)
        self.telling.tell(Hit(one, path, tick))
        self._hold(f"breakpoint {one.id} ({one}) at `{path}`, tick {tick}")

    def _hold(self, why: str) -> None:
        self.goal = self.when_reached = None
        if self.state.name != "paused":
            self._set("pausing", why)
        self._aim()
        self._stir()

    def _reached(self) -> None:
        goal, then = self.goal, self.when_reached
        assert goal is not None
        self._hold(goal.why)
        if then is not None:
            then()

    def _aim(self) -> None:
        """Have the engine ask at every firing only while there is a reason to."""
        if self.engine is None:
            return
        steers = self.state.name != "running" or self.breakpoints.any_enabled or bool(self.overrides)
        self.engine.watched = steers
        self.engine.intervenes = steers or self.engine.knows_outputs
        if not steers:
            self._leave.clear()

    def _release(self, some: list[Waiting], next: list[Waiting]) -> None:
        """Let some enter anew. Whom the person saw as `next`, or a breakpoint held, goes; others may meet theirs, if
        they would not be held again at once."""
        for one in some:
            key = (one.region, one.node.index)
            del self.waiting[key]
            if self.engine is not None and self.engine.watched:
                if one.met or one in next or not self._lets(one.region, one.node):
                    self._leave.add(key)
            let_go(one.region, one.todo)

    def _stir(self) -> None:
        """Something happened: look whether the run is at rest when nothing more does."""
        self._quiet_turns = 0
        if not self._looking and self.engine is not None and self.state.name in ("pausing", "stepping"):
            self._looking = True
            self.engine.loop.call_soon(self._look)

    def _let_fail(self) -> None:
        for let_end in self._failing.values():
            if not let_end.done():
                let_end.set_result(None)

    def _held_here(self) -> Counter[Region]:
        """How many chains of each region are held."""
        return Counter([*(region for region, _ in self.waiting), *self._failing])

    def _look(self) -> None:
        if self.engine is None:
            return
        if self._quiet_turns < REST_TURNS:
            self._quiet_turns += 1
            self.engine.loop.call_soon(self._look)
            return
        self._looking = False
        root = self.engine.root
        if root is None or not root.ticking or not (self.waiting or self._failing):
            return
        if root.halted and root not in self._failing:
            return
        if chains_under_way(root, self._held_here()) == 0:
            self._at_rest()

    def _at_rest(self) -> None:
        ordered = self.in_order()
        lost = [one for one in ordered if one.node.index in one.region.lost]
        if lost:  # a race was decided meanwhile: they never fire
            self._release(lost, [])
            self._stir()
            return
        if self.state.name == "stepping" and self._failing:
            self._go_on()
            self._let_fail()
            self._stir()
            return
        if self.state.name == "stepping" and self.goal is not None:
            chosen = list(self.goal.next(ordered))
            if chosen:
                self._go_on()
                self._release(chosen, ordered[:1])
                self._stir()
                return
            self._reached()
        self._now_held()

    def _now_held(self) -> None:
        if self.state.name == "pausing" and (self.waiting or self._failing):
            assert self.engine is not None
            self._start_clock = self.engine.stop_clock()
            self._set("paused", self.state.why)
            self.telling.tell(Frontier(self.frontier(), self.telling.take_done()))

    def _go_on(self) -> None:
        if self._start_clock is not None:
            start, self._start_clock = self._start_clock, None
            start()

    def _last_of(self, region: Region, node: NodePlan) -> Mapping[str, Json] | None:
        held = region.outs[node.index]
        if region.fids[node.index] and isinstance(held, dict):
            return held
        return self.last.get(region.prefix + node.name)

    def _instead(self, one: Waiting) -> str:
        if not self.overrides:
            return ""
        return self.overrides.told(self.trail(one.region)[0], one.node, lambda: self._last_of(one.region, one.node))

    def _note_done(
        self, region: Region, node: NodePlan, status: str, held: Mapping[str, Json], reason: str = ""
    ) -> None:
        if self.telling.listeners:
            outputs = {
                port: value for port, value in held.items() if port in node.out_types and type(value) is not Absent
            }
            done = Done(region.prefix + node.name, tick_path(region.tick_key), status, outputs, reason)
            self.telling.note_done(done)

    def _set(self, name: StateName, why: str) -> None:
        state = State(name, why)
        if state != self.state:
            self.state = state
            self.telling.tell(state)
