"""Goals that a run sets itself by putting work into a queue: what is pushed is a goal below what was last taken.

The detector of procrastination looks at trees of goals (dynamics notes, section 6). Most agents keep no such tree, but
a list of tasks: a task that is put there while another is being done was made of that other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studio.dynamics.exchange.run import Goal
from studio.support.values import Json, hash_bytes

KINDS: Final = frozenset({"queue", "priority_queue"})
"""Kinds of stores whose entries are work that waits."""

MOST_GOALS: Final = 100_000
"""More goals of one run are not told apart."""


class WorkLists:
    """The work lists of one run. A task of the same words is opened once in a list."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._doing: dict[str, str] = {}

    def op(self, store: str, op: str, args: Mapping[str, Json], result: Json, t: int) -> list[Goal]:
        """Take note of one operation on the list `store` at the logical tick `t`; return the goals it opens."""
        if op == "pop":
            taken = result.get("item") if isinstance(result, dict) else None
            text = _text(taken)
            known = self._known.get((store, text)) if text else None
            if known is not None:
                self._doing[store] = known
            return []
        opened = []
        for item in _items(op, args):
            text = _text(item)
            if not text or (store, text) in self._known or len(self._known) >= MOST_GOALS:
                continue
            id = f"{store}:{hash_bytes(text.encode())[:12]}"
            self._known[(store, text)] = id
            opened.append(Goal(id, text, self._doing.get(store), t))
        return opened


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
    """Return what a task says: the text, or the texts in an object, whose numbers and ids are not the task."""
    if isinstance(item, str):
        return item.strip()
    if isinstance(item, dict):
        return " ".join(value.strip() for value in item.values() if isinstance(value, str)).strip()
    return ""
