"""Headings and blocks of Markdown in plain Python: of what most notes are made of, as markdown-it-py finds them.

What it stands for is `documents.reading.markdown`. It knows headings, paragraphs, fenced code and simple lists; a text
with anything else is refused by its line, since a guess would cut it at other places than the studio does.
"""

from __future__ import annotations

import re

from studio.support.errors import UsageError

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})")
_ITEM = re.compile(r"([-*+]|\d{1,9}[.)])[ \t]+\S")
_UNKNOWN = re.compile(r"[ \t]|[<>\[|+*-]|\d{1,9}[.)]|.*\|")
"""How lines begin that this reading does not know: indented, quoted, HTML, definitions, tables, odd lists."""


class Heading:
    """A heading: its level (1-6), its text as written, and its line (from 1)."""

    def __init__(self, level: int, title: str, line: int) -> None:
        self.level = level
        self.title = title
        self.line = line


class Block:
    """A block of the outermost level: its type (`paragraph`, `fence`, `list` …) and lines (from 1, inclusive)."""

    def __init__(self, type: str, first: int, last: int) -> None:
        self.type = type
        self.first = first
        self.last = last


def structure(text: str) -> tuple[list[Heading], list[Block]]:
    """Return headings and blocks of the outermost level, in order. Raises `UsageError` for what it does not know."""
    lines = text.split("\n")
    headings: list[Heading] = []
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        start = at
        at += 1
        if not line.strip(" \t"):
            continue
        if start == 0 and line == "---":  # facts about the text stand before it
            raise _unknown(start)
        if found := _HEADING.fullmatch(line):
            headings.append(Heading(len(found[1]), " ".join((found[2] or "").split()), start + 1))
            blocks.append(Block("heading", start + 1, at))
        elif found := _FENCE.fullmatch(line):
            if found[1][0] == "`" and "`" in found[2]:
                raise _unknown(start)
            end = re.compile(rf" {{0,3}}{re.escape(found[1][0])}{{{len(found[1])},}}[ \t]*")
            while at < len(lines) and not end.fullmatch(lines[at]):
                at += 1
            at += 1
            blocks.append(Block("fence", start + 1, min(at, len(lines))))
        elif _RULE.fullmatch(line):
            blocks.append(Block("hr", start + 1, at))
        elif item := _ITEM.match(line):
            at = _end_of_list(lines, at)
            blocks.append(Block("bullet_list" if item[1] in "-*+" else "ordered_list", start + 1, at))
        else:
            if _UNKNOWN.match(line):
                raise _unknown(start)
            level = 0
            while at < len(lines) and lines[at].strip(" \t"):
                if found := _UNDERLINE.fullmatch(lines[at]):
                    level = 1 if found[1][0] == "=" else 2
                    at += 1
                    break
                if _HEADING.fullmatch(lines[at]) or _FENCE.fullmatch(lines[at]) or _RULE.fullmatch(lines[at]):
                    break
                if _UNKNOWN.match(lines[at]):
                    raise _unknown(at)
                at += 1
            if level:
                title = " ".join(" ".join(lines[start : at - 1]).split())
                headings.append(Heading(level, title, start + 1))
            blocks.append(Block("heading" if level else "paragraph", start + 1, at))
    return headings, blocks


def _end_of_list(lines: list[str], at: int) -> int:
    """Return the line behind a list whose items are one line each, all of one kind, without blank lines between."""
    kind = _kind_of_item(lines[at - 1])
    while at < len(lines) and lines[at].strip(" \t"):
        if _kind_of_item(lines[at]) != kind or _RULE.fullmatch(lines[at]):
            raise _unknown(at)
        at += 1
    following = next((line for line in lines[at:] if line.strip(" \t")), "")
    if following.startswith((" ", "\t")) or _kind_of_item(following):
        raise _unknown(at)
    return at


def _kind_of_item(line: str) -> str:
    found = _ITEM.match(line)
    return found[1][-1] if found else ""


def _unknown(line: int) -> UsageError:
    return UsageError(
        f"Line {line + 1} is Markdown that a script without the studio does not take apart.",
        hint="It knows headings, paragraphs, fenced code and simple lists; or set `format` to text.",
    )
