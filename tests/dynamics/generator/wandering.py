"""Class III: ever new matter, nothing of it taken up, nothing to do with the goal."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.dynamics.generator.domains import think
from tests.dynamics.generator.labelled import Step
from tests.dynamics.generator.stage import Stage

NOUNS: Final = tuple(Path(__file__).with_name("nouns.txt").read_text(encoding="utf-8").split())
"""Common things, in no family's domains; enough for any wanderer."""
SUBS: Final = ("drift", "reading", "plans", "mixed")


def wandering(stage: Stage, sub: str) -> list[Step]:
    """Return thirty firings or more, the first with the mark `onset`."""
    pen, family = stage.pen, stage.family
    topics = _topics(stage)
    count = pen.size(34, 120)
    steps: list[Step] = []
    while len(steps) < count:
        way = sub if sub != "mixed" else pen.pick(("drift", "reading", "plans"))
        topic = topics.pop()
        match way:
            case "drift":
                steps.append(stage.say("thinker", "musing", None, topic=topic, thing=pen.name()))
                if pen.chance(0.3):
                    domain = pen.pick(family.domains)
                    step = stage.say(pen.pick(("worker", "critic", "planner")), "intend", think(pen, domain))
                    steps.append(step)
            case "reading":
                if pen.chance(0.4):
                    steps.append(stage.say("thinker", "musing", None, topic=topic, thing=pen.name()))
                steps.append(stage.say("tool", "reading", None, topic=topic))
                steps[-1].effect = "read"
            case _:
                step = stage.say("planner", "ideas", None, topic=topic)
                if pen.chance(0.4):
                    goal = stage.open(family.say(pen, "ideas", None, topic=topic))
                    step.opens = (goal,)
                steps.append(step)
        if pen.chance(0.08):
            steps.append(stage.bare("worker", "idle"))
    steps[0].mark, steps[0].apart = "onset", True
    return steps


def _topics(stage: Stage) -> list[str]:
    """Return enough topics that none comes twice: who comes back to a topic has taken it up. The family's come last."""
    pen = stage.pen
    nouns = pen.some(NOUNS, len(NOUNS) // 2 * 2)
    pairs = [f"{one}s and {other}s" if pen.chance(0.5) else f"the {other} in the {one}" for one, other in _pairs(nouns)]
    return pairs + pen.some(stage.family.topics, len(stage.family.topics))


def _pairs(nouns: list[str]) -> list[tuple[str, str]]:
    return list(zip(nouns[::2], nouns[1::2], strict=True))
