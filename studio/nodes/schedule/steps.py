"""`schedule.steps`: an activity taken apart into steps with minutes that come to its length."""

from __future__ import annotations

import re
from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("schedule.steps", title="Read the steps of an activity", category="Schedules", icon="list", limits="1,440 steps")
class Steps(Node):
    """Read the steps into which a model took an activity apart, and make their minutes come to its length.

    Each line is a step with a number of minutes: `1) wash (duration in minutes: 10, minutes left: 50)`, `wash, 10`,
    `- wash: 10 min`; a single line may hold several, `wash 10, dress 12`. Minutes are rounded down to a multiple of
    *grain*, and a step that comes to 0 falls out; equal steps in a row become one. What is too long is left out from
    where it passes the length, and the last step that stays is made longer (or is all there is) so that the sum is
    right: Generative Agents (Park et al. 2023, section 4.3.1; released program, grain 5). The rows read
    `activity (step)`. Without a readable step the activity stays whole.
    """

    class Params(Fields):
        grain: int = param(5, ge=1, le=1440, help="Minutes are rounded down to a multiple of this.")
        who: str = param("", help="A name (and `is`) that may stand before a step and is taken off.")

    class In(Fields):
        text: str = port(help="What the model wrote.")
        activity: str = port(help="The activity.")
        minutes: int = port(help="Its length in minutes.")
        who: str = port("", help="The name; else the param of that name.")

    class Out(Fields):
        rows: list[Any] = port(help="Rows `[activity (step), minutes]`.")
        length: int = port(help="How many rows there are.")
        unreadable: bool = port(help="True if no line was a step.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if inputs.minutes < 1:
            raise NodeError(f"an activity of {inputs.minutes} minutes has no steps.")
        who = inputs.who or params.who
        steps: list[list[Any]] = []
        for line in _lines(inputs.text):
            found = re.match(
                r"\s*(?:\d+\s*[).:]|[-*])?\s*(.*?)[\s,;:(\-]*(?:duration in minutes\s*:\s*)?"
                r"(?<![0-9])(?<![0-9]:)([0-9]{1,4})(?![0-9:])",
                line,
            )
            if found is None or not found.group(1):
                continue
            step = found.group(1)
            if who and step.startswith(f"{who} is "):
                step = step[len(who) + 4 :]
            minutes = int(found.group(2)) // params.grain * params.grain
            step = step.strip(" \t[]|\"'").rstrip(".").strip()
            if minutes and step and len(steps) < 1440:
                if steps and steps[-1][0] == step:
                    steps[-1][1] += minutes
                else:
                    steps.append([step, minutes])
        kept: list[list[Any]] = []
        total = 0
        for step, minutes in steps:
            if total + minutes > inputs.minutes:
                break
            kept.append([step, minutes])
            total += minutes
        if not kept and steps:
            kept = [[steps[0][0], 0]]
        if not kept:
            return self.Out(rows=[[inputs.activity, inputs.minutes]], length=1, unreadable=True)
        kept[-1][1] += inputs.minutes - total
        rows: list[Any] = [[f"{inputs.activity} ({step})", minutes] for step, minutes in kept]
        return self.Out(rows=rows, length=len(rows), unreadable=False)


def _lines(text: str) -> list[str]:
    """Return a line per step. A single line is cut behind each of its numbers if every piece then names a step."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) == 1:
        pieces = re.split(r"(?<=[0-9])\s*(?:min(?:utes?)?\.?)?\s*[\])]*\s*[,;]\s*", lines[0])
        if all(re.search(r"[^\W\d_].*[0-9]", piece) for piece in pieces) and "minutes left" not in lines[0]:
            return pieces
    return lines
