"""Markdown: its text as it stands, its title, and its sections by heading.

markdown-it-py finds the blocks (CommonMark and tables, front matter by our own few lines); what stands inside of lines
is not looked at, since a section needs none of it. Nothing is rendered, so HTML in it stays text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from studio.documents.document import Document, Lines
from studio.support.values import Json

_FRONT: Final = re.compile(r"---\n(.*?\n)(?:---|\.\.\.)(?:\n|$)", re.DOTALL)
_FIELD: Final = re.compile(r"([A-Za-z_][\w -]{0,60}):[ \t]*([^\n]{0,500})")
_MOST_FIELDS: Final = 50


def read_markdown(text: str, name: str) -> Document:
    """Return the document; `parts` are its sections: text, `title`, `level` (0 before the first heading), `path`."""
    front = _FRONT.match(text)
    found, _ = structure(text)
    metadata = _fields(front.group(1)) if front else {}
    title = metadata.get("title") or next((heading.title for heading in found), "")
    return Document(name, "markdown", text, str(title), sections(text, found), metadata)


def sections(text: str, found: Sequence[Heading]) -> list[dict[str, Json]]:
    """Return the stretches from one heading to the next, end to end, with the titles above them as `path`."""
    lines = Lines(text)
    made = []
    path: list[tuple[int, str]] = []
    if text and (not found or lines.start(found[0].line) > 0):
        end = lines.start(found[0].line) if found else len(text)
        made.append(_section(text, lines, 0, end, "", 0, ()))
    for index, heading in enumerate(found):
        start = lines.start(heading.line)
        end = lines.start(found[index + 1].line) if index + 1 < len(found) else len(text)
        path = [above for above in path if above[0] < heading.level] + [(heading.level, heading.title)]
        made.append(_section(text, lines, start, end, heading.title, heading.level, [above[1] for above in path]))
    return made


class Heading:
    """A heading: its level (1-6), its text as written, and its line (from 1)."""

    __slots__ = ("level", "line", "title")

    def __init__(self, level: int, title: str, line: int) -> None:
        self.level = level
        self.title = title
        self.line = line


class Block:
    """A block of the outermost level: its type (`paragraph`, `fence`, `list` …) and lines (from 1, inclusive)."""

    __slots__ = ("first", "last", "type")

    def __init__(self, type: str, first: int, last: int) -> None:
        self.type = type
        self.first = first
        self.last = last


def structure(text: str) -> tuple[list[Heading], list[Block]]:
    """Return headings and blocks of the outermost level, in order.

    Headings in lists and quotations head no section. Blank lines between blocks belong to none.
    """
    found: list[Heading] = []
    pieces: list[Block] = []
    tokens = _tokens(text)
    for index, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        if token.type == "heading_open":
            found.append(Heading(int(token.tag[1]), " ".join(tokens[index + 1].content.split()), token.map[0] + 1))
        if token.map[1] > token.map[0]:
            pieces.append(Block(token.type.removesuffix("_open"), token.map[0] + 1, token.map[1]))
    return found, pieces


def _tokens(text: str) -> list[Any]:
    from markdown_it import MarkdownIt

    front = _FRONT.match(text)
    if front:
        # Read as Markdown, front matter would be a rule and a heading. As blank lines the rest keeps its numbers.
        text = "\n" * front.group(0).count("\n") + text[front.end() :]
    reader = MarkdownIt("commonmark").enable("table")
    # Links, emphasis and entities inside of lines take most of the time, and are where hostile texts take the rest.
    reader.disable(["inline", "text_join"])
    return reader.parse(text)


def _section(
    text: str, lines: Lines, start: int, end: int, title: str, level: int, path: Sequence[str]
) -> dict[str, Json]:
    first, last = lines.span(start, end)
    return {
        "text": text[start:end], "title": title, "level": level, "path": list(path), "start": start, "end": end,
        "start_line": first, "end_line": last,
    }  # fmt: skip


def _fields(front: str) -> Mapping[str, Json]:
    """Return the `name: value` lines of front matter, as texts. It is no YAML: other values stay as written."""
    pairs = (_FIELD.fullmatch(line) for line in front.splitlines())
    return {pair.group(1): pair.group(2).strip().strip("\"'") for pair in list(pairs)[:_MOST_FIELDS] if pair}
