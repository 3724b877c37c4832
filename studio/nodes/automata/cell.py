"""`automata.cell`: one cell of an automaton."""

from __future__ import annotations

from typing import Any

from studio.nodes.automata._rows import checked_row, checked_table
from studio.spec import Fields, Node, RunContext, node, port


@node("automata.cell", title="Cell", category="Automata", icon="tally")
class Cell(Node):
    """Be one cell: look the new state up in the table, by the old states of the left neighbour, itself and the right.

    Wire the `state` of three cells to `left`, `centre` and `right` with feedback edges, its own to `centre`: then all
    cells step together, one tick a step.
    """

    class In(Fields):
        left: int = port(help="The left neighbour's old state, 0 or 1.")
        centre: int = port(help="The cell's own old state.")
        right: int = port(help="The right neighbour's old state.")
        table: list[Any] = port(help="What becomes of each triple, of 000 first: the `table` of *automata.rule*.")

    class Out(Fields):
        state: int = port(help="The new state, 0 or 1.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        left, centre, right = checked_row([inputs.left, inputs.centre, inputs.right], "left, centre, right")
        return self.Out(state=checked_table(inputs.table)[4 * left + 2 * centre + right])
