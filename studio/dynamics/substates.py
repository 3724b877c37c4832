"""Goals that a run sets itself by opening states below each other in a working memory: Soar's substates.

A state is opened below another that is stuck, to resolve what it is stuck at; that is what the new one is for. Where
nothing is known that could resolve it, the new state is stuck likewise, and so on: each goal restates the one above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from studio.dynamics.exchange.run import Goal
from studio.support.values import Json

KIND: Final = "facts"
"""The kind of store that has states."""

MOST_NAMES: Final = 100_000


def change_of(op: str, args: Mapping[str, Json], result: Json) -> dict[str, Json] | None:
    """Return what an operation on such a store says of states and operators, which is little of it; None if nothing."""
    if op != "change" or not isinstance(result, dict):
        return None
    facts = [
        list(fact[1:5])
        for fact in _lists(result.get("added"))
        if len(fact) > 4 and (fact[2] == "name" or (fact[2] == "operator" and fact[4] is False))
    ]
    pushed = [one for one in _all(args.get("push")) if isinstance(one, dict)]
    ids = {str(one.get("id")) for one in pushed}
    about = [list(fact[:3]) for fact in _lists(args.get("add")) if len(fact) > 2 and str(fact[0]) in ids]
    popped = [one for one in _all(result.get("popped")) if isinstance(one, str)]
    return {"facts": facts, "pushed": pushed, "about": about, "popped": popped} if facts or pushed or popped else None


class Substates:
    """The states of one working memory, `store` by name, as goals."""

    def __init__(self, store: str) -> None:
        self._store = store
        self._names: dict[str, str] = {}
        self._chosen: dict[str, str] = {}
        self._open: set[str] = set()

    def take(self, change: Mapping[str, Any], t: int) -> Iterator[Goal]:
        """Take note of a change, as `change_of` gives it, at the logical tick `t`; yield the goals that it opens, and,
        `done`, those whose states ended. That one ends is no progress in itself: its superstate may have moved on, or
        have gone too. So they count as calls do."""
        for state in change["popped"]:
            if state in self._open:
                self._open.discard(state)
                yield Goal(f"{self._store} {state}", "", None, t, done=True, t_done=t, call=True)
        for id_, attribute, value, _ in change["facts"]:
            if attribute == "operator":
                self._chosen[str(id_)] = str(value)
            elif len(self._names) < MOST_NAMES:
                self._names[str(id_)] = str(value)
        for one in change["pushed"]:
            id_ = str(one.get("id"))
            about = [(key, str(value)) for state, key, value in change["about"] if str(state) == id_]
            above = dict(about).get("superstate", "")
            items = [value for key, value in about if key == "item"]
            text = self._text(str(one.get("impasse")), str(one.get("attribute")), above, items)
            self._open.add(id_)
            parent = f"{self._store} {above}" if above in self._open else None
            yield Goal(f"{self._store} {id_}", text, parent, t, call=True)

    def _text(self, impasse: str, attribute: str, above: str, items: Sequence[str]) -> str:
        """Return what a state is stuck at, in one word for each thing, so that each counts as a thing of its own."""
        if impasse == "no-change":
            stuck = self._chosen.get(above) if attribute == "operator" else None
            return f"{attribute}.{self._names.get(stuck, stuck)}.{impasse}" if stuck else f"{attribute}.{impasse}"
        return " ".join([f"{attribute}.{impasse}", *(f"{attribute}.{self._names.get(item, item)}" for item in items)])


def _all(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _lists(value: object) -> list[list[Any]]:
    return [one for one in _all(value) if isinstance(one, list)]
