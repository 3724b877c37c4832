"""The inputs of a graph as fields to fill in, and how what is typed becomes values."""

from __future__ import annotations

import json
import mimetypes
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.editing.document import Document
from studio.graph.model import Graph
from studio.spec.choices import choice_hint, choice_problem, choices_of
from studio.spec.given import checked, no_constant
from studio.spec.types import BLOB_TYPES, PORT_TYPES, TYPE_WORDS, value_check
from studio.support.errors import UsageError
from studio.support.values import Blob, Json, NotJson, encode, preview

LARGEST: Final = 256 * 2**20
"""Bytes of a file that is read as an input."""


@dataclass(frozen=True, slots=True)
class InputField:
    """One input of a graph: its name, what kind of value it takes, whether it must be given, its default as it would
    be typed, and what may be picked for it."""

    name: str
    kind: str
    required: bool
    default: str
    help: str = ""
    choices: tuple[Json, ...] = ()
    """The only values it takes; any if there are none."""


def input_fields(graph: Graph) -> list[InputField]:
    """Return the inputs of a graph, in file order. An input without a kind is text if its default is text."""
    fields = []
    for name, node in graph.nodes.items():
        if node.type != "flow.input":
            continue
        kind = node.params.get("kind", "any")
        kind = kind if kind in PORT_TYPES else "any"
        has_default = "value" in node.params
        value = node.params.get("value")
        if kind == "any" and isinstance(value, str):
            kind = "text"
        default = typed(value, kind) if has_default else ""
        fields.append(InputField(name, kind, not has_default, default, _help(node), choices_of(node.params)))
    return fields


def output_names(graph: Graph) -> list[str]:
    """Return the outputs of a graph, in file order."""
    return [name for name, node in graph.nodes.items() if node.type == "flow.output"]


def _help(node: Any) -> str:
    said = node.params.get("help", "")
    return said if isinstance(said, str) else ""


def typed(value: Json, kind: str) -> str:
    """Return a value as it would be typed."""
    if isinstance(value, str) and kind in ("text", "any", *BLOB_TYPES):
        return value
    if value is None and kind != "json":
        return ""
    try:
        encode(value)
    except NotJson:
        return ""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else json.dumps(value, ensure_ascii=False, indent=2)


def read(field: InputField, text: str) -> Json:
    """Return the value that a text stands for. Raises UsageError that names the input and what it takes."""
    picked = [choice for choice in field.choices if typed(choice, field.kind) == text]
    if picked:
        return picked[0]
    value = _read(field, text)
    if problem := choice_problem(field.name, field.choices, value):
        raise UsageError(problem, hint=choice_hint(field.choices, value))
    return value


def _read(field: InputField, text: str) -> Json:
    kind = field.kind
    if kind == "text":
        return checked(field.name, text)
    if kind in BLOB_TYPES:
        return _file(field, text.strip())
    if kind == "messages" and text.strip() and text.strip()[:1] != "[":
        return [{"role": "user", "content": text}]
    if kind == "message" and text.strip()[:1] != "{":
        return {"role": "user", "content": text}
    try:
        value = json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        if kind == "any":
            return checked(field.name, text)
        raise UsageError(
            f"The input `{field.name}` takes {TYPE_WORDS[kind]}, not: {preview(text, 60)}.", hint=f"({error})"
        ) from None
    check = value_check(kind)
    if check is not None and not check(value):
        raise UsageError(f"The input `{field.name}` takes {TYPE_WORDS[kind]}, not: {preview(text, 60)}.")
    return checked(field.name, value)


def values_of(document: Document, texts: dict[str, str]) -> tuple[dict[str, Json], list[str]]:
    """Return the inputs to run with, and the names of those that are missing. What is left as its default is left out,
    so that the graph decides. Raises UsageError for a text that cannot be read."""
    values: dict[str, Json] = {}
    missing = []
    for field in input_fields(document.graph):
        text = texts.get(field.name, field.default)
        if text == field.default and not field.required:
            continue
        if not text.strip() and (field.required or field.kind != "text") and "" not in field.choices:
            if field.required:
                missing.append(field.name)
            continue
        values[field.name] = read(field, text)
    return values, missing


def _file(field: InputField, text: str) -> Json:
    path = Path(text.removeprefix("@"))
    try:
        path = path.expanduser()
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # a pipe or a device may have no end
            raise UsageError(f"The input `{field.name}` takes a file, and this is none.", where=str(path))
        if about.st_size > LARGEST:
            most = LARGEST // 2**20
            raise UsageError(f"The file for the input `{field.name}` is larger than {most} MB.", where=str(path))
        data = path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in the name, a home of nobody
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"The file for the input `{field.name}` cannot be read: {why}.", where=str(path)) from None
    return Blob(data, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
