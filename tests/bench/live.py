"""How quick the window stays while a run tells it ten thousand things a second, with a thousand nodes on the canvas.

`python -m tests.bench.live` prints medians; `--out FILE` writes them as JSON, `--rate N` tells more or fewer events.
The events are made up, so that the machine's cores do nothing else; they take the way that an engine's would.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench.machine import median, quantile, write_report

NODES = 1000
EXTRA_WIRES = 500
RATE = 10_000
SECONDS = 6.0
BATCH_S = 0.02
"""How often an engine's records come: the trace's writer gathers for this long."""

BEAT_MS = 10
AIM_MS = 40.0
"""Lateness of the window that nine in ten of ten beats must keep (p95)."""


def graph_text(nodes: int = NODES, extra: int = EXTRA_WIRES) -> str:
    """A graph of expressions in rows, each fed by the one before, with wires across."""
    lines = ["name: wide", "nodes:"]
    lines += [f'  n{number}: {{type: math.expression, expression: "1"}}' for number in range(nodes)]
    lines.append("edges:")
    lines += [f"  - n{number}.value -> n{number + 1}.when" for number in range(nodes - 1)]
    lines += [f"  - n{number}.value -> n{number + 37}.when" for number in range(min(extra, nodes - 37))]
    lines.append("layout:")
    lines += [f"  n{number}: [{number % 40 * 220}, {number // 40 * 140}]" for number in range(nodes)]
    return "\n".join(lines) + "\n"


def made_up_records(rate: int) -> Iterator[list[Any]]:
    """What a run of that graph would tell, in batches of `BATCH_S`: firings, one in ten of them opened first."""
    from studio.support.ticks import tick_key
    from studio.trace.log import EXECUTED, OK, RunStart
    from studio.trace.records import FiringRecord, OpenRecord, PathsRecord, StartRecord

    nodes = [(f"n{number}", "math.expression", 1) for number in range(NODES)]
    yield [StartRecord(RunStart("bench", "wide", "", "", "")), PathsRecord(1, "", nodes, 0, 0)]
    made = firing = 0
    batch: list[Any] = []
    while True:
        tick = tick_key(str(firing // NODES))
        path = firing % NODES + 1
        firing += 1
        now = time.time_ns()
        if firing % 10 == 0:
            batch.append(OpenRecord(firing, path, tick, 0, 0, now))
            made += 1
        outputs = {"value": b'"value %d of a node that says a little more than a number"' % firing}
        batch.append(
            FiringRecord(firing, firing, path, tick, 0, 0, OK, "", EXECUTED, now, 2_000_000, None, outputs, 1, None)
        )
        made += 1
        if made >= rate * BATCH_S:
            yield batch
            batch, made = [], 0


@dataclass
class Measured:
    """Lateness of the window's beats and age of events when they were taken, in milliseconds."""

    late: list[float] = field(default_factory=list)
    age: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    """Processor time of the window's thread between two beats: what the lateness is where nobody else is at work."""
    told: int = 0
    taken: int = 0

    def summary(self, seconds: float) -> dict[str, float]:
        """Medians and tails."""
        return {
            "events_per_second": round(self.taken / seconds),
            "told_per_second": round(self.told / seconds),
            "late_ms_p50": round(median(self.late), 2),
            "late_ms_p95": round(quantile(self.late, 0.95), 2),
            "late_ms_max": round(max(self.late, default=0.0), 2),
            "busy_ms_p50": round(median(self.busy), 2),
            "busy_ms_p95": round(quantile(self.busy, 0.95), 2),
            "busy_percent": round(sum(self.busy) / seconds / 10),
            "age_ms_p50": round(median(self.age), 2),
            "age_ms_p95": round(quantile(self.age, 0.95), 2),
        }


def measure(window: Any, live: Any, document: Any, rate: int, seconds: float) -> dict[str, float]:
    """Tell a run's events for some seconds while the window beats."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    from studio.gui.live.playing.orders import Order, snapshot
    from studio.gui.live.playing.session import LiveRun, Outcome
    from studio.gui.live.watching.feed import RunView

    found = Measured()
    run = LiveRun(Order(snapshot(document.graph)), live.engine, live.trace_file(), document.registry)
    mine = live.of(document)
    mine.begin(run, RunView(run.order.graph))
    live.active = mine
    stop = threading.Event()
    sent: dict[int, float] = {}

    def tell() -> None:
        due = time.perf_counter()
        for batch in made_up_records(rate):
            if stop.is_set():
                return
            due += BATCH_S
            time.sleep(max(0.0, due - time.perf_counter()))
            found.told += len(batch)
            sent[found.told] = time.perf_counter()
            run.events.append(("records", batch))

    last, used = time.perf_counter(), time.thread_time()

    def beat() -> None:
        nonlocal last, used
        now, spent = time.perf_counter(), time.thread_time()
        found.busy.append((spent - used) * 1000)
        used = spent
        found.late.append(max(0.0, (now - last) * 1000 - BEAT_MS))
        last = now

    def taken() -> None:
        view = mine.view
        found.taken = view.told if view is not None else 0
        now = time.perf_counter()
        for told in [told for told in sent if told <= found.taken * 1.1]:
            found.age.append((now - sent.pop(told)) * 1000)

    heart = QTimer(window)
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    heart.setInterval(BEAT_MS)
    heart.timeout.connect(beat)
    live.changed.connect(taken)
    teller = threading.Thread(target=tell, daemon=True)
    live._timer.start()
    teller.start()
    heart.start()
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()
    stop.set()
    teller.join()
    heart.stop()
    live.changed.disconnect(taken)
    run.events.append(("end", Outcome(aborted=True)))
    while live.active is not None:
        loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    return found.summary(seconds)


def views(canvas: Any) -> dict[str, Callable[[], object]]:
    """How much of the graph is in view."""
    from PySide6.QtCore import QPointF

    def near() -> None:
        canvas.view.reset_zoom()
        canvas.view.put(QPointF(0, 0), QPointF(20, 20))

    return {"all nodes in view": canvas.zoom_to_fit, "thirty nodes in view": near}


def main() -> None:
    """Print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="", help="write the numbers as JSON, to a file or into a folder")
    parser.add_argument("--rate", type=int, default=RATE, help="events a second")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    args = parser.parse_args()
    home = tempfile.mkdtemp()
    os.environ["STUDIO_HOME"] = home
    os.environ["STUDIO_DB"] = str(Path(home) / "trace.db")

    from PySide6.QtWidgets import QApplication

    from studio.gui.base.messages import quiet_qt
    from studio.gui.frame.window import MainWindow
    from studio.gui.theme import apply_theme
    from studio.gui.workbench import Workbench
    from studio.settings.settings import Settings

    sys.setswitchinterval(0.0005)
    quiet_qt()
    application = QApplication([])
    apply_theme("light")
    window = MainWindow(Workbench(Settings()))
    window.resize(1440, 900)
    window.show()
    path = Path(home) / "wide.yaml"
    path.write_text(graph_text(), encoding="utf-8")
    document = window.workbench.open(path)
    window.show_panel("run")
    canvas = window.workbench.canvas
    live = window.workbench.part("live")
    for _ in range(50):
        application.processEvents()
    results: dict[str, Any] = {"nodes": NODES, "rate": args.rate, "aim_late_ms_p95": AIM_MS}
    for name, look in views(canvas).items():
        look()
        for _ in range(20):
            application.processEvents()
        results[name] = told = measure(window, live, document, args.rate, args.seconds)
        good = "within" if told["late_ms_p95"] <= AIM_MS else "BEYOND"
        print(
            f"{name:<22} {told['events_per_second']:>6,} of {told['told_per_second']:>6,} events a second taken;"
            f" late p50 {told['late_ms_p50']:.1f} p95 {told['late_ms_p95']:.1f} max {told['late_ms_max']:.1f} ms"
            f" ({good} the aim of {AIM_MS:g})"
        )
        print(
            f"{'':<22} window's thread busy {told['busy_percent']:g} %, {told['busy_ms_p95']:.1f} ms at a time (p95);"
            f" events shown after p50 {told['age_ms_p50']:.0f} p95 {told['age_ms_p95']:.0f} ms"
        )
    live.close()
    window.hide()
    if args.out:
        write_report(args.out, "live", results)


if __name__ == "__main__":
    main()
