"""`python -m tests.bench.replay [--out FILE]`: what it costs to open a long recorded run and to go through it.

Four runs of about 100,000 firings, made by the engine: a loop of 40 nodes, a region of 1000 nodes, a loop that uses
stores all the time (100,000 operations), and maps of items whose bodies loop. For each: milliseconds to open it, to
know the whole state at random steps (nodes, wires, stores, what is under way, what was used), and for each move from
random steps; the largest memory that needs, beside that of a run a tenth as long.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio import run
from studio.graph import Graph
from studio.replay.cursor import Cursor
from studio.trace import Trace
from studio.trace.writer import close_writer
from tests.bench.machine import machine_facts, median, quantile, write_report

FIRINGS = 100_000
SAMPLES = 200

MOVES: dict[str, Callable[[Cursor], object]] = {
    "seek": lambda cursor: cursor.seek(cursor.seq // 2),
    "on": lambda cursor: cursor.move(1),
    "back": lambda cursor: cursor.move(-1),
    "node": lambda cursor: cursor.next_of_node(),
    "node back": lambda cursor: cursor.next_of_node(back=True),
    "any item": lambda cursor: cursor.next_in_any_item(),
    "inside": lambda cursor: cursor.next_inside(),
    "inside back": lambda cursor: cursor.next_inside(back=True),
    "error": lambda cursor: cursor.next_error(),
    "model call": lambda cursor: cursor.next_call(),
    "alarm": lambda cursor: cursor.next_alarm(),
    "tick": lambda cursor: cursor.next_tick(),
    "tick back": lambda cursor: cursor.next_tick(back=True),
    "out": lambda cursor: cursor.out(),
    "into": lambda cursor: cursor.into(),
    "step": lambda cursor: cursor.step(),
    "totals": lambda cursor: cursor.totals(),
}


def loop(nodes: int, firings: int) -> Graph:
    """A chain of live nodes whose last one feeds the first."""
    graph = Graph("loop", max_ticks=max(1, firings // nodes))
    for number in range(nodes):
        graph.add("math.expression", f"n{number}", expression="x + 1")
        if number:
            graph.connect(f"n{number - 1}.value", f"n{number}.x")
    graph.connect(f"n{nodes - 1}.value", "n0.x", feedback={"initial": 0})
    return graph


def store_loop(firings: int) -> Graph:
    """A loop of 20 nodes that each use a store: 10 append to a list of 500, 10 push to or pop from a queue."""
    graph = Graph("store_loop", max_ticks=max(1, firings // 20))
    graph.add_store("list", "notes", max_items=500)
    graph.add_store("queue", "tasks", items=list(range(300)))
    graph.add("math.expression", "n0", expression="x + 1")
    for number in range(10):
        graph.add("store.append", f"note{number}", store="notes")
        graph.connect("n0.value", f"note{number}.value")
    for number in range(5):
        graph.add("queue.push", f"push{number}", store="tasks")
        graph.connect("n0.value", f"push{number}.value")
        graph.add("queue.pop", f"pop{number}", store="tasks")
        graph.connect("n0.value", f"pop{number}.when")
    graph.connect("n0.value", "n0.x", feedback={"initial": 0})
    return graph


def deep(firings: int) -> Graph:
    """Maps of ten items, each of which runs a loop of five ticks in a region of its own, tick after tick."""
    body = Graph("body", max_ticks=5)
    body.add("flow.input", "item")
    for number in range(9):
        body.add("math.expression", f"m{number}", expression="x + 1")
        if number:
            body.connect(f"m{number - 1}.value", f"m{number}.x")
    body.connect("m8.value", "m0.x", feedback={"initial": 0})
    body.add("flow.output", "y")
    body.connect("m8.value", "y.value")
    graph = Graph("deep", max_ticks=max(1, firings // 510))
    graph.graphs["body"] = body
    graph.add("math.expression", "n0", expression="x + 1")
    graph.connect("n0.value", "n0.x", feedback={"initial": 0})
    graph.add("flow.map", "work", graph="body", concurrency=4)
    graph.add("flow.input", "rows", value=list(range(10)))
    graph.connect("rows.value", "work.items")
    graph.connect("n0.value", "work.when")
    return graph


RUNS: dict[str, Callable[[int], Graph]] = {
    "40 nodes": lambda firings: loop(40, firings),
    "1000 nodes": lambda firings: loop(1000, firings),
    "100000 store operations": store_loop,
    "maps of loops": deep,
}


def record(graph: Graph, db: Path) -> None:
    made = run(graph, db=db, limits={"ticks": 10**9, "firings": 10**9})
    assert made.status == "ok", made.error
    close_writer(db)


def look(cursor: Cursor) -> None:
    """Know everything of the current step's region."""
    state = cursor.state()
    for node in state.nodes.values():
        node.outputs  # noqa: B018 - decoded when it is asked for
    for wire in state.wires:
        wire.lying.value  # noqa: B018
    state.stores, state.under_way, state.counts, state.ticks  # noqa: B018


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e3


def summary(times: list[float]) -> dict[str, float]:
    return {"median_ms": round(median(times), 2), "p95_ms": round(quantile(times, 0.95), 2)}


def opened(db: Path) -> float:
    """Milliseconds until a cursor stands at the first step."""

    def open_it() -> None:
        with Trace(db) as trace:
            Cursor(trace).step()

    return median([timed(open_it) for _ in range(5)])


def peak_kb(db: Path, samples: int) -> float:
    """The most memory (KB) that Python needs to open a run and to know its state at random steps."""
    gc.collect()
    tracemalloc.start()
    with Trace(db) as trace:
        cursor = Cursor(trace)
        chance = random.Random(1)
        last = len(cursor)
        for _ in range(samples):
            cursor.seek(chance.randint(1, last))
            look(cursor)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 1024, 1)


def rss_kb() -> int:
    """Resident memory of this process; 0 where that is not told."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * resource.getpagesize() // 1024 if told.exists() else 0


def measure(db: Path, short: Path, samples: int) -> dict[str, Any]:
    chance = random.Random(7)
    found: dict[str, Any] = {"open_ms": round(opened(db), 2)}
    before = rss_kb()
    with Trace(db) as trace:
        cursor = Cursor(trace)
        found["steps"] = last = len(cursor)
        found["first_state_ms"] = round(timed(lambda: look(cursor)), 2)
        places = [chance.randint(1, last) for _ in range(samples)]

        def at(place: int, call: Callable[[Cursor], object]) -> float:
            cursor.seek(place)
            cursor.here  # noqa: B018 - read before, as it is when somebody stands there
            return timed(lambda: call(cursor))

        found["state"] = summary([at(place, look) for place in places])
        found["moves"] = {name: summary([at(place, move) for place in places[:60]]) for name, move in MOVES.items()}
        cursor.first()
        found["search_of_everything_ms"] = round(timed(lambda: cursor.search("nowhere to be found")), 1)
        found["rss_growth_kb"] = rss_kb() - before
    found["peak_kb"] = peak_kb(db, 50)
    found["peak_of_a_tenth_kb"] = peak_kb(short, 50)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="file or folder for the JSON report")
    parser.add_argument("--firings", type=int, default=FIRINGS)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--folder", type=Path, help="where the databases are written (a real disk)")
    arguments = parser.parse_args()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for number, (name, graph) in enumerate(RUNS.items()):
            db, short = Path(folder) / f"{number}.db", Path(folder) / f"{number}s.db"
            took = timed(lambda graph=graph, db=db: record(graph(arguments.firings), db)) / 1e3  # type: ignore[misc]
            record(graph(arguments.firings // 10), short)
            results[name] = found = measure(db, short, arguments.samples)
            print(f"{name}: {found['steps']} steps, recorded in {took:.1f} s, {db.stat().st_size >> 20} MB")
            print(f"  open {found['open_ms']} ms, first state {found['first_state_ms']} ms, state {found['state']}")
            print(f"  a search that finds nothing {found['search_of_everything_ms']} ms")
            print(f"  resident memory +{found['rss_growth_kb']} KB")
            print(f"  Python's memory {found['peak_kb']} KB, in a run a tenth as long {found['peak_of_a_tenth_kb']} KB")
            slow = sorted(found["moves"].items(), key=lambda one: -one[1]["p95_ms"])
            print("  " + ", ".join(f"{move} {times['median_ms']}/{times['p95_ms']}" for move, times in slow))
    print(machine_facts(), file=sys.stderr)
    if arguments.out:
        write_report(arguments.out, "replay", results)


if __name__ == "__main__":
    main()
