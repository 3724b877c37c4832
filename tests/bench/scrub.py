"""`python -m tests.bench.scrub [--out FILE] [--quick] [--show]`: what it costs to open a long run and to scrub it.

The runs of `tests.bench.replay`, of about 100,000 firings each, are opened in the real window, one after the other. For
each: milliseconds from opening until the canvas and the first steps on the timeline are painted, and until the whole
timeline is; from a step anywhere in the run until all that can be seen of another one is painted, which is nodes and
wires in view, inspector, and timeline (`seek`); and for frames in which the timeline is panned, zoomed, scrolled over
its tracks, or drawn with some firings lit. `seek_rested` is the same for somebody who rests at each step, `seek_all`
how long it is then until also that is there which is out of view, and what the inspector looks up: where outputs went.
`late` says at how many of these steps something in view was other than painted when all had come: at none, if all is
well. Times by the clock and of the processor: on a busy machine these tell more. Aims: 500 ms to open, 50 ms to seek,
16 ms a frame.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.machine import machine_facts, write_report
from tests.bench.replay import RUNS, record
from tests.bench.window import Times

if TYPE_CHECKING:
    from studio.gui.frame.window import MainWindow
    from studio.gui.panels.timeline.panel import TimelinePanel
    from studio.gui.panels.timeline.timeline import Timeline
    from studio.gui.replay.session import Session

FIRINGS = 100_000
SEEKS = 120
RESTS = 40
FRAMES = 120
OPENINGS = 3
QUICK = {"firings": 1_500, "seeks": 5, "rests": 3, "frames": 5, "openings": 1}
QUICK_RUNS = ("40 nodes", "maps of loops")
AIMS = {
    "first_paint": 500,
    "seek": 50,
    "seek_near": 50,
    "seek_rested": 50,
    "pan": 16,
    "zoom": 16,
    "scroll_tracks": 16,
    "lit": 16,
}
"""Milliseconds that were promised."""
LOOK_MS = 5
SECONDS = 60
"""How long something is waited for at most."""


def wait_for(done: Callable[[], bool]) -> None:
    """Let the window work as it does for people, asleep while nothing happens, until something is so."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    wake = QTimer()
    wake.start(LOOK_MS)
    end = time.perf_counter() + SECONDS
    while not done():
        assert time.perf_counter() < end, "it took too long"
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    wake.stop()


def settle() -> None:
    """Let everything that is due be done and painted."""
    from PySide6.QtWidgets import QApplication

    for _ in range(3):  # what is put off until the window has time comes in the second round
        QApplication.processEvents()


class Seen:
    """Notes what is painted in the window: the canvases (None), and each of some widgets, or something in it."""

    def __init__(self, *widgets: Any) -> None:
        from PySide6.QtCore import QEvent, QObject
        from PySide6.QtWidgets import QApplication, QGraphicsView

        painted = self.painted = set[int]()

        class Filter(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    if isinstance(watched.parent(), QGraphicsView):
                        painted.add(0)
                    one: QObject | None = watched
                    while one is not None:
                        painted.add(id(one))
                        one = one.parent()
                return False

        self._filter = Filter()
        self._app = QApplication.instance()
        self._app.installEventFilter(self._filter)
        self._wanted = {id(widget) if widget is not None else 0 for widget in widgets}

    @property
    def all(self) -> bool:
        """True if all were painted."""
        return self._wanted <= self.painted

    def end(self) -> None:
        """Note no more."""
        self._app.removeEventFilter(self._filter)


def is_drawn(panel: TimelinePanel, *, whole: bool) -> bool:
    """True if steps (all of them) have been painted on the timeline and on the canvas."""
    timeline = panel.timeline
    if timeline is None or not len(timeline.state.overview) or (whole and not timeline.state.overview.is_whole):
        return False
    canvas = panel.workbench.canvas
    tracks = timeline.tracks
    drawn = tracks._made_of is not None and tracks._made_of[0] == timeline.state.version  # type: ignore[index]
    return drawn and canvas is not None and canvas.isVisible()


def opening(window: MainWindow, db: Path, times: int) -> tuple[Session, dict[str, Times]]:
    """Open a run some times; return it open, and how long each took."""
    from studio.gui.replay.session import Source

    workbench = window.workbench
    panel: Any = window.panel("timeline")
    took = {"open_call": Times(), "first_paint": Times(), "whole": Times()}
    session: Any = None
    for number in range(times):
        with took["whole"].one():
            with took["first_paint"].one():
                with took["open_call"].one():
                    session = workbench.part("replay").open(Source(db, "last"))
                wait_for(lambda: is_drawn(panel, whole=False))
            wait_for(lambda: is_drawn(panel, whole=True))
        if number < times - 1:
            workbench.remove(session.document)
            settle()
    return session, took


def moving(times: int, step: Callable[[int], object], *widgets: Any, also: Callable[[], bool] = lambda: True) -> Times:
    """Return the times of steps until these are painted (None: the canvas), and `also` is so. What is put off until
    then is not counted: it is done before the next step, as when somebody takes a moment."""
    from PySide6.QtWidgets import QApplication

    seen = Seen(*widgets)
    took = Times()
    for number in range(times):
        seen.painted.clear()
        end = time.perf_counter() + SECONDS
        with took.one():
            step(number)
            while not (seen.all and also()) and time.perf_counter() < end:
                QApplication.processEvents()
        assert seen.all, "not painted"
        settle()
    seen.end()
    return took


class Places:
    """The steps that are gone to, and what the window shows of the current one."""

    def __init__(self, window: MainWindow, session: Session, count: int) -> None:
        dice = random.Random(5)
        places = [dice.randint(1, session.last) for _ in range(count)]
        self.all = [place for place, before in zip(places, [session.seq, *places], strict=False) if place != before]
        self.session = session
        self.inspector: Any = window.panel("inspector")
        self.replays: Any = window.workbench.part("replay")
        self.window = window

    def go(self, number: int) -> None:
        """Go to one of the steps."""
        self.session.seek(self.all[number])

    def is_told(self) -> bool:
        """True if the inspector tells of the current step."""
        facts = self.inspector.firing_page().shown()
        return facts is not None and facts.step == self.session.seq

    def all_there(self) -> bool:
        """True if nothing of the step is to come: out of view, and in the inspector."""
        canvas = self.window.workbench.canvas
        assert canvas is not None
        page = self.inspector.firing_page()
        is_quiet = not canvas.states._waiting and not self.inspector._soon.isActive()
        return is_quiet and self.replays.is_shown(self.session) and not page.desk.is_waiting

    def in_view(self) -> tuple[dict[str, Any], dict[Any, Any]]:
        """What the canvas shows now of the nodes and wires that can be seen."""
        from studio.gui.replay.in_view import in_view

        canvas = self.window.workbench.canvas
        assert canvas is not None
        names, wires = in_view(canvas)
        values = canvas.wire_values.values
        return {name: canvas.projection.cards[name].state for name in names}, {key: values.get(key) for key in wires}


def resting(places: Places, *widgets: Any) -> tuple[dict[str, Times], int]:
    """Go to the steps and rest at each. Return the times until all that can be seen is painted, and until everything
    is there; and how often something in view came later than it was painted."""
    from PySide6.QtWidgets import QApplication

    seen = Seen(*widgets)
    took = {"seek_rested": Times(), "seek_all": Times()}
    late = 0
    for number in range(len(places.all)):
        seen.painted.clear()
        with took["seek_all"].one():
            with took["seek_rested"].one():
                places.go(number)
                while not (seen.all and places.is_told()):
                    QApplication.processEvents()
            before = places.in_view()
            wait_for(places.all_there)
            QApplication.processEvents()
        late += places.in_view() != before
    seen.end()
    return took, late


def scrubbing(window: MainWindow, session: Session, seeks: int, rests: int, frames: int) -> dict[str, Any]:
    """Measure going to steps, and frames of the timeline."""
    from studio.gui.panels.timeline.state import ROW
    from studio.gui.replay.lit import Lit

    panel: Any = window.panel("timeline")
    timeline: Timeline = panel.timeline
    state, tracks = timeline.state, timeline.tracks
    found: dict[str, Any] = {}
    places = Places(window, session, seeks)
    settle()
    shown = (timeline.ruler, places.inspector, None)
    found["seek"] = moving(len(places.all), places.go, *shown, also=places.is_told)
    session.seek(session.last // 2)
    settle()
    found["seek_near"] = moving(seeks, lambda n: session.seek(session.seq + 1), *shown, also=places.is_told)
    rested, found["late"] = resting(Places(window, session, rests), *shown)
    found |= rested
    state.fold_all(on=False)
    state.fit()
    settle()
    found["draw_whole"] = moving(frames, lambda n: state.touch(), tracks)
    state.zoom(0.5, state.window.whole / 3)
    settle()
    found["pan"] = moving(frames, lambda n: state.pan((1, -1)[n // 10 % 2] * state.window.length / 50), tracks)
    found["zoom"] = moving(frames, lambda n: state.zoom((0.93, 1 / 0.93)[n // 20 % 2], state.window.whole / 3), tracks)
    height = tracks.height()
    room = len(state.rows) * ROW - height
    if room > 4 * ROW:
        state.scroll_to(0, height)
        settle()
        found["scroll_tracks"] = moving(frames, lambda n: state.scroll_to((n * 7) % room + 1, height), tracks)
    some = [int(one) for one in state.overview.id[:: max(1, len(state.overview) // 500)]]
    session.light(Lit("bench", frozenset(some), ()))
    settle()
    found["lit"] = moving(frames, lambda n: state.pan((1, -1)[n // 10 % 2] * state.window.length / 50), tracks)
    session.light(None)
    return found


def measure(window: MainWindow, db: Path, *, seeks: int, rests: int, frames: int, openings: int) -> dict[str, Any]:
    """Return all numbers of one run."""
    window.show_panel("timeline")
    settle()
    session, took = opening(window, db, openings)
    steps = session.last
    found = took | scrubbing(window, session, seeks, rests, frames)
    window.workbench.remove(session.document)
    settle()
    return {"steps": steps} | {name: _rounded(one) if isinstance(one, Times) else one for name, one in found.items()}


def _rounded(times: Times) -> dict[str, float]:
    told = times.summary() | {"max_ms": max(times.wall, default=0.0)}
    return {name: round(value, 2) for name, value in told.items()}


def numbers(
    window: MainWindow, folder: Path, runs: Iterable[str] = RUNS, *, firings: int, **how_often: int
) -> dict[str, Any]:
    """Record runs and measure each."""
    results: dict[str, Any] = {}
    for number, name in enumerate(runs):
        db = folder / f"{number}.db"
        record(RUNS[name](firings), db)
        results[name] = measure(window, db, **how_often)
    return results


def print_numbers(results: dict[str, Any]) -> None:
    """Print a table."""
    for name, found in results.items():
        print(f"\n{name}: {found['steps']:,} steps; something in view came late {found['late']} times")
        for what, told in found.items():
            if isinstance(told, dict):
                aim = f"   aim {AIMS[what]} ms" if what in AIMS else ""
                print(
                    f"  {what:<14} median {told['median_ms']:7.1f} ms   p95 {told['p95_ms']:7.1f} ms"
                    f"   max {told['max_ms']:7.1f} ms"
                    f"   processor {told['cpu_median_ms']:7.1f} ms   p95 {told['cpu_p95_ms']:7.1f} ms{aim}"
                )


def main(arguments: list[str] | None = None) -> None:
    """Print the numbers and write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="", help="file or folder for the JSON report")
    parser.add_argument("--quick", action="store_true", help="short runs, few times: only to see that it works")
    parser.add_argument("--show", action="store_true", help="on the screen that there is, not offscreen")
    parser.add_argument("--firings", type=int, default=FIRINGS)
    parser.add_argument("--only", choices=RUNS, help="measure one run only")
    chosen = parser.parse_args(arguments)
    if not chosen.show:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    sys.setswitchinterval(0.0005)  # as `studio.gui.app` has it
    from studio.gui.frame.window import MainWindow
    from studio.gui.theme import apply_theme
    from studio.gui.workbench import Workbench
    from studio.settings.settings import Settings

    app = QApplication(sys.argv[:1])
    apply_theme("dark")
    window = MainWindow(Workbench(Settings()))
    window.resize(1440, 900)
    window.show()
    settle()
    window.collector.spare()
    how = QUICK if chosen.quick else {
        "firings": chosen.firings, "seeks": SEEKS, "rests": RESTS, "frames": FRAMES, "openings": OPENINGS
    }  # fmt: skip
    print(machine_facts())
    with tempfile.TemporaryDirectory() as folder:
        runs = (chosen.only,) if chosen.only else QUICK_RUNS if chosen.quick else RUNS
        results = numbers(window, Path(folder), runs, **how)
        window._leaving = True
        window.close()
    print_numbers(results)
    if chosen.out:
        write_report(chosen.out, "scrub", results)
    app.quit()


if __name__ == "__main__":
    main()
