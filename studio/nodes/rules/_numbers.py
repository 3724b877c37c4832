"""Rules with a number that can be learned: those that do nothing but give one operator a numeric preference."""

from __future__ import annotations

from studio.nodes.rules._terms import Rule, Term


def number_of(rule: Rule) -> float | None:
    """Return the number a rule gives an operator, or None if the rule does anything else (Soar manual 9.6, 5.1)."""
    if len(rule.makes) != 1 or rule.calls:
        return None
    make = rule.makes[0]
    if make.sign not in "=&" or make.attribute != Term("operator") or not isinstance(make.other, Term):
        return None
    value = make.other.value
    return float(value) if isinstance(value, int | float) and not make.other.variable else None
