"""The parameters of a module's function: the input ports of the node, with types and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from studio.export.literals import literal
from studio.export.naming import fresh, parameter
from studio.export.standalone.gathering.refusing import NotStandalone
from studio.export.standalone.gathering.twins import CONTEXT, RUNTIME
from studio.spec.fields import Field

_ANNOTATIONS: Final = {
    "text": "str", "number": "float", "integer": "int", "boolean": "bool", "list": "list[Json]", "message": "Message",
    "messages": "Messages", "vector": "Vector", "image": "Image", "audio": "Audio", "file": "File",
}  # fmt: skip
"""The annotation for each port type; `runtime.ports` reads them. All others take any value."""

IMPORTS: Final = {
    "Json": ("studio.support.values", "Json"),
    "Ports": (f"{RUNTIME}.ports", "Ports"),
    "Firing": CONTEXT,
    "Sequence": ("collections.abc", "Sequence"),
    **{name: (f"{RUNTIME}.ports", name) for name in ("Message", "Messages", "Vector", "Image", "Audio", "File")},
}
"""Where the names in signatures come from."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameters as text, and what goes with them.

    `parameters` maps ports to parameters; `firing` is the name of the first one; `names` are those that annotations
    use; `prologue` are statements that give a parameter the default which no literal can be.
    """

    firing: str
    parameters: Mapping[str, str]
    text: str
    names: frozenset[str]
    prologue: tuple[str, ...]
    texts: frozenset[str] = frozenset()
    """Parameters that always hold a text."""


def signature_of(inputs: Mapping[str, Field]) -> Signature:
    """Return the parameters for these ports: the required ones first, in the order of the ports.

    Raises `NotStandalone` for a port of which Python can make no parameter.
    """
    parameters = {port: _parameter(port) for port in inputs}
    firing = fresh("firing", parameters.values())
    required: list[str] = []
    optional: list[str] = []
    prologue: list[str] = []
    for port, field in inputs.items():
        name, kind = parameters[port], annotation(field)
        if field.required:
            required.append(f"{name}: {kind}")
            continue
        default: Any = field.default
        if isinstance(default, list | dict) or (isinstance(default, tuple) and not kind.startswith("Sequence")):
            prologue.append(f"if {name} is None:\n    {name} = {literal(_json(default))}")
            default = None
        if default is None and kind != "Json":
            kind += " | None"
        optional.append(f"{name}: {kind} = {literal(default)}")
    text = ", ".join((f"{firing}: Firing", *required, *optional))
    used = frozenset(name for name in IMPORTS if any(name in part for part in (text, "Firing", "Ports")))
    texts = frozenset(
        parameters[port]
        for port, field in inputs.items()
        if field.type == "text" and field.join == "plain" and (field.required or isinstance(field.default, str))
    )
    return Signature(firing, parameters, text, used, tuple(prologue), texts)


def annotation(field: Field) -> str:
    """Return the annotation for values of a port; the values of several wires are a sequence."""
    kind = _ANNOTATIONS.get(field.type, "Json")
    return f"Sequence[{kind}]" if field.join == "many" else kind


def _parameter(port: str) -> str:
    name = parameter(port)
    if not name:
        raise NotStandalone(f"an input is called `{port}`, and Python has no parameter of that name")
    return name


def _json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
