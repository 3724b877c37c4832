"""Aborting stops whatever waits, at once: each kind of waiting is under way, and would take an hour.

The bound is generous (`SOON_S`): what is shown is that nobody waits for the slow thing. `python -m
tests.control.test_abort` measures how long it takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from studio.control import Controller, Event, Frontier
from studio.engine.loop import run_to_end
from studio.engine.run import arun
from studio.graph import Graph
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.calls import ChatReply, ModelInfo
from studio.spec.registry import Registry
from studio.support.errors import ModelError, NodeError
from tests.engine.players import Services
from tests.support.memory_log import MemoryLog
from tests.support.toys import TOYS

SOON_S = 5.0
AN_HOUR = 3600.0

arrived = threading.Semaphore(0)
"""Released by whatever begins to wait."""

free = threading.Event()
"""Lets blocked threads go when a test is over."""


class Waiting(Node):
    """Base of nodes that wait."""

    class In(Fields):
        after: object = port(None)

    class Out(Fields):
        out: object = port()


@node("wait.sleep", category="Toys", effects="reads", needs_approval=False)
class Sleeps(Waiting):
    """Sleeps by its context."""

    async def run(self, ctx: RunContext, params: Fields, inputs: Any) -> Any:
        arrived.release()
        await ctx.sleep(AN_HOUR)
        return self.Out(out=1)


@node("wait.thread", category="Toys", effects="executes", blocking=True, needs_approval=False)
class Blocks(Waiting):
    """Blocks its thread."""

    def run(self, ctx: RunContext, params: Fields, inputs: Any) -> Any:
        arrived.release()
        free.wait(AN_HOUR)
        return self.Out(out=1)


@node("wait.model", category="Toys", effects="network", needs_approval=False)
class Asks(Waiting):
    """Asks a model that does not answer."""

    async def run(self, ctx: RunContext, params: Fields, inputs: Any) -> Any:
        reply = await ctx.model().chat([{"role": "user", "content": "?"}])
        return self.Out(out=reply.text)


@node("wait.human", category="Toys", effects="reads", needs_approval=False)
class AsksAPerson(Waiting):
    """Asks a person who does not answer."""

    async def run(self, ctx: RunContext, params: Fields, inputs: Any) -> Any:
        return self.Out(out=await ctx.ask_human("Well?"))


@node("wait.retry", category="Toys", effects="executes", needs_approval=False)
class Fails(Waiting):
    """Fails, and is tried again later."""

    async def run(self, ctx: RunContext, params: Fields, inputs: Any) -> Any:
        arrived.release()
        raise NodeError("not now", transient=True)


class SlowModel:
    """A model that never answers, or asks to be asked again in an hour."""

    info = ModelInfo("slow", local=False, billable=False)
    retry_transient = 3
    deterministic_order = False

    def __init__(self, busy: bool) -> None:
        self.busy = busy

    async def chat(self, call: Any, on_text: Any = None) -> ChatReply:
        arrived.release()
        if self.busy:
            raise ModelError("busy", transient=True, code="rate_limit", retry_after_s=AN_HOUR)
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody sets it")

    async def complete(self, call: Any) -> Any:
        raise AssertionError("nobody asks")


class SilentPerson:
    """A person who never answers."""

    deterministic_order = False

    async def ask(self, call: Any) -> str:
        arrived.release()
        await asyncio.get_running_loop().create_future()
        return "never"


class Slow(Services):
    """Services of the slow."""

    def __init__(self, busy: bool = False) -> None:
        super().__init__(scripted=False)
        self.model = SlowModel(busy)  # type: ignore[assignment]

    def human(self, answers: Any = None) -> Any:
        return SilentPerson()


REGISTRY = Registry(extra=[*TOYS, Sleeps, Blocks, Asks, AsksAPerson, Fails])

KINDS: dict[str, str] = {
    "model": "nodes: {a: {type: wait.model}}",
    "rate limit": "nodes: {a: {type: wait.model}}",
    "sleep": "nodes: {a: {type: wait.sleep}}",
    "thread": "nodes: {a: {type: wait.thread}}",
    "thread with a time limit": "nodes: {a: {type: wait.thread, timeout_s: 3600}}",
    "human": "nodes: {a: {type: wait.human}}",
    "retries": "nodes: {a: {type: wait.retry, retries: 60}}",
    "inside a region": "nodes: {a: {type: flow.subgraph, graph: b}}\ngraphs: {b: {nodes: {s: {type: wait.sleep}}}}",
    "inside a map": """
nodes: {n: {type: toy.subset}, seed: {type: toy.number, value: 6}, a: {type: flow.map, graph: b, concurrency: 3}}
edges: [seed.out -> n.value, n.items -> a.items]
graphs: {b: {nodes: {s: {type: wait.thread}, item: {type: flow.input}}, edges: [item.value -> s.after]}}
""",
    "held": "nodes: {a: {type: toy.number}}",
}


def under_way(kind: str) -> tuple[Controller, threading.Thread, MemoryLog]:
    """Begin a run that waits in this way, in a thread; return when it waits."""
    log = MemoryLog()
    waits = threading.Event()

    def listener(events: list[Event]) -> None:
        if any(isinstance(event, Frontier) for event in events):
            waits.set()

    controller = Controller(held=kind == "held", listener=listener)
    services: Any = Slow(busy=kind == "rate limit")

    def play() -> None:
        run = arun(
            Graph.from_text(KINDS[kind]), registry=REGISTRY, catalog=services, db="unused.db", control=controller,
            log=log,
        )  # fmt: skip
        with contextlib.suppress(asyncio.CancelledError):
            run_to_end(run)

    runner = threading.Thread(target=play, daemon=True)
    runner.start()
    assert waits.wait(10) if kind == "held" else arrived.acquire(timeout=10)
    return controller, runner, log


def aborted_after(kind: str) -> tuple[float, MemoryLog]:
    """Abort a run that waits in this way; return how long it took to end (s), and what was recorded."""
    controller, runner, log = under_way(kind)
    begin = time.perf_counter()
    controller.abort()
    runner.join(SOON_S)
    took = time.perf_counter() - begin
    assert not runner.is_alive(), f"it still runs after {SOON_S} s"
    return took, log


@pytest.fixture(autouse=True)
def _nobody_waits_from_before() -> Any:
    free.clear()
    while arrived.acquire(blocking=False):
        pass
    yield
    free.set()


@pytest.mark.parametrize("kind", KINDS)
def test_abort_does_not_wait_for_what_waits(kind: str) -> None:
    took, log = aborted_after(kind)

    assert took < SOON_S
    assert log.finished == ("aborted", "abort")


@pytest.mark.parametrize("kind", KINDS)
def test_without_abort_they_do_wait(kind: str) -> None:
    """The control: none of these runs ends by itself."""
    controller, runner, _ = under_way(kind)

    runner.join(0.05)

    assert runner.is_alive()
    controller.abort()
    runner.join(SOON_S)


EXITING = """
from tests.control import test_abort as t
took, log = t.aborted_after("thread")
print("aborted", log.finished[0], flush=True)
"""


def test_a_process_ends_although_a_thread_still_sleeps() -> None:
    """`concurrent.futures` would join the thread at exit, an hour from now."""
    done = subprocess.run([sys.executable, "-c", EXITING], capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stdout) == (0, "aborted aborted\n"), done.stderr


def main(times: int = 5) -> None:
    """Print how long it takes to abort each kind of waiting, in milliseconds."""
    for kind in KINDS:
        free.clear()
        took = [aborted_after(kind)[0] * 1000 for _ in range(times)]
        print(f"{kind:<26} median {statistics.median(took):6.1f} ms   most {max(took):6.1f} ms")


if __name__ == "__main__":
    main()
