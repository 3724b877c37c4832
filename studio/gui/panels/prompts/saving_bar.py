"""A bar over the query: a name for keeping it, or what was done and can be taken back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from studio.gui.base.guard import guarded
from studio.gui.widgets.labels import Elided
from studio.settings.saved_queries import LONGEST_HELP, LONGEST_NAME


class SavingBar(QFrame):
    """`given(name, help)`: a person has given them. Escape closes the bar."""

    given = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.sql.saving")
        self.setProperty("bar", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 4, 3)
        row.setSpacing(6)
        self.told = Elided("", self, role="text")
        self.told.setObjectName("prompts.sql.told")
        row.addWidget(self.told, 2)
        self.name = self._line("prompts.sql.name", "Name of the query", LONGEST_NAME)
        row.addWidget(self.name, 2)
        self.help = self._line("prompts.sql.help", "What it answers (a sentence)", LONGEST_HELP)
        row.addWidget(self.help, 3)
        self.do = QPushButton(self)
        self.do.setObjectName("prompts.sql.do")
        self.do.clicked.connect(lambda *_: self._done())
        row.addWidget(self.do)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setObjectName("prompts.sql.cancel")
        self.cancel.clicked.connect(lambda *_: self.leave())
        row.addWidget(self.cancel)
        self._call: Callable[[], object] | None = None
        self.hide()

    def _line(self, name: str, hint: str, longest: int) -> QLineEdit:
        made = QLineEdit(self)
        made.setObjectName(name)
        made.setPlaceholderText(hint)
        made.setAccessibleName(hint)
        made.setMaxLength(longest)
        made.returnPressed.connect(self._done)
        return made

    def ask(self, title: str, name: str, help: str, *, do: str = "Save", with_help: bool = True) -> None:
        """Ask for a name, and for a sentence about the query."""
        self._call = None
        self._show(title, do, fields=True)
        self.name.setText(name)
        self.help.setText(help)
        self.help.setVisible(with_help)
        self.name.setFocus()
        self.name.selectAll()

    def tell(self, text: str, do: str = "", call: Callable[[], object] | None = None) -> None:
        """Say something, with one thing that can be done about it."""
        self._call = call
        self._show(text, do, fields=False)

    def refuse(self, text: str, do: str = "", call: Callable[[], object] | None = None) -> None:
        """Say why what was given cannot be kept; what was typed stays."""
        self.told.set_text(text)
        self.told.set_role("bad")
        if do:
            self._call = call
            self.do.setText(do)
        self.show()

    def leave(self) -> None:
        """Close the bar."""
        if not self.isHidden():
            self.hide()
            self.left.emit()

    def _show(self, text: str, do: str, *, fields: bool) -> None:
        self.told.set_text(text)
        self.told.set_role("text")
        self.name.setVisible(fields)
        self.help.setVisible(fields)
        self.do.setText(do)
        self.do.setVisible(bool(do))
        self.cancel.setText("Cancel" if fields else "Close")
        self.show()

    def _done(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()
        elif self.name.isVisible():
            self.given.emit(self.name.text(), self.help.text())

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)
