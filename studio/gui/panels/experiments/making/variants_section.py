"""What is varied: settings over values, in all combinations; and modules that are switched off."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import Note, small_button
from studio.support.plain import plain_line
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from studio.gui.panels.experiments.making.draft import Draft, Looked

NOTHING, ALONE, PAIRS = "Switch nothing off", "Switch each of these off", "Each of these, and each two"
VALUES: Final = "0, 0.7   or   1..5   or   @prompt.txt"


class VariedRow(QWidget):
    """One setting and its values."""

    edited = Signal()
    gone = Signal()

    def __init__(self, names: QStringListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kept: tuple[str, Json] | None = None
        """Values as a file says them, while nobody has written others."""
        self.setting = QLineEdit(self)
        self.setting.setObjectName("experiment.setting")
        self.setting.setAccessibleName("What is varied")
        self.setting.setPlaceholderText("node.param, input:name or model")
        completer = QCompleter(names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(lambda *_: self.edited.emit())
        self.setting.setCompleter(completer)
        self.values = QLineEdit(self)
        self.values.setObjectName("experiment.values")
        self.values.setAccessibleName("Its values, with commas")
        self.values.setPlaceholderText(VALUES)
        drop = small_button("✕", "Vary this no more", "experiment.drop", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.setting, 1)
        row.addWidget(self.values, 1)
        row.addWidget(drop)
        for line in (self.setting, self.values):
            line.textEdited.connect(lambda *_: self.edited.emit())
        drop.clicked.connect(lambda *_: self.gone.emit())

    def show_said(self, name: str, said: Json) -> None:
        """Show a setting as a file says it."""
        text = said if isinstance(said, str) else ", ".join(map(_written, said if isinstance(said, list) else [said]))
        self.setting.setText(name)
        self.values.setText(text)
        self.kept = (text, said)

    def said(self) -> tuple[str, Json] | None:
        """Return what is varied over what, None while nothing is."""
        name, text = self.setting.text().strip(), self.values.text()
        if not name:
            return None
        if self.kept is not None and self.kept[0] == text:
            return name, self.kept[1]
        return name, text.strip()


def _written(value: Json) -> str:
    if isinstance(value, str) and not any(sign in value for sign in ',"[]{}@\n'):
        return value
    return encode(value).decode()


class VariantsSection(QWidget):
    """`changed(key, value)`: a person says `vary` or `knockouts` otherwise."""

    changed = Signal(str, object)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = QStringListModel(self)
        self.rows: list[VariedRow] = []
        self._modules: Sequence[str] = ()
        self._leave: Json = None
        self._wanted: set[str] | None = set()
        """Modules to be switched off, None for all."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        named = draft.said.get("variants")
        if isinstance(named, dict):
            column.addWidget(Note("As the file says: " + ", ".join(map(plain_line, named)) + ".", "soft", self))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        column.addLayout(self._lines)
        self.add = QPushButton("Vary a Setting", self)
        self.add.setObjectName("experiment.add")
        self.add.setAutoDefault(False)
        self.add.clicked.connect(lambda *_: self.add_row().setting.setFocus())
        line = QHBoxLayout()
        line.addWidget(self.add)
        line.addStretch(1)
        column.addLayout(line)
        self.how = QuietCombo(self)
        self.how.setObjectName("experiment.knockouts")
        self.how.setAccessibleName("Which modules are switched off")
        self.how.addItems([NOTHING, ALONE, PAIRS])
        self.how.activated.connect(lambda *_: self._on_how())
        self.modules = QListWidget(self)
        self.modules.setObjectName("experiment.modules")
        self.modules.setAccessibleName("Modules that are switched off in turn")
        self.modules.setMaximumHeight(128)
        self.modules.itemChanged.connect(lambda *_: self._tell_knockouts())
        self.none = QLabel("This graph has no modules that could be switched off.", self)
        self.none.hide()
        for widget in (self.how, self.modules, self.none):
            column.addWidget(widget)
        self._show_said(draft.said)

    # -- settings ---------------------------------------------------------------------------------

    def add_row(self) -> VariedRow:
        """Add a setting that is varied."""
        row = VariedRow(self._names, self)
        row.edited.connect(self._tell_varied)
        row.gone.connect(partial(self._drop, row))
        self.rows.append(row)
        self._lines.addWidget(row)
        return row

    def _drop(self, row: VariedRow) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
        self._tell_varied()

    def _tell_varied(self) -> None:
        self.changed.emit("vary", dict(said for row in self.rows if (said := row.said()) is not None))

    # -- modules ----------------------------------------------------------------------------------

    def knock_out(self, nodes: Sequence[str]) -> None:
        """Switch these off, one after the other."""
        self._wanted = set(nodes)
        self.how.setCurrentText(ALONE)
        self._fill()
        self.changed.emit("knockouts", list(nodes))

    def _on_how(self) -> None:
        if self.how.currentText() != NOTHING and not self._wanted and self._wanted is not None:
            self._wanted = None  # all of them, until some are chosen
        self._fill()
        self._tell_knockouts()

    def _fill(self) -> None:
        self.modules.blockSignals(True)
        self.modules.clear()
        others = [] if self._wanted is None else [one for one in sorted(self._wanted) if one not in self._modules]
        for name in (*self._modules, *others):
            item = QListWidgetItem(plain_line(name))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            is_on = self._wanted is None or name in self._wanted
            item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
            self.modules.addItem(item)
        self.modules.blockSignals(False)
        is_used = self.how.currentText() != NOTHING
        self.modules.setVisible(is_used and self.modules.count() > 0)
        self.none.setVisible(is_used and not self.modules.count())

    def _tell_knockouts(self) -> None:
        items = [self.modules.item(at) for at in range(self.modules.count())]
        on = [str(one.data(Qt.ItemDataRole.UserRole)) for one in items if one.checkState() == Qt.CheckState.Checked]
        is_all = bool(items) and len(on) == len(items) and not any("+" in one for one in on)
        self._wanted = None if is_all else set(on)
        self.changed.emit("knockouts", self._knockouts(on, is_all))

    def _knockouts(self, on: list[str], is_all: bool) -> Any:
        if self.how.currentText() == NOTHING:
            return None
        of: Any = "all" if is_all else on
        if self._leave and is_all:
            told = {"of": of, "except": self._leave}
            return {**told, "pairs": True} if self.how.currentText() == PAIRS else told
        if self.how.currentText() == PAIRS and of:
            return "pairs" if is_all else {"of": of, "pairs": True}
        return of

    def _show_said(self, said: dict[str, Any]) -> None:
        for name, values in (said.get("vary") or {}).items():
            self.add_row().show_said(name, values)
        told = said.get("knockouts")
        of, pairs = (told.get("of"), bool(told.get("pairs"))) if isinstance(told, dict) else (told, told == "pairs")
        self._leave = told.get("except") if isinstance(told, dict) else None
        if of == "pairs":
            pairs = True
        self._wanted = None if of in ("all", "pairs") else set(of or ())
        self.how.setCurrentText(PAIRS if pairs else ALONE if told else NOTHING)
        self._fill()

    def show_looked(self, looked: Looked) -> None:
        """Offer what the graph has."""
        if self._names.stringList() != list(looked.settings):
            self._names.setStringList(list(looked.settings))
        left: Any = self._leave or ()
        modules = [
            one for one in looked.modules if not any(one == out or one.startswith(f"{out}/") for out in left)
        ]  # fmt: skip
        if modules != list(self._modules):
            self._modules = modules
            self._fill()
