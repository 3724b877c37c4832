"""The bar of the automata lab: kind and rule, seed, and the button that classifies, or gives it up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)  # fmt: skip

from studio.gui.base.guard import guarded
from studio.gui.panels.dynamics.rule_texts import KINDS
from studio.gui.widgets.labels import small_button, tip

if TYPE_CHECKING:
    from studio.dynamics.automata.specs import Spec


class RuleBar(QWidget):
    """`asked()`: a rule is to be classified; `given_up()`: not any more; `file_asked(path)`: rules are to be read."""

    asked = Signal()
    given_up = Signal()
    file_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lab.bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(6)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.kind = QComboBox(self)
        self.kind.setObjectName("lab.kind")
        self.kind.setAccessibleName("Kind of rule")
        for one in KINDS:
            self.kind.addItem(one.title, one.id)
        self.rule = QLineEdit(KINDS[0].example, self)
        self.rule.setObjectName("lab.rule")
        self.rule.setMinimumWidth(78)
        self.rule.setMaximumWidth(130)
        self.specs = QComboBox(self)
        self.specs.setObjectName("lab.specs")
        self.specs.setAccessibleName("Rule of the file")
        self.specs.setMinimumWidth(60)
        self.specs.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.specs.hide()
        self.choose = small_button("Open…", "Choose a file of rules", "lab.open", self)
        self.choose.hide()
        self.seed = QSpinBox(self)
        self.seed.setObjectName("lab.seed")
        self.seed.setAccessibleName("Seed of the random starts")
        self.seed.setToolTip("Seed of the random starts: the same seed gives the same verdict")
        self.seed.setPrefix("seed ")
        self.seed.setRange(0, 999_999)
        self.seed.setMaximumWidth(104)
        self.go = QPushButton("Classify", self)
        self.go.setObjectName("lab.classify")
        self.go.setProperty("primary", True)
        for widget in (self.kind, self.rule):
            row.addWidget(widget)
        row.addWidget(self.specs, 1)
        for button in (self.choose, self.seed, self.go):
            row.addWidget(button)
        row.addStretch(1)
        self.row = row
        self._busy = False
        self.kind.currentIndexChanged.connect(lambda *_: self._on_kind())
        self.rule.returnPressed.connect(self._press)
        self.go.clicked.connect(self._press)
        self.choose.clicked.connect(lambda *_: self.ask_for_file())
        self._on_kind()

    @property
    def kind_id(self) -> str:
        """The kind that is chosen."""
        return str(self.kind.currentData())

    def set_busy(self, on: bool) -> None:
        """Offer to give up while something is classified."""
        self._busy = on
        self.go.setText("Cancel" if on else "Classify")
        self.go.setToolTip("Stop judging this rule" if on else "Say which class the rule is in (Enter)")

    def show_specs(self, specs: Sequence[Spec]) -> None:
        """Offer the rules of a file."""
        self.specs.clear()
        for number, one in enumerate(specs):
            self.specs.addItem(one.id[:80], number)
        self.go.setEnabled(bool(specs))

    def ask_for_file(self) -> QFileDialog:
        """Ask for a file of rules; the dialog is returned, open."""
        dialog = QFileDialog(self, "Open Rules")
        dialog.setObjectName("lab.file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Rules (*.json *.jsonl)", "All files (*)"])
        dialog.fileSelected.connect(lambda file: self.file_asked.emit(Path(file)))
        dialog.open()
        return dialog

    def _on_kind(self) -> None:
        kind = KINDS[self.kind.currentIndex()]
        is_file = kind.id == "file"
        self.rule.setVisible(not is_file)
        self.specs.setVisible(is_file)
        self.choose.setVisible(is_file)
        self.rule.setAccessibleName(kind.help)
        self.rule.setToolTip(tip(kind.help))
        self.rule.setText(kind.example)
        self.go.setEnabled(not is_file or self.specs.count() > 0)

    def _press(self) -> None:
        if self._busy:
            self.given_up.emit()
        elif self.go.isEnabled():
            self.asked.emit()

    @guarded(QSize(200, 30))
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.row.minimumSize().height())
