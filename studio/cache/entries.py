"""What is kept, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from studio.support.values import Json


class Kept(NamedTuple):
    """An answer from the cache: what was answered, its facts, and what it would have used to get it again."""

    response: Json
    facts: Mapping[str, Json]
    tokens: int
    cost_usd: float | None
    duration_ns: int


class Entry(NamedTuple):
    """What is to be kept. `request` is encoded and shown only, `duration_ns` what it took."""

    key: str
    kind: str
    name: str
    request: bytes
    response: bytes
    facts: Mapping[str, Json]
    tokens: int
    cost_usd: float | None
    duration_ns: int
