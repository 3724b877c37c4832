"""Unified diffs, applied exactly: context must fit, lines may have moved, nothing is guessed (no fuzz).

`unidiff` reads them.  A hunk that does not fit is reported with the place that resembles it most.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, Final

from studio.tools.lines import lines_of
from studio.tools.patches.outcome import MOST_CHARACTERS, Desk, DoesNotFit, Outcome, Read
from studio.tools.patches.places import nearest_place, quoted, resembling

NO_FILE: Final = "/dev/null"
MOST_HUNKS: Final = 1_000
MOST_PROBLEMS: Final = 10
_ESCAPE = re.compile(r'\\([0-7]{3}|["\\abfnrtv])')
_ESCAPED = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


@dataclass(frozen=True, slots=True)
class Names:
    """Where a change of one file reads from and writes to; "" stands for no file."""

    source: str
    target: str
    keeps_source: bool = False


def apply_diff(diff: str, read: Read) -> Outcome:
    """Apply a unified diff to the files it names, or to none of them."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    if len(diff) > MOST_CHARACTERS:
        return Outcome(problems=[f"The diff has more than {MOST_CHARACTERS} characters."])
    plain = diff.replace("\r\n", "\n")
    try:
        patch = PatchSet(plain if plain.endswith("\n") else plain + "\n")
    except UnidiffParseError as error:
        return Outcome(problems=[f"This is no unified diff: {_said(error)}."])
    if not patch:
        return Outcome(problems=["There is no change in the diff: it needs lines `--- a/NAME` and `+++ b/NAME`."])
    desk = Desk(read)
    problems: list[str] = []
    for changed in patch:
        if len(problems) >= MOST_PROBLEMS:
            break
        try:
            names = _names(changed, desk)
            _apply_to_file(changed, names, desk, problems)
        except DoesNotFit as problem:
            problems.append(str(problem))
    return desk.outcome(problems)


def _apply_to_file(changed: Any, names: Names, desk: Desk, problems: list[str]) -> None:
    shown = names.target or names.source
    if changed.is_binary_file:
        raise DoesNotFit(f"`{shown}`: changes of binary files cannot be applied.")
    if changed.is_symlink or changed.is_submodule:
        raise DoesNotFit(f"`{shown}`: links and submodules cannot be changed by a diff.")
    text = desk.text(names.source) if names.source else ""
    if text is None:
        raise DoesNotFit(f"`{names.source}`: there is no such file.")
    if names.target != names.source and names.target and desk.text(names.target) is not None:
        raise DoesNotFit(f"`{names.target}`: there is already such a file.")
    new = _with_hunks(text, changed, shown, problems)
    if names.source and names.source != names.target and not names.keeps_source:
        if not names.target and new:
            raise DoesNotFit(f"`{shown}`: the diff deletes the file, but it holds more than the diff says.")
        desk.put(names.source, None)
    if names.target:
        desk.put(names.target, new)


def _with_hunks(text: str, changed: Any, shown: str, problems: list[str]) -> str:
    """Return the text with all hunks applied in order; those that do not fit are added to the problems.

    Places are looked for in the text as it was, each after the one before.
    """
    if len(changed) > MOST_HUNKS:
        raise DoesNotFit(f"`{shown}`: the diff has more than {MOST_HUNKS} hunks.")
    starts = _line_starts(text)
    parts: list[str] = []
    shift, lowest = 0, 0
    for number, hunk in enumerate(changed, 1):
        old, new = _sides(hunk)
        line = hunk.source_start - (1 if hunk.source_length else 0) + shift
        near = min(max(line, 0), len(starts) - 1)
        at = nearest_place(text, old, starts[near], lowest) if old else _gap(text, starts, line, lowest)
        if at is None:
            problems.append(_misfit(text, hunk, old, shown, number))
            if len(problems) >= MOST_PROBLEMS:
                break
            continue
        if new and not new.endswith("\n") and at + len(old) < len(text):
            problems.append(f"`{shown}`, hunk {number}: a line without an end can only be the last one.")
            continue
        shift += bisect_left(starts, at) - line
        parts += [text[lowest:at], new]
        lowest = at + len(old)
    return "".join([*parts, text[lowest:]])


def _gap(text: str, starts: list[int], line: int, lowest: int) -> int | None:
    """Return the offset between lines where a hunk without context adds some; None if there is no such place."""
    if not 0 <= line < len(starts) or starts[line] < lowest:
        return None
    at = starts[line]
    return None if at == len(text) and text and not text.endswith("\n") else at


def _misfit(text: str, hunk: Any, old: str, shown: str, number: int) -> str:
    where = f"`{shown}`, hunk {number} (line {hunk.source_start}): "
    after = " after the hunk before" if number > 1 else ""
    if not old:
        return f"{where}there is no such line{after}."
    told = resembling(text, old)
    return f"{where}these lines are not in the file{after}:\n{quoted(old)}" + (f"\n{told}" if told else "")


def _sides(hunk: Any) -> tuple[str, str]:
    """Return the lines of a hunk before and after; the mark `\\ No newline…` takes the end off the one before."""
    old: list[str] = []
    new: list[str] = []
    last: tuple[list[str], ...] = ()
    for line in hunk:
        if line.line_type == "\\":
            for side in last:
                side[-1] = side[-1].removesuffix("\n")
        elif line.line_type in (" ", "-", "+"):
            last = {" ": (old, new), "-": (old,), "+": (new,)}[line.line_type]
            for side in last:
                side.append(line.value if line.value.endswith("\n") else line.value + "\n")
    return "".join(old), "".join(new)


def _line_starts(text: str) -> list[int]:
    starts, at = [0], 0
    for line in lines_of(text):
        at += len(line)
        starts.append(at)
    return starts


def _names(changed: Any, desk: Desk) -> Names:
    info = "" if changed.patch_info is None else "".join(changed.patch_info)
    for word in ("rename", "copy"):
        found = re.search(rf"^{word} from (.*)\n(?:.*\n)*?{word} to (.*)$", info, re.MULTILINE)
        if found:
            return Names(_unquoted(found[1]), _unquoted(found[2]), keeps_source=word == "copy")
    source, target = _unquoted(changed.source_file), _unquoted(changed.target_file)
    if all(name == NO_FILE or name.startswith(side) for name, side in ((source, "a/"), (target, "b/"))):
        source, target = (name if name == NO_FILE else name[2:] for name in (source, target))
    if source == target == NO_FILE:
        raise DoesNotFit("A change in the diff names no file.")
    if source == NO_FILE:
        return Names("", target)
    if target == NO_FILE:
        return Names(source, "")
    # `diff -u a.py.orig a.py` names two files and means one; a rename says so in words.
    name = target if source == target or desk.text(target) is not None else source
    if desk.text(name) is None and len(changed) == 1 and not changed[0].source_length:
        return Names("", target)
    return Names(name, name)


def _unquoted(name: str) -> str:
    """Return a name as it is: git puts names with unusual characters in quotes and writes bytes as octal numbers."""
    if not (len(name) > 1 and name.startswith('"') and name.endswith('"')):
        return name

    parts = _ESCAPE.split(name[1:-1])
    raw = b"".join(
        part.encode() if n % 2 == 0 else bytes([(int(part, 8) & 255) if len(part) == 3 else _ESCAPED[part]])
        for n, part in enumerate(parts)
    )
    return raw.decode("utf-8", "replace")


def _said(error: Exception) -> str:
    text = str(error).strip()
    return text[:200] if text else "it cannot be read"
