"""Files shown by the lines that define something, as Aider's maps do: headers, and `⋮` for what lies between."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from studio.documents.code.outline import Definition

GAP: Final = "⋮"
SHOWN: Final = "│"
LONGEST_LINE: Final = 100
"""Longer lines are cut, as Aider cuts them: minified files would fill the map."""
MOST_HEADER_LINES: Final = 10


def skeleton(lines: Sequence[str], definitions: Sequence[Definition], wanted: Collection[int]) -> str:
    """Return the headers of the wanted definitions (by their lines, from 1) and of what is around them.

    `definitions` are all that the file has at its outermost level, in order.
    """
    shown: set[int] = set()
    _gather(definitions, wanted, shown)
    out: list[str] = []
    before = 0
    for number in sorted(shown):
        if number > before + 1:
            out.append(GAP)
        out.append((SHOWN + lines[number - 1])[:LONGEST_LINE])
        before = number
    if shown and before < len(lines):
        out.append(GAP)
    return "\n".join(out)


def _gather(definitions: Sequence[Definition], wanted: Collection[int], shown: set[int]) -> None:
    """Add the header lines of wanted definitions and of all definitions around one."""
    trail: list[tuple[Definition, list[Definition]]] = [(one, []) for one in definitions]
    while trail:
        here, around = trail.pop()
        if here.line in wanted:
            for one in (*around, here):
                last = min(one.header_line, one.line + MOST_HEADER_LINES - 1)
                shown.update(range(one.line, last + 1))
        trail.extend((inner, [*around, here]) for inner in here.inner)
