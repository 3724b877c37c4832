"""One worker as the bridge sees it: an actor somewhere in the cluster, and two streams of bytes."""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from studio.batch.engines.on_ray.outpost import Outpost
from studio.batch.engines.on_ray.telling import PIECE
from studio.support.errors import EnvironmentProblem

START_S: Final = 45.0
"""How long a worker may wait for a machine that has a CPU free."""

LEAVE_S: Final = 4.0
KILL_S: Final = 2.0
FETCHED_LATER: Final = 16
"""Pieces that the cluster may be ahead of the bridge."""

_BECAUSE: Final = re.compile(r"because (it[^.\n]{1,200})\.")


class Line:
    """Make it in the bridge's event loop, after the cluster has been joined."""

    def __init__(
        self, cpus: float, tasks: asyncio.TaskGroup, said: Callable[[bytes], None], lost: Callable[[str], None]
    ) -> None:
        self._ray: Any = importlib.import_module("ray")
        self._group = tasks
        self._said, self._lost = said, lost
        self._waiting = bytearray()
        self._more = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._cpus = cpus
        self._outpost = self._make_outpost()

    def _make_outpost(self) -> Any:
        """Ask for an actor. No restarts and no retries: who repeats what is for the batch to say."""
        kind = self._ray.remote(Outpost)
        return kind.options(
            num_cpus=self._cpus, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD"
        ).remote()

    async def begin(self, folder: str) -> str:
        """Have the worker started; return where it runs. Raises `EnvironmentProblem`."""
        try:
            async with asyncio.timeout(START_S):
                process, machine = await self._begun(folder)
        except TimeoutError:
            self._ray.kill(self._outpost)
            total = self._ray.cluster_resources().get("CPU", 0)
            raise EnvironmentProblem(
                f"The Ray cluster has {total:g} CPUs, and none was free for another worker within {START_S:g} s.",
                hint="Ask for fewer workers, or add nodes.",
            ) from None
        except self._ray.exceptions.RayError as error:
            raise EnvironmentProblem(
                f"The Ray cluster starts no worker: it {how_lost(error)}.",
                hint="Each of its nodes must have the studio installed in the Python that runs Ray.",
            ) from None
        self._tasks = [self._group.create_task(self._listen()), self._group.create_task(self._deliver())]
        return f"process {process} on {machine}"

    async def _begun(self, folder: str) -> tuple[int, str]:
        """Begin somewhere else where a node dies meanwhile: for some seconds, Ray holds its CPUs for free."""
        while True:
            try:
                process, machine = await self._outpost.begin.remote(folder)
            except self._ray.exceptions.RayError as error:
                if not _is_loss_of_node(error):
                    raise
                self._ray.kill(self._outpost)
                self._outpost = self._make_outpost()
            else:
                return process, machine

    def pass_on(self, piece: bytes) -> None:
        """Send bytes to the worker, after all that went before."""
        self._waiting += piece
        self._more.set()

    async def kill(self) -> None:
        """End the worker and what it has started, then the actor."""
        await self._end(self._outpost.kill, KILL_S)

    async def leave(self) -> None:
        """Ask the worker to end, and see to it."""
        for task in self._tasks:
            task.cancel()
        await self._end(self._outpost.leave, LEAVE_S)

    async def _end(self, ask: Any, within_s: float) -> None:
        with suppress(TimeoutError, self._ray.exceptions.RayError):
            async with asyncio.timeout(within_s):
                await ask.remote()
        self._ray.kill(self._outpost)

    async def _listen(self) -> None:
        how = await self._all_that_is_said()
        self._tasks[1].cancel()
        self._ray.kill(self._outpost)  # it may be unreachable only for now: it is not to come back
        self._lost(how)

    async def _all_that_is_said(self) -> str:
        try:
            pieces = self._outpost.listen.options(
                num_returns="streaming", _generator_backpressure_num_objects=FETCHED_LATER
            ).remote()
            async for one in pieces:
                piece = await one
                if isinstance(piece, str):
                    return piece
                self._said(piece)
        except self._ray.exceptions.RayError as error:
            return how_lost(error)
        return "ended"

    async def _deliver(self) -> None:
        """One call at a time, with all that waits: Ray may run calls in another order than they were made."""
        with suppress(self._ray.exceptions.RayActorError):  # `_listen` tells it, after what still came through
            while True:
                await self._more.wait()
                self._more.clear()
                while self._waiting:
                    piece = bytes(self._waiting[:PIECE])
                    del self._waiting[:PIECE]
                    await self._outpost.deliver.remote(piece)


def _is_loss_of_node(error: Exception) -> bool:
    return type(error).__name__ == "ActorUnavailableError" or "its node has died" in str(error)


def how_lost(error: Exception) -> str:
    """Say in a clause what Ray says of a lost actor in many lines."""
    if type(error).__name__ == "ActorUnavailableError":
        return "was lost: it cannot be reached any more"
    if found := _BECAUSE.search(str(error)):
        return f"was lost because {found[1]}"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"was lost: {lines[-1].strip()[:300].rstrip('.')}"
