"""Runs as a forest: what was forked or resumed stands below the run that it goes on from."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Forest:
    """Runs by their numbers. `above` has the runs that stand there only because of what is below them."""

    roots: array[int] = field(default_factory=lambda: array("q"))
    children: dict[int, array[int]] = field(default_factory=dict)
    parent: dict[int, int] = field(default_factory=dict)
    above: set[int] = field(default_factory=set)


def forest(keys: Iterable[int], parents: Mapping[int, int]) -> Forest:
    """Return the runs of a list with all they go on from, in the order in which the list comes to them.

    A run comes as early as the first of its line does. `parents` maps runs to those they go on from; a file of a
    stranger may name them in a circle, which is cut open.
    """
    made = Forest()
    placed: set[int] = set()
    listed = list(keys)
    for key in listed:
        line: list[int] = []
        at: int | None = key
        seen: set[int] = set()
        while at is not None and at not in placed and at not in seen:
            line.append(at)
            seen.add(at)
            at = parents.get(at)
        around = at if at in placed else None
        for one in reversed(line):
            if around is None:
                made.roots.append(one)
            else:
                made.parent[one] = around
                made.children.setdefault(around, array("q")).append(one)
            placed.add(one)
            around = one
    made.above = placed.difference(listed)
    return made
