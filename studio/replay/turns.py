"""`Turns`: who reads long beside a window lets it go first.

Python does one thing at a time: while a thread reads a hundred thousand rows, a window that is painted must wait for
its turn at each of a thousand small calls. So the reader pauses between pages as long as somebody goes from step to
step, but not for ever. Knows no Qt.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

QUIET_S: Final = 0.06
"""How long nobody may have moved for the reader to go on, in seconds: a step is painted by then."""

LONGEST_S: Final = 10.0
"""How long one question pauses at most, in seconds; then it is read as fast as can be. Nobody waits for its answer who
goes on without a rest, but others may for theirs."""

GiveWay = Callable[[], object]
"""What a reader calls between pages."""


def on_and_on() -> None:
    """The way to read where nobody waits for something else."""


class Turns:
    """The turns of one window and those who read for it."""

    def __init__(self) -> None:
        self._taken = -QUIET_S

    def take(self) -> None:
        """The window has something to do now."""
        self._taken = monotonic()

    def for_question(self) -> GiveWay:
        """Return what whoever answers one question is to call between pages."""
        left = LONGEST_S

        def give_way() -> None:
            nonlocal left
            while left > 0 and (wait := self._taken + QUIET_S - monotonic()) > 0:
                sleep(min(wait, left))
                left -= wait

        return give_way
