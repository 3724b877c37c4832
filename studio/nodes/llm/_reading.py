"""Reading what a model said: a label, a JSON value, a value's faults against a schema."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from studio.nodes.llm._job import Fault
from studio.support.errors import NodeError, UsageError
from studio.support.values import Json, decode

_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
_EDGES = " \t\r\n.!\"'`*“”"
MAX_FAULTS = 5
"""Most faults of one value that are shown to a model at once."""


def label_in(text: str, labels: Sequence[str]) -> str | None:
    """Return the label a reply states, alone or as `{"label": …}`; None if it states none or more than that."""
    said = text.strip()
    if said.startswith(("{", '"')):
        try:
            value = decode(said)
        except ValueError:
            value = said
        if isinstance(value, Mapping):
            value = value.get("label")
        if not isinstance(value, str):
            return None
        said = value
    if said in labels:
        return said
    bare = said.strip(_EDGES).casefold()
    return next((label for label in labels if label.strip(_EDGES).casefold() == bare), None)


def json_in(text: str) -> Json:
    """Return the JSON value of a reply: the whole text, a fenced block, or the first object or array in it.

    Raises ValueError saying in a sentence why there is none.
    """
    said = text.strip()
    fence = _FENCE.search(said)
    for candidate in (said, fence[1].strip() if fence else "", _outermost(said)):
        if candidate:
            try:
                return decode(candidate)
            except ValueError:
                continue
    raise ValueError("The answer must be JSON and nothing else." if said else "The answer is empty.")


def _outermost(text: str) -> str:
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return ""
    end = text.rfind("}" if text[start] == "{" else "]")
    return text[start : end + 1] if end > start else ""


def faults_by_schema(value: Json, schema: Mapping[str, Json]) -> list[Fault]:
    """Return what of a value breaks a JSON Schema, at most `MAX_FAULTS`. Raises `NodeError` for an unusable schema."""
    from studio.support.schemas import schema_faults

    try:
        sentences = schema_faults(dict(schema), value)
    except UsageError as error:
        raise NodeError(error.message, hint=error.hint or "Correct `schema`.", code="schema") from None
    return [Fault("schema", sentence) for sentence in sentences[:MAX_FAULTS]]
