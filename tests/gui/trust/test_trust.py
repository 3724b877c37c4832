"""In the window: a graph from elsewhere is shown with what it would do, and asked for before it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from studio.editing import TOP, Document
from studio.editing.edits.nodes import add_node, set_params
from studio.graph.model import Graph
from studio.gui.frame.window import MainWindow
from studio.gui.panels.inspector.may_section import MaySection
from studio.gui.trust.dialog import ApprovalDialog
from studio.gui.trust.service import BAR, Trust
from studio.support.resources import bundled_graphs
from studio.trust.approvals import Approvals
from studio.trust.survey import survey
from tests.gui.desk import Desk
from tests.gui.live.hands import open_graph
from tests.support.thorough import thorough_but
from tests.trust.toys import SENT, with_tools_of_toys

GRAPH = """
studio: 1
name: stranger
nodes:
  work: {type: trust.code, code: "import os"}
  result: {type: flow.output}
edges:
  - work.out -> result.value
"""


@pytest.fixture(autouse=True)
def toys() -> Iterator[None]:
    """The window knows the toys for as long as a test takes."""
    SENT.clear()
    with with_tools_of_toys():
        yield


class Hands:
    """What a test does with the window."""

    def __init__(self, window: MainWindow, qtbot: Any, folder: Path) -> None:
        self.window = window
        self.workbench = window.workbench
        self.qtbot = qtbot
        self.folder = folder
        self.trust: Trust = window.workbench.part("trust")
        self.outcomes: list[Any] = []
        window.workbench.part("live").ended.connect(lambda document, outcome: self.outcomes.append(outcome))

    def open(self, text: str = GRAPH, name: str = "stranger.yaml") -> Document:
        path = self.folder / name
        path.write_text(text)
        document = self.workbench.open(path)
        assert document is not None
        return document

    def run(self) -> None:
        self.workbench.trigger("run.run")

    @property
    def dialog(self) -> ApprovalDialog | None:
        return self.trust.dialog

    def ended(self, count: int = 1) -> Any:
        self.qtbot.waitUntil(lambda: len(self.outcomes) >= count)
        return self.outcomes[-1]

    def bar(self, document: Document) -> Any:
        [page] = self.window.pages.pages(document)
        return page.bars.bar(BAR)

    def hash_of(self, document: Document) -> str:
        return survey(document.graph, self.workbench.registry).hash


@pytest.fixture
def hands(desk: Desk, qtbot: Any, tmp_path: Path) -> Hands:
    return Hands(desk.window, qtbot, tmp_path)


def test_a_bar_tells_what_it_would_do(hands: Hands) -> None:
    document = hands.open()

    assert "run code in `work`" in hands.bar(document).said.text
    hands.bar(document).buttons["Show What It May Do…"].click()
    assert hands.dialog is not None
    assert "import os" in hands.dialog.view.toPlainText()
    hands.dialog.refuse.click()
    assert hands.bar(document) is not None
    assert not Approvals().all()


def test_running_asks_first_and_refusing_runs_nothing(hands: Hands) -> None:
    hands.open()
    hands.run()
    assert hands.dialog is not None
    assert hands.dialog.refuse.isDefault()
    assert hands.workbench.part("live").active is None

    hands.dialog.refuse.click()
    QApplication.processEvents()

    assert (SENT, hands.outcomes) == ([], [])
    assert hands.dialog is None


def test_keys_pressed_in_haste_refuse(hands: Hands) -> None:
    hands.open()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space):
        hands.run()
        dialog = hands.dialog
        assert dialog is not None, key
        hands.qtbot.waitUntil(dialog.isVisible)
        QTest.keyClick(dialog.focusWidget() or dialog, key)
        hands.qtbot.waitUntil(lambda: hands.dialog is None)

        assert not Approvals().all(), key
        assert SENT == [], key


def test_approving_runs_it_takes_the_bar_away_and_is_remembered(hands: Hands) -> None:
    document = hands.open()
    hands.run()
    assert hands.dialog is not None
    hands.dialog.approve.click()

    assert hands.ended().status == "ok"
    assert SENT == ["import os"]
    assert hands.bar(document) is None
    assert Approvals().has(hands.hash_of(document))
    hands.run()
    assert hands.dialog is None
    assert hands.ended(2).status == "ok"


def test_ones_own_edits_of_an_approved_graph_are_not_asked(hands: Hands) -> None:
    document = hands.open()
    hands.trust.ask(document, survey(document.graph, document.registry)).approve.click()
    document.do("Edit", set_params(document, TOP, "work", {"code": "mine"}))
    hands.run()

    assert hands.dialog is None
    assert hands.ended().status == "ok"
    assert SENT == ["mine"]


def test_control_ones_own_edits_of_a_graph_that_was_not_approved_are(hands: Hands) -> None:
    document = hands.open()
    document.do("Edit", set_params(document, TOP, "work", {"code": "mine"}))
    hands.run()

    assert hands.dialog is not None
    assert "mine" in hands.dialog.view.toPlainText()
    hands.dialog.refuse.click()
    assert SENT == []


def test_what_another_program_wrote_is_asked_again(hands: Hands) -> None:
    document = hands.open()
    hands.trust.ask(document, survey(document.graph, document.registry)).approve.click()
    assert document.path is not None
    document.path.write_text(GRAPH.replace("import os", "import evil"))
    document.reload()

    assert hands.bar(document) is not None
    hands.run()
    assert hands.dialog is not None
    assert "import evil" in hands.dialog.view.toPlainText()
    hands.dialog.refuse.click()
    assert SENT == []


def test_a_new_graph_is_ones_own_and_saving_it_approves_it_for_terminals(hands: Hands) -> None:
    document = hands.workbench.part("files").new()
    document.do("Add", add_node(document, TOP, "trust.code", (0, 0), {"code": "own"}, "work")[1])
    hands.run()
    assert hands.dialog is None
    assert hands.ended().status == "ok"
    document.do("Edit", set_params(document, TOP, "work", {"code": "changed"}))
    document.save(hands.folder / "own.yaml")
    hands.workbench.remove(document)

    again = hands.workbench.open(hands.folder / "own.yaml")
    assert again is not None
    assert hands.bar(again) is None
    assert Approvals().has(hands.hash_of(again))


def test_saving_a_graph_that_was_not_approved_approves_nothing(hands: Hands) -> None:
    document = hands.open()
    document.do("Edit", set_params(document, TOP, "work", {"code": "mine"}))
    hands.workbench.trigger("file.save")

    assert not Approvals().all()
    assert hands.bar(document) is not None


INCLUDES = """
studio: 1
name: includes
nodes:
  part: {type: flow.subgraph, graph: ./stranger.yaml}
  mine: {type: trust.code, code: mine}
"""


def test_a_file_that_an_approved_graph_includes_is_asked_when_it_changes(hands: Hands) -> None:
    (hands.folder / "stranger.yaml").write_text(GRAPH)
    document = hands.open(INCLUDES, "includes.yaml")
    hands.trust.ask(document, survey(document.graph, document.registry)).approve.click()
    document.do("Edit", set_params(document, TOP, "mine", {"code": "still mine"}))
    hands.run()
    assert hands.dialog is None
    hands.ended()
    SENT.clear()

    (hands.folder / "stranger.yaml").write_text(GRAPH.replace("import os", "import evil"))
    hands.run()
    assert hands.dialog is not None
    assert "import evil" in hands.dialog.view.toPlainText()
    hands.dialog.refuse.click()
    assert SENT == []


def test_an_included_file_that_is_approved_itself_is_not_asked(hands: Hands) -> None:
    (hands.folder / "stranger.yaml").write_text(GRAPH)
    inner = Graph.load(hands.folder / "stranger.yaml")
    Approvals().remember(survey(inner, hands.workbench.registry).hash, "inner", "test")
    document = hands.workbench.part("files").new()
    document.save(hands.folder / "own.yaml")
    document.do("Add", add_node(document, TOP, "flow.subgraph", (0, 0), {"graph": "./stranger.yaml"}, "part")[1])
    hands.run()
    assert hands.dialog is None
    hands.ended()
    (hands.folder / "stranger.yaml").write_text(GRAPH.replace("import os", "import evil"))
    hands.run()
    assert hands.dialog is not None
    hands.dialog.refuse.click()


def test_a_bundled_graph_has_no_bar(hands: Hands) -> None:
    [path] = [one for one in bundled_graphs() if one.stem == "inbox_triage"]
    document = hands.workbench.part("files").open(path)

    assert hands.bar(document) is None
    assert hands.trust.standing(document).is_own


def test_markup_and_hidden_signs_are_shown_as_they_are(hands: Hands) -> None:
    hands.open(GRAPH.replace("import os", "<b>x</b>\\u202e\\u200b"))
    hands.run()
    assert hands.dialog is not None
    shown = hands.dialog.view.toPlainText()

    assert "<b>x</b>‹U+202E RIGHT-TO-LEFT OVERRIDE›‹U+200B ZERO WIDTH SPACE›" in shown
    assert hands.dialog.head.textFormat() == Qt.TextFormat.PlainText


def test_the_inspector_says_what_a_node_may_do(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    hands = Hands(window, qtbot, tmp_path)
    document = hands.open()
    canvas = hands.workbench.canvas
    assert canvas is not None
    canvas.select(["work"])
    hands.window.show_panel("inspector")
    inspector: Any = hands.window.panel("inspector")
    hands.qtbot.waitUntil(lambda: bool(inspector.findChildren(MaySection)))

    [section] = inspector.findChildren(MaySection)
    assert "run this code" in section.list.text()
    assert document is hands.workbench.document


SENDING = """
studio: 1
name: sending
nodes:
  page: {type: trust.page}
  mails: {type: trust.mails}
  model: {type: llm.function, instructions: "Answer {page} from {mails}.", output: text}
  send: {type: trust.send}
edges:
  - page.text -> model.page
  - mails.text -> model.mails
  - model.text -> send.text
"""


@pytest.mark.parametrize("answer", thorough_but(lambda answer: answer == "yes", ["yes", "no"]))
def test_a_request_is_shown_to_its_end_before_it_is_sent(
    window: MainWindow, qtbot: Any, tmp_path: Path, answer: str
) -> None:
    hands = Hands(window, qtbot, tmp_path)
    long = "They are long. " * 1000 + "THE END"
    open_graph(window, tmp_path, SENDING, {"reply": long})
    hands.run()
    assert hands.dialog is not None
    hands.dialog.approve.click()
    panel: Any = window.panel("questions")
    qtbot.waitUntil(lambda: bool(panel.cards))
    [card] = panel.cards.values()
    [view] = card.findChildren(QPlainTextEdit)

    assert long in view.toPlainText()
    assert "post.example" in view.toPlainText()
    assert SENT == []
    [button] = [one for one in card.choices if one.text() == answer]
    button.click()
    assert hands.ended().status == ("ok" if answer == "yes" else "failed")
    assert len(SENT) == (answer == "yes")
