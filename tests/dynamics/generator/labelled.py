"""What the generator hands out: a run in the exchange format, and what is true about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

KINDS: Final = ("stall", "circle", "procrastination", "wander", "productive", "undetermined")
FAILURES: Final = ("stall", "circle", "procrastination", "wander")


@dataclass(frozen=True)
class Labelled:
    """One run with its label.

    `run` is a plain JSON object (`dynamics.md` section 5, exchange format). `onset` is the tick at which the failure
    begins, None where nothing fails. `period` is the number of contentful firings of one circle, None elsewhere.
    `levels` are the ticks at which restating goals were opened, one per level, of procrastination only; `cycles` the
    ticks at which the circle begins anew.
    """

    run: dict[str, Any]
    kind: str
    sub: str
    family: str
    onset: int | None = None
    period: int | None = None
    levels: tuple[int, ...] = ()
    cycles: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        return str(self.run["id"])


@dataclass
class Step:
    """One firing to come: who speaks, what, and which goals open or close with it.

    `module` is an id, or "" for any module with the step's role. `apart` begins a new tick; `together` stays in the
    tick of the step before, as modules that fire in lockstep do. `mark` names the step (onset, level), so that its
    tick can be read off once the run is laid out.
    """

    role: str
    text: str
    module: str = ""
    effect: str | None = None
    err: bool = False
    opens: tuple[dict[str, Any], ...] = ()
    closes: tuple[str, ...] = ()
    apart: bool = False
    together: bool = False
    wait: int = 0
    mark: str = ""
