"""`list.runs`: how often each value follows itself."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port


@node("list.runs", title="Compress runs", category="Lists", icon="list")
class Runs(Node):
    """Compress runs of equal values: each value with how often it stands there in a row.

    With *unit* a length counts so much: 24 hourly activities and unit 60 give rows of activity and minutes, which is
    how Generative Agents (Park et al. 2023, released program) make a day's schedule of hours.
    """

    class Params(Fields):
        unit: float = param(1, ge=0, help="What one value counts.")

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        runs: list[Any] = port(help="Rows `[value, length]`, in order.")
        length: int = port(help="How many runs there are.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        unit = int(params.unit) if params.unit == int(params.unit) else params.unit
        runs: list[Any] = []
        for value in inputs.items:
            # true and 1 are two values in JSON, and equal in Python.
            if runs and runs[-1][0] == value and isinstance(runs[-1][0], bool) is isinstance(value, bool):
                runs[-1][1] += unit
            else:
                runs.append([value, unit])
        return self.Out(runs=runs, length=len(runs))
