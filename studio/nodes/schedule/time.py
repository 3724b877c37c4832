"""`schedule.time`: a simulated moment and its parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("schedule.time", title="Simulated time", category="Schedules", icon="clock")
class Time(Node):
    """Tell a simulated time: so many steps after a start, with its parts.

    The computer's clock is not asked, so a day of a simulated world can go by in a second.
    """

    class Params(Fields):
        seconds: float = param(1, ge=0, le=1e9, help="How long a step is, if nothing is wired to `seconds`.")

    class In(Fields):
        start: str = port(help="The time of step 0, as in `2023-02-13T08:00:00`; without an offset it is UTC.")
        step: float = port(0, help="How many steps have passed.")
        seconds: float = port(None, help="Seconds of a step; else the param of that name.")

    class Out(Fields):
        time: str = port(help="Date, time and offset, as in 2023-02-13T20:00:00+00:00.")
        seconds: float = port(help="Seconds since 1970.")
        day: str = port(help="The day in words, as in Monday February 13.")
        clock: str = port(help="Hours and minutes, as in 20:05.")
        minute: int = port(help="Minutes since midnight, full ones.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        try:
            begun = datetime.fromisoformat(inputs.start.strip())
            length = params.seconds if inputs.seconds is None else inputs.seconds
            moment = (begun if begun.tzinfo else begun.replace(tzinfo=UTC)) + timedelta(seconds=inputs.step * length)
        except (ValueError, OverflowError) as error:
            raise NodeError(
                f"there is no time {inputs.step:g} steps after `{inputs.start[:60]}`: {error}.",
                hint="Write the start as in `2023-02-13T08:00:00`.",
            ) from None
        weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        months = (
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        )  # fmt: skip
        return self.Out(
            time=moment.isoformat(),
            seconds=moment.timestamp(),
            day=f"{weekdays[moment.weekday()]} {months[moment.month - 1]} {moment.day}",
            clock=f"{moment.hour:02}:{moment.minute:02}",
            minute=moment.hour * 60 + moment.minute,
        )
