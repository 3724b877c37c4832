"""Rules as they stand in files: `{id, kind, …}`, checked before anything is reckoned.

`kind` says what else is needed: `eca` takes `rule`; `totalistic` takes `k`, `r` and `code`; `lifelike` takes `B` and
`S`; `generations` takes `B`, `S` and `C`; `table` takes `k`, `r`, `table` and, for a torus, `dims` 2. `B` and `S` are
lists of numbers of neighbours or texts of their digits ("23"), `C` is the number of states. Keys that no kind knows
(a note, an expected class) are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.dynamics.automata.life import lifelike
from studio.dynamics.automata.rules import MAX_TABLE, Rule, TableRule, elementary, shown, totalistic
from studio.support.errors import UsageError

NEEDED = {
    "eca": ("rule",),
    "totalistic": ("k", "r", "code"),
    "lifelike": ("B", "S"),
    "generations": ("B", "S", "C"),
    "table": ("k", "r", "table"),
}
OPTIONAL = {"table": ("dims",)}
MAX_ID = 200
MAX_DIGITS = 1200


@dataclass(frozen=True)
class Spec:
    """A rule and what the file calls it."""

    id: str
    rule: Rule


def parse_spec(given: object, where: str = "") -> Spec:
    """Return the rule that a spec describes. Raises `UsageError` with one sentence if it is not one.

    `where` names the place for that sentence, such as `rules.json:3`. Without an `id` the rule's own name is taken.
    """
    try:
        return _parsed(given)
    except UsageError as error:
        raise UsageError(error.message, where=where or error.where, hint=error.hint) from None


def _parsed(given: object) -> Spec:
    if not isinstance(given, Mapping):
        raise UsageError(f'A rule is an object such as {{"id": "a", "kind": "eca", "rule": 110}}, not {shown(given)}.')
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in NEEDED:
        raise UsageError(f"`kind` is {shown(kind)}, but the kinds of rules are {', '.join(NEEDED)}.")
    for key in NEEDED[kind]:
        if given.get(key) is None:
            raise UsageError(f"`{key}` is missing; a rule of kind `{kind}` needs {', '.join(NEEDED[kind])}.")
    allowed = {*NEEDED[kind], *OPTIONAL.get(kind, ())}
    for key in sorted({key for keys in (*NEEDED.values(), *OPTIONAL.values()) for key in keys} - allowed):
        if given.get(key) is not None:
            raise UsageError(
                f"`{key}` has no meaning for a rule of kind `{kind}`, which takes {', '.join(NEEDED[kind])}."
            )
    rule = _RULES[kind](given)
    name = given.get("id")
    if name is None:
        name = str(rule)
    elif type(name) is int and abs(name) < 2**63:
        name = str(name)
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_ID or any("\ud800" <= sign <= "\udfff" for sign in name):
        raise UsageError(f"`id` must be a text of 1 to {MAX_ID} characters, not {shown(name)}.")
    return Spec(name, rule)


def _table(given: Mapping[str, Any]) -> Rule:
    table, dims = given["table"], given.get("dims")
    dims = 1 if dims is None else dims
    if type(dims) is not int or dims not in (1, 2):
        raise UsageError(f"`dims` must be 1 (a ring) or 2 (a torus), not {shown(dims)}.")
    if not isinstance(table, list) or not 1 <= len(table) <= MAX_TABLE:
        raise UsageError(f"`table` must be a list of 1 to {MAX_TABLE:,} states, not {shown(table)}.")
    return TableRule(given["k"], given["r"], tuple(table), dims)


def _counts(given: object, name: str) -> list[int]:
    """Return numbers of neighbours, given as a list of numbers 0 to 8 or as a text of such digits."""
    numbers: list[Any] = [given]
    if isinstance(given, str) and len(given) <= 9 and given.isascii() and (given.isdigit() or not given):
        numbers = [int(digit) for digit in given]
    elif isinstance(given, list) and len(given) <= 9:
        numbers = given
    if not all(type(number) is int and 0 <= number <= 8 for number in numbers) or len(set(numbers)) < len(numbers):
        raise UsageError(
            f'`{name}` must be numbers of neighbours from 0 to 8, each once, as a list [2, 3] or a text "23", '
            f"not {shown(given)}."
        )
    return numbers


def _code(given: Any) -> Any:
    """Return the code as a number: codes beyond 64 bits may stand as a text of digits, as many readers of JSON make
    a fraction of such numbers."""
    if isinstance(given, str) and len(given) <= MAX_DIGITS and given.isascii() and given.isdigit():
        return int(given)
    if isinstance(given, float):
        raise UsageError(f"`code` must be a whole number, not {shown(given)}.", hint="Give a long one as a text.")
    return given


_RULES: dict[str, Callable[[Mapping[str, Any]], Rule]] = {
    "eca": lambda given: elementary(given["rule"]),
    "totalistic": lambda given: totalistic(given["k"], given["r"], _code(given["code"])),
    "lifelike": lambda given: lifelike(_counts(given["B"], "B"), _counts(given["S"], "S")),
    "generations": lambda given: lifelike(_counts(given["B"], "B"), _counts(given["S"], "S"), given["C"]),
    "table": _table,
}
