"""A window with the panel Stores in front, and a recorded run that uses stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from studio.gui.frame.window import MainWindow
from studio.gui.panels.stores.panel import StoresPanel
from studio.gui.replay.session import Session, Source
from tests.gui.standing import Standing, few
from tests.support.runs import made

KEPT = ("stores", "palette")
"""Panels that are made; the others stay empty."""

SHOP = """\
studio: 1
name: shop
max_ticks: 4
nodes:
  n: {type: math.expression, expression: x + 1, kind: integer}
  word: {type: text.template, template: "order {n}"}
  note: {type: store.append, store: notes}
  push: {type: queue.push, store: tasks}
  even: {type: logic.expression, expression: n % 2 == 0}
  pop: {type: queue.pop, store: tasks}
  fact: {type: store.set, store: facts, key: last}
  quiet: {type: text.template, template: "nothing of {n}"}
edges:
  - n.value ~> n.x: {initial: 0}
  - n.value -> word.n
  - word.text -> note.value
  - word.text -> push.value
  - n.value -> even.n
  - even.value -> pop.when
  - n.value -> fact.value
  - n.value -> quiet.n
stores:
  notes: {type: list}
  tasks: {type: queue}
  facts: {type: kv, values: {owner: Ada}}
"""


lasting = few(*KEPT)


@pytest.fixture
def shell(lasting: Standing) -> Iterator[MainWindow]:
    """The window, with the panel still hidden behind others."""
    yield from lasting.lend()


@pytest.fixture
def hand(shell: MainWindow, qtbot: Any) -> Hand:
    """The panel in front."""
    shell.show_panel("stores")
    return Hand(shell, qtbot)


@pytest.fixture
def shop(hand: Hand, tmp_path: Path) -> Session:
    """The recorded run of the shop, open at its first step."""
    return hand.open(made(SHOP, tmp_path / "shop.db"))


class Hand:
    """Short ways to what a person does in the panel."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window = window
        self.qtbot = qtbot
        panel = window.panel("stores")
        assert isinstance(panel, StoresPanel)
        self.panel = panel
        self.said: list[str] = []
        window.workbench.said.connect(lambda text, kind: self.said.append(text))

    def open(self, db: Path) -> Session:
        session = self.window.workbench.part("replay").open(Source(db, "last"))
        assert isinstance(session, Session)
        session.seek(1)
        self.settle()
        return session

    def settle(self) -> None:
        """Wait until all that was asked is answered."""

        def is_quiet() -> bool:
            return self.panel._asked is None and not self.panel.is_waiting

        for _ in range(2):
            QApplication.processEvents()
            self.qtbot.waitUntil(is_quiet)
        QApplication.processEvents()

    def click(self, store: str) -> None:
        """Click a store in the list."""
        places = self.panel.places
        for at in range(places.topLevelItemCount()):
            item = places.topLevelItem(at)
            assert item is not None
            if item.text(0) == store:
                point: QPoint = places.visualItemRect(item).center()
                self.qtbot.mouseClick(places.viewport(), Qt.MouseButton.LeftButton, pos=point)
                self.settle()
                return
        raise AssertionError(f"there is no store {store}")

    def type(self, text: str) -> None:
        """Type into the field of words, in place of what stands there."""
        self.panel.words.setFocus()
        self.panel.words.selectAll()
        self.qtbot.keyClicks(self.panel.words, text)
        self.settle()

    @property
    def listed(self) -> list[tuple[str, str, str]]:
        """The texts of the list."""
        items = (self.panel.places.topLevelItem(at) for at in range(self.panel.places.topLevelItemCount()))
        return [(item.text(0), item.text(1), item.text(2)) for item in items if item is not None]

    @property
    def rows(self) -> list[list[str]]:
        """The texts of the table."""
        model = self.panel.rows.rows
        return [
            [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    @property
    def told(self) -> str:
        return str(self.panel.told.accessibleName())
