"""What is varied, as a person writes it: `writer.temperature=0,0.5`, `model=a,b`, `input:tone=@tones.json`.

0, 0.5, 1        values, each read as the param's type; one that holds a comma stands in quotes or brackets
1..5, 0..1..0.25 a range, both ends included, with a step if it is not 1 (params that are no text)
@brief.txt       the text of a file; of a `.json` file, the list of values that it holds
@@home           a text that begins with @
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from studio.graph.tree import MAX_BYTES
from studio.spec.given import no_constant
from studio.support.errors import UsageError
from studio.support.paths import inside
from studio.support.plain import plain_line
from studio.support.values import Json, NotJson, encode, preview, typed_value

MOST_VALUES: Final = 1_000
"""Most values of one setting."""
SHOWN: Final = 40
"""Characters of a value in the name of a variant."""

MODEL: Final = "model"
INPUT: Final = "input:"

_NUMBER: Final = r"-?\d{1,15}(?:\.\d{1,15})?"
_RANGE: Final = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?:\.\.({_NUMBER}))?")
_OPENS: Final = {"[": "]", "{": "}"}


class Choice(NamedTuple):
    """One value of what is varied, and how it is called in the name of a variant."""

    label: str
    value: Json


FileReader = Callable[[str], str]
"""From the name of a file to its text. Raises UsageError."""


def choices(target: str, said: Json, *, kind: str, read: FileReader) -> list[Choice]:
    """Return the values that a setting takes in turn: a list as it stands, or a text as it is written above.

    `kind` is the type that values are read as. Raises UsageError for none, too many, or what cannot be read.
    """
    if isinstance(said, list):
        found = [Choice(_label(value), value) for value in said]
    elif isinstance(said, str):
        found = [one for piece in split_values(said, target) for one in _read(target, piece, kind, read)]
    else:
        found = [Choice(_label(said), said)]
    if not found:
        raise UsageError(f"`{target}` is varied over no value.", hint=f"Write `--vary {target}=a,b`.")
    if len(found) > MOST_VALUES:
        raise UsageError(f"`{target}` is varied over more than {MOST_VALUES:,} values.")
    seen: dict[bytes, Choice] = {}
    for one in found:
        try:
            key = encode(one.value)
        except NotJson as error:
            raise UsageError(f"A value of `{target}` cannot be kept: {error}.") from None
        if key in seen:
            raise UsageError(f"`{target}` is varied over {_label(one.value)} twice.", hint="Leave one out.")
        seen[key] = one
    return found


def split_values(text: str, target: str) -> list[str]:
    """Return the pieces between commas that stand in no quotes or brackets. Raises UsageError for one left open."""
    pieces, start, at = [], 0, 0
    closing: list[str] = []
    while at < len(text):
        sign = text[at]
        if sign == '"' and (closing or not text[start:at].strip()):
            at = _end_of_quote(text, at, target)
        elif sign in _OPENS and (closing or not text[start:at].strip()):
            closing.append(_OPENS[sign])
        elif closing and sign == closing[-1]:
            closing.pop()
        elif sign == "," and not closing:
            pieces.append(text[start:at].strip())
            start = at + 1
        at += 1
    if closing:
        raise UsageError(f"A bracket is left open in the values of `{target}`: {preview(text, 60)}.")
    pieces.append(text[start:].strip())
    return pieces if len(pieces) > 1 or pieces[0] else []


def _end_of_quote(text: str, at: int, target: str) -> int:
    end = at + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise UsageError(f"A quote is left open in the values of `{target}`: {preview(text, 60)}.")
    return end


def _read(target: str, piece: str, kind: str, read: FileReader) -> list[Choice]:
    if piece.startswith("@@"):
        return [Choice(_label(piece[1:]), piece[1:])]
    if piece.startswith("@"):
        return _of_file(piece, read)
    if piece.startswith('"'):
        value = typed_value(piece)
        return [Choice(_label(value), value)]
    if kind == "text":
        return [Choice(_label(piece), piece)]
    if (found := _RANGE.fullmatch(piece)) is not None:
        return [Choice(_label(value), value) for value in _range(target, found)]
    return [Choice(_label(value), value) for value in (typed_value(piece),)]


def _range(target: str, found: re.Match[str]) -> list[Json]:
    first, last, step = (Decimal(part) for part in (found[1], found[2], found[3] or "1"))
    if step <= 0 or last < first:
        raise UsageError(f"The range `{found[0]}` of `{target}` holds nothing.", hint="Write it as FIRST..LAST..STEP.")
    if (last - first) / step >= MOST_VALUES:
        raise UsageError(f"The range `{found[0]}` of `{target}` holds more than {MOST_VALUES:,} values.")
    whole = all("." not in part for part in found.groups() if part)
    values = [first + step * number for number in range(int((last - first) / step) + 1)]
    return [int(value) if whole else float(value) for value in values]


def _of_file(piece: str, read: FileReader) -> list[Choice]:
    name = piece[1:]
    text = read(name)
    if not name.lower().endswith(".json"):
        return [Choice(plain_line(piece), text)]
    try:
        values = json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"This is no JSON: {error}.", where=name) from None
    if not isinstance(values, list):
        raise UsageError("This file holds no list of values.", where=name, hint="Write `[a, b, …]`.")
    return [Choice(_label(value), value) for value in values]


def _label(value: Json) -> str:
    return (
        plain_line(preview(value, SHOWN)) if not isinstance(value, str) else plain_line(value)[:SHOWN].strip() or '""'
    )


def file_reader(folder: Path, within: Path | None) -> FileReader:
    """Return what reads files named relative to a folder; `within` is where those of a stranger's file must lie."""

    def read(name: str) -> str:
        path = (folder / name) if within is None else inside(within, folder.absolute() / name)
        if path is None:
            raise UsageError(f"`{name[:80]}` lies outside the project folder.", hint="Copy the file into the project.")
        try:
            if path.exists() and (not path.is_file() or path.stat().st_size > MAX_BYTES):
                raise UsageError(f"This is no file of up to {MAX_BYTES // 1_000_000} MB.", where=str(path))
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise UsageError(f"The file cannot be read: {reason}.", where=str(path)) from None

    return read


def unique_labels(labels: Sequence[str]) -> list[str]:
    """Return the labels with a number behind each that stands there already."""
    taken: set[str] = set()
    found = []
    for label in labels:
        name, number = label, 2
        while name in taken:
            name, number = f"{label} #{number}", number + 1
        taken.add(name)
        found.append(name)
    return found
