"""The panel of stores: follows the run in front, live or at the step that is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.base.seen import SeenPanel
from studio.gui.panels.stores.looking import Found, Line, Looker, Wanted
from studio.gui.panels.stores.places_list import SCOPES, PlacesList
from studio.gui.panels.stores.rows_model import whole_cell
from studio.gui.panels.stores.rows_table import RowsTable
from studio.gui.widgets.find_field import FindField
from studio.gui.widgets.labels import Elided, Note, small_button
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.support.pieces import plural
from studio.support.plain import plain

if TYPE_CHECKING:
    from studio.gui.live.bridge import Live
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session
    from studio.support.values import Json
    from studio.trace import Trace

LIVE_MS: Final = 400
"""How often a run that goes on is looked at, in milliseconds."""
TYPED_MS: Final = 120
"""How long after the last key the words are searched for."""
WIDE: Final = 680
"""Pixels from which on the chosen row is shown whole beside the table."""
ONE_LINE: Final = 40
"""Signs of a cell that stand behind its name; more stand below it."""
WHOLE_SIGNS: Final = 100_000
"""Signs of a row that are shown beside the table."""

NO_RUN: Final = "No run of this graph is known. Run it, or open a recorded run: here is what its stores hold."
BEGINS: Final = "The run begins."
NO_GRAPH: Final = "Open a graph or a recorded run: here is what its stores hold."
NO_STORES: Final = "The run uses no stores. A store is a memory that nodes share by its name."


class StoresPanel(SeenPanel):
    """The stores at the left, the content of one at the right, and the chosen row whole."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(LIVE_MS, parent)
        self.workbench = workbench
        self.setObjectName("stores")
        self.setAccessibleName("Stores")
        self.replays: Replays = workbench.part("replay")
        self.live: Live = workbench.part("live")
        self.found: Found | None = None
        self._path: dict[object, str] = {}
        """The store that a person chose, by what is in front."""
        self._lookers: dict[object, Looker] = {}
        self._wanted: tuple[object, Wanted] | None = None
        self._asked: tuple[object, Wanted] | None = None
        """What is being looked up, None if nothing is."""
        self._build()
        workbench.current_changed.connect(self.ask_soon)
        for signal in (self.replays.moved, self.replays.grew):
            signal.connect(self.ask_soon)
        self.replays.closed.connect(lambda session: self._lookers.pop(session, None))
        self.replays.found.connect(lambda session, key, answer: self._take(session, key, answer))
        self.live.found.connect(lambda key, answer: self._take(self.live, key, answer))
        for signal in (self.live.started, self.live.ended):
            signal.connect(self.ask_soon)
        self.setFocusProxy(self.places)
        self._show_nothing("")

    @guarded(QSize(700, 220))
    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    # -- how it is built ------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.note = Note("", "soft", self)
        self.note.setObjectName("stores.note")
        self.note.setContentsMargins(14, 12, 14, 12)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.note, 1)
        self.parts = QSplitter(Qt.Orientation.Horizontal, self)
        self.parts.setChildrenCollapsible(False)
        column.addWidget(self.parts, 1)
        self.places = PlacesList(self)
        self.places.chosen.connect(self._choose)
        self.parts.addWidget(self.places)
        self.parts.addWidget(self._make_content())
        self.whole = QPlainTextEdit(self)
        self.whole.setObjectName("stores.whole")
        self.whole.setAccessibleName("The chosen row, whole")
        self.whole.setReadOnly(True)
        self.whole.setMinimumWidth(120)
        self.parts.addWidget(self.whole)
        self.parts.setSizes([260, 420, 190])
        for at, share in enumerate((0, 1, 0)):
            self.parts.setStretchFactor(at, share)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the rows have it."""
        super().resizeEvent(event)
        self.whole.setVisible(event.size().width() >= WIDE)

    def _make_content(self) -> QWidget:
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QWidget(content)
        row = QHBoxLayout(head)
        row.setContentsMargins(10, 5, 8, 5)
        row.setSpacing(8)
        self.told = Elided("", head)
        self.told.setObjectName("stores.told")
        self.told.setMinimumWidth(60)
        row.addWidget(self.told, 1)
        self.words = FindField("Find in the store", 1_000, head)
        self.words.setMaximumWidth(160)
        self.words.setObjectName("stores.words")
        self.words.textChanged.connect(lambda *_: self.ask_soon(milliseconds=TYPED_MS))
        row.addWidget(self.words)
        self.copy: QToolButton = small_button("Copy", "Copy all rows that are shown, as CSV", "stores.copy", head)
        row.addWidget(self.copy)
        column.addWidget(head)
        self.rows: RowsTable = RowsTable(content)
        self.copy.clicked.connect(lambda *_: self.rows.copy("CSV"))
        self.rows.current_changed.connect(self._show_whole)
        self.rows.said.connect(lambda text: self.workbench.say(text, "info"))
        self.words.left_down.connect(self.rows.setFocus)
        column.addWidget(self.rows, 1)
        self.empty = Note("", "soft", content)
        self.empty.setObjectName("stores.empty")
        self.empty.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.empty)
        return content

    # -- asking ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at the run in front."""
        front = self._front()
        if front is None:
            self.follow(False)
            self._wanted = None
            self._show_nothing(NO_GRAPH if self.workbench.document is None else NO_RUN)
            return
        subject, run, seq, goes_on = front
        if not run:
            self.follow(True)
            self._show_nothing(BEGINS)
            return
        wanted = (subject, Wanted(run, seq, self._path.get(self._key(subject, run), ""), self.words.text()))
        self.follow(goes_on)
        if wanted != self._wanted or seq is None:
            self._wanted = wanted
            self._look_up()

    def _front(self) -> tuple[object, str, int | None, bool] | None:
        """Whose run is in front: the session or the service of live runs, the run's id, the step (None: the last), and
        whether it goes on without being stepped; the id is "" as long as the run has none."""
        session = self.replays.current
        if session is not None:
            return session, session.run.id, session.seq, False
        document = self.workbench.document
        if document is None:
            return None
        mine = self.live.of(document)
        run = mine.known_as if mine.is_running else mine.last_run
        return (self.live, run, None, mine.is_running) if run or mine.is_running else None

    @staticmethod
    def _key(subject: object, run: str) -> object:
        return run, type(subject)

    def _look_up(self) -> None:
        """Have the newest question answered, once the one before it is."""
        if self._asked is not None or self._wanted is None:
            return
        subject, wanted = self._asked = self._wanted
        looker = self._lookers.setdefault(subject, Looker())

        def question(trace: Trace) -> Found:
            return looker.look(trace, wanted)

        if subject is self.live:
            self.live.look_up(("stores", id(self)), question)
        else:
            session: Session = subject  # type: ignore[assignment]
            self.replays.look_up(session, ("stores", id(self)), question)

    def _take(self, subject: object, key: Any, answer: Any) -> None:
        if key != ("stores", id(self)) or self._asked is None or self._asked[0] is not subject:
            return
        asked, self._asked = self._asked, None
        if asked == self._wanted:
            self._show(answer)
        else:
            self._look_up()

    # -- showing --------------------------------------------------------------------------------

    def _show(self, answer: Any) -> None:
        if isinstance(answer, StudioError):
            self._show_nothing(str(answer))
            return
        found: Found = answer
        if not found.stores:
            self._show_nothing(NO_STORES)
            return
        self.found = found
        self.note.hide()
        self.parts.show()
        self.places.show_stores(found.stores, found.path)
        self.rows.show_found(found)
        self._show_head(found)

    def _show_head(self, found: Found) -> None:
        listed = found.listed()
        is_there = listed is not None and found.known
        self.copy.setEnabled(bool(found.lines))
        if listed is None:
            self.told.set_text(f"{found.path} · not there at step {found.seq:,}")
        else:
            count = plural(found.total, "value") if found.known else "not recorded"
            what = f"a {listed.kind}, {SCOPES.get(listed.scope, listed.scope)}"
            self.told.set_text(f"{_marks(found)} at step {found.seq:,} · {count} · {found.path}, {what}")
        why = ""
        if listed is None:
            why = "The store was not used yet at this step."
        elif not is_there:
            why = "What it held is not recorded: a project's store is known from its first use in a run on."
        elif not found.total and not found.lines:
            why = "It is empty."
        elif not found.lines:
            why = "No row holds these words."
        self.empty.set_text(why)
        self.empty.setVisible(bool(why))

    def _show_nothing(self, why: str) -> None:
        self.found = None
        self.note.set_text(why)
        self.note.show()
        self.parts.hide()

    def _show_whole(self) -> None:
        line = self.rows.line()
        text = "" if line is None or self.found is None else whole_text(self.rows.rows.found.columns, line)
        if text != self.whole.toPlainText():
            self.whole.setPlainText(text)

    def _choose(self, path: str) -> None:
        if self._wanted is not None:
            subject, wanted = self._wanted
            self._path[self._key(subject, wanted.run)] = path
            self.look()


def _marks(found: Found) -> str:
    counts = found.marks
    told = [f"{counts[mark]:,} {mark}" for mark in ("new", "changed", "gone") if counts is not None and counts[mark]]
    return ", ".join(told) or "nothing changed"


def whole_text(columns: tuple[str, ...], line: Line) -> str:
    """Return a row as text: each cell under its name, values indented, cut where it would never end."""
    if len(columns) == 1:
        return plain(_indented(line.cells[0]))[:WHOLE_SIGNS]
    parts = []
    for at, (name, cell) in enumerate(zip(columns, line.cells, strict=True)):
        text = _indented(cell)
        parts.append(f"{name}:\n{text}" if "\n" in text or len(text) > ONE_LINE else f"{name}: {text}")
        if line.before is not None and line.before[at] != cell:
            parts.append(f"  before: {_indented(line.before[at]) or 'nothing'}")
    return plain("\n".join(parts))[:WHOLE_SIGNS]


def _indented(cell: Json) -> str:
    return json.dumps(cell, indent=2, ensure_ascii=False) if isinstance(cell, dict | list) else whole_cell(cell)
