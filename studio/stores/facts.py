"""The store `facts`: a working memory, in which every fact stands for as long as a reason for it holds.

A truth maintenance system (Doyle, *Artificial Intelligence* 12, 1979) with what Soar adds (Soar manual 9.6, section 2):
a stack of *states*, facts that outlive their reason, and the rule that what no state leads to is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final, NamedTuple

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Shown, Store
from studio.support.errors import NodeError
from studio.support.values import Json, decode, encode, preview

IDENTIFIER: Final = re.compile(r"([A-Z])([1-9][0-9]*)")
GIVEN: Final = "given"
"""The reason of facts that nothing but an explicit removal takes away."""
CHOSEN: Final = "chosen"
"""The reason of a choice: it stands while the same fact stands as a proposal."""

Key = tuple[str, bytes, bytes, bool]
"""Identifier, attribute and value (encoded), and whether it is only a proposal (`^operator O1 +`)."""


class Fact(NamedTuple):
    """What is known of a fact: since when it stands (0: it does not), what holds it, and what rejects it."""

    tag: int
    held: tuple[tuple[str, bool], ...]
    """Reasons, each with whether the fact stays when that reason is gone."""
    rejected: tuple[str, ...] = ()


class Memory:
    """The facts, the reasons for them, and the stack of states."""

    __slots__ = ("facts", "names", "past", "reasons", "states", "tag")

    def __init__(self) -> None:
        self.facts: dict[Key, Fact] = {}
        self.reasons: dict[str, bytes] = {}
        self.past: dict[str, bytes] = {}
        """Reasons that hold no longer, of states that are still there: what was made can be traced to them."""
        self.states: tuple[bytes, ...] = ()
        self.tag = 0
        self.names: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(fact.tag > 0 for fact in self.facts.values())

    def copy(self) -> Memory:
        made = Memory()
        made.facts, made.reasons, made.past = self.facts.copy(), self.reasons.copy(), self.past.copy()
        made.states, made.tag, made.names = self.states, self.tag, self.names.copy()
        return made


class FactsStore(Store):
    """Facts `(identifier ^attribute value)`, each held by reasons.

    A fact stands if something holds it and nothing rejects it. It goes when its last reason goes, unless that reason
    said that it stays; when it is removed; and when no state leads to it any more.
    """

    kind = "facts"
    summary = "A working memory: facts held by reasons, and a stack of states."
    ops: ClassVar[dict[str, StoreUse]] = {
        "change": "write", "clear": "write", "items": "read", "reasons": "read", "names": "read", "length": "read",
    }  # fmt: skip

    class Params(Fields):
        facts: list[Any] = param((), help="What is known at the start: a list of [identifier, attribute, value].")
        states: list[str] = param((), help="The states at the start, the top one first.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        for fact in params.facts:
            if why := fact_problem(fact):
                yield f"`facts`: {why}"
                return
        for state in params.states:
            if not isinstance(state, str) or IDENTIFIER.fullmatch(state) is None:
                yield f"`states`: {preview(state, 40)} is no identifier, such as S1."

    def op_change(
        self, gone: bytes = b"[]", remove: bytes = b"[]", reject: bytes = b"[]", add: bytes = b"[]",
        reasons: bytes = b"{}", pop: bytes = b"[]", push: bytes = b"[]", unchoose: bytes = b"[]",
    ) -> bytes:  # fmt: skip
        """Change the memory, in this order, and return what came of it.

        `pop`: states that end, with all that only they lead to. `unchoose`: choices that are taken back while their
        proposals stand. `gone`: reasons that hold no longer. `remove`: facts that go at once, `[identifier, attribute,
        value]`. `reject`: facts that stand back while a reason holds, `[identifier, attribute, value, reason]`.
        `reasons`: new reasons, objects by name, with the `state` each belongs to. `push`: new states, objects with an
        `id`; one that is there stays. `add`: facts, `[identifier, attribute, value, proposal, reason, stays]`; the
        reasons `given` and `chosen` need no entry.

        Returns `changed`, the facts `added` and `removed`, the reasons `gone` and the states `popped`, of which the
        last two may be more than was asked for: a choice whose proposal is gone takes the states below it along.
        """
        data, before = self._data, self._standing()
        # What is refused changes nothing.
        for fact in (*_list(unchoose), *_list(remove), *_list(reject), *_list(add)):
            _checked(fact)
        for state in _list(push):
            if not isinstance(state, dict) or not isinstance(state.get("id"), str):
                raise NodeError("a new state must be an object with an `id`.", code="store")
        ended = Ended(self._data)
        ended.states([str(one) for one in _list(pop)])
        for fact in _list(unchoose):
            data.facts.pop(_key(fact, False), None)
        ended.reasons([str(one) for one in _list(gone)])
        for fact in _list(remove):
            data.facts.pop(_key(fact, False), None)
            data.facts.pop(_key(fact, True), None)
        for name, record in _object(reasons).items():
            data.reasons[name] = encode(record)
        for state in _list(push):
            if state["id"] not in (decode(one)["id"] for one in data.states):
                data.states = (*data.states, encode(state))
            self._count(state["id"])
        for fact in _list(reject):
            key = _key(fact, False)
            known = data.facts.get(key, Fact(0, ()))
            data.facts[key] = known._replace(rejected=(*known.rejected, str(fact[3])))
        for fact in _list(add):
            key = _key(fact, bool(fact[3]))
            known = data.facts.get(key, Fact(0, ()))
            entry = (str(fact[4]), bool(fact[5]))
            if entry not in known.held:
                data.facts[key] = known._replace(held=(*known.held, entry))
            self._count(fact[0])
            self._count(fact[2])
        ended.settle()
        self._tags(before)
        after = self._standing()
        added = [_told(key, after[key]) for key in after if key not in before or before[key] != after[key]]
        removed = [_told(key, before[key]) for key in before if key not in after or before[key] != after[key]]
        return encode(
            {
                "changed": bool(added or removed),
                "added": added,
                "removed": removed,
                "gone": ended.gone,
                "popped": ended.popped,
            }
        )

    def op_items(self) -> bytes:
        """Return what stands: `facts`, each `[since, identifier, attribute, value, proposal, reasons]`, and `states`,
        the top one first."""
        facts = [
            [fact.tag, *_told(key, fact.tag)[1:], [name for name, _ in fact.held]]
            for key, fact in self._data.facts.items()
            if fact.tag
        ]
        return encode({"facts": facts, "states": [decode(one) for one in self._data.states]})

    def op_reasons(self, past: bytes = b"false") -> bytes:
        """Return the reasons that hold, by name; with `past` also those of present states that hold no longer."""
        held = {**self._data.past, **self._data.reasons} if decode(past) else self._data.reasons
        return b"{" + b",".join(encode(name) + b":" + record for name, record in held.items()) + b"}"

    def op_names(self) -> bytes:
        """Return the highest number in use for the identifiers of each letter."""
        return encode(self._data.names)

    def op_length(self) -> bytes:
        """Return how many facts stand."""
        return b"%d" % len(self._data)

    def op_clear(self) -> bytes:
        """Begin again with what the declaration gives."""
        made = self._start()
        data = self._data
        data.facts, data.reasons, data.past, data.states = made.facts, made.reasons, made.past, made.states
        return b"0"

    def shown(self) -> Json:
        return [list(_told(key, fact.tag)[1:]) for key, fact in self._data.facts.items() if fact.tag]

    def rows(self) -> Shown:
        rows = [
            (
                fact.tag,
                key[0],
                decode(key[1]),
                decode(key[2]),
                "+" if key[3] else "",
                ", ".join(n for n, _ in fact.held),
            )
            for key, fact in self._data.facts.items()
            if fact.tag
        ]
        return Shown(("since", "id", "attribute", "value", "proposal", "held by"), rows, 0)

    def dump(self) -> Json:
        data = self._data
        return {
            "facts": [
                [
                    key[0],
                    decode(key[1]),
                    decode(key[2]),
                    key[3],
                    fact.tag,
                    [list(one) for one in fact.held],
                    list(fact.rejected),
                ]
                for key, fact in data.facts.items()
            ],
            "reasons": {name: decode(record) for name, record in data.reasons.items()},
            "past": {name: decode(record) for name, record in data.past.items()},
            "states": [decode(one) for one in data.states],
            "tag": data.tag,
            "names": dict(data.names),
        }

    def _start(self) -> Any:
        made = self._data = Memory()
        made.states = tuple(encode({"id": state}) for state in self.params.states)
        for fact in self.params.facts:
            made.tag += 1
            made.facts[_key(fact, False)] = Fact(made.tag, ((GIVEN, True),))
            self._count(fact[0])
            self._count(fact[2])
        return made

    def _unpack(self, content: Json) -> Any:
        made = Memory()
        for id, attribute, value, proposal, tag, held, rejected in content["facts"]:
            entries = tuple((str(name), bool(stays)) for name, stays in held)
            made.facts[_key([id, attribute, value], proposal)] = Fact(tag, entries, tuple(rejected))
        made.reasons = {name: encode(record) for name, record in content["reasons"].items()}
        made.past = {name: encode(record) for name, record in content["past"].items()}
        made.states = tuple(encode(one) for one in content["states"])
        made.tag, made.names = content["tag"], dict(content["names"])
        return made

    def _standing(self) -> dict[Key, int]:
        return {key: fact.tag for key, fact in self._data.facts.items() if fact.tag}

    def _tags(self, before: dict[Key, int]) -> None:
        """Give what newly stands its number, and take it from what does so no longer. What was taken away and made
        again at once has stood all the time."""
        data = self._data
        for key, fact in data.facts.items():
            stands = bool(fact.held) and not fact.rejected
            if stands and not fact.tag and key in before:
                data.facts[key] = fact._replace(tag=before[key])
            elif stands and not fact.tag:
                data.tag += 1
                data.facts[key] = fact._replace(tag=data.tag)
            elif fact.tag and not stands:
                data.facts[key] = fact._replace(tag=0)

    def _count(self, value: Json) -> None:
        found = IDENTIFIER.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            letter, number = found[1], int(found[2])
            self._data.names[letter] = max(number, self._data.names.get(letter, 0))


class Ended:
    """Takes away from a memory what ends, and notes which reasons and states these were."""

    def __init__(self, data: Memory) -> None:
        self.data = data
        self.gone: list[str] = []
        self.popped: list[str] = []

    def states(self, names: Iterable[str]) -> None:
        """End states, and with each those below it."""
        data = self.data
        stack = [decode(one)["id"] for one in data.states]
        places = [stack.index(name) for name in names if name in stack]
        if not places:
            return
        ended = stack[min(places) :]
        data.states = data.states[: min(places)]
        self.popped += ended
        lost = [
            name
            for held in (data.reasons, data.past)
            for name, record in held.items()
            if decode(record).get("state") in ended
        ]
        self.gone += [name for name in lost if name in data.reasons]
        for name in lost:
            data.reasons.pop(name, None)
            data.past.pop(name, None)
        out = set(lost)
        for key, fact in list(data.facts.items()):
            if key[0] in ended:
                del data.facts[key]
            else:
                self._without(key, fact, out, out)

    def reasons(self, names: Iterable[str]) -> None:
        """Let reasons hold no longer: what they held goes, unless it was to stay."""
        data = self.data
        out = {name for name in names if name in data.reasons}
        if not out:
            return
        top = decode(data.states[0])["id"] if data.states else None
        for name in out:
            record = data.reasons.pop(name)
            if decode(record).get("state") != top:
                data.past[name] = record
        self.gone += sorted(out)
        for key, fact in list(data.facts.items()):
            self._without(key, fact, out, set())

    def settle(self) -> None:
        """Take away choices whose proposal is gone, then all that no state leads to, until nothing changes."""
        data = self.data
        while True:
            for key, fact in data.facts.items():
                chosen = any(name == CHOSEN for name, _ in fact.held)
                proposal = data.facts.get((*key[:3], True)) if chosen else None
                if chosen and (proposal is None or not proposal.held):
                    del data.facts[key]
                    stack = [decode(one)["id"] for one in data.states]
                    if key[0] in stack:
                        self.states(stack[stack.index(key[0]) + 1 :][:1])
                    break
            else:
                if not self._unreachable():
                    return

    def _without(self, key: Key, fact: Fact, out: set[str], even_if_it_stays: set[str]) -> None:
        held = tuple(
            (name, stays) for name, stays in fact.held if name not in out or (stays and name not in even_if_it_stays)
        )
        rejected = tuple(name for name in fact.rejected if name not in out)
        if not held and not rejected:
            del self.data.facts[key]
        elif (held, rejected) != (fact.held, fact.rejected):
            self.data.facts[key] = fact._replace(held=held, rejected=rejected)

    def _unreachable(self) -> bool:
        """Forget what no state leads to; return whether there was any."""
        data = self.data
        leads: dict[str, list[str]] = {}
        for key, fact in data.facts.items():
            if (
                fact.held
                and not fact.rejected
                and IDENTIFIER.fullmatch(value := decode(key[2]) if key[2][:1] == b'"' else "")
            ):
                leads.setdefault(key[0], []).append(value)
        reached: set[str] = set()
        waiting = [decode(one)["id"] for one in data.states]
        while waiting:
            id = waiting.pop()
            if id not in reached:
                reached.add(id)
                waiting += leads.get(id, [])
        lost = [key for key in data.facts if key[0] not in reached]
        for key in lost:
            del data.facts[key]
        return bool(lost)


def fact_problem(fact: Json) -> str:
    """Return what is wrong with a fact as it is written, `[identifier, attribute, value]`, or ""."""
    if not isinstance(fact, list | tuple) or len(fact) < 3:
        return f"{preview(fact, 60)} is no fact; write [identifier, attribute, value]."
    if not isinstance(fact[0], str) or IDENTIFIER.fullmatch(fact[0]) is None:
        return f"{preview(fact[0], 40)} is no identifier, such as S1."
    for part in fact[1:3]:
        if type(part) not in (str, int, float):
            return f"{preview(part, 40)} is neither a text nor a number."
    return ""


def _checked(fact: Json) -> None:
    if why := fact_problem(fact):
        raise NodeError(f"a working memory was given what it cannot keep: {why}", code="store")


def _key(fact: Any, proposal: bool) -> Key:
    return fact[0], encode(fact[1]), encode(fact[2]), proposal


def _told(key: Key, tag: int) -> list[Json]:
    return [tag, key[0], decode(key[1]), decode(key[2]), key[3]]


def _list(packed: bytes) -> list[Json]:
    value = decode(packed)
    if not isinstance(value, list):
        raise NodeError(f"a working memory was given {preview(value, 40)} where it needs a list.", code="store")
    return value


def _object(packed: bytes) -> Mapping[str, Json]:
    value = decode(packed)
    if not isinstance(value, dict):
        raise NodeError(f"a working memory was given {preview(value, 40)} where it needs an object.", code="store")
    return value
