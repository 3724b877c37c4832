"""A vector store as plainly as it can be written: a list of entries, everything counted anew each time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from studio.stores.vector.entry import key_of
from studio.support.filters import matches


class Reference:
    """`entries` are key, text, meta and vector, in order."""

    def __init__(self, entries: list[dict[str, Any]] | None = None) -> None:
        self.entries = list(entries or [])
        self.log: list[tuple[str, Any]] = []

    def fork(self) -> Reference:
        return Reference(self.entries)

    def apply_to(self, other: Reference) -> None:
        for name, argument in self.log:
            getattr(other, name)(argument)

    def add(self, entries: list[dict[str, Any]]) -> None:
        self.log.append(("add", entries))
        for entry in entries:
            meta = entry.get("meta") or {}
            key = key_of(entry.get("key"), entry["text"], meta)
            self._without({key})
            self.entries.append({"key": key, "text": entry["text"], "meta": meta, "vector": entry["vector"]})

    def delete(self, keys: list[str]) -> None:
        self.log.append(("delete", keys))
        self._without(set(keys))

    def delete_where(self, filter: Any) -> None:
        self.log.append(("delete_where", filter))
        self.entries = [one for one in self.entries if not matches(filter, one["meta"])]

    def clear(self, _: Any = None) -> None:
        self.log.append(("clear", None))
        self.entries = []

    def items(self, filter: Any = None) -> list[dict[str, Any]]:
        return [{name: one[name] for name in ("key", "text", "meta")} for one in self._passing(filter)]

    def near(self, query: Sequence[float], count: int, filter: Any = None, metric: str = "cosine") -> list[str]:
        return _best(self._passing(filter), lambda one: score(one["vector"], query, metric), count)

    def say(self, query: str, count: int, filter: Any = None) -> list[str]:
        asked = sorted(set(_words(query)))
        mean = max(sum(len(one["text"].split()) for one in self.entries) / max(1, len(self.entries)), 1.0)

        def bm25(one: dict[str, Any]) -> float:
            total = 0.0
            for word in asked:
                having = sum(word in _words(other["text"]) for other in self.entries)
                weight = max(1e-6, math.log((len(self.entries) - having + 0.5) / (having + 0.5)))
                times = _words(one["text"]).count(word)
                long = len(one["text"].split())
                if times:
                    total += weight * (times * 2.2) / (times + 1.2 * (1 - 0.75 + 0.75 * long / mean))
            return total

        saying = [one for one in self._passing(filter) if set(asked) & set(_words(one["text"]))]
        return _best(saying, bm25, count)

    def both(self, query: Sequence[float], text: str, weight: float, count: int, filter: Any = None) -> list[str]:
        near, said = self.near(query, 100, filter), self.say(text, 100, filter)

        def fused(one: dict[str, Any]) -> float:
            key, total = one["key"], 0.0
            if key in near:
                total += weight / (61 + near.index(key))
            if key in said:
                total += (1 - weight) / (61 + said.index(key))
            return total

        return _best([one for one in self.entries if one["key"] in {*near, *said}], fused, count)

    def _without(self, keys: set[str]) -> None:
        self.entries = [one for one in self.entries if one["key"] not in keys]

    def _passing(self, filter: Any) -> list[dict[str, Any]]:
        return [one for one in self.entries if matches(filter, one["meta"])]


def score(vector: Sequence[float], query: Sequence[float], metric: str) -> float:
    if metric == "l2":
        return -math.sqrt(math.fsum((a - b) ** 2 for a, b in zip(vector, query, strict=True)))
    dot = math.fsum(a * b for a, b in zip(vector, query, strict=True))
    if metric == "dot":
        return dot
    both = math.sqrt(math.fsum(a * a for a in vector)) * math.sqrt(math.fsum(b * b for b in query))
    return dot / both if both else 0.0


def _best(entries: list[dict[str, Any]], value: Callable[[dict[str, Any]], float], count: int) -> list[str]:
    return [one["key"] for one in sorted(entries, key=value, reverse=True)][:count]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
