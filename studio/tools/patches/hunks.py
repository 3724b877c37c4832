"""Unified diffs as models write them: hunks that fit are applied, the others told; small slips are put right.

Models count lines badly, leave out lines of context or invent some.  So a place is found by likeness, not by number:
two lines are alike if at least 0.9 of their signs are the same, order, blanks and case aside.  Where a line of the
hunk is not alike, it is asked what makes the next ten lines of hunk and file more alike: taking the file's line in
(the model left it out), or leaving the hunk's line out (the model made it up).  If neither does, the hunk is faulty.
A line with a `#` in it that stands nowhere in the file counts as a comment that is to be added.

Rules: gpt-engineer 0.3.1, `core/diff.py` and `core/chat_to_files.py`.  Differences: names may begin with `a/` and
`b/`; a file that is not there is a fault and not the end of the program; a hunk after a faulty one is looked at like
any other; `+++ /dev/null` deletes a file.  Two things that it does are left to the caller, see `apply_hunks`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ALIKE = 0.9
"""Share of common signs from which on two lines count as the same."""
AHEAD = 10
"""So many lines are looked at to tell a line left out from one made up."""
KEEP, ADD, REMOVE = " ", "+", "-"
NO_FILE = "/dev/null"
MOST_HUNKS = 1_000

_HEADER = re.compile(r"@@ -(\d+),\d+ \+\d+,\d+ @@$")


@dataclass
class Hunk:
    """One change: the number of the first line it speaks of (from 1), and its lines with their marks."""

    start: int
    lines: list[tuple[str, str]] = field(default_factory=list)

    @property
    def only_adds(self) -> bool:
        return all(mark == ADD for mark, _ in self.lines)

    @property
    def text(self) -> str:
        return f"@@ line {self.start} @@\n" + "\n".join(mark + line for mark, line in self.lines)


@dataclass
class FileDiff:
    """The hunks for one file: its name before and after."""

    source: str
    target: str
    hunks: list[Hunk] = field(default_factory=list)


class Misfit(Exception):
    """A hunk does not fit; the text says why."""


def read_diffs(text: str) -> list[FileDiff]:
    """Return the diffs that stand in fenced blocks of a text; where a file is named twice, the last one counts."""
    found: dict[str, FileDiff] = {}
    for lines in _fenced(text):
        source: str | None = None
        diff: FileDiff | None = None
        for line in lines:
            if line.startswith("--- "):
                source = line[4:].strip()
            elif line.startswith("+++ ") and source is not None:
                diff = FileDiff(source, line[4:].strip())
                found[diff.target if diff.target != NO_FILE else source] = diff
            elif diff is not None and line.startswith("@@ "):
                header = _HEADER.match(line)
                diff.hunks.append(Hunk(int(header[1]) if header else 0))
            elif diff is not None and diff.hunks:
                mark = line[:1] if line[:1] in (ADD, REMOVE) else KEEP
                diff.hunks[-1].lines.append((mark, line[1:]))
    return list(found.values())


def apply_hunks(
    files: Mapping[str, str], diffs: list[FileDiff], *, most_at_end: int | None = None, replace: bool = False
) -> tuple[dict[str, str], int, list[str]]:
    """Return the files after all hunks that fit, how many were applied, and what does not fit, for their writer.

    `most_at_end` is how many lines a hunk may add behind the last line of a file, None any number. With `replace`, a
    file of whose hunks one only adds lines gets just the lines of all its hunks; else such a hunk is a fault.
    """
    after = dict(files)
    applied = 0
    faults: list[str] = []
    for diff in diffs:
        source = _known(diff.source, "a/", files)
        target = _known(diff.target, "b/", files)
        hunks = [hunk for hunk in diff.hunks if hunk.lines]
        is_new = source not in files and hunks and all(hunk.only_adds for hunk in hunks)
        if source == NO_FILE or is_new or (replace and any(hunk.only_adds for hunk in hunks)):
            after[target] = "\n".join(line for hunk in hunks for _, line in hunk.lines)
            applied += len(hunks)
            continue
        if source not in files:
            faults.append(f"`{source}`: there is no such file.")
            continue
        lines = dict(enumerate(files[source].split("\n"), 1))
        fitting, misfits = _checked(hunks, lines, source, most_at_end)
        faults += misfits
        applied += len(fitting)
        if target == NO_FILE:
            if fitting:
                after.pop(source, None)
        elif fitting:
            after[target] = _with(lines, fitting)
    return after, applied, faults


def likeness(one: str, other: str) -> float:
    """Return the share of signs that two texts have in common, of the longer one; blanks and case do not count."""
    one, other = one.replace(" ", "").lower(), other.replace(" ", "").lower()
    longer = max(len(one), len(other))
    return sum((Counter(one) & Counter(other)).values()) / longer if longer else 1.0


def _fenced(text: str) -> Iterator[list[str]]:
    """Yield the lines of each fenced block; a block that is never closed is none."""
    block: list[str] | None = None
    for line in text.split("\n"):
        if not line.lstrip().startswith("```"):
            if block is not None:
                block.append(line)
        elif block is None:
            block = []
        else:
            yield block
            block = None


def _known(name: str, side: str, files: Mapping[str, str]) -> str:
    bare = name.removeprefix(side)
    return bare if bare != name and (name not in files) else name


def _checked(
    hunks: list[Hunk], lines: dict[int, str], name: str, most_at_end: int | None
) -> tuple[list[Hunk], list[str]]:
    fitting: list[Hunk] = []
    faults: list[str] = []
    for number, hunk in enumerate(hunks[:MOST_HUNKS], 1):
        told = hunk.text
        last = fitting[-1] if fitting else None
        # A later hunk is looked for behind the one before, unless its own number says that it lies before that.
        cut = min(last.start + sum(mark != ADD for mark, _ in last.lines), hunk.start) if last else 0
        try:
            if hunk.only_adds:
                raise Misfit("it names no line that is in the file, so its place is unknown")
            _fit(hunk, {place: line for place, line in lines.items() if place >= cut}, most_at_end)
            fitting.append(hunk)
        except Misfit as fault:
            faults.append(f"`{name}`, hunk {number}: {fault}:\n{told}")
    if len(hunks) > MOST_HUNKS:
        faults.append(f"`{name}`: there are more than {MOST_HUNKS} hunks.")
    return fitting, faults


def _fit(hunk: Hunk, lines: dict[int, str], most_at_end: int | None) -> None:
    """Find the place of a hunk and put its lines right. Raises Misfit."""
    if not lines:
        raise Misfit("the file ends before it")
    while hunk.lines[0][0] == ADD:
        _give_a_line_before(hunk, lines)
    start = _first_alike(hunk.lines[0][1], lines)
    if start is None:
        if "#" in hunk.lines[0][1]:
            hunk.lines[0] = (ADD, hunk.lines[0][1])
            if hunk.only_adds:
                raise Misfit("none of its lines is in the file")
            _fit(hunk, lines, most_at_end)
            return
        raise Misfit("its first line is not in the file")
    hunk.start = start
    rest = hunk.lines[_put_right(hunk, lines) :]
    # One line too many at the end, often an empty one, does no harm.
    if len(rest) > 1 and any(mark != ADD for mark, _ in rest):
        raise Misfit("the file ends before it does")
    if most_at_end is not None and len(rest) > most_at_end:
        raise Misfit("it adds lines behind the last line of the file")


def _give_a_line_before(hunk: Hunk, lines: dict[int, str]) -> None:
    """Begin a hunk that begins with new lines by the line of the file that stands before them."""
    for mark, text in hunk.lines:
        found = _first_alike(text, lines) if mark != ADD and text else None
        if found is not None:
            before = lines.get(found - 1, "")
            if not before:
                raise Misfit("there is no line in the file to put its first new line behind")
            hunk.lines.insert(0, (KEEP, before))
            return
    raise Misfit("none of its lines is in the file")


def _first_alike(text: str, lines: dict[int, str]) -> int | None:
    return next((place for place, line in lines.items() if likeness(text, line) >= ALIKE), None)


def _put_right(hunk: Hunk, lines: dict[int, str]) -> int:
    """Compare the lines of a hunk with those of the file from its place on; return how many are settled."""
    at, place, last = 0, hunk.start, max(lines)
    while at < len(hunk.lines) and place <= last:
        mark, text = hunk.lines[at]
        if mark == ADD:
            at += 1
        elif likeness(text, lines[place]) >= ALIKE:
            at, place = at + 1, place + 1
        elif "#" in text:
            hunk.lines[at] = (ADD, text)
        else:
            code = "\n".join(lines[one] for one in range(place, min(place + AHEAD, last)))
            as_is = likeness(_ahead(hunk, at, AHEAD), code)
            left_out = likeness("\n".join((lines[place], _ahead(hunk, at, AHEAD - 1))), code)
            made_up = likeness(_ahead(hunk, at + 1, AHEAD), code)
            if as_is >= max(left_out, made_up):
                raise Misfit(f"its line `{text.strip()[:80]}` is not at that place of the file")
            if left_out > made_up:
                hunk.lines.insert(at, (KEEP, lines[place]))
                at, place = at + 1, place + 1
            else:
                hunk.lines.pop(at)
    return at


def _ahead(hunk: Hunk, at: int, most: int) -> str:
    return "\n".join([text for mark, text in hunk.lines[at:] if mark != ADD][:most])


def _with(lines: dict[int, str], hunks: list[Hunk]) -> str:
    """Return the text with fitting hunks applied; kept lines stay as the file has them."""
    removed: set[int] = set()
    added: dict[int, list[str]] = {}
    for hunk in hunks:
        place = hunk.start
        for mark, text in hunk.lines:
            if mark == ADD:
                added.setdefault(place - 1, []).append(text)
            else:
                if mark == REMOVE:
                    removed.add(place)
                place += 1
    made: list[str] = []
    for place, line in lines.items():
        made += [line] if place not in removed else []
        made += added.get(place, [])
    return "\n".join(made)
