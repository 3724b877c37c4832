"""What the commands that search have in common: the bounds of a search, and how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.batch.driving.jobs import Budget
    from studio.batch.driving.progress import Progress


def budget_from(items: Sequence[str], calls: float | None) -> Budget:
    """Return the bounds of a search; without any, so many calls. Raises UsageError."""
    from studio.batch.design.options import amounts
    from studio.batch.driving.jobs import Budget
    from studio.batch.searching.rounds import BOUNDED

    given = amounts(items, "--budget")
    for name, value in given.items():
        if name not in BOUNDED:
            hint = near(name, BOUNDED) or f"One of {', '.join(BOUNDED)}."
            raise UsageError(f"There is no bound `{name}`.", hint=hint)
        if not value > 0:
            raise UsageError(f"`--budget {name}={value:g}` allows nothing.", hint="Give a number above 0.")
    return Budget(**given) if given else Budget(calls=calls)


def watching(out: Output) -> Callable[[str, Progress], None] | None:
    """Return what tells on a terminal what is measured just now; None where nobody watches."""
    if out.as_json or not sys.stderr.isatty():
        return None

    def tell(title: str, progress: Progress) -> None:
        text = f"{plain_line(title)}  {progress.done} of {progress.planned}" if progress.left else ""
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    return tell
