"""`python -m tests.bench.export [--out FILE] [--quick]`: how long exports take and scripts are, how fast they run.

For each graph that ships: seconds until its scripts are written (the clock, median), their lines, and of a standalone
script how many are the graph's own and how many the runtime that it takes along. Then a counting loop of two nodes, in
the studio and as a standalone script, each with and without a record: firings per second, script start not counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.engine.run import run
from studio.export.script import write_script
from studio.export.standalone.script import standalone_script
from studio.graph.model import Graph
from studio.plugins.registries import registry_of
from studio.support.errors import UsageError
from studio.support.resources import bundled_graphs
from tests.bench.machine import median, write_report

LINE = "# " + "-" * 118
"""The line between a script's own part and the runtime."""


def timed(work: Callable[[], str], times: int) -> tuple[float, str]:
    """Return the median of seconds by the clock, and what the work gave."""
    taken, given = [], ""
    for _ in range(times):
        begun = time.perf_counter()
        given = work()
        taken.append(time.perf_counter() - begun)
    return round(median(taken), 2), given


def sizes(quick: bool) -> dict[str, Any]:
    """Return seconds and lines of both scripts of each graph that ships, of the one script where it has no other."""
    found: dict[str, Any] = {}
    for path in bundled_graphs()[: 2 if quick else None]:
        graph = Graph.load(path)
        registry = registry_of(graph)
        times = 1 if quick else 3
        by_words, script = timed(lambda: write_script(graph, registry), times)  # noqa: B023 - called at once
        found[path.stem] = {
            "nodes": sum(len(inner.nodes) for _, inner in graph.walk()),
            "script": {"s": by_words, "lines": script.count("\n")},
        }
        try:
            alone, text = timed(lambda: standalone_script(graph, registry, file=path.name), times)  # noqa: B023
        except UsageError:  # some need what stands in the studio only
            continue
        lines = text.splitlines()
        own = next((number for number, line in enumerate(lines) if line == LINE), len(lines))
        found[path.stem]["standalone"] = {"s": alone, "lines": len(lines), "own": own}
    return found


def counting(ticks: int) -> Graph:
    """Return a loop that counts."""
    graph = Graph("counting", max_ticks=ticks, limits={"firings": 10.0 * ticks, "ticks": 2.0 * ticks})
    graph.add("math.expression", "next", expression="before + 1")
    graph.add("flow.output", "result")
    graph.connect("next.value", "next.before", feedback={"initial": 0})
    graph.connect("next.value", "result.value")
    return graph


def speeds(quick: bool) -> dict[str, Any]:
    """Return firings per second of the loop, in the studio and by a standalone script, with and without a record."""
    ticks = 500 if quick else 10_000
    found: dict[str, Any] = {"firings": 2 * ticks}
    with tempfile.TemporaryDirectory() as folder:
        graph = counting(ticks)
        script = Path(folder) / "counting.py"
        script.write_text(standalone_script(graph, registry_of(graph), file="counting.yaml"), encoding="utf-8")
        for name, words in (("script", []), ("script, recorded", ["--db", str(Path(folder) / "script.db")])):
            limits = ["--limit", f"firings={10 * ticks}", "--limit", f"ticks={2 * ticks}"]
            command = [sys.executable, "-I", str(script), "--json", *limits, *words]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[name] = round(2 * ticks / json.loads(done.stdout)["duration_s"])
        begun = time.perf_counter()
        run(graph, db=Path(folder) / "studio.db")
        found["studio, recorded"] = round(2 * ticks / (time.perf_counter() - begun))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=Path("bench-export.json"), help="the report, a file or a folder")
    parser.add_argument("--quick", action="store_true", help="few and short")
    args = parser.parse_args()
    results = {"exports": sizes(args.quick), "speed": speeds(args.quick)}
    print(json.dumps(results, indent=1))
    write_report(args.out, "export", results)


if __name__ == "__main__":
    main()
