"""A rule made of what a result rests on: identifiers and values that need not be what they were become variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from studio.nodes.rules._matching import Fact
from studio.nodes.rules._terms import Comparison, Condition, Term, Tests, Value, is_identifier, shown
from studio.nodes.rules._tracing import Denial, Explanation, Ground, Node, Standing, Worked

TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "<>": "<>", "<=>": "<=>"}
"""A comparison seen from the other side."""


class Learned(NamedTuple):
    """The text of a rule, the facts that satisfied it, in the order of its conditions, and what is bound. Some may be
    gone by now."""

    text: str
    facts: tuple[Fact, ...]
    bindings: dict[str, Value]


def rule_of(explanation: Explanation, name: str, stack: Mapping[str, int]) -> Learned:
    """Return the rule that makes an explanation's results wherever what they rest on is there; `stack` holds the
    states with their depths."""
    return _Writer(explanation, stack).write(name)


def body_of(text: str) -> str:
    """Return a rule without its name: two rules of one body are the same rule."""
    return text[text.index("\n") : text.rindex("}")] if "\n" in text else text


class _Writer:
    def __init__(self, explanation: Explanation, stack: Mapping[str, int]) -> None:
        self.explanation = explanation
        self.stack = stack
        self.names: dict[Node, str] = {}
        self.counts: dict[str, int] = {}
        self.bindings: dict[str, Value] = {}

    def write(self, name: str) -> Learned:
        grounds = self._ordered()
        alike = self.explanation.alike
        for ground in grounds:
            for node, word in zip(ground.nodes, ("i", "a", str(ground.fact.attribute)), strict=True):
                root = alike.find(node)
                value = self.explanation.values[node]
                if is_identifier(value):
                    self._name(root, str(value))
                elif not alike.fixed(node):
                    self._name(root, word)
        tests = self._tests()
        lines = [self._condition(ground, tests) for ground in grounds]
        lines += [line for denial in self.explanation.denials for line in [self._denial(denial)] if line]
        makes = [self._make(made.sign, operands) for made, operands in self.explanation.made]
        parts = [f"sp {{{name}", ":chunk", *dict.fromkeys(lines), "-->", *makes]
        text = "\n    ".join(parts) + "\n}"
        return Learned(text, tuple(ground.fact for ground in grounds), self.bindings)

    def _ordered(self) -> list[Ground]:
        """States first, then what they lead to, and so on; the rest as it came."""
        left = list(self.explanation.grounds)
        reached = {ground.fact.id for ground in left if ground.fact.id in self.stack}
        ordered: list[Ground] = []
        while left:
            ready = [ground for ground in left if ground.fact.id in reached] or left[:1]
            ordered += ready
            reached |= {str(ground.fact.value) for ground in ready}
            left = [ground for ground in left if ground not in ready]
        return ordered

    def _name(self, root: Node, word: str) -> str:
        if root not in self.names:
            letter = word[0].lower() if word[:1].isascii() and word[:1].isalpha() else "v"
            self.counts[letter] = self.counts.get(letter, 0) + 1
            self.names[root] = f"{letter}{self.counts[letter]}"
            self.bindings[self.names[root]] = self.explanation.values[root]
        return self.names[root]

    def _written(self, node: Node) -> str:
        root = self.explanation.alike.find(node)
        return f"<{self.names[root]}>" if root in self.names else shown(self.explanation.values[node])

    def _sayable(self, node: Node) -> bool:
        """Can a rule name it? An identifier only by a variable."""
        return self.explanation.alike.find(node) in self.names or not is_identifier(self.explanation.values[node])

    def _tests(self) -> dict[Node, list[str]]:
        """What else must hold of each variable: written where it first stands."""
        found: dict[Node, list[str]] = {}
        alike = self.explanation.alike
        for node, test, other in self.explanation.compared:
            left = alike.find(node)
            if test.relation == "in":
                if left in self.names:
                    found.setdefault(left, []).append(f"<< {' '.join(map(shown, test.choices))} >>")
                continue
            if other is None:
                assert test.term is not None, "only `in` has none"
                if left in self.names:
                    found.setdefault(left, []).append(f"{test.relation} {shown(test.term.value)}")
                continue
            root = alike.find(other)
            # What is compared with a thing of the substate says nothing where there is no substate.
            if left in self.names and self._sayable(other):
                found.setdefault(left, []).append(f"{test.relation} {self._written(other)}")
            elif root in self.names and self._sayable(node):
                found.setdefault(root, []).append(f"{TURNED[test.relation]} {self._written(node)}")
        return {node: list(dict.fromkeys(tests)) for node, tests in found.items()}

    def _condition(self, ground: Ground, tests: dict[Node, list[str]]) -> str:
        id, attribute, value = (self._field(node, tests) for node in ground.nodes)
        state = "state " if ground.fact.id in self.stack else ""
        return f"({state}{id} ^{attribute} {value}{' +' if ground.fact.proposal else ''})"

    def _field(self, node: Node, tests: dict[Node, list[str]]) -> str:
        more = tests.pop(self.explanation.alike.find(node), [])
        written = self._written(node)
        return f"{{ {written} {' '.join(more)} }}" if more else written

    # -- negations ------------------------------------------------------------------------------

    def _denial(self, denial: Denial) -> str:
        """A negated condition with our variables; "" if it is about something that the rule cannot name."""
        condition = denial.condition
        if not condition.group:
            text = self._denied(condition, denial)
            return f"-{text}" if text else ""
        parts = [self._denied(one, denial) for one in condition.group]
        signs = ["-" if one.negated else "" for one in condition.group]
        inner = " ".join(sign + part for sign, part in zip(signs, parts, strict=True))
        return f"-{{ {inner} }}" if all(parts) else ""

    def _denied(self, condition: Condition, denial: Denial) -> str:
        fields = [self._denied_field(tests, denial) for tests in condition.fields()]
        if condition.group or not all(fields):
            return ""
        state = "state " if condition.state else ""
        return f"({state}{fields[0]} ^{fields[1]} {fields[2]}{' +' if condition.acceptable else ''})"

    def _denied_field(self, tests: Tests, denial: Denial) -> str:
        parts = [self._denied_test(test, denial) for test in tests]
        if not parts:
            self.counts["any"] = self.counts.get("any", 0) + 1
            return f"<any{self.counts['any']}>"
        if not all(parts):
            return ""
        return parts[0] if len(parts) == 1 else f"{{ {' '.join(parts)} }}"

    def _denied_test(self, test: Comparison, denial: Denial) -> str:
        if test.relation == "in":
            return f"<< {' '.join(map(shown, test.choices))} >>"
        assert test.term is not None, "only `in` has none"
        term = self._denied_term(test.term, denial)
        return term if test.relation == "=" or not term else f"{test.relation} {term}"

    def _denied_term(self, term: Term, denial: Denial) -> str:
        if not term.variable:
            return shown(term.value)
        name = str(term.value)
        if name not in denial.bindings:
            return f"<n-{name.replace('*', '-')}>"
        value = denial.bindings[name]
        node: Node = ("", str(value)) if is_identifier(value) else (denial.key, name)
        root = self.explanation.alike.find(node)
        if root in self.names:
            return f"<{self.names[root]}>"
        return "" if is_identifier(value) else shown(value)

    # -- actions --------------------------------------------------------------------------------

    def _make(self, sign: str, operands: tuple[Standing, ...]) -> str:
        written = [self._operand(one) for one in operands]
        other = f" {written[3]}" if len(written) > 3 else ""
        return f"({written[0]} ^{written[1]} {written[2]} {sign}{other})"

    def _operand(self, operand: Standing) -> str:
        if isinstance(operand, Worked):
            return f"({' '.join([operand.name, *map(self._operand, operand.arguments)])})"
        value = self.explanation.values[operand]
        root = self.explanation.alike.find(operand)
        if is_identifier(value) and root not in self.names:
            self._name(root, str(value))  # the rule makes a new one each time
        return self._written(operand)
