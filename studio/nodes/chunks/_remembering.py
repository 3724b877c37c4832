"""How a chunk is put into a memory: as a new one, or as one more use of its equal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from studio.nodes.chunks._values import content_of

MAX_USES = 10_000


def by_content(memory: Mapping[str, Any]) -> dict[Hashable, str]:
    """Return under which name a memory keeps each content, so that equals are found at once."""
    return {content_of(entry["slots"]): name for name, entry in memory.items()}


def remember(
    memory: dict[str, Any], known: dict[Hashable, str], chunk: Mapping[str, Any], now: float
) -> tuple[str, bool]:
    """Put a chunk into a memory, which is changed, and return its name there and whether it was merged with an equal.

    `memory` holds entries `{slots, uses, created}` by name, `known` what `by_content` gives of it. A chunk without
    `uses` is used now. Of more than 10,000 uses the oldest go.
    """
    uses = [now] if chunk.get("uses") is None else list(chunk["uses"])
    content = content_of(chunk["slots"])
    if content in known:
        name = known[content]
        memory[name] = {**memory[name], "uses": sorted([*memory[name]["uses"], *uses])[-MAX_USES:]}
        return name, True
    name = stem = chunk.get("name") or "chunk"
    number = 1
    while name in memory:
        number += 1
        name = f"{stem}-{number}"
    created = chunk.get("created", min(uses, default=now))
    memory[name] = {"slots": dict(chunk["slots"]), "uses": sorted(uses)[-MAX_USES:], "created": created}
    known[content] = name
    return name, False
