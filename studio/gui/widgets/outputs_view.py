"""The outputs of a graph: what they hold while a run goes on, and in full when it has ended."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.widgets.areas import Area
from studio.gui.widgets.json_text import pretty
from studio.gui.widgets.labels import Elided, Note, small_button
from studio.support.plain import plain
from studio.support.values import Json

SIGNS = 20_000
"""Signs of a value that are shown; copying takes all."""


def readable(value: Json) -> str:
    """Return a value as people read it: text as it stands, else JSON."""
    return value if isinstance(value, str) else pretty(value, 80)


class OutputsView(QWidget):
    """A block for each output, with its name, its value and a button that copies it."""

    copied = Signal(str)
    """The value of this output was copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.outputs")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._empty = Note("", "soft", self)
        self._column.addWidget(self._empty)
        self._blocks: dict[str, _Block] = {}

    def show_names(self, names: list[str], empty: str) -> None:
        """Have a block for each of these outputs; `empty` is said where there is none."""
        if list(self._blocks) != names:
            for block in self._blocks.values():
                self._column.removeWidget(block)
                block.deleteLater()
            self._blocks = {name: _Block(name, self) for name in names}
            for name, block in self._blocks.items():
                self._column.addWidget(block)
                block.copy.clicked.connect(lambda *_, name=name: self._copy(name))
        self._empty.set_text("" if names else empty)

    def show_text(self, name: str, text: str, note: str = "") -> None:
        """Show what an output holds just now, by a preview."""
        if name in self._blocks:
            self._blocks[name].show_value(None, text, note)

    def show_value(self, name: str, value: Json, note: str = "") -> None:
        """Show the whole value of an output."""
        if name in self._blocks:
            block = self._blocks[name]
            if not (block.is_whole and block.value is value and block.note == note):
                block.show_value((value,), readable(value), note)

    def text(self, name: str) -> str:
        """Return what is shown of an output."""
        return self._blocks[name].area.text()

    def _copy(self, name: str) -> None:
        block = self._blocks[name]
        QGuiApplication.clipboard().setText(readable(block.value) if block.is_whole else block.area.text())
        self.copied.emit(name)


class _Block(QWidget):
    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_whole = False
        self.value: Json = None
        self.note = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.addWidget(Elided(name, self, role="ink"), 2)
        self._told = Elided("", self, role="soft")
        self._told.hide()
        head.addWidget(self._told, 3)
        self.copy = small_button("Copy", f"Copy the value of {name}", f"run.output.{name}.copy", self)
        head.addWidget(self.copy)
        column.addLayout(head)
        self.area = Area(1, 10, self)
        self.area.setReadOnly(True)
        self.area.setObjectName(f"run.output.{name}")
        self.area.setAccessibleName(f"Output {name}")
        self.area.setPlaceholderText("nothing yet")
        column.addWidget(self.area)
        self.copy.hide()

    def show_value(self, whole: tuple[Json] | None, text: str, note: str) -> None:
        self.is_whole = whole is not None
        self.value = whole[0] if whole is not None else None
        self.note = note
        if len(text) > SIGNS:
            note = f"{note} · the first {SIGNS:,} of {len(text):,} signs".lstrip(" ·")
            text = text[:SIGNS]
        self._told.set_text(note)
        self._told.setVisible(bool(note))
        self.area.show_text(plain(text))
        self.copy.setVisible(bool(text))
