"""`clock.now`: the time."""

from __future__ import annotations

from datetime import datetime

from studio.spec import Fields, Node, RunContext, node, port


@node(
    "clock.now",
    title="Time now",
    category="Time and chance",
    icon="clock",
    effects="reads",
    needs_approval=False,
    limits="one reading a tick",
)
class Now(Node):
    """Tell the time, once per tick.

    A run with `--clock` sees the time given there; a replayed run sees what was recorded.
    """

    class Out(Fields):
        time: str = port(help="Date, time and offset, as in 2023-02-13T20:00:00+00:00.")
        date: str = port(help="The date, as in 2023-02-13.")
        weekday: str = port(help="The day of the week in English, as in Monday.")
        seconds: float = port(help="Seconds since 1970.")

    async def run(self, ctx: RunContext, params: Fields, inputs: Fields) -> Out:
        time = await ctx.now()
        moment = datetime.fromisoformat(time)
        weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        return self.Out(
            time=time,
            date=moment.date().isoformat(),
            weekday=weekdays[moment.weekday()],
            seconds=moment.timestamp(),
        )
