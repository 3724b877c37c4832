"""Ports as JSON Schema: for models that call tools, and for the clients of graphs that are served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from studio.spec.fields import Field
from studio.support.values import Json

_SCHEMAS: Final[Mapping[str, dict[str, Json]]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "list": {"type": "array"},
    "message": {"type": "object"},
    "messages": {"type": "array", "items": {"type": "object"}},
    "vector": {"type": "array", "items": {"type": "number"}},
}


def schema_of(field: Field) -> dict[str, Json]:
    """Return the schema of the values that one port takes; `any` and `json` without one of their own take all.
    Where there are choices, it is one of them."""
    inner = dict(field.schema) if field.schema is not None else dict(_SCHEMAS.get(field.type, {}))
    if field.choices:
        inner["enum"] = list(field.choices)
    schema: dict[str, Json] = {"type": "array", "items": inner} if field.join == "many" else inner
    return {**schema, "description": field.help} if field.help else schema


def schema_of_all(fields: Iterable[Field]) -> dict[str, Json]:
    """Return the schema of an object with a property for each field, the required ones required, and no others."""
    known = list(fields)
    return {
        "type": "object",
        "properties": {field.name: schema_of(field) for field in known},
        "required": [field.name for field in known if field.required],
        "additionalProperties": False,
    }
