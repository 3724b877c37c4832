"""Plays runs as the window does, without a window: takes what a run tells into a view until it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.graph import Graph
from studio.gui.live.playing.engine_thread import EngineThread
from studio.gui.live.playing.orders import Options, Order, snapshot
from studio.gui.live.playing.session import LiveRun, Outcome
from studio.gui.live.watching.feed import RunView
from studio.models.scripted import Scripted
from studio.spec.registry import Registry, default_registry

PATIENCE_S = 30.0
"""When a run that does not end counts as stuck; a good one takes milliseconds."""

Act = Callable[[LiveRun, RunView], object]


class Player:
    """One engine thread and one trace file; `play` runs a graph to its end."""

    def __init__(self, db: Path) -> None:
        self.db = db
        self.thread = EngineThread()

    def start(self, order: Order, registry: Registry | None = None) -> tuple[LiveRun, RunView]:
        """Begin a run."""
        run = LiveRun(order, self.thread, self.db, registry or default_registry())
        run.start()
        return run, RunView(order.graph)

    def play(self, order: Order, act: Act | None = None, registry: Registry | None = None) -> tuple[Outcome, RunView]:
        """Run to the end. `act` is called after each thing told, as a person who watches would act."""
        run, view = self.start(order, registry)
        return self.finish(run, view, act), view

    def finish(self, run: LiveRun, view: RunView, act: Act | None = None) -> Outcome:
        """Take what a run tells until its end."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if not run.events:
                threading.Event().wait(0.001)
                continue
            if (outcome := take_one(run, view)) is not None:
                return outcome
            if act is not None:
                act(run, view)
        raise AssertionError(f"the run does not end: {view.state}")


def take_one(run: LiveRun, view: RunView) -> Outcome | None:
    """Take one thing that a run tells; return the outcome if that was it."""
    kind, *told = run.events.popleft()
    if kind == "records":
        view.take(told[0])
    elif kind == "text":
        view.say(*told)
    elif kind == "control":
        view.hear(told[0])
    elif kind == "ask":
        view.ask(*told)
    else:
        view.end()
        outcome: Outcome = told[0]
        return outcome
    return None


def order(graph: Graph | str, *replies: Any, **more: Any) -> Order:
    """An order for a graph (or its text), answered by a script."""
    document = graph if isinstance(graph, Graph) else Graph.from_text(graph)
    options = more.pop("options", None) or Options(model=Scripted(list(replies)))
    return Order(snapshot(document), options=options, **more)


def told(view: RunView) -> dict[tuple[str, str], tuple[str, str]]:
    """What a view kept of each firing: (path, tick) → status and values or reason."""
    from studio.support.ticks import tick_path

    return {
        (shot.path, tick_path(shot.tick)): (shot.status_name, shot.summary(60))
        for place in view.spots.values()
        for shot in place.shots
    }
