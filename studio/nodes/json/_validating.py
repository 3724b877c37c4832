"""What `json.validate` does, in the studio and in a script."""

from __future__ import annotations

from typing import Any

from studio.support.schemas import schema_faults
from studio.support.values import Absent, Json


def validate(value: Json, schema: Json) -> dict[str, Any]:
    """Return the value if it fits a JSON Schema, and what is wrong with it."""
    faults = schema_faults(schema, value)
    if faults:
        return {"value": Absent(f"the value does not fit the schema: {faults[0]}"), "valid": False, "errors": faults}
    return {"value": value, "valid": True, "errors": []}
