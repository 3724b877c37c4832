"""What the items of a map are known by. Standalone scripts take this along as it stands."""

from __future__ import annotations

from studio.support.errors import NodeError
from studio.support.values import Json


def keys_of(items: list[Json], field: str | None) -> list[Json]:
    """Return what each item is known by: its key (text or whole number), which is the value of its field, or the item
    itself where the field is ""; its index where there is no field.

    Raises `NodeError` for a missing key, and for one that stands for two items: as text, keys are unique in a tick.
    """
    if field is None:
        return list(range(len(items)))
    keys: list[Json] = []
    seen: set[str] = set()
    for position, item in enumerate(items):
        value = item.get(field) if isinstance(item, dict) and field else item
        if type(value) not in (str, int):
            raise NodeError(
                f"item {position} has no text or whole number under `{field}` to be known by.",
                hint="Give every item a key of its own.",
                code="no_key",
            )
        if str(value) in seen:
            raise NodeError(
                f"the key `{value}` stands for two items.", hint="Keys must be unique in a tick.", code="same_key"
            )
        seen.add(str(value))
        keys.append(value)
    return keys


def segment(key: Json) -> str:
    """Return a key as one segment of a node path."""
    return str(key).replace("%", "%25").replace("/", "%2F") or "%"
