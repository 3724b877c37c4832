"""`python -m tests.bench.diagram [--out FILE] [--quick] [--show]`: what it costs to draw a long run and to move in it.

A made-up run of 100,000 ticks and 12 modules: milliseconds to build its diagram (`build`), and of frames in the widget
with curves beside it: panning from cached tiles (`pan_cached`: there and back over rows that were seen), panning over
rows that were not (`pan_fresh`), at one pixel a row, at ten, and with 32 rows folded into a pixel; zooming, pointing at
cells, and coming to see it the first time. The same for an automaton of 4,000 x 1,001 cells. By the clock and of the
processor: on a busy machine these tell more. Aim: 16.7 ms a frame, which is 60 a second.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.machine import machine_facts, write_report
from tests.bench.window import Times, frames

if TYPE_CHECKING:
    from studio.dynamics.pictures.diagram import Diagram
    from studio.gui.widgets.spacetime import DiagramPane

FRAMES = 120
ROWS = 100_000
STEPS = {"one_pixel": 1, "eleven_pixels": 11, "folded_32": -32}
"""Steps of zooming at which panning is measured."""
AIM = 16.7
STRIDE = 17
"""Pixels of one frame: fast, as when a page is flung."""


def pane_numbers(diagram: Diagram, count: int) -> dict[str, Any]:
    """Measure one diagram in a pane of 1200 x 800."""
    from PySide6.QtWidgets import QApplication

    from studio.gui.widgets.spacetime import DiagramPane

    results: dict[str, Any] = {}
    first = Times()
    with first.one():
        pane = DiagramPane()
        pane.resize(1200, 800)
        pane.set_diagram(diagram)
        pane.show()
        QApplication.processEvents()
    results["first_paint"] = first
    for name, step in STEPS.items():
        pane.axis.zoom_to(step, 0)
        pane.axis.scroll_to(0)
        QApplication.processEvents()
        if pane.axis.length < pane.axis.room + STRIDE * count:
            continue  # it would stand still at the end
        results[f"pan_fresh_{name}"] = frames(count, lambda n: pane.axis.scroll_to(STRIDE * (n + 1)))
        results[f"pan_cached_{name}"] = frames(count, lambda n: pane.axis.scroll_to(STRIDE * (count - n - 1)))
    pane.axis.zoom_to(3, 0)
    results["zoom"] = frames(count, lambda n: pane.axis.zoom((1, -1)[n % 2], 200))
    results["point"] = frames(count, lambda n: _point(pane, n))
    results["recurrence"] = _recurrence(pane)
    pane.close()
    pane.deleteLater()
    return results


def _point(pane: DiagramPane, number: int) -> None:
    first, last = pane.axis.seen()
    pane.view.point(first + number % max(1, last - first), number % pane.view.diagram.width)


def _recurrence(pane: DiagramPane) -> Times:
    from PySide6.QtWidgets import QApplication

    took = Times()
    with took.one():
        pane.bar.recurrence.setChecked(True)
        QApplication.processEvents()
    return took


def figure_numbers(diagrams: dict[str, Diagram]) -> dict[str, float]:
    """Measure what it takes to write each figure, in milliseconds; matplotlib is loaded before."""
    from studio.dynamics.pictures.figures import save

    results = {}
    with tempfile.TemporaryDirectory() as folder:
        save(next(iter(diagrams.values())), Path(folder) / "warm.png")
        for name, diagram in diagrams.items():
            for kind in ("png", "svg"):
                begin = time.perf_counter()
                save(diagram, Path(folder) / f"{name}.{kind}")
                results[f"{name}_{kind}_ms"] = (time.perf_counter() - begin) * 1e3
    return results


def main(arguments: list[str] | None = None) -> None:
    """Print the numbers and write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--show", action="store_true")
    chosen = parser.parse_args(arguments)
    if not chosen.show:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from studio.gui.theme import apply_theme
    from tests.dynamics.pictures.samples import agent_run, long_run, rule_110

    app = QApplication(sys.argv[:1])
    apply_theme("dark")
    count = 10 if chosen.quick else FRAMES
    begin = time.perf_counter()
    run = long_run(2_000 if chosen.quick else ROWS)
    results: dict[str, Any] = {"build_run_ms": (time.perf_counter() - begin) * 1e3}
    begin = time.perf_counter()
    automaton = rule_110(400 if chosen.quick else 4_000, 1_001)
    results["build_automaton_ms"] = (time.perf_counter() - begin) * 1e3
    for name, diagram in (("run", run), ("automaton", automaton)):
        results |= {f"{name}_{key}": value for key, value in pane_numbers(diagram, count).items()}
    results |= figure_numbers({"figure_small": agent_run(), "figure_long": run})
    print(f"{run.rows} x {run.width} and {automaton.rows} x {automaton.width} cells; {machine_facts()}")
    for name, value in results.items():
        if isinstance(value, Times):
            results[name] = told = value.summary()
            over = "" if told["median_ms"] <= AIM or "pan" not in name else "   over the aim"
            print(
                f"{name:<34} median {told['median_ms']:7.1f} ms   p95 {told['p95_ms']:7.1f} ms"
                f"   processor {told['cpu_median_ms']:7.1f} ms   p95 {told['cpu_p95_ms']:7.1f} ms{over}"
            )
        else:
            print(f"{name:<34} {value:14.1f}")
    if chosen.out:
        write_report(chosen.out, "diagram", results)
    app.quit()


if __name__ == "__main__":
    main()
