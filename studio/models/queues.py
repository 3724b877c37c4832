"""Lines served one after another, some of them addressed to a node: what scripts and answer files share.

A call of a node takes that node's next addressed line; if none is left it takes the next unaddressed one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

Line = TypeVar("Line")


class AddressedQueue(Generic[Line]):
    """Lines by node path, and those for whoever comes next. Safe to use from several threads."""

    def __init__(self, lines: Iterable[tuple[str, Line]]) -> None:
        """Take pairs of node path ("" for unaddressed) and line, in order."""
        self._lock = threading.Lock()
        self._by_node: dict[str, deque[Line]] = {}
        self._free: deque[Line] = deque()
        for node, line in lines:
            self._queue(node).append(line)
        self.has_unaddressed = bool(self._free)
        """True if the file had lines without a node: then answers depend on the order of the calls."""

    def take(self, node: str) -> Line | None:
        """Return the next line for `node` and remove it; None if there is none left."""
        with self._lock:
            own = self._by_node.get(node)
            if own:
                return own.popleft()
            return self._free.popleft() if self._free else None

    def left(self) -> int:
        """Return how many lines nobody has taken."""
        with self._lock:
            return len(self._free) + sum(map(len, self._by_node.values()))

    def _queue(self, node: str) -> deque[Line]:
        return self._by_node.setdefault(node, deque()) if node else self._free
