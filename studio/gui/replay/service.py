"""`Replays`: the service `replay` of the workbench. Opens recorded runs, and shows on the canvas where each stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.editing import Document
from studio.gui.replay.session import Session, Source
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.gui.canvas import Canvas
    from studio.gui.canvas.state import NodeState

FOLLOW_MS: Final = 250
"""How often a run that goes on is looked at for new steps, in milliseconds."""

ANSWERS_MS: Final = 33
"""How often answers of look-ups are taken while some are awaited, in milliseconds."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """A canvas that shows a run, and what it was told of each node."""

    canvas: Canvas
    session: Session
    told: dict[str, NodeState | None]


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
        self._watched: dict[int, _Watched] = {}
        self._follow = QTimer(self)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._look)
        self._answers = QTimer(self)
        self._answers.setInterval(ANSWERS_MS)
        self._answers.timeout.connect(self._take_answers)
        workbench.closed.connect(lambda document: self._on_closed(document))
        workbench.current_changed.connect(self._on_current)

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

    def open(
        self, source: Source, *, seq: int | None = None, firing: int = 0, show: bool = True
    ) -> Session | None:
        """Open a run, or show it if it is open, and go to a step or a firing; a refusal is told and gives None. With
        `show` False it is opened for somebody who shows it himself, in no tab of its own."""
        try:
            session = self.open_session(source, show=show)
        except StudioError as error:
            self.workbench.fail(error)
            return None
        if firing:
            session.seek_firing(firing)
        elif seq is not None:
            session.seek(seq)
        self._show_place(session)
        return session

    def open_session(self, source: Source, *, show: bool = True) -> Session:
        """Do the same. Raises StudioError for a run that is not there, has no step, or cannot be read."""
        known = next((one for one in self.sessions if _same(one, source)), None)
        if known is not None:
            if show:
                self.workbench.show(known.document)
            return known
        session = Session(source, self.workbench.registry)
        key = id(session.document)
        self._sessions[key] = session
        self._unhook[key] = [
            session.moved.connect(partial(self._on_moved, session)),
            session.grew.connect(partial(self._on_grew, session)),
            session.lit_changed.connect(partial(self._on_lit, session)),
        ]
        self.opened.emit(session)
        self.workbench.add(session.document, show=show)
        if session.run.status == "running":
            self._follow.start()
        return session

    def _on_closed(self, document: object) -> None:
        session = self._sessions.pop(id(document), None)
        if session is None:
            return
        for unhook in self._unhook.pop(id(document)):
            unhook()
        session.close()
        self.closed.emit(session)

    # -- looking up ---------------------------------------------------------------------------

    def look_up(self, session: Session, key: Any, question: Callable[[Any], Any]) -> None:
        """Have something looked up in a session's trace on its own thread; `found` tells the answer."""
        session.lookup.ask(key, question)
        self._answers.start()

    def _take_answers(self) -> None:
        for session in self.sessions:
            while session.lookup.answers:
                key, answer = session.lookup.answers.popleft()
                self.found.emit(session, key, answer)
        if not any(session.lookup.is_busy or session.lookup.answers for session in self.sessions):
            self._answers.stop()

    # -- showing ------------------------------------------------------------------------------

    def _on_moved(self, session: Session) -> None:
        self._show_place(session)
        self.moved.emit(session)

    def _on_grew(self, session: Session) -> None:
        self.paint(session)
        self.grew.emit(session)
        self.workbench.actions_changed.emit()

    def _on_lit(self, session: Session) -> None:
        self.paint_light(session)
        self.lit.emit(session)

    def _show_place(self, session: Session) -> None:
        """Show the graph that the step is in (if the session follows), with its node selected, as it stood then."""
        if self.workbench.document is not session.document:
            return
        spot = session.spot(session.here.node)
        canvas = self.workbench.canvas
        if spot is not None and session.follows and canvas is not None and canvas.at != spot.at:
            self.workbench.show(session.document, spot.at)
            canvas = self.workbench.canvas
        self.paint(session)
        if canvas is not None and spot is not None and canvas.at == spot.at and session.follows:
            canvas.select([spot.name])
            canvas.reveal(spot.name)
        self.workbench.actions_changed.emit()

    def watch(self, canvas: Canvas, session: Session) -> None:
        """Keep a canvas of a session's document at the session's step as long as it is there."""
        key = id(canvas)
        if key not in self._watched:
            self._watched[key] = _Watched(canvas, session, {})
            canvas.destroyed.connect(lambda *_: self._watched.pop(key, None))
            canvas.wire_value = partial(self.wire_value, session, canvas)
        self._paint(self._watched[key])
        self._paint_light(self._watched[key])

    def paint(self, session: Session) -> None:
        """Bring the canvases in sight up to date with a session's step; others follow when they come into sight."""
        for watched in self._in_sight(session):
            self._paint(watched)

    def paint_light(self, session: Session) -> None:
        """Light on the canvases in sight what is lit in a session."""
        for watched in self._in_sight(session):
            self._paint_light(watched)

    def _in_sight(self, session: Session) -> list[_Watched]:
        return [one for one in self._watched.values() if one.session is session and one.canvas.isVisible()]

    def _paint(self, watched: _Watched) -> None:
        """Only nodes that look different are told."""
        from studio.gui.replay.showing import shown_node

        canvas, session, told = watched.canvas, watched.session, watched.told
        state = session.state_at(canvas.at)
        here = session.here.id
        nodes = {} if state is None else state.nodes
        for name in canvas.document.at(canvas.at).nodes:
            node = nodes.get(name)
            now = None if node is None else shown_node(node, node.last is not None and node.last.id == here)
            if name not in told or told[name] != now:
                told[name] = now
                canvas.set_state(name, _nothing() if now is None else now)

    def _paint_light(self, watched: _Watched) -> None:
        canvas, part = watched.canvas, watched.session.lit_part(watched.canvas.at)
        if part is None:
            canvas.set_highlight([], [])
        else:
            canvas.set_highlight(part.nodes, part.edges, exact=True)

    def wire_value(self, session: Session, canvas: Canvas, edge: Edge) -> str:
        """Return what lies on a wire of a canvas at the session's step, cut for a tool tip."""
        from studio.gui.replay.showing import shown_wire

        state = session.state_at(canvas.at)
        wire = None if state is None else next((one for one in state.wires if one.edge == edge), None)
        return "" if wire is None else shown_wire(wire)

    def _on_current(self) -> None:
        canvas = self.workbench.canvas
        session = None if canvas is None else self.of(canvas.document)
        if canvas is not None and session is not None:
            self.watch(canvas, session)

    # -- following runs that go on --------------------------------------------------------------

    def _look(self) -> None:
        going = [one for one in self.sessions if one.run.status == "running"]
        for session in going:
            self.workbench.trying(session.refresh)
        if not going:
            self._follow.stop()


def _same(session: Session, source: Source) -> bool:
    mine = session.source
    return (mine.db, mine.foreign) == (source.db, source.foreign) and source.run in (mine.run, session.run.id)


def _nothing() -> Any:
    from studio.gui.canvas.state import IDLE

    return IDLE


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["replay"] = Replays(workbench)
