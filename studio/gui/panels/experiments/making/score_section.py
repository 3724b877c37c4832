"""How runs are scored, how many there are of each, by which model, and what all of them may cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from studio.batch.design.options import scores_of, seeds_of
from studio.batch.design.score import SCORE
from studio.gui.panels.experiments.making.words_line import WordsLine
from studio.gui.widgets.choices import QuietCombo
from studio.support.errors import StudioError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.gui.panels.experiments.making.draft import Draft, Looked

HIGHER, LOWER = "higher is better", "lower is better"
GRAPHS: Final = "Graphs (*.yaml *.yml);;All files (*)"


class ScoreSection(QWidget):
    """`changed(key, value)`: a person says something otherwise; `refused(key, problem)`: what is typed is no value
    ("" takes it back)."""

    changed = Signal(str, object)
    refused = Signal(str, str)

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        said = draft.said
        scores = said.get("score")
        expression, judge, self._is_plain = _plain(scores)
        self.score = WordsLine(self)
        self.score.setPlaceholderText("label == expected" if self._is_plain else "several, as the file says")
        self.score.setText(expression)
        self.score.setEnabled(self._is_plain)
        self.better = QuietCombo(self)
        self.better.addItems([HIGHER, LOWER])
        self.better.setCurrentText(LOWER if said.get("better") == "lower" else HIGHER)
        self.judge = QLineEdit(judge, self)
        self.judge.setPlaceholderText("a graph that judges (optional)")
        self.judge.setEnabled(self._is_plain)
        self.choose = QPushButton("Choose…", self)
        self.choose.setAutoDefault(False)
        self.choose.setEnabled(self._is_plain)
        self.margin = self._line(said.get("margin"), "a difference that means nothing (optional)")
        self.seeds = self._line(_seeds_text(said.get("seeds")), "how many, or 3,7,11")
        self.model = self._line(said.get("model"), "as the graph and the settings say")
        budget = said.get("budget") or {}
        self.cost = self._line(budget.get("cost_usd"), "US dollars (none: no bound)")
        self.runs = self._line(budget.get("runs"), "runs (none: all)")
        self.workers = self._line(said.get("workers"), "as many as the models allow")
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("Score", self.score, "score"), ("", self.better, "better"), ("Judge", self._with_button(), "judge"),
            ("Margin", self.margin, "margin"), ("Seeds", self.seeds, "seeds"), ("Model", self.model, "model"),
            ("Pause at cost", self.cost, "cost"), ("Pause at runs", self.runs, "budget_runs"),
            ("Workers", self.workers, "workers"),
        )  # fmt: skip
        for title, widget, name in rows:
            field = self.judge if name == "judge" else widget
            field.setObjectName(f"experiment.{name}")
            field.setAccessibleName(title or "Which scores are better")
            form.addRow(title, widget)
        self.choose.setObjectName("experiment.choose_judge")
        self.score.textEdited.connect(lambda *_: self._tell_score())
        self.judge.textEdited.connect(lambda *_: self._tell_score())
        self.choose.clicked.connect(lambda *_: self.ask_judge())
        self.better.activated.connect(
            lambda *_: self.changed.emit("better", "lower" if self.better.currentText() == LOWER else None)
        )
        self.margin.textEdited.connect(lambda text: self.changed.emit("margin", _number(text)))
        self.model.textEdited.connect(lambda text: self.changed.emit("model", text.strip()))
        self.workers.textEdited.connect(lambda text: self.changed.emit("workers", _number(text)))
        self.seeds.textEdited.connect(self._tell_seeds)
        for line in (self.cost, self.runs):
            line.textEdited.connect(lambda *_: self._tell_budget())

    def _line(self, said: Json, hint: str) -> QLineEdit:
        line = QLineEdit("" if said is None else f"{said}", self)
        line.setPlaceholderText(hint)
        return line

    def _with_button(self) -> QWidget:
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.judge, 1)
        row.addWidget(self.choose)
        return both

    def show_looked(self, looked: Looked) -> None:
        """Offer the names that a score may use."""
        self.score.set_names(looked.words)

    def ask_judge(self) -> QFileDialog:
        """Let the person choose the graph that judges."""
        dialog = QFileDialog(self.window(), "Graph That Judges", str(self._draft.base), GRAPHS)
        dialog.setObjectName("experiment.open_judge")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_judge)
        dialog.open()
        return dialog

    def _take_judge(self, name: str) -> None:
        self.judge.setText(self._draft.named(Path(name)))
        self._tell_score()

    def _tell_score(self) -> None:
        expression, judge = self.score.text().strip(), self.judge.text().strip()
        self.changed.emit("score", scores_of([expression] if expression else [], judge))

    def _tell_seeds(self, text: str) -> None:
        try:
            seeds = seeds_of(text.strip()) if text.strip() else None
        except StudioError:
            self.refused.emit("seeds", f"`{text.strip()[:40]}` are no seeds: write 5, or 3,7,11.")
            return
        self.refused.emit("seeds", "")
        self.changed.emit("seeds", seeds)

    def _tell_budget(self) -> None:
        said = dict(self._draft.said.get("budget") or {})
        for key, line in (("cost_usd", self.cost), ("runs", self.runs)):
            said.pop(key, None)
            if (value := _number(line.text())) is not None:
                said[key] = value
        self.changed.emit("budget", said)


def _number(text: str) -> Json:
    """A number if it is one; else the text, which the experiment refuses with a sentence; None for nothing."""
    text = text.strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _seeds_text(said: Json) -> str:
    if said is None:
        return "1"
    return ",".join(map(str, said)) if isinstance(said, list) else str(said)


def _plain(scores: Any) -> tuple[str, str, bool]:
    """Return the expression and the judge, and whether there is nothing else."""
    if scores is None or isinstance(scores, str):
        return scores or "", "", True
    expression = judge = ""
    for name, one in scores.items():
        said = one.get("judge") if isinstance(one, dict) and "judge" in one else one
        if name == "judge" and isinstance(said, str):
            judge = said
            continue
        text = one.get("expression") if isinstance(one, dict) else one
        if not isinstance(text, str) or expression or name == "function":
            return "", "", False
        expression = text if name == SCORE else f"{name}={text}"
    return expression, judge, True
