"""A cache that forgets what was used least recently, kept in a kv store: its keys stand in the order of their use."""

from __future__ import annotations

import hashlib
from typing import Any

from studio.nodes.store._ops import ask
from studio.spec import RunContext
from studio.support.values import Absent, Json


def key_of(key: str, hashed: bool) -> str:
    """Return the key as it stands in the store: itself, or its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest() if hashed else key


def cached(firing: RunContext, key: str, *, store: str, hashed: bool = False) -> dict[str, Any]:
    """Return what stands under a key, and move it behind all others."""
    name = key_of(key, hashed)
    found = ask(firing, store, "kv", "get", key=name)
    if "value" not in found:
        return {"value": Absent("it is not in the cache"), "missing": True, "hit": False, "key": name}
    _write(firing, store, name, found["value"])
    return {"value": found["value"], "missing": Absent("it is in the cache"), "hit": True, "key": name}


def put(
    firing: RunContext,
    key: str,
    value: Json,
    *,
    store: str,
    hashed: bool = False,
    most: int = 100,
) -> dict[str, Any]:
    """Keep a value under a key, and forget what was used least recently if there are too many."""
    name = key_of(key, hashed)
    _write(firing, store, name, value)
    keys: list[str] = ask(firing, store, "kv", "keys")
    for old in keys[: max(0, len(keys) - most)]:
        ask(firing, store, "kv", "delete", key=old)
    return {"key": name, "length": min(len(keys), most), "forgotten": max(0, len(keys) - most)}


def _write(firing: RunContext, store: str, key: str, value: Json) -> None:
    """Give a key a value and the last place."""
    ask(firing, store, "kv", "delete", key=key)
    ask(firing, store, "kv", "set", key=key, value=value)
