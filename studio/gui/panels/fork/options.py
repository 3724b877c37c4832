"""Other settings of a fork: who answers, the seed, limits. Empty means: as the run had it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QWidget

from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.labels import Note, colour_text, tip
from studio.gui.widgets.pickers import ModelPicker
from studio.gui.widgets.undo_keys import share_undo
from studio.replay.drafts import Draft, Key
from studio.spec.fields import MISSING
from studio.support.errors import StudioError
from studio.support.values import Json

LINES = {
    "seed": ("Seed", "Seed of the random choices that are made anew."),
    "calls": ("Calls", "Pause after this many model calls, those of the part that is kept included."),
    "cost_usd": ("Cost, $", "Pause when the calls have cost this much, those of the part that is kept included."),
    "tokens": ("Tokens", "Pause after this many tokens, those of the part that is kept included."),
}


class ForkOptions(QWidget):
    """Fields of the options of a draft."""

    def __init__(self, context: EditorContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fork.options")
        self.draft: Draft | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 8, 10)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self.model = ModelPicker(context)
        self.model.setObjectName("fork.model")
        self.model.hint = "as the run had it"
        self.model.edited.connect(self._model)
        self._row(grid, 0, "Model", "Who answers what is asked anew; others stay as they were.", self.model)
        self.again = QCheckBox("Ask all models again", self)
        self.again.setObjectName("fork.ask_again")
        self.again.setToolTip("Every node that asks a model does so again from the step on.")
        self.again.clicked.connect(lambda *_: self._ask_again())
        grid.addWidget(self.again, 1, 1)
        self.lines: dict[str, QLineEdit] = {}
        for number, (name, (title, help)) in enumerate(LINES.items(), 2):
            line = self.lines[name] = QLineEdit(self)
            line.setObjectName(f"fork.{name}")
            line.setPlaceholderText("as the run had it")
            line.textEdited.connect(lambda text, name=name: self._typed(name, text))
            share_undo(line)
            self._row(grid, number, title, help, line)
        self.told = Note("", "bad", self)
        grid.addWidget(self.told, len(LINES) + 2, 0, 1, 2)

    def _row(self, grid: QGridLayout, number: int, title: str, help: str, field: QWidget) -> None:
        label = QLabel(title, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setBuddy(field)
        colour_text(label, "soft")
        field.setToolTip(tip(help))
        field.setAccessibleName(title)
        grid.addWidget(label, number, 0)
        grid.addWidget(field, number, 1)

    def show_draft(self, draft: Draft | None, problems: Mapping[Key | str, StudioError]) -> None:
        """Show the options of a draft."""
        self.draft = draft
        self.setEnabled(draft is not None)
        if draft is None:
            return
        self.model.show_value(draft.option("model") or MISSING)
        self.again.setChecked(draft.ask_again)
        for name, line in self.lines.items():
            if line.text() != draft.option(name):
                line.setText(draft.option(name))
        wrong = [problems[name] for name in ("model", "seed", "limits") if name in problems]
        self.told.set_text(" ".join(f"{one.message} {one.hint}".strip() for one in wrong))

    def summary(self) -> str:
        """What is other than in the run, in a few words."""
        draft = self.draft
        if draft is None:
            return ""
        parts = [draft.option("model")] if draft.option("model") else []
        parts += [f"seed {draft.option('seed')}"] if draft.option("seed") else []
        parts += [f"{name.removesuffix('_usd')} ≤ {draft.option(name)}" for name in LINES
                  if name != "seed" and draft.option(name)]  # fmt: skip
        return " · ".join(parts)

    def _model(self, value: Json) -> None:
        if self.draft is None:
            return
        text = value if isinstance(value, str) else ""
        if text and not self.draft.option("model") and self.draft.is_empty:
            self.draft.set_ask_again(True)  # with nothing else changed, nobody would ask it
        self.draft.set_option("model", text)

    def _ask_again(self) -> None:
        if self.draft is not None:
            self.draft.set_ask_again(self.again.isChecked())

    def _typed(self, name: str, text: str) -> None:
        if self.draft is not None:
            self.draft.set_option(name, text)
