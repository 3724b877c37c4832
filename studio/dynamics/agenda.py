"""What a run keeps on its agenda, as goals: tasks in a list of work, states that it opened below each other.

What rules alone put into a list is no goal, as a queue then only passes things on; a state below another always is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from studio.dynamics.exchange.run import Goal
from studio.dynamics.substates import KIND as STATES
from studio.dynamics.substates import Substates
from studio.dynamics.substates import change_of as change_of_states
from studio.dynamics.work_lists import KINDS as LISTS
from studio.dynamics.work_lists import WorkLists
from studio.support.values import Json

KINDS: Final = LISTS | {STATES}
"""Kinds of stores that hold goals."""


class Change(NamedTuple):
    """What matters of one operation on such a store."""

    store: str
    op: str
    args: Mapping[str, Json]
    result: Json
    is_of_states: bool


def is_agenda(kind: str, *, asks: bool) -> bool:
    """Whether a store of this kind holds goals; `asks` tells that the graph asks a model or a person."""
    return kind == STATES or (asks and kind in LISTS)


def change_of(store: str, kind: str, op: str, args: Mapping[str, Json], result: Json, *, asks: bool) -> Change | None:
    """Return what matters of an operation on a store of this kind; None if nothing does."""
    if not is_agenda(kind, asks=asks):
        return None
    if kind != STATES:
        return Change(store, op, dict(args), result, is_of_states=False)
    change = change_of_states(op, args, result)
    return None if change is None else Change(store, op, change, None, is_of_states=True)


class Agenda:
    """The agenda of one run, whose goal is `goal`."""

    def __init__(self, goal: str = "") -> None:
        self._lists = WorkLists(goal)
        self._states: dict[str, Substates] = {}

    def take(self, change: Change, t: int) -> Iterator[Goal]:
        """Take note of a change at the logical tick `t`; yield the goals that it opens, and, `done`, those it
        closes."""
        if change.is_of_states:
            states = self._states.get(change.store)
            if states is None:
                states = self._states[change.store] = Substates(change.store)
            yield from states.take(change.args, t)
        else:
            yield from self._lists.op(change.store, change.op, change.args, change.result, t)
