"""The inputs of a module: a function says by its parameters what it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from studio.spec.types import value_check
from studio.support.values import Json

PORT_TYPES_OF = {
    "str": "text", "int": "integer", "float": "number", "bool": "boolean", "list": "list", "Message": "message",
    "Messages": "messages", "Vector": "vector", "Image": "image", "Audio": "audio", "File": "file",
}  # fmt: skip
"""The port type that an annotation stands for; every other one takes any value."""

Message: TypeAlias = Any
Messages: TypeAlias = Any
Vector: TypeAlias = Any
Image: TypeAlias = Any
Audio: TypeAlias = Any
File: TypeAlias = Any

Ports: TypeAlias = dict[str, Any]
"""What a module gives: values by output port, an `Absent` where it says why there is none."""


@dataclass(frozen=True, slots=True)
class Port:
    """One input of a module. `parameter` is what the module calls it; one that `passes` is told of absence, too."""

    name: str
    parameter: str
    kind: str = "any"
    required: bool = True
    passes: bool = False

    def takes(self, value: Json, *, gathered: bool) -> bool:
        """True if a value, or each of the gathered values, is of the port's type."""
        check = value_check(self.kind)
        return check is None or (all(map(check, value)) if gathered else check(value))


def port_name(parameter: str) -> str:
    """Return the port that a parameter stands for: one `_` keeps names apart that Python has a use for."""
    return parameter.removesuffix("_")


def kind_of(annotation: str) -> str:
    """Return the port type that an annotation stands for: `list[Json]` a list, `str | None` a text, and
    `Sequence[str]` the texts of several wires."""
    name = annotation.removesuffix(" | None")
    if name.startswith("Sequence["):
        name = name.removeprefix("Sequence[").removesuffix("]")
    return PORT_TYPES_OF.get(name.partition("[")[0], "any")


def ports_of(module: Callable[..., Any]) -> tuple[Port, ...]:
    """Return the inputs of a module: its own `ports`, as of one that runs a graph, else those of its function."""
    own: tuple[Port, ...] | None = getattr(module, "ports", None)
    return _parameters_of(module) if own is None else own


@cache
def _parameters_of(function: Callable[..., Any]) -> tuple[Port, ...]:
    """Return the parameters of a function but the first as inputs, required if without default."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return tuple(
        Port(
            port_name(one.name),
            one.name,
            kind_of(one.annotation if isinstance(one.annotation, str) else one.annotation.__name__),
            one.default is inspect.Parameter.empty,
        )
        for one in parameters
    )
