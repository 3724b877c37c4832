"""Jumps through a run by real keys, on the canvas and on the timeline, against a plain reading of all its firings: each
error, model call, alarm and tick, each firing of a node, and the items of a map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session
from studio.models.scripted import Scripted
from studio.trace import Trace
from studio.trace.found import Firing
from studio.trace.log import MODEL_KINDS
from studio.trace.sqlite import sqlite3
from studio.trace.views import RUN_BITS
from tests.gui.replay.runs import opened, settle
from tests.support.runs import made
from tests.support.thorough import thorough_but

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier

BUSY = """\
studio: 1
name: busy
max_ticks: 3
nodes:
  turn: {type: math.expression, expression: x + 1}
  say: {type: llm.function, instructions: "Say {n}", output: text}
  fails: {type: json.parse, on_error: skip}
  rows: {type: flow.input, value: [ant, bee]}
  work: {type: flow.map, graph: body}
  out: {type: flow.output}
edges:
  - turn.value ~> turn.x: {initial: 0}
  - turn.value -> say.n
  - say.text -> fails.text
  - rows.value -> work.items
  - work.text -> out.value
graphs:
  body:
    nodes:
      item: {type: flow.input}
      add: {type: text.template, template: "{last}{item}"}
      text: {type: flow.output}
    edges:
      - item.value -> add.item
      - add.text ~> add.last: {initial: ""}
      - add.text -> text.value
    max_ticks: 2
"""
"""Three ticks, each of a model call and a failure; a map of two items, each of two ticks."""


class Run(NamedTuple):
    """A run in the window, and all its firings in order."""

    session: Session
    firings: list[Firing]
    calls: set[int]
    alarms: set[int]


@pytest.fixture(params=thorough_but(lambda where: where == "canvas", ["canvas", "timeline"]))
def focus(request: pytest.FixtureRequest, window: MainWindow, qtbot: Any) -> Callable[[], QWidget]:
    """Where the keys go."""

    def there() -> QWidget:
        if request.param == "canvas":
            return settle(window).view
        window.show_panel("timeline")
        panel: Any = window.panel("timeline")
        qtbot.waitUntil(lambda: panel.timeline is not None)
        panel.timeline.tracks.setFocus()
        tracks: QWidget = panel.timeline.tracks
        return tracks

    return there


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Firing], set[int], set[int]]:
    """The run, its firings, steps of calls, and steps of two alarms: its second failure, its last step but one."""
    db = made(BUSY, tmp_path_factory.mktemp("busy") / "busy.db", model=Scripted(["one", "two", "three"]))
    with Trace(db) as trace:
        firings = sorted(trace.firings("last"), key=lambda one: one.seq or 0)
        asked = [one for one in firings if any(e.kind in MODEL_KINDS for e in trace.effects("last", firing=one.id))]
        key = trace.run_list().key(trace.run("last").id)
    about = [[one for one in firings if one.status == "error"][1], firings[-2]]
    _put_alarms(db, key or 0, about)
    return db, firings, {one.seq or 0 for one in asked}, {one.seq or 0 for one in about}


@pytest.fixture
def busy(window: MainWindow, recorded: tuple[Path, list[Firing], set[int], set[int]]) -> Run:
    """The run, open in the window."""
    db, firings, calls, alarms = recorded
    return Run(opened(window, db), firings, calls, alarms)


def _put_alarms(db: Path, run: int, about: list[Firing]) -> None:
    connection = sqlite3.connect(str(db), isolation_level=None)
    base = run << RUN_BITS
    rows = [(base + n, base + one.id, "stuck", "It goes round.", None, 0) for n, one in enumerate(about, 1)]
    connection.executemany("INSERT INTO _alarm VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.close()


def gone_through(run: Run, focus: Callable[[], QWidget], key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> list[int]:
    """Press a key until the run stands still, and return the steps it stood at."""
    seen: list[int] = []
    while True:
        before = run.session.seq
        QTest.keyClick(focus(), key, mods)
        QApplication.processEvents()
        if run.session.seq == before:
            return seen
        seen.append(run.session.seq)
        assert len(seen) <= len(run.firings), "it goes round"


def there_and_back(run: Run, focus: Callable[[], QWidget], key: Qt.Key, mods: Qt.KeyboardModifier = NONE) -> list[int]:
    """Return the steps that a key stops at, from the first step to the last; with Shift it stops at the same ones on
    the way back from there."""
    run.session.seek(1)
    onwards = gone_through(run, focus, key, mods)
    run.session.seek(len(run.firings))
    back = gone_through(run, focus, key, mods | SHIFT)
    assert [one for one in reversed(back) if one != 1] == [one for one in onwards if one != len(run.firings)]
    return onwards


def test_each_of_a_kind_is_stopped_at_forth_and_back(
    window: MainWindow, busy: Run, focus: Callable[[], QWidget], qtbot: Any, subtests: pytest.Subtests
) -> None:
    errors = [one.seq for one in busy.firings if one.status == "error"]
    for kind, wanted, count, key, mods in (
        ("errors", errors, 3, Key.Key_E, NONE),
        ("calls", sorted(busy.calls), 3, Key.Key_P, NONE),
        ("alarms", sorted(busy.alarms), 2, Key.Key_A, ALT),
    ):
        with subtests.test(kind):
            assert len(wanted) == count
            assert there_and_back(busy, focus, key, mods) == wanted
    with subtests.test("firings of the selected node"):
        mine = [one.seq or 0 for one in busy.firings if one.node == "say"]
        busy.session.seek(mine[0])
        assert settle(window).selected() == ["say"]
        assert gone_through(busy, focus, Key.Key_N) == mine[1:]
        assert gone_through(busy, focus, Key.Key_N, SHIFT) == mine[-2::-1]
    with subtests.test("ticks of the region, at their first steps"):
        for prefix, ticks in (("", 3), ("work/0/", 2)):
            region = [one for one in busy.firings if one.node.rpartition("/")[0] == prefix.rstrip("/")]
            firsts = list({one.tick: one.seq or 0 for one in reversed(region)}.values())[::-1]
            assert len(firsts) == ticks
            busy.session.seek(firsts[0])
            assert gone_through(busy, focus, Key.Key_T) == firsts[1:]
            assert gone_through(busy, focus, Key.Key_T, SHIFT)[-1] == firsts[0]
    with subtests.test("into a map, through its items and out"):
        through_the_map(window, busy, focus, qtbot)


def through_the_map(window: MainWindow, busy: Run, focus: Callable[[], QWidget], qtbot: Any) -> None:
    region = next(one.seq or 0 for one in busy.firings if one.node == "work")
    inside = [one for one in busy.firings if one.node.startswith("work/")]
    busy.session.seek(region)
    settle(window)
    QTest.keyClick(focus(), Key.Key_Down, CTRL)
    qtbot.waitUntil(lambda: busy.session.seq != region)
    assert busy.session.here.node.startswith("work/0/")
    assert busy.session.here.tick == min(one.tick for one in inside)
    assert settle(window).at == ("body",)

    name = busy.session.here.node.rpartition("/")[2]
    QTest.keyClick(focus(), Key.Key_Right, CTRL)
    assert busy.session.here.node == f"work/1/{name}"
    assert settle(window).document.at(settle(window).at).nodes.keys() == {"item", "add", "text"}
    items = busy.session.items_in(("body",), 9)
    assert items is not None
    assert (items.key, items.keys) == ("1", ["0", "1"])
    QTest.keyClick(focus(), Key.Key_Left, CTRL)
    assert busy.session.here.node == f"work/0/{name}"
    QTest.keyClick(focus(), Key.Key_Up, CTRL)
    assert busy.session.seq == region
    assert settle(window).at == ()


def test_without_an_alarm_that_is_said(window: MainWindow, tmp_path: Path, focus: Callable[[], QWidget]) -> None:
    session = opened(window, made(BUSY, tmp_path / "calm.db", model=Scripted(["one", "two", "three"])))
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    QTest.keyClick(focus(), Key.Key_A, ALT)

    assert session.seq == 1
    assert said == ["There is no alarm after this step."]


def test_the_readings_differ_from_key_to_key(recorded: tuple[Path, list[Firing], set[int], set[int]]) -> None:
    """What is compared above tells one key from another."""
    _, firings, calls, alarms = recorded
    errors = {one.seq for one in firings if one.status == "error"}
    ticks = {min(one.seq or 0 for one in firings if one.tick == tick) for tick in "012"}

    assert len({frozenset(errors), frozenset(calls), frozenset(alarms), frozenset(ticks)}) == 4
