"""A judgement that nobody waits for any more ends at its next step."""

from __future__ import annotations

from collections.abc import Callable

from studio.support.errors import StudioError

Wanted = Callable[[], bool]
"""Says whether a result is still waited for. It is asked often, and on the thread that does the work."""


class GivenUp(StudioError):
    """Nobody waits for the result any more."""

    code = "given_up"


def always() -> bool:
    """Wait for the result, however long it takes."""
    return True


def go_on(wanted: Wanted) -> None:
    """Raises GivenUp if the result is wanted no more."""
    if not wanted():
        raise GivenUp("The judgement was given up.", hint="Ask for it again.")
