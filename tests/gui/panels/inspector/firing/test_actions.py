"""What can be done with the firing that is shown, as actions: from the palette, by keys that a person gives them."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.gui.actions.firing import ACTIONS
from studio.gui.base.action import Action
from studio.gui.workbench import Workbench
from tests.gui.panels.inspector.firing.conftest import Stage

BY_ID: dict[str, Action] = {one.id: one for one in ACTIONS}


def do(stage: Stage, id: str) -> None:
    """Do what an action does."""
    assert BY_ID[id].when(stage.workbench)
    BY_ID[id].run(stage.workbench)
    stage.settle()


def test_they_are_there_while_a_run_is_shown(workbench: Workbench, workshop: Stage) -> None:
    assert all(one.when(workbench) and one.help and one.menu == "Replay/Firing" for one in ACTIONS)
    workbench.remove(workshop.session.document)
    workbench.set_current(None, None)
    assert not any(one.when(workbench) for one in ACTIONS)


COPIES = {
    "curl": "# scripted:list", "python": "# scripted:list", "prompt": "── system ──", "reply": "Crabs hide",
    "yaml": "studio_tests:", "node": "writer:\n", "outputs": '{\n  "text"',
}  # fmt: skip
"""How what is copied begins, by the kind of copy."""


def test_copies(workshop: Stage, qtbot: Any) -> None:
    workshop.seek_node("writer", "1")

    for copy, begins in COPIES.items():
        QGuiApplication.clipboard().setText("")
        do(workshop, f"firing.copy_{copy}")
        qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
        assert QGuiApplication.clipboard().text().startswith(begins), copy


def test_what_there_is_not_is_said_not_to_be_there(workshop: Stage) -> None:
    workshop.seek_node("keep", "0")
    told: list[str] = []
    workshop.workbench.said.connect(lambda text, kind: told.append(text))

    do(workshop, "firing.copy_curl")

    assert told == ["The firing that is shown has no model call."]


def test_sections_are_shown_and_get_the_focus(workshop: Stage) -> None:
    workshop.seek_node("writer", "0")

    do(workshop, "firing.raw")

    assert workshop.page.raw.is_open
    assert QApplication.focusWidget() is workshop.page.raw.header
    do(workshop, "firing.differences")
    assert workshop.page.changes.is_open


def test_the_same_nodes_other_firings(workshop: Stage) -> None:
    workshop.seek_node("writer", "0")

    do(workshop, "firing.next")
    assert workshop.facts.tick == "1"
    do(workshop, "firing.before")
    assert workshop.facts.tick == "0"
