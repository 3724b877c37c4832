"""Rules with a number that can be learned: those that do nothing but give one operator a numeric preference."""

from __future__ import annotations

import re
from dataclasses import replace

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


def meaning(rule: Rule) -> str:
    """Return a text that two rules share if they say the same: whatever their names, those of their variables, and the
    number they give an operator."""
    makes = rule.makes
    if number_of(rule) is not None:
        makes = (replace(makes[0], other=Term(0)),)
    said = repr((rule.conditions, makes, rule.calls))
    names: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return f"Term(value={names.setdefault(found[1], str(len(names)))}, variable=True)"

    return re.sub(r"Term\(value=('[^']*'), variable=True\)", numbered, said)
