"""`RunSandbox`: what one run uses of the sandbox (`spec.outside.Sandbox`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from studio.sandbox import boundaries, commands
from studio.sandbox.boundaries import Boundary
from studio.sandbox.pools import POOL, Pool
from studio.sandbox.views import chosen
from studio.sandbox.workers import WorkerKind, packed
from studio.spec.outside import CodeResult, CommandResult
from studio.support.errors import NodeError
from studio.support.values import Json

AT_ONCE = max(4, 2 * (os.cpu_count() or 1))
"""Calls and commands of one run that are under way at the same time; the others wait."""


class RunSandbox:
    """Code and commands of one run. Workers are shared with other runs of the same graph, never with another graph.

    `wish` is what the setting `sandbox.boundary` says, `folders` what `sandbox.folders` does.
    Whatever raises says which boundary was active.
    """

    def __init__(self, graph_hash: str, *, wish: str = "best", folders: str = "", pool: Pool = POOL) -> None:
        self._graph = graph_hash
        self._wish = wish
        self._folders = chosen(folders)
        self._pool = pool
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._boundary: Boundary | None = None

    @property
    def boundary(self) -> Boundary:
        """The boundary that is active. Raises `NodeError` if one is required that is not to be had."""
        if self._boundary is None:
            self._boundary = boundaries.choose(self._wish)
        return self._boundary

    async def python(
        self,
        code: str,
        arguments: Mapping[str, Json],
        *,
        function: str = "main",
        timeout_s: float = 10.0,
        memory_mb: int = 512,
        packages: bool = False,
    ) -> CodeResult:
        """Call a function of the code; see `spec.outside.Sandbox`."""
        boundary = await self._chosen()
        data = packed(dict(arguments))
        async with self._slots:
            try:
                worker = await self._pool.take(WorkerKind(self._graph, boundary, packages, memory_mb, self._folders))
                try:
                    return await worker.call(code, function, data, timeout_s)
                finally:  # also when the run is aborted: then the call is not over, and the worker ends
                    self._pool.give_back(worker)
            except NodeError as error:
                raise _placed(error, boundary) from None

    async def command(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        stdin: str = "",
        writable: bool = False,
        network: bool = False,
        variables: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
        memory_mb: int = 2048,
        most_bytes: int = 1_000_000,
        readable: tuple[Path, ...] = (),
    ) -> CommandResult:
        """Run a command; see `spec.outside.Sandbox`."""
        boundary = await self._chosen()
        async with self._slots:
            try:
                return await commands.run(
                    boundary,
                    argv,
                    folder=folder,
                    stdin=stdin,
                    writable=writable,
                    network=network,
                    variables=variables,
                    timeout_s=timeout_s,
                    memory_mb=memory_mb,
                    most_bytes=most_bytes,
                    folders=(*self._folders, *map(str, readable)),
                )
            except NodeError as error:
                raise _placed(error, boundary) from None

    async def _chosen(self) -> Boundary:
        if self._boundary is None:  # trying takes a moment, for the first run of a process
            self._boundary = await asyncio.to_thread(boundaries.choose, self._wish)
        return self.boundary

    async def close(self) -> None:
        """Nothing of this run is under way any more; its workers wait for the next run of the graph, a while."""


def _placed(error: NodeError, boundary: Boundary) -> NodeError:
    """Say in the error which boundary was active, so that the record of the run has it."""
    told = f"{error.message.rstrip('.')} (boundary: {boundary})."
    return NodeError(told, where=error.where, hint=error.hint, transient=error.transient, code=error.kind)
