"""What a result rests on: its trace through a substate, back to the facts of the states above (explanation-based).

A result is what a rule of a substate makes for a state above it. Each condition that matched a fact of the states above
is a *ground*; each that matched a fact of the substate is traced on, through the instantiation that made the fact. On
the way it is kept which values must be one and the same, and which were compared with a constant: only the former
become variables (Laird, Mohan, Jones and Rosenbloom; Soar manual 9.6, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from studio.nodes.rules._firing import OPERATOR, Made
from studio.nodes.rules._language import read_rule
from studio.nodes.rules._matching import Fact, Facts
from studio.nodes.rules._terms import Call, Comparison, Condition, Operand, Term, Value, is_identifier

Record: TypeAlias = Mapping[str, Any]
"""A reason as the store of facts keeps it: `text` of the rule, `bindings`, `facts`, `made`, `state`, `depth`."""
Node: TypeAlias = tuple[str, str]
"""What may be one with others: a variable of an instantiation, or an identifier."""


@dataclass(frozen=True)
class Worked:
    """A value that a function gives, with what stands for its arguments."""

    name: str
    arguments: tuple[Standing, ...]


Standing: TypeAlias = "Node | Worked"
"""What stands in a field of a result."""


@dataclass
class Ground:
    """A fact of the states above that the result rests on, with what stands for its three fields."""

    fact: Fact
    nodes: tuple[Node, Node, Node]


@dataclass
class Denial:
    """A negated condition about the states above, of which instantiation."""

    condition: Condition
    key: str
    bindings: Mapping[str, Value]


@dataclass
class Explanation:
    """All that a result rests on."""

    grounds: list[Ground] = field(default_factory=list)
    denials: list[Denial] = field(default_factory=list)
    compared: list[tuple[Node, Comparison, Node | None]] = field(default_factory=list)
    """Comparisons: what, how, and with what (None: with a constant or choices that the test holds)."""
    made: list[tuple[Made, tuple[Standing, ...]]] = field(default_factory=list)
    """Results, each with what stands for identifier, attribute, value and other value."""
    values: dict[Node, Value] = field(default_factory=dict)
    grounded: bool = True
    """False if it rests on nothing that stands above."""
    learnable: bool = True
    """False if it rests on there having been nothing more to do (`^quiescence t`), which a rule cannot test."""
    alike: Alike = field(default_factory=lambda: Alike())


class Alike:
    """Which nodes stand for one value, and which of these are constants (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}
        self._constant: set[Node] = set()

    def find(self, node: Node) -> Node:
        """Return the node that stands for all that are alike."""
        root = node
        while (parent := self._parent.get(root, root)) != root:
            root = parent
        while node != root:
            self._parent[node], node = root, self._parent.get(node, node)
        return root

    def join(self, one: Node, other: Node) -> None:
        """Let two nodes stand for one value."""
        first, second = self.find(one), self.find(other)
        if first != second:
            self._parent[second] = first
            if second in self._constant:
                self._constant.add(first)

    def fix(self, node: Node) -> None:
        """Let a node be the constant it has as its value."""
        self._constant.add(self.find(node))

    def fixed(self, node: Node) -> bool:
        """Tell whether a node is a constant."""
        return self.find(node) in self._constant


class Tracer:
    """Traces results made at a depth of the stack back to what stands above it."""

    def __init__(self, facts: Facts, levels: Mapping[str, int], reasons: Mapping[str, Record], depth: int) -> None:
        self.facts = facts
        self.levels = levels
        self.reasons = reasons
        self.depth = depth
        """Facts about identifiers of this depth, or of one further up, are grounds."""
        self.found = Explanation()
        self._traced: set[str] = set()
        self._grounds: dict[int, Ground] = {}

    def explain(self, results: Iterable[tuple[str, Made]]) -> Explanation:
        """Return what results rest on; each comes with the key of the reason that made it."""
        waiting: list[str] = []
        for key, made in results:
            self.found.made.append((made, self._operands(key, made)))
            waiting.append(key)
        while waiting:
            key = waiting.pop(0)
            if key not in self._traced:
                self._traced.add(key)
                waiting += self._trace(key)
        self.found.grounded = bool(self._grounds)
        self._link()
        self.found.grounds = list(self._grounds.values())
        return self.found

    # -- one instantiation ----------------------------------------------------------------------

    def _trace(self, key: str) -> list[str]:
        record = self.reasons[key]
        rule = read_rule(record["text"])
        above: list[str] = []
        for place, condition in enumerate(rule.positives):
            tag, id, attribute, value, proposal, level, source = record["facts"][place]
            fact = Fact(tag, id, attribute, value, proposal)
            nodes = self._fields(key, condition, place, fact)
            self._compare(key, condition, nodes)
            if level <= self.depth:
                self._ground(fact, nodes)
            elif source is not None and source in self.reasons:
                self._through(nodes, fact, source)
                above.append(source)
            else:
                self._architecture(fact)
        for condition in rule.conditions:
            if condition.negated and self._is_above(condition, record["bindings"]):
                self.found.denials.append(Denial(condition, key, record["bindings"]))
        return above

    def _fields(self, key: str, condition: Condition, place: int, fact: Fact) -> tuple[Node, Node, Node]:
        nodes: list[Node] = []
        for number, (tests, value) in enumerate(
            zip(condition.fields(), (fact.id, fact.attribute, fact.value), strict=True)
        ):
            own = [
                self._node(key, test.term, value) for test in tests if test.relation == "=" and test.term is not None
            ]
            node = own[0] if own else self._named(key, f" {place}.{number}", value)
            for other in own[1:]:
                self.found.alike.join(node, other)
            nodes.append(node)
        return nodes[0], nodes[1], nodes[2]

    def _compare(self, key: str, condition: Condition, nodes: Sequence[Node]) -> None:
        record = self.reasons[key]
        for tests, node in zip(condition.fields(), nodes, strict=True):
            for test in tests:
                if test.relation == "=":
                    continue
                other: Node | None = None
                if test.term is not None and test.term.variable:
                    other = self._node(key, test.term, record["bindings"][str(test.term.value)])
                self.found.compared.append((node, test, other))

    def _through(self, nodes: Sequence[Node], fact: Fact, source: str) -> None:
        """Let the fields of a fact be what they are where it was made."""
        record = self.reasons[source]
        rule = read_rule(record["text"])
        for id, attribute, value, _sign, _other, place in record["made"]:
            if (id, attribute, value) == (fact.id, fact.attribute, fact.value):
                make = rule.makes[place]
                for node, operand, now in zip(
                    nodes, (make.id, make.attribute, make.value), (id, attribute, value), strict=True
                ):
                    if isinstance(operand, Call):
                        self.found.alike.fix(node)
                        for argument in _variables(operand):
                            self.found.alike.fix(self._node(source, argument, record["bindings"][str(argument.value)]))
                    else:
                        self.found.alike.join(node, self._node(source, operand, now))
                return

    def _operands(self, key: str, made: Made) -> tuple[Standing, ...]:
        make = read_rule(self.reasons[key]["text"]).makes[made.place]
        return tuple(
            self._standing(key, operand, value)
            for operand, value in (
                (make.id, made.id), (make.attribute, made.attribute), (make.value, made.value), (make.other, made.other)
            )
            if operand is not None and value is not None
        )  # fmt: skip

    def _standing(self, key: str, operand: Operand, value: Value | None) -> Standing:
        if isinstance(operand, Call):
            return Worked(operand.name, tuple(self._standing(key, one, None) for one in operand.arguments))
        bindings = self.reasons[key]["bindings"]
        now = value if value is not None else bindings[str(operand.value)] if operand.variable else operand.value
        return self._node(key, operand, now)

    # -- what stands above ----------------------------------------------------------------------

    def _ground(self, fact: Fact, nodes: tuple[Node, Node, Node]) -> None:
        known = self._grounds.get(fact.tag)
        if known is None:
            self._grounds[fact.tag] = Ground(fact, nodes)
            return
        for one, other in zip(known.nodes, nodes, strict=True):
            self.found.alike.join(one, other)

    def _architecture(self, fact: Fact) -> None:
        """A fact that no rule made: an item of an impasse rests on its proposal, the rest on nothing."""
        if fact.id not in self.facts.depth:
            return
        if fact.attribute == "quiescence":
            self.found.learnable = False
        if fact.attribute in ("item", "non-numeric"):
            above = self.facts.stack[self.facts.depth[fact.id] - 1]
            for proposal in self.facts.by_field.get((above, OPERATOR), ()):
                if proposal.proposal and proposal.value == fact.value:
                    self._whole(proposal)

    def _whole(self, fact: Fact) -> None:
        """A ground that no condition tests: its identifiers become variables, all else stays as it is."""
        if self.levels.get(fact.id, 0) > self.depth:
            for source in fact.reasons:
                if source in self.reasons and source not in self._traced:
                    self._traced.add(source)
                    self._trace(source)
            return
        nodes = (
            self._node("", Term(fact.id), fact.id),
            self._node("", Term(fact.attribute), fact.attribute),
            self._node("", Term(fact.value), fact.value),
        )
        self._ground(fact, nodes)

    def _is_above(self, condition: Condition, bindings: Mapping[str, Value]) -> bool:
        """Is a negated condition about identifiers of the states above alone?"""
        for one in condition.group or (condition,):
            for tests in one.fields():
                for test in tests:
                    value = bindings.get(str(test.term.value)) if test.term and test.term.variable else None
                    if is_identifier(value) and self.levels.get(str(value), self.depth + 1) > self.depth:
                        return False
        first = (condition.group or (condition,))[0]
        return any(test.term is not None and str(test.term.value) in bindings for test in first.id)

    def _link(self) -> None:
        """Let every ground be led to from a state: with the shortest way there where the trace has none."""
        made = [one for one, _ in self.found.made if one.id in self.facts.depth]
        for one in made:
            if all(ground.fact.id != one.id for ground in self._grounds.values()):
                facts = self.facts.by_field.get((one.id, "superstate"), ()) or self.facts.by_id.get(one.id, ())
                if facts:
                    self._whole(facts[0])
        while True:
            led = self._led()
            lost = [ground for ground in self._grounds.values() if ground.fact.id not in led]
            lost_ids = [ground.fact.id for ground in lost] or [
                one.id for one, _ in self.found.made
                if one.id not in led and self.levels.get(one.id, self.depth + 1) <= self.depth
            ]  # fmt: skip
            if not lost_ids:
                return
            way = self._way(lost_ids[0])
            if not way:
                return
            before = len(self._grounds)
            for fact in way:
                self._whole(fact)
            if len(self._grounds) == before:
                return

    def _led(self) -> set[str]:
        grounds = [ground.fact for ground in self._grounds.values()]
        led = {fact.id for fact in grounds if fact.id in self.facts.depth}
        while True:
            more = {str(fact.value) for fact in grounds if fact.id in led and is_identifier(fact.value)} - led
            if not more:
                return led
            led |= more

    def _way(self, id: str) -> list[Fact]:
        """The shortest way from a state to an identifier, as facts."""
        state = self.facts.stack[min(self.levels.get(id, 0), self.depth)]
        ways: dict[str, list[Fact]] = {state: []}
        waiting = [state]
        while waiting:
            here = waiting.pop(0)
            for fact in self.facts.by_id.get(here, ()):
                there = str(fact.value)
                if is_identifier(fact.value) and there not in ways and not fact.proposal:
                    ways[there] = [*ways[here], fact]
                    waiting.append(there)
        return ways.get(id, [])

    # -- nodes ----------------------------------------------------------------------------------

    def _node(self, key: str, term: Term, value: Value) -> Node:
        if is_identifier(value):
            return self._named("", str(value), value)
        if term.variable:
            return self._named(key, str(term.value), value)
        node = self._named(key, f" {type(value).__name__} {value}", value)
        self.found.alike.fix(node)
        return node

    def _named(self, key: str, name: str, value: Value) -> Node:
        node = (key, name) if not is_identifier(value) else ("", str(value))
        self.found.values[node] = value
        return node


def _variables(operand: Operand) -> Iterable[Term]:
    if isinstance(operand, Call):
        for argument in operand.arguments:
            yield from _variables(argument)
    elif operand.variable:
        yield operand


__all__ = ["Denial", "Explanation", "Ground", "Node", "Standing", "Tracer", "Worked"]
