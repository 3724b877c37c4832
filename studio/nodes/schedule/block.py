"""`schedule.block`: the part of a day around now that must be planned anew when something comes between."""

from __future__ import annotations

from typing import Any

from studio.nodes.schedule._rows import checked, lines_of, place_at
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError


@node("schedule.block", title="Make room in a schedule", category="Schedules", icon="list")
class Block(Node):
    """Cut out the block of a schedule that must be planned anew because something comes between.

    The block is the activity of the hourly plan that is going on, with the next one if it is shorter than two hours
    (Generative Agents, released program, `plan.py`). Its rows up to now are kept, the last of them as being on the way;
    then comes what is inserted. `plan` and `begun` are what to show to a model, which goes on from `from_time`;
    *schedule.repair* reads its answer.
    """

    class In(Fields):
        rows: list[Any] = port(help="The schedule in detail: `[activity, minutes]`, from midnight.")
        hourly: list[Any] = port(help="The schedule by hours, as it was first planned.")
        minute: int = port(help="Minutes since midnight.")
        activity: str = port(help="What comes between.")
        minutes: int = port(help="How long it takes.")

    class Out(Fields):
        start: int = port(help="Place of the first row of the block.")
        stop: int = port(help="Place behind the last row of the block.")
        main: list[Any] = port(help="The rows of the block as they were.")
        kept: list[Any] = port(help="What stays of them, and what is inserted.")
        begin: int = port(help="The minute at which the block begins.")
        end: int = port(help="The minute at which it ends.")
        plan: str = port(help="The block as it was, a line per row: `07:00 ~ 08:00 -- eating breakfast`.")
        begun: str = port(help="What stays and what is inserted, in the same way.")
        from_time: str = port(help="When the inserted row ends, as in 07:25.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        rows, hourly = checked(inputs.rows), checked(inputs.hourly, "the hourly plan")
        place = place_at(hourly, inputs.minute)
        if place == len(hourly):
            raise NodeError(
                f"the hourly plan is over at minute {inputs.minute}.", hint="A plan of a day has 1,440 minutes."
            )
        hours = hourly[place][1]
        if hours < 120 and place + 1 < len(hourly):
            hours += hourly[place + 1][1]
        begin = sum(one for _, one in hourly[:place]) // 60 * 60
        end = begin + hours // 60 * 60
        start, stop = len(rows), len(rows)
        main: list[tuple[str, int]] = []
        kept: list[list[Any]] = []
        passed, cut = 0, False
        for number, (what, length) in enumerate(rows):
            if passed >= begin and start == len(rows):
                start = number
            if passed >= end and stop == len(rows):
                stop = number
            if begin <= passed < end:
                main.append((what, length))
                if passed <= inputs.minute + 1:
                    kept.append([what, length])
                elif not cut:
                    kept.append([what, 0])
                    cut = True
            passed += length
        inserted = inputs.activity
        if kept:
            # The last row that has begun is taken as the way to where it happens.
            whole, bracket, part = kept[-1][0].partition("(")
            goal = part.rpartition("(")[2][:-1] if bracket else whole.strip()
            kept[-1][0] = f"{whole.strip()} (on the way to {goal})"
            inserted = f"{whole.strip()} ({inserted})"
        kept.append([inserted, inputs.minutes])
        lines = lines_of([(one, long) for one, long in kept], begin)
        return self.Out(
            start=start,
            stop=stop,
            main=[list(row) for row in main],
            kept=kept,
            begin=begin,
            end=end,
            plan="\n".join(lines_of(main, begin)),
            begun="\n".join(lines),
            from_time=lines[-1][8:13],
        )
