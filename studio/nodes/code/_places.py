"""What node types about places in code are given."""

from __future__ import annotations

from typing import Any

from studio.support.errors import NodeError
from studio.tools.places import Place


def texts_of(value: Any) -> dict[str, str]:
    """Return the texts by name that a wire brings. Raises `NodeError` for anything else."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise NodeError("`files` is no object of texts by file name.", hint="Wire `texts` of *git.files_at*.")
    return value


def places_of(value: Any) -> list[Place]:
    """Return the places that a wire brings. Raises `NodeError` for anything else."""
    found = []
    for one in value:
        if not (isinstance(one, dict) and isinstance(one.get("source"), str)):
            raise NodeError("a place is an object with `source`, `first` and `last`.", hint="Wire *code.places*.")
        first, last = one.get("first", 1), one.get("last", one.get("first", 1))
        if not (type(first) is int and type(last) is int):
            raise NodeError("`first` and `last` of a place are whole numbers.", hint="Wire *code.places*.")
        found.append(Place(one["source"], first, last, str(one.get("name", "")), str(one.get("kind", ""))))
    return found


def as_json(places: list[Place]) -> list[dict[str, Any]]:
    """Return places as objects; those of mere lines have no `name` and `kind`."""
    return [
        {"source": one.source, "first": one.first, "last": one.last}
        | ({"name": one.name, "kind": one.kind} if one.name else {})
        for one in places
    ]
