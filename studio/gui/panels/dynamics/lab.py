"""The automata lab: a rule, its diagram, and which of Wolfram's classes it is in, by the same widget as runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from studio.dynamics.pictures.diagram import empty
from studio.gui.base.beside import beside
from studio.gui.base.guard import guarded
from studio.gui.panels.dynamics.head import CLASS_ROLES
from studio.gui.panels.dynamics.judgement import JudgementList
from studio.gui.panels.dynamics.rule_bar import RuleBar
from studio.gui.panels.dynamics.rule_texts import read_rule
from studio.gui.panels.dynamics.telling import Row
from studio.gui.replay.dynamics.front import Work
from studio.gui.widgets.labels import Elided, Note, small_button
from studio.gui.widgets.spacetime.pane import DiagramPane
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError, UsageError

if TYPE_CHECKING:
    from studio.dynamics.automata.lab import AutomatonVerdict
    from studio.dynamics.automata.specs import Spec
    from studio.dynamics.pictures import Diagram

FIRST: Final = (
    "Choose a rule and press Classify: its diagram is judged as published classes are, from what it looks like."
)


MOST_EVIDENCE: Final = (46, 0.2)
"""Height of the list of evidence: pixels at least, and as a share of the lab's."""


class _Job(NamedTuple):
    """One rule to be judged; the newest one counts."""

    spec: Spec
    seed: int
    work: Work


class Lab(QWidget):
    """One rule at a time. `changed()`: another one is drawn."""

    changed = Signal()

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics.lab")
        self.setAccessibleName("Automata lab")
        self.workbench = workbench
        self.specs: list[Spec] = []
        """The rules of the file that was opened last."""
        self.verdict: AutomatonVerdict | None = None
        self.diagram: Diagram = empty()
        """What is drawn, with the rule's name as its title."""
        self._work: Work | None = None
        """What is under way, None if nothing is."""
        self.bar = RuleBar(self)
        self.beside: QToolButton = small_button(
            "Beside", "Show the automaton beside the run that is shown", "lab.beside", self
        )
        self.beside.setCheckable(True)
        self.bar.row.addWidget(self.beside)
        self.told = Elided("", self)
        self.told.setObjectName("lab.verdict")
        self.told.set_strong(True)
        self.told.setContentsMargins(10, 0, 8, 2)
        self.why = Note(FIRST, "soft", self)
        self.why.setObjectName("lab.why")
        self.why.setContentsMargins(10, 0, 8, 4)
        self.evidence = JudgementList(self)
        self.evidence.setObjectName("lab.evidence")
        self.evidence.setAccessibleName("Why the rule is in this class")
        self.pane = DiagramPane(self)
        self.pane.setObjectName("lab.diagram")
        self.pane.bar.curves.setChecked(False)
        self.pane.view.set_empty_text("No rule was chosen yet.")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.bar, self.told, self.why, self.evidence):
            column.addWidget(widget)
        column.addWidget(self.pane, 1)
        self.told.hide()
        self.evidence.hide()
        self.bar.asked.connect(self.classify)
        self.bar.given_up.connect(self.give_up)
        self.bar.file_asked.connect(lambda path: self.open(path))
        self.setFocusProxy(self.bar.rule)

    @guarded(QSize(360, 200))
    def sizeHint(self) -> QSize:
        return QSize(460, 240)

    @property
    def is_busy(self) -> bool:
        """True while a rule is being judged."""
        return self._work is not None

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The evidence leaves most of the room to the diagram."""
        self.evidence.setFixedHeight(max(MOST_EVIDENCE[0], round(MOST_EVIDENCE[1] * event.size().height())))

    def open(self, path: Path) -> None:
        """Read a file of rules; a refusal is told."""
        from studio.dynamics.automata.files import read_specs

        beside(self, partial(read_specs, path), self._take_specs, self._refuse)

    def classify(self) -> None:
        """Draw the rule that is chosen, and judge it."""
        try:
            spec = self._chosen()
        except StudioError as error:
            self._refuse(error)
            return
        self.stop()
        job = _Job(spec, self.bar.seed.value(), Work())
        self._set_work(job.work)
        self.verdict = None
        self._tell("", "soft")
        self.why.set_text(f"Classifying {spec.id[:80]} …")
        beside(self, partial(_draw, job), partial(self._drawn, job), partial(self._failed, job))

    def give_up(self) -> None:
        """Stop judging: the person waits for no verdict."""
        self.stop()
        self.why.set_text("Given up. Press Classify for the verdict.")

    def stop(self) -> None:
        """Have what is under way end at its next step; what comes of it is not shown."""
        if self._work is not None:
            self._work.is_given_up = True
            self._set_work(None)

    # -- inside ---------------------------------------------------------------------------------

    def _chosen(self) -> Spec:
        if self.bar.kind_id != "file":
            return read_rule(self.bar.kind_id, self.bar.rule.text())
        number = self.bar.specs.currentData()
        if number is None:
            raise UsageError("No file of rules is open.", hint="Choose one with Open….")
        return self.specs[int(number)]

    def _take_specs(self, specs: list[Spec]) -> None:
        self.specs = specs
        self.bar.show_specs(specs)
        if len(specs) == 1:
            self.classify()
        else:
            self.why.set_text(f"{len(specs):,} rules. Choose one and press Classify.")

    def _drawn(self, job: _Job, diagram: Diagram) -> None:
        if job.work is not self._work:
            return
        self.diagram = diagram
        self.pane.set_diagram(replace(diagram, title=""))
        self.pane.axis.zoom_to(self.pane.axis.largest, 0)  # as wide as there is room: time is scrolled through
        self.changed.emit()
        beside(self, partial(_judge, job), partial(self._judged, job), partial(self._failed, job))

    def _judged(self, job: _Job, verdict: AutomatonVerdict) -> None:
        if job.work is not self._work:
            return
        self._set_work(None)
        self.verdict = verdict
        share = f"λ {verdict.active_share:.3f} (not used)"
        text = f"Class {verdict.verdict}, confidence {verdict.confidence:.2f} · {share}"
        self._tell(text, CLASS_ROLES[verdict.verdict])
        self.why.set_text("")
        self.evidence.show_rows([Row(line, line) for line in verdict.judgement.evidence])
        self.evidence.show()

    def _failed(self, job: _Job, error: StudioError) -> None:
        if job.work is self._work:
            self._set_work(None)
            self._refuse(error)

    def _refuse(self, error: StudioError) -> None:
        self._tell("", "soft")
        self.why.set_text(f"{error.message} {error.hint}".strip())

    def _set_work(self, work: Work | None) -> None:
        self._work = work
        self.bar.set_busy(work is not None)

    def _tell(self, text: str, role: str) -> None:
        self.told.set_text(text)
        self.told.set_role(role)
        self.told.setVisible(bool(text))
        if not text:
            self.evidence.hide()


def _draw(job: _Job) -> Diagram:
    from studio.dynamics.pictures.automata import of_spec

    return of_spec(job.spec, job.seed)


def _judge(job: _Job) -> AutomatonVerdict:
    from studio.dynamics.automata.lab import classify

    return classify(job.spec, job.seed, wanted=lambda: not job.work.is_given_up)
