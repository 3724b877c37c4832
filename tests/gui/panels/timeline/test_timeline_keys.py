"""The bar above the timeline, its keys, and what it says where no run is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton

from studio.editing import TOP, Document
from studio.engine.run import run
from studio.graph import Graph
from studio.gui.base.action import all_actions
from studio.gui.frame.window import MainWindow
from studio.gui.panels.timeline.transport import BUTTONS, JUMPS
from studio.gui.replay.session import Source
from studio.models.scripted import Scripted
from studio.support.errors import EnvironmentProblem
from studio.trace import RunStart, open_run
from tests.bench.replay import loop
from tests.gui.few_panels import make_only
from tests.gui.panels.timeline.by_hand import Shown, click, press, settle
from tests.gui.windows import opened
from tests.replay.conftest import TOWN
from tests.trace.declaring import declare

Key = Qt.Key


@pytest.fixture
def window(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The window, shown and in front, with no panel made but the timeline."""
    make_only(monkeypatch, "timeline")
    yield from opened(qtbot)


def test_buttons_step_and_jump(town: Shown) -> None:
    transport = town.panel.transport
    last = len(town.firings())
    for action_id, wanted in (("last", last), ("back", last - 1), ("first", 1), ("next", 2)):
        button = transport.buttons[f"replay.{action_id}"]
        click(button, button.rect().center())
        assert town.session.seq == wanted
    assert transport.step.text() == "2"
    assert transport.of.text() == f"/ {last}"


def test_every_button_and_jump_is_an_action() -> None:
    wanted = {action_id for action_id, _ in BUTTONS} | {one for part in JUMPS for one in part}
    assert wanted <= all_actions().keys()
    assert len(wanted) > 15


def test_the_menu_jumps_to_errors_and_model_calls(town: Shown) -> None:
    menu = town.panel.transport.jump.menu()
    menu.aboutToShow.emit()
    jumps = {one.text(): one for one in menu.actions()}
    town.session.seek(1)
    jumps["Next Error"].trigger()
    assert town.session.here.node == "fails"
    jumps["Previous Model Call"].trigger()
    assert town.session.here.node == "greet"


def test_a_step_is_typed(long: Shown) -> None:
    field = long.panel.transport.step
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "1234")
    assert long.session.seq == 1, "not before Enter"
    press(field, Key.Key_Return)
    assert long.session.seq == 1234
    field.selectAll()
    QTest.keyClicks(field, "77")
    press(field, Key.Key_Escape)
    assert field.text() == "1234"
    assert long.session.seq == 1234


def test_playing_goes_on_and_the_playhead_stays_in_view(long: Shown, qtbot: Any) -> None:
    player = long.panel.replays.player
    from studio.replay.pace import pace_of

    player.set_pace(pace_of("paint"))
    long.state.look_at(0, 20)
    button = long.panel.transport.buttons["replay.play"]
    click(button, button.rect().center())
    qtbot.waitUntil(lambda: long.session.seq > 60)
    assert player.is_playing
    click(button, button.rect().center())
    assert not player.is_playing
    settle()
    window = long.state.window
    assert window.length == pytest.approx(20)
    assert window.start <= long.session.seq <= window.end


def test_keys_step_zoom_and_pick_tracks(long: Shown) -> None:
    tracks, state = long.timeline.tracks, long.state
    tracks.setFocus()
    for key, wanted in ((Key.Key_End, 3000), (Key.Key_Left, 2999), (Key.Key_Home, 1), (Key.Key_Right, 2)):
        press(tracks, key)
        assert long.session.seq == wanted
    press(tracks, Key.Key_Plus)
    press(tracks, Key.Key_Plus)
    assert state.window.length == pytest.approx(3000 * 0.36)
    press(tracks, Key.Key_Minus)
    assert state.window.length == pytest.approx(3000 * 0.6)
    state.look_at(100, 200)
    start = state.window.start
    press(tracks, Key.Key_PageDown)
    assert state.window.start > start
    press(tracks, Key.Key_PageUp)
    assert state.window.start == pytest.approx(start)
    press(tracks, Key.Key_0)
    assert state.window.is_fitted
    shown: list[Any] = []
    long.panel.workbench.shown.connect(lambda tab: shown.append(tab))
    press(tracks, Key.Key_Down)
    assert shown, "the node of the next track is shown"


def test_zooming_by_key_keeps_the_playhead_where_it_is(long: Shown) -> None:
    long.session.seek(1000)
    settle()
    tracks = long.timeline.tracks
    before = tracks.x_of(long.state.axis.cursor(999))
    press(tracks, Key.Key_Plus)
    assert tracks.x_of(long.state.axis.cursor(999)) == pytest.approx(before)


def test_axis_and_colours_are_chosen_in_a_menu_where_there_is_no_room(long: Shown) -> None:
    transport = long.panel.transport
    assert transport.axis.isVisible()
    long.panel.resize(480, 300)
    settle()
    assert not transport.axis.isVisible()
    menu = transport.view.menu()
    menu.aboutToShow.emit()
    next(one for one in menu.actions() if one.text() == "Axis: Time").trigger()
    assert long.state.axis.kind == "time"
    assert transport.width() <= 480, "nothing is pushed out"
    assert transport.follow.geometry().right() <= 480
    for width in (480, 440, 400):
        long.panel.resize(width, 300)
        settle()
        for button in (transport.jump, transport.view):
            assert button.width() >= button.sizeHint().width(), f"the word can be read at {width}"
    assert not transport.of.isVisible()
    long.panel.resize(900, 300)
    settle()
    assert transport.of.isVisible()
    assert transport.speed.isVisible()


def test_another_axis_shows_about_the_same_steps(long: Shown) -> None:
    long.state.look_at(1000, 1200)
    long.state.set_axis("time")
    axis, window = long.state.axis, long.state.window
    assert abs(axis.step_at(window.start) - 1000) <= 3
    assert abs(axis.step_at(window.end) - 1200) <= 3


def test_everything_has_a_name_for_screen_readers(long: Shown) -> None:
    for button in long.panel.findChildren(QToolButton):
        if button.isVisible() and button.objectName().startswith("timeline."):
            assert button.accessibleName(), button.objectName()
    for part in (long.timeline.tracks, long.timeline.ruler, long.timeline.strip, long.timeline.names):
        assert part.accessibleName()


# -- runs that grow, and none ---------------------------------------------------------------------


def test_a_run_that_goes_on_grows_on_the_timeline(db: Path, show: Callable[[Path], Shown], qtbot: Any) -> None:
    log = open_run(db, RunStart(run_id="01LIVE", graph_name="g", graph_file="", graph_hash="h",
                                graph_text="nodes: {}", started_at=10**18))  # fmt: skip
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    for seq in range(1, 11):
        log.firing(seq, seq, 1, f"a{seq - 1}", 0, 0, 0, "", 0, 10**18 + seq, 1, None, {}, 1)
    log.flush()
    shown = show(db)
    assert len(shown.state.overview) == 10
    assert shown.state.window.end == 10
    declare(log, 2, "b", "toy.a", 1, 1, 0)
    for seq in range(11, 41):
        log.firing(seq, seq, 2, f"b{seq - 1}", 0, 0, 1, "no", 0, 10**18 + seq, 1, None, {}, 1)
    log.flush()
    qtbot.waitUntil(lambda: len(shown.state.overview) == 40)
    assert shown.names() == ["a", "b"]
    assert shown.state.window.end == 40
    assert shown.panel.transport.of.text() == "/ 40"
    log.finish("ok", "quiet", None, {}, {}, 10**18 + 100)


def test_a_timeline_goes_with_its_run(town: Shown, qtbot: Any) -> None:
    workbench = town.panel.workbench
    workbench.set_current(None, None)
    assert town.panel.stack.currentWidget() is town.panel.empty
    assert not town.panel.transport.isEnabled()
    workbench.remove(town.session.document)
    assert town.panel.timelines == {}
    workbench.selection_changed.emit()
    settle()


def test_without_a_run_it_says_how_to_get_to_one(window: MainWindow, db: Path) -> None:
    asked: list[str] = []
    window.workbench.panel_asked.connect(lambda name: asked.append(name))
    window.show_panel("timeline")
    panel: Any = window.panel("timeline")
    settle()
    assert "panel Runs" in panel.empty.said.text()
    assert not panel.empty.watch.isVisible()
    runs = panel.findChild(QPushButton, "timeline.runs")
    click(runs, runs.rect().center())
    assert asked == ["runs"]


def test_the_last_run_of_the_graph_is_offered_and_opened(window: MainWindow, db: Path, qtbot: Any) -> None:
    made = run(loop(3, 30), db=db)
    live = window.workbench.part("live")
    live.db = db
    document = window.workbench.add(Document(Graph.from_text("nodes: {a: {type: flow.input}}")))
    live.of(document).last_run = made.run_id
    window.show_panel("timeline")
    panel: Any = window.panel("timeline")
    panel.refresh()
    settle()
    assert panel.empty.watch.text() == "Step through the last run"
    click(panel.empty.watch, panel.empty.watch.rect().center())
    qtbot.waitUntil(lambda: panel.timeline is not None)
    assert panel.timeline.session.run.id == made.run_id


def test_what_cannot_be_read_is_said(town: Shown) -> None:
    panel = town.panel
    panel.timelines.pop(town.session).leave()
    panel._reading.add(town.session)
    panel.replays.found.emit(town.session, "timeline", EnvironmentProblem("The disk is gone."))
    assert "The disk is gone." in panel.empty.said.text()
    assert panel.stack.currentWidget() is panel.empty


# -- with the canvas --------------------------------------------------------------------------------


def test_canvas_and_timeline_select_each_others_nodes(window: MainWindow, db: Path, qtbot: Any) -> None:
    assert run(Graph.from_text(TOWN), model=Scripted(["Good morning, all."]), db=db).status == "ok"
    workbench = window.workbench
    window.show_panel("timeline")
    session = workbench.part("replay").open(Source(db, "last"))
    panel: Any = window.panel("timeline")
    qtbot.waitUntil(lambda: panel.timeline is not None)
    shown = Shown(panel, session, panel.timeline)
    settle()
    assert panel.isVisible()

    canvas = workbench.canvas
    assert canvas is not None
    canvas.select(["greet"])
    settle()
    keys = [shown.state.overview.tracks.all[number].key for number in shown.state.selected]
    assert keys == ["greet"]
    inside = next(one for one in shown.firings() if one.node.endswith("/add"))
    assert inside.seq is not None
    click(shown.timeline.tracks, shown.at(inside.seq))
    assert workbench.canvas is not None
    assert workbench.canvas.at == ("refine",)
    assert workbench.selection == ["add"]
    keys = [shown.state.overview.tracks.all[number].key for number in shown.state.selected]
    assert keys == ["work/add"]
    shown.timeline.pick(shown.state.overview.tracks.all[0].number)
    assert workbench.canvas.at == TOP
    assert workbench.selection == ["tasks"]


def test_arrow_keys_on_the_timeline_are_not_the_canvas_s(window: MainWindow, db: Path, qtbot: Any) -> None:
    assert run(loop(5, 100), db=db).status == "ok"
    session = window.workbench.part("replay").open(Source(db, "last"))
    window.show_panel("timeline")
    panel: Any = window.panel("timeline")
    qtbot.waitUntil(lambda: panel.timeline is not None)
    panel.timeline.tracks.setFocus()
    settle()
    press(panel.timeline.tracks, Key.Key_Right)
    assert session.seq == 2
    press(panel.timeline.tracks, Key.Key_0)
    assert panel.timeline.state.window.is_fitted
    assert window.workbench.canvas is not None
