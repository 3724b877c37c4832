"""The gallery: a card for each example, group by group, with its picture, purpose, size and needs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from studio.gallery.entries import entry_of
from studio.gallery.front import GROUPS, front_of
from studio.gui.theme import current_theme
from studio.gui.welcome.card import WIDTH, Card
from studio.gui.welcome.preview import preview_svg
from studio.spec.registry import Registry
from studio.support.errors import StudioError
from studio.support.resources import bundled_graphs, recorded_runs

GAP = 14
"""Pixels between cards."""

_log = logging.getLogger(__name__)


class Gallery(QWidget):
    """All examples. Cards stand at once, by name; what is told of each, and its picture, is read one by one later."""

    open_asked = Signal(object)
    """An example is to be opened: the path of its graph."""

    run_asked = Signal(object)
    """A recorded run is to be shown: the path of its database."""

    def __init__(self, heading: Callable[[str], QWidget], registry: Registry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome.gallery")
        self._registry = registry
        self._columns = 0
        self._shelves: list[tuple[QGridLayout, list[Card]]] = []
        self._fillers: list[QWidget] = []
        self.cards: list[Card] = []
        """In the order in which they are shown."""
        self._paths: dict[Card, Path] = {}
        self._runs = recorded_runs()
        self._untold: list[Card] = []
        self._undrawn: list[Card] = []
        self._working = QTimer(self)
        self._working.setSingleShot(True)
        self._working.timeout.connect(self._work)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        groups: dict[str, list[Path]] = {group: [] for group in GROUPS}
        for path in bundled_graphs():
            groups[_group(path)].append(path)
        for group, paths in groups.items():
            if paths:
                column.addSpacing(18)
                column.addWidget(heading(GROUPS[group]))
                column.addSpacing(6)
                column.addLayout(self._shelf(paths))
        self._untold = list(self.cards)

    def _shelf(self, paths: list[Path]) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(GAP)
        grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        cards = [self._card(path) for path in paths]
        self._shelves.append((grid, cards))
        return grid

    def _card(self, path: Path) -> Card:
        card = Card(path.stem, self)
        card.clicked.connect(lambda *_: self.open_asked.emit(path))
        run = self._runs.get(path.stem)
        if run is not None:
            card.offer_run()
            card.run_asked.connect(partial(self.run_asked.emit, run))
        self.cards.append(card)
        self._paths[card] = path
        return card

    def arrange(self, room: int) -> None:
        """Put as many cards side by side as fit into so many pixels; they share the width evenly."""
        columns = max(1, (room + GAP) // (WIDTH + GAP))
        if columns == self._columns:
            return
        for filler in self._fillers:
            filler.setParent(None)
            filler.deleteLater()
        self._fillers = []
        for grid, cards in self._shelves:
            for index, card in enumerate(cards):
                grid.addWidget(card, index // columns, index % columns)
            for column in range(max(columns, self._columns)):
                grid.setColumnStretch(column, int(column < columns))
            for column in range(len(cards), columns):  # where a group has few, its cards are no wider than others
                filler = QWidget(self)  # a spacer would have no gap beside it
                grid.addWidget(filler, 0, column)
                filler.show()
                self._fillers.append(filler)
        self._columns = columns

    def draw_anew(self) -> None:
        """Draw all pictures, as the theme has changed."""
        self._undrawn = list(self.cards)
        if self.isVisible():
            self._working.start(0)

    def go_on(self, wait_ms: int) -> None:
        """Go on with what is not told or drawn yet, after so many milliseconds."""
        self._working.start(wait_ms)

    def _work(self) -> None:
        """Do the next small piece: words come before pictures."""
        if self._untold:
            card = self._untold.pop(0)
            try:
                about, facts = _told(self._paths[card], self._runs)
            except (StudioError, ValueError) as error:
                _log.warning("nothing is told of %s: %s", card.text(), error)
            else:
                card.tell(about, [" · ".join(facts[:2]), *facts[2:]])
        elif self._undrawn:
            card = self._undrawn.pop(0)
            card.show_drawing(preview_svg(self._paths[card], current_theme(), self._registry))
        if self._untold or self._undrawn:
            self._working.start(0)


def _told(path: Path, runs: Mapping[str, Path]) -> tuple[str, list[str]]:
    """Return what an example is for and its facts: read once, and again when one of its files was changed."""
    run = runs.get(path.stem)
    files = [one for one in (path, path.with_suffix(".md"), run) if one is not None and one.is_file()]
    return _read(path, run, tuple(one.stat().st_mtime_ns for one in files))


@lru_cache(maxsize=256)
def _read(path: Path, run: Path | None, _changed: tuple[int, ...]) -> tuple[str, list[str]]:
    entry = entry_of(path, runs={} if run is None else {path.stem: run})
    return entry.about, entry.facts()


def _group(path: Path) -> str:
    """Return the group of an example; the first where its page does not say it as it should."""
    page = path.with_suffix(".md")
    try:
        return front_of(page.read_text(encoding="utf-8")).group
    except (OSError, ValueError) as error:
        _log.warning("the page of %s tells no group: %s", path.stem, error)
        return next(iter(GROUPS))
