"""`schedule.repair`: how a block of a day goes on, as a model planned it, or as it can be mended."""

from __future__ import annotations

import re
from typing import Any

from studio.nodes.schedule._rows import checked, lines_of
from studio.spec import Fields, Node, RunContext, node, port


@node("schedule.repair", title="Read a mended schedule", category="Schedules", icon="list", limits="200 lines")
class Repair(Node):
    """Read how a model goes on with a block of a schedule that *schedule.block* cut out.

    The answer continues the lines that are there: `07:40 -- eating breakfast`, then `07:40 ~ 08:00 -- reading`. If a
    line cannot be read, or the whole does not come to the length of the block, the answer is passed over: then the rows
    that were kept are followed by those of the old block from their number on, cut off at its length. So does the
    released program of Generative Agents (2023).
    """

    class In(Fields):
        text: str = port(help="What the model wrote.")
        main: list[Any] = port(help="The rows of the block as they were.")
        kept: list[Any] = port(help="What stays of them, and what is inserted.")
        begin: int = port(help="The minute at which the block begins.")
        end: int = port(help="The minute at which it ends.")

    class Out(Fields):
        rows: list[Any] = port(help="The rows of the block.")
        mended: bool = port(help="True if the answer could not be used.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        main, kept = checked(inputs.main, "the block"), checked(inputs.kept, "what is kept")
        lines = lines_of(kept, inputs.begin)
        answer = [line.strip() for line in inputs.text.strip().split("\n") if line.strip()]
        if answer and not re.match(r"\d{1,2}:\d{2}\s*~", answer[0]):
            answer[0] = f"{lines[-1][8:13]} ~ {answer[0].lstrip('~ ')}"
        rows: list[Any] = []
        readable = len(answer) <= 200
        for line in [*lines, *answer] if readable else []:
            found = re.match(r"(\d{1,2}):(\d{2})\s*~\s*(\d{1,2}):(\d{2})\s*--\s*(\S.*)", line)
            if found is None:
                readable = False
                break
            begin = int(found.group(1)) * 60 + int(found.group(2))
            end = int(found.group(3)) * 60 + int(found.group(4))
            # A row up to midnight ends at 00:00 of the next day.
            rows.append([found.group(5).strip(), max(0, end - begin) if end or not begin else 1440 - begin])
        if readable and answer and sum(minutes for _, minutes in rows) == inputs.end - inputs.begin:
            return self.Out(rows=rows, mended=False)
        length = sum(minutes for _, minutes in main)
        made: list[Any] = []
        total = 0
        for activity, minutes in [*kept, *main[len(kept) - 1 :]]:
            made.append([activity, min(minutes, length - total)])
            total += made[-1][1]
            if total >= length:
                break
        return self.Out(rows=made, mended=True)
