"""What a run leaves: wires, decisions, firings, and the outcome that is compared with the engine's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from studio.support.values import Json

Origin = tuple[str, str, str]
"""Where an input came from: node path, tick path, output port. An initial value comes from ("", "", "initial")."""

INITIAL: Origin = ("", "", "initial")


@dataclass(frozen=True)
class Failure:
    """An error of a firing: who, when, what."""

    node: str
    tick: str
    code: str
    message: str


@dataclass(frozen=True)
class Wire:
    """What one wire brings in one tick: a present value (fresh or held) or absence with its reason."""

    present: bool
    value: Json = None
    fresh: bool = True
    origin: Origin = INITIAL
    reason: str = ""


Joined = dict[str, Wire | list[Wire]]
"""What the wired ports of a node have after their joins (rule 2.3)."""

Origins = dict[str, Origin | tuple[Origin, ...]]
"""Where the present inputs of a firing came from, by port."""


@dataclass
class Decision:
    """Rule 2.2: what became of a node in a tick. `held` marks an outcome of tick 0 that rule 2.4 repeats."""

    status: str
    outputs: dict[str, Json]
    reasons: dict[str, str]
    reason: str
    path: str
    tick: str
    held: bool = False
    failure: Failure | None = None
    collects: bool = False
    """For a `flow.output`: the value it took was a fresh one (rule 2.5)."""

    def wire(self, port: str) -> Wire:
        """Return what an edge from this port brings."""
        if port in self.outputs:
            return Wire(True, self.outputs[port], not self.held, (self.path, self.tick, port))
        return Wire(False, reason=self.reasons.get(port) or self.reason or f"left out at `{self.path}`")


@dataclass(frozen=True)
class Firing:
    """One line of the outline (rule 2.7). `cause` is the class of the reason, "" if there is none."""

    path: str
    tick: str
    status: str
    cause: str
    outputs: dict[str, Json]
    inputs: dict[str, Origin | tuple[Origin, ...]]

    def __str__(self) -> str:
        what = ", ".join(f"{k}={v!r}" for k, v in self.outputs.items())
        return f"{self.path} @ {self.tick}: {self.status} {self.cause} {what} <- {self.inputs}"


@dataclass
class Outcome:
    """The result of a run. `facts` counts what happened in it, so that a generator can say what it covered."""

    status: str
    ended: str
    outputs: dict[str, Json]
    outline: list[Firing]
    failure: Failure | None = None
    facts: Counter[str] = field(default_factory=Counter)
    torn: list[tuple[str, str]] = field(default_factory=list)
    """Regions (path, tick) in which a node failed: of what was concurrent with the failure nothing is promised."""


class Failed(Exception):
    """Rule 2.11: a region failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Paused(Exception):
    """Rule 2.12: a limit paused the run."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


CAUSES = (
    ("knocked out", "knocked out"),
    ("lost the race", "lost"),
    ("nothing fed back", "not fed"),
    ("route not taken", "route"),
    ("nothing on `", "route"),
    ("stopped", "stopped"),
    ("failed", "failed"),
)


def cause_of(reason: str) -> str:
    """Return the class of a reason: what stands at the root of an absence, other causes are just "absent"."""
    return next((cause for mark, cause in CAUSES if mark in reason), "absent" if reason else "")
