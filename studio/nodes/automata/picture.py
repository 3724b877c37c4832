"""`automata.picture`: rows to look at."""

from __future__ import annotations

from typing import Any

from studio.nodes.automata._rows import checked_row, picture
from studio.spec import Fields, Node, RunContext, node, port


@node("automata.picture", title="Picture of rows", category="Automata", icon="text", limits="100,000 cells a row")
class Picture(Node):
    """Draw rows of cells as lines of text: a block for 1, a dot for 0, time running down."""

    class In(Fields):
        rows: list[Any] = port(help="The rows, oldest first.")

    class Out(Fields):
        text: str = port(help="A line per row.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(text=picture([checked_row(row, "rows") for row in inputs.rows]))
