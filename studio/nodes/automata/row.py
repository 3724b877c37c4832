"""`automata.row`: a row of cells, read from a list or a text."""

from __future__ import annotations

from typing import Any

from studio.nodes.automata._rows import checked_row
from studio.spec import Fields, Node, RunContext, node, port


@node("automata.row", title="Row of cells", category="Automata", icon="table", limits="100,000 cells")
class Row(Node):
    """Read a row of cells that are 0 or 1 from a list, from a text as in `0010110`, or from a number of such digits.

    Anything else is refused, so that it is told before it does harm.
    """

    class In(Fields):
        source: Any = port(help="The list, text or number.")

    class Out(Fields):
        row: list[Any] = port(help="The cells.")
        length: int = port(help="How many there are.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        # A command line makes a number of 10010, but leaves 00010 a text.
        given = str(inputs.source) if type(inputs.source) is int else inputs.source
        row: list[Any] = checked_row(given)
        return self.Out(row=row, length=len(row))
