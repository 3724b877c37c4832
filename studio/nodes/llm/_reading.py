"""Reading what a model said: a label, a JSON value, a value's faults against a schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from studio.nodes.llm._settle import Fault
from studio.support.errors import NodeError
from studio.support.patterns import compile_pattern
from studio.support.values import Json, decode, encode, preview

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


def schema_faults(value: Json, schema: Mapping[str, Json]) -> list[Fault]:
    """Return what of a value breaks a JSON Schema, a sentence for each place, at most `MAX_FAULTS`."""
    errors = sorted(_validator(encode(dict(schema))).iter_errors(value), key=lambda error: list(map(str, error.path)))
    return [Fault(f"schema{_place(error.path)}", _sentence(error)) for error in errors[:MAX_FAULTS]]


@lru_cache(maxsize=128)
def _validator(schema: bytes) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import extend
    from referencing import Registry

    read = decode(schema)
    try:
        Draft202012Validator.check_schema(read)
    except SchemaError as error:
        raise NodeError(
            f"`schema` is no valid JSON Schema: {error.message}.", hint="Correct the schema.", code="schema"
        ) from None
    # Patterns by RE2, which cannot hang; an own registry, so that no `$ref` is fetched from the network.
    bounded: Any = extend(Draft202012Validator, {"pattern": _pattern_errors})  # type: ignore[no-untyped-call]
    return bounded(read, registry=Registry())


def _pattern_errors(validator: Any, pattern: str, instance: Json, schema: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and compile_pattern(pattern).search(instance) is None:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _place(path: Any) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def _sentence(error: Any) -> str:
    place = _place(error.path).lstrip(".")
    name = f"`{place}`" if place else "The answer"
    limit = error.validator_value
    shown = f"“{preview(error.instance, 40)}”" if isinstance(error.instance, str) else preview(error.instance, 40)
    match error.validator:
        case "required":
            missing = error.message.split("'")[1] if "'" in error.message else error.message
            return f"`{place + '.' if place else ''}{missing}` is missing."
        case "enum" if len(limit) <= 20:
            return f"{name} must be one of {', '.join(preview(one) for one in limit)}, not {shown}."
        case "enum":
            return f"{name} must be one of the allowed values, not {shown}."
        case "maxLength":
            return f"{name} must have at most {limit} characters and has {len(error.instance)}."
        case "minLength":
            return f"{name} must have at least {limit} characters and has {len(error.instance)}."
        case "type":
            kinds = " or ".join(limit) if isinstance(limit, list) else limit
            return f"{name} must be of type {kinds}, not {shown}."
        case "maxItems":
            return f"{name} must have at most {limit} entries and has {len(error.instance)}."
        case "minItems":
            return f"{name} must have at least {limit} entries and has {len(error.instance)}."
        case "pattern":
            return f"{name} must match the pattern {limit} and is {shown}."
        case "additionalProperties":
            return f"{name}: {error.message}."
    return f"{name}: {preview(error.message, 200)}."
