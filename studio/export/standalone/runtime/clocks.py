"""What time it is for a run, and waiting: really, or by a clock that begins at a given moment and passes by sleeping.

Both are asked as effects of kind `clock`, recorded as the studio's engine records them.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from studio.support.errors import UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.export.standalone.runtime.outside import AskingFiring


class Clock:
    """The clock of a run."""

    def __init__(self, start: str | None = None) -> None:
        """`start` fixes the clock: ISO 8601, UTC if it names no offset. Raises `UsageError` if it is no time."""
        self._start: datetime | None = None
        self._slept: dict[int, float] = {}
        """What each firing has slept by a fixed clock."""
        if start is None:
            return
        try:
            moment = datetime.fromisoformat(start)
        except ValueError:
            raise UsageError(f"`{start}` is no time.", hint="Write it like 2026-01-31T09:30:00+00:00.") from None
        self._start = moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def now(self, slept_s: float) -> str:
        """The time as ISO 8601 text with offset; a fixed clock has moved on by what was slept since its start."""
        if self._start is None:
            return datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
        return (self._start + timedelta(seconds=slept_s)).isoformat(timespec="milliseconds")

    async def tell(self, firing: AskingFiring) -> Json:
        """Tell a firing the time: a fixed clock moved on by earlier ticks, and by what this firing has slept."""

        async def read() -> Json:
            return self.now(firing.region.elapsed_s + self._slept.get(firing.id, 0.0))

        return await firing.effect("clock", "now", None, read)

    async def wait(self, firing: AskingFiring, seconds: float) -> None:
        """Let a firing wait, unless the clock is fixed; then a tick has slept as long as whoever slept longest."""

        async def sleep() -> Json:
            if self._start is None:
                await asyncio.sleep(seconds)
            return None

        await firing.effect("clock", "sleep", {"seconds": seconds}, sleep)
        if self._start is not None:
            slept = self._slept[firing.id] = self._slept.get(firing.id, 0.0) + seconds
            firing.region.slept_s = max(firing.region.slept_s, slept)
