"""How long from the command until the window is on the screen: `python -m tests.bench.start [GRAPH] [--times N]`.

Each time a process of its own, as a person starts it. Needs no screen: without one, Qt draws in memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

PROBE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio.gui import app, window
made = window.MainWindow.showEvent
def show(self, event):
    made(self, event)
    QTimer.singleShot(0, lambda: print("visible", time.time(), flush=True))
window.MainWindow.showEvent = show
begun = app._begin
def begin(window, files):
    begun(window, files)
    QApplication.processEvents()
    print("ready", time.time(), flush=True)
    QTimer.singleShot(0, QApplication.quit)
app._begin = begin
from studio.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def measure(words: list[str]) -> dict[str, float]:
    """Return the seconds until the window was visible, and until what was named was shown."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "STUDIO_HOME": home}
        began = time.time()
        done = subprocess.run(
            [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, env=environment, check=False
        )
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    lines = [line.split() for line in done.stdout.splitlines()]
    return {line[0]: float(line[1]) - began for line in lines if line and line[0] in ("visible", "ready")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", nargs="?", help="a graph to open (none: the welcome page)")
    parser.add_argument("--times", type=int, default=5)
    args = parser.parse_args()
    words = ["gui", args.graph] if args.graph else []
    runs = [measure(words) for _ in range(args.times)]
    for name in ("visible", "ready"):
        values = sorted(run[name] for run in runs)
        print(f"{name:8} median {statistics.median(values):.2f} s, worst {values[-1]:.2f} s")


if __name__ == "__main__":
    main()
