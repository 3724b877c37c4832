"""*New experiment*: data, variants, seeds and score of a graph; what it comes to is told while one writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.batch.design.experiment_files import ENDING
from studio.batch.design.trusting import ExperimentNotApproved
from studio.gui.base.beside import beside
from studio.gui.dialogs.ask import ask
from studio.gui.panels.experiments.making.data_section import DataSection
from studio.gui.panels.experiments.making.draft import Draft, Looked, look
from studio.gui.panels.experiments.making.score_section import ScoreSection
from studio.gui.panels.experiments.making.variants_section import VariantsSection
from studio.gui.widgets.labels import Elided, Note, plain_label
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError
from studio.support.pieces import plural
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.batch.design.spec import Experiment
    from studio.gui.experiments.service import Experiments

SIZE: Final = 900, 640
SOON_MS: Final = 250
"""How long nobody types before it is looked what the experiment comes to, in milliseconds."""

MOST_NAMED: Final = 12
"""Variants whose names are told."""

MAKE_THEM: Final = "Make Them"


class ExperimentDialog(QDialog):
    """Edits a draft; accepted once it is begun."""

    def __init__(self, workbench: Workbench, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.draft = draft
        self.looked: Looked | None = None
        """What the draft comes to as it stands, None while that is found out."""
        self._refused: dict[str, str] = {}
        self._round = 0
        self.setObjectName("experiment")
        self.setWindowTitle("New Experiment" if not draft.file else f"Experiment {Path(draft.file).name}")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._make()
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._look)
        self._look()

    # -- how it is built --------------------------------------------------------------------------

    def _make(self) -> None:
        self.name = QLineEdit(str(self.draft.said.get("name", "")), self)
        self.name.setObjectName("experiment.name")
        self.name.setAccessibleName("Name of the experiment")
        self.name.setPlaceholderText("A name for it (optional)")
        self.name.textEdited.connect(lambda text: self._say("name", text.strip()))
        graph = Elided(f"of {self.draft.title}", self, role="soft")
        graph.setObjectName("experiment.graph")
        top = QHBoxLayout()
        top.addWidget(self.name, 2)
        top.addWidget(graph, 1)
        self.data = DataSection(self.draft, self)
        self.variants = VariantsSection(self.draft, self)
        self.score = ScoreSection(self.draft, self)
        for section in (self.data, self.variants, self.score):
            section.changed.connect(self._say)
        self.score.refused.connect(self._refuse)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, title, section in (
            (left, "Data", self.data), (left, "Variants", self.variants), (right, "Score and runs", self.score),
        ):  # fmt: skip
            heading = plain_label(title)
            heading.setWordWrap(False)
            font = heading.font()
            font.setBold(True)
            heading.setFont(font)
            column.addWidget(heading)
            column.addWidget(section)
            column.addSpacing(8)
        left.addStretch(1)
        right.addStretch(1)
        sheet = QWidget(self)
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(2, 2, 10, 2)
        columns.setSpacing(22)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(sheet)
        self.told = QLabel(self)
        self.told.setObjectName("experiment.told")
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        font = self.told.font()
        font.setBold(True)
        self.told.setFont(font)
        self.problem = Note("", "bad", self)
        self.problem.setObjectName("experiment.problem")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 14, 16, 14)
        rows.setSpacing(10)
        rows.addLayout(top)
        rows.addWidget(scroll, 1)
        rows.addWidget(self.told)
        rows.addWidget(self.problem)
        rows.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        self.save = self._button("Save as Experiment File…", "save", self.ask_save)
        self.approve = self._button("Approve These Variants", "approve", self._approve)
        self.approve.hide()
        self.run = self._button("Run", "run", self._run)
        self.run.setProperty("primary", "true")
        self.run.setDefault(True)
        cancel = self._button("Cancel", "cancel", self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        for button in (self.approve, cancel, self.run):
            buttons.addWidget(button)
        return buttons

    def _button(self, title: str, name: str, press: Callable[[], object]) -> QPushButton:
        button = QPushButton(title, self)
        button.setObjectName(f"experiment.{name}")
        button.setAutoDefault(name == "run")
        button.clicked.connect(lambda *_: press())
        return button

    # -- what it comes to -------------------------------------------------------------------------

    def _say(self, key: str, value: Any) -> None:
        self.draft.put(key, value)
        self._ask_soon()

    def _refuse(self, key: str, problem: str) -> None:
        self._refused[key] = problem
        self._ask_soon()

    def _ask_soon(self) -> None:
        self.looked = None
        self.run.setEnabled(False)
        self._soon.start()

    def _look(self) -> None:
        self._round += 1
        number, draft = self._round, self.draft.copy()
        beside(self, lambda: look(draft), lambda looked: self._show(number, looked))

    def _show(self, number: int, looked: Looked) -> None:
        if number != self._round or self._soon.isActive():
            return
        self.looked = looked
        for section in (self.data, self.variants, self.score):
            section.show_looked(looked)
        typed = next((one for one in self._refused.values() if one), "")
        problem = looked.problem
        is_unapproved = isinstance(problem, ExperimentNotApproved)
        said = problem.message if is_unapproved and problem is not None else "" if problem is None else str(problem)
        self.problem.set_text(typed or ("" if problem is looked.data_problem and problem is not None else said))
        self.approve.setVisible(is_unapproved)
        self.told.setText(_counted(looked))
        self.told.setToolTip("\n".join(plain_line(one) for one in looked.arms[:60]))
        self.run.setEnabled(problem is None and not typed)

    def _approve(self) -> None:
        problem = None if self.looked is None else self.looked.problem
        if isinstance(problem, ExperimentNotApproved):
            self.draft.approve |= {problem.hash}
            self._ask_soon()

    # -- what is done with it ---------------------------------------------------------------------

    def ask_save(self) -> QFileDialog:
        """Ask where to write it as a file."""
        dialog = QFileDialog(self, "Save Experiment", str(self.draft.base), f"Experiments (*{ENDING})")
        dialog.setObjectName("experiment.save_as")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        stem = Path(self.draft.file).name.removesuffix(ENDING) if self.draft.file else Path(self.draft.title).stem
        dialog.selectFile(f"{stem}{ENDING}")
        dialog.fileSelected.connect(lambda name: self.save_there(Path(name)))
        dialog.open()
        return dialog

    def save_there(self, path: Path) -> None:
        """Write it as a file; a refusal is told below."""
        try:
            saved = self.draft.save(path)
        except StudioError as error:
            self.problem.set_text(str(error))
            return
        self.setWindowTitle(f"Experiment {saved.name}")
        self.workbench.say(f"The experiment is saved in {saved}.")

    def _run(self) -> None:
        """Begin it; very many runs are begun only by a person who has said that so many are meant."""
        from studio.batch.sessions import VERY_MANY

        rows, arms, seeds = self.looked.counts if self.looked is not None and self.looked.counts else (0, 0, 0)
        bound = dict(self.draft.said.get("budget") or {}).get("runs")
        if rows * arms * seeds <= VERY_MANY or (bound is not None and bound <= VERY_MANY):
            self._begin()
            return
        ask(
            self, "So Many Runs?", f"These are {rows * arms * seeds:,} runs.",
            [("Cancel", QMessageBox.ButtonRole.RejectRole), (MAKE_THEM, QMessageBox.ButtonRole.AcceptRole)],
            lambda answer: self._begin() if answer == MAKE_THEM else None,
            detail=f"{rows:,} rows × {arms:,} variants × {seeds:,} seeds. They can be paused and gone on with.",
            name="experiment.many",
        )  # fmt: skip

    def _begin(self) -> None:
        from studio.batch.sessions import Ways

        service: Experiments = self.workbench.part("experiments")
        try:
            experiment: Experiment = self.draft.experiment()
            service.begin(experiment, Ways(approve=self.draft.approve))
        except StudioError as error:
            self.problem.set_text(str(error))
            return
        self.workbench.panel_asked.emit("experiments")
        panel = self.workbench.parts.get("experiments_panel")
        if panel is not None:
            panel.show_driven()
        self.accept()


def _counted(looked: Looked) -> str:
    if looked.counts is None:
        return ""
    rows, arms, seeds = looked.counts
    names = [one for one in looked.arms if len(one) < 40][:MOST_NAMED]
    named = f"   ({', '.join(map(plain_line, names))})" if 1 < len(looked.arms) == len(names) <= 4 else ""
    product = f"{plural(rows, 'row')} × {plural(arms, 'variant')} × {plural(seeds, 'seed')}"
    return f"{plural(rows * arms * seeds, 'run')} = {product}{named}"
