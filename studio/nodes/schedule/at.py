"""`schedule.at`: what a schedule says for a minute of the day."""

from __future__ import annotations

from typing import Any

from studio.nodes.schedule._rows import checked, place_at
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("schedule.at", title="What is planned now", category="Schedules", icon="clock")
class At(Node):
    """Say what a schedule has for a minute of the day.

    A row counts until its minutes are over, so at 07:00 sharp the row that begins then is given. After the last row
    the outputs are absent but `place`.
    """

    class Params(Fields):
        ahead: int = param(0, ge=0, le=1440, help="Look so many minutes ahead.")

    class In(Fields):
        rows: list[Any] = port(help="The schedule: `[activity, minutes]`, from midnight.")
        minute: int = port(help="Minutes since midnight.")

    class Out(Fields):
        place: int = port(help="The place of the row, from 0; the number of rows if the schedule is over.")
        activity: str = port(help="What is planned.")
        minutes: int = port(help="How long it is planned for.")
        begin: int = port(help="The minute at which it begins.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        rows = checked(inputs.rows)
        place = place_at(rows, inputs.minute + params.ahead)
        if place == len(rows):
            over: Any = Absent("the schedule is over")
            return self.Out(place=place, activity=over, minutes=over, begin=over)
        activity, minutes = rows[place]
        return self.Out(place=place, activity=activity, minutes=minutes, begin=sum(one for _, one in rows[:place]))
