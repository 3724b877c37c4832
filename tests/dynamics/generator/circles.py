"""Class II: the same few outputs again and again, word by word or reworded, in one module or round several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.dynamics.generator.domains import Thought
from tests.dynamics.generator.labelled import Step
from tests.dynamics.generator.stage import DECORATIONS, Stage, decorated

SUBS: Final = (
    "exact",
    "noisy",
    "decorated",
    "decorated_noisy",
    "reworded",
    "reworded_ring",
    "failing_call",
    "rewrites",
    "replanning",
    "lockstep",
    "long",
)
ACTS: Final = (
    ("planner", "intend"),
    ("thinker", "intend"),
    ("worker", "begin"),
    ("critic", "judged"),
    ("memory", "recalled"),
    ("tool", "found"),
)
ACT_OF: Final = dict(ACTS)
Sayer = Callable[[], Step]


def circling(stage: Stage, sub: str) -> tuple[list[Step], int]:
    """Return the steps, the first of each round with the mark `cycle`, and the period in contentful firings."""
    pen = stage.pen
    match sub:
        case "failing_call":
            body = _failing_call(stage)
        case "rewrites":
            body = _rewrites(stage)
        case "replanning":
            body = _replanning(stage)
        case "lockstep":
            body = _lockstep(stage)
        case "long":
            body = _ring(stage, pen.between(7, 20), fixed=True)
        case "reworded":
            body = _ring(stage, pen.between(1, 4), fixed=False, alone=pen.chance(0.5))
        case "reworded_ring":
            body = _ring(stage, pen.between(2, 6), fixed=False)
        case _:
            body = _ring(stage, pen.between(1, 6), fixed=True, alone=pen.chance(0.3))
    period = len(body)
    cycles = max(8, min(pen.size(8, 40), 300 // period)) if period < 7 else pen.between(5, 9)
    noise = 0.1 if "noisy" in sub else 0.0
    how = (
        pen.pick(DECORATIONS)
        if sub.startswith("decorated") or (sub not in ("exact", "noisy", "rewrites") and pen.chance(0.3))
        else ""
    )
    joined = 1.0 if sub == "lockstep" else 0.0 if stage.cast.mode == "single" else 0.6
    together = [bool(at) and pen.chance(joined) for at in range(len(body))]
    hum = stage.family.fine[0] if pen.chance(0.3) else None
    steps: list[Step] = []
    for cycle in range(cycles):
        for at, sayer in enumerate(body):
            step = sayer()
            step.together, step.apart = together[at], not together[at]
            step.mark = "" if at else "cycle"
            if how:
                step.text = decorated(pen, stage.family, step.text, how, cycle + 1)
            stray = pen.chance(noise) and bool(steps)
            if stray and pen.chance(0.5):
                steps.append(_stray(stage))
                step.together, step.apart = False, True
            elif stray:
                step = replace(_stray(stage, step), mark=step.mark)
            steps.append(step)
        if hum is not None:
            steps.append(Step("tool", hum, module=stage.cast.speakers("tool")[0], apart=True))
    return steps, period


def _ring(stage: Stage, period: int, *, fixed: bool, alone: bool = False) -> list[Sayer]:
    """Return one sayer for each place of the circle; `fixed` says the same words each time, else others of that sense.

    Neighbours, the last and the first among them, differ in module or in thought, so that no part is the true period.
    """
    pen = stage.pen
    role, act = pen.pick(ACTS[:3])
    start = pen.between(0, len(ACTS) - 1)
    module = stage.speaker(role)
    thoughts = _different(stage, period)
    body = []
    for place in range(period):
        if not alone:
            role, act = ACTS[(start + place) % len(ACTS)]
            module = stage.speaker(role)
        shared = place % 2 == 1 and not alone and not thoughts[place - 1].wordings and pen.chance(0.5)
        at = place - shared
        body.append(_sayer(stage, role, act, module, thoughts[at], fixed=fixed))
    return body


def _lockstep(stage: Stage) -> list[Sayer]:
    """Up to a dozen modules fire together, and each says its own thing at every tick, or two things in turn."""
    names = stage.cast.ids[:12]
    roles = {name: role for role, ids in stage.cast.by_role.items() for name in ids}
    rounds = 2 if len(names) <= 6 and stage.pen.chance(0.4) else 1
    fixed = stage.pen.chance(0.6)
    thoughts = _different(stage, rounds * len(names))
    return [
        _sayer(stage, roles[name], ACT_OF.get(roles[name], "intend"), name, thoughts.pop(), fixed=fixed)
        for _ in range(rounds)
        for name in names
    ]


def _different(stage: Stage, count: int) -> list[Thought]:
    """Return thoughts of which no two are about the same thing or said with the same sentences."""
    thoughts: list[Thought] = []
    for _ in range(count):
        thought = stage.think()
        if thought.wordings in [one.wordings for one in thoughts]:
            thought = replace(thought, wordings=())
        if thought.thing in [one.thing for one in thoughts]:
            thought = replace(thought, thing=f"{thought.thing} of {stage.pen.name()}")
        thoughts.append(thought)
    return thoughts


def _sayer(stage: Stage, role: str, act: str, module: str, thought: Thought, *, fixed: bool) -> Sayer:
    fact, fault = stage.pen.fill(stage.pen.pick(stage.domain.findings), thing=thought.thing), stage.fault(thought.thing)
    if fixed:
        text = stage.say(role, act, thought, module=module, fact=fact, fault=fault).text
        return lambda: Step(role, text, module=module)
    last = [""]

    def reworded() -> Step:
        for _ in range(6):
            step = stage.say(role, act, thought, module=module, fact=fact, fault=fault)
            if step.text != last[0]:
                break
        last[0] = step.text
        return step

    return reworded


def _failing_call(stage: Stage) -> list[Sayer]:
    """One thinks of a call, the tool refuses it, always in the same way."""
    thought, thinker, tool = stage.think(), stage.speaker("thinker"), stage.speaker("tool")
    ask = _sayer(stage, "thinker", "intend", thinker, thought, fixed=stage.pen.chance(0.5))
    answer = stage.say("tool", "trouble", thought, module=tool).text
    return [ask, lambda: Step("tool", answer, module=tool, err=True)]


def _rewrites(stage: Stage) -> list[Sayer]:
    """The same piece is written over and over: an effect each time, and nothing new."""
    thought, thinker, worker = stage.think(), stage.speaker("thinker"), stage.speaker("worker")
    ask = _sayer(stage, "thinker", "intend", thinker, thought, fixed=stage.pen.chance(0.5))
    wrote = stage.say("worker", "wrote", thought, module=worker, piece=stage.piece(thought.thing)).text
    return [ask, lambda: Step("worker", wrote, module=worker, effect="write")]


def _replanning(stage: Stage) -> list[Sayer]:
    """The same plan is made again, its items reworded or not; now and then one begins with it, and plans anew."""
    pen, planner = stage.pen, stage.speaker("planner")
    thoughts = [stage.think() for _ in range(3)]
    fixed = stage.plan(thoughts, planner) if pen.chance(0.5) else None

    def plan() -> Step:
        return stage.plan(thoughts, planner) if fixed is None else Step("planner", fixed.text, module=planner)

    if pen.chance(0.5):
        return [plan]
    worker = stage.speaker("worker")
    return [plan, _sayer(stage, "worker", "begin", worker, thoughts[0], fixed=fixed is not None)]


def _stray(stage: Stage, instead: Step | None = None) -> Step:
    """A firing that does not belong to the circle, put in or in place of one of its own."""
    thought = stage.think()
    module = instead.module if instead else ""
    step = stage.say("thinker", "intend", thought, module=module)
    step.together, step.apart = (instead.together, instead.apart) if instead else (False, True)
    return step
