"""How long from the command until the window is on the screen: `python -m tests.bench.start [GRAPH] [--times N]`.

Each time a process of its own, as a person starts it: with compiled modules, which a first, uncounted run makes (in a
folder of its own, also where the environment forbids it). Needs no screen: without one, Qt draws in memory.
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
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from studio.gui import app
from studio.gui.frame import window
class Watch(QObject):
    def eventFilter(self, seen, event):
        if event.type() == QEvent.Type.Paint:
            seen.removeEventFilter(self)
            QTimer.singleShot(0, lambda: tell("visible"))
        return False
def tell(what):
    print(what, time.time(), time.process_time(), flush=True)
watch = Watch()
made = window.MainWindow.__init__
def make(self, *words, **more):
    made(self, *words, **more)
    self.installEventFilter(watch)
window.MainWindow.__init__ = make
begun = app._begin
def begin(window, *more):
    begun(window, *more)
    QApplication.processEvents()
    tell("ready")
    QTimer.singleShot(0, QApplication.quit)
app._begin = begin
from studio.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def measure(words: list[str], compiled: str) -> dict[str, tuple[float, float]]:
    """Return seconds until the window was visible, and until what was named was shown: by the clock, and of processor.

    `compiled` is the folder of compiled modules. On a machine with other work only the second number says something.
    """
    with tempfile.TemporaryDirectory() as home:
        own = {"STUDIO_HOME": home, "PYTHONPYCACHEPREFIX": compiled}
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, **own}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        began = time.time()
        done = subprocess.run(
            [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, env=environment, check=False
        )
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    lines = [line.split() for line in done.stdout.splitlines()]
    return {
        line[0]: (float(line[1]) - began, float(line[2])) for line in lines if line and line[0] in ("visible", "ready")
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", nargs="?", help="a graph to open (none: the welcome page)")
    parser.add_argument("--times", type=int, default=5)
    args = parser.parse_args()
    words = ["gui", args.graph] if args.graph else []
    with tempfile.TemporaryDirectory() as compiled:
        measure(words, compiled)
        runs = [measure(words, compiled) for _ in range(args.times)]
    for name in ("visible", "ready"):
        clock = sorted(run[name][0] for run in runs)
        work = statistics.median(run[name][1] for run in runs)
        print(f"{name:8} median {statistics.median(clock):.2f} s, worst {clock[-1]:.2f} s; processor {work:.2f} s")


if __name__ == "__main__":
    main()
