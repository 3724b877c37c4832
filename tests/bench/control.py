"""What being steered costs: a run that nobody steers, one with a breakpoint, one that is stepped, a look for orders.

`python -m tests.bench.control` prints it. How long an abort takes: `python -m tests.control.test_abort`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from studio import Graph, run
from studio.control import Controller, Door
from studio.trace.mailbox import Mailbox
from studio.trace.writer import close_writer
from tests.control.driving import Driver

LOOP = """
nodes:
  a: {type: math.expression, expression: "n + 1"}
  b: {type: math.expression, expression: "n + 1"}
  c: {type: math.expression, expression: "n + 1"}
edges:
  - a.value -> b.n
  - b.value -> c.n
  - c.value ~> a.n: {initial: 0}
max_ticks: 4000
"""
TIMES = 9
LIMITS = {"firings": 1e9, "ticks": 1e9}


def with_breakpoint(db: Path) -> Controller:
    """A controller that looks at every firing of one node and never stops."""
    controller = Controller()
    controller.add_breakpoint("c:value < 0")
    return controller


HOW: dict[str, Callable[[Path], Door | Controller | None]] = {
    "no control": lambda db: None,
    "a door nobody opens": lambda db: Door(db),
    "one condition that never holds": with_breakpoint,
}


def microseconds_per_firing(how: str, folder: Path, number: int) -> float:
    """CPU time of one run by its firings."""
    db = folder / f"{how}{number}.db"
    begin = time.process_time()
    result = run(Graph.from_text(LOOP), db=db, control=HOW[how](db), limits=LIMITS)
    took = time.process_time() - begin
    close_writer(db)
    return took / result.firings * 1e6


def main() -> None:
    """Print the numbers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        took: dict[str, list[float]] = {how: [] for how in HOW}
        for number in range(TIMES):
            for how in HOW:
                took[how].append(microseconds_per_firing(how, folder, number))
        for how, times in took.items():
            print(f"{how:<32} {statistics.median(times):6.2f} µs a firing (CPU; least {min(times):.2f})")
        driver = Driver(Controller.step)
        begin = time.process_time()
        result = run(
            Graph.from_text(LOOP.replace("4000", "400")),
            db=folder / "stepped.db",
            control=driver.controller,
            limits=LIMITS,
        )
        rate = result.firings / (time.process_time() - begin)
        print(f"{'stepped, firing by firing':<32} {rate:6.0f} steps a second")
        mailbox = Mailbox(folder / "stepped.db", result.run_id)
        looks = []
        for _ in range(1000):
            begin = time.perf_counter()
            mailbox.take()
            looks.append((time.perf_counter() - begin) * 1e6)
        print(f"{'a look for orders':<32} {statistics.median(looks):6.2f} µs")
        mailbox.close()
        close_writer(folder / "stepped.db")


if __name__ == "__main__":
    main()
