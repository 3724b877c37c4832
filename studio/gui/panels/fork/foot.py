"""`ForkFoot`: the foot of the fork panel. What a draft changes, what running it will take, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.gui.panels.fork.changes_list import ChangesList
from studio.gui.widgets.labels import Elided, Note, cut, small_button, tip
from studio.gui.workbench import Workbench
from studio.models.names import EMBEDDED
from studio.settings.declared import SETTINGS
from studio.support.errors import StudioError
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.replay.forking.service import Forks
    from studio.gui.replay.session import Session
    from studio.replay.drafts import Draft, Key


class ForkFoot(QFrame):
    """Shown while the run has a draft. `session` is the run, None while it is of none."""

    chosen = Signal(object)
    """(key) A person wants to see where a change is made."""
    model_taken = Signal()
    """The draft was given another model: how it stands shall be shown at once."""

    def __init__(self, workbench: Workbench, parent: QWidget) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.forks: Forks = workbench.part("forks")
        self.session: Session | None = None
        self.setProperty("bar", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 10)
        column.setSpacing(6)
        row = QHBoxLayout()
        self.title = Elided("", self)
        self.title.setObjectName("fork.title")
        self.title.set_strong(True)
        row.addWidget(self.title, 1)
        self.discard = small_button("Discard", "Drop all changes; Undo brings them back", "fork.discard", self)
        self.discard.clicked.connect(lambda *_: self._discard())
        row.addWidget(self.discard)
        column.addLayout(row)
        self.changes = ChangesList(self)
        self.changes.chosen.connect(self.chosen)
        self.changes.dropped.connect(lambda key: self._drop(key))
        column.addWidget(self.changes)
        self.told = Note("", "soft", self)
        self.told.setObjectName("fork.told")
        column.addWidget(self.told)
        self.use = QPushButton(self)
        self.use.setObjectName("fork.use_model")
        self.use.setProperty("small", True)
        self.use.clicked.connect(lambda *_: self._use_model())
        column.addWidget(self.use, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._make_buttons())

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.run = QPushButton("Run fork", self)
        self.run.setObjectName("fork.run")
        self.run.setProperty("primary", True)
        self.run.clicked.connect(lambda *_: self._run())
        row.addWidget(self.run)
        self.stop = QPushButton("Stop", self)
        self.stop.setObjectName("fork.stop")
        self.stop.clicked.connect(lambda *_: self.forks.stop())
        row.addWidget(self.stop)
        self.compare = QPushButton("Show last fork", self)
        self.compare.setObjectName("fork.compare")
        self.compare.clicked.connect(lambda *_: self._show_last())
        row.addWidget(self.compare)
        row.addStretch(1)
        self.apply = small_button("To today's graph", "Set the changed params in the graph file as it is today, as one "
                                  "edit that can be undone", "fork.apply", self)  # fmt: skip
        self.apply.clicked.connect(lambda *_: self.workbench.trigger("fork.apply"))
        row.addWidget(self.apply)
        return row

    @property
    def _draft(self) -> Draft | None:
        return None if self.session is None else self.forks.draft(self.session)

    # -- showing --------------------------------------------------------------------------------

    def show_draft(self, session: Session, draft: Draft) -> None:
        """Show how the draft of a run stands."""
        self.session = session
        problems = self.forks.problems(session)
        self.title.set_text("" if draft.is_empty else draft.title())  # that there are none is said below
        self.title.setVisible(not draft.is_empty)
        self.discard.setVisible(not draft.is_empty)
        self.changes.show_draft(draft, problems)
        going = self.forks.is_going
        why = self.forks.why_not(session)
        self.run.setEnabled(not why)
        self.run.setVisible(not going)
        self.stop.setVisible(going)
        self.compare.setVisible(not going and self.forks.last_of(session) is not None)
        self.apply.setVisible(any(piece.key.kind == "param" for piece in draft.pieces))
        self.use.setVisible("model" in problems and not draft.is_empty and not going)
        if "model" in problems:
            name = self._default_model()
            self.use.setText(f"Use {cut(plain_line(name.removeprefix(EMBEDDED)), 32)}")
            self.use.setToolTip(tip(f"Have {name} answer what is asked anew: the model of nodes that name none."))
        text, role = self._told(session, draft, why)
        self.told.set_text(text)
        self.told.setProperty("role", role)
        self.told.style().polish(self.told)

    def _told(self, session: Session, draft: Draft, why: str) -> tuple[str, str]:
        going = self.forks.going
        if going is not None:
            view = going.mine.view
            fired = 0 if view is None else view.fired
            return f"The fork runs: {fired:,} firings.", "soft"
        from studio.replay.drafts import WHOLE

        problems = self.forks.problems(session)
        if draft.is_empty:
            return problems[WHOLE].message + " " + problems[WHOLE].hint if WHOLE in problems else "", "soft"
        if why:
            return why, "bad" if problems else "soft"
        guess = self.forks.estimate(session)
        if guess is None:
            return "Looking what it will take…", "soft"
        return (plain_line(guess.message), "bad") if isinstance(guess, StudioError) else (guess.told(), "soft")

    # -- doing ----------------------------------------------------------------------------------

    def _run(self) -> None:
        """Run the fork and give the keys to the graph, where the run is stepped through: the button goes away."""
        if self.workbench.canvas is not None:
            self.workbench.canvas.setFocus()
        self.workbench.trigger("fork.run")
        if not self.forks.is_going:  # it was refused
            self.run.setFocus()

    def _drop(self, key: Key) -> None:
        draft = self._draft
        if draft is not None:
            draft.take(key)

    def _discard(self) -> None:
        draft = self._draft
        if draft is not None:
            draft.clear()
            self.workbench.say("The changes of the fork are dropped; Undo in the panel brings them back.")

    def _default_model(self) -> str:
        """The model that is set for nodes that name none; the embedded one if that is set empty."""
        name = str(self.workbench.settings["models.default"]).strip()
        return name or str(next(one.default for one in SETTINGS if one.name == "models.default"))

    def _use_model(self) -> None:
        """Nothing is in the way then: the next press of Enter runs the fork."""
        self.workbench.commit()
        draft = self._draft
        if draft is not None:
            draft.set_option("model", self._default_model())
            self.model_taken.emit()
            self.run.setFocus()

    def _show_last(self) -> None:
        session = self.session
        last = None if session is None else self.forks.last_of(session)
        comparing = self.workbench.parts.get("comparing")
        if session is None or last is None:
            return
        if comparing is None:
            self.workbench.part("replay").open(last)
        else:
            comparing.open(session.source, last)
