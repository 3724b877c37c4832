"""What time it is for a memory stream: wired, by the clock, or by the ticks of the run."""

from __future__ import annotations

from typing import Any

from studio.spec import RunContext, param, port
from studio.support.values import Json

TIMES = ("clock", "tick")


def time_param() -> Any:
    """Declare the param that says where the time comes from if it is not wired."""
    return param(
        "clock", choices=TIMES, help="The time, if nothing is wired to `now`: by the clock, or by ticks of the run."
    )


def tick_param() -> Any:
    """Declare the param that says how long a tick is."""
    return param(1.0, ge=0, le=1e6, help="Hours that a tick of the run stands for, if time goes by ticks.")


def now_port() -> Any:
    """Declare the input for a time of one's own."""
    return port(None, type="any", help="What time it is: ISO text, or a number of hours; else as `time` says.")


async def what_time(ctx: RunContext, time: str, tick_hours: float, wired: Json) -> Json:
    """Return the time as a stream takes it: ISO text, or hours; `time` says by what if it is not wired."""
    if wired is not None:
        return wired
    if time == "clock":
        return await ctx.now()
    # The tick of the whole run: that of an inner region begins anew each time.
    return int(ctx.tick.partition(".")[0]) * tick_hours
