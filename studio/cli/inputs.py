"""`-i name=value` → values of a graph's inputs, read as the type each input declares."""

from __future__ import annotations

import json
import mimetypes
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio.spec.types import BLOB_TYPES, TYPE_WORDS
from studio.support.errors import UsageError
from studio.support.values import Blob, Json, NotJson, encode

if TYPE_CHECKING:
    from studio.graph.model import Graph


def input_types(graph: Graph) -> dict[str, str]:
    """Return the graph's inputs with their types. An input without a type is text if its default is text."""
    from studio.graph.ports import body_fields
    from studio.graph.scope import Scope
    from studio.plugins.registries import registry_of

    inputs, _ = body_fields(Scope(graph), registry_of(graph))
    return {
        name: "text" if field.type == "any" and isinstance(field.default, str) else field.type
        for name, field in inputs.items()
    }


def parse_inputs(given: Sequence[str], types: Mapping[str, str]) -> dict[str, Json]:
    """Read `name=value`, `name=@file`, `name=@-` (standard input) and `name=@@text` (a literal @).

    An image, sound or file is read from `@file`. Text is taken as it stands,
    everything else as JSON; an input of type `any` takes JSON or, failing that, text.
    Raises UsageError naming the input and what it takes.
    """
    values: dict[str, Json] = {}
    stdin_for = ""
    for item in given:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise UsageError(f"`-i {item}` names no input.", hint="Write `-i name=value` or `-i name=@file`.")
        if name not in types:
            raise UsageError(f"The graph has no input `{name}`.", hint=described(types))
        if name in values:
            raise UsageError(f"The input `{name}` is given twice.")
        kind = types[name]
        if text == "@-":
            if stdin_for:
                raise UsageError(f"Only one input can be read from standard input; `{stdin_for}` is already.")
            stdin_for = name
        values[name] = _value(name, kind, text)
    return values


def described(types: Mapping[str, str]) -> str:
    """Return a sentence that lists the inputs with their types."""
    if not types:
        return "It takes no inputs."
    return "Its inputs: " + ", ".join(f"`{name}` ({kind})" for name, kind in types.items()) + "."


def _value(name: str, kind: str, text: str) -> Json:
    if kind in BLOB_TYPES:
        return _blob(name, kind, text)
    source = ""
    if text.startswith("@@"):
        text = text[1:]
    elif text == "@-":
        source, text = " (standard input)", sys.stdin.read()
    elif text.startswith("@"):
        source, text = f" ({text[1:]})", _read(name, Path(text[1:]))
    if kind == "text":
        return _checked(name, text)
    try:
        value = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        if kind == "any":
            return _checked(name, text)
        shown = text if len(text) <= 60 else text[:59] + "…"
        raise UsageError(
            f"The input `{name}` takes {TYPE_WORDS[kind]}, but got{source}: {shown.strip()}",
            hint=f"({error})" if kind == "json" else "",
        ) from None
    return _checked(name, value)


def _blob(name: str, kind: str, text: str) -> Blob:
    """Read an image, sound or file; its media type follows from the file's name."""
    if text == "@-":
        return Blob(sys.stdin.buffer.read())
    if not text.startswith("@") or text.startswith("@@"):
        raise UsageError(f"The input `{name}` takes a file of type {kind}.", hint=f"Write `-i {name}=@FILE`.")
    path = Path(text[1:])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The file for the input `{name}` cannot be read: {error.strerror}.", where=str(path)
        ) from None
    return Blob(data, mimetypes.guess_type(path.name)[0] or "application/octet-stream")


def _refuse(word: str) -> Json:
    raise ValueError(f"{word} is not a finite number")


def _checked(name: str, value: Json) -> Json:
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
