"""Goals that a run sets itself by putting work into a queue: what is pushed is a goal below what was last taken.

The detector of procrastination looks at trees of goals (dynamics notes, section 6). Most agents keep no such tree, but
a list of tasks: a task that is put there while another is being done was made of that other, and the first ones were
made of the goal of the run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from studio.dynamics.exchange.run import Goal
from studio.support.values import Json

KINDS: Final = frozenset({"queue", "priority_queue"})
"""Kinds of stores whose entries are work that waits."""

MOST_GOALS: Final = 100_000
"""More goals of one run are not told apart."""


ROOT: Final = "goal"
"""The id of the goal of the run."""

_NUMBER: Final = re.compile(r"^\W*\d+\W+")
_SIGNS: Final = re.compile(r"\W+")


class WorkLists:
    """The work lists of one run, whose goal is `goal`.

    A task is opened once, whatever its number, its place in the list and its case; when it comes again later, the run
    is back at it. One of the same words as what is being done is another, made of it, that says the same.
    """

    def __init__(self, goal: str = "") -> None:
        self._goal = goal
        self._given = _key(goal)
        self._waiting: dict[str, dict[str, str]] = {}
        self._doing: dict[str, str] = {}
        self._taken: dict[str, dict[str, str]] = {}
        self._count = 0

    def op(self, store: str, op: str, args: Mapping[str, Json], result: Json, t: int) -> list[Goal]:
        """Take note of one operation on the list `store` at the logical tick `t`; return the goals it opens."""
        waiting = self._waiting.setdefault(store, {})
        if op == "pop":
            taken = result.get("item") if isinstance(result, dict) else None
            known = waiting.pop(_key(_text(taken)), None)
            if known is not None:
                self._doing[store] = self._taken.setdefault(store, {})[_key(_text(taken))] = known
            return []
        if op not in ("push", "extend", "set"):
            return []
        opened = []
        if op == "set":
            waiting = {}
        for item in _items(op, args):
            text = _text(item)
            key = _key(text)
            if not key or key in waiting:
                continue
            waiting[key] = known = self._waiting[store].get(key) or self._was(store, key)
            if known or self._count >= MOST_GOALS:
                continue
            if self._goal and not self._count:
                opened.append(Goal(ROOT, self._goal, None, t))
            self._count += 1
            if store not in self._doing and key in self._given:
                waiting[key] = ROOT  # what the list was given to begin with is no goal of its own
                continue
            waiting[key] = id_ = f"{store} {self._count}"
            opened.append(Goal(id_, text, self._doing.get(store, ROOT if self._goal else None), t))
        self._waiting[store] = waiting
        return opened

    def _was(self, store: str, key: str) -> str:
        """Return the goal of a task that was taken before what is being done, "" if there was none."""
        known = self._taken.get(store, {}).get(key, "")
        return "" if known == self._doing.get(store) else known


def _items(op: str, args: Mapping[str, Json]) -> list[Json]:
    if op == "push":
        return [args.get("value")]
    if op not in ("extend", "set"):
        return []
    plain, ranked = args.get("values"), args.get("items")
    if isinstance(ranked, list):  # of a priority queue: objects that hold the value beside its priority
        return [one.get("value") for one in ranked if isinstance(one, dict)]
    return plain if isinstance(plain, list) else []


def _text(item: Json) -> str:
    """Return what a task says: the text, or the texts in an object, without numbers and ids, which are not the task."""
    texts = item.values() if isinstance(item, dict) else (item,)
    said = (_NUMBER.sub("", value).strip() for value in texts if isinstance(value, str))
    return " ".join(text for text in said if any(map(str.isalpha, text)))


def _key(text: str) -> str:
    """Return what tasks of the same words have in common."""
    return _SIGNS.sub(" ", text.casefold()).strip()
