"""Shows on canvases how a run stood at the step of its session: nodes, wires, and where the step is.

Only what looks different from before is told. Nodes and wires in view come first, with the step; then the window is
painted, then come all others, a few milliseconds' worth at a time: a step is never waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer

from studio.gui.replay.in_view import in_view
from studio.gui.replay.on_wires import OnWires
from studio.gui.replay.session import Session
from studio.replay.states.state import RUNNING, WAITING

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
"""Nodes changed at once, and wires, from which on only those in view are told within the step."""

AFTER_MS: Final = 15
"""How long after the window was painted the rest of a step in a large graph follows, in milliseconds."""

FIRST_MS: Final = 300
"""The same when it is opened: the timeline has been read and painted by then."""

LONGEST_S: Final = 0.1
"""How long the rest is put off at most, in seconds, while one step follows the other."""

CHUNK: Final = 32
"""Nodes whose use of models is asked for together."""

ROLE: Final = "replay"
"""The colour of all that says: this is a recorded run."""


class Watched:
    """A canvas that shows a run, and what it was told."""

    def __init__(self, canvas: Canvas, session: Session) -> None:
        self.canvas = canvas
        self.session = session
        self.told: dict[str, Any] = {}
        """By node, what tells its state from another."""
        self.waiting: dict[str, Any] = {}
        """The same of nodes that look different and were not told yet, those in view first."""
        self.doubtful: list[str] = []
        """Nodes that wait, as before, but perhaps for something else."""
        self.waits: dict[str, str] = {}
        """What was said that nodes wait for."""
        self.wires = OnWires(canvas, session)
        self.state: State | None = None
        self.is_new = True
        """Whether nothing but what is in view was ever shown on it."""

    @property
    def is_done(self) -> bool:
        """True if everything is shown as it stood at the step."""
        return not self.waiting and not self.doubtful and self.wires.is_done


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
        self._paint(self._watched[key])
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
            self._paint(watched)

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
        around = set(session.around())
        nodes = {} if state is None else state.nodes
        seen, wires_seen = in_view(canvas)
        current = ""
        waiting: dict[str, object] = {}
        doubtful: list[str] = []
        told, undecided = watched.told, (WAITING, RUNNING)
        for name in canvas.document.at(canvas.at).nodes:
            node = nodes.get(name)
            if node is None:
                if name not in told or told[name] is not None:
                    waiting[name] = None
                continue
            key = node.state, *ids_of(node)
            if told.get(name) != key:
                waiting[name] = key
            elif key[0] in undecided:
                doubtful.append(name)
            if key[1] in around or key[2] in around:
                current = name
        first = len(waiting)
        if first > MANY:
            front = {name: key for name, key in waiting.items() if name in seen}
            waiting = front | waiting
            first = len(front)
        watched.waiting = waiting
        watched.doubtful = [name for name in doubtful if name in seen]
        canvas.set_current(current)
        changed = self._tell(watched, AT_ONCE_S, first)
        changed += self._tell_doubtful(watched, AT_ONCE_S)
        canvas.states.show_now(changed)
        watched.doubtful += [name for name in doubtful if name not in seen]
        watched.wires.turn_to(state, wires_seen)
        are_many = watched.wires.count > MANY
        watched.wires.show(AT_ONCE_S, len(wires_seen) if are_many else None)
        is_large = are_many or len(watched.told) + len(watched.waiting) > MANY
        self._put_off(0 if not is_large else FIRST_MS if watched.is_new else AFTER_MS)

    def _put_off(self, milliseconds: int) -> None:
        """Let the rest follow; who goes on from step to step puts it off, but not for ever."""
        if not self._later.isActive() or perf_counter() - self._did < LONGEST_S:
            self._pause = milliseconds
            self._later.start(0)

    def _tell(self, watched: Watched, seconds: float, most: int | None = None) -> list[str]:
        """Tell the canvas of nodes that look different, `most` of them at most, as far as time allows; return which."""
        from studio.gui.canvas.state import IDLE
        from studio.gui.replay.showing import shown_node, wait_words

        canvas, session, state = watched.canvas, watched.session, watched.state
        until = perf_counter() + seconds
        names = list(watched.waiting)[:most]
        nodes = {} if state is None else state.nodes
        spent: dict[int, Spent] = {}
        for number, name in enumerate(names):
            if number % CHUNK == 0:
                spent = _spent(session, [nodes[one] for one in names[number : number + CHUNK] if one in nodes])
            node = nodes.get(name)
            if node is None:
                now = IDLE
            else:
                last = node.last
                mine = None if last is None or last.seq is None else spent.get(last.seq)
                words = watched.waits[name] = wait_words(node)
                now = shown_node(node, session.shots, mine, 0.0 if state is None else state.time, words)
            canvas.set_state(name, now)
            watched.told[name] = watched.waiting.pop(name)
            if number % 8 == 7 and perf_counter() > until:
                return names[: number + 1]
        return names

    def _tell_doubtful(self, watched: Watched, seconds: float) -> list[str]:
        """The same of nodes that wait for something else than before."""
        from studio.gui.replay.showing import wait_words

        state = watched.state
        until = perf_counter() + seconds
        others: dict[str, Any] = {}
        while watched.doubtful and state is not None:
            name = watched.doubtful.pop()
            node = state.nodes.get(name)
            if node is not None and (node.state == RUNNING or wait_words(node) != watched.waits.get(name)):
                others[name] = (node.state, *ids_of(node))
            if perf_counter() > until:
                break
        watched.waiting = others | watched.waiting
        return self._tell(watched, seconds, len(others))

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
            if not watched.wires.is_done:
                watched.wires.show(BIT_S / 2)  # painting them anew is the other half
            elif watched.waiting:
                self._tell(watched, BIT_S)
            elif watched.doubtful:
                self._tell_doubtful(watched, BIT_S)
            if not watched.is_done:
                self._later.start(0)

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
