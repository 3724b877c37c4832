"""Scenes of drawing and running graphs."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from tests.support.screenshots.stage import Scene, Stage, shows, type_text
from tests.support.screenshots.texts import ANSWERS, DRAFTS, FAULTY, LETTERS, NOTICES, QUESTION, TALK

_NEAR: Final = ("reading", "votes", "description_vote", "kind", "certainty")
"""Nodes of the large graph that its picture shows from near."""


def window(stage: Stage) -> None:
    """A large graph in the whole window."""
    stage.open("order_desk")
    names = list(stage.canvas.document.graph.nodes)
    stage.canvas.zoom_to(_NEAR)
    stage.canvas.select([name for name in names if name == _NEAR[0]])


def welcome(stage: Stage) -> None:
    """Nothing open; the cards have their pictures."""
    from studio.gui.welcome.card import Card

    def are_drawn() -> bool:
        cards = [card for card in stage.window.findChildren(Card) if not card.visibleRegion().isEmpty()]
        return bool(cards) and all(card.is_drawn for card in cards)

    stage.until(are_drawn, seconds=90.0)


def palette(stage: Stage) -> None:
    """Searching for a node type."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QLineEdit

    stage.open("critic_loop")
    panel = stage.show("palette")
    field = panel.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "list")


def add_node(stage: Stage) -> None:
    """Adding by typing."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    stage.open("critic_loop")
    stage.canvas.view.setFocus()
    QTest.keyClick(stage.canvas.view, Qt.Key.Key_Tab)
    stage.settle()
    type_text("swi")


def wire_drop(stage: Stage) -> None:
    """A wire dragged into empty space: what fits it."""
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtTest import QTest

    stage.open("critic_loop")
    view = stage.canvas.view
    card = stage.canvas.projection.cards["writer"]
    start = view.mapFromScene(card.port_place("out", "text"))
    end = view.mapFromScene(card.body_rect().bottomRight() + QPointF(40, 90))
    port = view.viewport()
    QTest.mouseMove(port, start)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(port, start + QPoint(round((end - start).x() * part), round((end - start).y() * part)))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def inspector(stage: Stage) -> None:
    """A model function: its prompt, what is missing, its preview."""
    stage.open("critic_loop")
    stage.canvas.select(["writer"])
    stage.canvas.zoom_to(["writer", "critic"])


def run(stage: Stage) -> None:
    """A run whose text streams into its node."""
    stage.answer(DRAFTS[0], "vague", DRAFTS[1])
    stage.open("critic_loop")
    stage.show("run")
    stage.do("run.run")
    stage.until(partial(shows, stage, "writer", DRAFTS[1][-20:]))


def subgraph(stage: Stage) -> None:
    """The body of a map in its tab, after a run: one of the items is picked."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from studio.gui.widgets.picker_bar import PickerBar

    stage.answer(*LETTERS, "x")
    document = stage.open(NOTICES)
    live = stage.window.workbench.part("live")
    stage.do("run.run")
    stage.until(lambda: live.active is None)
    stage.window.workbench.show(document, ("answering",))
    stage.settle()
    picker = stage.canvas.findChild(PickerBar)
    assert picker is not None
    stage.until(picker.isVisible)
    QTest.keyClick(picker.items, Qt.Key.Key_Down)
    QTest.keyClick(picker.items, Qt.Key.Key_Down)


def shortcuts(stage: Stage) -> None:
    """Keys, searched and changed."""
    stage.open("critic_loop")
    stage.do("file.shortcuts")


def problems(stage: Stage) -> None:
    """A graph that is not ready."""
    stage.open(FAULTY)
    panel: Any = stage.show("problems")
    panel.select(0)


def chat(stage: Stage) -> None:
    """Talking to a graph."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    stage.answer("hours", ANSWERS[0], "books", ANSWERS[1])
    stage.open(TALK)
    panel: Any = stage.show("chat")
    for number, words in enumerate(("When are you open on Saturdays?", "And may I bring tea?")):
        QTest.keyClicks(panel.field, words)
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
        stage.until(partial(shows, stage, "reply", ANSWERS[number][:12]))


def questions(stage: Stage) -> None:
    """A run that asks."""
    stage.answer("refund", "x")
    stage.open(QUESTION)
    stage.do("run.run")
    panel: Any = stage.window.panel("questions")
    stage.until(lambda: panel.cards)


def settings(stage: Stage) -> None:
    """The settings, made from what is declared."""
    stage.open("critic_loop")
    stage.do("file.settings")


def commands(stage: Stage) -> None:
    """The command palette."""
    stage.open("critic_loop")
    stage.window.workbench.part("popups").commands.open_commands()
    stage.settle()
    type_text("node")


def find(stage: Stage) -> None:
    """Finding text in a graph."""
    stage.open("critic_loop")
    stage.window.workbench.part("popups").finding.open("draft")


def picture(stage: Stage) -> None:
    """Exporting a picture."""
    stage.open("critic_loop")
    stage.do("picture.export")


SCENES: Final = (
    Scene("window", window),
    Scene("welcome", welcome),
    Scene("palette", palette, "palette"),
    Scene("add_node", add_node),
    Scene("wire_drop", wire_drop),
    Scene("inspector", inspector, "inspector"),
    Scene("run", run, "run"),
    Scene("subgraph", subgraph),
    Scene("problems", problems, "problems"),
    Scene("chat", chat, "chat"),
    Scene("questions", questions, "questions"),
    Scene("settings", settings),
    Scene("shortcuts", shortcuts),
    Scene("commands", commands),
    Scene("find", find),
    Scene("picture", picture),
)
