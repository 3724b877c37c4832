"""Where some lines stand in a text: exactly, or the place that resembles them most (for messages, never for edits).

Searches go through `str.find`, which takes linear time; comparing line by line could be kept busy by a hostile file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from studio.tools.lines import lines_of

MOST_CANDIDATES: Final = 1_000
MOST_LINES_COMPARED: Final = 2_000
RARE: Final = 50
SHOWN_LINES: Final = 12
LONGEST_SHOWN: Final = 200


def places(text: str, wanted: str, start: int = 0) -> Iterator[int]:
    """Yield where whole lines stand in a text, as offsets of characters, from `start` on.

    Wanted lines without an end at the last one are only found at the end of the text.
    """
    framed, sought = "\n" + text, "\n" + wanted
    at = framed.find(sought, start)
    while at >= 0:
        if wanted.endswith("\n") or at + len(sought) == len(framed):
            yield at
        at = framed.find(sought, at + 1)


def nearest_place(text: str, wanted: str, near: int, lowest: int = 0) -> int | None:
    """Return the offset of the occurrence that is nearest to `near`, not before `lowest`; None if there is none."""
    framed, sought = "\n" + text, "\n" + wanted
    if not wanted.endswith("\n"):
        at = len(text) - len(wanted)
        return at if at >= lowest and framed.endswith(sought) else None
    if near >= lowest and framed.startswith(sought, near):
        return near
    found = []
    after = framed.find(sought, max(near, lowest))
    if after >= 0:
        found.append(after)
    if near > lowest:
        # Backwards by turning both round: `rfind` takes quadratic time where `find` does not.
        before = framed[lowest : near + len(sought)]
        turned = before[::-1].find(sought[::-1])
        if turned >= 0:
            found.append(lowest + len(before) - turned - len(sought))
    return min(found, key=lambda at: (abs(at - near), at)) if found else None


def line_number(text: str, offset: int) -> int:
    """Return the number of the line that begins at an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1


def resembling(text: str, wanted: str) -> str:
    """Return the place in a text that most resembles some lines, as a sentence and the lines; "" if none does."""
    lines, sought = lines_of(text), lines_of(wanted)
    if not sought:
        return ""
    at = _most_common(lines, sought)
    if at is None:
        at = _closest_line(lines, sought)
    if at is None:
        return ""
    shown = lines[at : at + min(len(sought), SHOWN_LINES)]
    last = at + len(shown)
    where = f"line {last}" if last == at + 1 else f"lines {at + 1} to {last}"
    return f"The nearest place is {where}:\n{quoted(''.join(shown))}"


def quoted(text: str) -> str:
    """Return lines for a message, without their ends, cut where they are too many or too long."""
    lines = [line.rstrip("\n") for line in lines_of(text)]
    shown = [line if len(line) <= LONGEST_SHOWN else line[:LONGEST_SHOWN] + "…" for line in lines[:SHOWN_LINES]]
    if len(lines) > SHOWN_LINES:
        shown.append(f"… ({len(lines) - SHOWN_LINES} more lines)")
    return "\n".join(shown)


def _most_common(lines: list[str], sought: list[str]) -> int | None:
    """Return where most lines agree but for blanks at both ends: each line that occurs votes for a beginning.

    Lines that occur often tell little, and voting for all of their places would take long.
    """
    bare = [line.strip() for line in lines]
    often = Counter(bare)
    wanted: dict[str, list[int]] = {}
    for number, line in enumerate(sought[:MOST_LINES_COMPARED]):
        if line.strip() and often[line.strip()] > 0:
            wanted.setdefault(line.strip(), []).append(number)
    rare = {line: numbers[:5] for line, numbers in wanted.items() if often[line] <= RARE}
    votes: Counter[int] = Counter()
    for at, line in enumerate(bare):
        for number in rare.get(line, ()):
            votes[max(0, at - number)] += 1
    if votes:
        most = max(votes.values())
        return min(at for at, count in votes.items() if count == most)
    if wanted:
        line, numbers = next(iter(wanted.items()))
        return max(0, bare.index(line) - numbers[0])
    return None


def _closest_line(lines: list[str], sought: list[str]) -> int | None:
    longest = max((line.strip()[:LONGEST_SHOWN] for line in sought), key=len, default="")
    known = [line.strip()[:LONGEST_SHOWN] for line in lines[:MOST_LINES_COMPARED]]
    close = get_close_matches(longest, known, n=1, cutoff=0.6)
    return known.index(close[0]) if close else None
