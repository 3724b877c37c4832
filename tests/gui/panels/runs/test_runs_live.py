"""Runs that go on: of another process and of this window. They are seen, watched, held, stepped and stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from studio.gui.panels.runs import steering
from studio.gui.panels.runs.listing import _looked
from studio.trace import Trace, open_run
from studio.trace.mailbox import may_be_steered
from studio.trace.sqlite import sqlite3
from tests.gui.panels.runs.conftest import Shelf
from tests.gui.patience import PATIENCE_MS
from tests.trace.declaring import declare
from tests.trace.runs import put_firings, start_of

pytestmark = pytest.mark.skipif(not may_be_steered(), reason="SQLite is too old for two writing processes")

Open = Callable[[], Shelf]

SLOW = """\
studio: 1
name: slow
nodes:
  count: {type: math.expression, expression: "n + 1"}
  wait: {type: flow.delay, seconds: 0.02}
edges:
  - count.value -> wait.value
  - wait.value ~> count.n: {initial: 0}
max_ticks: 5000
"""
"""Goes on for minutes and calls nobody."""


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    path = tmp_path / "slow.yaml"
    path.write_text(SLOW)
    return path


@pytest.fixture
def going(slow: Path) -> Iterator[subprocess.Popen[str]]:
    """A slow run in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", "run", str(slow), "--json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=PATIENCE_MS / 1000)


def running(shelf: Shelf) -> str:
    """Wait for the run of the other process to be listed; return its id."""
    shelf.wait(lambda: shelf.panel.listing.now.pulse is not None and shelf.panel.listing.now.pulse.live)
    return shelf.ids()[0]


def said(shelf: Shelf) -> str:
    return shelf.panel.steering.state.text()


def test_a_run_of_another_process_is_paused_stepped_let_go_and_stopped(
    going: subprocess.Popen[str], shelf: Open, trace_file: Path
) -> None:
    shown = shelf()
    id = running(shown)
    assert shown.cells("status") == ["running"]
    assert shown.panel.steering.isHidden()
    shown.click(id)
    assert shown.panel.steering.isVisible()

    shown.push("runs.pause.button")
    assert said(shown) == "Asking it to pause…"
    shown.wait(lambda: said(shown).startswith("Paused before "))
    assert shown.cells("status") == ["running · held"]
    with Trace(trace_file) as trace:
        held_at = trace.steps(id).last()
        shown.push("runs.step.button")
        shown.wait(lambda: (trace.steps(id).last() or 0) > (held_at or 0))
        shown.wait(lambda: "one step done" in said(shown))
        shown.push("runs.go_on.button")
        shown.wait(lambda: said(shown) == "It goes on.")
        assert shown.cells("status") == ["running"]
        at = trace.steps(id).last() or 0
        shown.wait(lambda: (trace.steps(id).last() or 0) > at + 3)
    shown.push("runs.abort.button")
    shown.wait(lambda: shown.cells("status") == ["aborted"])

    assert going.wait(PATIENCE_MS / 1000) == 130
    shown.wait(lambda: shown.panel.steering.isHidden())
    assert not shown.panel.listing.now.pulse.live  # type: ignore[union-attr]


def test_a_run_that_does_not_answer_is_said_and_the_window_goes_on(
    shelf: Open, trace_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steering, "ANSWER_WITHIN_S", 0.2)
    log = open_run(trace_file, start_of("01DEAF"))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    put_firings(log, 3)
    log.flush()
    shown = shelf()
    shown.click(running(shown))

    shown.push("runs.pause.button")
    assert said(shown) == "Asking it to pause…", "the window does not wait"

    shown.wait(lambda: "does not answer" in said(shown))
    assert any("does not answer" in text and kind == "error" for text, kind in shown.said)
    log.finish("ok", "quiet", None, {}, {"firings": 3}, 1)
    log.flush()
    shown.wait(lambda: shown.cells("status") == ["ok"])


def test_a_run_is_stopped_while_it_is_still_asked_to_pause_and_no_order_is_given_twice(
    shelf: Open, trace_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steering, "ANSWER_WITHIN_S", 0.5)
    log = open_run(trace_file, start_of("01DEAF"))
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    put_firings(log, 3)
    log.flush()
    shown = shelf()
    shown.click(running(shown))

    def given() -> list[str]:
        with closing(sqlite3.connect(trace_file)) as connection:
            return [row[0] for row in connection.execute("SELECT command ->> '$.do' FROM control ORDER BY id")]

    for name in ("pause", "pause", "abort", "abort", "step"):
        shown.push(f"runs.{name}.button")
    assert said(shown) == "Stopping it…"
    shown.wait(lambda: "does not answer" in said(shown))

    assert sorted(given()) == ["abort", "pause"]
    assert [text for text, kind in shown.said if kind == "error"] == [shown.said[-1][0]], "it is said once"
    shown.push("runs.step.button")
    shown.wait(lambda: "step" in given())
    shown.wait(lambda: "does not answer" in said(shown))
    log.finish("ok", "quiet", None, {}, {"firings": 3}, 1)
    log.flush()


@pytest.mark.thorough
def test_the_run_of_this_window_is_a_row_and_is_steered_the_same_way(shelf: Open, slow: Path) -> None:
    shown = shelf()
    document = shown.workbench.open(slow)
    assert document is not None
    live = shown.workbench.part("live")
    live.run(document)
    shown.wait(lambda: live.active is not None and live.active.known_as)
    id = running(shown)
    shown.wait(lambda: shown.cells("status") == ["running · here"])
    shown.click(id)

    shown.push("runs.pause.button")
    shown.wait(lambda: live.state() == "paused")
    shown.wait(lambda: said(shown) == "It goes on in this window: paused.")
    assert shown.cells("status") == ["running · here, held"]
    shown.push("runs.go_on.button")
    shown.wait(lambda: live.state() == "running")
    shown.push("runs.abort.button")
    shown.wait(lambda: live.active is None)
    shown.wait(lambda: shown.cells("status") == ["aborted"])


def test_a_run_that_goes_on_is_looked_at_in_view_watched_to_its_end_and_noticed_to_be_killed(
    going: subprocess.Popen[str], shelf: Open
) -> None:
    shown = shelf()
    running(shown)
    assert shown.panel.listing._look.isActive()

    shown.window.docks["runs"].hide()

    assert not shown.panel.listing._look.isActive()
    assert not shown.panel._tick.isActive()
    shown.window.show_panel("runs")
    assert shown.panel.listing._look.isActive()

    shown.click(running(shown))

    shown.push("runs.watch.button")

    session = shown.workbench.part("replay").current
    assert session is not None
    assert session.source.run == session.run.id
    first = session.seq
    shown.wait(lambda: session.seq > first + 4)
    assert session.seq >= session.last - 30, "it stands near the end"
    shown.workbench.remove(session.document)

    shown.window.show_panel("runs")
    running(shown)
    first = int(shown.cells("firings")[0].replace(",", ""))
    shown.wait(lambda: int(shown.cells("firings")[0].replace(",", "")) > first + 5)
    shown.click(shown.ids()[0])
    shown.push("runs.pause.button")
    shown.wait(lambda: said(shown).startswith("Paused before "))
    listing = shown.panel.listing
    seen = -1
    while listing.now.changes != seen:  # until the run that is held writes nothing any more
        seen = listing.now.changes
        listing.look()
        shown.wait(lambda: not listing._answers.isActive())

    going.send_signal(signal.SIGKILL)
    going.wait(PATIENCE_MS / 1000)

    shown.wait(lambda: shown.cells("status") == ["interrupted"])


def test_runs_that_go_on_are_looked_at_though_nothing_was_written(trace_file: Path) -> None:
    log = open_run(trace_file, start_of("01HELD"))
    log.flush()
    with Trace(trace_file) as trace:
        seen = trace.changes()
        told = _looked(trace, seen, True)
        assert told is not None, "a process may die without a word"
        assert [row.id for row in told[2]] == ["01HELD"]
        assert _looked(trace, seen, False) is None, "nothing is asked where nothing can have changed"
