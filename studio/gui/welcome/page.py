"""`Welcome`: begin a graph, open one, go on with one of the last, take an example, bring back what was not saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from studio.editing.keeping.recovery import Recovery
from studio.gui.base.columns import clear
from studio.gui.base.guard import guarded
from studio.gui.files.recovery import when
from studio.gui.replay.session import Source
from studio.gui.theme import themes
from studio.gui.welcome.card import Card
from studio.gui.welcome.gallery import Gallery
from studio.gui.welcome.recent_runs import RecentRuns
from studio.gui.welcome.tour import FIRST, Tour
from studio.gui.widgets.labels import dress_anew
from studio.gui.workbench import Workbench
from studio.models.names import EMBEDDED
from studio.support.resources import recorded_runs

WIDEST = 1104
"""Pixels over which the page spreads: four cards side by side."""
MOST_RECENT = 8
LOOK_MS = 400
"""How long after it is shown the page looks for the last runs, in milliseconds: the first picture comes first."""
MOST_RECOVERIES = 6


class Welcome(QScrollArea):
    """The page. What it tells of the examples is read, and drawn, one by one once it is on the screen."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.setObjectName("welcome")
        self.setAccessibleName("Welcome")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = QWidget(self)
        self._content.setObjectName("welcome_content")
        outer = QHBoxLayout(self._content)
        outer.setContentsMargins(36, 30, 36, 30)
        column = QWidget(self._content)
        column.setMaximumWidth(WIDEST)
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        outer.addStretch(1)
        outer.addWidget(column, 100)
        outer.addStretch(1)
        self._rows = QVBoxLayout(column)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(8)
        self._add_head()
        self.tour = self._add_tour()
        self._lost = self._section("Not saved last time")
        self._recent = self._section("Recent")
        runs = self._section("Recent runs")
        self.runs = RecentRuns(workbench, self._content)
        self.runs.filled.connect(self._know_runs)
        runs.addWidget(self.runs)
        _box(runs).hide()
        self.gallery = Gallery(_heading, workbench.registry, self._content)
        self.gallery.open_asked.connect(lambda path: self.workbench.part("files").open_template(path))
        self.gallery.run_asked.connect(lambda run: self._see(run))
        self._rows.addWidget(self.gallery)
        self._rows.addStretch(1)
        self.setWidget(self._content)
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.timeout.connect(self.runs.look)
        self._arrange()
        self._fill_recent()
        self._fill_lost()
        recovery = workbench.parts.get("recovery")
        if recovery is not None:
            recovery.changed.connect(self._fill_lost)
        workbench.settings_changed.connect(self._say_model)  # ends with the page, as a lambda would not
        themes().changed.connect(self._on_theme)
        self._on_theme()
        self._know_runs("live" in workbench.parts and workbench.part("live").trace_file().exists())

    # -- parts --------------------------------------------------------------------------------

    def _add_head(self) -> None:
        title = _label("Ganglia Studio", "welcome.title")
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 2)
        font.setBold(True)
        title.setFont(font)
        about = _label(
            "Draw many small checked modules of language models and code, run them, and replay every step.",
            "welcome.about",
        )
        self._hint = _label("", "welcome.hint")
        self.new_button = QPushButton("New Graph")
        self.new_button.setObjectName("welcome.new")
        self.new_button.setProperty("primary", "true")
        self.new_button.clicked.connect(lambda *_: self.workbench.trigger("file.new"))
        self.open_button = QPushButton("Open…")
        self.open_button.setObjectName("welcome.open")
        self.open_button.clicked.connect(lambda *_: self.workbench.trigger("file.open"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.new_button)
        row.addWidget(self.open_button)
        row.addSpacing(10)
        row.addWidget(self._hint, 1)
        self._rows.addWidget(title)
        self._rows.addWidget(about)
        self._rows.addSpacing(8)
        self._rows.addLayout(row)
        self._say_model()

    def _add_tour(self) -> Tour | None:
        """Offer a recorded run to whoever has none of his own yet."""
        runs = recorded_runs()
        name = FIRST if FIRST in runs else next(iter(runs), None)
        if name is None:
            return None
        made = Tour(self.workbench, runs[name].with_name(f"{name}.yaml"), runs[name], self._content)
        made.asked.connect(lambda path: self._see(path))
        self._rows.addSpacing(10)
        self._rows.addWidget(made)
        return made

    def _see(self, run: Path) -> None:
        """Show a recorded run from its first step."""
        self.workbench.part("replay").open(Source(run, "last"), seq=1)

    def _know_runs(self, has_runs: bool) -> None:
        """Show the last runs; without any, what stands first is to look at a recorded one."""
        _box_of(self.runs).setVisible(has_runs and bool(self.runs.rows))
        is_new = self.tour is not None and not has_runs
        first = self.tour.button if self.tour is not None and is_new else self.new_button
        self.setFocusProxy(first)
        if self.tour is not None:
            if QApplication.focusWidget() in (self.tour.button, self.new_button) and not first.hasFocus():
                first.setFocus()  # before it goes: the focus would go to whatever comes next
            self.tour.setVisible(is_new)
        if self.new_button.property("primary") != ("false" if is_new else "true"):
            self.new_button.setProperty("primary", "false" if is_new else "true")
            dress_anew(self.new_button)

    def _say_model(self) -> None:
        name = str(self.workbench.settings["models.default"])
        self._hint.setText(
            "No key is needed: the embedded model answers, on this computer."
            if name.startswith(EMBEDDED)
            else f"Nodes that name no model ask {name[:80]}."
        )

    def _section(self, title: str) -> QVBoxLayout:
        box = QWidget()
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 18, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(_heading(title))
        self._rows.addWidget(box)
        return rows

    def _fill_lost(self) -> None:
        recovery = self.workbench.parts.get("recovery")
        found: list[Recovery] = recovery.found if recovery is not None else []
        clear(self._lost, keep=1)  # the heading
        for lost in found[:MOST_RECOVERIES]:
            self._lost.addWidget(self._lost_row(lost))
        if len(found) > MOST_RECOVERIES:
            self._lost.addWidget(_label(f"and {len(found) - MOST_RECOVERIES} more", "welcome.more"))
        _box(self._lost).setVisible(bool(found))

    def _lost_row(self, lost: Recovery) -> QWidget:
        row, cells = _row()
        folder = f"  ({_short(lost.file.parent)})" if lost.file is not None else ""
        text = f"{lost.title} from {when(lost)}{folder}"
        if lost.problem:
            text += f": {lost.problem}"
        elif lost.file_changed:
            text += ". The file has changed since"
        cells.addWidget(_label(text, "welcome.lost"), 1)
        keeper = self.workbench.part("recovery")
        if not lost.problem:
            cells.addWidget(_button("Recover", f"Recover {lost.title}", partial(keeper.bring_back, lost), main=True))
        cells.addWidget(_button("Discard", f"Discard {lost.title}", partial(keeper.discard, lost)))
        return row

    def _fill_recent(self) -> None:
        clear(self._recent, keep=1)  # the heading
        paths = self.workbench.part("files").recent()[:MOST_RECENT] if "files" in self.workbench.parts else []
        for path in paths:
            row, cells = _row()
            link = _button(path.name, f"Open {path}", partial(self._open, path), flat=True)
            link.setToolTip(str(path))
            cells.addWidget(link)
            cells.addWidget(_label(_short(path.parent), "welcome.folder"), 1)
            self._recent.addWidget(row)
        _box(self._recent).setVisible(bool(paths))

    def _open(self, path: Path) -> None:
        self.workbench.part("files").open(path)

    @property
    def cards(self) -> list[Card]:
        """The cards of the examples, in the order in which they are shown."""
        return self.gallery.cards

    def _arrange(self) -> None:
        self.gallery.arrange(min(self.viewport().width() - 72, WIDEST))

    def _on_theme(self) -> None:
        self.gallery.draw_anew()

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        """Draw what is not drawn yet, and show the files that were open last as they are now."""
        super().showEvent(event)
        self._fill_recent()
        self._looking.start(LOOK_MS)
        self._arrange()
        self.gallery.go_on(30)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many cards side by side as there is room for."""
        super().resizeEvent(event)
        self._arrange()


_LOOKS = {
    "welcome.title": "title",
    "welcome.section": "heading",
    "welcome.hint": "soft",
    "welcome.folder": "soft",
    "welcome.more": "soft",
}


def _label(text: str, name: str) -> QLabel:
    made = QLabel(text)
    made.setObjectName(name)
    made.setProperty("look", _LOOKS.get(name, "text"))
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(name in ("welcome.about", "welcome.hint"))
    return made


def _heading(title: str) -> QLabel:
    made = _label(title, "welcome.section")
    font = QFont(made.font())
    font.setBold(True)
    made.setFont(font)
    return made


def _button(text: str, name: str, act: Callable[[], object], *, main: bool = False, flat: bool = False) -> QPushButton:
    made = QPushButton(text.replace("&", "&&"))
    made.setAccessibleName(name)
    made.setObjectName(f"welcome.{text.lower()}")
    made.setProperty("primary", "true" if main else "false")
    made.setProperty("look", "link" if flat else "button")
    made.clicked.connect(lambda *_: act())
    return made


def _row() -> tuple[QWidget, QHBoxLayout]:
    row = QWidget()
    cells = QHBoxLayout(row)
    cells.setContentsMargins(0, 0, 0, 0)
    cells.setSpacing(8)
    return row, cells


def _box(rows: QVBoxLayout) -> QWidget:
    parent = rows.parentWidget()
    assert parent is not None
    return parent


def _box_of(widget: QWidget) -> QWidget:
    parent = widget.parentWidget()
    assert parent is not None
    return parent


def _short(folder: Path) -> str:
    text, home = str(folder), str(Path.home())
    return f"~{text.removeprefix(home)}" if text == home or text.startswith(home + os.sep) else text
