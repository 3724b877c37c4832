"""Which instantiations of rules hold in a working memory: every way to satisfy all conditions of a rule.

A plain join with an index, not a Rete network (Forgy 1982): what is found is the same, and memories here are small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

from studio.nodes.rules._terms import Comparison, Condition, Rule, Value, is_identifier, same
from studio.support.errors import NodeError

_ORDERED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": lambda left, right: left < right, ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right, ">=": lambda left, right: left >= right,
}  # fmt: skip
MAX_INSTANTIATIONS: Final = 20_000
"""More than this of one rule is a mistake in the rule, and would only use up the time."""


class Fact(NamedTuple):
    """A fact that stands: since when, what it says, whether it is only a proposal, and what holds it."""

    tag: int
    id: str
    attribute: Value
    value: Value
    proposal: bool
    reasons: tuple[str, ...] = ()


class Facts:
    """Facts with an index, and the stack of states."""

    def __init__(self, facts: Sequence[Fact], states: Sequence[Mapping[str, Any]]) -> None:
        self.all = list(facts)
        self.states = [dict(state) for state in states]
        self.stack = [str(state["id"]) for state in states]
        self.depth = {state: depth for depth, state in enumerate(self.stack)}
        self.by_id: dict[str, list[Fact]] = {}
        self.by_field: dict[tuple[str, Value], list[Fact]] = {}
        self.by_tag: dict[int, Fact] = {}
        for fact in self.all:
            self.by_id.setdefault(fact.id, []).append(fact)
            self.by_field.setdefault((fact.id, fact.attribute), []).append(fact)
            self.by_tag[fact.tag] = fact

    @classmethod
    def of(cls, content: Any) -> Facts:
        """Return the facts that the operation `items` of a store of facts gave."""
        return cls(
            [Fact(one[0], one[1], one[2], one[3], one[4], tuple(one[5])) for one in content["facts"]], content["states"]
        )

    def candidates(self, condition: Condition, bound: Mapping[str, Value]) -> Sequence[Fact]:
        """Return the facts that may satisfy a condition, given what is bound."""
        id = _known(condition.id, bound)
        attribute = _known(condition.attribute, bound)
        if id is None:
            if condition.state:
                return [fact for state in self.stack for fact in self.by_id.get(state, ())]
            return self.all
        if attribute is None:
            return self.by_id.get(str(id), ())
        return self.by_field.get((str(id), attribute), ())

    def levels(self) -> dict[str, int]:
        """Return for each identifier the depth of the highest state that leads to it."""
        found: dict[str, int] = {}
        for depth, state in enumerate(self.stack):
            waiting = [state]
            while waiting:
                id = waiting.pop()
                if id in found or self.depth.get(id, depth) != depth:
                    continue
                found[id] = depth
                waiting += [str(fact.value) for fact in self.by_id.get(id, ()) if is_identifier(fact.value)]
        return found


class Instance(NamedTuple):
    """An instantiation: the facts that satisfy the positive conditions, in their order, and what is bound."""

    rule: str
    tags: tuple[int, ...]
    bindings: dict[str, Value]
    depth: int
    """Depth of the lowest state it tests."""

    @property
    def key(self) -> str:
        return f"{self.rule}@{'.'.join(map(str, self.tags))}"


def instances(rule: Rule, facts: Facts) -> Iterator[Instance]:
    """Yield the instantiations of a rule. Raises `NodeError` if there are far too many."""
    plan = _plan(rule)
    count = 0
    for tags, bindings in _join(plan, 0, (), {}, facts):
        if any(denied(one, facts, bindings) for one in rule.conditions if one.negated):
            continue
        count += 1
        if count > MAX_INSTANTIATIONS:
            raise NodeError(
                f"the rule `{rule.name}` holds in more than {MAX_INSTANTIATIONS} ways.",
                hint="Bind more of its variables to what the state leads to.",
                code="rules",
            )
        in_order = tuple(tag for _, tag in sorted(zip((step.place for step in plan), tags, strict=True)))
        states = [facts.depth[facts.by_tag[tag].id] for tag in tags if facts.by_tag[tag].id in facts.depth]
        yield Instance(rule.name, in_order, bindings, max(states))


class _Step(NamedTuple):
    condition: Condition
    place: int
    """Which of the positive conditions it is."""
    binds: tuple[tuple[int, str], ...]
    """Fields whose value a variable takes here."""
    checks: tuple[tuple[int, Comparison], ...]
    """Comparisons of fields that can be made here."""
    later: tuple[tuple[str, Comparison], ...]
    """Comparisons of earlier variables with what is bound here."""
    keeps: tuple[tuple[int, str], ...]
    """Fields kept under a name for a comparison that must wait."""


@lru_cache(maxsize=4096)
def _plan(rule: Rule) -> tuple[_Step, ...]:
    """The positive conditions in an order in which each begins at something known; comparisons as soon as they can."""
    left = list(enumerate(rule.positives))
    bound: set[str] = set()
    waiting: list[tuple[str, Comparison]] = []
    steps: list[_Step] = []
    while left:
        place, condition = min(left, key=lambda one: (_cost(one[1], bound), one[0]))
        left.remove((place, condition))
        binds: list[tuple[int, str]] = []
        checks: list[tuple[int, Comparison]] = []
        keeps: list[tuple[int, str]] = []
        undecided: list[tuple[int, Comparison]] = []
        for part, tests in enumerate(condition.fields()):
            for test in tests:
                name = str(test.term.value) if test.term is not None and test.term.variable else None
                if test.relation == "=" and name is not None and name not in bound:
                    bound.add(name)
                    binds.append((part, name))
                elif name is None or test.relation == "=":
                    checks.append((part, test))
                else:
                    undecided.append((part, test))
        for part, test in undecided:
            if str(test.term.value if test.term else "") in bound:
                checks.append((part, test))
            else:
                name = f" {place}.{part}"
                keeps.append((part, name))
                waiting.append((name, test))
        ready = [one for one in waiting if one[1].term is not None and one[1].term.value in bound]
        waiting = [one for one in waiting if one not in ready]
        steps.append(_Step(condition, place, tuple(binds), tuple(checks), tuple(ready), tuple(keeps)))
    return tuple(steps)


def _cost(condition: Condition, bound: set[str]) -> int:
    """How many facts a condition may bring: less if more of it is known."""

    def known(tests: Sequence[Comparison]) -> bool:
        return any(
            test.relation == "=" and test.term and (not test.term.variable or test.term.value in bound)
            for test in tests
        )

    if not known(condition.id):
        return 10 if condition.state else 20
    return (0 if known(condition.attribute) else 4) + (0 if known(condition.value) else 2)


def _join(
    plan: Sequence[_Step], at: int, tags: tuple[int, ...], bindings: dict[str, Value], facts: Facts
) -> Iterator[tuple[tuple[int, ...], dict[str, Value]]]:
    if at == len(plan):
        yield tags, {name: value for name, value in bindings.items() if not name.startswith(" ")}
        return
    step = plan[at]
    for fact in facts.candidates(step.condition, bindings):
        found = _fits(step, fact, bindings, facts)
        if found is not None:
            yield from _join(plan, at + 1, (*tags, fact.tag), found, facts)


def _fits(step: _Step, fact: Fact, bindings: dict[str, Value], facts: Facts) -> dict[str, Value] | None:
    if fact.proposal is not step.condition.acceptable:
        return None
    if step.condition.state and fact.id not in facts.depth:
        return None
    values: tuple[Value, Value, Value] = (fact.id, fact.attribute, fact.value)
    made = dict(bindings)
    for part, name in (*step.binds, *step.keeps):
        made[name] = values[part]
    if not all(holds(test, values[part], made) for part, test in step.checks):
        return None
    if not all(holds(test, made[name], made) for name, test in step.later):
        return None
    return made


def denied(condition: Condition, facts: Facts, bindings: Mapping[str, Value]) -> bool:
    """Tell whether what a negated condition denies is there."""
    return _any(_denies(condition), facts, dict(bindings))


@lru_cache(maxsize=4096)
def _denies(condition: Condition) -> tuple[Condition, ...]:
    """What must not all be there, with its own negations last: by then their variables are bound."""
    group = condition.group or (replace(condition, negated=False),)
    return tuple(sorted(group, key=lambda one: one.negated))


def _any(group: Sequence[Condition], facts: Facts, bindings: dict[str, Value]) -> bool:
    if not group:
        return True
    first, rest = group[0], group[1:]
    if first.negated:
        return not _any(_denies(first), facts, bindings) and _any(rest, facts, bindings)
    for fact in facts.candidates(first, bindings):
        if fact.proposal is not first.acceptable or (first.state and fact.id not in facts.depth):
            continue
        made = _bound(first, fact, bindings)
        if made is not None and _any(rest, facts, made):
            return True
    return False


def _bound(condition: Condition, fact: Fact, bindings: Mapping[str, Value]) -> dict[str, Value] | None:
    made = dict(bindings)
    for tests, value in zip(condition.fields(), (fact.id, fact.attribute, fact.value), strict=True):
        for test in tests:
            name = str(test.term.value) if test.term is not None and test.term.variable else None
            if test.relation == "=" and name is not None and name not in made:
                made[name] = value
            elif not holds(test, value, made):
                return None
    return made


def holds(test: Comparison, value: Value, bindings: Mapping[str, Value]) -> bool:
    """Tell whether a value passes a test; a variable that nothing binds passes none."""
    if test.relation == "in":
        return any(same(value, one) for one in test.choices)
    assert test.term is not None, "only `in` has none"
    other = bindings.get(str(test.term.value)) if test.term.variable else test.term.value
    if other is None:
        return False
    return compare(test.relation, value, other)


def compare(relation: str, left: Value, right: Value) -> bool:
    """Compare two symbols as rules do: numbers by size, texts by the alphabet, unlike ones never."""
    if relation == "=":
        return same(left, right)
    if relation == "<>":
        return not same(left, right)
    numbers = isinstance(left, int | float), isinstance(right, int | float)
    if relation == "<=>":
        return type(left) is type(right)
    if numbers[0] is not numbers[1]:
        return False
    return _ORDERED[relation](left, right)


def _known(tests: Sequence[Comparison], bound: Mapping[str, Value]) -> Value | None:
    for test in tests:
        if test.relation == "=" and test.term is not None:
            found = bound.get(str(test.term.value)) if test.term.variable else test.term.value
            if found is not None:
                return found
    return None
