"""JSON values → YAML lines in one canonical shape: short things on one line, long things as blocks.

The shape depends on the values and their comments alone, so that writing what was read changes nothing.
Knows nothing of graphs; `graph.writing` says in which order things stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from studio.graph.comments import BEHIND, END
from studio.graph.scalars import folded_lines, literal_header, scalar
from studio.graph.tree import MAX_DEPTH
from studio.support.errors import GraphError
from studio.support.values import Json

WIDTH: Final = 100
"""Longest line on which a mapping or list still stands in `{}` or `[]`."""

_NARROWEST: Final = 40
"""Least width of a folded text, however deep it lies."""

_LONG_KEY: Final = 900


class Emitter:
    """Collects lines. `comments` are those of one graph; each is written once, `unwritten` says which were not."""

    def __init__(self, lines: list[str], comments: Mapping[str, Sequence[str]]) -> None:
        self.lines = lines
        self.comments = {key: _as_comments(texts) for key, texts in comments.items() if texts}
        self.inside: set[str] = set()
        for key in self.comments:
            path = key.removesuffix(BEHIND).removesuffix(END)
            if key.endswith(END):
                self.inside.add(path)
            while "." in path:
                path = path[: path.rindex(".")]
                self.inside.add(path)

    def unwritten(self) -> list[str]:
        """Return the comments whose item is not in the file any more."""
        return [line for texts in self.comments.values() for line in texts if line]

    def has_comments(self, path: str) -> bool:
        """True if something is said of this item itself (not only of items in it)."""
        return path in self.comments or path + BEHIND in self.comments

    def remark(self, key: str, indent: int) -> None:
        """Write the comment lines kept under a key, if any."""
        for text in self.comments.pop(key, ()) if self.comments else ():
            self.lines.append(" " * indent + text if text else "")

    def pair(self, indent: int, key: str, value: Json, path: str, *, first: bool = False) -> None:
        """Write `key: value`. `first`: it follows a list dash on the same line."""
        name = scalar(key, flow=False)
        if len(name) > _LONG_KEY:
            self._line(indent, f"? {name}", path, first)
            self._value(indent, ":", value, path, "")
            return
        if not first:
            self.remark(path, indent)
        self._value(indent, name + ":", value, path, self._behind(path), first=first)

    def open(self, indent: int, key: str, path: str) -> None:
        """Write `key:` alone; what belongs to it follows, indented by two."""
        self.remark(path, indent)
        self.lines.append(f"{' ' * indent}{scalar(key, flow=False)}:{self._behind(path)}")

    def item(self, indent: int, value: Json, path: str) -> None:
        """Write `- value`."""
        self.remark(path, indent)
        # Where the entry begins with an entry or key of its own, a reader cannot tell whose comment it is.
        first, inside = path, value
        while self.comments and isinstance(inside, list | tuple) and inside:
            first, inside = f"{first}.0", inside[0]
            self.remark(first, indent)
        if self.comments and isinstance(inside, Mapping) and inside:
            self.remark(f"{first}.{next(iter(inside))}", indent)
        self._value(indent, "-", value, path, self._behind(path))

    def options(self, indent: int, key: str, value: Mapping[str, Json], path: str) -> None:
        """Write `- key: value`, where the entry and its key are one thing with one comment."""
        self.remark(path, indent)
        self._value(indent + 2, f"{' ' * indent}- {key}:", value, path, self._behind(path), first=True, whole=True)

    # -- the parts ------------------------------------------------------------------------------

    def _behind(self, path: str) -> str:
        texts = self.comments.pop(path + BEHIND, ()) if self.comments else ()
        if len(texts) > 1:
            raise AssertionError("only one comment stands behind a line")
        return "  " + texts[0] if texts else ""

    def _line(self, indent: int, text: str, path: str, first: bool) -> None:
        if first:
            self.lines[-1] += text
        else:
            self.remark(path, indent)
            self.lines.append(" " * indent + text)
        self.lines[-1] += self._behind(path)

    def _value(
        self, indent: int, prefix: str, value: Json, path: str, behind: str, *, first: bool = False, whole: bool = False
    ) -> None:
        """Write a value behind its key or dash; nested blocks are indented by two.

        `first`: the prefix continues the line of a list dash; `whole`: the prefix is a whole line of its own.
        """
        start = self.lines.pop() if first and not whole else "" if whole else " " * indent
        head = start + prefix
        if isinstance(value, str):
            header = literal_header(value)
            if header is not None:
                self.lines.append(f"{head} {header}{behind}")
                pad = " " * (indent + 2)
                body = value[:-1] if value.endswith("\n") else value
                self.lines.extend(pad + line if line else "" for line in body.split("\n"))
                return
            if len(head) + len(value) >= WIDTH:
                folded = folded_lines(value, max(WIDTH - indent - 2, _NARROWEST))
                if folded is not None:
                    self.lines.append(f"{head} >-{behind}")
                    self.lines.extend(" " * (indent + 2) + line for line in folded)
                    return
        if not isinstance(value, Mapping | list | tuple):
            self.lines.append(f"{head} {scalar(value, flow=False)}{behind}")
            return
        if path not in self.inside or not value:
            text = (
                flow(value, WIDTH - len(head) - 1, _depth(indent))
                if value
                else "{}"
                if isinstance(value, Mapping)
                else "[]"
            )
            if text is not None:
                self.lines.append(f"{head} {text}{behind}")
                return
        self._block(indent, head, value, path, behind)

    def _block(self, indent: int, head: str, value: Json, path: str, behind: str) -> None:
        _check_depth(_depth(indent))
        inner = indent + 2
        if head.endswith("-") and behind:
            # A comment behind a bare dash belongs to nobody's line; it stands before the entry.
            self.lines.append(" " * indent + behind.lstrip())
            behind = ""
        if isinstance(value, Mapping):
            together = head.endswith("-")
            self.lines.append(head + (" " if together else behind))
            for key, child in value.items():
                if not isinstance(key, str):
                    raise GraphError(f"The key {key!r} is not text.", where=path[:80])
                self.pair(inner, key, child, f"{path}.{key}", first=together)
                together = False
        else:
            self.lines.append(head + behind)
            for index, child in enumerate(value):
                self.item(inner, child, f"{path}.{index}")
        self.remark(path + END, inner)


def _depth(indent: int) -> int:
    """Return how deep a mapping or list lies whose key stands at this indentation (the file itself: 1)."""
    return indent // 2 + 2


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise GraphError(f"A value is nested deeper than a file allows ({MAX_DEPTH} levels), or contains itself.")


def flow(value: Json, room: int, depth: int = 1) -> str | None:
    """Return a value as it stands on one line, or None if it needs more room or holds a text of several lines."""
    parts: list[str] = []
    left = _flow_into(parts, value, room, depth)
    return "".join(parts) if left >= 0 else None


def _flow_into(parts: list[str], value: Json, room: int, depth: int) -> int:
    """Append the pieces of a value; return the room left, negative as soon as there is not enough."""
    if isinstance(value, Mapping | list | tuple):
        _check_depth(depth)
        pairs: Iterable[tuple[Json, Json]]
        mapping = isinstance(value, Mapping)
        pairs = value.items() if isinstance(value, Mapping) else ((None, child) for child in value)
        parts.append("{" if mapping else "[")
        room -= 2
        for nth, (key, child) in enumerate(pairs):
            lead = ", " if nth else ""
            if mapping:
                if not isinstance(key, str):
                    raise GraphError(f"The key {key!r} is not text.")
                lead += scalar(key, flow=True) + ": "
            parts.append(lead)
            room -= len(lead)
            if room >= 0:
                room = _flow_into(parts, child, room, depth + 1)
            if room < 0:
                return room
        parts.append("}" if mapping else "]")
        return room
    if isinstance(value, str) and literal_header(value) is not None:
        return -1
    if isinstance(value, str) and len(value) > room:
        return -1
    text = scalar(value, flow=True)
    parts.append(text)
    return room - len(text)


def _as_comments(texts: Sequence[str]) -> list[str]:
    """Return comment lines with their `#`, one line each, as people may have set them from Python."""
    lines = [line for text in texts for line in (text.splitlines() or [""])]
    return [line if not line or line.startswith("#") else f"# {line}" for line in lines]
