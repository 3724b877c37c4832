"""A controller that is not there until somebody needs it: a run that nobody steers loads and costs nothing.

`arun(…, control=Door(trace_file))` lets other processes steer the run; the first order, or `open`, makes the controller
and gives it to the engine, which from then on speaks to it alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.control.remote import Remote
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.control.controller import Controller
    from studio.engine.context import Context
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region


class Door:
    """Implements `engine.control.Control`. `elsewhere` is the trace file through which other processes may steer."""

    def __init__(self, elsewhere: Path | None = None) -> None:
        self._remote = None if elsewhere is None else Remote(self.open, elsewhere)
        self._guard = threading.Lock()
        self._engine: Engine | None = None
        self._task: asyncio.Task[Any] | None = None
        self._over = False
        self._controller: Controller | None = None
        self._when_open: list[Callable[[Controller], None]] = []

    def open(self) -> Controller:
        """Return the controller, made if need be. From any thread."""
        from studio.control.controller import Controller

        with self._guard:
            made = self._controller
            if made is None:
                made = self._controller = Controller()
                for call in self._when_open:
                    call(made)
                if self._engine is not None:
                    self._engine.loop.call_soon_threadsafe(self._hand_over)
                elif self._over:
                    made.end()
            return made

    @property
    def opened(self) -> Controller | None:
        """The controller, if somebody needed it."""
        return self._controller

    def when_open(self, call: Callable[[Controller], None]) -> None:
        """Have `call` called with the controller as soon as it is made."""
        self._when_open.append(call)

    def _hand_over(self) -> None:
        engine, controller = self._engine, self._controller
        assert controller is not None
        if engine is None:
            controller.end()
            return
        engine.control = controller
        controller.begin(engine)
        controller.task = self._task

    # -- the engine's side -------------------------------------------------------------------

    def begin(self, engine: Engine) -> None:
        with self._guard:
            self._engine, self._task = engine, asyncio.current_task()
            early = self._controller is not None
        if early:
            self._hand_over()
        if self._remote is not None:
            self._remote.start(engine.run_id)

    def end(self) -> None:
        with self._guard:
            self._engine, self._over = None, True
        if self._remote is not None:
            self._remote.stop()
        if self._controller is not None:
            self._controller.end()

    def turn(self, region: Region, node: NodePlan, values: Mapping[str, Any], todo: list[int]) -> bool:
        return False

    def frozen(self, region: Region, node: NodePlan) -> dict[str, Json] | None:
        return None

    def knocked_out(self, region: Region, node: NodePlan) -> bool | str | None:
        return None

    def decided(self, context: Context, status: int, held: Mapping[str, Json]) -> None:
        """Nobody watches."""

    def skipped(self, region: Region, node: NodePlan, reason: str) -> None:
        """Nobody watches."""

    async def failing(self, region: Region) -> None:
        """Nobody watches."""

    def alarm(self, firing: int, kind: str, message: str) -> None:
        """Nobody waits for it."""

    def wake(self) -> None:
        """Nobody is held."""

    def forget(self, region: Region) -> None:
        """Nobody is held."""
