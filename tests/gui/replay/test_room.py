"""A run whose window becomes larger or smaller: the node of the step is in view, near what is around it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRect

from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.replay.session import Session
from tests.gui.replay.runs import opened, settle
from tests.support.runs import recorded


def at_step(window: MainWindow, seq: int) -> tuple[Session, Canvas]:
    session = opened(window, recorded("critic_loop"))
    session.seek(seq)
    return session, settle(window)


def place_of(canvas: Canvas, name: str) -> QRect:
    place: QRect = canvas.view.mapFromScene(canvas.projection.cards[name].body_rect()).boundingRect()
    return place


def is_whole(canvas: Canvas) -> bool:
    room = canvas.view.viewport().rect()
    return all(room.contains(place_of(canvas, name)) for name in canvas.projection.cards)


def test_a_run_is_shown_whole_again_when_there_is_more_or_less_room(window: MainWindow) -> None:
    window.resize(1600, 950)
    _, canvas = at_step(window, 1)
    assert is_whole(canvas)
    zoom = canvas.view.zoom
    window.resize(1500, 850)
    settle(window)
    assert canvas.view.zoom < zoom
    assert is_whole(canvas)
    canvas.view.zoom_to(1.6)  # who looks closer is left alone
    window.resize(1600, 950)
    settle(window)
    assert canvas.view.zoom == 1.6


@pytest.mark.thorough
def test_the_node_of_the_step_stays_in_view_in_a_smaller_window(window: MainWindow) -> None:
    window.resize(1600, 950)
    session, canvas = at_step(window, 1)
    room = canvas.view.viewport().rect()
    for follows in (True, False):
        canvas.view.zoom_to(1.0)
        canvas.view.put(canvas.projection.cards["topic"].body_rect().center(), QPointF(80, room.height() / 2))
        session.follows = follows
        window.resize(1100, 700)
        settle(window)
        assert canvas.view.viewport().rect().contains(place_of(canvas, "topic")) == follows
        window.resize(1600, 950)
        settle(window)


@pytest.mark.thorough
def test_a_node_is_brought_in_no_farther_than_it_must(window: MainWindow) -> None:
    window.resize(1600, 950)
    session, canvas = at_step(window, 2)
    canvas.view.zoom_to(1.0)
    canvas.view.put(canvas.projection.cards["done"].body_rect().center(), QPointF(200, 150))
    assert place_of(canvas, "topic").right() < 0
    session.seek(1)
    settle(window)
    room = canvas.view.viewport().rect()
    place = place_of(canvas, "topic")
    assert room.contains(place)
    assert place.center().x() < room.width() / 4, "what follows stands to the right of it"
