"""The decision procedure: from preferences to one candidate, to several that are equal, or to an impasse.

In the order of Soar (manual 9.6, section 2.4, "run preference semantics"): required, acceptable, prohibited, rejected,
better and worse, best, worst, indifferent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

KINDS: Final = (
    "acceptable", "reject", "require", "prohibit", "better", "worse", "best", "worst", "indifferent", "numeric",
)  # fmt: skip


class Preference(NamedTuple):
    """One preference: of a candidate alone, or (better, worse, indifferent) against `other`, or a number."""

    operator: str
    kind: str
    other: str | float | None = None


class Decision(NamedTuple):
    """What comes of preferences.

    `chosen`: one candidate. `equal`: several that are indifferent. `impasse`: `kind` says which, of `candidates`;
    `none`: there is no candidate.
    """

    outcome: Literal["chosen", "equal", "impasse", "none"]
    candidates: tuple[str, ...] = ()
    kind: str = ""


class Impasse(NamedTuple):
    """An impasse of a state: its kind, of which attribute, and its candidates; `numeric` have a number."""

    state: str
    kind: str
    attribute: str
    items: Sequence[str] = ()
    numeric: Sequence[str] = ()


def decide(preferences: Sequence[Preference]) -> Decision:
    """Return the decision that preferences come to."""
    required = _of(preferences, "require")
    prohibited = set(_of(preferences, "prohibit"))
    if required:
        if len(required) == 1 and required[0] not in prohibited:
            return Decision("chosen", (required[0],))
        return Decision("impasse", tuple(required), "constraint-failure")
    left = [one for one in _of(preferences, "acceptable") if one not in prohibited]
    rejected = set(_of(preferences, "reject"))
    left = [one for one in left if one not in rejected]
    if not left:
        return Decision("none")
    if len(left) == 1:
        return Decision("chosen", (left[0],))
    undominated = _undominated(left, preferences)
    if not undominated:
        return Decision("impasse", tuple(left), "conflict")
    left = undominated
    best = set(_of(preferences, "best"))
    left = [one for one in left if one in best] or left
    worst = set(_of(preferences, "worst"))
    left = [one for one in left if one not in worst] or left
    if len(left) == 1:
        return Decision("chosen", (left[0],))
    if _indifferent(left, preferences):
        return Decision("equal", tuple(left))
    return Decision("impasse", tuple(left), "tie")


def value_of(operator: str, preferences: Iterable[Preference], mode: str = "sum") -> float:
    """Return a candidate's number: the sum (or the mean) of its numeric preferences, 0 without any."""
    numbers = [
        float(one.other)
        for one in preferences
        if one.kind == "numeric" and one.operator == operator and one.other is not None
    ]
    if not numbers:
        return 0.0
    return sum(numbers) / len(numbers) if mode == "average" else sum(numbers)


def numeric(operators: Iterable[str], preferences: Sequence[Preference]) -> list[str]:
    """Return those candidates that have a numeric preference."""
    having = {one.operator for one in preferences if one.kind == "numeric"}
    return [one for one in operators if one in having]


def read(rows: Iterable[Any]) -> list[Preference]:
    """Return the preferences of rows: objects with `operator`, `kind` and, for some, `other`."""
    return [Preference(str(row["operator"]), str(row["kind"]), row.get("other")) for row in rows]


def _of(preferences: Sequence[Preference], kind: str) -> list[str]:
    return list(dict.fromkeys(one.operator for one in preferences if one.kind == kind))


def _undominated(left: list[str], preferences: Sequence[Preference]) -> list[str]:
    """Return the candidates that no other candidate is better than; none are left where each has a better one."""
    here = set(left)
    better = {(one.operator, str(one.other)) for one in preferences if one.kind == "better"}
    better |= {(str(one.other), one.operator) for one in preferences if one.kind == "worse"}
    beaten = {low for high, low in better if high in here and high != low}
    return [one for one in left if one not in beaten]


def _indifferent(left: Sequence[str], preferences: Sequence[Preference]) -> bool:
    alone = {
        one.operator
        for one in preferences
        if one.kind == "numeric" or (one.kind == "indifferent" and one.other is None)
    }
    pairs = {
        frozenset((one.operator, str(one.other)))
        for one in preferences
        if one.kind == "indifferent" and one.other is not None
    }
    return all(one in alone or all(frozenset((one, other)) in pairs or other == one for other in left) for one in left)
