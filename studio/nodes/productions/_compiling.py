"""How two rules that fired one after the other become one (Taatgen and Lee 2003; ACT-R 7 reference manual).

What the second tested and the first had set is known; what the first asked of memory and the second used is written
into the rule, with the request left out. The new rule does in one step what took two and a retrieval.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.nodes.chunks._values import same
from studio.nodes.productions._matching import differs
from studio.nodes.productions._rules import is_variable
from studio.support.values import Json

MEMORY = "retrieval"


class Unlike(Exception):
    """Two rules that cannot be made one; says why, as a phrase."""


class Terms:
    """What variables turned out to stand for."""

    def __init__(self) -> None:
        self.known: dict[str, Json] = {}

    def of(self, value: Json) -> Json:
        """Return a value with its variable followed to its end."""
        while isinstance(value, str) and value in self.known:
            value = self.known[value]
        return value

    def unite(self, one: Json, other: Json) -> None:
        """Note that two values are the same. Raises `Unlike` if they are not."""
        first, second = self.of(one), self.of(other)
        if same(first, second):
            return
        if isinstance(first, str) and is_variable(first) and second is not None:
            self.known[first] = second
        elif isinstance(second, str) and is_variable(second) and first is not None:
            self.known[second] = first
        else:
            raise Unlike("their values differ")


def compile_rules(
    first: Mapping[str, Any], second: Mapping[str, Any], retrieved: Mapping[str, Json], *, strict: bool, keep: list[str]
) -> tuple[list[Any], list[Any]]:
    """Return conditions and actions of the rule that does what two rules did, the second after the first.

    `retrieved` are the slots of the chunk that the second found in the buffer of memory. Raises `Unlike` if the two
    cannot be made one.
    """
    terms = Terms()
    before = [dict(part) for part in first["if"]]
    set_by_first = {part["buffer"]: _plain(part) for part in first["then"] if part["kind"] == "modify"}
    asked = {part["buffer"]: part for part in first["then"] if part["kind"] == "request"}
    cleared = {part["buffer"] for part in first["then"] if part["kind"] == "clear"} | _harvest(first, strict, keep)
    recalls = MEMORY in asked and any(part["kind"] == "test" and part["buffer"] == MEMORY for part in second["if"])
    if "goal" in asked:
        raise Unlike("the first makes a new goal")
    conditions = _copies(before)
    for part in _renamed(second["if"]):
        buffer = part["buffer"]
        if recalls and buffer == MEMORY:
            if part["kind"] == "test":
                _known(part, asked[MEMORY], retrieved, terms)
        elif part["kind"] == "query":
            if buffer in asked:
                raise Unlike(f"the second waits for what the first asks of {buffer}")
            if buffer not in cleared and part not in conditions:
                conditions.append(part)
        elif buffer in asked or buffer in cleared:
            raise Unlike(f"the second tests {buffer}, which the first changes")
        else:
            _tested(part, set_by_first.get(buffer, {}), conditions, terms)
    actions = _actions(first, second, recalls, terms, strict, keep)
    return _resolved(conditions, terms), _resolved(actions, terms)


def _plain(part: Mapping[str, Any]) -> dict[str, Json]:
    return {slot: value for sign, slot, value in part["slots"] if sign == "="}


def _copies(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**part, "slots": [list(one) for one in part["slots"]]} for part in parts]


def _harvest(rule: Mapping[str, Any], strict: bool, keep: list[str]) -> set[str]:
    if not strict:
        return set()
    tested = {part["buffer"] for part in rule["if"] if part["kind"] == "test"}
    return tested - {part["buffer"] for part in rule["then"]} - set(keep)


def _renamed(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts of the second rule with variables of their own. `=goal`, the name of a chunk, stays."""
    names = {f"={part['buffer']}" for part in parts}

    def other(value: Json) -> Json:
        return f"{value}.2" if is_variable(value) and value not in names else value

    return [
        {**part, "slots": [[sign, slot, other(value)] for sign, slot, value in part["slots"]]} for part in parts
    ]  # fmt: skip


def _known(part: Mapping[str, Any], asked: Mapping[str, Any], retrieved: Mapping[str, Json], terms: Terms) -> None:
    for sign, slot, value in part["slots"]:
        if sign == "=":
            terms.unite(value, retrieved.get(slot))
        elif is_variable(terms.of(value)):
            raise Unlike("the second compares what it recalled")
    for sign, slot, value in asked["slots"]:
        if sign == "=" and not slot.startswith(":"):
            terms.unite(value, retrieved.get(slot))


def _tested(part: dict[str, Any], given: Mapping[str, Json], conditions: list[Any], terms: Terms) -> None:
    """Take a test of the second into the conditions, as far as the first does not settle it."""
    mine = next(
        (one for one in conditions if one["kind"] == "test" and one["buffer"] == part["buffer"]), None
    )  # fmt: skip
    if mine is None:
        mine = {"kind": "test", "buffer": part["buffer"], "slots": []}
        conditions.append(mine)
    for sign, slot, value in part["slots"]:
        known = _plain(mine)
        if sign == "=":
            if slot in given:
                terms.unite(value, given[slot])
            elif slot in known:
                terms.unite(value, known[slot])
            else:
                mine["slots"].append([sign, slot, value])
        elif slot in given:
            _settled(sign, given[slot], value, conditions, terms)
        elif [sign, slot, value] not in mine["slots"]:
            mine["slots"].append([sign, slot, value])


def _settled(sign: str, held: Json, value: Json, conditions: list[Any], terms: Terms) -> None:
    """Ask a comparison with what the first had set of the slot from which it took that."""
    held, value = terms.of(held), terms.of(value)
    if not is_variable(held) and not is_variable(value):
        if not differs(sign, held, value):
            raise Unlike("a test of the second does not hold")
        return
    for part in conditions:
        for one, slot, term in part["slots"] if part["kind"] == "test" else ():
            if one == "=" and is_variable(held) and same(terms.of(term), held):
                part["slots"].append([sign, slot, value])
                return
    raise Unlike("the second compares what the first computed")


def _actions(
    first: Mapping[str, Any], second: Mapping[str, Any], recalls: bool, terms: Terms, strict: bool, keep: list[str]
) -> list[dict[str, Any]]:
    names = {f"={part['buffer']}" for part in second["if"]}

    def other(value: Json) -> Json:
        return terms.of(f"{value}.2" if is_variable(value) and value not in names else value)

    later = [
        {**part, "slots": [[sign, slot, other(value)] for sign, slot, value in part["slots"]]}
        for part in second["then"]
    ]
    changed: dict[str, dict[str, Json]] = {}
    requests: dict[str, dict[str, Any]] = {}
    cleared: list[str] = []
    said: list[dict[str, Any]] = []
    for part in [*_copies(first["then"]), None, *later]:
        if part is None:
            if recalls:
                requests.pop(MEMORY)
            continue
        buffer = part["buffer"]
        if part["kind"] == "output":
            said.append(part)
        elif part["kind"] == "modify":
            if recalls and buffer == MEMORY:
                raise Unlike("the second changes what it recalled")
            changed.setdefault(buffer, {}).update(_plain(part))
        elif part["kind"] == "request":
            if buffer in requests:
                raise Unlike(f"both ask {buffer}")
            requests[buffer] = part
        elif not (recalls and buffer == MEMORY):
            cleared.append(buffer)
    # What the second harvested, though the first had changed it, would stay if it were not said.
    cleared += [buffer for buffer in _harvest(second, strict, keep) if buffer in changed]
    return [
        *({"kind": "modify", "buffer": name, "slots": [["=", *pair] for pair in slots.items()]}
          for name, slots in changed.items()),
        *requests.values(),
        *({"kind": "clear", "buffer": name, "slots": []} for name in dict.fromkeys(cleared)),
        *said,
    ]  # fmt: skip


def _resolved(parts: list[Any], terms: Terms) -> list[Any]:
    return [
        {**part, "slots": [[sign, slot, terms.of(value)] for sign, slot, value in part["slots"]]} for part in parts
    ]  # fmt: skip
