"""Class II of another kind: a goal becomes a subgoal that says the same, and that one again."""

from __future__ import annotations

from typing import Final

from tests.dynamics.generator.labelled import Step
from tests.dynamics.generator.stage import Stage

SUBS: Final = ("restated", "hollow", "decoy", "frames", "mixed", "reworded_goal")


def procrastinating(stage: Stage, sub: str) -> list[Step]:
    """Return the steps of the descent. Each that opens a restating goal has the mark `level`."""
    pen, family = stage.pen, stage.family
    depth = pen.between(5, 12)
    thought = stage.think()
    goal_text = family.goal(pen, stage.domain, thought, again=True)
    top = stage.open(goal_text)
    steps = [stage.say("planner", "descend", thought, child=goal_text, goal=stage.root)]
    steps[0].opens, steps[0].apart = (top,), True
    parent = top
    for _ in range(depth):
        way = pen.pick(("restated", "hollow", "restated", "reworded_goal")) if sub in ("mixed", "decoy") else sub
        if way == "hollow":
            text = family.say(pen, "hollow")
        elif way == "frames":
            text = family.say(pen, "frames", goal=goal_text)
        elif way == "reworded_goal":
            text = family.goal(pen, stage.domain, thought, again=True)
        else:
            text = family.say(pen, "restate", goal=goal_text)
        child = stage.open(text, parent["id"])
        step = stage.say("planner", "descend", thought, child=text, goal=parent["text"])
        step.opens, step.mark, step.apart = (child,), "level", True
        steps.append(step)
        if pen.chance(0.4):
            steps.append(stage.say("thinker", "intend", thought))
        if pen.chance(0.2):
            steps.append(stage.bare("worker", "idle"))
        if sub == "decoy" and pen.chance(0.5):
            steps += _decoy(stage, parent["id"])
        parent = child
    return steps


def _decoy(stage: Stage, parent: str) -> list[Step]:
    """A sibling that is real: another thing, worked on, sometimes closed; the descent beside it goes on."""
    thought = stage.think()
    goal = stage.open(stage.family.goal(stage.pen, stage.domain, thought), parent)
    opening = stage.say("planner", "descend", thought, child=goal["text"], goal=goal["text"])
    opening.opens = (goal,)
    steps = [opening, stage.say("tool", "found", thought, fact=stage.fact(thought.thing))]
    if stage.pen.chance(0.5):
        steps[-1].closes = (goal["id"],)
    return steps
