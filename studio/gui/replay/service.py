"""`Replays`: the service `replay` of the workbench. Opens recorded runs, and shows on the canvas where each stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.base.polling import keep_going
from studio.gui.replay.awaiting import Awaiting
from studio.gui.replay.canvases import Canvases
from studio.gui.replay.keys import act_of
from studio.gui.replay.long_moves import LongMoves
from studio.gui.replay.picks import reveal_step, show_picks
from studio.gui.replay.player import Player
from studio.gui.replay.session import Session, Source
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from studio.gui.canvas import Canvas
    from studio.replay.cursor import Cursor

FOLLOW_MS: Final = 250
"""How often a run that goes on is looked at for new steps, in milliseconds."""

ANSWERS_MS: Final = 33
"""How often answers of look-ups are taken while some are awaited, in milliseconds."""

STOOD: Final = 200
"""Runs of which it is remembered where they stood when they were closed."""


class Replays(QObject):
    """Sessions of one window, by their documents."""

    opened = Signal(object)
    """(session) A run was opened; its document is shown next."""
    closed = Signal(object)
    """(session) A run is closed."""
    moved = Signal(object)
    """(session) It stands at another step, or shows another item."""
    grew = Signal(object)
    """(session) Its run has more steps, or another status."""
    lit = Signal(object)
    """(session) Other firings are lit."""
    found = Signal(object, object, object)
    """(session, key, answer) Something that was looked up in its trace; an answer may be a StudioError."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self._sessions: dict[int, Session] = {}
        self._unhook: dict[int, list[Callable[[], None]]] = {}
        self.player = Player(self)
        self._canvases = Canvases(self.act_of, self)
        self._stood: dict[tuple[Path, str], tuple[int, bool]] = {}
        self._seqs: dict[Session, int] = {}
        """The step at which each was shown last."""
        self._long_moves = LongMoves(workbench, self.look_up)
        self._awaiting = Awaiting(self)
        self._has_pages = False
        self.searched = ""
        """The text that was looked for last in a run."""
        self._follow = QTimer(self)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._look)
        self._room = QTimer(self)
        self._room.setSingleShot(True)
        self._room.timeout.connect(self._on_room)
        self._answers = QTimer(self)
        self._answers.setInterval(ANSWERS_MS)
        self._answers.timeout.connect(self._take_answers)
        workbench.closed.connect(lambda document: self._on_closed(document))
        workbench.current_changed.connect(self._on_current)
        self.player.changed.connect(workbench.actions_changed.emit)
        self.found.connect(lambda session, key, answer: self._long_moves.answered(session, key, answer))

    # -- sessions -----------------------------------------------------------------------------

    @property
    def sessions(self) -> list[Session]:
        """All runs that are open, in the order they were opened."""
        return list(self._sessions.values())

    @property
    def current(self) -> Session | None:
        """The run whose graph is in front, if one is."""
        document = self.workbench.document
        return None if document is None else self.of(document)

    def of(self, document: Document) -> Session | None:
        """Return the session of a document, None if it shows no run."""
        return self._sessions.get(id(document))

    def open(self, source: Source, *, seq: int | None = None, firing: int = 0, show: bool = True) -> Session | None:
        """Open a run, or show it if it is open, and go to a step or a firing; a refusal is told and gives None.

        A run that goes on is followed from when it is opened; one that has no step yet is opened as soon as it has.
        With `show` False it is opened for somebody who shows it himself, in no tab of its own.
        """
        try:
            was_open = self._open_of(source) is not None
            session = self.open_session(source, show=show)
        except StudioError as error:
            self.workbench.trying(partial(self._await, source, error, show))
            return None
        if firing:
            session.seek_firing(firing)
        elif seq is not None:
            session.seek(seq)
        elif session.run.status == "running" and not was_open:
            session.follow_end(True)
        self._show_place(session)
        return session

    def _await(self, source: Source, error: StudioError, show: bool) -> None:
        """Wait for the first step of a run that has none yet; raises why another one cannot be opened."""
        if not (show and self._awaiting.begin(source)):
            raise error

    def open_session(self, source: Source, *, show: bool = True) -> Session:
        """Do the same. Raises StudioError for a run that is not there, has no step, or cannot be read."""
        known = self._open_of(source)
        if known is not None:
            if show:
                self.workbench.show(known.document)
            return known
        session = Session(source, self.workbench.registry)
        stood = self._stood.get((source.db, session.run.id))
        if stood is not None:
            session.follows = stood[1]
            session.seek(stood[0])
        key = id(session.document)
        self._sessions[key] = session
        self._unhook[key] = [
            session.moved.connect(partial(self._on_moved, session)),
            session.grew.connect(partial(self._on_grew, session)),
            session.lit_changed.connect(partial(self._on_lit, session)),
            session.troubled.connect(partial(self._on_troubled, session)),
        ]
        if not self._has_pages and (pages := self.workbench.parts.get("pages")) is not None:
            pages.pageAdded.connect(self._on_page)
            self._has_pages = True
        self.opened.emit(session)
        self.workbench.add(session.document, show=show)
        if session.run.status == "running":
            keep_going(self._follow)
        return session

    def _open_of(self, source: Source) -> Session | None:
        """The session of a run, if it is open. Raises EnvironmentProblem if its file cannot be read."""
        for session in self.sessions:
            mine = session.source
            if (mine.db, mine.foreign) != (source.db, source.foreign):
                continue
            # Which run is the last one changes while others are recorded.
            named = session.trace.run("last").id if source.run == "last" else source.run
            if named == session.run.id or (named == mine.run != "last"):
                return session
        return None

    def _on_closed(self, document: object) -> None:
        session = self._sessions.pop(id(document), None)
        if session is None:
            return
        for unhook in self._unhook.pop(id(document)):
            unhook()
        if self.player.session is session:
            self.player.stop()
        self._stood.pop((session.source.db, session.run.id), None)
        self._stood[session.source.db, session.run.id] = session.seq, session.follows
        if len(self._stood) > STOOD:
            del self._stood[next(iter(self._stood))]
        self._long_moves.forget(session)
        self._seqs.pop(session, None)
        self._canvases.leave(session)
        session.close()
        self.closed.emit(session)

    def shutdown(self) -> None:
        """Let go of all traces: the window closes. Private copies of files from elsewhere go with them."""
        self._follow.stop()
        self._answers.stop()
        self._awaiting.shutdown()
        for session in self.sessions:
            self._on_closed(session.document)

    # -- looking up ---------------------------------------------------------------------------

    def look_up(self, session: Session, key: Any, question: Callable[[Any], Any]) -> None:
        """Have something looked up in a session's trace on its own thread; `found` tells the answer."""
        session.lookup.ask(key, question)
        keep_going(self._answers)

    def _take_answers(self) -> None:
        for session in self.sessions:
            while session.lookup.answers:
                key, answer = session.lookup.answers.popleft()
                self.found.emit(session, key, answer)
        if not any(session.lookup.is_busy or session.lookup.answers for session in self.sessions):
            self._answers.stop()

    # -- showing ------------------------------------------------------------------------------

    def _on_moved(self, session: Session) -> None:
        if self._seqs.get(session) == session.seq:
            self.paint(session)  # another item was picked for a tab: the step is where it was
        else:
            self._show_place(session)
        self.moved.emit(session)

    def _on_grew(self, session: Session) -> None:
        self.paint(session)
        self.grew.emit(session)
        self.workbench.actions_changed.emit()

    def _on_lit(self, session: Session) -> None:
        self.paint_light(session)
        self.lit.emit(session)

    def _on_troubled(self, session: Session, error: StudioError) -> None:
        self.player.stop()
        self.workbench.fail(error)

    def _show_place(self, session: Session) -> None:
        """Show the graph that the step is in (if the session follows), with its node selected, as it stood then."""
        self._seqs[session] = session.seq
        if self.workbench.document is not session.document:
            self.paint(session)  # somebody may show it elsewhere
            return
        spot = session.spot(session.here.node)
        canvas = self.workbench.canvas
        if spot is not None and session.follows and canvas is not None and canvas.at != spot.at:
            self.workbench.show(session.document, spot.at)
            canvas = self.workbench.canvas
        if canvas is not None and spot is not None and canvas.at == spot.at and session.follows:
            canvas.select([spot.name])
            reveal_step(canvas, spot.name)
        self.paint(session)  # what is in view then comes first
        self.workbench.actions_changed.emit()

    def watch(self, canvas: Canvas, session: Session) -> None:
        """Keep a canvas of a session's document at the session's step as long as it is there."""
        self._canvases.watch(canvas, session)
        show_picks(self, session, canvas)

    def paint(self, session: Session) -> None:
        """Bring the canvases in sight up to date with a session's step; others follow when they come into sight."""
        self._canvases.paint(session)

    def is_shown(self, session: Session) -> bool:
        """True if the canvases in sight show everything as it stood at a session's step, also what is not in view."""
        return self._canvases.are_done(session)

    def paint_light(self, session: Session) -> None:
        """Light on the canvases in sight what is lit in a session."""
        self._canvases.paint_light(session)

    def act_of(self, event: QKeyEvent) -> Callable[[], object] | None:
        """Return what a key does where a run is shown (canvas, timeline); None if it is none of its keys."""
        return act_of(self.workbench, event)

    def _on_current(self) -> None:
        canvas = self.workbench.canvas
        session = None if canvas is None else self.of(canvas.document)
        if self.player.session is not session:
            self.player.stop()
        if canvas is not None and session is not None:
            self.watch(canvas, session)

    def _on_page(self, page: Any) -> None:
        """A tab was made: one of a run says so above its canvas."""
        session = self.of(page.document)
        if session is not None:
            from studio.gui.replay.strip import ReplayStrip

            page.layout().insertWidget(0, ReplayStrip(self, session, page.canvas, page))
            page.canvas.resized.connect(self._room.start)

    def _on_room(self) -> None:
        """The canvas in front has more or less room: what was shown whole is so again, else the step stays in view."""
        session, canvas = self.current, self.workbench.canvas
        if session is None or canvas is None or not session.follows:
            return
        spot = session.spot(session.here.node)
        if canvas.camera.shows_all:
            canvas.camera.fit_legibly()
        elif spot is not None and spot.at == canvas.at:
            reveal_step(canvas, spot.name)

    def set_follows(self, session: Session, on: bool) -> None:
        """Show the graph that the step is in wherever it goes, or stay with the tab in front."""
        session.follows = on
        if on:
            self._show_place(session)
        self.workbench.actions_changed.emit()

    # -- the graph of a run ---------------------------------------------------------------------

    def today(self, session: Session) -> Path | None:
        """Return the file that a run was made of, as it is now; None if it is not there any more, and for runs from
        elsewhere."""
        from studio.replay.continuing import file_of

        return None if session.source.foreign else file_of(session.run)

    def open_today(self, session: Session) -> None:
        """Open the file that a run was made of, as it is now."""
        path = self.today(session)
        if path is not None:
            self.workbench.part("files").open(path)

    def edit_copy(self, session: Session) -> Document:
        """Open the graph as it ran as a new one, that has no file yet. Raises EnvironmentProblem if the trace cannot be
        read."""
        graph = Graph.from_text(session.trace.graph_text(session.run.id))
        today = self.today(session)
        graph.base = None if today is None else today.parent
        return self.workbench.add(Document(graph, registry=self.workbench.registry))

    # -- moves that take long -------------------------------------------------------------------

    def go_later(self, session: Session, question: Callable[[Cursor], int | None], nothing: str) -> None:
        """Go to the step that a question finds, in a thread of its own; `nothing` is said if it finds none."""
        self._long_moves.go(session, question, nothing)

    # -- following runs that go on --------------------------------------------------------------

    def _look(self) -> None:
        going = [one for one in self.sessions if one.run.status == "running"]
        for session in going:
            if self.workbench.trying(session.refresh) and session.seq == session.last:
                self.paint(session)  # what is in the middle of something says for how long
        if not going:
            self._follow.stop()


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["replay"] = Replays(workbench)
