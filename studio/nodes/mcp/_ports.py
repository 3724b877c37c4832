"""Ports from the schemas of a tool: names that wires can have, types, and what is required."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from studio.spec import Field, port
from studio.support.plain import plain_line

MAX_PORTS = 100
"""Most ports that a schema makes; a tool with more is no part of a drawing."""

MAX_NAME = 60
RESERVED = frozenset(
    (
        "when", "done", "error", "type", "title", "fires", "on_error", "default", "retries", "timeout_s", "limits",
        "knockout",
    )
)  # fmt: skip
"""Names that no port may have (design section 6). A property called so makes a port with `_` at its end."""

_TYPES = {
    "string": "text", "number": "number", "integer": "integer", "boolean": "boolean", "array": "list", "object": "json",
}  # fmt: skip
_MAX_HELP = 300


def port_names(schema: Any, taken: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return property by port name, in the order of the schema. A name no wire can have is changed, never dropped."""
    found: dict[str, str] = {}
    for name in list(properties_of(schema))[:MAX_PORTS]:
        clean = re.sub(r"\W", "_", name, flags=re.ASCII)[:MAX_NAME] or "_"
        if clean[0].isdigit():
            clean = f"_{clean}"
        while clean in RESERVED or clean in taken or clean in found:
            clean += "_"
        found[clean] = name
    return found


def input_ports(schema: Any, fixed: Any) -> dict[str, Field]:
    """Return the inputs of a tool: one per property that has no fixed value; those it can do without are optional."""
    required = _texts(schema.get("required")) if isinstance(schema, Mapping) else ()
    made = {}
    for name, prop in port_names(schema).items():
        if isinstance(fixed, Mapping) and prop in fixed:
            continue
        about = properties_of(schema)[prop]
        help, kind = _help(about, f"The argument `{plain_line(prop)[:MAX_NAME]}`."), port_type(about)
        made[name] = port(type=kind, help=help) if prop in required else port(None, type=kind, help=help)
    return made


def output_ports(schema: Any, taken: frozenset[str], private: bool) -> dict[str, Field]:
    """Return an output per property of a tool's output schema."""
    made = {}
    for name, prop in port_names(schema, taken).items():
        about = properties_of(schema)[prop]
        help = _help(about, f"The part `{plain_line(prop)[:MAX_NAME]}` of the result.")
        made[name] = port(type=port_type(about), help=help, untrusted=True, private=private)
    return made


def properties_of(schema: Any) -> dict[str, Any]:
    """Return the schema of each property; none for what is no schema of an object."""
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return {name: one for name, one in found.items() if isinstance(name, str)} if isinstance(found, Mapping) else {}


def port_type(schema: Any) -> str:
    """Return the type of a port for values of a schema: `any` where it allows several types or says nothing."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if isinstance(kind, list):
        kinds = [one for one in kind if one != "null"]
        kind = kinds[0] if len(kinds) == 1 else None
    return _TYPES.get(kind, "any") if isinstance(kind, str) else "any"


def _help(schema: Any, otherwise: str) -> str:
    """What a stranger says of a property, as one plain line that ends as a sentence does."""
    said = schema.get("description") if isinstance(schema, Mapping) else None
    line = plain_line(said)[:_MAX_HELP].strip() if isinstance(said, str) else ""
    return (line if line.endswith((".", "!", "?")) else f"{line}.") if line else otherwise


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
