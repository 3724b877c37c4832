"""Run ids: 26 characters, sortable by time (ULID: 48 bits of milliseconds, 80 random bits)."""

from __future__ import annotations

import secrets
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_run_id(at_ms: int | None = None) -> str:
    """Return a fresh run id for the given time (milliseconds since 1970; default now)."""
    moment = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    number = (moment << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
