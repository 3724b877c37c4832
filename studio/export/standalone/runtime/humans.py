"""Who answers a script's questions: the person at the terminal, or a file of prepared answers (`--answers FILE`).

A question is an effect of kind `human`, recorded as the studio's engine records it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.engine.firing import RunHalted
from studio.models.humans import AnswersFile, TerminalHuman
from studio.spec.calls import Human, HumanCall, NobodyThere
from studio.support.values import Json, preview

if TYPE_CHECKING:
    from studio.export.standalone.runtime.firing import Firing


class Humans:
    """Who is asked in one run."""

    def __init__(self, answers: str | None = None) -> None:
        """Raises `UsageError` naming file and line if the file of answers cannot be read."""
        self._human: Human = AnswersFile.read(Path(answers)) if answers else TerminalHuman()

    @property
    def deterministic_order(self) -> bool:
        """True if answers depend on the order of questions: then one firing works at a time."""
        return self._human.deterministic_order

    async def ask(self, firing: Firing, question: str, choices: Sequence[str] = (), default: str | None = None) -> str:
        """Return the answer. Raises `NodeError` if none is left; where nobody is there to ask, the run pauses."""
        call = HumanCall(question, tuple(choices), default, firing.node, firing.tick)

        async def answer() -> Json:
            try:
                return await self._human.ask(call)
            except NobodyThere as absence:
                firing.region.run.pause(
                    "human", f"`{firing.node}` waits for an answer to: {preview(question, 80)}"
                )  # fmt: skip
                raise RunHalted from absence

        request = {"question": question, "choices": list(choices), "default": default}
        return str(await firing.effect("human", "ask", request, answer))
