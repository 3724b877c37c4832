"""`python -m tests.bench.engine`: what a firing costs, through the public `run()` with default settings.

Workloads as in the engine notes, with no-op async nodes that pass a small object on: W1 a chain of 200; W2 one
source, 200 parallel nodes, one join; W3 a loop of three nodes for 1,000 ticks; W4a 64 parallel nodes of 50 ms and
a join (wall / 50 ms); W4b a random layered graph of 200 nodes of 5-50 ms (wall / critical path); W5 W1 and W3 until
the last row is committed.  The trace is a file on a real disk and its rows are counted.  The second table runs
the same shapes with typed ports, then with a scripted `llm.function` in every tenth place (every third in W3).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio import Graph, Trace, run
from studio.spec import Fields, Node, Registry, node, param, port
from studio.trace.runlog import flush_own
from tests.bench.machine import machine_facts, median, write_report

Report = dict[str, Any]


@node("bench.source", category="Bench")
class Source(Node):
    """Starts."""

    class Out(Fields):
        value: dict[str, int] = port(type="any")

    async def run(self, ctx: Any, params: Any, inputs: Any) -> Out:
        return self.Out(value={"n": 1})


@node("bench.pass", category="Bench")
class Pass(Node):
    """Passes its value on."""

    class In(Fields):
        value: dict[str, int] = port(type="any")

    class Out(Fields):
        value: dict[str, int] = port(type="any")

    async def run(self, ctx: Any, params: Any, inputs: In) -> Out:
        return self.Out(value=inputs.value)


@node("bench.count", category="Bench", live=True)
class Count(Node):
    """Counts its own rounds by way of a feedback edge."""

    class In(Fields):
        value: dict[str, int] = port(type="any")

    class Out(Fields):
        value: dict[str, int] = port(type="any")

    async def run(self, ctx: Any, params: Any, inputs: In) -> Out:
        return self.Out(value={"n": inputs.value["n"] + 1})


@node("bench.join", category="Bench")
class Join(Node):
    """Gathers."""

    class In(Fields):
        values: tuple[dict[str, int], ...] = port((), many=True, type="any")

    class Out(Fields):
        value: int = port()

    async def run(self, ctx: Any, params: Any, inputs: In) -> Out:
        return self.Out(value=len(inputs.values))


@node("bench.wait", category="Bench", effects="network", live=False, needs_approval=False)
class Wait(Node):
    """Waits as a model call would."""

    class Params(Fields):
        seconds: float = param(0.05, help="How long.")

    class In(Fields):
        values: tuple[dict[str, int], ...] = port((), many=True, type="any")

    class Out(Fields):
        value: dict[str, int] = port(type="any")

    async def run(self, ctx: Any, params: Params, inputs: In) -> Out:
        await asyncio.sleep(params.seconds)
        return self.Out(value={"n": 1})


@node("bench.typed_source", category="Bench")
class TypedSource(Node):
    """Starts with text."""

    class Out(Fields):
        text: str = port()

    def run(self, ctx: Any, params: Any, inputs: Any) -> Out:
        return self.Out(text="a small text")


@node("bench.typed", category="Bench")
class Typed(Node):
    """Passes text on, checked on both ports."""

    class In(Fields):
        text: str = port()

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: Any, params: Any, inputs: In) -> Out:
        return self.Out(text=inputs.text)


@node("bench.typed_join", category="Bench")
class TypedJoin(Node):
    """Gathers text."""

    class In(Fields):
        texts: tuple[str, ...] = port((), many=True)

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: Any, params: Any, inputs: In) -> Out:
        return self.Out(text=inputs.texts[0])


TYPES = (Source, Pass, Count, Join, Wait, TypedSource, Typed, TypedJoin)
REGISTRY = Registry(TYPES)


def chain(length: int) -> Graph:
    """W1: one node after the other."""
    graph = Graph(f"chain_{length}")
    graph.add("bench.source", "n0")
    for number in range(1, length):
        graph.add("bench.pass", f"n{number}")
        graph.connect(f"n{number - 1}.value", f"n{number}.value")
    return graph


def fan(width: int) -> Graph:
    """W2: one source, many parallel nodes, one join."""
    graph = Graph(f"fan_{width}")
    graph.add("bench.source", "source")
    graph.add("bench.join", "join")
    for number in range(width):
        graph.add("bench.pass", f"n{number}")
        graph.connect("source.value", f"n{number}.value")
        graph.connect(f"n{number}.value", "join.values")
    return graph


def loop(ticks: int) -> Graph:
    """W3: three nodes in a ring."""
    graph = Graph("loop", max_ticks=ticks)
    for name in ("a", "b"):
        graph.add("bench.pass", name)
    graph.add("bench.count", "c")
    graph.connect("a.value", "b.value")
    graph.connect("b.value", "c.value")
    graph.connect("c.value", "a.value", feedback={"initial": {"n": 0}})
    return graph


def parallel_waits(width: int, seconds: float) -> tuple[Graph, float]:
    """W4a with its critical path in seconds."""
    graph = Graph("waits")
    graph.add("bench.join", "join")
    for number in range(width):
        graph.add("bench.wait", f"n{number}", seconds=seconds)
        graph.connect(f"n{number}.value", "join.values")
    return graph, seconds


def layered_waits(count: int, layers: int, seed: int = 7) -> tuple[Graph, float]:
    """W4b with its critical path in seconds."""
    dice = random.Random(seed)
    graph = Graph("layers")
    ends: list[float] = []
    previous: list[int] = []
    current: list[int] = []
    for number in range(count):
        if number % (count // layers) == 0:
            previous, current = current, []
        seconds = dice.uniform(0.005, 0.05)
        graph.add("bench.wait", f"n{number}", seconds=seconds)
        sources = dice.sample(previous, min(len(previous), dice.randint(1, 3))) if previous else []
        for source in sources:
            graph.connect(f"n{source}.value", f"n{number}.values")
        ends.append(seconds + max((ends[source] for source in sources), default=0.0))
        current.append(number)
    return graph, max(ends)


def typed_chain(length: int, model_every: int) -> Graph:
    """W1 with typed ports, and an `llm.function` in every `model_every`-th place (0: none)."""
    graph = Graph("typed_chain")
    graph.add("bench.typed_source", "n0")
    for number in range(1, length):
        if model_every and number % model_every == 0:
            graph.add("llm.function", f"n{number}", instructions="Mend: {text}")
        else:
            graph.add("bench.typed", f"n{number}")
        graph.connect(f"n{number - 1}.text", f"n{number}.text")
    return graph


def typed_fan(width: int, model_every: int) -> Graph:
    """W2 with typed ports."""
    graph = Graph("typed_fan")
    graph.add("bench.typed_source", "source")
    graph.add("bench.typed_join", "join")
    for number in range(width):
        if model_every and number % model_every == 0:
            graph.add("llm.function", f"n{number}", instructions="Mend: {text}")
        else:
            graph.add("bench.typed", f"n{number}")
        graph.connect("source.text", f"n{number}.text")
        graph.connect(f"n{number}.text", "join.texts")
    return graph


def typed_loop(ticks: int, with_model: bool) -> Graph:
    """W3 with typed ports, one of the three a model node if asked."""
    graph = Graph("typed_loop", max_ticks=ticks)
    graph.add("bench.typed", "a")
    graph.add("bench.typed", "b")
    if with_model:
        graph.add("llm.function", "c", instructions="Mend: {text}")
    else:
        graph.add("bench.typed", "c")
    graph.connect("a.text", "b.text")
    graph.connect("b.text", "c.text")
    graph.connect("c.text", "a.text", feedback={"initial": "a small text"})
    return graph


def timed(graph: Graph, db: Path, repeats: int, model: Callable[[], Any] | None = None) -> Report:
    """Run a graph several times; µs per firing until `run()` returns and until all is committed, rows counted."""
    until_return, until_committed = [], []
    for _ in range(repeats + 1):
        begin = time.perf_counter()
        result = run(graph, db=db, registry=REGISTRY, **({"model": model()} if model else {}))
        returned = time.perf_counter()
        flush_own(db)
        committed = time.perf_counter()
        trace = Trace(db)
        rows = sum(1 for _ in trace.firings(result.run_id))
        trace.close()
        if result.status != "ok" or rows != result.firings:
            raise SystemExit(f"{graph.name}: {result.status} {result.error}, {rows} rows for {result.firings} firings")
        until_return.append((returned - begin) / result.firings * 1e6)
        until_committed.append((committed - begin) / result.firings * 1e6)
    return {
        "firings": rows,
        "first_us": round(until_return[0], 1),
        "us": round(median(until_return[1:]), 2),
        "best_us": round(min(until_return[1:]), 2),
        "committed_us": round(median(until_committed[1:]), 2),
    }


def ratio(made: tuple[Graph, float], db: Path, repeats: int) -> Report:
    """Wall time over critical path."""
    graph, path = made
    ratios = []
    for _ in range(repeats + 1):
        begin = time.perf_counter()
        result = run(graph, db=db, registry=REGISTRY)
        ratios.append((time.perf_counter() - begin) / path)
        if result.status != "ok":
            raise SystemExit(f"{graph.name}: {result.error}")
    return {"ratio": round(median(ratios[1:]), 3), "best": round(min(ratios[1:]), 3)}


def floor() -> Report:
    """What Python itself costs at this moment, µs: the measure of all other figures on a machine whose speed drifts."""

    def nothing() -> object: ...

    async def nothing_async() -> None: ...

    async def awaits(count: int) -> None:
        for _ in range(count):
            await nothing_async()

    async def tasks(count: int) -> None:
        for _ in range(count):
            await asyncio.create_task(nothing_async())

    def each(work: Callable[[], object], count: int) -> float:
        begin = time.perf_counter()
        work()
        return round((time.perf_counter() - begin) / count * 1e6, 3)

    return {
        "call_us": each(lambda: [nothing() for _ in range(100_000)], 100_000),
        "await_us": each(lambda: asyncio.run(awaits(100_000)), 100_000),
        "task_us": each(lambda: asyncio.run(tasks(10_000)), 10_000),
    }


def fresh_process(code: str, repeats: int) -> float:
    """Milliseconds a fresh process needs for `code` beyond bare Python (medians), with bytecode written as usual."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def once(text: str) -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", text], check=True, stdout=subprocess.DEVNULL, env=environment)
        return time.perf_counter() - begin

    once(code)
    with_code = median([once(code) for _ in range(repeats)])
    return round((with_code - median([once("pass") for _ in range(repeats)])) * 1000, 1)


def measure(repeats: int) -> Report:
    """All workloads, as a report."""
    from studio.models.scripted import Scripted

    def replies(count: int) -> Callable[[], Any]:
        return lambda: Scripted(["a small text"] * count)

    report: Report = {"floor before": floor()}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        db = Path(folder) / "trace.db"
        report["W1"] = timed(chain(200), db, repeats)
        report["W2"] = timed(fan(200), db, repeats)
        report["W3"] = timed(loop(1000), db, repeats)
        report["W4a"] = ratio(parallel_waits(64, 0.05), db, min(repeats, 7))
        report["W4b"] = ratio(layered_waits(200, 10), db, min(repeats, 7))
        for count in (50, 500, 5000):
            report[f"chain_{count}"] = timed(chain(count), db, min(repeats, 9))
        report["typed W1"] = timed(typed_chain(200, 0), db, repeats)
        report["typed W2"] = timed(typed_fan(200, 0), db, repeats)
        report["typed W3"] = timed(typed_loop(1000, False), db, repeats)
        report["typed W1 + llm"] = timed(typed_chain(200, 10), db, repeats, replies(19))
        report["typed W2 + llm"] = timed(typed_fan(200, 10), db, repeats, replies(20))
        report["typed W3 + llm"] = timed(typed_loop(1000, True), db, min(repeats, 5), replies(1000))
    report["floor after"] = floor()
    load = "from studio import Graph, run, Trace; Graph.load('graphs/critic_loop.yaml')"
    report["import and load critic_loop, ms"] = fresh_process(load, repeats)
    report["studio --help, ms"] = fresh_process(
        "import sys; sys.argv = ['studio', '--help']; from studio.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass", repeats,
    )  # fmt: skip
    return report


def show(report: Report) -> None:
    """Print the report as a table."""
    for name, row in report.items():
        if isinstance(row, dict):
            print(f"{name:16}", "  ".join(f"{key} {value}" for key, value in row.items()))
        else:
            print(f"{name}: {row}")


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    report = measure(arguments.repeats)
    show(report)
    if arguments.out:
        write_report(arguments.out, "engine", report)
    print(machine_facts())


if __name__ == "__main__":
    main()
