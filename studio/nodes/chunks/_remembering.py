"""How a chunk is put into a memory: as a new one, or as one more use of its equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.nodes.chunks._values import same_slots
from studio.support.values import Json

MAX_USES = 10_000


def remembered(memory: Mapping[str, Any], chunk: Mapping[str, Any], now: float) -> tuple[str, dict[str, Json], bool]:
    """Return under which name a chunk is kept, its entry with the new uses, and whether it was merged with an equal.

    `memory` holds entries `{slots, uses, created}` by name. A chunk without `uses` is used now. Of more than 10,000
    uses the oldest go.
    """
    uses = [now] if chunk.get("uses") is None else list(chunk["uses"])
    for name, entry in memory.items():
        if same_slots(entry["slots"], chunk["slots"]):
            return name, {**entry, "uses": sorted([*entry["uses"], *uses])[-MAX_USES:]}, True
    name = stem = chunk.get("name") or "chunk"
    number = 1
    while name in memory:
        number += 1
        name = f"{stem}-{number}"
    created = min(uses, default=now)
    return name, {"slots": dict(chunk["slots"]), "uses": sorted(uses)[-MAX_USES:], "created": created}, False
