"""Class I: from some tick on nothing with any matter is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.dynamics.generator.labelled import Step
from tests.dynamics.generator.stage import Stage

SUBS: Final = ("idle", "one_phrase", "empty", "waiting", "errors", "silence")
LONG = 36
"""Where tools or timers fire, a stall is told from a wait only after 30 ticks."""


def stalled(stage: Stage, sub: str) -> tuple[list[Step], int]:
    """Return the steps of the stall and how many ticks of silence follow; the first step carries the mark `onset`."""
    pen = stage.pen
    waits = sub in ("waiting", "errors")
    ticks = pen.size(LONG, 90) if waits or pen.chance(0.4) else pen.size(14, 60)
    talkers = [name for name in stage.cast.ids if waits or ticks >= LONG or _speaks(stage, name)]
    talkers = pen.some(talkers, pen.between(1, 5))
    phrase = _phrases(stage, sub)
    steps: list[Step] = []
    if sub == "silence":
        steps.append(Step("thinker", phrase(), module=talkers[0], apart=True, mark="onset"))
        return steps, max(ticks, LONG)
    for tick in range(ticks):
        mark = "" if tick else "onset"
        if stage.cast.mode == "single":
            talkers = talkers[1:] + talkers[:1]
        for at, name in enumerate(talkers if stage.cast.mode != "single" else talkers[:1]):
            steps.append(
                Step(
                    "",
                    phrase(),
                    module=name,
                    err=sub == "errors",
                    apart=not at,
                    together=bool(at),
                    mark=mark if not at else "",
                )
            )
    return steps, 0


def _phrases(stage: Stage, sub: str) -> Callable[[], str]:
    """Return what says the next phrase of such a stall."""
    pen, family = stage.pen, stage.family
    once = family.say(pen, "idle")
    job = pen.pick(("the reply", "job 7", "approval"))
    match sub:
        case "one_phrase":
            return lambda: once
        case "empty":
            return lambda: pen.pick(("", " ", "\n"))
        case "waiting":
            return lambda: family.say(pen, "pending", None, job=job)
        case "errors":
            return lambda: family.say(pen, "failing")
        case _:
            return lambda: family.say(pen, "idle")


def _speaks(stage: Stage, name: str) -> bool:
    return any(module["id"] == name and module["kind"] == "llm" for module in stage.cast.modules)
