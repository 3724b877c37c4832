"""`python -m studio.batch.engines.on_ray.bridge`: the process that speaks with Ray in the studio's place.

It is told what to do on its standard input (`telling`) and ends with it, taking the cluster along if it has started it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from studio.batch.engines.on_ray import clusters
from studio.batch.engines.on_ray.lines import Line
from studio.batch.engines.on_ray.telling import Joiner, Kind, framed, tell, told
from studio.support.errors import EnvironmentProblem, StudioError

CLOSING_S: Final = 10.0
"""How long it may take to end properly once the studio is gone."""


def main() -> None:
    """Serve the studio that started this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the studio's to answer
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what Ray prints must not come between
    home = str(Path.cwd())
    one_at_a_time = threading.Lock()

    def say(kind: Kind, line: int = 0, body: bytes = b"") -> None:
        data = memoryview(framed(tell(kind, line, body)))
        with one_at_a_time:
            try:
                while data:
                    data = data[replies.write(data) :]
            except OSError:
                return  # nobody is there to hear it: the input ends as well

    try:
        asyncio.run(Bridge(say, home).serve())
    finally:
        ray = importlib.import_module("ray")
        ray.shutdown()
        shutil.rmtree(home, ignore_errors=True)


class Bridge:
    """`say` tells the studio something, at once. `home` is a folder of its own."""

    def __init__(self, say: Callable[..., None], home: str) -> None:
        self._say = say
        self._home = home
        self._lines: dict[int, Line] = {}
        self._beginning: set[asyncio.Task[None]] = set()
        self._cpus = 0.0

    async def serve(self) -> None:
        """Do what the studio tells, until it tells no more."""
        loop = asyncio.get_running_loop()
        orders: asyncio.Queue[bytes | None] = asyncio.Queue()
        threading.Thread(target=_read, args=(loop, orders), name="studio", daemon=True).start()
        async with asyncio.TaskGroup() as group:
            while (order := await orders.get()) is not None:
                kind, number, body = told(order)
                if kind is Kind.CLOSE:
                    break
                self._do(group, kind, number, body)
            for task in self._beginning:
                task.cancel()
            await asyncio.gather(*(line.leave() for line in self._lines.values()))

    def _do(self, group: asyncio.TaskGroup, kind: Kind, number: int, body: bytes) -> None:
        if kind is Kind.OPEN:
            self._open(**json.loads(body))
        elif kind is Kind.BEGIN:
            task = group.create_task(self._begin(group, number, json.loads(body)["folder"]))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)
        elif kind is Kind.PIECE and number in self._lines:
            self._lines[number].pass_on(body)
        elif kind is Kind.KILL and number in self._lines:
            group.create_task(self._lines[number].kill())

    def _open(self, address: str, cpus: float) -> None:
        """Have a cluster. It may take a while; nothing else is to be done before."""
        try:
            if address:
                clusters.join(address)
            else:
                clusters.start(self._home)
                cpus = 0.0  # it is there for these workers alone
        except StudioError as error:
            self._refuse(0, error)
        else:
            self._cpus = cpus
            self._say(Kind.OPENED)

    async def _begin(self, group: asyncio.TaskGroup, number: int, folder: str) -> None:
        def said(piece: bytes) -> None:
            self._say(Kind.PIECE, number, piece)

        def lost(how: str) -> None:
            self._lines.pop(number, None)
            self._say(Kind.LOST, number, how.encode())

        line = Line(self._cpus, group, said, lost)
        self._lines[number] = line
        try:
            place = await line.begin(folder)
        except EnvironmentProblem as error:
            del self._lines[number]
            self._refuse(number, error)
        else:
            self._say(Kind.BEGUN, number, place.encode())

    def _refuse(self, number: int, error: StudioError) -> None:
        facts = {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}
        self._say(Kind.REFUSED, number, json.dumps(facts).encode())


def _read(loop: asyncio.AbstractEventLoop, orders: asyncio.Queue[bytes | None]) -> None:
    """Hand the studio's orders to the loop; where they end, it has some seconds, whatever it is waiting for."""
    joiner = Joiner()
    while data := os.read(0, 1 << 16):
        for order in joiner.feed(data):
            loop.call_soon_threadsafe(orders.put_nowait, order)
    timer = threading.Timer(CLOSING_S, _end_all)
    timer.daemon = True
    timer.start()
    loop.call_soon_threadsafe(orders.put_nowait, None)


def _end_all() -> None:
    """End this process and those of a cluster that it has started, which are of its group."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
