"""Forked workers are processes of their own: nothing of one is in another, and nothing stays whatever is killed."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from studio.batch.engines.base import WorkerLost
from studio.batch.engines.local import LocalEngine, LocalLink, started_with
from studio.batch.work import host as work_host
from studio.batch.work.messages import DoScore, Ended, Hello, Ready, pack, unpack
from studio.support.errors import EnvironmentProblem
from studio.support.values import encode
from tests.batch.engines import contract
from tests.support.batches import Breaking, SmallJobs, drive, script, small_graph
from tests.support.processes import children_of, have_ended, parent_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux, and this reads /proc")


def with_workers(count: int, ask: Callable[[list[LocalLink]], Awaitable[None]]) -> set[int]:
    """Start so many workers, wait until each can take runs, ask something of them, and end them; return all processes
    that there were."""

    async def asked() -> set[int]:
        before = children_of(os.getpid())
        engine = LocalEngine()
        await engine.open()
        try:
            links = [await engine.start() for _ in range(count)]
            for link in links:
                await _is_ready(link)
            seen = children_of(os.getpid()) - before
            await ask(links)
        finally:
            await engine.close()
        return seen

    return asyncio.run(asked())


async def _is_ready(link: LocalLink) -> None:
    link.send(pack(Hello()))
    link.send(pack(DoScore("R", encode({"values": {}}), encode({"status": "ok", "outputs": {}}))))
    assert isinstance(unpack(await link.receive()), Ready)


async def _how_it_ends(link: LocalLink) -> str:
    while True:
        try:
            await link.receive()
        except WorkerLost as lost:
            return str(lost)


def host_of(link: LocalLink) -> int:
    return parent_of(link.process)


def threads_of(process: int) -> int:
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def pipes_of(process: int) -> set[str]:
    held = [str(one.readlink()) for one in Path(f"/proc/{process}/fd").iterdir()]
    return {name for name in held if name.startswith(("pipe:", "socket:"))}


def test_workers_share_a_process_that_has_one_thread_and_nothing_else() -> None:
    facts: dict[str, Any] = {}

    async def ask(links: list[LocalLink]) -> None:
        first, second = links
        facts["hosts"] = {host_of(one) for one in links}
        facts["threads"] = threads_of(host_of(first))
        facts["groups"] = [os.getpgid(one.process) == one.process for one in links]
        facts["own"] = pipes_of(first.process), pipes_of(second.process)
        facts["host"] = pipes_of(host_of(first))

    seen = with_workers(2, ask)

    assert len(facts["hosts"]) == 1
    assert facts["threads"] == 1, "what is forked beside other threads may hang"
    assert facts["groups"] == [True, True]
    first, second = facts["own"]
    assert len(first) >= 3, "control: descriptors were read"
    assert not first & second, "a worker that holds another's pipe keeps it from seeing the end of its driver"
    assert not facts["host"] & (first | second), "and so would the host"
    assert len(seen) == 3
    assert have_ended(seen)


def test_workers_end_with_their_host_and_the_next_gets_another() -> None:
    facts: dict[str, Any] = {}

    async def asked() -> None:
        engine = LocalEngine()
        await engine.open()
        try:
            links = [await engine.start(), await engine.start()]
            facts["lost"] = {one.process for one in links}
            facts["host"] = host_of(links[0])
            os.kill(facts["host"], signal.SIGKILL)
            for link in links:
                assert "SIGKILL" in await _how_it_ends(link)
            another = await engine.start()
            await _is_ready(another)
            facts["next"] = host_of(another)
        finally:
            await engine.close()

    asyncio.run(asked())

    assert facts["next"] != facts["host"]
    assert have_ended({*facts["lost"], facts["host"], facts["next"]})


def test_a_batch_gets_over_the_death_of_the_host(tmp_path: Path) -> None:
    killed: list[int] = []

    class Watched(LocalEngine):
        async def start(self) -> LocalLink:
            link = await super().start()
            self.last = host_of(link)
            return link

    engine = Watched()

    def host_dies(worker: int, heard: list[Any]) -> bool:
        if not killed and len(heard) == 2:
            killed.append(engine.last)
            os.kill(engine.last, signal.SIGKILL)
        return False

    jobs = SmallJobs(small_graph(), contract.COUNT, {"model": script(tmp_path, contract.REPLIES)})
    outcome = drive(jobs, Breaking(engine, host_dies), tmp_path / "batch.db")

    assert killed
    assert outcome.status == "complete", outcome
    contract.require_each_once(tmp_path / "batch.db", tmp_path)


def test_how_a_worker_ends_is_told_and_is_nothing_to_the_others() -> None:
    said: list[str] = []

    async def ask(links: list[LocalLink]) -> None:
        links[0].kill()
        links[1].send(b"what")
        said.extend([await _how_it_ends(one) for one in links[:2]])
        links[2].send(pack(DoScore("S", encode({"values": {}}), encode({"status": "ok", "outputs": {}}))))
        while not isinstance(heard := unpack(await links[2].receive()), Ended) or heard.run != "S":
            """It may have said more before."""

    seen = with_workers(3, ask)

    assert said[0] == "was ended by the signal SIGKILL"
    assert said[1].startswith("ended with exit code 1: a fault of the studio: ValueError")
    assert have_ended(seen)


def test_a_host_that_cannot_work_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "msgpack.py").write_text("raise ImportError('no msgpack here')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), started_with().get("PYTHONPATH", "")]))

    async def asked() -> None:
        engine = LocalEngine()
        await engine.open()
        try:
            with pytest.raises(EnvironmentProblem, match="No worker can be started: ImportError: no msgpack here"):
                await engine.start()
        finally:
            await engine.close()

    asyncio.run(asked())


def test_what_a_host_imports_is_there() -> None:
    for name in (*work_host.NEEDED, *work_host.USEFUL):
        importlib.import_module(name)
