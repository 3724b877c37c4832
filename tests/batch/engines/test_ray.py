"""Ray keeps the contract on two nodes, gets over the loss of one, and is locked, clean and gone where we start it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from studio.batch.engines.base import Link, WorkerLost
from studio.batch.engines.local import started_with
from studio.batch.engines.on_ray.telling import Kind, framed, told
from studio.batch.engines.ray import WAITING, RayEngine, RayLink
from studio.support.errors import EnvironmentProblem, UsageError
from tests.batch.engines import contract
from tests.support.batches import Breaking, SmallJobs, drive, script, small_graph
from tests.support.processes import children_of, environments_of, have_ended, listening, parent_of
from tests.support.ray_cluster import ON_LOOPBACK

CANARY = "sk-canary-of-the-cluster-0123456789"
TOKEN = "0123456789abcdef" * 2
ROOT = Path(__file__).parents[3]


def with_ray(test: Any) -> Any:
    """Mark a test that needs Ray and looks into /proc."""
    reason = "Ray is not installed (the extra `ray`)" if importlib.util.find_spec("ray") is None else "reads /proc"
    missing = importlib.util.find_spec("ray") is None or sys.platform != "linux"
    return pytest.mark.ray(pytest.mark.skipif(missing, reason=reason)(test))


@dataclass(frozen=True)
class Cluster:
    """Its address, and the processes that are its two nodes."""

    address: str
    raylets: tuple[int, int]


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[Cluster]:
    """A locked cluster on the loopback."""
    environment = {**started_with(), **ON_LOOPBACK, "RAY_AUTH_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.ray_cluster"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        about = json.loads(process.stdout.readline())
        yield Cluster(about["address"], tuple(about["raylets"]))
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


class Placed(RayEngine):
    """Knows of each worker the process of its outpost, and `on` which raylets they were."""

    def __init__(self, address: str, *, cpus: float = 0.1) -> None:
        super().__init__(address, cpus=cpus)
        self.outposts: dict[int, int] = {}
        self.on: set[int] = set()

    async def start(self) -> RayLink:
        link = await super().start()
        outpost = self.outposts[link.number] = parent_of(process_of(link))
        self.on.add(parent_of(outpost))
        return link


def process_of(link: Link) -> int:
    """The process of a worker, by its name."""
    found = re.fullmatch(r"worker \d+ \(process (\d+) on .+\)", link.name)
    assert found is not None
    return int(found[1])


def test_without_ray_the_way_to_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EnvironmentProblem, match=re.escape("pip install 'ganglia-studio[ray]'")):
        drive(SmallJobs(small_graph(), 1, {}), RayEngine(), tmp_path / "batch.db")


def test_what_is_no_address_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no address of a Ray cluster"):
        drive(SmallJobs(small_graph(), 1, {}), RayEngine("auto"), tmp_path / "batch.db")


class Heard:
    """A bridge that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Kind, int, bytes]] = []

    def send(self, message: bytes) -> None:
        self.told.append(told(message))


async def test_messages_that_nobody_receives_hold_up_the_others() -> None:
    link = RayLink(cast(Any, Heard()), 7)
    link.take(framed(b"x" * (WAITING + 1)))

    held_up = asyncio.ensure_future(link.room())
    await asyncio.sleep(0)
    assert not held_up.done()
    assert len(await link.receive()) == WAITING + 1
    await held_up


async def test_a_worker_that_was_ended_is_heard_no_more_and_holds_nobody_up() -> None:
    bridge = Heard()
    link = RayLink(cast(Any, bridge), 7)
    link.take(framed(b"before"))
    link.kill()
    link.take(framed(b"x" * (WAITING + 1)))
    await link.room()

    assert await link.receive() == b"before"
    for _ in range(2):
        with pytest.raises(WorkerLost, match="was ended"):
            await link.receive()
    assert bridge.told == [(Kind.KILL, 7, b"")]


async def test_what_is_no_message_ends_the_worker() -> None:
    bridge = Heard()
    link = RayLink(cast(Any, bridge), 7)
    link.take(b"\xff" * 8)

    with pytest.raises(WorkerLost, match="said what is no message"):
        await link.receive()
    assert bridge.told == [(Kind.KILL, 7, b"")]


@with_ray
def test_our_own_cluster_hears_this_machine_only_knows_no_key_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    (tmp_path / "studio.py").write_text("raise SystemExit('a stranger was imported')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    others = children_of(os.getpid())
    environments: dict[int, bytes] = {}
    heard: set[tuple[int, str]] = set()

    class Seen(RayEngine):
        async def start(self) -> Any:
            link = await super().start()
            processes = children_of(os.getpid()) - others
            heard.update(listening(processes))
            environments.update(environments_of(processes))
            return link

    model = script(tmp_path, [f"The key is {CANARY}.", "Short."])
    outcome = drive(SmallJobs(small_graph(), 4, {"model": model}), Seen(), tmp_path / "batch.db")

    assert outcome.status == "complete", outcome
    assert len(environments) >= 8, "control: the bridge, the cluster and the workers were seen"
    assert any(b"RAY_AUTH_TOKEN=" in environment for environment in environments.values()), "control: they were read"
    assert all(CANARY.encode() not in environment for environment in environments.values())
    assert len(heard) >= 5, "control: the servers of the cluster were seen"
    assert {address for _, address in heard} == {"127.0.0.1"}
    recorded = b"".join(file.read_bytes() for file in tmp_path.glob("batch.db*"))
    assert CANARY.encode() not in recorded
    assert b"[secret:OPENAI_API_KEY]" in recorded, "control: the workers were told the key, and kept it out"
    assert have_ended(set(environments))


@with_ray
@pytest.mark.thorough
def test_workers_that_claim_a_cpu_each_go_where_one_is_free(
    two_nodes: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    placed = Placed(two_nodes.address, cpus=1)
    model = script(tmp_path, ["A long draft.", "Short."])

    drive(SmallJobs(small_graph(), 3, {"model": model}), placed, tmp_path / "placed.db", workers=3)

    assert placed.on == set(two_nodes.raylets), "three workers, two CPUs here and one there"


@with_ray
def test_a_cluster_of_two_nodes_keeps_the_contract_and_the_loss_of_one_costs_nothing_but_time(
    two_nodes: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test with the two nodes: one of them dies while its worker has a run, then two of the other workers."""
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))  # where Ray would look for a token
    with pytest.raises(UsageError, match="wants a token that is not known here"):
        drive(SmallJobs(small_graph(), 1, {}), RayEngine(two_nodes.address), tmp_path / "refused.db")
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    placed = Placed(two_nodes.address)
    died: list[int] = []

    def machine_dies(worker: int, heard: list[Any]) -> bool:
        outpost = placed.outposts[worker]
        if not died and len(heard) >= 3 and parent_of(outpost) == two_nodes.raylets[1]:
            died.append(worker)
            for process in (two_nodes.raylets[1], outpost):
                os.kill(process, signal.SIGKILL)
        return False

    outcome = contract.killed_workers_and_a_failing_run_stop_nobody(
        Breaking(placed, machine_dies), tmp_path, workers=3, latency_ms=150, count=18, begins=lambda: bool(died)
    )

    assert placed.on >= set(two_nodes.raylets), "of three workers one at least was on each machine"
    assert outcome.progress.repeated >= 3, "no run was under way on the machine that died: this checks nothing"
