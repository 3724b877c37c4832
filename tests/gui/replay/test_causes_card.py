"""Causes in the window, by keys and mouse: what the canvas lights, the card, going through it, and its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from studio.gui.canvas.wire_item import WireKey
from studio.gui.live.watching.places import Spot
from studio.gui.replay.causes.card import Card
from studio.gui.replay.causes.lights import Lights
from studio.gui.replay.causes.listing import Line
from studio.gui.replay.causes.model import NODE, LinesModel
from studio.gui.replay.lit import Lit
from studio.gui.replay.session import Session, Source
from studio.gui.widgets.picker_bar import NAME, PickerBar
from studio.replay.causes import Causes
from studio.replay.causes.closure import Closure
from studio.support.resources import bundled_graphs
from tests.gui.desk import Desk
from tests.gui.popups.test_context import choose, menu_at
from tests.gui.replay.runs import look_at_all
from tests.gui.support import on_wire, port_of

Open = Callable[[str], Session]


def recorded(name: str) -> Path:
    return next(path for path in bundled_graphs() if path.stem == name).with_suffix(".run.db")


@pytest.fixture
def open_run(desk: Desk, qtbot: Any) -> Open:
    """Open a run, or show it if it is open, at its last step, with nothing selected and nothing lit."""

    def call(name: str) -> Session:
        session = desk.workbench.part("replay").open(Source(recorded(name), "last"))
        assert isinstance(session, Session)
        lights(desk).clear(session)
        session.light(None)
        session.follows = True
        session.go(lambda cursor: cursor.last())
        desk.settle()
        return session

    return call


def lights(desk: Desk) -> Lights:
    found = desk.workbench.part("causes")
    assert isinstance(found, Lights)
    return found


def card(desk: Desk) -> Card:
    found = desk.window.findChild(Card)
    assert found is not None
    return found


def wait(desk: Desk, qtbot: Any, session: Session) -> Lit:
    """Wait for the answer."""
    qtbot.waitUntil(lambda: (shown := lights(desk).of(session)) is not None and shown.answer is not None)
    assert session.lit is not None
    QApplication.processEvents()
    return session.lit


def ask(desk: Desk, qtbot: Any, session: Session, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> Lit:
    """Press the key on the canvas."""
    desk.press(Qt.Key.Key_Y, mods, desk.canvas.view)
    return wait(desk, qtbot, session)


def test_causes_in_a_loop(desk: Desk, open_run: Open, qtbot: Any, subtests: pytest.Subtests) -> None:
    looks = (
        a_key_lights_what_led_to_the_node_and_lists_it,
        what_it_led_to_is_lit_by_the_shifted_key,
        a_click_goes_to_the_step_and_stepping_leaves_it_lit,
        lit_steps_are_gone_through_in_order,
        depth_is_limited_by_a_button,
        escape_ends_it_and_nothing_is_lit,
        the_value_on_a_wire_is_asked_by_its_menu,
        why_there_is_nothing_is_told_and_lit,
        a_node_that_is_decided_later_says_when,
        others_can_light_one_output_and_the_card_makes_way_for_others_lights,
        the_text_is_copied,
        texts_of_wires_that_carried_nothing_of_it_fade,
        what_is_lit_comes_back_after_a_search_in_the_graph,
        the_output_or_the_wire_under_the_mouse_is_meant,  # the mouse stays over it
    )
    look_at_all(subtests, looks, desk, open_run, qtbot)


def test_causes_among_regions(desk: Desk, open_run: Open, qtbot: Any, subtests: pytest.Subtests) -> None:
    looks = (
        each_graph_shows_its_own_part_and_the_region_node_stands_for_what_is_inside,
        the_card_covers_neither_the_node_of_the_step_nor_the_picker,
        the_card_stays_inside_a_canvas_that_shrinks,
    )
    look_at_all(subtests, looks, desk, open_run, qtbot)


def a_key_lights_what_led_to_the_node_and_lists_it(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    session.seek(12)
    desk.choose("writer")
    lit = ask(desk, qtbot, session)

    causes = Causes(session.trace, session.run.id)
    wanted = causes.ancestors(causes.get(session.here.id))
    assert session.here.node == "writer"
    assert lit.firings == set(wanted.firings)
    nodes, wires = desk.canvas.highlighted
    assert nodes == {"topic", "writer", "critic"}
    assert wires == {
        WireKey("topic", "value", "writer", "topic", False), WireKey("writer", "text", "critic", "draft", False),
        WireKey("critic", "label", "writer", "fault", True),
    }  # fmt: skip
    shown = card(desk)
    assert shown.isVisible()
    assert shown.title.text() == f"{len(wanted.firings) - 1} firings led to writer (step 12)"
    assert shown.model.rowCount() > len(wanted.firings)
    assert desk.canvas.projection.cards["result"].dimmed
    assert not desk.canvas.projection.cards["critic"].dimmed


def what_it_led_to_is_lit_by_the_shifted_key(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    session.seek(2)
    desk.choose("writer")
    lit = ask(desk, qtbot, session, Qt.KeyboardModifier.ShiftModifier)

    causes = Causes(session.trace, session.run.id)
    assert lit.firings == set(causes.descendants(causes.get(session.here.id)).firings)
    assert "led to" in card(desk).title.text()
    assert "result" in desk.canvas.highlighted[0]


def a_click_goes_to_the_step_and_stepping_leaves_it_lit(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    lit = ask(desk, qtbot, session)
    table = card(desk).table
    row = next(row for row, line in enumerate(card(desk).model.lines) if line.step == 4)
    place = table.visualRect(card(desk).model.index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert session.seq == 4
    assert session.lit is lit
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert session.seq == card(desk).model.lines[row + 1].step
    session.go(lambda cursor: cursor.move(1))
    assert session.lit is lit


def lit_steps_are_gone_through_in_order(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    lit = ask(desk, qtbot, session)
    seen = [session.seq]
    while session.seq > lit.seqs[0]:
        desk.trigger("causes.previous")
        seen.append(session.seq)
    assert seen == list(reversed(lit.seqs))
    desk.trigger("causes.previous")
    assert desk.said[-1][0] == "There is no lit step before."
    desk.trigger("causes.last")
    assert session.seq == lit.seqs[-1]
    desk.trigger("causes.first")
    desk.trigger("causes.next")
    assert session.seq == lit.seqs[1]


def depth_is_limited_by_a_button(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    whole = ask(desk, qtbot, session)
    button = card(desk).findChild(QToolButton, "causes.depth.1")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    near = wait(desk, qtbot, session)

    assert near.firings < whole.firings
    assert card(desk).note.text().startswith("… and ")
    assert button.isChecked()


def escape_ends_it_and_nothing_is_lit(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    ask(desk, qtbot, session)
    desk.press(Qt.Key.Key_Escape, widget=desk.canvas.view)

    assert session.lit is None
    assert not card(desk).isVisible()
    assert desk.canvas.highlighted == (frozenset(), frozenset())
    assert not any(one.dimmed for one in desk.canvas.projection.cards.values())
    desk.choose("critic")
    desk.press(Qt.Key.Key_Escape, widget=desk.canvas.view)
    assert desk.canvas.selected() == [], "Escape is the canvas's again"


def test_a_search_that_is_given_up_lights_nothing(
    desk: Desk, open_run: Open, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.gui.replay.causes.card.SLOW_MS", 0)
    searched = Closure.go_on

    def without_end(walk: Closure, seconds: float) -> bool:
        searched(walk, seconds)
        return False

    monkeypatch.setattr(Closure, "go_on", without_end)  # else it may be over before it is given up
    session = open_run("order_desk")
    desk.press(Qt.Key.Key_Y, widget=desk.canvas.view)
    qtbot.waitUntil(lambda: (shown := lights(desk).of(session)) is not None and shown.count > 0)
    asked = lights(desk).of(session)
    assert asked is not None
    assert asked.answer is None
    desk.press(Qt.Key.Key_Escape, widget=desk.canvas.view)
    qtbot.waitUntil(lambda: not session.lookup.is_busy and not session.lookup.answers)

    assert asked.asked.is_given_up
    assert session.lit is None
    assert lights(desk).of(session) is None
    assert not card(desk).isVisible()


def the_value_on_a_wire_is_asked_by_its_menu(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    session.seek(12)
    desk.settle()
    place = on_wire(desk.canvas, "critic.label ~> writer.fault")
    choose(desk, menu_at(desk, place), "Why Is This Value Here?")
    wait(desk, qtbot, session)

    shown = lights(desk).of(session)
    assert shown is not None
    subject = shown.asked.subject
    assert (subject.node, subject.tick, subject.port) == ("critic", "1", "label"), "what was fed back came from before"


def the_output_or_the_wire_under_the_mouse_is_meant(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    session.seek_firing(next(one.id for one in session.trace.firings("last", "critic", "1")))
    desk.settle()
    desk.canvas.zoom_to_fit()

    def subject_at(place: QPoint) -> tuple[str, str, str]:
        QTest.mouseMove(desk.canvas.view.viewport(), place)
        qtbot.waitUntil(lambda: desk.canvas.view.target is not None)
        ask(desk, qtbot, session)
        shown = lights(desk).of(session)
        assert shown is not None
        subject = shown.asked.subject
        return subject.node, subject.tick, subject.port

    assert subject_at(port_of(desk.canvas, "critic.label", "out")) == ("critic", "1", "label")
    desk.trigger("causes.end")
    assert subject_at(on_wire(desk.canvas, "topic.value -> writer.topic", 0.4)) == ("topic", "0", "value")


def why_there_is_nothing_is_told_and_lit(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    skipped = next(one for one in session.trace.firings(session.run.id) if one.status == "skipped")
    session.seek_firing(skipped.id)
    desk.choose(skipped.node)
    action = desk.window.actions_bar.actions["causes.why"]
    qtbot.waitUntil(lambda: action.text() == "Why Is There Nothing?")
    lit = ask(desk, qtbot, session)

    absence = Causes(session.trace, session.run.id).absence(skipped)
    assert absence.decided_by is not None
    assert {skipped.id, absence.decided_by.id} <= lit.firings
    assert card(desk).title.text().startswith(f"Why {skipped.node} did not fire")
    assert [line.text for line in card(desk).model.lines][: len(absence.links)] == [one.why for one in absence.links]


def a_node_that_is_decided_later_says_when(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    session.seek(2)
    desk.choose("result")
    desk.press(Qt.Key.Key_Y, widget=desk.canvas.view)
    assert "`result` is not decided yet at step 2." in desk.said[-1][0]
    assert "decided at step" in desk.said[-1][0]
    assert session.lit is None


def each_graph_shows_its_own_part_and_the_region_node_stands_for_what_is_inside(
    desk: Desk, open_run: Open, qtbot: Any
) -> None:
    session = open_run("order_desk")
    lit = ask(desk, qtbot, session)
    assert lit.parts is not None
    inner = next(at for at, part in lit.parts.items() if at and part.nodes)
    around = [spot for spot in (session.spot(one.node) for one in session.trace.firings(session.run.id)) if spot]
    region = next(spot for spot in around if session.places.body(*spot) == inner)
    assert region.name in lit.parts[region.at].nodes

    session.follows = False
    canvas = desk.show(inner)
    assert canvas.highlighted[0] == lit.parts[inner].nodes
    assert card(desk).isVisible(), "the card stays over every graph of the run"
    assert isinstance(region, Spot)


def others_can_light_one_output_and_the_card_makes_way_for_others_lights(
    desk: Desk, open_run: Open, qtbot: Any
) -> None:
    session = open_run("critic_loop")
    lights(desk).light(session, session.here.id)
    wait(desk, qtbot, session)
    other = Lit("found", frozenset({1}), (1,))
    session.light(other)

    assert lights(desk).of(session) is None
    assert not card(desk).isVisible()
    assert session.lit is other
    assert desk.canvas.highlighted[0] == {"topic"}


def the_text_is_copied(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    ask(desk, qtbot, session)
    QApplication.clipboard().clear()
    QTest.mouseClick(card(desk).copy, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: "└→" in QApplication.clipboard().text())
    assert QApplication.clipboard().text().splitlines()[0].startswith(f"✓ {session.here.node}  tick 2")


def texts_of_wires_that_carried_nothing_of_it_fade(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    session.seek(12)
    desk.choose("writer")
    ask(desk, qtbot, session)
    texts = desk.canvas.wire_values._item
    assert texts is not None
    faded = {key for key, chip in texts._chips.items() if chip.is_faded}
    assert faded == {key for key in texts._chips if key not in desk.canvas.highlighted[1]}
    assert faded
    assert faded != set(texts._chips)
    desk.trigger("causes.end")
    assert not any(chip.is_faded for chip in texts._chips.values())


def test_closing_the_run_takes_the_card_along_and_ends_the_search(
    desk: Desk, open_run: Open, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.gui.replay.causes.asking.SLICE_S", 0)
    session = open_run("order_desk")
    desk.press(Qt.Key.Key_Y, widget=desk.canvas.view)
    asked = lights(desk).of(session)
    assert asked is not None
    desk.workbench.remove(session.document)
    QApplication.processEvents()
    assert asked.asked.is_given_up
    assert not card(desk).isVisible()

    again = open_run("critic_loop")
    ask(desk, qtbot, again)
    assert card(desk).isVisible()
    desk.workbench.remove(again.document)
    QApplication.processEvents()
    assert not card(desk).isVisible()


def the_card_stays_inside_a_canvas_that_shrinks(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("order_desk")
    ask(desk, qtbot, session)
    desk.window.resize(820, 560)

    def inside() -> bool:
        canvas = desk.canvas
        room = canvas.rect().translated(canvas.mapTo(desk.window, QPoint(0, 0)))
        return room.contains(card(desk).geometry())

    qtbot.waitUntil(inside)
    QTest.mouseClick(card(desk).fold, Qt.MouseButton.LeftButton)
    assert not card(desk).table.isVisible()
    assert card(desk).height() < 60


def the_card_covers_neither_the_node_of_the_step_nor_the_picker(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("order_desk")
    desk.window.resize(1100, 700)
    session.seek(40)
    ask(desk, qtbot, session)
    bars = {True: 0, False: 0}
    for seq in range(30, 60):
        has_hand = seq % 2 == 0
        (card(desk).table if has_hand else desk.canvas.view).setFocus()
        session.seek(seq)
        for _ in range(4):
            QApplication.processEvents()
        canvas = desk.canvas
        spot = session.spot(session.here.node)
        assert spot is not None
        assert spot.at == canvas.at
        view = canvas.view.viewport()
        node = canvas.view.mapFromScene(canvas.projection.cards[spot.name].body_rect()).boundingRect()
        assert view.rect().contains(node.center())
        mine = card(desk).geometry().translated(-view.mapTo(desk.window, QPoint(0, 0)))
        assert card(desk).isVisible()
        assert view.rect().contains(mine.center())
        assert not mine.intersects(node), (seq, mine, node)
        picker = canvas.findChild(PickerBar, NAME)
        if picker is not None and picker.isVisible():
            bars[has_hand] += 1
            assert not mine.intersects(picker.geometry()), seq
    assert all(bars.values()), "some of the steps are in the map"


def what_is_lit_comes_back_after_a_search_in_the_graph(desk: Desk, open_run: Open, qtbot: Any) -> None:
    session = open_run("critic_loop")
    ask(desk, qtbot, session)
    before = desk.canvas.highlighted
    desk.trigger("edit.find")
    desk.type("topic")
    qtbot.waitUntil(lambda: desk.canvas.highlighted != before)
    desk.press(Qt.Key.Key_Escape)
    assert desk.canvas.highlighted == before


def test_names_of_a_strange_trace_stay_on_one_plain_line() -> None:
    line = Line(1, 1, "a\u202eb\nc" + "x" * 500, "0\u202e", "ok", said="s", into="in\u202e")
    model = LinesModel()
    model.show(None, [line])
    shown = model.index(0, NODE).data()
    tip = model.index(0, NODE).data(Qt.ItemDataRole.ToolTipRole)
    assert shown.startswith("ab c"), "the control: the name is shown"
    for text in (shown, tip):
        assert "\u202e" not in text
        assert "\n" not in text
    assert len(shown) <= 200
