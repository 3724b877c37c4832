"""What a firing asked, read for the page: at once if it is light, else by the thread that looks things up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from studio.gui.panels.inspector.firing.desk import LIGHT, Desk
from studio.replay.firing.asking import Asking, asking_of
from studio.replay.firing.facts import FiringFacts
from studio.replay.firing.whole import Asked, asked
from studio.support.errors import StudioError
from studio.trace.weighing import weight_of

if TYPE_CHECKING:
    from studio.gui.replay.session import Session


class AskedPart:
    """Keeps what the firing asked that is shown. `asked` and `asking` are None while they are being read; `why` says
    why they could not be."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._of = 0
        self.asked: Asked | None = None
        self.asking: Asking | None = None
        self.why = ""

    def forget(self) -> None:
        """Let go of what was read."""
        self._of, self.asked, self.asking, self.why = 0, None, None, ""

    def read(self, session: Session, facts: FiringFacts, then: Callable[[], None]) -> None:
        """Read what a firing asked; `then` is called if it comes later."""
        if not facts.firing:
            self._desk.drop("asked")
            self._of, self.asked, self.asking, self.why = 0, Asked([], []), Asking(), ""
            return
        if facts.firing == self._of:
            return  # it is known, or being read
        self.forget()
        self._of = facts.firing
        run, id = session.run.id, facts.firing
        try:
            weight = weight_of(session.cursor.steps, id)
            if facts.taken is not None:
                weight += weight_of(session.trace.steps(facts.taken.run), facts.taken.firing)
            if weight <= LIGHT:
                self._desk.drop("asked")
                self._take(facts, asked(session.trace, run, id))
                return
        except StudioError as error:
            self._take(facts, error)
            return

        def arrived(answer: Any) -> None:
            if self._of == id:
                self._take(facts, answer)
                then()

        self._desk.look_up("asked", lambda trace: asked(trace, run, id), arrived)

    def _take(self, facts: FiringFacts, answer: Any) -> None:
        if isinstance(answer, StudioError):
            self.why = str(answer)
            answer = Asked([], [])
        self.asked = answer
        session = self._desk.session
        params = None
        if session is not None and (spot := session.spot(facts.node)) is not None:
            params = session.document.ports(spot.at, spot.name).params
        scores = {
            one.port: self._desk.value(one.value)[0] for one in facts.outputs if one.port == "scores" and one.present
        }
        self.asking = asking_of(answer.effects, facts.status, params, scores)
