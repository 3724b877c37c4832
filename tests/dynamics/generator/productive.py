"""Runs that get somewhere, among them those that look stuck to simple rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.dynamics.generator.domains import Thought
from tests.dynamics.generator.labelled import Step
from tests.dynamics.generator.stage import Stage

Script = Callable[[Stage, int], list[Step]]
"""Given a stage and about how many firings to make, return the steps."""


def batch(stage: Stage, size: int) -> list[Step]:
    """The same deed on one thing after the other; the tool always gives the same short answer."""
    pen, thought, steps = stage.pen, stage.think(), list[Step]()
    worker, tool, answer = stage.speaker("worker"), stage.speaker("tool"), pen.pick(stage.family.fine)
    goal = stage.open(stage.family.goal(pen, stage.domain, thought))
    steps.append(stage.say("planner", "intend", thought))
    steps[-1].opens = (goal,)
    left = max(8, size // 2)
    counted = pen.chance(0.4)
    done_before: set[str] = set()
    for done in range(left):
        item = stage.think()
        if item.thing in done_before:
            item = stage.think(f"{item.thing}, piece {done + 1}")
        done_before.add(item.thing)
        if "{" in "".join(stage.domain.things):
            same = replace(thought, thing=item.thing, deeds=thought.deeds[:1], aspects=thought.aspects[:1], wordings=())
            text = stage.say("worker", "begin", same, module=worker)
        else:
            text = stage.say("worker", "wrote", item, module=worker, piece=stage.piece(item.thing))
        counts = counted and text.text[:1] != "{"
        if counts:
            text.text += f" {left - done} left."
        text.effect = None if counts else "write"
        steps += [text, Step("tool", answer, module=tool, effect=text.effect)]
    steps.append(stage.say("worker", "closed", goal=goal["text"]))
    steps[-1].closes = (goal["id"],)
    return steps


def polling(stage: Stage, size: int) -> list[Step]:
    """Jobs are started, asked after until they end, and their results used."""
    pen, steps, jobs = stage.pen, list[Step](), 0
    while len(steps) < size or jobs < 3:
        jobs += 1
        thought = stage.think()
        job = pen.fill(pen.pick(("job {word}-{n}", "build {big}", "the export of {name}", "run {ident}-{n}")))
        steps.append(stage.say("thinker", "intend", thought))
        tool, asker = stage.speaker("tool"), stage.speaker("worker")
        wording = pen.fill(pen.pick(stage.family.pending), job=job)
        asks = pen.chance(0.5)
        for _ in range(pen.between(3, 10)):
            if asks:
                steps.append(Step("worker", stage.family.say(pen, "pending", None, job=job), module=asker))
            steps.append(Step("tool", wording, module=tool, wait=pen.between(0, 1)))
        fact = stage.fact(thought.thing)
        steps.append(stage.say("tool", "ready", thought, module=tool, job=job, fact=fact))
        steps += _used(stage, thought.thing, fact)
    return steps


def retries(stage: Stage, size: int) -> list[Step]:
    """Calls fail once to three times, then work; the same call is repeated until it does."""
    pen, steps = stage.pen, list[Step]()
    while len(steps) < size:
        thought = stage.think()
        thinker, tool = stage.speaker("thinker"), stage.speaker("tool")
        ask = stage.say("thinker", "intend", thought, module=thinker)
        fail = stage.say("tool", "trouble", thought, module=tool)
        for _ in range(pen.between(1, 3)):
            steps.append(Step("thinker", ask.text, module=thinker))
            steps.append(Step("tool", fail.text, module=tool, err=True))
        steps.append(Step("thinker", ask.text, module=thinker))
        fact = stage.fact(thought.thing)
        steps.append(stage.say("tool", "found", thought, module=tool, fact=fact))
        steps += _used(stage, thought.thing, fact)
    return steps


def review(stage: Stage, size: int) -> list[Step]:
    """A critic finds faults, sometimes the same one twice, until the work is good; then the next piece."""
    pen, steps = stage.pen, list[Step]()
    while len(steps) < size:
        thought = stage.think()
        goal = stage.open(stage.family.goal(pen, stage.domain, thought))
        steps.append(stage.say("planner", "intend", thought))
        steps[-1].opens = (goal,)
        fault = stage.fault(thought.thing)
        for _ in range(pen.between(2, 5)):
            steps.append(stage.say("worker", "wrote", thought, piece=stage.piece(thought.thing)))
            steps[-1].effect = "write"
            fault = fault if pen.chance(0.25) else stage.fault(thought.thing)
            steps.append(stage.say("critic", "judged", thought, fault=fault))
        steps.append(stage.say("worker", "wrote", thought, piece=stage.piece(thought.thing)))
        steps[-1].effect = "write"
        steps.append(stage.say("critic", "approved", thought))
        steps[-1].closes = (goal["id"],)
    return steps


def narrowing(stage: Stage, size: int) -> list[Step]:
    """Goals within goals, each about a smaller, named part, and closed from below."""
    pen, steps, spare = stage.pen, list[Step](), stage.family
    while len(steps) < size:
        thought = stage.think()
        text, parent = spare.goal(pen, stage.domain, thought), "g0"
        chain = []
        for _ in range(pen.between(3, 6)):
            goal = stage.open(text, parent)
            chain.append((goal, thought.thing))
            steps.append(stage.say("planner", "descend", thought, child=text, goal=text))
            steps[-1].opens = (goal,)
            part = pen.fill(pen.pick(stage.domain.parts))
            thought = stage.think(part)
            text, parent = spare.goal(pen, stage.domain, thought), goal["id"]
        for goal, thing in reversed(chain):
            steps.append(stage.say("tool", "found", thought, fact=stage.fact(thing)))
            steps.append(stage.say("worker", "wrote", thought, piece=stage.piece(thing)))
            steps[-1].effect = "write"
            steps[-1].closes = (goal["id"],)
    return steps


def session(stage: Stage, size: int) -> list[Step]:
    """Long work with looking, changing, and reports that take up what was found before."""
    pen, steps, planned = stage.pen, list[Step](), list[Thought]()
    while len(steps) < size:
        if not planned and pen.chance(0.3):
            planned = [stage.think() for _ in range(3)]
            steps.append(stage.plan(planned))
        thought = planned.pop(0) if planned else stage.think()
        fact = stage.fact(thought.thing)
        steps.append(stage.say("thinker", "intend", thought))
        steps.append(stage.say("tool", "found", thought, fact=fact))
        steps[-1].effect = "read"
        if pen.chance(0.4):
            steps.append(stage.say("memory", "recalled", thought, fact=stage.known()[1]))
        steps += _used(stage, thought.thing, fact)
        if pen.chance(0.3):
            steps.append(stage.bare("tool", "fine"))
    return steps


def research(stage: Stage, size: int) -> list[Step]:
    """Much is read first; then it is taken up, compared and written."""
    pen, steps = stage.pen, list[Step]()
    while len(steps) < size:
        read = []
        for _ in range(pen.between(3, 7)):
            thought = stage.think()
            fact = stage.fact(thought.thing)
            read.append((thought, fact))
            if pen.chance(0.5):
                steps.append(stage.say("thinker", "intend", thought))
            steps.append(stage.say("tool", "found", thought, fact=fact))
            steps[-1].effect = "read"
        for at, (thought, fact) in enumerate(read):
            steps.append(stage.say("memory", "recalled", thought, fact=fact))
            steps.append(stage.say("thinker", "reported", thought, other=read[at - 1][0].thing, fact=fact))
        thought, fact = pen.pick(read)
        steps.append(stage.say("worker", "wrote", thought, piece=f"{stage.piece(thought.thing)} ({fact})"))
        steps[-1].effect = "write"
    return steps


def chat(stage: Stage, size: int) -> list[Step]:
    """A person asks, the system looks it up and answers; a few turns on one thing, then another person."""
    pen, steps = stage.pen, list[Step]()
    while len(steps) < size:
        thing = stage.think().thing
        fact = stage.fact(thing)
        for _ in range(pen.between(2, 4)):
            thought = stage.think(thing)
            steps.append(stage.say("human", "asked", thought))
            if pen.chance(0.6):
                steps.append(stage.say("tool", "found", thought, fact=fact))
            steps.append(stage.say("thinker", "answered", thought, fact=fact))
            if pen.chance(0.5):
                fact = stage.fact(thing)
        if pen.chance(0.6):
            steps.append(stage.say("worker", "wrote", thought, piece=stage.piece(thing)))
            steps[-1].effect = "write"
    return steps


def pipeline(stage: Stage, size: int) -> list[Step]:
    """One message after another passes many narrow modules, most of which say one word."""
    pen, steps = stage.pen, list[Step]()
    narrow = pen.some(stage.cast.ids, pen.between(1, 8))
    labels = ("late", "calm", "fast", "yes", "no", "refund", "other", "true", "false", "0.93", "high", "low")
    for _ in range(max(5, size // (3 + len(narrow)))):
        thought = stage.think()
        fact = stage.fact(thought.thing)
        steps.append(stage.say("human", "asked", thought))
        steps += [Step("worker", pen.pick(labels), module=name) for name in narrow]
        steps.append(stage.say("tool", "found", thought, fact=fact))
        steps.append(stage.say("worker", "answered", thought, fact=fact))
        steps[-1].effect = "write"
    return steps


def easing(stage: Stage, size: int) -> list[Step]:
    """One number is watched while it falls; what lowers it changes little in its wording."""
    pen, steps = stage.pen, list[Step]()
    while len(steps) < size:
        thought = stage.think()
        watcher, doer = stage.speaker("tool"), stage.speaker("worker")
        left = pen.between(40, 900)
        pattern = pen.pick(stage.family.gauges)
        aspect = thought.aspects[0]
        do = stage.say("worker", "begin", thought, module=doer)
        for _ in range(pen.between(5, 9)):
            steps.append(Step("worker", do.text, module=doer))
            steps.append(
                Step("tool", pen.fill(pattern, thing=thought.thing, aspect=aspect, left=str(left)), module=watcher)
            )
            left = max(0, left - pen.between(1, 1 + left // 4))
        steps += _used(stage, thought.thing, stage.fact(thought.thing))
    return steps


def spells(stage: Stage, size: int) -> list[Step]:
    """Work with short spells of idling and of saying a thing twice or three times, which it gets out of by itself."""
    pen, steps = stage.pen, list[Step]()
    while len(steps) < size:
        steps += session(stage, pen.between(6, 14))
        if pen.chance(0.5):
            steps += [stage.bare("worker", "idle") for _ in range(pen.between(1, 6))]
        else:
            said = stage.say("thinker", "intend", stage.think())
            steps += [Step("thinker", said.text, module=said.module) for _ in range(pen.between(2, 3))]
    return steps + _used(stage, *stage.known())


def unmarked(stage: Stage, size: int) -> list[Step]:
    """Work whose tools do not say that they write, as in traces of other programs; only tasks that end show it."""
    pen, steps = stage.pen, list[Step]()
    while len(steps) < size:
        part = session(stage, pen.between(4, 8))
        thought = stage.think(stage.facts[-1][0])
        goal = stage.open(stage.family.goal(pen, stage.domain, thought))
        part[0].opens = (goal,)
        for step in part:
            step.effect = None
        part.append(stage.say("planner", "closed", thought, goal=goal["text"]))
        part[-1].closes = (goal["id"],)
        steps += part
    return steps


def _used(stage: Stage, thing: str, fact: str) -> list[Step]:
    """What was found leads to something written, and sometimes to a report that names earlier things."""
    pen, steps = stage.pen, list[Step]()
    thought = stage.think(thing)
    steps.append(stage.say("worker", "wrote", thought, piece=stage.piece(thing)))
    steps[-1].effect = "write"
    if pen.chance(0.4):
        other, _ = stage.known()
        steps.append(stage.say("thinker", "reported", thought, other=other, fact=fact))
    if pen.chance(0.25):
        steps.append(stage.say("critic", "approved", thought))
    return steps


SCRIPTS: Final[dict[str, Script]] = {
    script.__name__: script
    for script in (
        batch, polling, retries, review, narrowing, session, research, chat, pipeline, easing, spells, unmarked,
    )
}  # fmt: skip
PREFIXES: Final = (session, review, research, retries, narrowing)
"""Healthy beginnings of runs that fail later."""


def prefix(stage: Stage) -> list[Step]:
    """Return a healthy beginning of up to about sixty firings; none in a third of runs."""
    if stage.pen.chance(0.33):
        return []
    return stage.pen.pick(PREFIXES)(stage, stage.pen.size(6, 60))
