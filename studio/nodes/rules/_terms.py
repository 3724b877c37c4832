"""What a rule is made of once it is read: tests, conditions, actions. And how a symbol is written.

A value is a number or a text. An identifier is a text such as `S1` or `O12`; a text that only looks like one is kept
between bars, `|S1|`, as Soar prints it, so that the two are never mistaken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

IDENTIFIER: Final = re.compile(r"[A-Z][1-9][0-9]*")
PREFERENCES: Final = {
    "+": "acceptable", "-": "reject", "!": "require", "~": "prohibit", ">": "best", "<": "worst", "=": "indifferent",
    "&": "indifferent",
}  # fmt: skip
"""Signs of preferences of one candidate."""
BETWEEN: Final = {">": "better", "<": "worse", "=": "indifferent", "&": "indifferent"}
"""Signs of preferences between two candidates; `=` before a number is a numeric one."""

Value: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True)
class Term:
    """A variable (by its name without the angle brackets) or a constant."""

    value: Value
    variable: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of one field of a fact: `=`, `<>`, `<`, `>`, `<=`, `>=`, `<=>` (same type) or `in` (one of)."""

    relation: str
    term: Term | None = None
    choices: tuple[Value, ...] = ()


Tests: TypeAlias = tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact that must be there; or, with `negated`, must not; or, with `group`, must not all be there together."""

    id: Tests = ()
    attribute: Tests = ()
    value: Tests = ()
    acceptable: bool = False
    negated: bool = False
    group: tuple[Condition, ...] = ()
    state: bool = False
    """The identifier must be that of a state."""

    def fields(self) -> tuple[Tests, Tests, Tests]:
        """Return the tests of identifier, attribute and value."""
        return self.id, self.attribute, self.value


@dataclass(frozen=True, slots=True)
class Call:
    """A function in an action, such as `(+ <n> 1)`."""

    name: str
    arguments: tuple[Call | Term, ...]


Operand: TypeAlias = Call | Term


@dataclass(frozen=True, slots=True)
class Make:
    """An action that makes a preference for a fact. `sign` is a key of `PREFERENCES`; with `other` it is between two
    values, or numeric."""

    id: Operand
    attribute: Operand
    value: Operand
    sign: str = "+"
    other: Operand | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A production as it was read. `support` is "", "o" (operator support declared) or "i" (instantiation support)."""

    name: str
    conditions: tuple[Condition, ...]
    makes: tuple[Make, ...]
    calls: tuple[Call, ...] = ()
    support: str = ""
    learned: bool = False
    note: str = ""

    @property
    def positives(self) -> tuple[Condition, ...]:
        """The conditions that match a fact, in order."""
        return tuple(one for one in self.conditions if not one.negated)


def is_identifier(value: Any) -> bool:
    """Tell whether a value of a fact is an identifier."""
    return isinstance(value, str) and IDENTIFIER.fullmatch(value) is not None


def constant(text: str) -> str:
    """Return a text as a constant: between bars if it would be taken for an identifier."""
    return f"|{text}|" if IDENTIFIER.fullmatch(text) else text


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are one symbol: 3 and 3.0 are two."""
    return type(left) is type(right) and left == right


def shown(value: Value) -> str:
    """Return a value as it is written in a rule."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value)
    if value.startswith("|") or re.fullmatch(r"[A-Za-z_*$%/:?][\w*$%/:?.-]*", value):
        return value
    return "|" + value.replace("|", "\\|") + "|"


def variables(operand: Operand) -> Iterator[str]:
    """Yield the names of the variables of an operand."""
    if isinstance(operand, Call):
        for argument in operand.arguments:
            yield from variables(argument)
    elif operand.variable:
        yield str(operand.value)


def bound_by(conditions: tuple[Condition, ...]) -> set[str]:
    """Return the variables that positive conditions bind by a test of equality."""
    return {
        str(test.term.value)
        for condition in conditions
        if not condition.negated
        for field in condition.fields()
        for test in field
        if test.relation == "=" and test.term is not None and test.term.variable
    }
