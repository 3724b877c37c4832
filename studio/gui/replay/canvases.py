"""Shows on canvases how a run stood at the step of its session: nodes, wires, and where the step is.

Only what looks different from before is told. Nodes and wires in view come first, with the step; then the window is
painted, then come all others, a few milliseconds' worth at a time: a step is never waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer

from studio.gui.replay.in_view import in_view
from studio.gui.replay.on_wires import OnWires
from studio.gui.replay.session import Session
from studio.replay.states.state import RUNNING, WAITING
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from studio.gui.canvas import Canvas
    from studio.replay.states.state import NodeState, State
    from studio.trace.decided import Spent

AT_ONCE_S: Final = 0.012
"""Longest time that nodes are told of within a step, and wires again, in seconds; then the window lives on first."""

BIT_S: Final = 0.008
"""How long one more bit of the rest may take."""

MANY: Final = 80
"""Nodes, or wires, of a graph from which on only those in view are told within the step."""

AFTER_MS: Final = 25
"""How long after the window was painted the rest of a step in a large graph follows, in milliseconds."""

FIRST_MS: Final = 300
"""The same when it is opened: the timeline has been read and painted by then."""

LONGEST_S: Final = 0.2
"""How long the rest is put off at most, in seconds, while one step follows the other."""

CHUNK: Final = 32
"""Nodes that are looked at together: what they used for models is one question."""

ROLE: Final = "replay"
"""The colour of all that says: this is a recorded run."""


class Watched:
    """A canvas that shows a run, and what it was told."""

    def __init__(self, canvas: Canvas, session: Session) -> None:
        self.canvas = canvas
        self.session = session
        self.told: dict[str, Any] = {}
        """By node, what tells its state from another."""
        self.waits: dict[str, str] = {}
        """What was said that nodes wait for."""
        self.left: dict[str, None] = {}
        """Nodes that were not looked at since the last step, those in view first."""
        self.wires = OnWires(canvas, session)
        self.state: State | None = None
        self.is_new = True
        """Whether nothing but what is in view was ever shown on it."""

    @property
    def is_done(self) -> bool:
        """True if everything is shown as it stood at the step."""
        return not self.left and self.wires.is_done

    def give_up(self) -> None:
        """Look at nothing more of this step."""
        self.left = {}
        self.wires.give_up()


class Canvases(QObject):
    """The canvases of one window that show runs. `keys` says what a key does on them, None for most keys."""

    def __init__(self, keys: Callable[[QKeyEvent], Callable[[], object] | None], parent: QObject) -> None:
        super().__init__(parent)
        self._keys = keys
        self._watched: dict[int, Watched] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._go_on)
        self._pause = 0
        self._did = 0.0
        """When something of the rest was shown last."""

    def watch(self, canvas: Canvas, session: Session) -> None:
        """Keep a canvas of a session's document at the session's step as long as it is there."""
        key = id(canvas)
        if key not in self._watched:
            watched = self._watched[key] = Watched(canvas, session)
            canvas.destroyed.connect(lambda *_: self._forget(key, watched))
            canvas.wire_value = watched.wires.told
            canvas.own_keys = self._keys
            canvas.set_tint(ROLE)
        self._trying(self._watched[key], self._paint)
        self._paint_light(self._watched[key])

    def _forget(self, key: int, watched: Watched) -> None:
        if self._watched.get(key) is watched:
            del self._watched[key]

    def leave(self, session: Session) -> None:
        """Show nothing more of a session that is closed; its canvases ask it nothing while they are still there."""
        for one in self._watched.values():
            if one.session is session:
                one.canvas.wire_value = None
        self._watched = {key: one for key, one in self._watched.items() if one.session is not session}

    def in_sight(self, session: Session) -> list[Watched]:
        """Return the canvases of a session that can be seen."""
        return [one for one in self._watched.values() if one.session is session and one.canvas.isVisible()]

    def paint(self, session: Session) -> None:
        """Bring the canvases in sight up to date with a session's step; others follow when they come into sight."""
        for watched in self.in_sight(session):
            self._trying(watched, self._paint)

    def _trying(self, watched: Watched, show: Callable[[Watched], object]) -> None:
        """Show something; what cannot be read for it is told, and not asked for again until the next step."""
        try:
            show(watched)
        except StudioError as error:
            watched.give_up()
            watched.session.troubled.emit(error)

    def are_done(self, session: Session) -> bool:
        """True if the canvases in sight show everything as it stood at a session's step, also what is not in view."""
        return all(watched.is_done for watched in self.in_sight(session))

    def paint_light(self, session: Session) -> None:
        """Light on the canvases in sight what is lit in a session."""
        for watched in self.in_sight(session):
            self._paint_light(watched)

    # -- nodes ----------------------------------------------------------------------------------

    def _paint(self, watched: Watched) -> None:
        canvas, session = watched.canvas, watched.session
        if not canvas.document.has(canvas.at):
            return
        state = watched.state = session.state_at(canvas.at)
        names = dict.fromkeys(canvas.document.at(canvas.at).nodes)
        seen, wires_seen = in_view(canvas)
        front = dict.fromkeys(name for name in names if name in seen)
        watched.left = front | names
        watched.wires.turn_to(state, wires_seen)
        canvas.set_current("" if state is None else state.node_among(session.around()))
        is_large = max(len(names), watched.wires.count) > MANY
        canvas.states.show_now(self._tell(watched, AT_ONCE_S, len(front) if is_large else None))
        watched.wires.show(AT_ONCE_S, len(wires_seen) if is_large else None)
        self._put_off(0 if not is_large else FIRST_MS if watched.is_new else AFTER_MS)

    def _put_off(self, milliseconds: int) -> None:
        """Let the rest follow; who goes on from step to step puts it off, but not for ever."""
        if not self._later.isActive() or perf_counter() - self._did < LONGEST_S:
            self._pause = milliseconds
            self._later.start(0)

    def _tell(self, watched: Watched, seconds: float, most: int | None = None) -> list[str]:
        """Look at the nodes that are next, `most` of them at most, as far as time allows. Tell the canvas of those that
        look different; return which."""
        until = perf_counter() + seconds
        names = list(islice(watched.left, most))
        told = []
        for at in range(0, len(names), CHUNK):
            chunk = names[at : at + CHUNK]
            changed = [name for name in chunk if self._is_other(watched, name)]
            self._tell_all(watched, changed)
            told += changed
            for name in chunk:
                del watched.left[name]
            if perf_counter() > until:
                break
        return told

    @staticmethod
    def _is_other(watched: Watched, name: str) -> bool:
        """True if a node looks different from what the canvas was told of it; then that is noted as told."""
        from studio.gui.replay.showing import wait_words

        node = None if watched.state is None else watched.state.nodes.get(name)
        sign = None if node is None else (node.state, *ids_of(node))
        is_same = name in watched.told and watched.told[name] == sign
        watched.told[name] = sign
        if is_same and node is not None and node.state in (WAITING, RUNNING):  # perhaps for something else
            return node.state == RUNNING or wait_words(node) != watched.waits.get(name)
        return not is_same

    @staticmethod
    def _tell_all(watched: Watched, names: list[str]) -> None:
        """Tell the canvas how some nodes stand."""
        from studio.gui.canvas.state import IDLE
        from studio.gui.replay.showing import shown_node, wait_words

        session, state = watched.session, watched.state
        nodes = {name: state.nodes.get(name) if state is not None else None for name in names}
        spent = _spent(session, [node for node in nodes.values() if node is not None])
        for name, node in nodes.items():
            if node is None or state is None:
                now = IDLE
            else:
                seq = None if node.last is None else node.last.seq
                words = watched.waits[name] = wait_words(node)
                now = shown_node(node, session.shots, None if seq is None else spent.get(seq), state.time, words)
            watched.canvas.set_state(name, now)

    def _go_on(self) -> None:
        """What lies on wires first, then what is left of nodes, of the canvases in sight."""
        if self._pause:  # the window was painted just now: whoever presses the next key comes first
            self._later.start(self._pause)
            self._pause = 0
            return
        self._did = perf_counter()
        for watched in list(self._watched.values()):
            if not watched.canvas.isVisible():
                continue
            watched.is_new = False
            self._trying(watched, self._show_more)
            if not watched.is_done:
                self._later.start(0)

    def _show_more(self, watched: Watched) -> None:
        if not watched.wires.is_done:
            watched.wires.show(BIT_S / 2)  # painting them anew is the other half
        elif watched.left:
            self._tell(watched, BIT_S)

    def _paint_light(self, watched: Watched) -> None:
        canvas, part = watched.canvas, watched.session.lit_part(watched.canvas.at)
        if part is None:
            canvas.set_highlight([], [])
        else:
            canvas.set_highlight(part.nodes, part.edges, exact=True)


def ids_of(node: NodeState) -> tuple[int, int]:
    """Return the firings that a node's state is about: its last one and the one under way, 0 for none."""
    return 0 if node.last is None else node.last.id, 0 if node.now is None else node.now.id


def _spent(session: Session, nodes: list[NodeState]) -> dict[int, Spent]:
    seqs = [node.last.seq for node in nodes if node.last is not None and node.last.seq is not None]
    return session.cursor.steps.used_at(seqs) if seqs else {}
