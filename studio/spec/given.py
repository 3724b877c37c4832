"""What a person gives an input on the command line, read as the type the input declares."""

from __future__ import annotations

import json
import mimetypes
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from studio.spec.fields import Field
from studio.spec.types import BLOB_TYPES, TYPE_WORDS
from studio.support.errors import UsageError
from studio.support.values import Blob, Json, NotJson, encode

SHOWN = 60
"""Characters of a value that an error quotes."""


def read_as(field: Field) -> str:
    """Return the type that a text is read as for an input. One without a type is text if its default is text."""
    return "text" if field.type == "any" and isinstance(field.default, str) else field.type


def given_values(
    given: Iterable[tuple[str, str, str]], written: Callable[[str], str] = "-i {}=".format
) -> dict[str, Json]:
    """Return the value of each input, given as name, type and text: the value itself, `@file`, `@-` (standard input),
    or `@@text` (a literal @).

    An image, sound or file is read from `@file`. Text is taken as it stands, everything else as JSON; an input of type
    `any` takes JSON or, failing that, text. `written` tells how an input is named on the command line, for hints.
    Raises UsageError naming the input and what it takes.
    """
    values: dict[str, Json] = {}
    stdin_for = ""
    for name, kind, text in given:
        if text == "@-":
            if stdin_for:
                raise UsageError(f"Only one input can be read from standard input; `{stdin_for}` is already.")
            stdin_for = name
        values[name] = _blob(name, kind, text, written) if kind in BLOB_TYPES else _value(name, kind, text)
    return values


def _value(name: str, kind: str, text: str) -> Json:
    source = ""
    if text.startswith("@@"):
        text = text[1:]
    elif text == "@-":
        source, text = " (standard input)", sys.stdin.read()
    elif text.startswith("@"):
        source, text = f" ({text[1:]})", _read(name, Path(text[1:]))
    if kind == "text":
        return checked(name, text)
    try:
        value = json.loads(text, parse_constant=no_constant)
    except ValueError as error:
        if kind == "any":
            return checked(name, text)
        shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
        raise UsageError(
            f"The input `{name}` takes {TYPE_WORDS[kind]}, but got{source}: {shown.strip()}",
            hint=f"({error})" if kind == "json" else "",
        ) from None
    return checked(name, value)


def _blob(name: str, kind: str, text: str, written: Callable[[str], str]) -> Blob:
    """Read an image, sound or file; its media type follows from the file's name."""
    if text == "@-":
        return Blob(sys.stdin.buffer.read())
    if not text.startswith("@") or text.startswith("@@"):
        raise UsageError(f"The input `{name}` takes a file of type {kind}.", hint=f"Write `{written(name)}@FILE`.")
    path = Path(text[1:])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The file for the input `{name}` cannot be read: {error.strerror}.", where=str(path)
        ) from None
    return Blob(data, mimetypes.guess_type(path.name)[0] or "application/octet-stream")


def no_constant(word: str) -> Json:
    """Refuse `NaN` and `Infinity`, which Python would take for JSON."""
    raise ValueError(f"{word} is not a finite number")


def checked(name: str, value: Json) -> Json:
    """Return the value of an input. Raises UsageError naming the input for what is no finite JSON."""
    try:
        encode(value)
    except NotJson as error:
        raise UsageError(f"The input `{name}` holds {error}.") from None
    return value


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"The file for the input `{name}` is not UTF-8 text.", where=str(path)) from None
    except OSError as error:
        raise UsageError(
            f"The file for the input `{name}` cannot be read: {error.strerror}.", where=str(path)
        ) from None
