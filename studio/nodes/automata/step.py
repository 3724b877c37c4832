"""`automata.step`: all cells of a row at once."""

from __future__ import annotations

from typing import Any, Final, Literal

from studio.nodes.automata._rows import MAX_CELLS, checked_row, checked_table, packed, stepped, unpacked
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import preview

ENDS: Final = ("ring", "zeros")
MOST = 20_000_000
"""Most cells in all rows of a firing."""


@node(
    "automata.step",
    title="Step of a row",
    category="Automata",
    icon="step",
    blocking=True,
    limits="100,000 cells, 20 million cells in all rows",
)
class Step(Node):
    """Take a row of cells one or more steps further, all cells at once.

    A step reckons with the whole row as one long number, eight triples by a few operations each: 1,000 steps of 1,000
    cells take some milliseconds. Feed `row` back for one step a tick.
    """

    class Params(Fields):
        steps: int = param(1, ge=0, le=100_000, help="How many steps, if nothing is wired to `steps`.")
        ends: Literal["ring", "zeros"] = param(
            "ring",
            choices=ENDS,
            help="Whether the first and the last cell are neighbours, or what lies beyond them is 0.",
        )

    class In(Fields):
        row: list[Any] = port(help="The cells, 0 or 1.")
        table: list[Any] = port(help="What becomes of each triple, of 000 first: the `table` of *automata.rule*.")
        steps: int = port(None, help="How many steps; else the param of that name.")
        ends: str = port(None, help="ring or zeros; else the param of that name.")

    class Out(Fields):
        row: list[Any] = port(help="The cells after the last step.")
        rows: list[Any] = port(help="All rows, the one given first: one more than steps.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        row, table = checked_row(inputs.row), checked_table(inputs.table)
        steps = params.steps if inputs.steps is None else inputs.steps
        if steps < 0 or (steps + 1) * len(row) > MOST:
            raise NodeError(
                f"{steps:,} steps of {len(row):,} cells are not between 0 and {MOST:,} cells in all.",
                hint=f"Take fewer steps at once; a row may have {MAX_CELLS:,} cells.",
                code="input",
            )
        ends = params.ends if inputs.ends is None else inputs.ends
        if ends not in ENDS:
            raise NodeError(
                f"`ends` is `{preview(ends, 40)}`, but the ends of a row are {' or '.join(ENDS)}.",
                hint="Give one of these.",
                code="input",
            )
        rows: list[Any] = [row]
        number = packed(row)
        for _ in range(steps):
            number = stepped(number, len(row), table, ends == "ring")
            rows.append(unpacked(number, len(row)))
        return self.Out(row=rows[-1], rows=rows)
