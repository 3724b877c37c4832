"""What time it is for a run, and waiting: really, or by a clock that begins at a given moment and passes by sleeping.

Both are effects of kind `clock`, recorded as the studio's engine records them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from studio.support.errors import UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.export.standalone.runtime.firing import Firing


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

    async def now(self, firing: Firing) -> str:
        """The time as ISO 8601 text with offset.

        A fixed clock moves by what was slept: in this firing, and in earlier ticks by whoever slept longest.
        """

        async def read() -> Json:
            if self._start is None:
                return datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
            passed = firing.region.elapsed_s + firing.slept_s
            return (self._start + timedelta(seconds=passed)).isoformat(timespec="milliseconds")

        return str(await firing.effect("clock", "now", None, read))

    async def sleep(self, firing: Firing, seconds: float) -> None:
        """Wait; a fixed clock is moved on instead."""

        async def wait() -> Json:
            if self._start is None:
                await asyncio.sleep(seconds)
            return None

        await firing.effect("clock", "sleep", {"seconds": seconds}, wait)
        if self._start is not None:
            firing.slept_s += seconds
            firing.region.slept_s = max(firing.region.slept_s, firing.slept_s)
