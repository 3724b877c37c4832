"""Moves through a run, by real keys: steps, errors, calls, nodes, ticks, regions and items; what canvases show then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.gui.canvas.wire_item import WireKey
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session, Source
from studio.replay.cursor import Cursor
from studio.support.errors import StudioError
from studio.trace import RunStart, Trace, open_run
from studio.trace.writer import close_writer
from tests.gui.replay.runs import look_at_all, opened, press, replays, settle
from tests.gui.replay.test_hard_runs import TWICE
from tests.support.runs import FAULTY, KEYED, made, recorded
from tests.trace.declaring import declare

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def desk_run(window: MainWindow) -> Session:
    """The recorded run of the example with a map, at its first step."""
    return opened(window, recorded("order_desk"))


MOVES: list[tuple[Qt.Key, Qt.KeyboardModifier, Callable[[Cursor], object]]] = [
    (Key.Key_Right, NONE, lambda c: c.move(1)),
    (Key.Key_Left, NONE, lambda c: c.move(-1)),
    (Key.Key_End, NONE, lambda c: c.last()),
    (Key.Key_Home, NONE, lambda c: c.first()),
    (Key.Key_Home, CTRL, lambda c: c.first()),
    (Key.Key_P, NONE, lambda c: c.next_call()),
    (Key.Key_P, SHIFT, lambda c: c.next_call(back=True)),
    (Key.Key_T, NONE, lambda c: c.next_tick()),
    (Key.Key_T, SHIFT, lambda c: c.next_tick(back=True)),
    (Key.Key_E, NONE, lambda c: c.next_error()),
    (Key.Key_Right, SHIFT, lambda c: c.next_inside()),
    (Key.Key_Left, SHIFT, lambda c: c.next_inside(back=True)),
    (Key.Key_N, NONE, lambda c: c.next_of_node()),
    (Key.Key_N, SHIFT, lambda c: c.next_of_node(back=True)),
    (Key.Key_Up, CTRL, lambda c: c.out()),
]


def test_moves(window: MainWindow, desk_run: Session, qtbot: Any, subtests: pytest.Subtests) -> None:
    with subtests.test("keys move as the cursor does"):
        keys_move_as_the_cursor_does(window, desk_run, 37)
    looks = (
        moves_that_look_through_the_run_do_so_beside_the_window,
        into_a_region_and_out_again,
        without_anywhere_to_go_that_is_said,
    )
    look_at_all(subtests, looks, window, desk_run, qtbot)


@pytest.mark.thorough
@pytest.mark.parametrize("start", [1, 60, 111])
def test_keys_move_as_the_cursor_does_elsewhere(window: MainWindow, desk_run: Session, start: int) -> None:
    keys_move_as_the_cursor_does(window, desk_run, start)


def keys_move_as_the_cursor_does(window: MainWindow, desk_run: Session, start: int) -> None:
    with Trace(recorded("order_desk")) as trace:
        for which, mods, move in MOVES:
            cursor = Cursor(trace)
            cursor.seek(start)
            move(cursor)
            desk_run.seek(start)
            QApplication.processEvents()
            press(window, which, mods)
            assert desk_run.seq == cursor.seq, (which, mods)


def moves_that_look_through_the_run_do_so_beside_the_window(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    for back in (False, True):
        with Trace(recorded("order_desk")) as trace:
            cursor = Cursor(trace)
            cursor.seek(40)
            cursor.next_in_any_item(back=back)
            assert cursor.seq != 40
        desk_run.seek(40)
        settle(window)
        press(window, Key.Key_I, SHIFT if back else NONE)
        wanted = cursor.seq
        qtbot.waitUntil(lambda wanted=wanted: desk_run.seq == wanted)


def into_a_region_and_out_again(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    region = next(
        one.seq for seq in range(1, desk_run.last) if (one := desk_run.cursor.steps.step(seq)) and one.node == "reading"
    )
    assert region is not None
    desk_run.seek(region)
    settle(window)
    press(window, Key.Key_Down, CTRL)
    qtbot.waitUntil(lambda: desk_run.seq != region)
    canvas = settle(window)

    assert desk_run.here.node.startswith("reading/")
    assert canvas.at == ("sentence",), "the tab of the body is in front"
    press(window, Key.Key_Up, CTRL)
    assert desk_run.seq == region
    assert settle(window).at == ()


def test_items_are_gone_through_at_the_same_node(window: MainWindow, tmp_path: Path) -> None:
    session = opened(window, made(KEYED, tmp_path / "keyed.db"))
    while not session.here.node.endswith("/m"):
        session.shift(1)
    settle(window)
    seen = [session.here.node]
    for _ in range(3):
        press(window, Key.Key_Right, CTRL)
        seen.append(session.here.node)

    assert seen == ["work/a%2Fb/m", "work/50%25/m", "work/<b>x<%2Fb>/m", "work/%/m"]
    assert session.here.tick == "0"
    press(window, Key.Key_Left, CTRL)
    assert session.here.node == seen[2]


def without_anywhere_to_go_that_is_said(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    desk_run.seek(1)
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    press(window, Key.Key_Left)
    press(window, Key.Key_E)

    assert said == ["There is no step before this step.", "There is no error after this step."]
    assert desk_run.seq == 1


def test_in_design_the_keys_do_what_they_did(window: MainWindow, small: Path) -> None:
    document = window.workbench.open(small)
    assert document is not None
    canvas = settle(window)
    canvas.select(["topic"])
    before = canvas.projection.cards["topic"].pos().x()
    press(window, Key.Key_Right)

    assert canvas.projection.cards["topic"].pos().x() > before
    actions = window.actions_bar.actions
    assert not [id for id in actions if id.startswith(("replay.next", "replay.last")) and actions[id].isEnabled()]


# -- what is shown --------------------------------------------------------------------------------


def test_what_is_shown_of_a_step(window: MainWindow, desk_run: Session, qtbot: Any, subtests: pytest.Subtests) -> None:
    looks = (
        small_values_that_stand_elsewhere_are_shown,
        the_step_is_marked_in_its_graph_and_around_it,
        who_does_not_follow_stays_where_he_is,
        stepping_keeps_the_zoom,
    )
    look_at_all(subtests, looks, window, desk_run, qtbot)


def test_wires_say_what_the_state_says_at_every_step(window: MainWindow) -> None:
    session = opened(window, recorded("critic_loop"))
    with Trace(recorded("critic_loop")) as trace:
        cursor = Cursor(trace)
        for seq in range(1, session.last + 1):
            session.seek(seq)
            canvas = settle(window)
            cursor.seek(seq)
            shown = canvas.wire_values.values
            for wire in cursor.state().wires:
                value = shown[WireKey.of(wire.edge)]
                kind = {"present": ("value", "again"), "absent": ("absent",), "open": ("open",)}[wire.lying.state]
                assert value.kind in kind, (seq, wire.edge)
                assert (value.kind == "again") == (wire.lying.state == "present" and not wire.lying.fresh)
                assert bool(value.coming) == (wire.coming is not None)


def test_a_wire_told_otherwise_is_seen(window: MainWindow) -> None:
    """The comparison above can fail: at another step wires say something else."""
    session = opened(window, recorded("critic_loop"))
    session.seek(3)
    one = dict(settle(window).wire_values.values)
    session.seek(9)

    assert dict(settle(window).wire_values.values) != one


def small_values_that_stand_elsewhere_are_shown(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    desk_run.seek(desk_run.last)
    canvas = settle(window)
    state = desk_run.state_at(())
    assert state is not None
    texts = {name: canvas.projection.cards[name].state.text for name in state.nodes}

    assert not [name for name, text in texts.items() if "bytes)" in text]
    assert texts["sure"].startswith('{"kind":')
    assert texts["record"].startswith('{"kind":'), "an output says what it took"


def the_step_is_marked_in_its_graph_and_around_it(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    desk_run.seek(37)
    canvas = settle(window)
    assert canvas.marks.current_name == desk_run.here.node.rpartition("/")[2]
    assert canvas.view.tint == "replay"
    window.workbench.show(desk_run.document, ())
    assert settle(window).marks.current_name == "reading"


def test_what_failed_and_what_was_skipped_say_why(window: MainWindow, tmp_path: Path) -> None:
    session = opened(window, made(FAULTY, tmp_path / "faulty.db"))
    session.seek(session.last)
    canvas = settle(window)
    cards = canvas.projection.cards

    assert cards["risky"].state.status == "error"
    assert "zero" in cards["risky"].state.text
    assert cards["after"].state.status == "skipped"
    assert "risky" in cards["after"].state.text
    assert cards["fine"].state.status == "ok"
    edge = next(one for one in session.document.graph.edges if one.target == "after")
    assert canvas.wire_value is not None
    assert "nothing" in canvas.wire_value(edge)
    assert canvas.wire_values.values[WireKey.of(edge)].kind == "absent"


def who_does_not_follow_stays_where_he_is(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    desk_run.seek(1)
    canvas = settle(window)
    press(window, Key.Key_V)
    assert not desk_run.follows
    desk_run.seek(37)

    assert settle(window) is canvas
    assert canvas.marks.current_name == "reading"
    press(window, Key.Key_V)
    assert settle(window).at == ("sentence",)


def stepping_keeps_the_zoom(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    desk_run.seek(1)
    canvas = settle(window)
    canvas.view.zoom_to(0.3)
    for _ in range(20):
        press(window, Key.Key_Right)

    assert canvas.view.zoom == pytest.approx(0.3)
    assert canvas.projection.cards[canvas.selected()[0]].body_rect().intersects(canvas.view.seen())


# -- asking ---------------------------------------------------------------------------------------


def test_what_is_asked(window: MainWindow, desk_run: Session, qtbot: Any, subtests: pytest.Subtests) -> None:
    looks = (
        a_step_is_gone_to_by_its_number,
        a_text_is_searched_from_step_to_step,
        an_answer_that_comes_late_is_let_go,
        of_questions_asked_in_a_row_the_last_one_is_answered,
        where_only_this_step_holds_a_text_that_is_said,
        a_canvas_that_outlives_its_run_asks_it_nothing,  # and so stands last
    )
    look_at_all(subtests, looks, window, desk_run, qtbot)


def a_step_is_gone_to_by_its_number(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    QTest.keyClick(settle(window).view, Key.Key_G)
    naming = window.workbench.part("popups").naming
    assert naming.isVisible()
    naming.field.setText("112")
    assert naming.problem == "A step from 1 to 111."
    naming.field.clear()
    QTest.keyClicks(naming.field, "42")
    QTest.keyClick(naming.field, Key.Key_Return)

    assert desk_run.seq == 42


def a_text_is_searched_from_step_to_step(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    desk_run.seek(1)
    QTest.keyClick(settle(window).view, Key.Key_Slash)
    naming = window.workbench.part("popups").naming
    QTest.keyClicks(naming.field, "Ghent")
    QTest.keyClick(naming.field, Key.Key_Return)
    with Trace(recorded("order_desk")) as trace:
        cursor = Cursor(trace)
        hits = []
        for _ in range(3):
            assert cursor.search("Ghent")
            hits.append(cursor.seq)
    qtbot.waitUntil(lambda: desk_run.seq == hits[0])
    settle(window)
    press(window, Key.Key_F3, CTRL)
    qtbot.waitUntil(lambda: desk_run.seq == hits[1])
    settle(window)
    press(window, Key.Key_F3, CTRL | SHIFT)
    qtbot.waitUntil(lambda: desk_run.seq == hits[0])


def an_answer_that_comes_late_is_let_go(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    service = replays(window)
    service.go_later(desk_run, lambda cursor: 99, "nothing")
    desk_run.seek(5)
    qtbot.waitUntil(lambda: not desk_run.lookup.is_busy and not desk_run.lookup.answers)
    QApplication.processEvents()

    assert desk_run.seq == 5


def of_questions_asked_in_a_row_the_last_one_is_answered(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    service = replays(window)
    held, asked = threading.Event(), []

    def slow(cursor: Cursor) -> int:
        asked.append("slow")
        assert held.wait(20)
        raise StudioError("This step is damaged.")

    def quick(name: str, seq: int) -> Callable[[Cursor], int]:
        return lambda cursor: asked.append(name) or seq  # type: ignore[func-returns-value]

    service.go_later(desk_run, slow, "nothing")
    qtbot.waitUntil(lambda: bool(asked))
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    service.go_later(desk_run, quick("given up", 8), "nothing")
    service.go_later(desk_run, quick("last", 9), "nothing")
    held.set()
    qtbot.waitUntil(lambda: desk_run.seq == 9)

    assert asked == ["slow", "last"]
    assert said == []


def where_only_this_step_holds_a_text_that_is_said(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    replays(window).go_later(desk_run, lambda cursor: cursor.seq, "nothing")
    qtbot.waitUntil(lambda: bool(said))

    assert said == ["There is no other step like this one."]


@pytest.mark.thorough
def test_out_of_a_region_that_was_never_decided_there_is_no_way(window: MainWindow, tmp_path: Path) -> None:
    db = tmp_path / "cut.db"
    log = open_run(db, RunStart("01CUT", "twice", "", "h", graph_text=TWICE))
    names = ("a", "first", "second", "out")
    types = ("flow.input", "flow.subgraph", "flow.subgraph", "flow.output")
    for number, (name, kind) in enumerate(zip(names, types, strict=True)):
        declare(log, 1 + number, name, kind, 1, number, 0)
    for number, (name, kind) in enumerate((("x", "flow.input"), ("add", "math.expression"), ("y", "flow.output"))):
        declare(log, 5 + number, f"first/{name}", kind, 1, number, 2)
    log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 1000, 500, None, {"value": b"1"}, 1)
    log.open_firing(2, 2, "a0", 0, 0, 2000)
    log.firing(3, 2, 5, "a0.a0", 2, 0, 0, "", 0, 3000, 500, None, {"value": b"1"}, 1)
    log.finish("aborted", "abort", None, {}, {}, 0)
    close_writer(db)
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    session = opened(window, db, seq=2)
    assert session.here.node == "first/x"
    press(window, Key.Key_Up, CTRL)
    session.seek(1)
    press(window, Key.Key_Up, CTRL)

    assert said == [
        "`first` around this step was never decided: there is no step to go to.",
        "This step is in the graph of the run itself.",
    ]


# -- state kept -----------------------------------------------------------------------------------


def test_the_last_run_of_a_file_is_another_one_when_another_was_recorded(window: MainWindow, tmp_path: Path) -> None:
    db = made(FAULTY, tmp_path / "runs.db")
    first = opened(window, db)
    assert opened(window, db) is first
    made(FAULTY, db)
    second = opened(window, db)

    assert second is not first
    assert opened(window, db) is second
    assert replays(window).open(Source(db, first.run.id)) is first


def a_canvas_that_outlives_its_run_asks_it_nothing(window: MainWindow, desk_run: Session, qtbot: Any) -> None:
    canvas = settle(window)
    edge = desk_run.document.graph.edges[0]
    assert canvas.wire_value is not None
    assert canvas.wire_value(edge)
    replays(window)._on_closed(desk_run.document)

    assert canvas.wire_value is None


def test_tabs_and_closing_forget_nothing_of_where_a_run_stood(window: MainWindow, small: Path) -> None:
    session = opened(window, recorded("critic_loop"))
    session.seek(9)
    canvas = settle(window)
    canvas.view.zoom_to(1.3)
    window.workbench.open(small)
    settle(window)
    window.workbench.show(session.document)
    assert settle(window) is canvas
    assert session.seq == 9
    assert canvas.view.zoom == pytest.approx(1.3)
    press(window, Key.Key_V)
    window.workbench.part("files").close(session.document)
    again = opened(window, recorded("critic_loop"))

    assert again is not session
    assert (again.seq, again.follows) == (9, False)
