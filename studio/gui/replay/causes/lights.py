"""`Lights`: the service `causes` of the workbench. Asks for causes, lights what was found, and shows its card."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from studio.gui.replay.causes.asking import Answer, Asked, Progress, Subject
from studio.gui.replay.session import Session
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError, UsageError

if TYPE_CHECKING:
    from studio.graph.model import Edge
    from studio.gui.live.watching.places import Spot
    from studio.gui.replay.causes.card import Card
    from studio.gui.replay.service import Replays
    from studio.replay.states.state import NodeState


@dataclass(slots=True)
class Shown:
    """What a session shows of causes: what was asked, how far it is, and the answer once it is there."""

    asked: Asked
    count: int = 0
    answer: Answer | None = None


class Lights(QObject):
    """Causes in the runs of one window: at most one question at a time for each run."""

    changed = Signal(object)
    """(session) Something else is asked, found, or nothing any more."""
    copied = Signal(object, str)
    """(session, text) The answer as text, as it was asked for."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self._shown: dict[int, Shown] = {}
        self._card: Card | None = None
        replays = self.replays
        replays.found.connect(lambda session, key, answer: self._on_found(session, key, answer))
        replays.lit.connect(lambda session: self._on_lit(session))
        replays.closed.connect(lambda session: self._on_closed(session))

    @property
    def replays(self) -> Replays:
        """The runs that are open."""
        replays: Replays = self.workbench.part("replay")
        return replays

    def of(self, session: Session | None) -> Shown | None:
        """Return what a session shows of causes, None if nothing."""
        return None if session is None else self._shown.get(id(session))

    # -- asking -------------------------------------------------------------------------------

    def light(self, session: Session, firing: int, port: str | None = None, *, down: bool = False) -> None:
        """Light what led to a firing (to one of its outputs); with `down`: what it led to. Of what is not there: why.

        Raises UsageError if the run has no such firing.
        """
        found = session.cursor.steps.firing(firing)
        if found is None:
            raise UsageError(f"The firing {firing} was not decided in this run.")
        self._ask(session, Subject(firing, found.node, found.tick, found.seq, port or "", down))

    def light_node(self, session: Session, spot: Spot, port: str | None = None, *, down: bool = False) -> None:
        """Light the causes of what a node last said by the step (on one output), or why it said nothing.

        Raises UsageError if the node's region was never come to, or if nothing can have come of it yet.
        """
        node = session.node_at(spot)
        if node is None:
            raise UsageError(
                f"Nothing had come to the graph of `{spot.name}` by step {session.seq:,}.",
                hint="Go to a later step, or ask the region node around it.",
            )
        if node.last is not None and node.state != "waiting" and node.state != "running":
            self.light(session, node.last.id, port, down=down)
        elif down:
            raise UsageError(f"`{spot.name}` is not decided at this step: it has led to nothing yet.")
        else:
            self._ask_undecided(session, spot, node)

    def light_wire(self, session: Session, spot: Spot, edge: Edge, *, down: bool = False) -> None:
        """Light the causes of what lies on a wire into the graph of a spot, or why nothing does.

        Raises UsageError if no value can be told of.
        """
        state = session.state_at(spot.at)
        wire = None if state is None else state.wire_of(edge)
        if wire is None:
            raise UsageError(f"What lies on `{edge}` is not known at this step.")
        lying = wire.lying
        if lying.firing is None:
            if lying.state == "present":
                raise UsageError(f"The value on `{edge}` is its first value: it is written in the graph.")
            self.light_node(session, spot._replace(name=edge.source), down=down)
            return
        self.light(session, lying.firing.id, lying.port, down=down)

    def set_depth(self, session: Session, depth: int | None) -> None:
        """Ask again, this many steps far (None: all the way)."""
        shown = self.of(session)
        if shown is not None and shown.asked.subject.depth != depth:
            self._ask(session, replace(shown.asked.subject, depth=depth))

    def clear(self, session: Session) -> None:
        """Give up what is being looked for, and light nothing."""
        shown = self._shown.pop(id(session), None)
        if shown is not None:
            shown.asked.is_given_up = True
            if shown.answer is not None and session.lit is shown.answer.lit:
                session.light(None)
            self._tell(session)

    def copy_text(self, session: Session) -> None:
        """Have the answer told as text: `copied` brings it."""
        shown = self.of(session)
        if shown is not None and (answer := shown.answer) is not None:
            asked = shown.asked
            self.replays.look_up(session, _TextOf(asked), lambda _: asked.text(answer))

    def _ask_undecided(self, session: Session, spot: Spot, node: NodeState) -> None:
        state = session.state_at(spot.at)
        path = node.path.node
        tick = state.tick if state is not None and state.tick else ""
        if not tick:
            raise UsageError(f"Nothing of the graph of `{spot.name}` had begun by step {session.seq:,}.")
        later = self._decided_at(session, node, tick)
        if later is not None:
            waits = f" It waits: {node.waits[0].text}." if node.waits else ""
            raise UsageError(
                f"`{spot.name}` is not decided yet at step {session.seq:,}.{waits}",
                hint=f"It is decided at step {later:,}: go there to see why it says what it says.",
            )
        self._ask(session, Subject(0, path, tick, None))

    @staticmethod
    def _decided_at(session: Session, node: NodeState, tick: str) -> int | None:
        """The step at which a node is decided later in this tick, if it is."""
        seq = session.cursor.steps.next_of_path(node.path.path, session.seq)
        found = None if seq is None else session.cursor.steps.step(seq)
        return seq if found is not None and found.tick == tick else None

    def _ask(self, session: Session, subject: Subject) -> None:
        before = self._shown.get(id(session))
        if before is not None:
            before.asked.is_given_up = True
        asked = Asked(session.run.id, subject, session.document.at(()), session.document.registry)
        self._shown[id(session)] = Shown(asked)
        self.replays.look_up(session, asked, asked)
        if self._card is None:
            from studio.gui.replay.causes.card import Card

            self._card = Card(self)
        self._tell(session)

    # -- answers ------------------------------------------------------------------------------

    def _on_found(self, session: Session, key: Any, answer: Any) -> None:
        if isinstance(key, _TextOf):
            if isinstance(answer, StudioError):
                self.workbench.fail(answer)
            else:
                self.copied.emit(session, answer)
            return
        shown = self._shown.get(id(session))
        if not isinstance(key, Asked) or shown is None or shown.asked is not key or answer is None:
            return
        if isinstance(answer, StudioError):
            self._shown.pop(id(session))
            self.workbench.fail(answer)
        elif isinstance(answer, Progress):
            shown.count = answer.firings
            self.replays.look_up(session, key, key)
        else:
            shown.answer = answer
            session.light(answer.lit)
        self._tell(session)

    def _on_lit(self, session: Session) -> None:
        """Somebody else lights something: the card makes way."""
        shown = self._shown.get(id(session))
        if shown is not None and shown.answer is not None and session.lit is not shown.answer.lit:
            self._shown.pop(id(session))
            self._tell(session)

    def _on_closed(self, session: Session) -> None:
        shown = self._shown.pop(id(session), None)
        if shown is not None:
            shown.asked.is_given_up = True

    def _tell(self, session: Session) -> None:
        self.changed.emit(session)
        self.workbench.actions_changed.emit()

    # -- going through ------------------------------------------------------------------------

    def step(self, session: Session, way: str) -> bool:
        """Go to the first, previous, next or last step that is lit, whoever lit it; return whether it moved."""
        seqs = () if session.lit is None else session.lit.seqs
        if not seqs:
            return False
        if way in ("first", "last"):
            return session.seek(seqs[0 if way == "first" else -1])
        at = bisect_right(seqs, session.seq) if way == "next" else bisect_left(seqs, session.seq) - 1
        return 0 <= at < len(seqs) and session.seek(seqs[at])


@dataclass(frozen=True, slots=True)
class _TextOf:
    """The key of the look-up that tells an answer as text."""

    asked: Asked
