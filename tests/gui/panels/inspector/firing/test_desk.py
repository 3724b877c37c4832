"""Look-ups of the page: each answer comes to the question it belongs to, whatever becomes of the one before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication

from studio.support.errors import StudioError
from studio.trace import Trace
from tests.cases.test_taking_attempts import record_attempts
from tests.gui.panels.inspector.firing.conftest import Stage
from tests.support.runs import KEYED, made


def test_a_refusal_of_the_question_before_is_no_answer_to_the_next_one(workshop: Stage, qtbot: Any) -> None:
    desk = workshop.page.desk
    workshop.wait()
    begun, held = threading.Event(), threading.Event()
    answers: list[object] = []

    def refused(trace: Trace) -> str:
        begun.set()
        assert held.wait(20)
        raise StudioError("This value is damaged.")

    desk.look_up("test", refused, answers.append)
    assert begun.wait(20)
    desk.look_up("test", lambda trace: "the value", answers.append)
    held.set()
    qtbot.waitUntil(lambda: bool(answers))

    assert answers == ["the value"]


def test_a_refusal_comes_to_its_own_question(workshop: Stage, qtbot: Any) -> None:
    answers: list[object] = []

    def refused(trace: Trace) -> str:
        raise StudioError("This value is damaged.")

    workshop.page.desk.look_up("test", refused, answers.append)
    qtbot.waitUntil(lambda: bool(answers))

    assert [str(one) for one in answers] == ["This value is damaged."]


def test_what_is_being_read_is_not_asked_for_again(workshop: Stage, monkeypatch: Any) -> None:
    asked: list[str] = []
    monkeypatch.setattr("studio.gui.panels.inspector.firing.asked_part.LIGHT", -1)
    monkeypatch.setattr(workshop.page.desk, "look_up", lambda name, *rest: asked.append(name))
    workshop.seek(9)
    page, facts = workshop.page, workshop.facts
    asked.clear()
    page._asked.forget()
    for _ in range(3):
        page._asked.read(workshop.session, facts, lambda: None)

    assert asked == ["asked"]


def test_a_node_that_the_graph_has_not_is_not_offered_as_yaml(workshop: Stage, monkeypatch: Any) -> None:
    workshop.seek(3)
    assert workshop.page.copying.can("node")
    monkeypatch.setattr(workshop.session, "spot", lambda node: None)

    assert not workshop.page.copying.can("node")
    assert workshop.page.copying.can("json")


def test_of_a_region_that_was_tried_again_the_attempt_that_is_shown_is_copied(
    db: Path, stage_of: Callable[..., Stage], qtbot: Any
) -> None:
    record_attempts(db)
    stage = stage_of(db)
    for firing, text in zip(stage.session.trace.firings("last", "work/parse"), ("no JSON", "[7]"), strict=True):
        stage.session.seek_firing(firing.id)
        stage.settle()
        assert stage.facts.firing == firing.id
        QGuiApplication.clipboard().clear()
        stage.page.copying.copy("yaml")
        qtbot.waitUntil(lambda: "node: work/parse" in QGuiApplication.clipboard().text())
        assert text in QGuiApplication.clipboard().text()


def test_items_are_called_as_people_wrote_them(db: Path, stage_of: Callable[..., Stage]) -> None:
    stage = stage_of(made(KEYED, db))
    told = []
    for node in ("work/a%2Fb/m", "work/50%25/m", "work/%/m"):
        stage.seek_node(node)
        told.append(stage.page.head.place.text().partition("item ")[2])

    assert told == ["a/b", "50%", "(no name)"]
