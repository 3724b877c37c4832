"""The options of a run: model, seed, cache, prepared answers, clock, limits. Empty: as set, or as the graph says."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from studio.gui.live.document_run import DocumentRun
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import colour_text, small_button, tip
from studio.models.names import EMBEDDED
from studio.settings.settings import Settings

MODELS = (f"{EMBEDDED}smollm2-135m",)
"""Names offered for the model; any other may be typed."""

LIMITS = {
    "cost_usd": ("Cost, $", "Pause when the calls have cost this many US dollars."),
    "calls": ("Calls", "Pause after this many model calls."),
    "tokens": ("Tokens", "Pause after this many tokens, in and out."),
    "seconds": ("Seconds", "Pause after this many seconds; time that you hold the run does not count."),
    "firings": ("Firings", "Pause after this many firings."),
}

CACHE = {"as set": "", "off": "off", "answers of models": "llm", "answers and pure nodes": "all"}


def summary(mine: DocumentRun | None) -> str:
    """Return which options of a document differ from what is set, in a few words."""
    if mine is None:
        return ""
    options = mine.options
    parts = [options["model"]] if options["model"] else []
    parts += [f"seed {options['seed']}"] if options["seed"] else []
    parts += [f"{name.replace('_usd', '')} ≤ {options[name]}" for name in LIMITS if options[name]]
    parts += [f"cache {options['cache']}"] if options["cache"] else []
    parts += ["answers from a file"] if options["answers"] else []
    parts += [f"clock {options['clock']}"] if options["clock"] else []
    return " · ".join(parts)


class OptionsForm(QWidget):
    """Fields of the options; `edited` when a person changed one."""

    edited = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.options")
        self._settings = settings
        self._mine: DocumentRun | None = None
        self._showing = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        self.model = QuietCombo(self)
        self.model.setEditable(True)
        self.model.addItem("")
        self.model.addItems(list(MODELS))
        self._name(self.model, "model", "Model for every role")
        edit = self.model.lineEdit()
        assert edit is not None
        edit.setPlaceholderText("as the nodes say")
        self.model.setToolTip(
            tip("One model for every role: a name such as openai/gpt-4.1-mini, ollama/llama3, or scripted:FILE.")
        )
        self.model.editTextChanged.connect(lambda text: self._typed("model", text))
        self.cache = QuietCombo(self)
        self.cache.addItems(list(CACHE))
        self._name(self.cache, "cache", "What may be taken from the cache")
        self.cache.currentTextChanged.connect(lambda text: self._typed("cache", CACHE.get(text, "")))
        self._lines: dict[str, QLineEdit] = {}
        self.seed = self._line("seed", "Seed of all random choices", "0")
        self.answers = self._line("answers", "File with answers to questions a person would be asked", "ask me")
        self._row(grid, 0, "Model", self.model)
        self._row(grid, 1, "Seed", self.seed)
        self._row(grid, 2, "Cache", self.cache)
        answers = QWidget(self)
        row = QHBoxLayout(answers)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.answers, 1)
        choose = small_button("Choose…", "Choose a file with answers", "run.options.answers.choose", self)
        choose.clicked.connect(self._choose)
        row.addWidget(choose)
        self._row(grid, 3, "Answers", answers)
        when = "When the run's clock starts, like 2026-01-31T09:30: then it is the same in every run, and never waits"
        self._row(grid, 4, "Clock", self._line("clock", when, "now"))
        for number, (name, (title, help)) in enumerate(LIMITS.items(), 5):
            self._row(grid, number, title, self._line(name, help, ""))
        grid.setColumnStretch(1, 1)

    def show_run(self, mine: DocumentRun | None) -> None:
        """Show the options of a document."""
        self._mine = mine
        self.setEnabled(mine is not None)
        if mine is None:
            return
        self._showing = True
        options = mine.options
        if self.model.currentText() != options["model"]:
            self.model.setEditText(options["model"])
            edit = self.model.lineEdit()
            if edit is not None:
                edit.setCursorPosition(0)
        self.cache.setCurrentText(next((text for text, word in CACHE.items() if word == options["cache"]), ""))
        for name, line in self._lines.items():
            if line.text() != options[name]:
                line.setText(options[name])
        usual = {**self._settings.limits(), **mine.document.graph.limits}
        for name in LIMITS:
            self._lines[name].setPlaceholderText(f"{usual[name]:,.10g}" if name in usual else "none")
        self._showing = False

    def _row(self, grid: QGridLayout, number: int, title: str, field: QWidget) -> None:
        label = QLabel(title, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setBuddy(field)
        colour_text(label, "soft")
        grid.addWidget(label, number, 0)
        grid.addWidget(field, number, 1)

    def _line(self, name: str, help: str, placeholder: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(placeholder)
        line.setToolTip(tip(help))
        self._name(line, name, help)
        line.textEdited.connect(lambda text: self._typed(name, text))
        self._lines[name] = line
        return line

    def _name(self, field: QWidget, name: str, words: str) -> None:
        field.setObjectName(f"run.options.{name}")
        field.setAccessibleName(words)

    def _typed(self, name: str, text: str) -> None:
        if self._showing or self._mine is None:
            return
        self._mine.options[name] = text
        self.edited.emit()

    def _choose(self) -> None:
        dialog = QFileDialog(self, "A file with answers")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)

        def chosen(path: str) -> None:
            self.answers.setText(path)
            self._typed("answers", path)

        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
