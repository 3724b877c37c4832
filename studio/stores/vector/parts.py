"""A large content saved in parts, so that what did not change is not written again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from studio.stores.vector.content import Content
from studio.stores.vector.entry import Entry, packed
from studio.stores.vector.segment import Segment
from studio.support.values import Json, decode, encode

PART: Final = 128
"""Rows that one part of a saved content holds."""
SMALL: Final = 512
"""With fewer entries the content is saved as a whole."""


class Parts:
    """The parts in which a store's entries were kept last, by segment and row: what is the same is not kept again."""

    def __init__(self, keep: Callable[[bytes], Json]) -> None:
        self._keep = keep
        self._known: WeakKeyDictionary[Segment, dict[int, tuple[bytes, Json]]] = WeakKeyDictionary()

    def of(self, content: Content) -> list[Json]:
        """Return the blobs that hold the entries of a content, in order."""
        made = []
        for part in content.parts:
            known = self._known.setdefault(part.segment, {})
            for start in range(0, part.length, PART):
                alive = part.alive[start : start + PART]
                if not alive.any():
                    continue
                marks = alive.tobytes()
                if start not in known or known[start][0] != marks:
                    entries = [dumped(entry) for entry in part.entries(start, start + PART)]
                    known[start] = marks, self._keep(encode(entries))
                made.append(known[start][1])
        return made


def dumped(entry: Entry) -> Json:
    """Return an entry as it is saved, the vector as base64."""
    return {"key": entry.key, "text": entry.text, "meta": decode(entry.meta), "vector": packed(entry.vector)}
