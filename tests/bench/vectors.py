"""`python -m tests.bench.vectors [--quick] [--out FILE]`: what stores of vectors cost.

100,000 entries of 256 dimensions: adding, the ten best by nearness, with filters, by words, joined; in a fork; saved
and loaded; kept in a project's file; recorded by a run. 200,000 entries: the index, its time, and how many of the ten
best it finds (recall) where vectors lie in 2,000 heaps, as texts on 2,000 subjects do, and where they lie anywhere.

Each number stands beside the bare product of the matrix with a vector at that moment, since nothing can be faster and
machines have other work; and beside the processor's time, which other work changes less.
"""

from __future__ import annotations

import argparse
import base64
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from studio import run
from studio.engine.project_stores import FILE_NAME, ProjectFile, ProjectStore
from studio.graph import Graph
from studio.replay.cursor import Cursor
from studio.stores import Store, make_store
from studio.trace import Trace
from studio.trace.sqlite import connect_reader
from studio.trace.writer import close_writer
from tests.bench.machine import machine_facts, median, quantile, write_report

DIMS = 256
HEAPS = 2000
AIM_MS = 20.0
BATCH = 1000
Json = Any


def heaps(count: int, seed: int) -> Any:
    """Vectors that lie in heaps; the heaps are the same for every seed."""
    places = np.random.default_rng(0).standard_normal((HEAPS, DIMS)).astype(np.float32)
    chance = np.random.default_rng(seed)
    noise = chance.standard_normal((count, DIMS)).astype(np.float32)
    return places[chance.integers(0, HEAPS, count)] + np.float32(0.8) * noise


def anywhere(count: int, seed: int) -> Any:
    return np.random.default_rng(seed).standard_normal((count, DIMS)).astype(np.float32)


def packed(vector: Any) -> str:
    return base64.b64encode(vector.tobytes()).decode()


def texts(count: int) -> list[str]:
    """Texts of forty words, as frequent as words of a language are (Zipf, Mandelbrot): the first in 70 % of texts."""
    chance = random.Random(1)
    words = [f"w{rank}" for rank in range(20_000)]
    weights = [1 / (rank + 2.7) for rank in range(20_000)]
    drawn = chance.choices(words, weights, k=200_000)
    return [" ".join(chance.choices(drawn, k=40)) for _ in range(count)]


def entries(vectors: Any, said: list[str]) -> list[Json]:
    return [
        {"key": f"k{n}", "text": said[n], "vector": packed(vector), "meta": {"kind": ("note", "fact")[n % 2], "n": n}}
        for n, vector in enumerate(vectors)
    ]


def filled(given: list[Json], **params: Json) -> Store:
    store = make_store("vector", params, "m")
    for start in range(0, len(given), BATCH):
        store.do("add", {"entries": given[start : start + BATCH]})
    return store


def timed(call: Callable[[int], object], times: int, floor: Callable[[], object]) -> dict[str, float]:
    """Milliseconds of a call: of the first, then medians by the clock and of processor time, beside the floor's."""
    first = one(lambda: call(0))[0]
    calls, floors = [], []
    for number in range(1, times + 1):
        floors.append(one(floor)[0])
        calls.append(one(lambda number=number: call(number)))  # type: ignore[misc]
    wall = [took for took, _ in calls]
    return {
        "first_ms": round(first, 2), "median_ms": round(median(wall), 2), "p95_ms": round(quantile(wall, 0.95), 2),
        "cpu_median_ms": round(median([cpu for _, cpu in calls]), 2), "bare_product_ms": round(median(floors), 2),
        "ratio": round(median([took / bare for took, bare in zip(wall, floors, strict=True)]), 2),
    }  # fmt: skip


def one(call: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3


def searches(store: Store, vectors: Any, times: int) -> dict[str, Any]:
    queries = [packed(vectors[n * 7 % len(vectors)] + np.float32(0.3)) for n in range(times + 1)]
    count = len(vectors)

    def ask(**how: Json) -> Callable[[int], object]:
        def call(number: int) -> object:
            filled_in = {name: value(number) if callable(value) else value for name, value in how.items()}
            return store.do("search", {"vector": queries[number], "k": 10, **filled_in})

        return call

    matrix = np.ascontiguousarray(vectors)
    query = matrix[0].copy()

    def floor() -> object:
        return np.vecdot(matrix, query)

    fork = store.fork()
    fork.do("delete", {"keys": ["k1"]})
    fork.do("add", {"entries": [{"text": "w1 new", "vector": queries[0]}]})
    return {
        "ten best": timed(ask(), times, floor),
        "of half, by a word": timed(ask(filter={"kind": "note"}), times, floor),
        "of a range that changes": timed(ask(filter=lambda n: {"n": {"gte": n * count // 90}}), times, floor),
        "of five hundred": timed(ask(filter=lambda n: {"n": {"gte": n * 99, "lt": n * 99 + 500}}), times, floor),
        "joined with words": timed(ask(text=lambda n: f"w{n + 20} w{n + 70} w{n + 300} w{n * 11 + 9}"), times, floor),
        "joined, very frequent words": timed(ask(text=lambda n: f"w0 w1 w{n + 70} w{n + 300}"), times, floor),
        "in a fork that wrote": timed(
            lambda number: fork.do("search", {"vector": queries[number], "k": 10}), times, floor
        ),
        "fork, add, search three": timed(lambda number: _item(store, queries[number]), times, floor),
    }


def _item(store: Store, query: str) -> None:
    fork = store.fork()
    fork.do("add", {"entries": [{"text": "something new", "vector": query}]})
    for _ in range(3):
        fork.do("search", {"vector": query})


def adding(given: list[Json]) -> dict[str, float]:
    """Microseconds of one add, one by one: of the first and the last tenth, and in batches."""
    store = make_store("vector", {}, "m")
    tenth = len(given) // 10
    parts = []
    for start in range(0, len(given), tenth):
        some = given[start : start + tenth]
        parts.append(one(lambda some=some: [store.do("add", {"entries": [it]}) for it in some])[1] * 1e3 / len(some))  # type: ignore[misc]
    together = one(lambda: filled(given))[1] * 1e3 / len(given)
    return {
        "one_by_one_cpu_us": round(sum(parts) / len(parts), 1), "first_tenth_cpu_us": round(parts[0], 1),
        "last_tenth_cpu_us": round(parts[-1], 1), "batch_cpu_us": round(together, 1),
    }  # fmt: skip


def saving(store: Store) -> dict[str, float]:
    content = store.dump()
    other = make_store("vector", {}, "other")
    return {"dump_ms": round(one(store.dump)[0], 1), "load_ms": round(one(lambda: other.load(content))[0], 1)}


def index(vectors: Any, queries: Any) -> dict[str, Any]:
    """A store with an index: searches by it and by comparing all, and how many of the ten best it finds."""
    store = filled([{"text": "", "key": f"k{n}", "vector": packed(one)} for n, one in enumerate(vectors)])
    asked = [{"vector": packed(query), "k": 10} for query in queries]
    times, query = len(asked), vectors[0].copy()

    def floor() -> object:
        return np.vecdot(vectors, query)

    def found(number: int, **how: Json) -> set[str]:
        return {hit["key"] for hit in store.do("search", asked[number - 1] | how)}

    return {
        "all": timed(lambda n: found(n, exact=True), times, floor),
        "index": timed(found, times, floor),
        "recall_at_10": sum(len(found(n) & found(n, exact=True)) for n in range(times)) / (10 * times),
    }


def project(given: list[Json], times: int) -> dict[str, float]:
    """A project's file: written in batches, opened by the next run, one more entry at a time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def opened() -> ProjectStore:
            return ProjectStore(make_store("vector", {}, "m"), ProjectFile(folder))

        store = opened()
        wrote = one(lambda: [store.do("add", {"entries": given[n : n + BATCH]}) for n in range(0, len(given), BATCH)])
        store.file.close()
        later = opened()
        ask = {"vector": given[0]["vector"], "k": 10}
        first = one(lambda: later.do("search", ask))[0]
        words = one(lambda: later.do("search", {"text": "w30 w70"}))[0]
        again = median([one(lambda: later.do("search", ask))[0] for _ in range(times)])
        new = [dict(given[0], key=f"new{n}") for n in range(times)]
        added = median([one(lambda n=n: later.do("add", {"entries": [new[n]]}))[0] for n in range(times)])  # type: ignore[misc]
        later.file.close()
        size = (folder / FILE_NAME).stat().st_size
    return {
        "write_all_s": round(wrote[0] / 1e3, 2), "file_bytes_per_entry": round(size / len(given)),
        "open_and_search_ms": round(first, 1), "first_words_ms": round(words, 1), "search_ms": round(again, 2),
        "add_ms": round(added, 2),
    }  # fmt: skip


def recorded(count: int) -> dict[str, float]:
    """A run that adds so many entries one by one: bytes of its trace per entry, with and without contents."""
    graph = Graph("adding", max_ticks=count)
    graph.add_store("vector", "m")
    graph.add("math.expression", "n", expression="x + 1")
    graph.add("text.template", "text", template="note {n} of the tide pool, the crabs and the sea stars in it")
    graph.add("math.expression", "vector", expression=f"[n * 0.37 + one * 0.618 for one in range({DIMS})]", kind="list")
    graph.add("vector.add", "add", store="m")
    graph.connect("n.value", "n.x", feedback={"initial": 0})
    graph.connect("n.value", "text.n")
    graph.connect("n.value", "vector.n")
    graph.connect("text.text", "add.text")
    graph.connect("vector.value", "add.vector")
    with tempfile.TemporaryDirectory() as name:
        db = Path(name) / "runs.db"
        done = run(graph, db=db, limits={"ticks": 10**9, "firings": 10**9})
        assert done.status == "ok", done.error
        close_writer(db)
        with closing(connect_reader(db)) as reader:
            operations, contents = (
                reader.execute(f"SELECT total(length(data)) FROM _blob WHERE {which}").fetchone()[0] / count
                for which in (
                    "id IN (SELECT args FROM _store_op)",
                    "type = 'application/json' OR id IN (SELECT content FROM _memory_content)",
                )
            )
        with Trace(db) as trace:
            cursor = Cursor(trace)
            cursor.seek(len(cursor))
            known = one(lambda: cursor.state().stores)[1]
        size = db.stat().st_size
    return {
        "trace_bytes_per_add": round(size / count), "of_these_operations": round(operations),
        "of_these_contents": round(contents), "content_at_the_last_step_cpu_ms": round(known, 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="file or folder for the JSON report")
    parser.add_argument("--quick", action="store_true", help="a tenth of it: only to see that it works")
    parser.add_argument("--only", nargs="*", default=(), help="only these parts")
    chosen = parser.parse_args()
    count, many, times, adds = (10_000, 101_000, 5, 300) if chosen.quick else (100_000, 200_000, 31, 5_000)
    vectors = heaps(count, 1)
    given = entries(vectors, texts(count))
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "searching": lambda: searches(filled(given), vectors, times),
        "adding": lambda: adding(given),
        "saving": lambda: saving(filled(given)),
        "project": lambda: project(given, times),
        "recorded": lambda: recorded(adds),
        "index, heaps": lambda: index(heaps(many, 3), heaps(times, 4)),
        "index, anywhere": lambda: index(anywhere(many, 3), anywhere(times, 4)),
    }
    results: dict[str, Any] = {"entries": count, "dims": DIMS}
    for part, measure in parts.items():
        if not chosen.only or part in chosen.only:
            results[part] = told = measure()
            print(f"{part}:")
            for what, value in told.items():
                print(f"  {what:<30} {value}", flush=True)
    print(f"aim: the ten best of 100,000 in {AIM_MS} ms (median)")
    print(machine_facts(), file=sys.stderr)
    if chosen.out:
        write_report(chosen.out, "vectors", results)


if __name__ == "__main__":
    main()
