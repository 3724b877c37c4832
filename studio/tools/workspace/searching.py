"""Searching the texts of many files for a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from studio.support.errors import NodeError
from studio.support.patterns import MAX_PATTERN, Pattern, compile_pattern
from studio.tools.workspace.listing import Wanted
from studio.tools.workspace.names import is_secret
from studio.tools.workspace.workspace import Workspace

LARGEST_FILE: Final = 1_000_000
MOST_BYTES: Final = 100_000_000
"""How much is read in one search."""
LONGEST_LINE: Final = 500
"""Longer lines are cut around what matched."""


_ENDS_OF_TEXT = re.compile(r"\\[Az]|\(\?[a-zA-Z]*-")


@dataclass(frozen=True, slots=True)
class Sought:
    """A pattern of RE2 to look for in each line. Making one raises nothing; `compiled` raises `UsageError`."""

    text: str
    ignore_case: bool = False

    @property
    def compiled(self) -> Pattern:
        return compile_pattern(self.text, ignore_case=self.ignore_case)

    @property
    def sieve(self) -> Pattern | None:
        """A pattern that is found in every text of which some line matches, so that most files need no look at each
        line. None where the ends of a line cannot stand for those of a text (`\\A`, `\\z`, flags taken back)."""
        if _ENDS_OF_TEXT.search(self.text) or len(self.text) + 4 > MAX_PATTERN:
            return None
        return compile_pattern(f"(?m){self.text}", ignore_case=self.ignore_case)


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that matched: its number, counted from 1, and lines around it."""

    name: str
    line: int
    text: str
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class Hits:
    """The lines found, whether there are more, and how many files were read and how many passed over (no text, too
    large, secrets)."""

    hits: list[Hit]
    is_cut: bool
    searched: int
    passed_over: int


def search(workspace: Workspace, sought: Sought, wanted: Wanted, *, context: int, most: int) -> Hits:
    """Return the first lines that match, in order of files. Raises `NodeError` if there is too much to read."""
    pattern, sieve = sought.compiled, sought.sieve
    hits: list[Hit] = []
    searched = passed_over = read = 0
    for found in workspace.find(wanted):
        if found.size > LARGEST_FILE or is_secret(found.name.rsplit("/", 1)[-1]):
            passed_over += 1
            continue
        try:
            data = workspace.read(found.name, most_bytes=LARGEST_FILE).data
        except NodeError as error:
            if error.kind == "protected":
                passed_over += 1
                continue
            raise
        read += len(data)
        if read > MOST_BYTES:
            raise NodeError(
                f"the files hold more than {MOST_BYTES // 1_000_000} MB.", hint="Narrow which files.", code="too_large"
            )
        text = _text(data)
        if text is None:
            passed_over += 1
            continue
        searched += 1
        if sieve is not None and sieve.search(text) is None:
            continue
        for hit in _in_lines(found.name, text.split("\n"), pattern, context):
            if len(hits) == most:
                return Hits(hits, True, searched, passed_over)
            hits.append(hit)
    return Hits(hits, False, searched, passed_over)


def report(found: Hits, most: int) -> str:
    """Return the hits as `grep` prints them, with a sentence about what is not there."""
    if not found.hits:
        return f"No line matches in {found.searched} files."
    blocks = [
        "\n".join(
            [f"{hit.name}-{hit.line - len(hit.before) + n}- {text}" for n, text in enumerate(hit.before)]
            + [f"{hit.name}:{hit.line}: {hit.text}"]
            + [f"{hit.name}-{hit.line + 1 + n}- {text}" for n, text in enumerate(hit.after)]
        )
        for hit in found.hits
    ]
    has_context = any(hit.before or hit.after for hit in found.hits)
    text = ("\n--\n" if has_context else "\n").join(blocks)
    if found.is_cut:
        return f"More than {most} lines match; these are the first. Narrow the pattern or which files.\n{text}"
    return text


def _text(data: bytes) -> str | None:
    """Return a text with `\n` as line end, None for what is none."""
    if b"\0" in data[:8_000]:
        return None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None


def _in_lines(name: str, lines: list[str], pattern: Pattern, context: int) -> Iterator[Hit]:
    for number, line in enumerate(lines):
        match = pattern.search(line)
        if match is not None and (line or number < len(lines) - 1):
            yield Hit(
                name,
                number + 1,
                _cut(line, match.start()),
                [_cut(text) for text in lines[max(0, number - context) : number]],
                [_cut(text) for text in lines[number + 1 : number + 1 + context]],
            )


def _cut(line: str, around: int = 0) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    start = max(0, min(around - LONGEST_LINE // 4, len(line) - LONGEST_LINE))
    end = start + LONGEST_LINE
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
