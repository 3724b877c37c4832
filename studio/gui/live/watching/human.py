"""The person at the window, as a run sees them: questions go out as values, answers come back from any thread."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

from studio.spec.calls import HumanCall, NobodyThere, match_choice

_NUMBERS = itertools.count(1)


class Question:
    """A question that waits for an answer. `number` is unique in this process."""

    def __init__(self, call: HumanCall, loop: asyncio.AbstractEventLoop) -> None:
        self.number = next(_NUMBERS)
        self.call = call
        self._loop = loop
        self.answered: asyncio.Future[str] = loop.create_future()

    def answer(self, text: str) -> bool:
        """Give the answer; an empty one is the default, if there is one. False if it is none of the choices."""
        call = self.call
        if not text.strip() and call.default is not None:
            text = call.default
        if call.choices:
            chosen = match_choice(text, call.choices)
            if chosen is None:
                return False
            text = chosen
        self._settle(lambda: self.answered.set_result(text))
        return True

    def later(self) -> None:
        """Nobody answers now: the run pauses and can be gone on with another day."""
        absence = NobodyThere("Nobody answers now.", hint="Resume the run to be asked again.", code="no_answer")
        self._settle(lambda: self.answered.set_exception(absence))

    def _settle(self, settle: Callable[[], None]) -> None:
        def once() -> None:
            if not self.answered.done():
                settle()

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(once)


class WindowHuman:
    """Answers a run's questions through whoever takes them. `tell(question, open)` is called in the run's thread: when
    a question is asked, and when it is over (answered, or the run no longer waits)."""

    deterministic_order = False

    def __init__(self, tell: Callable[[Question, bool], None]) -> None:
        self._tell = tell

    async def ask(self, call: HumanCall) -> str:
        """Wait for the answer. Raises NobodyThere if the person answers later."""
        question = Question(call, asyncio.get_running_loop())
        self._tell(question, True)
        try:
            return await question.answered
        finally:
            self._tell(question, False)
