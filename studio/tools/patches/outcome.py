"""What became of a set of edits: new texts, or what did not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

Read = Callable[[str], str | None]
"""Gives the text of a file, with `\\n` as line end, or None if there is no such file."""

MOST_CHARACTERS: Final = 2_000_000
"""The longest text of edits, and the longest file that edits are applied to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`files` are the new texts of all files that change, None for one that is deleted; `problems` says in sentences
    what did not fit, and then `files` is empty."""

    files: dict[str, str | None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def report(self) -> str:
        """All problems as one text for whoever wrote the edits; "" if there are none."""
        return "\n\n".join(self.problems)


class DoesNotFit(Exception):
    """One edit cannot be applied; the text says why, for whoever wrote it."""


class Desk:
    """Files as they become under a series of edits, each read once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._before: dict[str, str | None] = {}
        self._now: dict[str, str | None] = {}

    def text(self, name: str) -> str | None:
        """Return the text as it is after the edits so far. Raises DoesNotFit if it is too long."""
        if name not in self._now:
            text = self._read(name)
            if text is not None and len(text) > MOST_CHARACTERS:
                raise DoesNotFit(f"`{name}` has more than {MOST_CHARACTERS} characters, too many for edits.")
            self._before[name] = self._now[name] = text
        return self._now[name]

    def put(self, name: str, text: str | None) -> None:
        """Set the text that a file gets; None deletes it."""
        self.text(name)
        self._now[name] = text

    def outcome(self, problems: list[str]) -> Outcome:
        """Return what changes, or nothing but the problems."""
        if problems:
            return Outcome({}, problems)
        return Outcome({name: text for name, text in self._now.items() if text != self._before[name]})
