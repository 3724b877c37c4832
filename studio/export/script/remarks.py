"""Comments of a graph file, handed out to the statements of a script that say the same thing.

Whoever writes a statement takes the comments of its item; what nobody can take (sections of the file that a script does
not have, lines that are too long, characters that cannot be seen) is left, and stands in a constant at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from studio.export.brackets import LINE
from studio.export.literals import columns, comment, text_literal
from studio.graph.comments import BEHIND, END, HEADER

_BEHIND_ROOM: Final = 60
"""Longest comment that stands behind a statement on its line."""


class Remarks:
    """The comments of one graph by their paths; each is taken once."""

    def __init__(self, comments: Mapping[str, Sequence[str]]) -> None:
        self._left = {path: list(lines) for path, lines in comments.items() if lines}

    def left(self) -> dict[str, list[str]]:
        """Return what nobody took."""
        return dict(self._left)

    def speaks_of(self, path: str) -> bool:
        """True if something is said of this item itself."""
        return path in self._left or path + BEHIND in self._left

    def speaks_inside(self, path: str) -> bool:
        """True if something is said of what this item holds."""
        return any(key.startswith(f"{path}.") or key == path + END for key in self._left)

    def before(self, path: str, *, indent: int, inside: bool = False) -> list[str]:
        """Take the lines that stand before an item: `# …`, or "" for a blank line (none `inside` of brackets)."""
        lines = self._left.get(path, [])
        if not lines or not _is_plain(lines, indent, blank=not inside, last_blank=path == HEADER):
            return []
        return self._left.pop(path)

    def behind(self, path: str) -> str:
        """Take the comment that stands behind an item on its line, with two spaces before it, or ""."""
        lines = self._left.get(path + BEHIND, [])
        if len(lines) != 1 or not lines[0] or len(lines[0]) > _BEHIND_ROOM:
            return ""
        if not _is_plain(lines, 0, blank=False, last_blank=False):
            return ""
        return "  " + self._left.pop(path + BEHIND)[0]

    def end(self, path: str, *, indent: int) -> list[str]:
        """Take the lines that stand after the last entry of an item."""
        return self.before(path + END, indent=indent, inside=True)


def _is_plain(lines: Sequence[str], indent: int, *, blank: bool, last_blank: bool) -> bool:
    """True if Python and its formatters keep these lines as they are."""
    texts = list(lines)
    if last_blank and texts[-1:] == [""]:
        texts.pop()
    if not texts or not texts[0] or not texts[-1]:
        return False
    for line, following in zip(texts, [*texts[1:], "."], strict=True):
        if not line:
            if not blank or not following:
                return False
        elif not _stays(line, LINE - indent):
            return False
    return True


def _stays(line: str, room: int) -> bool:
    if line == "#":
        return True
    text = line.removeprefix("# ")
    width = columns(line)
    if text == line or text != text.strip() or not text or width > room:
        return False
    shown = text_literal(text)[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return shown == text and comment(text.replace("\\", "")) == " ".join(text.replace("\\", "").split())
