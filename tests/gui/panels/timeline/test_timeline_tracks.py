"""Tracks: names, folding, filters, what stands out; and that a drawing shows what was counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from studio.engine.run import run
from studio.gui.panels.timeline import painting, state
from studio.gui.panels.timeline.finding import around
from studio.gui.panels.timeline.state import ROW
from studio.gui.replay.lit import Lit
from studio.gui.theme import current_theme
from studio.trace import RunStart, Trace, open_run
from tests.bench.replay import deep
from tests.gui.panels.timeline.by_hand import Shown, click, looks, settle, wheel
from tests.trace.declaring import declare

CTRL = Qt.KeyboardModifier.ControlModifier


def name_at(shown: Shown, row: int) -> QPoint:
    return QPoint(70, row * ROW - shown.state.scroll + ROW // 2)


def is_like(seen: QColor, wanted: QColor) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(seen.getRgb(), wanted.getRgb(), strict=True))


def test_a_click_on_an_arrow_folds_a_region_and_another_unfolds_it(town: Shown) -> None:
    before = town.names()
    assert "work/add" in before
    row = town.row("work")
    arrow = town.timeline.names.arrow_of(row).center()
    click(town.timeline.names, arrow)
    assert town.names() == [name for name in before if not name.startswith("work/")]
    click(town.timeline.names, arrow)
    assert town.names() == before
    town.timeline.fold.click()
    assert "work/add" not in town.names()
    town.timeline.unfold.click()
    assert town.names() == before


def test_a_folded_region_shows_what_is_inside(town: Shown) -> None:
    inside = next(one for one in town.firings() if one.node.endswith("/add"))
    assert inside.seq is not None
    town.timeline.fold.click()
    click(town.timeline.tracks, town.at(inside.seq))

    assert town.session.here.id == inside.id


def test_runs_with_many_tracks_begin_with_regions_folded(
    db: Path, show: Callable[[Path], Shown], monkeypatch: Any
) -> None:
    monkeypatch.setattr(state, "MANY", 5)
    assert run(deep(510), db=db).status == "ok"
    shown = show(db)

    assert shown.names() == ["n0", "rows", "work"]
    assert len(shown.state.overview.tracks.all) > 5


def test_tracks_are_filtered_by_name_and_by_what_happened(town: Shown) -> None:
    town.timeline.filter.setText("work ad")
    assert town.names() == ["work", "work/add"]
    town.timeline.filter.setText("")
    failed = [one.node for one in town.firings() if one.status == "error"]
    town.timeline.showing.setCurrentIndex(2)
    assert town.names() == failed == ["fails"]
    town.timeline.showing.setCurrentIndex(4)
    assert town.names() == ["greet"]
    town.timeline.showing.setCurrentIndex(0)
    assert len(town.names()) > 8


def test_what_is_filtered_out_is_neither_drawn_nor_clicked(town: Shown) -> None:
    town.timeline.showing.setCurrentIndex(2)
    fired = next(one for one in town.firings() if one.node == "greet")
    assert fired.seq is not None
    index = town.state.overview.index_of(fired.seq)
    assert around(town.state, 0, town.state.axis.cursor(index), 0.1)[0] == -1
    seen = looks(town.timeline.tracks)
    ok = current_theme().colour("ok")
    assert not any(is_like(QColor(seen.pixel(x, ROW // 2)), ok) for x in range(seen.width()))


def test_ctrl_click_on_a_name_shows_only_that_track_and_again_all(town: Shown) -> None:
    all_names = town.names()
    click(town.timeline.names, name_at(town, town.row("work/add")), CTRL)
    assert town.names() == ["work", "work/add"]
    click(town.timeline.names, name_at(town, 1), CTRL)
    assert town.names() == all_names


def test_a_click_on_a_name_shows_the_node_of_the_track(town: Shown) -> None:
    shown: list[Any] = []
    town.panel.workbench.shown.connect(shown.append)
    click(town.timeline.names, name_at(town, town.row("work/add")))
    assert shown[-1].at == ("refine",)
    click(town.timeline.names, name_at(town, town.row("tasks")))
    assert shown[-1].at == ()


def test_names_scroll_with_the_tracks_as_far_as_there_are_any(long: Shown) -> None:
    names, tracks = long.timeline.names, long.timeline.tracks
    wheel(names, QPoint(20, 20), -2)
    assert long.state.scroll == 6 * ROW
    assert names.state.row_at(2) == tracks.state.row_at(2) == 6
    for _ in range(20):
        wheel(names, QPoint(20, 20), -3)
    assert long.state.scroll == 30 * ROW - tracks.height() == long.timeline.bar.value()
    long.timeline.bar.setValue(ROW)
    assert long.state.scroll == ROW


def test_the_track_of_a_far_step_comes_into_view(long: Shown) -> None:
    long.session.seek(1)
    settle()
    assert long.state.scroll == 0
    long.session.seek(30)
    settle()
    assert long.session.here.node == "n29"
    assert 0 <= 29 * ROW - long.state.scroll <= long.timeline.tracks.height() - ROW


def test_pixels_of_many_firings_are_as_a_count_of_the_steps_says(
    db: Path, show: Callable[[Path], Shown], monkeypatch: Any
) -> None:
    """Random firings of four nodes: a pixel is red where one failed, grey where one was only skipped."""
    dice = numpy.random.default_rng(8)
    log = open_run(db, RunStart(run_id="01R", graph_name="g", graph_file="", graph_hash="h",
                                graph_text="nodes: {}", started_at=10**18))  # fmt: skip
    for number in range(1, 5):
        declare(log, number, f"n{number}", "toy.a", 1, number - 1, 0)
    many = 6000
    paths, states = (
        dice.integers(1, 5, many),
        dice.choice([0, 0, 0, 0, 0, 0, 2, 1], many, p=[0.165] * 6 + [0.009, 0.001]),
    )
    for seq in range(1, many + 1):
        log.firing(seq, seq, int(paths[seq - 1]), f"d{seq}" if seq > 999 else f"c{seq}", 0, 0, int(states[seq - 1]), "",
                   0, 10**18 + seq * 1000, 500, None, {}, 1)  # fmt: skip
    log.finish("ok", "quiet", None, {}, {}, 10**18 + many * 1000)
    monkeypatch.setattr(painting, "FEW", 10)
    shown = show(db)
    shown.session.seek(1)
    settle()
    theme = current_theme()
    colours = {0: theme.colour("ok"), 1: theme.colour("bad"), 2: theme.colour("skipped")}
    tracks = shown.timeline.tracks
    scale = tracks.devicePixelRatioF()
    assert scale == 1, "pixels are compared one to one"
    seen = looks(tracks)
    wide = tracks.width()
    wrong = checked = 0
    reds = greys = 0
    for row in range(4):
        for x in range(4, wide):
            left, right = x * many / wide, (x + 1) * many / wide
            mine = [
                int(states[seq - 1])
                for seq in range(max(1, int(left)), min(many, int(right) + 2) + 1)
                if seq - 1 < right - 1e-6 and seq > left + 1e-6 and paths[seq - 1] == row + 1
            ]
            colour = QColor(seen.pixel(x, row * ROW + ROW // 2))
            wanted = 1 if 1 in mine else 2 if 2 in mine else 0 if mine else None
            found = _nearest(colour, colours, theme.colour("field"))
            checked += 1
            reds += found == 1
            greys += found == 2
            wrong += found != wanted
    assert wrong == 0, f"{wrong} of {checked}"
    assert reds
    assert greys


def _nearest(seen: QColor, colours: dict[int, QColor], ground: QColor) -> int | None:
    """Which colour a pixel is a shade of (over the ground), by hue; None for the ground itself."""
    red, green, blue = (a - b for a, b in zip(seen.getRgb()[:3], ground.getRgb()[:3], strict=True))
    if abs(red) + abs(green) + abs(blue) < 30:
        return None
    best, near = None, 1e9
    for kind, colour in colours.items():
        full = [a - b for a, b in zip(colour.getRgb()[:3], ground.getRgb()[:3], strict=True)]
        part = sum(a * b for a, b in zip((red, green, blue), full, strict=True)) / sum(a * a for a in full)
        away = sum((a - part * b) ** 2 for a, b in zip((red, green, blue), full, strict=True))
        if away < near:
            best, near = kind, away
    return best


def test_lit_firings_stand_out_and_the_rest_fades(town: Shown, monkeypatch: Any) -> None:
    firings = town.firings()
    lit = next(one for one in firings if one.node == "greet")
    other = next(one for one in firings if one.node == "tasks")
    assert lit.seq is not None
    assert other.seq is not None
    town.session.seek(len(firings))
    ground = current_theme().colour("field")
    for few in (1500, 0):  # as bars, and as counted pixels
        monkeypatch.setattr(painting, "FEW", few)
        town.session.light(None)
        town.state.touch()
        settle()
        plain = looks(town.timeline.tracks)
        before = {seq: plain.pixelColor(town.at(seq)) for seq in (lit.seq, other.seq)}
        town.session.light(Lit("causes", frozenset({lit.id}), ()))
        settle()
        seen = looks(town.timeline.tracks)
        assert _away(seen.pixelColor(town.at(lit.seq)), ground) >= _away(before[lit.seq], ground) > 100
        assert _away(seen.pixelColor(town.at(other.seq)), ground) < _away(before[other.seq], ground) / 3


def _away(one: QColor, other: QColor) -> int:
    return sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


def test_colours_say_state_module_or_origin(town: Shown) -> None:
    failed = next(one for one in town.firings() if one.status == "error")
    fired = next(one for one in town.firings() if one.node == "tasks")
    assert failed.seq is not None
    assert fired.seq is not None
    town.session.seek(4)
    settle()
    theme = current_theme()

    def colour(seq: int) -> QColor:
        return looks(town.timeline.tracks).pixelColor(town.at(seq))

    assert is_like(colour(failed.seq), theme.colour("bad"))
    assert is_like(colour(fired.seq), theme.colour("ok"))
    transport = town.panel.transport
    transport.colours.setCurrentIndex(1)
    transport.colours.activated.emit(1)
    settle()
    assert not is_like(colour(failed.seq), theme.colour("bad"))
    assert not is_like(colour(fired.seq), theme.colour("ok"))
    transport.colours.setCurrentIndex(2)
    transport.colours.activated.emit(2)
    settle()
    assert is_like(colour(fired.seq), theme.colour("ok"))


def test_counts_beside_the_names_are_those_of_the_trace(town: Shown) -> None:
    counts = town.state.counts()
    with Trace(town.session.source.db) as trace:
        firings = list(trace.firings())
    for track in town.state.overview.tracks.all:
        mine = [one for one in firings if _key(one.node) == track.key or _key(one.node).startswith(f"{track.key}/")]
        wanted = [sum(one.status == status for one in mine) for status in ("ok", "error", "skipped")]
        assert counts[track.number].tolist() == wanted, track.key


def _key(node: str) -> str:
    """A path without items of maps, which have numbers here."""
    return "/".join(part for part in node.split("/") if not part.isdecimal())


def test_the_scroll_bar_is_there_as_soon_as_there_is_something_to_scroll(town: Shown) -> None:
    town.panel.resize(900, 600)
    settle()
    assert not town.timeline.bar.isVisible()
    town.panel.resize(900, 220)
    settle()
    assert town.timeline.bar.isVisible()
    assert town.timeline.bar.maximum() == len(town.names()) * ROW - town.timeline.tracks.height() > 0
    town.state.scroll_to(10_000, town.timeline.tracks.height())
    town.panel.resize(900, 600)
    settle()
    assert town.state.scroll == 0
