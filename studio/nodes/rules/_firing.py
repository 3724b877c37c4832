"""What an instantiation makes when it fires, and with which support (Soar manual 9.6, section 2.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from studio.nodes.rules._terms import Call, Operand, Rule, Term, Value, is_identifier, same
from studio.support.errors import NodeError

OPERATOR: Final = "operator"


class Made(NamedTuple):
    """A preference that was made: identifier, attribute, value, its sign, the other value if any, and by which of the
    rule's makes."""

    id: str
    attribute: Value
    value: Value
    sign: str
    other: Value | None
    place: int


class Names:
    """Gives new identifiers their names: the next number of a letter."""

    def __init__(self, used: Mapping[str, int]) -> None:
        self._used = dict(used)

    def next(self, word: str) -> str:
        """Return a new identifier with the first letter of a word."""
        letter = word[:1].upper() if word[:1].isascii() and word[:1].isalpha() else "I"
        self._used[letter] = self._used.get(letter, 0) + 1
        return f"{letter}{self._used[letter]}"


def fire(rule: Rule, bindings: dict[str, Value], names: Names) -> list[Made]:
    """Return what the rule makes; variables that only its actions know get new identifiers, put into `bindings`."""
    made: list[Made] = []
    for place, make in enumerate(rule.makes):
        id = evaluate(make.id, bindings, names, rule.name)
        if not is_identifier(id):
            raise NodeError(
                f"the rule `{rule.name}` makes a fact about {id!r}, which is a value and not a thing.",
                hint="Only identifiers have attributes.",
                code="rules",
            )
        made.append(
            Made(
                str(id), evaluate(make.attribute, bindings, names, rule.name),
                evaluate(make.value, bindings, names, rule.name), make.sign,
                None if make.other is None else evaluate(make.other, bindings, names, rule.name), place,
            )
        )  # fmt: skip
    return made


def evaluate(operand: Operand, bindings: dict[str, Value], names: Names, rule: str) -> Value:
    """Return the value of an operand. Raises `NodeError` where a function has none."""
    if isinstance(operand, Call):
        values = [evaluate(one, bindings, names, rule) for one in operand.arguments]
        try:
            return _call(operand.name, values)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            given = " ".join(map(str, values))
            raise NodeError(
                f"the rule `{rule}` cannot work out ({operand.name} {given}): {error}.", code="rules"
            ) from None
    if not operand.variable:
        return operand.value
    name = str(operand.value)
    if name not in bindings:
        bindings[name] = names.next(name)
    return bindings[name]


def _call(name: str, values: Sequence[Any]) -> Value:
    if name == "concat":
        return "".join(_plain(value) for value in values)
    if name == "strlen":
        return len(_plain(values[0]))
    if name == "ifeq":
        first, second, then, otherwise = values
        return then if same(first, second) else otherwise  # type: ignore[no-any-return]
    if any(not isinstance(value, int | float) for value in values) and name not in ("int", "float"):
        raise ValueError("it takes numbers")
    if not values:
        raise ValueError("it takes at least one value")
    found = _ARITHMETIC[name](values)
    if isinstance(found, float) and not math.isfinite(found):
        raise ValueError("the result is not finite")
    return found


def _minus(values: Sequence[Any]) -> Value:
    return -values[0] if len(values) == 1 else values[0] - sum(values[1:])  # type: ignore[no-any-return]


def _over(values: Sequence[Any]) -> Value:
    """Real division, as in Soar: 6 / 2 is 3.0."""
    found = 1.0 / values[0] if len(values) == 1 else float(values[0])
    for value in values[1:]:
        found /= value
    return found


def _times(values: Sequence[Any]) -> Value:
    found: Any = 1
    for value in values:
        found *= value
    return found  # type: ignore[no-any-return]


def _div(values: Sequence[Any]) -> Value:
    """Whole division towards zero, as in C."""
    first, second = map(int, values)
    found = abs(first) // abs(second)
    return found if (first < 0) == (second < 0) else -found


def _mod(values: Sequence[Any]) -> Value:
    first, second = map(int, values)
    left = abs(first) % abs(second)
    return left if first >= 0 else -left


_ARITHMETIC: Final[Mapping[str, Callable[[Sequence[Any]], Value]]] = {
    "+": sum, "-": _minus, "*": _times, "/": _over, "div": _div, "mod": _mod, "abs": lambda values: abs(values[0]),
    "min": min, "max": max, "int": lambda values: int(float(values[0])), "float": lambda values: float(values[0]),
    "round": lambda values: round(values[0]), "sqrt": lambda values: math.sqrt(values[0]),
}  # fmt: skip


def _plain(value: Value) -> str:
    text = str(value)
    return text[1:-1] if text.startswith("|") and text.endswith("|") and len(text) > 1 else text


def said(rule: Rule, bindings: dict[str, Value], names: Names) -> list[str]:
    """Return what the `write` actions of a rule say."""
    found: list[str] = []
    for call in rule.calls:
        if call.name == "write":
            parts = [
                "\n"
                if isinstance(one, Call) and one.name == "crlf"
                else _plain(evaluate(one, bindings, names, rule.name))
                for one in call.arguments
            ]
            found.append("".join(parts))
    return found


def operator_supported(rule: Rule, facts: Sequence[Sequence[Any]], bindings: Mapping[str, Value], state: str) -> bool:
    """Tell whether what an instantiation makes stays when its conditions no longer hold.

    So it is if it applies the operator that is selected in its state: tests `(state ^operator o)` and does more than
    elaborate `o`. Whatever proposes an operator does not apply one. `facts` are those of the positive conditions:
    identifier, attribute, value, whether a proposal. `state` is the lowest it tests.
    """
    if rule.support:
        return rule.support == "o"
    if any(make.attribute == Term(OPERATOR) and make.sign == "+" for make in rule.makes):
        return False
    about = [bindings.get(str(make.id.value)) for make in rule.makes if isinstance(make.id, Term)]
    selected = [fact[2] for fact in facts if fact[1] == OPERATOR and not fact[3] and fact[0] == state]
    return any(id != operator for operator in selected for id in about)
