"""A mapping of bounded size that forgets what was not used for longest, at the cost of a plain one."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Generations(Generic[K, V]):
    """Two dictionaries, a young and an old one: when the young one is full it becomes the old one.

    What is looked up moves to the young one.  So at least the last `size` // 2 keys used are known, and never more
    than `size` are held; which ones depends on the order of use only.  Where values are large, `weigh` says so, and
    fewer are held.
    """

    __slots__ = ("_half", "_old", "_weight", "_young")

    def __init__(self, size: int) -> None:
        self._half = max(1, size // 2)
        self._weight = 0
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Return what is kept under a key, or None."""
        value = self._young.get(key)
        if value is None and self._old:
            value = self._old.pop(key, None)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value, which is never None, under a key."""
        if len(self._young) + self._weight >= self._half and key not in self._young:
            self._old = self._young
            self._young = {}
            self._weight = 0
        self._young[key] = value

    def add(self, key: K, value: V) -> V | None:
        """Return what is kept under a key; where there is nothing, keep the value and return None."""
        young = self._young
        found = young.get(key)
        if found is None:
            if self._old and (found := self._old.pop(key, None)) is not None:
                self.put(key, found)
            elif len(young) + self._weight < self._half:
                young[key] = value
            else:
                self.put(key, value)
        return found

    def weigh(self, more: int) -> None:
        """Take that the young values hold as much as so many further keys would."""
        self._weight += more

    def __len__(self) -> int:
        return len(self._young) + len(self._old.keys() - self._young.keys())
