"""Shapes: JSON values in params with gaps. A text that is nothing but `{name}` becomes the value of that name itself;
inside a longer text, or a key, the gap is filled in as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio.support.templates import placeholders, render
from studio.support.values import Json


def shape_gaps(shape: Json) -> Iterator[str]:
    """Yield the names of the gaps of a shape, in keys and values."""
    if isinstance(shape, str):
        yield from placeholders(shape)
    elif isinstance(shape, Mapping):
        for key, value in shape.items():
            yield from placeholders(key)
            yield from shape_gaps(value)
    elif isinstance(shape, list):
        for value in shape:
            yield from shape_gaps(value)


def fill_shape(shape: Json, values: Mapping[str, Json]) -> Json:
    """Return a shape with its gaps filled."""
    if isinstance(shape, str):
        names = placeholders(shape)
        return values[names[0]] if len(names) == 1 and shape == f"{{{names[0]}}}" else render(shape, values)
    if isinstance(shape, Mapping):
        return {render(key, values): fill_shape(value, values) for key, value in shape.items()}
    return [fill_shape(value, values) for value in shape] if isinstance(shape, list) else shape
