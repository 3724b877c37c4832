"""Going through a run with the mouse on its timeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui.panels.timeline import ruler
from studio.gui.panels.timeline.hover import told
from studio.gui.panels.timeline.menus import firing_menu, track_menu
from studio.gui.panels.timeline.state import ROW
from studio.gui.theme import current_theme
from studio.trace import RunStart, open_run
from tests.gui.panels.timeline.by_hand import Shown, click, drag, looks, move, settle, wheel
from tests.support.thorough import thorough_but
from tests.trace.declaring import declare

SHIFT = Qt.KeyboardModifier.ShiftModifier
MIDDLE = Qt.MouseButton.MiddleButton


def test_a_click_on_a_bar_goes_to_that_firing(town: Shown) -> None:
    firings = town.firings()
    for firing in (*firings[::-1], *firings):
        assert firing.seq is not None
        click(town.timeline.tracks, town.at(firing.seq))

        assert town.session.seq == firing.seq
        assert town.session.here.node == firing.node
        assert town.session.here.tick == firing.tick


def test_a_click_on_a_track_of_a_region_goes_to_what_is_inside(town: Shown) -> None:
    inside = [one for one in town.firings() if one.node.startswith("work/")]
    for firing in inside:
        assert firing.seq is not None
        click(town.timeline.tracks, town.at(firing.seq, "work"))
        assert town.session.here.id == firing.id


def test_where_no_bar_is_the_step_at_that_place_is_gone_to(town: Shown) -> None:
    first = town.firings()[0]
    last = len(town.firings())
    click(town.timeline.tracks, town.at(last, first.node))

    assert town.session.seq == last
    assert town.session.here.node != first.node


def test_on_the_ruler_each_step_is_gone_to_and_by_time_what_was_decided_last(town: Shown) -> None:
    strip = town.timeline.ruler
    for seq in (3, 9, 1):
        click(strip, QPoint(town.at(seq).x(), 5))
        assert town.session.seq == seq

    town.state.set_axis("time")
    ended = [one.started_at + (one.duration_ms or 0) / 1e3 - town.session.run.started_at for one in town.firings()]
    place = strip.place_at(strip.width() // 2)
    click(strip, QPoint(strip.width() // 2, 5))
    due = [seq for seq, end in enumerate(ended, 1) if end <= place + 1e-6]
    assert town.session.seq == (due[-1] if due else 1)


def test_a_drag_scrubs_and_goes_only_to_the_last_of_many_places(long: Shown) -> None:
    gone: list[int] = []
    unhook = long.session.moved.connect(lambda: gone.append(long.session.seq))
    strip = long.timeline.ruler
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(10, 5))
    settle()
    before = len(gone)
    for x in range(20, 320, 3):
        move(strip, QPoint(x, 5))
    settle()
    assert gone[before:] == [long.state.axis.step_at(strip.place_at(317)) + 1]
    for x in (330, 340, 350):
        move(strip, QPoint(x, 5))
        settle()
    assert len(gone) == before + 4, "with time between, each place is gone to"
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(350, 5))
    unhook()


@pytest.mark.parametrize("kind", thorough_but(lambda kind: kind == "time", ["step", "time"]))
def test_the_wheel_zooms_around_the_mouse(long: Shown, kind: str) -> None:
    long.state.set_axis("time" if kind == "time" else "step")
    tracks = long.timeline.tracks
    at = QPoint(tracks.width() // 3, 20)
    place = tracks.place_at(at.x())
    length = long.state.window.length
    for _ in range(9):
        wheel(tracks, at, 1)
        assert tracks.place_at(at.x()) == pytest.approx(place)
    assert long.state.window.length < length / 5
    for _ in range(30):
        wheel(tracks, at, -1)
    assert long.state.window.is_fitted


def test_one_firing_can_be_as_wide_as_half_the_timeline(long: Shown) -> None:
    tracks = long.timeline.tracks
    for _ in range(60):
        wheel(tracks, QPoint(300, 20), 1)

    assert long.state.window.length == 2
    low, high = long.state.axis.span(long.state.axis.step_at(long.state.window.start + 0.5))
    assert tracks.x_of(high) - tracks.x_of(low) == pytest.approx(tracks.width() / 2)


def test_shift_wheel_and_a_sideways_wheel_pan_and_middle_drag_too(long: Shown) -> None:
    tracks, window = long.timeline.tracks, long.state.window
    long.state.look_at(1000, 1100)
    wheel(tracks, QPoint(50, 20), -1, mods=SHIFT)
    assert window.start == pytest.approx(1010)
    wheel(tracks, QPoint(50, 20), across=1)
    assert window.start == pytest.approx(1000)
    place = tracks.place_at(100)
    seq = long.session.seq
    drag(tracks, QPoint(100, 50), QPoint(180, 50 - ROW), MIDDLE)
    assert tracks.place_at(180) == pytest.approx(place)
    assert long.state.scroll == ROW
    assert long.session.seq == seq


def test_a_range_drawn_on_the_ticks_or_with_shift_is_zoomed_to(long: Shown) -> None:
    strip = long.timeline.ruler
    for widget, y, mods in (
        (strip, ruler.NUMBERS + 4, Qt.KeyboardModifier.NoModifier), (strip, 4, SHIFT), (long.timeline.tracks, 9, SHIFT),
    ):  # fmt: skip
        long.state.fit()
        wanted = strip.place_at(100), strip.place_at(250)
        seq = long.session.seq
        drag(widget, QPoint(250, y), QPoint(100, y), mods=mods)
        assert (long.state.window.start, long.state.window.end) == pytest.approx(wanted)
        assert long.session.seq == seq


def test_the_strip_moves_widens_and_chooses_what_is_seen(long: Shown) -> None:
    strip, window = long.timeline.strip, long.state.window
    drag(strip, QPoint(100, 8), QPoint(200, 8))
    assert (window.start, window.end) == pytest.approx((strip.place_at(100), strip.place_at(200)))
    drag(strip, QPoint(150, 8), QPoint(250, 8))
    assert (window.start, window.end) == pytest.approx((strip.place_at(200), strip.place_at(300)))
    drag(strip, QPoint(300, 8), QPoint(400, 8))
    assert (window.start, window.end) == pytest.approx((strip.place_at(200), strip.place_at(400)))
    drag(strip, QPoint(200, 8), QPoint(50, 8))
    assert (window.start, window.end) == pytest.approx((strip.place_at(50), strip.place_at(400)))


def test_a_double_click_enters_the_graph_of_the_firing(town: Shown) -> None:
    shown: list[Any] = []
    town.panel.workbench.shown.connect(lambda tab: shown.append(tab))
    inside = next(one for one in town.firings() if one.node.endswith("/add"))
    region = next(one for one in town.firings() if one.node == "work")
    for firing in (inside, region):
        assert firing.seq is not None
        at = town.at(firing.seq)
        click(town.timeline.tracks, at)
        QTest.mouseDClick(town.timeline.tracks, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        assert shown[-1].at == ("refine",)
        assert town.session.here.id == firing.id


def test_what_the_mouse_is_over_is_told(town: Shown) -> None:
    call = next(one for one in town.firings() if one.node == "greet")
    assert call.seq is not None
    at = town.at(call.seq)
    move(town.timeline.tracks, at, Qt.MouseButton.NoButton)
    index = town.timeline.tracks.hovered
    assert int(town.state.overview.id[index]) == call.id
    text = told(town.state, index, town.state.overview.indexes_of([call.seq]))
    assert text.startswith(f"greet\nstep {call.seq} · tick 0\nfired in ")
    assert "1 model call" in text
    failed = next(one for one in town.firings() if one.node == "fails")
    assert failed.seq is not None
    text = told(town.state, town.state.overview.index_of(failed.seq), town.state.overview.indexes_of([failed.seq]))
    assert failed.reason.split("\n")[0][:40] in text


def test_the_playhead_stands_at_the_step_on_all_parts(long: Shown) -> None:
    replay = current_theme().colour("replay")
    for seq in (1, 1500, 3000):
        long.session.seek(seq)
        settle()
        for part in (long.timeline.ruler, long.timeline.tracks, long.timeline.strip):
            place = long.state.axis.cursor(long.state.place)
            x = min(part.width() - 1, round(part.x_of(place)))
            seen = looks(part)
            near = [
                QColor(seen.pixel(one, part.height() - 3)) for one in range(max(0, x - 1), min(part.width(), x + 2))
            ]
            assert any(_alike(colour, replay) for colour in near), (seq, part.objectName())
            far = QColor(seen.pixel((x + part.width() // 2) % part.width(), part.height() - 3))
            assert not _alike(far, replay)


def _alike(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) < 60 for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


def test_by_time_firings_side_by_side_are_told_apart(db: Path, show: Callable[[Path], Shown]) -> None:
    log = open_run(db, RunStart(run_id="01R", graph_name="g", graph_file="", graph_hash="h",
                                graph_text="nodes: {}", started_at=10**18))  # fmt: skip
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    for seq in range(1, 4):  # three firings that began one after the other and all ended at 10 s
        log.firing(seq, seq, 1, f"a{seq}", 0, 0, 0, "", 0, 10**18 + seq * 10**9, (10 - seq) * 10**9, None, {}, 1)
    log.finish("ok", "quiet", None, {}, {}, 10**18 + 10**10)
    shown = show(db)
    shown.state.set_axis("time")
    tracks = shown.timeline.tracks
    x = round(tracks.x_of(8.0))
    for seq, y in ((1, 3), (2, ROW // 2), (3, ROW - 4)):
        click(tracks, QPoint(x, y))
        assert shown.session.seq == seq
    seen = looks(tracks)
    ok = current_theme().colour("ok")
    assert [_alike(seen.pixelColor(x, y), ok) for y in range(1, ROW - 2)].count(False) >= 2, "gaps between the lanes"
    assert not _alike(seen.pixelColor(round(tracks.x_of(1.5)), ROW - 4), ok), "the third had not begun"


def test_a_click_on_a_mark_goes_to_exactly_that_step(long: Shown, db: Path) -> None:
    strip, overview = long.timeline.ruler, long.state.overview
    overview.asked[1776] = True
    long.state.touch()
    settle()
    x = round(strip.x_of(1776.5)) + 3
    assert strip.mark_at(x) == 1776
    click(strip, QPoint(x, ruler.NUMBERS + ruler.TICKS + 4))
    assert long.session.seq == 1777
    click(strip, QPoint(x, 4))
    assert long.session.seq != 1777, "elsewhere the mouse goes to the step under it"
    assert strip.mark_at(x + 60) == -1


def test_the_right_button_offers_what_can_be_done_with_a_firing_and_a_track(town: Shown) -> None:
    greet = next(one for one in town.firings() if one.node == "greet")
    assert greet.seq is not None
    index = town.state.overview.index_of(greet.seq)
    menu = firing_menu(town.timeline, index)
    acts = {one.text(): one for one in menu.actions()}
    acts[f"Go to Step {greet.seq} · greet"].trigger()
    assert town.session.here.id == greet.id
    town.session.seek(1)
    assert {"Why Is This Here?", "What Did It Lead To?", "Fork Here…"} <= acts.keys()
    acts["Show Only This Track"].trigger()
    assert town.names() == ["greet"]
    town.timeline.filter.clear()
    work = town.state.overview.tracks.with_key("work")
    assert work is not None
    acts = {one.text(): one for one in track_menu(town.timeline, work.number).actions()}
    acts["Fold"].trigger()
    assert "work/add" not in town.names()
    acts["Copy Path"].trigger()
    assert QGuiApplication.clipboard().text() == "work"
    asked: list[int] = []
    town.timeline.tracks.asked.disconnect()
    town.timeline.tracks.asked.connect(lambda found, where: asked.append(found))
    at = town.at(greet.seq)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, town.timeline.tracks.mapToGlobal(at))
    QApplication.sendEvent(town.timeline.tracks, event)
    assert asked == [index]


def test_by_time_what_is_under_way_is_hatched_up_to_the_end(db: Path, show: Callable[[Path], Shown]) -> None:
    log = open_run(db, RunStart(run_id="01R", graph_name="g", graph_file="", graph_hash="h",
                                graph_text="nodes: {}", started_at=10**18))  # fmt: skip
    declare(log, 1, "a", "toy.a", 1, 0, 0)
    declare(log, 2, "b", "toy.a", 1, 1, 0)
    log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 10**18, 10 * 10**9, None, {}, 1)
    log.open_firing(2, 2, "a0", 0, 0, 10**18 + 4 * 10**9)
    log.flush()
    shown = show(db)
    tracks = shown.timeline.tracks
    running = current_theme().colour("running")

    def hatched(place: float) -> bool:
        seen = looks(tracks)
        x = round(tracks.x_of(place))
        near = [(x + away, ROW + y) for away in range(-4, 5) for y in range(3, ROW - 3)]
        return any(_alike(seen.pixelColor(*point), running) for point in near)

    assert not hatched(7.0), "by step it has no place"
    shown.state.set_axis("time")
    settle()
    assert hatched(7.0)
    assert not hatched(2.0)
    assert "started at 4.000 s" in tracks._told_under_way(QPoint(round(tracks.x_of(7.0)), ROW + 5))
    log.finish("ok", "quiet", None, {}, {}, 10**18 + 10**10)
