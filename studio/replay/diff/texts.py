"""Two texts compared: line by line, and word by word within lines that were changed rather than replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

CONTEXT: Final = 2
"""Unchanged lines shown around a changed one."""

MOST_LINES: Final = 2000
"""Of parts with more changed lines than this, nothing is looked for that stayed."""

MOST_PAIRS: Final = 4_000_000
"""Pairs of words that are compared at most in one text (below a second); lines beyond are shown as replaced."""

ALIKE: Final = 0.4
"""Share of two lines that must be the same for them to count as one line that was changed."""

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class TextLine(NamedTuple):
    """A line of a comparison. `sign`: " " in both, "-" in A only, "+" in B only, "…" for lines left out (`parts` says
    how many). `parts` are pieces of the line, each with whether it is in this text only."""

    sign: str
    parts: tuple[tuple[bool, str], ...]

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(text for _, text in self.parts)


def text_diff(a: str, b: str, *, context: int | None = CONTEXT) -> list[TextLine]:
    """Compare two texts; `context` None shows all that is the same. Equal texts give no line."""
    if a == b:
        return []
    if a.endswith("\n") and b.endswith("\n"):
        a, b = a[:-1], b[:-1]
    old, new = _lines(a), _lines(b)
    lines: list[TextLine] = []
    allowance = _Allowance()
    for tag, a1, a2, b1, b2 in _opcodes(old, new, MOST_LINES):
        if tag == "equal":
            lines += (TextLine(" ", ((False, line),)) for line in old[a1:a2])
        else:
            lines += _replaced(old[a1:a2], new[b1:b2], allowance)
    return lines if context is None else _shortened(lines, context)


def _lines(text: str) -> list[str]:
    """The lines; a newline at the end counts, so that texts that differ in it differ here."""
    return [] if text == "" else text.split("\n")


def _ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many parts are the same at the beginning and, of the rest, at the end."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    end = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    return start, end


def _opcodes(old: Sequence[str], new: Sequence[str], most: int) -> Iterator[tuple[str, int, int, int, int]]:
    """What `SequenceMatcher.get_opcodes` gives, with the equal beginning and end found quickly.

    If what is between has more than `most` parts, it is given as replaced.
    """
    start, end = _ends(old, new)
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield "equal", 0, start, 0, start
    if max(len(a), len(b)) > most:
        yield "replace", start, start + len(a), start, start + len(b)
    else:
        for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            yield tag, start + a1, start + a2, start + b1, start + b2
    if end:
        yield "equal", len(old) - end, len(old), len(new) - end, len(new)


class _Allowance:
    """How many pairs of words may still be compared."""

    def __init__(self) -> None:
        self.left = MOST_PAIRS

    def take(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Use up what comparing two lines takes; False if it is too much."""
        same = sum(_ends(old, new))
        pairs = (len(old) - same) * (len(new) - same)
        if pairs > self.left:
            return False
        self.left -= pairs
        return True


def _replaced(old: Sequence[str], new: Sequence[str], allowance: _Allowance) -> Iterator[TextLine]:
    """Lines that took the place of others: changed ones in pairs, word by word, then what is left of either."""
    gone: list[TextLine] = []
    came: list[TextLine] = []
    for one, other in zip(old, new, strict=False):
        words = _by_words(one, other, allowance)
        if words is None:
            gone.append(TextLine("-", ((True, one),)))
            came.append(TextLine("+", ((True, other),)))
            continue
        yield from (*gone, *came)
        gone, came = [], []
        yield from words
    both = min(len(old), len(new))
    yield from gone
    yield from (TextLine("-", ((True, line),)) for line in old[both:])
    yield from came
    yield from (TextLine("+", ((True, line),)) for line in new[both:])


def _by_words(one: str, other: str, allowance: _Allowance) -> tuple[TextLine, TextLine] | None:
    """Two lines word by word, None if they have too little in common."""
    old, new = _WORDS.findall(one), _WORDS.findall(other)
    if not old or not new or not allowance.take(old, new):
        return None
    minus: list[tuple[bool, str]] = []
    plus: list[tuple[bool, str]] = []
    same = 0
    for tag, a1, a2, b1, b2 in _opcodes(old, new, MOST_PAIRS):
        before, after = "".join(old[a1:a2]), "".join(new[b1:b2])
        if tag == "equal":
            same += len(before)
        if before:
            minus.append((tag != "equal", before))
        if after:
            plus.append((tag != "equal", after))
    if same < ALIKE * max(len(one), len(other)):
        return None
    return TextLine("-", tuple(minus)), TextLine("+", tuple(plus))


def _shortened(lines: Sequence[TextLine], context: int) -> list[TextLine]:
    """Leave out what is the same, but for a few lines around each change."""
    near: set[int] = set()
    for place, line in enumerate(lines):
        if line.sign != " ":
            near.update(range(place - context, place + context + 1))
    shown: list[TextLine] = []
    skipped = 0
    for place, line in enumerate(lines):
        if place in near:
            if skipped:
                shown.append(_left_out(skipped))
                skipped = 0
            shown.append(line)
        else:
            skipped += 1
    return [*shown, _left_out(skipped)] if skipped else shown


def _left_out(count: int) -> TextLine:
    return TextLine("…", ((False, f"{count} {'line' if count == 1 else 'lines'} the same"),))
