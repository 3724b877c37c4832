"""Who answers a script's questions: the person at the terminal, or a file of prepared answers (`--answers FILE`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.engine.firing import RunHalted
from studio.models.humans import AnswersFile, TerminalHuman
from studio.spec.calls import HumanCall, NobodyThere
from studio.support.values import Json, preview

if TYPE_CHECKING:
    from studio.export.standalone.runtime.outside import AskingFiring


class Person:
    """Whoever answers. Raises `UsageError` naming file and line if the file of answers cannot be read."""

    def __init__(self, answers: str | None) -> None:
        self._human = AnswersFile.read(Path(answers)) if answers else TerminalHuman()
        self.deterministic_order = self._human.deterministic_order
        """True where answers depend on the order of the questions."""
        self.at_terminal = not answers

    async def answer(self, firing: AskingFiring, question: str, choices: list[str], default: str | None) -> Json:
        """Ask (an effect of kind `human`); where there is nobody to ask, the run pauses."""
        call = HumanCall(question, tuple(choices), default, firing.node, firing.tick)

        async def perform() -> Json:
            try:
                return await self._human.ask(call)
            except NobodyThere as absence:
                firing.region.run.pause("human", f"`{firing.node}` waits for an answer to: {preview(question, 80)}")
                raise RunHalted from absence

        request: Json = {"question": question, "choices": choices, "default": default}
        return await firing.effect("human", "ask", request, perform)
