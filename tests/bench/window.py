"""The window with a large graph: how long the canvas takes to open it, to pan, zoom, drag, and to show a run.

`python -m tests.bench.window [--out DIR_OR_FILE] [--nodes N] [--edges N] [--show]` prints medians and writes JSON.
Offscreen by default; `--show` uses the screen there is. Each time is told twice: as the clock has it, and as the
processor has worked, which is what the clock would say if nobody else were at work.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.bench.machine import machine_facts, median, quantile, write_report

NODES, EDGES = 1_000, 1_500
FRAMES = 40
COLUMNS = 40
OPENINGS = 5
SCALES = {"half_size": 0.5, "third_size": 0.31, "quarter_size": 0.25}
"""Scales at which cards show their title only, at which most of them are in view so, and from afar."""


def big_graph(nodes: int = NODES, edges: int = EDGES, seed: int = 4) -> str:
    """Return the YAML text of a placed graph: nodes of four types in a grid, wires mostly to near ones on the right."""
    dice = random.Random(seed)
    kinds = (
        "{type: math.expression, expression: 'a + b + c'}",
        "{type: llm.function, instructions: 'Answer {a} with {b} and {c}.', output: text}",
        "{type: text.template, template: '{a} {b} {c}'}",
        "{type: llm.function, instructions: '{a} {b} {c}', labels: [good, bad]}",
    )
    outputs = ("value", "text", "text", "label")
    lines = ["studio: 1", "name: big", "nodes:"]
    lines += [f"  n{number}: {kinds[number % 4]}" for number in range(nodes)]
    lines.append("edges:")
    made: set[tuple[int, int, str]] = set()
    while len(made) < edges:
        source = dice.randrange(nodes - 1)
        back = dice.random() < 0.05
        target = min(nodes - 1, source + dice.choice((1, 1, 2, 3, COLUMNS, COLUMNS + 1)))
        port = dice.choice("abc")
        ends = (target, source) if back else (source, target)
        if ends[0] == ends[1] or (*ends, port) in made:
            continue
        made.add((*ends, port))
        arrow = "~>" if back else "->"
        lines.append(f"  - n{ends[0]}.{outputs[ends[0] % 4]} {arrow} n{ends[1]}.{port}")
    lines.append("layout:")
    for number in range(nodes):
        lines.append(f"  n{number}: [{number % COLUMNS * 340}, {number // COLUMNS * 200}]")
    return "\n".join(lines) + "\n"


class Times:
    """Milliseconds by the clock and of the processor."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """Measure what is done inside."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append((time.perf_counter() - wall) * 1e3)
        self.cpu.append((time.process_time() - cpu) * 1e3)

    def summary(self) -> dict[str, float]:
        """Medians and tails."""
        return {
            "median_ms": median(self.wall),
            "p95_ms": quantile(self.wall, 0.95),
            "cpu_median_ms": median(self.cpu),
            "cpu_p95_ms": quantile(self.cpu, 0.95),
        }


def frames(times: int, step: Callable[[int], None]) -> Times:
    """Return the times of steps with everything painted."""
    from PySide6.QtWidgets import QApplication

    took = Times()
    for number in range(times):
        with took.one():
            step(number)
            QApplication.processEvents()
    return took


def megabytes() -> float:
    """Return the memory of this process in use now (Linux), else the most it ever used."""
    try:
        with open("/proc/self/statm", encoding="ascii") as facts:  # noqa: PTH123
            return int(facts.read().split()[1]) * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def canvas_numbers(text: str) -> dict[str, Any]:
    """Measure the canvas alone."""
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QApplication

    from studio.editing import Document
    from studio.graph.model import Graph
    from studio.gui.canvas import Canvas, NodeState
    from studio.gui.workbench import Workbench
    from studio.settings.settings import Settings

    results: dict[str, Any] = {"memory_before_mb": megabytes()}
    workbench = Workbench(Settings())
    warm = Canvas(workbench, Document(Graph.from_text("nodes: {a: {type: flow.input}}")))
    warm.show()
    QApplication.processEvents()
    _end(warm)
    items, shown = Times(), Times()
    for number in range(OPENINGS):
        document = Document(Graph.from_text(text))
        with shown.one():
            with items.one():
                canvas = Canvas(workbench, document)
            canvas.resize(1600, 1000)
            canvas.show()
            QApplication.processEvents()
            canvas.zoom_to_fit()
            QApplication.processEvents()
        if number == 0:
            results["memory_open_mb"] = megabytes()
        if number < OPENINGS - 1:
            _end(canvas)
    graph = document.graph
    results["open_items"], results["open_and_show"] = items, shown
    results["memory_opened_again_mb"] = megabytes()
    view = canvas.view

    results["pan_all_visible"] = frames(FRAMES, lambda n: view.pan(QPointF(7 if n % 20 < 10 else -7, 3)))
    middle = QPointF(view.viewport().rect().center())
    results["wheel_zoom_all_visible"] = frames(FRAMES, lambda n: view.zoom_to(view.zoom * (1.03, 0.97)[n % 2], middle))
    begin = time.perf_counter()
    canvas.zoom_to_fit()
    QApplication.processEvents()
    results["zoom_to_fit_ms"] = (time.perf_counter() - begin) * 1e3
    view.reset_zoom(QPointF(3000, 2000))
    QApplication.processEvents()
    results["pan_life_size"] = frames(FRAMES, lambda n: view.pan(QPointF(9, 6 if n % 20 < 10 else -6)))
    for name, scale in SCALES.items():
        view.reset_zoom(QPointF(3000, 2000))
        view.zoom_to(scale)
        QApplication.processEvents()
        results[f"pan_{name}"] = frames(FRAMES, lambda n: view.pan(QPointF(9, 6 if n % 20 < 10 else -6)))
    view.reset_zoom(QPointF(3000, 2000))
    QApplication.processEvents()
    results["drag_one_node"] = _drag(canvas, FRAMES)

    names = list(graph.nodes)
    canvas.zoom_to_fit()
    QApplication.processEvents()
    dice = random.Random(7)

    def states(number: int) -> None:
        for count in range(330):
            name = dice.choice(names)
            canvas.set_state(name, NodeState("running", text=f"token {number} {count}", tick=str(number), progress=0.5))

    took = Times()
    for number in range(30):
        with took.one():
            states(number)
            QApplication.processEvents()
        time.sleep(max(0.0, 0.033 - took.wall[-1] / 1e3))
    results["ten_thousand_states_a_second"] = took
    results["memory_end_mb"] = megabytes()
    return results


def _end(canvas: Any) -> None:
    """Close a canvas and let Qt delete it now."""
    from PySide6.QtCore import QCoreApplication, QEvent

    canvas.close()
    canvas.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _drag(canvas: Any, times: int) -> Times:
    from PySide6.QtCore import QPoint

    from tests.gui.support import head_of, move, press, release

    room = canvas.view.viewport().rect()
    name = next(name for name in canvas.visible_nodes() if room.contains(head_of(canvas, name)))
    start = head_of(canvas, name)
    press(canvas, start)
    took = frames(times, lambda n: move(canvas, start + QPoint(3 * n + 6, 2 * n)))
    canvas.cancel_interaction()
    release(canvas, start)
    return took


def main(arguments: list[str] | None = None) -> None:
    """Print the numbers and write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="")
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--edges", type=int, default=EDGES)
    parser.add_argument("--show", action="store_true")
    chosen = parser.parse_args(arguments)
    if not chosen.show:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from studio.gui.theme import apply_theme

    app = QApplication(sys.argv[:1])
    apply_theme("dark")
    results = canvas_numbers(big_graph(chosen.nodes, chosen.edges))
    print(f"{chosen.nodes} nodes, {chosen.edges} edges; {machine_facts()}")
    for name, value in results.items():
        if isinstance(value, Times):
            results[name] = told = value.summary()
            print(
                f"{name:<32} median {told['median_ms']:7.1f} ms   p95 {told['p95_ms']:7.1f} ms"
                f"   processor {told['cpu_median_ms']:7.1f} ms   p95 {told['cpu_p95_ms']:7.1f} ms"
            )
        else:
            print(f"{name:<32} {value:14.1f}")
    if chosen.out:
        write_report(chosen.out, "window", results)
    app.quit()


if __name__ == "__main__":
    main()
