"""Workers in a cluster of Ray: one that is there already, or a small one that is started on this machine.

Ray itself is spoken to by a process of its own (`on_ray`); here are the studio's ends of the lines to the workers.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from studio.batch.engines.base import WorkerLost
from studio.batch.engines.local import LocalLink, started_with
from studio.batch.engines.on_ray.clusters import HEAD_LOST, HEAD_S, around, host_and_port
from studio.batch.engines.on_ray.telling import Joiner, Kind, framed, tell, told
from studio.support.errors import EnvironmentProblem, StudioError, UsageError

OPEN_S: Final = 120.0
"""How long it may take until a cluster is joined or started."""

CLOSE_S: Final = 12.0

WAITING: Final = 8 * 1024 * 1024
"""Bytes of a worker's messages that may wait to be received; then all workers wait, as with a full pipe."""


class RayEngine:
    """Starts workers as actors. `address` is `host:port` of a cluster's head; without one, a cluster of this machine
    alone is started for the batch, which nobody else can reach. `cpus` is what a worker claims of a cluster's CPUs:
    little, since it waits for models most of the time; say 1 where its runs compute."""

    def __init__(self, address: str = "", *, cpus: float = 0.1) -> None:
        self._address = address
        self._cpus = cpus
        self._home = ""
        self._bridge: LocalLink | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._links: dict[int, RayLink] = {}
        self._beginning: dict[int, asyncio.Future[str]] = {}
        self._count = 0
        self._gone = ""

    async def open(self) -> None:
        """Join the cluster, or start one. Raises `EnvironmentProblem` without Ray or a cluster that answers,
        `UsageError` for an address that is none and for a cluster that is open to anybody."""
        if self._address:
            host_and_port(self._address)
        if importlib.util.find_spec("ray") is None:
            raise EnvironmentProblem(
                "The engine `ray` needs Ray.", hint="Install it: `pip install 'ganglia-studio[ray]'`."
            )
        environment = around(
            self._address, token=secrets.token_hex(32), inherited=started_with(), outer=dict(os.environ)
        )
        # A short path: the names of Ray's sockets go below it, and systems take about a hundred characters.
        self._home = tempfile.mkdtemp(prefix="studio-ray-", dir=None if sys.platform == "win32" else "/tmp")
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "studio.batch.engines.on_ray.bridge",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                # Ray puts its driver's folder before all others when it imports: not one with strangers' files.
                cwd=self._home, env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise EnvironmentProblem(f"Ray cannot be started: {error.strerror or error}.") from None
        self._bridge = LocalLink(process, 0)
        self._gone = ""
        self._bridge.send(tell(Kind.OPEN, 0, json.dumps({"address": self._address, "cpus": self._cpus}).encode()))
        try:
            async with asyncio.timeout(OPEN_S):
                kind, _, body = told(await self._bridge.receive())
        except TimeoutError:
            raise EnvironmentProblem(f"Ray did not start within {OPEN_S:g} s.") from None
        except WorkerLost as lost:
            raise EnvironmentProblem(f"Ray does not start: its process {lost}.") from None
        if kind is Kind.REFUSED:
            raise _refusal(body)
        self._hearing = asyncio.get_running_loop().create_task(self._hear(self._bridge))

    async def start(self) -> RayLink:
        """Have a worker started somewhere in the cluster. Raises `EnvironmentProblem` if it starts none."""
        assert self._bridge is not None, "open comes first"
        if self._gone:
            raise self._problem()
        self._count += 1
        number = self._count
        self._beginning[number] = asyncio.get_running_loop().create_future()
        link = self._links[number] = RayLink(self._bridge, number)
        try:
            self._bridge.send(tell(Kind.BEGIN, number, json.dumps({"folder": str(Path.cwd())}).encode()))
            link.place = await self._beginning[number]
        except BaseException:
            link.kill()
            del self._links[number]
            raise
        finally:
            del self._beginning[number]
        return link

    async def close(self) -> None:
        """End the workers, and the cluster if it was started here."""
        if self._bridge is not None:
            for link in self._links.values():
                link.lose("was ended")
            self._bridge.send(tell(Kind.CLOSE))
            if self._hearing is not None:
                await asyncio.wait({self._hearing}, timeout=CLOSE_S)
                self._hearing.cancel()
            await self._bridge.leave()
            self._bridge = self._hearing = None
        if self._home:
            await asyncio.to_thread(shutil.rmtree, self._home, ignore_errors=True)
            self._home = ""

    def _problem(self) -> EnvironmentProblem:
        return EnvironmentProblem(self._gone, hint="Nothing is lost with it: when it runs again, resume the batch.")

    async def _hear(self, bridge: LocalLink) -> None:
        try:
            while True:
                kind, number, body = told(await bridge.receive())
                self._take(kind, number, body)
                if kind is Kind.PIECE and (link := self._links.get(number)) is not None:
                    await link.room()
        except WorkerLost as lost:
            where = f"The Ray cluster at {self._address}" if self._address else "The Ray cluster of this batch"
            silent = f"its head has not answered for {HEAD_S} s" if HEAD_LOST in str(lost) else f"its bridge {lost}"
            self._gone = f"{where} is lost: {silent}."
        for waiting in self._beginning.values():
            if not waiting.done():
                waiting.set_exception(self._problem())
        for link in self._links.values():
            link.lose("was lost with its cluster")

    def _take(self, kind: Kind, number: int, body: bytes) -> None:
        link, waiting = self._links.get(number), self._beginning.get(number)
        if kind is Kind.PIECE and link is not None:
            link.take(body)
        elif kind is Kind.LOST and link is not None:
            link.lose(body.decode())
        elif kind is Kind.BEGUN and waiting is not None and not waiting.done():
            waiting.set_result(body.decode())
        elif kind is Kind.REFUSED and waiting is not None and not waiting.done():
            waiting.set_exception(_refusal(body))


class RayLink:
    """One worker."""

    def __init__(self, bridge: LocalLink, number: int) -> None:
        self._bridge = bridge
        self.number = number
        self._joiner = Joiner()
        self._came: asyncio.Queue[bytes | WorkerLost] = asyncio.Queue()
        self._waiting = 0
        self._received = asyncio.Event()
        self._is_over = False
        self.place = ""

    @property
    def name(self) -> str:
        """The worker's number, its process and its machine."""
        return f"worker {self.number} ({self.place})"

    def send(self, message: bytes) -> None:
        """Hand a message to the bridge."""
        self._bridge.send(tell(Kind.PIECE, self.number, framed(message)))

    async def receive(self) -> bytes:
        """Return the next message. Raises `WorkerLost`."""
        came = await self._came.get()
        if isinstance(came, bytes):
            self._waiting -= len(came)
            self._received.set()
            return came
        self._came.put_nowait(came)  # whoever asks again is told again
        raise WorkerLost(str(came))

    def kill(self) -> None:
        """Have the worker killed, and what it has started; nothing of it is heard any more."""
        self._bridge.send(tell(Kind.KILL, self.number))
        self.lose("was ended")

    def take(self, piece: bytes) -> None:
        """Take bytes of the worker's messages."""
        if self._is_over:
            return
        try:
            for message in self._joiner.feed(piece):
                self._waiting += len(message)
                self._came.put_nowait(message)
        except ValueError as error:
            self._bridge.send(tell(Kind.KILL, self.number))
            self.lose(f"said what is no message: {error}")

    async def room(self) -> None:
        """Wait until no more than `WAITING` bytes wait to be received, or nobody will receive them."""
        while self._waiting > WAITING and not self._is_over:
            self._received.clear()
            await self._received.wait()

    def lose(self, how: str) -> None:
        """Tell whoever receives that nothing more comes."""
        self._is_over = True
        self._received.set()
        self._came.put_nowait(WorkerLost(how))


def _refusal(body: bytes) -> StudioError:
    facts = json.loads(body)
    kind = UsageError if facts["code"] == UsageError.code else EnvironmentProblem
    return kind(facts["message"], where=facts["where"], hint=facts["hint"])
