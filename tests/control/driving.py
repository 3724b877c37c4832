"""Drives a controlled run from its own events: what to do whenever it is held, in the run's thread, without clocks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

from studio.control import Controller, Event, Frontier, Held, Hit, Note, State
from studio.control.places import every_place
from studio.engine.result import RunResult
from studio.graph import Graph
from tests.engine.players import run_logged
from tests.support.memory_log import MemoryLog

Act = Callable[[Controller], object]


class Driver:
    """Plays the person: each time the run is held, `act` says what to do. Keeps all events."""

    def __init__(self, act: Act, *, held: bool = True) -> None:
        self.events: list[Event] = []
        self.act = act
        self.controller = Controller(held=held, listener=self._hear)

    def _hear(self, events: list[Event]) -> None:
        self.events += events
        if any(isinstance(event, Frontier) for event in events):
            self.act(self.controller)

    def run(self, graph: Graph, **options: Any) -> tuple[RunResult, MemoryLog]:
        """Run the graph to its end under this control."""
        return run_logged(graph, control=self.controller, **options)

    @property
    def frontiers(self) -> list[tuple[Held, ...]]:
        return [event.waiting for event in self.events if isinstance(event, Frontier)]

    @property
    def hits(self) -> list[Hit]:
        return [event for event in self.events if isinstance(event, Hit)]

    @property
    def notes(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Note)]

    @property
    def states(self) -> list[State]:
        return [event for event in self.events if isinstance(event, State)]


def in_turn(acts: Sequence[Act]) -> Act:
    """Do these one after the other, then let the run go."""
    left = list(acts)

    def act(controller: Controller) -> object:
        return (left.pop(0) if left else Controller.resume)(controller)

    return act


def anything(seed: int) -> Act:
    """Do whatever a restless person might: steps of all kinds, goals, breakpoints, going on and pausing again."""
    rng = random.Random(seed)

    def resume(controller: Controller) -> object:
        _later(rng.randrange(60), controller.pause)
        return controller.resume()

    def to(controller: Controller) -> object:
        return controller.to(rng.choice([place.path for place in every_place(controller.plan)]))

    def break_somewhere(controller: Controller) -> object:
        path = rng.choice([place.path for place in every_place(controller.plan)])
        kind = rng.choice(["", ":after", ":error"])
        controller.add_breakpoint(path + kind, once=rng.random() < 0.5, from_hit=rng.randint(1, 3)).result()
        return controller.resume()

    choices: list[Act] = [
        Controller.step, Controller.step, Controller.into, Controller.over, Controller.out, Controller.tick, to,
        break_somewhere, resume, lambda one: one.step(rng.randint(1, 5)), lambda one: one.tick(""),
    ]  # fmt: skip

    def act(controller: Controller) -> object:
        if not list(controller.breakpoints):
            for place in rng.sample(list(every_place(controller.plan)), 2):
                controller.add_breakpoint(place.path + rng.choice(["", ":after"]), from_hit=rng.randint(1, 2))
        made: Any = rng.choice(choices)(controller)
        refused = made.exception() if hasattr(made, "exception") else None
        return controller.step() if refused is not None else made

    return act


def _later(turns: int, call: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    if turns:
        loop.call_soon(_later, turns - 1, call)
    else:
        call()
