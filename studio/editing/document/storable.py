"""What a document may hold: values that its file can say, so that whatever is edited can be saved."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.errors import GraphError
from studio.support.values import Json, NotJson, encode


def storable(what: str, value: Json) -> Json:
    """Return a value as documents hold it (lists, no tuples). Raises GraphError for one that no file can hold: NaN,
    half a character, what is nested without end."""
    try:
        encode(value)
    except NotJson as error:
        raise GraphError(f"`{what}` cannot be stored: {error}.") from None
    return plain(value)


def plain(value: Json) -> Json:
    """Return a value in which tuples are lists."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value
