"""`python -m tests.bench.batches [--quick] [--out FILE]`: what a batch costs beside plain runs, and what it survives.

throughput: runs of a 20-node graph (6 model calls with scripted replies) by the local pool with two workers, against
two plain processes that `run` half of them each into a database of their own and import nothing else; start-up of both
counts, A and B take turns, medians, and the ratio of their runs per second (1: a batch costs nothing); `steady_ratio`
is that from the first result to the last. Also processor time per run of all processes, and of the driver alone; then
graphs of 200 nodes, and replies of 20 kB.

faults: kill -9 of the driver, of one or all workers, workers that stop until they are held for dead and wake up,
drivers that stop, at moments drawn by chance over a batch that goes on after each. Afterwards every key must have one
result, whose run is in the trace, has ended, is whole and has the outline of a plain run; nothing may be left running.

flood: two runs of very many firings at the same time, and the most memory that the driver and any worker took for it,
beside what they take for short runs.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from studio import Trace, run
from studio.batch.driving.driver import LOST
from tests.bench.machine import machine_facts, median, write_report
from tests.support.batch_faults import moments_of, suffer
from tests.support.batches import chain_graph, results_of, script
from tests.support.outlines import is_as_expected, outline
from tests.support.processes import have_ended

MODELS = 6
WORKERS = 2


def replies(folder: Path, size: int = 40) -> str:
    return script(folder, [f"Reply {number}: ".ljust(size, "x") for number in range(MODELS)], f"replies_{size}.jsonl")


def timed(commands: list[list[str]], told: list[Path]) -> dict[str, float]:
    """Run processes side by side to their end, what each says into a file of its own: wall time and processor time,
    with that of their children."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    running = []
    for command, file in zip(commands, told, strict=True):
        with file.open("wb") as said:
            running.append(subprocess.Popen(command, stdout=said))
    codes = [process.wait() for process in running]
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if any(codes):
        raise SystemExit(f"a process ended with {codes}")
    return {"wall_s": wall, "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def _batch(db: Path, count: int, nodes: int, model: str, told: Path) -> list[str]:
    options = ["--nodes", str(nodes), "--workers", str(WORKERS), "--cpu", str(told)]
    return [sys.executable, "-m", "tests.support.batch_process", str(db), "B", str(count), model, *options]


def _plain(db: Path, count: int, graph: Path, model: str) -> list[str]:
    return [sys.executable, "-m", "tests.support.plain_process", str(db), str(count), str(graph), model]


def throughput(folder: Path, *, count: int, nodes: int, size: int, rounds: int) -> dict[str, Any]:
    model = replies(folder, size)
    graph = folder / f"chain_{nodes}.yaml"
    chain_graph(nodes, MODELS).save(graph)
    batches, plains, drivers, steady = [], [], [], []
    for turn in range(rounds):
        db, told = folder / f"batch_{nodes}_{size}_{turn}.db", folder / "cpu"
        batches.append(timed([_batch(db, count, nodes, model, told)], [folder / "said"]))
        driver, lasted = map(float, told.read_text(encoding="utf-8").split())
        drivers.append(driver)
        if (found := len(results_of(db))) != count:
            raise SystemExit(f"the batch has {found} results instead of {count}")
        parts = [folder / f"plain_{nodes}_{size}_{turn}_{part}.db" for part in range(WORKERS)]
        said = [part.with_suffix(".said") for part in parts]
        plains.append(timed([_plain(part, count // WORKERS, graph, model) for part in parts], said))
        alone = sum((count // WORKERS - 1) / float(one.read_text(encoding="utf-8")) for one in said)
        steady.append((count - 1) / lasted / alone)
        for file in [db, *parts]:
            for one in file.parent.glob(file.name + "*"):
                one.unlink()
    ratios = [p["wall_s"] / b["wall_s"] for p, b in zip(plains, batches, strict=True)]
    return {
        "runs": count, "nodes": nodes, "reply_bytes": size, "rounds": rounds,
        "batch_runs_per_s": round(count / median([one["wall_s"] for one in batches]), 1),
        "plain_runs_per_s": round(count / median([one["wall_s"] for one in plains]), 1),
        "ratio": round(median(ratios), 3),
        "ratios": [round(one, 3) for one in ratios],
        "steady_ratio": round(median(steady), 3),
        "batch_cpu_ms_per_run": round(median([one["cpu_s"] for one in batches]) / count * 1e3, 2),
        "plain_cpu_ms_per_run": round(median([one["cpu_s"] for one in plains]) / count * 1e3, 2),
        "driver_cpu_ms_per_run": round(median(drivers) / count * 1e3, 2),
    }  # fmt: skip


def faults(folder: Path, *, count: int, number: int, seed: int) -> dict[str, Any]:
    model = replies(folder)
    db = folder / "faults.db"
    begin = time.perf_counter()
    suffered = suffer(db, count, model, moments_of(count, number, seed), seed=seed)
    seconds = time.perf_counter() - begin
    alone = folder / "alone.db"
    expected = list(outline(alone, run(chain_graph(20, MODELS), model=model, db=alone).run_id))
    results = results_of(db)
    with Trace(db) as trace:
        runs = {one.id: one.status for one in trace.runs()}
        going_on = {one.id for one in trace.runs() if one.parent_run}
        wrong = trace.verify()
    return {
        "runs": count, "faults": dict(suffered.faults), "drivers": suffered.drivers,
        "workers": len(suffered.workers), "seconds": round(seconds, 1),
        "results": len(results), "keys": len({one.key for one in results}),
        "lost": sum(one.status == LOST for one in results),
        "runs_of_results_that_ended_well": sum(runs.get(one.run) == "ok" for one in results),
        "as_the_plain_engine": sum(
            is_as_expected(outline(db, one.run), expected, goes_on=one.run in going_on) for one in results
        ),
        "went_on_from_an_earlier_attempt": sum(one.run in going_on for one in results),
        "findings_of_verify": len(wrong), "runs_in_the_file": dict(Counter(runs.values())),
        "repeated": suffered.repeated, "attempts": dict(Counter(one.attempt for one in results)),
        "records_refused": suffered.refused, "nothing_left_running": have_ended(suffered.workers),
    }  # fmt: skip


def flood(folder: Path, *, ticks: int) -> dict[str, Any]:
    peaks = {}
    for name, count in (("short", 10), ("long", ticks)):
        told = folder / "memory"
        db = folder / f"flood_{name}.db"
        took = timed(
            [[sys.executable, "-m", "tests.support.batch_flood", str(db), str(count), str(told)]], [folder / "said"]
        )
        driver, worker, firings = (int(word) for word in told.read_text(encoding="utf-8").split())
        peaks[name] = {
            "firings": firings, "driver_mb": driver, "worker_mb": worker, "seconds": round(took["wall_s"], 1),
        }  # fmt: skip
    return peaks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="file or folder for the JSON report")
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--folder", type=Path, help="where the databases are written (a real disk)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=("throughput", "faults", "flood"))
    given = parser.parse_args()
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    part, rounds = (10, 1) if given.quick else (1, 5)
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        if given.only in (None, "throughput"):
            few = max(1, rounds // 2)
            results["20 nodes"] = throughput(folder, count=1000 // part, nodes=20, size=40, rounds=rounds)
            results["200 nodes"] = throughput(folder, count=200 // part, nodes=200, size=40, rounds=few)
            results["20 kB replies"] = throughput(folder, count=400 // part, nodes=20, size=20_000, rounds=few)
        if given.only in (None, "flood"):
            results["flood"] = flood(folder, ticks=50_000 // part)
        if given.only in (None, "faults"):
            results["faults"] = faults(folder, count=1000 // part, number=40 // (part // 2 or 1), seed=given.seed)
    for name, told in results.items():
        print(name)
        for key, value in told.items():
            print(f"  {key:32} {value}")
    print(machine_facts(), file=sys.stderr)
    if given.out:
        write_report(given.out, "batches", results)


if __name__ == "__main__":
    main()
