"""`semantic.answer`: a memory of what is known for good, asked by rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from studio.nodes.rules._firing import Names
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._memories import facts_of
from studio.nodes.rules._terms import is_identifier, same
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port

NONE = float("-inf")


@node(
    "semantic.answer", title="Semantic memory", category="Facts", icon="semantic",
    stores={"facts": "write", "memory": "write"},
)  # fmt: skip
class Answer(Node):
    """Keep things for good, and find them again by a cue: of those that fit, the most active one.

    Commands, as *facts.asked* gives them: `store` a thing (with all things it leads to); `query` by a cue, whose
    attributes must all be there, a thing without attributes standing for anything; `retrieve` a thing by itself, with
    its attributes.  Activation is *recency* (the last use) or *base-level*: ln of the sum of (time since a use) to the
    power of minus *decay*.  The answer stands on the state as `^result` as long as the command does.
    Source: Soar manual 9.6, section 6.
    """

    class Params(Fields):
        facts: str = store_param("facts")
        memory: str = store_param("kv")
        activation: Literal["recency", "base-level"] = param("recency", help="What activation is, if nothing is wired.")
        decay: float = param(0.5, ge=0.001, le=5, help="How fast base-level activation fades.")

    class In(Fields):
        commands: list[Any] = port((), help="New commands, of *facts.asked*.")
        withdrawn: list[Any] = port((), help="Answers to withdraw, of *facts.asked*.")
        now: float = port(0, help="The time, in decisions.")
        activation: str = port("", help="`recency` or `base-level`; else the param of that name.")

    class Out(Fields):
        answers: list[Any] = port(help="What was answered: `state`, `done` (store, query, retrieve), `found`.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if inputs.withdrawn:
            ask(ctx, params.facts, "facts", "change", gone=list(inputs.withdrawn))
        answers = []
        for command in inputs.commands:
            mode = inputs.activation or params.activation
            memory = Memory(ask(ctx, params.memory, "kv", "all"), inputs.now, mode, params.decay)
            facts = facts_of(ctx, params.facts)
            names = Names(ask(ctx, params.facts, "facts", "names"))
            add, told = memory.answer(command, facts, names)
            key = command["key"]
            ask(
                ctx, params.facts, "facts", "change", reasons={key: {"state": command["state"], "answer": True}},
                add=[[*fact, False, key, False] for fact in add],
            )  # fmt: skip
            for name, value in memory.changed.items():
                ask(ctx, params.memory, "kv", "set", key=name, value=value)
            answers.append({"state": command["state"], **told})
        return self.Out(answers=answers)


class Memory:
    """What is known: things by name (`@1`), and which identifiers stand for which thing."""

    def __init__(self, content: Mapping[str, Any], now: float, activation: str, decay: float) -> None:
        self.things: dict[str, Any] = {name: one for name, one in content.items() if name.startswith("@")}
        self.links: dict[str, str] = dict(content.get("links", {}))
        self.clock = int(content.get("clock", 0))
        self.now, self.activation, self.decay = now, activation, decay
        self.changed: dict[str, Any] = {}

    def answer(self, command: Mapping[str, Any], facts: Facts, names: Names) -> tuple[list[list[Any]], dict[str, Any]]:
        """Return the facts of the answer, and what people are told of it."""
        result, given = command["result"], facts.by_id.get(_holder(facts, command), [])
        # What an action makes first stands last.
        stored = [str(one.value) for one in reversed(given) if one.attribute == "store" and is_identifier(one.value)]
        if stored:
            for id in stored:
                self._store(id, facts, set())
            return [[result, "success", id] for id in stored], {
                "done": "store",
                "found": [self.links[id] for id in stored],
            }
        for fact in given:
            if fact.attribute in ("query", "retrieve") and is_identifier(fact.value):
                id = str(fact.value)
                prohibited = {self.links.get(str(one.value), "") for one in given if one.attribute == "prohibit"}
                found = self.links.get(id) if fact.attribute == "retrieve" else self._best(id, facts, prohibited)
                told = {"done": str(fact.attribute), "found": found}
                if found is None or found not in self.things:
                    return [[result, "failure", id]], told
                self._use(found)
                thing = names.next("L")
                self._link(thing, found)
                add = [[result, "success", id], [result, "retrieved", thing]]
                return [*add, *self._told(thing, found, names)], told
        return [[result, "bad-cmd", _holder(facts, command)]], {"done": "nothing", "found": None}

    def activity(self, name: str) -> float:
        """Return how active a thing is."""
        thing = self.things[name]
        if self.activation == "recency":
            return float(thing["last"])
        # A use in this very decision counts as one decision old, or it would weigh without bound.
        ages = [max(1.0, self.now - use) for use in thing["uses"]]
        return math.log(sum(age**-self.decay for age in ages)) if ages else NONE

    def _store(self, id: str, facts: Facts, seen: set[str]) -> str:
        name = self.links.get(id)
        if name is None:
            name = f"@{1 + max((int(one[1:]) for one in self.things), default=0)}"
            self.things[name] = {"facts": [], "uses": [], "last": 0}
            self._link(id, name)
        if id in seen:
            return name
        seen.add(id)
        kept: list[list[Any]] = []
        for fact in facts.by_id.get(id, ()):
            if not fact.proposal:
                value: Any = (
                    {"thing": self._store(fact.value, facts, seen)}
                    if is_identifier(fact.value) and isinstance(fact.value, str)
                    else fact.value
                )
                kept.append([fact.attribute, value])
        if kept or not self.things[name]["facts"]:
            self.things[name] = {**self.things[name], "facts": kept}
        self._use(name)
        return name

    def _best(self, cue: str, facts: Facts, prohibited: set[str]) -> str | None:
        wanted = [(one.attribute, self._wanted(one.value, facts)) for one in facts.by_id.get(cue, ())]
        fitting = [
            name for name, thing in self.things.items()
            if wanted and name not in prohibited and all(_has(thing["facts"], *one) for one in wanted)
        ]  # fmt: skip
        return max(fitting, key=lambda name: (self.activity(name), self.things[name]["last"]), default=None)

    def _wanted(self, value: Any, facts: Facts) -> Any:
        """A value of a cue: itself, a known thing, or None for anything."""
        if not is_identifier(value):
            return value
        return {"thing": self.links[value]} if value in self.links else None

    def _told(self, id: str, name: str, names: Names) -> list[list[Any]]:
        made: list[list[Any]] = []
        for attribute, value in self.things[name]["facts"]:
            if isinstance(value, dict):
                inner = names.next("L")
                self._link(inner, value["thing"])
                value = inner
            made.append([id, attribute, value])
        return made

    def _use(self, name: str) -> None:
        self.clock += 1
        thing = self.things[name]
        self.things[name] = {**thing, "last": self.clock, "uses": [*thing["uses"], self.now][-50:]}
        self.changed[name] = self.things[name]
        self.changed["clock"] = self.clock

    def _link(self, id: str, name: str) -> None:
        self.links[id] = name
        self.changed["links"] = self.links


def _holder(facts: Facts, command: Mapping[str, Any]) -> str:
    """The thing that holds the command of a state."""
    link = str(command["key"]).partition("@")[0]
    memory = facts.by_field[(str(command["state"]), link)][0].value
    return str(facts.by_field[(str(memory), "command")][0].value)


def _has(kept: Sequence[Sequence[Any]], attribute: Any, value: Any) -> bool:
    return any(
        same(one, attribute) and (value is None or (other == value if isinstance(value, dict) else same(other, value)))
        for one, other in kept
    )
