"""The bar of the automata lab: kind and rule, seed, and the button that classifies, or gives it up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)  # fmt: skip

from studio.gui.base.guard import guarded
from studio.gui.panels.dynamics.rule_texts import KINDS
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import small_button, tip
from studio.gui.widgets.spin import QuietSpin

if TYPE_CHECKING:
    from studio.dynamics.automata.specs import Spec


ARROW: Final = 46
"""Pixels of a list beside its words."""


class RuleBar(QWidget):
    """`asked()`: a rule is to be classified; `given_up()`: not any more; `file_asked(path)`: rules are to be read."""

    asked = Signal()
    given_up = Signal()
    file_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lab.bar")
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(8, 4, 8, 4)
        self._lines.setSpacing(6)
        self._lines.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._which, self.row = QHBoxLayout(), QHBoxLayout()
        for line in (self._which, self.row):
            line.setSpacing(6)
            self._lines.addLayout(line)
        self.kind = QuietCombo(self)
        self.kind.setObjectName("lab.kind")
        self.kind.setAccessibleName("Kind of rule")
        for one in KINDS:
            self.kind.addItem(one.title, one.id)
        widest = max(self.kind.fontMetrics().horizontalAdvance(one.title) for one in KINDS)
        self.kind.setFixedWidth(widest + ARROW)
        self.rule = QLineEdit(KINDS[0].example, self)
        self.rule.setObjectName("lab.rule")
        self.rule.setMinimumWidth(78)
        self.rule.setMaximumWidth(130)
        self.specs = QuietCombo(self)
        self.specs.setObjectName("lab.specs")
        self.specs.setAccessibleName("Rule of the file")
        self.specs.setMinimumWidth(60)
        self.specs.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.specs.hide()
        self.choose = small_button("Open…", "Choose a file of rules", "lab.open", self)
        self.choose.hide()
        self.seed = QuietSpin(self)
        self.seed.setObjectName("lab.seed")
        self.seed.setAccessibleName("Seed of the random starts")
        self.seed.setToolTip("Seed of the random starts: the same seed gives the same verdict")
        self.seed.setPrefix("seed ")
        self.seed.setRange(0, 999_999)
        self.seed.setMaximumWidth(104)
        self.go = QPushButton("Classify", self)
        self.go.setObjectName("lab.classify")
        self.go.setProperty("primary", True)
        for which in (self.kind, self.rule, self.specs, self.choose):
            self._which.addWidget(which, int(which is self.specs))
        self._which.addStretch(1)
        for widget in (self.seed, self.go):
            self.row.addWidget(widget)
        self.row.addStretch(1)
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
        self._arrange()

    def _arrange(self) -> None:
        """Where there is little room, seed and buttons stand below the rule."""
        margins = self._lines.contentsMargins()
        wide = self._which.minimumSize().width() + self._lines.spacing() + self.row.sizeHint().width()
        wide += margins.left() + margins.right()
        way = QBoxLayout.Direction
        self._lines.setDirection(way.TopToBottom if wide > self.width() else way.LeftToRight)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _press(self) -> None:
        if self._busy:
            self.given_up.emit()
        elif self.go.isEnabled():
            self.asked.emit()

    @guarded(QSize(200, 30))
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._lines.minimumSize().height())
