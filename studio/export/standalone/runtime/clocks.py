"""What time it is for a run, and waiting: really, or by a clock that begins at a given moment and passes by sleeping.

Both are asked as effects of kind `clock`, recorded as the studio's engine records them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from studio.support.errors import UsageError


class Clock:
    """The clock of a run."""

    def __init__(self, start: str | None = None) -> None:
        """`start` fixes the clock: ISO 8601, UTC if it names no offset. Raises `UsageError` if it is no time."""
        self._start: datetime | None = None
        if start is None:
            return
        try:
            moment = datetime.fromisoformat(start)
        except ValueError:
            raise UsageError(f"`{start}` is no time.", hint="Write it like 2026-01-31T09:30:00+00:00.") from None
        self._start = moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def is_fixed(self) -> bool:
        """True if nothing is waited for: whoever sleeps counts the seconds, and `now` is told them."""
        return self._start is not None

    def now(self, slept_s: float) -> str:
        """The time as ISO 8601 text with offset; a fixed clock has moved on by what was slept since its start."""
        if self._start is None:
            return datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
        return (self._start + timedelta(seconds=slept_s)).isoformat(timespec="milliseconds")

    async def sleep(self, seconds: float) -> None:
        """Wait, unless the clock is fixed."""
        if self._start is None:
            await asyncio.sleep(seconds)
