"""`-i name=value` → values of a graph's inputs, read as the type each input declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from studio.spec.given import given_values, read_as
from studio.support.errors import UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.spec.fields import Field


def input_types(graph: Graph) -> dict[str, str]:
    """Return the graph's inputs with their types. An input without a type is text if its default is text."""
    return {name: read_as(field) for name, field in _fields(graph).items()}


def told_inputs(graph: Graph) -> list[dict[str, Json]]:
    """Return the graph's inputs for a list of them: `name`, `type`, `help`, `default` if it has one, and `choices` if
    it takes nothing else."""
    told = []
    for name, field in _fields(graph).items():
        one: dict[str, Json] = {"name": name, "type": read_as(field), "help": field.help}
        if not field.required:
            one["default"] = field.default
        if field.choices:
            one["choices"] = list(field.choices)
        told.append(one)
    return told


def _fields(graph: Graph) -> dict[str, Field]:
    from studio.graph.ports import body_fields
    from studio.graph.scope import Scope
    from studio.plugins.registries import registry_of

    return body_fields(Scope(graph), registry_of(graph))[0]


def parse_inputs(given: Sequence[str], types: Mapping[str, str]) -> dict[str, Json]:
    """Read `name=value`, `name=@file`, `name=@-` (standard input) and `name=@@text` (a literal @).

    An image, sound or file is read from `@file`. Text is taken as it stands,
    everything else as JSON; an input of type `any` takes JSON or, failing that, text.
    Raises UsageError naming the input and what it takes.
    """
    found: dict[str, tuple[str, str, str]] = {}
    for item in given:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise UsageError(f"`-i {item}` names no input.", hint="Write `-i name=value` or `-i name=@file`.")
        if name not in types:
            raise UsageError(f"The graph has no input `{name}`.", hint=described(types))
        if name in found:
            raise UsageError(f"The input `{name}` is given twice.")
        found[name] = (name, types[name], text)
    return given_values(found.values())


def described(types: Mapping[str, str]) -> str:
    """Return a sentence that lists the inputs with their types."""
    if not types:
        return "It takes no inputs."
    return "Its inputs: " + ", ".join(f"`{name}` ({kind})" for name, kind in types.items()) + "."
