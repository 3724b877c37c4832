"""What params write in more than one way, read as one: labels, routes, the properties of a schema, inputs as a text.

All of it answers for half-finished params too, since an editor shows ports while a person types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studio.support.templates import as_text
from studio.support.values import Json


def label_table(given: Json) -> dict[str, str]:
    """Return labels, written as a list or as a mapping, with their meanings ("" where nothing is said)."""
    if isinstance(given, Mapping):
        return {str(label): meaning if isinstance(meaning, str) else "" for label, meaning in given.items()}
    if isinstance(given, list | tuple):
        return {label: "" for label in given if isinstance(label, str)}
    return {}


def route_table(given: Json, examples: Iterable[Mapping[str, Json]]) -> dict[str, list[str]]:
    """Return the texts that stand for each route: its description or examples, then those of the function."""
    routes: dict[str, list[str]] = {}
    if isinstance(given, Mapping):
        for name, said in given.items():
            texts = said if isinstance(said, list | tuple) else [said]
            routes[str(name)] = [text for text in texts if isinstance(text, str)]
    for example in examples:
        if example.get("output") in routes:
            routes[example["output"]].append(input_text({k: v for k, v in example.items() if k != "output"}))
    return routes


def properties_in(schema: Json) -> dict[str, Mapping[str, Json]]:
    """Return the properties that a schema names."""
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    return {str(name): one if isinstance(one, Mapping) else {} for name, one in found.items()}


def copied_properties(spans: Json) -> frozenset[str] | None:
    """Return the properties that Extract copies from the inputs; None: all."""
    return frozenset(map(str, spans)) if isinstance(spans, list | tuple) else None


def input_text(values: Mapping[str, Json]) -> str:
    """Return the inputs as one text: a single one as it is, several each after its name."""
    if len(values) == 1:
        return as_text(next(iter(values.values())))
    return "\n".join(f"{name}: {as_text(value)}" for name, value in values.items())
