"""What `stream.retrieve` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.nodes.store._filters import filled
from studio.nodes.store._ops import ask
from studio.nodes.stream._time import what_time
from studio.spec import RunContext
from studio.support.expressions import Expression
from studio.support.values import Json


async def recall(
    firing: RunContext,
    values: Mapping[str, Json],
    *,
    store: str,
    expression: Expression,
    limit: int = 10,
    decay: float = 0.995,
    recency: str = "hours",
    filter: Json = None,
    ties: str = "newest",
    touch: bool = True,
    time: str = "clock",
    tick_hours: float = 1.0,
) -> dict[str, Any]:
    """Return the entries of a stream that score highest by an expression, and note that they were remembered."""
    now = await what_time(firing, time, tick_hours, values.get("now"))
    most = values.get("limit")
    items: list[Json] = ask(
        firing, store, "stream", "retrieve", now=now, vector=values.get("vector"),
        limit=limit if most is None else most,
        formula=expression.text, decay=decay, recency=recency, filter=filled(filter, values), ties=ties,
    )  # fmt: skip
    if touch and items:
        ask(firing, store, "stream", "touch", ids=[item["id"] for item in items], now=now)
    return {"items": items, "texts": [item["text"] for item in items], "length": len(items)}
