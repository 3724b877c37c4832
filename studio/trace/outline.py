"""The outline of a run: its firings depth-first, as rule 2.7 of the semantics orders them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def outline_order(rows: Iterable[tuple[Any, ...]], mask: int) -> list[int]:
    """Return physical ids in outline order from rows `(id, parent, item, tick, plan_index)`.

    Siblings (the firings inside one region firing) go by item, tick and plan order; a region node follows its body.
    A firing whose region firing is not recorded (the process died in between) stands at the top.
    """
    known: set[int] = set()
    inside: dict[int, list[tuple[int, str, int, int]]] = {}
    top: list[tuple[int, str, int, int]] = []
    listed = list(rows)
    for row in listed:
        known.add(row[0])
    for id, parent, item, tick, plan_index in listed:
        around = (id & ~mask) + (parent or 0)
        siblings = inside.setdefault(around, []) if parent and around in known else top
        siblings.append((item, tick, plan_index, id))
    order: list[int] = []
    # Built back to front: a node before its body, siblings in reverse; turned round at the end.
    top.sort()
    waiting = [one[3] for one in top]
    while waiting:
        id = waiting.pop()
        order.append(id)
        body = inside.get(id)
        if body:
            body.sort()
            waiting.extend(one[3] for one in body)
    order.reverse()
    return order
