"""Class III: ever new matter, nothing of it taken up, nothing to do with the goal."""

from __future__ import annotations

from typing import Final

from tests.dynamics.generator.domains import think
from tests.dynamics.generator.labelled import Step
from tests.dynamics.generator.stage import Stage

SUBS: Final = ("drift", "reading", "plans", "mixed")


def wandering(stage: Stage, sub: str) -> list[Step]:
    """Return thirty firings or more, the first with the mark `onset`."""
    pen, family = stage.pen, stage.family
    topics = pen.some(family.topics, len(family.topics))
    count = pen.size(34, 140)
    steps: list[Step] = []
    while len(steps) < count:
        way = sub if sub != "mixed" else pen.pick(("drift", "reading", "plans"))
        topic = topics[len(steps) % len(topics)]
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
