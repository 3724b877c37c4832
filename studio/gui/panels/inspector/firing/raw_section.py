"""A firing as raw JSON: searched, copied, written to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.gui.panels.inspector.firing.pool import set_shown
from studio.gui.panels.inspector.firing.texts import TextView, size_words
from studio.gui.widgets.labels import Note, small_button
from studio.gui.widgets.section import MARGINS
from studio.replay.firing.facts import FiringFacts
from studio.replay.firing.whole import as_json
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk

SHOWN = 20_000
"""Characters of the JSON that the page shows."""


class RawBody(QWidget):
    """The JSON of a firing, as much of it as has room; all of it in a window of its own."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("firing.raw")
        self.text = ""
        self._facts: FiringFacts | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(5)
        top = QHBoxLayout()
        self.field = QLineEdit(self)
        self.field.setObjectName("firing.raw.find")
        self.field.setPlaceholderText("Find")
        self.field.setAccessibleName("Find in the JSON")
        self.field.returnPressed.connect(self._find)
        top.addWidget(self.field, 1)
        copy = small_button("Copy", "Copy all of the JSON", "firing.raw.copy", self)
        copy.clicked.connect(lambda *_: desk.copy(self.text, "the firing as JSON"))
        top.addWidget(copy)
        whole = small_button("Open…", "All of it in a window, or to a file", "firing.raw.open", self)
        whole.clicked.connect(lambda *_: self.open())
        top.addWidget(whole)
        column.addLayout(top)
        self.told = Note("", "soft", self)
        column.addWidget(self.told)
        self.view = TextView(26, self)
        self.view.setObjectName("firing.raw.text")
        self.view.setAccessibleName("The firing as JSON")
        column.addWidget(self.view)

    def show_facts(self, facts: FiringFacts) -> None:
        """Show another firing."""
        session = self.desk.session
        self._facts = facts
        if session is None or not facts.firing:
            self._show("", "There is no firing yet.")
            return
        run, id = session.run.id, facts.firing
        self.desk.look_up_later("raw", lambda trace: as_json(trace, run, id), self._arrived)

    def _arrived(self, found: Any) -> None:
        if isinstance(found, StudioError):
            self._show("", str(found))
            return
        cut = f"The first {SHOWN:,} of {len(found):,} characters." if len(found) > SHOWN else ""
        self._show(found, cut)

    def _show(self, text: str, told: str) -> None:
        self.text = text
        self.told.set_text(told)
        set_shown(self.view, bool(text))
        self.view.show_view(text[:SHOWN], fixed=True)
        self.field.setEnabled(bool(text))

    def _find(self) -> None:
        wanted = self.field.text()
        if not wanted:
            return
        if self.view.find(wanted):
            return
        cursor = self.view.textCursor()
        cursor.setPosition(0)
        self.view.setTextCursor(cursor)
        if self.view.find(wanted):
            return
        if wanted.casefold() in self.text.casefold():
            self.open(wanted)
            return
        self.told.set_text(f"“{wanted[:60]}” is not in it.")

    def open(self, find: str = "") -> None:
        """Show all of the JSON in a window, at the first place that holds a text."""
        from studio.gui.panels.inspector.firing.whole_window import WholeWindow

        if not self.text or self._facts is None:
            return
        title = f"{self._facts.node} at {self._facts.tick} · JSON · {size_words(len(self.text))}"
        window = WholeWindow(title, self.text, self.desk.page.window())
        window.show()
        if find:
            window.field.setText(find)
            window.seek(find)
