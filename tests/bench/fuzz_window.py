"""Shakes a real window for minutes: `python -m tests.bench.fuzz_window --seconds 120 --seed N`.

Prints how many steps were taken and what piled up; ends with 1 if anything went wrong. `--until K` repeats a seed up
to step K and prints each; `--only NAME` (again and again) shakes with some kinds of steps alone, to make a case small.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROUND = 600
"""Steps on the same graphs; then they are closed, counted, and opened anew."""


def main() -> int:
    """Shake the window as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", type=int, default=0, help="repeat this many steps of the seed, and print them")
    parser.add_argument("--only", action="append", default=[], help="a kind of step (press, edit, …)")
    parser.add_argument("--replay", action="store_true", help="shake recorded runs, too")
    parser.add_argument("--round", type=int, default=ROUND, help="steps until all is closed, counted and opened anew")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="studio_fuzz_") as folder:
        os.environ["STUDIO_HOME"] = folder
        os.environ["STUDIO_DB"] = str(Path(folder) / "trace.db")
        return shake(Path(folder), asked)


def shake(folder: Path, asked: argparse.Namespace) -> int:
    """Open a window and shake it. Returns the exit code."""
    from PySide6.QtWidgets import QApplication

    from studio.gui.base.sources import leave_sources

    leave_sources()  # as `studio gui` does
    from studio.gui.theme import apply_theme
    from studio.trace.writer import writer_of
    from tests.gui.fuzz.desk import LOOPS, REPLAY_STEPS, STEPS, answers, open_graphs, open_window
    from tests.gui.fuzz.machine import Broken, Machine, census, close_all, rss_mb
    from tests.gui.fuzz.watching import Watch
    from tests.support.graphs import CRITIC_LOOP

    application = QApplication.instance() or QApplication(["studio"])
    assert isinstance(application, QApplication)
    apply_theme("light")
    known = REPLAY_STEPS if asked.replay else STEPS
    steps = [step for step in known if not asked.only or step[1].__name__ in asked.only]
    graphs = (LOOPS, CRITIC_LOOP)
    os.environ["STUDIO_MODEL"] = answers(folder)
    window = open_window(folder, graphs)
    writer_of(Path(os.environ["STUDIO_DB"]))  # made once, when first recorded: that it is there is no growth
    for panel in window.docks:
        window.panel(panel)  # others wait until they are seen
    machine = Machine(window, asked.seed, steps, print if asked.until else (lambda line: None))
    machine.folder, machine.model = folder, os.environ["STUDIO_MODEL"]
    watch = Watch(window)
    if asked.replay:
        machine.watchers = [watch]
    counts: list[dict[str, int]] = []
    memory: list[float] = []
    ends = time.monotonic() + asked.seconds
    started = time.monotonic()
    try:
        while time.monotonic() < ends or asked.until:
            left = asked.until - len(machine.log) if asked.until else asked.round
            if left <= 0:
                break
            if asked.replay:
                window.show_panel("inspector")
            machine.run(min(asked.round, left), lambda: asked.until > 0 or time.monotonic() < ends)
            close_all(window, window.workbench)
            counts.append(census())
            watch.check_closed()
            watch.check_files()
            memory.append(rss_mb())
            open_graphs(window.workbench, folder, graphs)
    except Broken as broken:
        print(f"BROKEN after {len(machine.log)} steps: {broken}")
        return 1
    finally:
        close_all(window, window.workbench)
        window.close()
        # Without a screen Qt keeps what was copied until after Python's end, and then calls Python.
        application.clipboard().clear()
    seconds = time.monotonic() - started
    kinds = Counter(line.split(":")[0] for line in machine.log)
    print(f"{len(machine.log):,} steps in {seconds:.0f} s, seed {asked.seed}: {dict(kinds.most_common())}")
    return report(counts, memory, asked.round) or verify()


def verify() -> int:
    """Print what is wrong with the runs that were recorded. Returns 1 if anything is."""
    from studio.trace import Trace

    with Trace(Path(os.environ["STUDIO_DB"])) as trace:
        runs = len(list(trace.runs()))
        wrong = trace.verify()
    print(f"  {runs} runs were recorded" + "".join(f"\n  WRONG: {one}" for one in wrong))
    return 1 if wrong else 0


def report(counts: list[dict[str, int]], memory: list[float], round: int = ROUND) -> int:
    """Print what piled up over the rounds. Returns 1 if something grows with every round."""
    leaks = growing(counts)
    for name in counts[0] if counts else ():
        print(f"  {name}: " + " ".join(str(one[name]) for one in counts))
    print("  memory (MB): " + " ".join(f"{one:.0f}" for one in memory))
    if len(memory) > 4:
        half = len(memory) // 2
        slope = (sum(memory[half:]) / len(memory[half:]) - sum(memory[1:half]) / max(1, len(memory[1:half]))) / half
        print(f"  memory grows by {slope:.2f} MB a round of {round} steps")
    if leaks:
        print(f"PILES UP: {', '.join(leaks)}")
    return 1 if leaks else 0


def growing(counts: list[dict[str, int]]) -> list[str]:
    """Return what there is more of in the later half of the rounds than ever in the earlier (the first left out)."""
    if len(counts) < 4:
        return []
    early, late = counts[1 : len(counts) // 2 + 1], counts[len(counts) // 2 + 1 :]
    return [name for name in counts[0] if min(one[name] for one in late) > max(one[name] for one in early)]


if __name__ == "__main__":
    sys.exit(main())
