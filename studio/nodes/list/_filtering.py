"""What `list.filter` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.expressions import Expression
from studio.support.values import Json


def keep_if(values: Mapping[str, Json], condition: Expression) -> dict[str, list[Json]]:
    """Return the `items` for which a condition over `item`, `index` and the other values holds, and the rest."""
    kept: list[Json] = []
    rejected: list[Json] = []
    others = {name: value for name, value in values.items() if name != "items"}
    for index, item in enumerate(values["items"]):
        holds = condition.evaluate({**others, "index": index, "item": item})
        (kept if holds else rejected).append(item)
    return {"items": kept, "rejected": rejected}
