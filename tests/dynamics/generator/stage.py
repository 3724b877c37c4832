"""The stage of one run: who speaks in which form about what, and the steps that were said so far."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from tests.dynamics.generator.architecture import Architecture, draw
from tests.dynamics.generator.domains import Domain, Thought, think
from tests.dynamics.generator.labelled import Step
from tests.dynamics.generator.pen import Pen
from tests.dynamics.generator.phrasing import Family, shaped

DECORATIONS: Final = ("stamp", "counter", "uuid", "clock", "day", "duration", "hash")
"""What a circle's outputs may carry that changes each time and says nothing."""


class Stage:
    """What the scripts of all kinds build on: speaking in a family's phrasing, opening goals, laying out ticks."""

    def __init__(self, pen: Pen, family: Family, needs: tuple[str, ...] = (), most: int = 30) -> None:
        self.pen = pen
        self.family = family
        self.domain: Domain = pen.pick(family.domains)
        self.cast: Architecture = draw(pen, family, needs, most)
        self.forms: dict[str, Any] = {}
        for role, ids in self.cast.by_role.items():
            for name in ids:
                self.forms[name] = pen.pick(family.forms.get(role, ("{say}",)))
        self.root = family.goal(pen, self.domain)
        self.verbose = pen.chance(0.25)
        """Whether models say a thought in several sentences, with lists, as they like to."""
        self.parsed = pen.chance(0.25)
        """Whether JSON outputs are handed out as values, as an engine with typed ports has them, or as texts."""
        self.told = pen.chance(0.5)
        """Whether a failure is a text beside an empty output, or a mark on an output that says so."""
        self.goals: list[dict[str, Any]] = []
        self.facts: list[tuple[str, str]] = []
        """What was found so far: (thing, fact); later steps take it up."""

    def think(self, thing: str = "") -> Thought:
        return think(self.pen, self.domain, thing)

    def speaker(self, role: str) -> str:
        return self.pen.pick(self.cast.speakers(role))

    def say(self, role: str, act: str, thought: Thought | None = None, /, module: str = "", **given: str) -> Step:
        """Return a step in which the role (or the module) performs the act."""
        name = module or self.speaker(role)
        domain = self.pen.pick(self.family.domains) if "topic" in given else self.domain
        side = thought or think(self.pen, domain, given.get("topic") or given.get("job") or self.root)
        said = self.family.say(self.pen, act, thought, **given)
        if self.verbose and thought is not None and act in ("intend", "begin"):
            said = self._at_length(said, thought)
        slots = {"say": said, "call": side.call, "thing": side.thing, "why": side.reason}
        return Step(role, shaped(self.forms[name], self.pen, slots), module=name)

    def _at_length(self, said: str, thought: Thought) -> str:
        """Return the thought in several sentences or as a list, each of them in words of its own."""
        pen, family = self.pen, self.family
        more = [family.say(pen, "intend", thought) for _ in range(pen.between(1, 3))]
        why = f"{thought.reason[:1].upper()}{thought.reason[1:]}."
        match pen.between(0, 2):
            case 0:
                return " ".join((said, *more, why))
            case 1:
                return "\n".join((said, why, *(f"{at}. {item}" for at, item in enumerate(more, 1))))
            case _:
                return "\n\n".join((f"{why} {said}", *more))

    def bare(self, role: str, act: str, module: str = "", **given: str) -> Step:
        """Return a step whose text is not put into the module's form: idle phrases, plain answers of tools."""
        return Step(role, self.family.say(self.pen, act, None, **given), module=module or self.speaker(role))

    def fact(self, thing: str) -> str:
        """Return something new about the thing, and keep it for later steps."""
        fact = self.pen.fill(self.pen.pick(self.domain.findings), thing=thing)
        self.facts.append((thing, fact))
        return fact

    def known(self) -> tuple[str, str]:
        """Return a thing and a fact that were said before, new ones where nothing was."""
        if not self.facts:
            thing = self.think().thing
            return thing, self.fact(thing)
        return self.pen.pick(self.facts[-6:])

    def piece(self, thing: str) -> str:
        return self.pen.fill(self.pen.pick(self.domain.pieces), thing=thing)

    def fault(self, thing: str) -> str:
        return self.pen.fill(self.pen.pick(self.domain.faults), thing=thing)

    def plan(self, thoughts: Sequence[Thought], module: str = "") -> Step:
        """Return a step in which a planner names these three thoughts, each in one of its wordings."""
        items = [self.pen.fill(self.family.item, **thought.slots(self.pen)) for thought in thoughts]
        return self.say("planner", "planned", None, module=module, **dict(zip("abc", items, strict=True)))

    def open(self, text: str, parent: str = "g0") -> dict[str, Any]:
        """Return a new goal, to be given to the step that opens it."""
        goal = {"id": f"g{len(self.goals) + 1}", "parent": parent, "text": text, "status": "open"}
        self.goals.append(goal)
        return goal

    def run(self, name: str, steps: list[Step], trailing: int = 0) -> tuple[dict[str, Any], dict[str, list[int]]]:
        """Lay the steps out in ticks; return the run and the ticks of its marks.

        Firings that share a tick stand in the order of the modules, as an engine that works through its graph has them.
        """
        events: list[dict[str, Any]] = []
        marks: dict[str, list[int]] = {}
        opened: dict[str, int] = {}
        closed: dict[str, int] = {}
        place = {module: at for at, module in enumerate(self.cast.ids)}
        t, last, mode = 0, -1, self.cast.mode
        for number, step in enumerate(steps):
            joins = step.together or (
                not step.apart and (mode == "lockstep" or (mode == "mixed" and self.pen.chance(0.5)))
            )
            if number and (not joins or place[step.module] <= last or step.wait):
                t += 1 + step.wait
            last = place[step.module]
            event: dict[str, Any] = {"t": t, "m": step.module, "out": self._value(step.text)}
            if step.err:
                event |= {"out": "", "err": step.text} if self.told else {"err": True}
            if step.effect:
                event["effect"] = step.effect
            events.append(event)
            if step.mark:
                marks.setdefault(step.mark, []).append(t)
            opened.update({goal["id"]: t for goal in step.opens})
            closed.update(dict.fromkeys(step.closes, t))
        goals: list[dict[str, Any]] = [{"id": "g0", "parent": None, "text": self.root, "status": "open", "t": 0}]
        for goal in self.goals:
            if goal["id"] in opened:
                done = {"status": "done", "t_done": closed[goal["id"]]} if goal["id"] in closed else {}
                goals.append({**goal, "t": opened[goal["id"]], **done})
        if "g0" in closed:
            goals[0] |= {"status": "done", "t_done": closed["g0"]}
        run = {
            "id": name, "root_goal": self.root, "modules": [dict(module) for module in self.cast.modules],
            "goals": goals, "events": events, "finished": "g0" in closed, "t_end": t + trailing,
        }  # fmt: skip
        return run, marks

    def _value(self, text: str) -> Any:
        return json.loads(text) if self.parsed and _is_json(text) else text


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except json.JSONDecodeError:
        return False


def decorated(pen: Pen, family: Family, text: str, how: str, count: int) -> str:
    """Return the text with something volatile in it; `how` is one of `DECORATIONS`."""
    value: object = count if how == "counter" else _volatile(pen, how)
    if text.startswith("{"):
        key = dict(zip(("stamp", "counter", "uuid"), family.volatile, strict=True)).get(how) or how
        return json.dumps({**json.loads(text), key: value}, ensure_ascii=False)
    match how:
        case "stamp" | "clock" | "day":
            return f"[{value}] {text}"
        case "uuid":
            return f"{text}\nid={value}"
        case "hash":
            return f"{text} (revision {value})"
        case "duration":
            return f"{text} (took {value})"
        case _:
            mark = pen.fill(family.counters[0], count=str(count))
            return f"{mark} {text}" if mark.endswith((":", ".", "--")) else f"{text} {mark}"


def _volatile(pen: Pen, how: str) -> str:
    """Return a time, a day with a time, a duration, a hash or an id, each time another."""
    clock = f"{pen.between(0, 23):02}:{pen.between(0, 59):02}:{pen.between(0, 59):02}"
    match how:
        case "stamp":
            return pen.stamp()
        case "clock":
            return clock
        case "day":
            return f"2024-{pen.between(1, 12):02}-{pen.between(1, 28):02} {clock}"
        case "duration":
            return pen.pick((f"{pen.between(0, 9)}.{pen.between(1, 99):02}s", f"{pen.between(11, 999)} ms"))
        case "hash":
            return pen.hex(12)
        case _:
            return pen.uuid()
