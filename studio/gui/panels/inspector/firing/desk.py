"""`Desk`: what the sections of the page share: the session, going to other firings, long texts, values from afar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from studio.gui.panels.inspector.firing.texts import readable
from studio.gui.widgets.labels import cut
from studio.gui.workbench import Workbench
from studio.replay.firing.whole import value_of
from studio.support.errors import StudioError
from studio.support.plain import plain_line
from studio.support.values import Json
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session

AT_ONCE: Final = 64_000
"""Bytes up to which a value is read without being asked for."""

LATER_MS: Final = 50
"""How long what is beside the firing itself waits for the next step, in milliseconds."""

LIGHT: Final = 200_000
"""Bytes of effects up to which they are read at once; more is looked up on a thread of its own."""


class Desk(QObject):
    """Answers of look-ups come to whoever asked last under a name; what comes for another firing is dropped."""

    def __init__(self, workbench: Workbench, page: QWidget) -> None:
        super().__init__(page)
        self.workbench = workbench
        self.page = page
        self.session: Session | None = None
        self._waiting: dict[str, tuple[object, Callable[[Any], None]]] = {}
        self._number = 0
        self._later: dict[str, tuple[Callable[[Any], Any], Callable[[Any], None]]] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._ask_later)
        self._known: dict[str, Json] = {}
        """Values that were read, by hash: the same one lies on many wires."""
        self._is_hooked = False

    @property
    def replays(self) -> Replays | None:
        """The service that keeps the runs that are open."""
        found: Replays | None = self.workbench.parts.get("replay")
        return found

    # -- going elsewhere ----------------------------------------------------------------------

    def go(self, firing: int) -> None:
        """Go to the step of a firing."""
        if self.session is not None and not self.session.seek_firing(firing):
            if self.session.here.id != firing:
                self.workbench.say("That firing was never decided: there is no step to go to.")

    def why(self, firing: int, port: str) -> None:
        """Light what led to an output of a firing, or to its holding nothing."""
        causes, session = self.workbench.parts.get("causes"), self.session
        if causes is not None and session is not None and firing:
            self.workbench.trying(lambda: causes.light(session, firing, port))

    @property
    def is_waiting(self) -> bool:
        """True while something is looked up, or is to be in a moment."""
        return bool(self._waiting or self._later)

    # -- looking up ---------------------------------------------------------------------------

    def look_up(self, name: str, question: Callable[[Any], Any], then: Callable[[Any], None]) -> None:
        """Have something looked up; `then` gets the answer (it may be a StudioError) unless another was asked since."""
        replays, session = self.replays, self.session
        if replays is None or session is None:
            return
        if not self._is_hooked:
            self._is_hooked = True
            replays.found.connect(self._on_found)
        self._number += 1
        key = ("firing", name, self._number)
        self._waiting[name] = key, then
        replays.look_up(session, ("firing", name), partial(_numbered, key, question))

    def look_up_later(self, name: str, question: Callable[[Any], Any], then: Callable[[Any], None]) -> None:
        """The same for what may come a moment later: while somebody steps fast, nothing is looked up for each step."""
        self._waiting.pop(name, None)
        self._later[name] = question, then
        self._soon.start(LATER_MS)

    def _ask_later(self) -> None:
        later, self._later = self._later, {}
        for name, (question, then) in later.items():
            self.look_up(name, question, then)

    def drop(self, name: str) -> None:
        """What was asked under a name is not wanted any more."""
        self._waiting.pop(name, None)
        self._later.pop(name, None)

    def _on_found(self, session: object, key: Any, answer: Any) -> None:
        if session is not self.session or not isinstance(key, tuple) or key[0] != "firing":
            return
        name = key[1]
        wanted, then = self._waiting.get(name, (None, None))
        if then is None:
            return
        if isinstance(answer, tuple) and len(answer) == 2:
            if answer[0] != wanted:
                return
            answer = answer[1]
        self._waiting.pop(name, None)
        then(answer)

    # -- values -------------------------------------------------------------------------------

    def value(self, value: Json) -> tuple[Json, bool]:
        """Return a value, and whether it is whole: a large one stays a `Ref` until it is asked for."""
        if not isinstance(value, Ref):
            return value, True
        if value.hash in self._known:
            return self._known[value.hash], True
        if value.size > AT_ONCE or self.session is None:
            return value, False
        try:
            found = self.session.trace.value(value)
        except StudioError:
            return value, False
        self._keep(value, found)
        return found, True

    def fetch(self, value: Ref, then: Callable[[Any], None]) -> None:
        """Have a large value read; `then` gets it, or the StudioError that says why it cannot be read."""

        def arrived(answer: Any) -> None:
            if not isinstance(answer, StudioError):
                self._keep(value, answer)
            then(answer)

        self.look_up(f"value {value.hash}", lambda trace: value_of(trace, value), arrived)

    def _keep(self, ref: Ref, value: Json) -> None:
        if len(self._known) > 200 or ref.size > 5_000_000:
            self._known.clear()
        self._known[ref.hash] = value

    def forget(self) -> None:
        """Let go of the session."""
        self.session = None
        self._known.clear()
        self._waiting.clear()
        self._later.clear()

    # -- copying, showing in full -------------------------------------------------------------

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard and say so."""
        QGuiApplication.clipboard().setText(text)
        self.workbench.say(f"Copied {cut(plain_line(what), 80)}.")

    def copy_value(self, value: Json, what: str) -> None:
        """Put a value into the clipboard; a large one when it has been read."""
        whole, is_whole = self.value(value)
        if is_whole:
            self.copy(readable(whole), what)
        elif isinstance(whole, Ref):
            self.fetch(whole, lambda answer: self._told(answer, lambda: self.copy(readable(answer), what)))

    def show_whole(self, title: str, value: Json) -> None:
        """Show the whole of a value in a window; a large one when it has been read."""
        whole, is_whole = self.value(value)
        if is_whole:
            self.open_window(title, readable(whole))
        elif isinstance(whole, Ref):
            self.fetch(whole, lambda answer: self._told(answer, lambda: self.open_window(title, readable(answer))))

    def open_window(self, title: str, text: str) -> None:
        """Show a text in a window of its own."""
        from studio.gui.panels.inspector.firing.whole_window import WholeWindow

        WholeWindow(title, text, self.page.window()).show()

    def _told(self, answer: Any, act: Callable[[], None]) -> None:
        if isinstance(answer, StudioError):
            self.workbench.fail(answer)
        else:
            act()


def _numbered(key: object, question: Callable[[Any], Any], trace: Any) -> tuple[object, Any]:
    """The answer with the key of its question: a refusal of one is none of the question after it."""
    try:
        return key, question(trace)
    except StudioError as refused:
        return key, refused
