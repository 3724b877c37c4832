"""What `json.build` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.nodes._shapes import fill_shape
from studio.support.values import Json


def build_object(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return an object of the values by their names."""
    return {"value": dict(values)}


def build_shape(values: Mapping[str, Json], template: Json) -> dict[str, Json]:
    """Return a shape with its gaps filled."""
    return {"value": fill_shape(template, values)}
