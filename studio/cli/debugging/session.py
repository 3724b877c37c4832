"""A person at the terminal of a live run: whenever it is held, show where, and obey until it goes on.

The run has the main thread; the session has one of its own, which sleeps while the run runs. Ctrl-C pauses the run the
first time and aborts it the second.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from studio.cli.output import Output
from studio.cli.stepping.keys import Keys, raw_terminal
from studio.support.errors import StudioError
from studio.support.plain import plain
from studio.support.terminals import has_more

if TYPE_CHECKING:
    from studio.cli.debugging.talk import Talk
    from studio.cli.progress import LiveProgress
    from studio.control import Controller, Door, Event, Frontier

ANSWER_WITHIN_S = 30.0
LOOK_S = 0.1
"""How often a waiting debugger looks whether the run was let go from elsewhere."""


class Session:
    """One debugger. Use as a context manager around the run.

    `by_line` says that commands come on standard input where that is no terminal; else a run that is held from
    elsewhere (`studio control`) is only told.
    """

    def __init__(
        self, control: Controller | Door, out: Output, live: LiveProgress | None = None, *, by_line: bool = False
    ) -> None:
        self._control = control
        self._out = out
        self._by_line = by_line
        self._keys = can_ask() and not out.as_json  # with --json a program is there, not a person
        self._pending: str | None = None
        self._live = live
        self._events: queue.SimpleQueue[list[Event] | None] = queue.SimpleQueue()
        self._talk: Talk
        self._why = ""
        self._asked = False
        self._told_keys = False
        self._terminal: list[Any] | None = None
        self._before: Any = None
        self._fault: Exception | None = None
        control.when_open(lambda controller: controller.listen(self._events.put))

    def __enter__(self) -> Session:
        self._terminal = _terminal_state()
        if threading.current_thread() is threading.main_thread() and self._keys:
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        self._thread = threading.Thread(target=self._listen_or_leave, name="debugger", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._events.put(None)
        if self._keys:  # it looks up from its keys when the run is over, and gives the display back
            self._thread.join(ANSWER_WITHIN_S)
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        _restore(self._terminal)
        if self._fault is not None:
            raise self._fault

    def _interrupted(self, *_: object) -> None:
        """Ctrl-C, in the main thread, in the midst of anything: leave the rest to another thread."""
        again = self._asked or self._is_held()
        self._asked = True
        if again:
            signal.signal(signal.SIGINT, self._before)  # a third one interrupts as it does anywhere

        def order() -> None:
            controller = self._control.open()
            (controller.abort if again else controller.pause)()

        threading.Thread(target=order, daemon=True).start()

    def _listen_or_leave(self) -> None:
        """A fault of ours must not leave the run held with nobody there."""
        try:
            self._listen()
        except Exception as fault:  # noqa: BLE001 - raised where the run is waited for
            self._fault = fault
            self._control.open().leave()

    def _listen(self) -> None:
        first = self._events.get()
        if first is None:
            return
        from studio.cli.debugging.talk import Talk
        from studio.control import Hit, Note, State

        self._talk = Talk(self._out)
        events: list[Event] | None = first
        while events is not None:
            for event in events:
                if isinstance(event, State):
                    self._why = event.why
                    if event.name == "pausing" and self._asked:
                        with self._aside():
                            self._talk.say(("dim", "what is under way finishes first; Ctrl-C once more aborts"))
                elif isinstance(event, Hit):
                    self._talk.hit(event)
                elif isinstance(event, Note):
                    self._talk.say(("yellow", event.text))
                elif self._is_held():
                    self._asked = False
                    with self._aside():
                        self._converse(self._control.open(), event)
            events = self._events.get()

    def _aside(self) -> AbstractContextManager[None]:
        return nullcontext() if self._live is None else self._live.aside()

    def _converse(self, controller: Controller, frontier: Frontier) -> None:
        """Show where the run is held, and obey until it goes on."""
        if self._keys:
            with raw_terminal(sys.stdin.fileno()):  # before anything shows: who answers at once is heard
                self._talk.held(frontier, self._why)
                if not self._told_keys:
                    self._told_keys = True
                    self._talk.legend()
                keys = _PatientKeys(sys.stdin.fileno(), self._is_held)
                self._obey_lines(controller, lambda: _pressed(keys))
            return
        self._talk.held(frontier, self._why)
        if self._by_line:
            self._obey_lines(controller, lambda: sys.stdin.readline() or None)
        else:
            self._talk.say(("dim", f"`studio control {controller.run_id} resume` lets it go on."))

    def _is_held(self) -> bool:
        controller = self._control.opened
        return controller is not None and controller.state.name == "paused"

    def _obey_lines(self, controller: Controller, ask: Callable[[], str | None]) -> None:
        from studio.cli.debugging.words import GOES, read_line
        from studio.control.orders import obey

        while self._is_held():
            line, self._pending = self._pending or ask(), None
            if not self._is_held():  # let go from elsewhere while we waited: the line is for the next stop
                self._pending = line
                return
            if line is None:
                controller.leave()
                return
            if line.strip() in ("?", "h", "help"):
                self._talk.help()
                continue
            try:
                order = read_line(line)
                answer = obey(controller, order).result(ANSWER_WITHIN_S)
            except StudioError as refused:
                self._talk.say(("red", str(refused)))
                continue
            if order["do"] in GOES:
                return
            self._talk.answer(order, answer)


class _PatientKeys(Keys):
    """Keys that are waited for only while the run is held; then `gone` comes."""

    def __init__(self, fd: int, is_held: Callable[[], bool]) -> None:
        super().__init__(fd)
        self._is_held = is_held

    def read(self) -> str:
        while not self._waiting and not has_more(self._fd, LOOK_S):
            if not self._is_held():
                return "gone"
        return super().read()


def _pressed(keys: Keys) -> str | None:
    """The line that keys stand for: a key alone, or a key and what it still needs. None when the terminal is gone."""
    from studio.cli.debugging.words import BY_KEY

    while True:
        key = keys.read()
        if key in ("eof", "gone"):
            return None
        if key in ("enter", " ", "right", "down"):
            return "n"
        if key == ":":  # a whole line, for what has no key
            typed = _typed(keys, ": ")
        elif key in BY_KEY and BY_KEY[key].asks:
            typed = _typed(keys, BY_KEY[key].asks)
            typed = f"{key} {typed}" if typed else ""
        elif len(key) == 1:
            return key
        else:
            continue
        if typed:
            return typed


def can_ask() -> bool:
    """True if a person sits at a terminal that reads single keys."""
    import importlib.util

    with contextlib.suppress(ValueError):
        return sys.stdin.isatty() and sys.stderr.isatty() and importlib.util.find_spec("termios") is not None
    return False


def _typed(keys: Keys, prompt: str) -> str:
    """A line typed key by key, empty if the person thought better of it."""
    text = ""
    while True:
        sys.stderr.write(f"\r\x1b[K{prompt}{plain(text)}")
        sys.stderr.flush()
        key = keys.read()
        if key in ("enter", "escape", "eof", "gone"):
            sys.stderr.write("\n")
            return text.strip() if key == "enter" else ""
        if key == "backspace":
            text = text[:-1]
        elif len(key) == 1:
            text += key


def _terminal_state() -> list[Any] | None:
    if not can_ask():
        return None
    import termios

    return termios.tcgetattr(sys.stdin.fileno())


def _restore(state: list[Any] | None) -> None:
    """A key may still be waited for when the run has ended: put the terminal back."""
    if state is not None:
        import termios

        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, state)
