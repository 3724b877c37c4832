"""The picker of items in the tab of a map's body: by list, slider and typed, for four items and for ten thousand."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.replay.picks import LISTED
from studio.gui.replay.session import Session
from studio.gui.widgets.picker_bar import PickerBar
from tests.gui.replay.runs import look_at_all, opened, settle
from tests.support.runs import KEYED, made, many_items

BODY = ("body",)
THOUSANDS = 1200


def bar_of(canvas: Canvas) -> PickerBar:
    bar = canvas.findChild(PickerBar)
    assert bar is not None
    bar.refresh()
    return bar


def show_body(window: MainWindow, db: Path) -> tuple[Session, Canvas]:
    session = opened(window, db)
    session.seek(session.last)
    window.workbench.show(session.document, BODY)
    return session, settle(window)


def shown(session: Session) -> str:
    """The key of the item that the tab of the body shows."""
    items = session.items_in(BODY, 1)
    assert items is not None
    return items.key


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(KEYED, tmp_path_factory.mktemp("keyed") / "keyed.db")


def test_four_items(window: MainWindow, keyed: Path, subtests: pytest.Subtests) -> None:
    looks = (
        without_a_step_in_it_the_tab_shows_the_first_item,
        items_have_the_names_they_were_given_whatever_these_hold,
        steps_lead_to_their_own_item,
        the_tab_of_no_body_has_no_picker,
        the_node_of_a_step_is_not_left_under_the_picker,
        what_is_picked_while_the_run_is_being_closed_changes_nothing,
    )
    look_at_all(subtests, looks, window, keyed)


def items_have_the_names_they_were_given_whatever_these_hold(window: MainWindow, keyed: Path) -> None:
    session, canvas = show_body(window, keyed)
    bar = bar_of(canvas)
    assert [bar.items.itemText(n) for n in range(bar.items.count())] == ["a/b", "50%", "<b>x</b>", "(no name)"]
    assert not bar.items.isEditable()
    for place, key in enumerate(["a%2Fb", "50%25", "<b>x<%2Fb>", "%"]):
        bar.items.setCurrentIndex(place)
        bar.items.activated.emit(place)
        canvas = settle(window)
        assert shown(session) == key
        state = session.state_at(BODY)
        assert state is not None
        assert state.region.item == key
        assert canvas.projection.cards["m"].state.tick == "2"
        assert bar.told.text() == f"{place + 1} of 4"
        assert bar.slider.value() == place


def without_a_step_in_it_the_tab_shows_the_first_item(window: MainWindow, keyed: Path) -> None:
    session, canvas = show_body(window, keyed)
    bar_of(canvas)

    assert shown(session) == "a%2Fb"
    assert canvas.projection.cards["m"].state.text == "3"


def steps_lead_to_their_own_item(window: MainWindow, keyed: Path) -> None:
    session, canvas = show_body(window, keyed)
    bar = bar_of(canvas)
    session.seek(1)
    while not session.here.node.startswith("work/50%25/"):
        session.shift(1)
    settle(window)
    bar.refresh()

    assert bar.items.currentText() == "50%"


def the_tab_of_no_body_has_no_picker(window: MainWindow, keyed: Path) -> None:
    window.workbench.show(opened(window, keyed).document)

    assert bar_of(settle(window)).isHidden()


def what_is_picked_while_the_run_is_being_closed_changes_nothing(window: MainWindow, keyed: Path) -> None:
    session, canvas = show_body(window, keyed)
    session.pick(BODY, "a%2Fb")
    bar = bar_of(canvas)
    told: list[object] = []
    canvas.refused.connect(told.append)
    session.moved.connect(lambda: told.append("moved"))

    bar.slider.setValue(1)
    assert told == ["moved"], "while it is open, it does"
    told.clear()
    window.workbench.remove(session.document)  # the canvas ends with the next turn of the loop
    bar.slider.setValue(2)
    bar.items.activated.emit(0)
    bar.source.pick_named("50%")

    assert told == []


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(many_items(THOUSANDS), tmp_path_factory.mktemp("many") / "many.db")


def test_thousands_of_items(window: MainWindow, thousands: Path, subtests: pytest.Subtests) -> None:
    looks = (
        of_thousands_a_few_are_listed_and_all_are_reached,
        an_item_that_never_ran_is_refused_by_name,
    )
    look_at_all(subtests, looks, window, thousands)


def of_thousands_a_few_are_listed_and_all_are_reached(window: MainWindow, thousands: Path) -> None:
    session, canvas = show_body(window, thousands)
    bar = bar_of(canvas)
    assert bar.items.count() <= LISTED + 1
    assert bar.slider.maximum() == THOUSANDS - 1
    bar.slider.setValue(1100)
    settle(window)
    assert shown(session) == "1100"
    assert bar.told.text() == "1,101 of 1,200"
    QTest.mouseClick(bar.forth, Qt.MouseButton.LeftButton)
    assert shown(session) == "1101"
    editor = bar.items.lineEdit()
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "1034")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    canvas = settle(window)
    assert shown(session) == "1034"
    assert canvas.projection.cards["item"].state.text == "1034"


def an_item_that_never_ran_is_refused_by_name(window: MainWindow, thousands: Path) -> None:
    session, canvas = show_body(window, thousands)
    bar = bar_of(canvas)
    before = shown(session)
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    editor = bar.items.lineEdit()
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "99999")
    QTest.keyClick(editor, Qt.Key.Key_Return)

    assert said == ["No item `99999` ran up to now."]
    assert shown(session) == before
    assert editor.text() == before


def the_node_of_a_step_is_not_left_under_the_picker(window: MainWindow, keyed: Path) -> None:
    session, canvas = show_body(window, keyed)
    bar = bar_of(canvas)
    session.seek(1)
    while not session.here.node.endswith("/m"):
        session.shift(1)
    canvas = settle(window)
    view = canvas.view
    card = canvas.projection.cards["m"].body_rect()
    view.zoom_to(1.0)
    view.put(card.topLeft(), QPointF(bar.geometry().topLeft()) + QPointF(5, 25))
    session.shift(1)
    while not session.here.node.endswith("/m"):
        session.shift(1)
    canvas = settle(window)

    top = view.mapFromScene(canvas.projection.cards["m"].body_rect().topLeft()).y()
    assert bar.isVisible()
    assert top >= bar.geometry().bottom()
