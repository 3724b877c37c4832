"""`Forks`: the service `forks` of the workbench. Keeps a draft for each run that is open, and runs it.

A fork runs as every run of the window does, on the service `live`; as soon as it is recorded it is opened beside the
run that it goes on from, and followed to its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.replay.session import Session, Source
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError, UsageError
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.gui.live.bridge import Live
    from studio.gui.live.document_run import DocumentRun
    from studio.gui.replay.service import Replays
    from studio.replay.drafts import Draft, Key
    from studio.replay.estimating import Estimate

PANEL: Final = "fork"

RETRY_S: Final = 0.15
"""How often it is tried to open a fork that has begun and has no step on the disk yet, in seconds."""

ESTIMATE_MS: Final = 250
"""How long a draft must have rested before it is estimated anew, in milliseconds."""

_ESTIMATE = "fork estimate"

Problems = dict["Key | str", StudioError]


@dataclass(slots=True)
class Going:
    """A fork that runs: of which run, and the session that shows it once there is something to show."""

    parent: Source
    mine: DocumentRun
    session: Session | None = None
    tried: float = 0.0


class Forks(QObject):
    """Drafts by run, and the fork that goes on."""

    changed = Signal(object)
    """(session) Its draft, what is wrong with it, or its estimate is another."""
    began = Signal(object, object)
    """(source of the run it goes on from, session of the fork) A fork is recorded and open."""
    over = Signal(object, object, object)
    """(source of the run it goes on from, session of the fork or None, outcome) A fork has ended."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.live: Live = workbench.part("live")
        self.replays: Replays = workbench.part("replay")
        self.going: Going | None = None
        self._drafts: dict[tuple[str, str], Draft] = {}
        self._estimates: dict[tuple[str, str], Estimate | StudioError] = {}
        self._problems: dict[tuple[str, str], Problems] = {}
        self._last: dict[tuple[str, str], Source] = {}
        self._waiting: set[tuple[str, str]] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(ESTIMATE_MS)
        self._soon.timeout.connect(self._ask_estimates)
        self.live.changed.connect(self._look)
        self.live.ended.connect(lambda document, outcome: self._ended(document, outcome))
        self.replays.found.connect(lambda session, key, answer: self._found(session, key, answer))

    # -- drafts ---------------------------------------------------------------------------------

    def draft(self, session: Session) -> Draft | None:
        """Return the draft of a run, None if there is none."""
        return self._drafts.get(_key(session))

    def begin(self, session: Session) -> Draft:
        """Return the draft of a run; one that holds nothing yet begins at the current step."""
        from studio.replay.drafts import Draft

        key = _key(session)
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = Draft(session.seq)
            draft.changed.connect(partial(self._on_draft, key))
            self._look_over(session)
        elif draft.is_empty:
            draft.start_at(session.seq)
        return draft

    def fork_here(self) -> None:
        """Show the panel in which the run in front is forked at its step. Raises UsageError if none is shown."""
        session = self.replays.current
        if session is None:
            raise UsageError("No run is shown.", hint="Open a run first.")
        self.begin(session)
        self.changed.emit(session)
        self.workbench.panel_asked.emit(PANEL)

    def problems(self, session: Session) -> Problems:
        """Return what keeps the draft of a run from running."""
        return self._problems.get(_key(session), {})

    def estimate(self, session: Session) -> Estimate | StudioError | None:
        """Return what the fork will take, roughly; None while that is found out."""
        return self._estimates.get(_key(session))

    def last_of(self, session: Session) -> Source | None:
        """Return the fork that was made last of a run in this window."""
        return self._last.get(_key(session))

    def drafted_from(self, session: Session) -> Session | None:
        """Return the open run that a run is a fork of, if the draft that it was made of, or a later one, is kept."""
        parent = next((one for one in self.replays.sessions if one.run.id == session.run.parent_run), None)
        return parent if parent is not None and self.draft(parent) is not None else None

    def _session_of(self, key: tuple[str, str]) -> Session | None:
        return next((one for one in self.replays.sessions if _key(one) == key), None)

    def _on_draft(self, key: tuple[str, str]) -> None:
        session = self._session_of(key)
        if session is not None:
            self._look_over(session)
            self.changed.emit(session)
            self.workbench.actions_changed.emit()

    def _look_over(self, session: Session) -> None:
        """Find out what is wrong with a draft, and have it estimated if nothing is."""
        from studio.replay.continuing import missing_script

        key = _key(session)
        draft = self._drafts[key]
        document = session.document
        problems = draft.problems(session.cursor.steps, document.graph, document.registry)
        if session.run.status == "running":
            problems.setdefault("", UsageError("The run is still going.", hint="Fork it when it has ended."))
        script = "" if draft.option("model").strip() else missing_script(session.run)
        if script:
            name = plain_line(script.rpartition("/")[2])[:80]
            problems.setdefault(
                "model",
                UsageError(
                    f"The run was answered by the script `{name}`, which is not there.",
                    hint="Choose the model that goes on, under For the whole fork.",
                ),
            )
        for problem in problems.values():
            problem.__traceback__ = problem.__context__ = None  # they lead to the session, which may be closed
        self._problems[key] = problems
        self._estimates.pop(key, None)
        if not problems:
            self._waiting.add(key)
            self._soon.start()

    def _ask_estimates(self) -> None:
        from studio.replay.estimating import estimate

        waiting, self._waiting = self._waiting, set()
        for key in waiting:
            session = self._session_of(key)
            if session is None or self._problems.get(key):
                continue
            draft, document, run = self._drafts[key], session.document, session.run.id
            changes = draft.changes(document.graph, document.registry)
            question = partial(
                estimate, run=run, graph=document.graph, registry=document.registry, changes=changes, at=draft.at
            )
            self.replays.look_up(session, (_ESTIMATE, key), question)

    def _found(self, session: Session, key: Any, answer: Any) -> None:
        if isinstance(key, tuple) and key[:1] == (_ESTIMATE,):
            if not self._problems.get(key[1]) and key[1] not in self._waiting:
                self._estimates[key[1]] = answer
                self.changed.emit(session)

    # -- running --------------------------------------------------------------------------------

    def why_not(self, session: Session) -> str:
        """Return why the draft of a run cannot run now, "" if it can."""
        if self.live.active is not None:
            return "A run is going on: stop it first, or wait for its end."
        problem = next(iter(self.problems(session).values()), None)
        return "" if problem is None else f"{problem.message} {problem.hint}".strip()

    def run(self, session: Session) -> None:
        """Run the fork that the draft of a run says. Raises StudioError for what keeps it from running; the draft
        stays."""
        from studio.gui.live.playing.orders import Branch
        from studio.support.paths import same_file

        self.workbench.commit()
        draft = self.begin(session)
        self._look_over(session)
        problems = self.problems(session)
        if problems:
            self.changed.emit(session)
            raise next(iter(problems.values()))
        document, source = session.document, session.source
        changes = draft.changes(document.graph, document.registry)
        elsewhere = None if same_file(source.db, self.live.trace_file()) else source.db
        branch = Branch(changes, draft.at, draft.seed(), elsewhere)
        mine = self.live.fork(document, session.run.id, branch, model=draft.option("model"), limits=draft.limits())
        self.going = Going(Source(source.db, session.run.id, source.foreign), mine)
        self.changed.emit(session)

    @property
    def is_going(self) -> bool:
        """True while a fork of this window runs."""
        return self.going is not None

    def stop(self) -> None:
        """Cancel the fork that runs; what it did stays recorded."""
        if self.going is not None and self.live.active is self.going.mine:
            self.live.abort()

    def _look(self) -> None:
        """Open a fork as soon as there is a step of it on the disk."""
        going = self.going
        view = None if going is None else going.mine.view
        if going is None or going.session is not None or view is None or not view.run_id or not view.fired:
            return
        now = monotonic()
        if now - going.tried >= RETRY_S:
            going.tried = now
            self._open(going, view.run_id)

    def _open(self, going: Going, run: str) -> StudioError | None:
        """Open the fork beside its parent; return why that cannot be done (yet)."""
        source = Source(self.live.trace_file(), run)
        try:
            session = self.replays.open_session(source, show=False)
        except StudioError as refused:
            return refused
        going.session = session
        if session.run.status == "running":
            session.follow_end(True)
        self._last[str(going.parent.db), going.parent.run] = source
        self.live.hand_over(going.mine, session.document)
        self.began.emit(going.parent, session)
        return None

    def _ended(self, document: Document, outcome: Any) -> None:
        going = self.going
        if going is None or document is not going.mine.document:
            return
        self.going = None
        view = going.mine.view
        if going.session is None and view is not None and view.run_id:
            refused = self._open(going, view.run_id)
            if refused is not None and outcome.problem is None:
                self.workbench.fail(refused)
        if going.session is not None:
            self.workbench.trying(going.session.refresh)
        self.over.emit(going.parent, going.session, outcome)
        parent = self._session_of((str(going.parent.db), going.parent.run))
        if parent is not None:
            self.changed.emit(parent)
        self.workbench.actions_changed.emit()

    # -- today's graph --------------------------------------------------------------------------

    def apply_to_todays(self, session: Session) -> None:
        """Set the params of the draft in the graph file as it is today, as one edit that can be undone, and show it.

        Raises StudioError if the file is not there, or the graph refuses.
        """
        from studio.gui.replay.forking.todays import apply_params, todays_file

        draft = self.begin(session)
        if not any(piece.key.kind == "param" for piece in draft.pieces):
            raise UsageError("The fork changes no param.", hint="Outputs and firing again belong to one run alone.")
        document = self.workbench.open(todays_file(session.run))
        if document is None:
            return
        count, gone = apply_params(document, draft)
        if not count:
            self.workbench.say(f"Today's graph has no node {', '.join(map(_quoted, gone))}.", "warning")
            return
        done = f"{count} {'param is' if count == 1 else 'params are'} set in {document.title}; undo takes it back."
        left = f" It has no node {', '.join(map(_quoted, gone))}." if gone else ""
        self.workbench.say(done + left, "warning" if gone else "info")


def _quoted(name: str) -> str:
    return f"`{name[:80]}`"


def _key(session: Session) -> tuple[str, str]:
    return str(session.source.db), session.run.id


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["forks"] = Forks(workbench)
