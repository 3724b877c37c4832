"""Questions to the person at the terminal while the progress display is shown: one at a time, with the screen free."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.cli.progress import LiveProgress
    from studio.spec.calls import Human, HumanCall


class AsideHuman:
    """Plays the human of a run: takes the progress display away, lets the terminal ask, brings it back."""

    deterministic_order = False

    def __init__(self, live: LiveProgress) -> None:
        self._live = live
        self._asking = asyncio.Lock()
        self._terminal: Human | None = None

    async def ask(self, call: HumanCall) -> str:
        """Ask on the terminal; several questions at once wait for each other."""
        async with self._asking:
            if self._terminal is None:
                from studio.models.humans import TerminalHuman

                self._terminal = TerminalHuman()
            with self._live.aside():
                return await self._terminal.ask(call)
