"""`Document`: what a reader makes of a file, and `lines_before`, by which places in a text are told."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from studio.support.values import Json


@dataclass(frozen=True, slots=True)
class Document:
    """A text with the name of where it is from.

    `parts` are pages, sections or rows in order: objects with `text`, `start` and `end` (characters of `text`, end
    exclusive) and what they are (`page`, `title`, `level`). `metadata` is what the document says of itself.
    """

    source: str
    kind: str
    text: str
    title: str = ""
    parts: Sequence[Mapping[str, Json]] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """Return it as the object that flows along wires."""
        return {
            "source": self.source, "kind": self.kind, "title": self.title, "text": self.text,
            "parts": [dict(part) for part in self.parts], "metadata": dict(self.metadata),
        }  # fmt: skip


class Lines:
    """Where the lines of a text begin, to turn places in characters into numbers of lines (from 1)."""

    def __init__(self, text: str) -> None:
        self.length = len(text)
        starts = [0]
        place = text.find("\n")
        while place >= 0:
            starts.append(place + 1)
            place = text.find("\n", place + 1)
        if len(starts) > 1 and starts[-1] == len(text):
            starts.pop()  # after a final line feed there is no further line
        self.starts = starts

    def number(self, place: int) -> int:
        """Return the number of the line (from 1) in which the character at `place` stands."""
        return bisect_right(self.starts, place)

    def start(self, number: int) -> int:
        """Return where the line of this number begins; the end of the text for a number after the last."""
        return self.starts[number - 1] if number <= len(self.starts) else self.length

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and last line (from 1, both inclusive) of the characters from `start` to `end`."""
        return self.number(start), self.number(max(start, end - 1))
