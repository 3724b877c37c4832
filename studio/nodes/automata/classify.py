"""`automata.classify`: which of Wolfram's four classes a history belongs to."""

from __future__ import annotations

from typing import Any

from studio.nodes.automata._rows import checked_row, input_entropy, likeness, packed, repeats_after
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError

MOST = 4_000_000
"""Most cells in all rows."""


@node(
    "automata.classify",
    title="Class of behaviour",
    category="Automata",
    icon="tally",
    blocking=True,
    limits="4 million cells; 200 rows of 200 cells in 0.1 s",
)
class Classify(Node):
    """Say by its rows which of Wolfram's classes an automaton shows: 1 uniform, 2 periodic, 3 chaotic, 4 complex.

    *1*: the last row is all 0 or all 1. *2*: it stood before, at most `longest_period` rows ago, perhaps moved along
    the ring. Else much (*4*) or little (*3*) of the last rows repeats rows shortly before: `likeness` is the share of
    cells that equal those up to 8 rows before and up to 14 cells aside, less what chance would make equal. In complex
    rules moving structures cross a background that repeats; chaos has none.

    The measure is ours. Give it a history long enough: a random ring of 211 cells (a prime, so that additive rules do
    not die out) and twice as many steps. So it puts 86 of the 88 different elementary rules where Wolfram does; 41 and
    73, which are disputed, change with the first row. `entropy` is the mean over the last half of the rows of how
    evenly the eight triples are looked up (0 to 3 bits), and `spread` its standard deviation (A. Wuensche, Complexity
    4, 1999, 47-66).
    """

    class Params(Fields):
        longest_period: int = param(32, ge=1, le=10_000, help="Class 2: longest period, in steps.")
        complex: float = param(0.45, ge=0, le=1, help="Class 4: least likeness; below it is 3.")

    class In(Fields):
        rows: list[Any] = port(help="The rows of a ring, oldest first: those of *automata.step*.")

    class Out(Fields):
        number: int = port(help="The class, 1 to 4.")
        name: str = port(help="uniform, periodic, chaotic or complex.")
        period: Any = port(type="integer", help="Class 2: after how many steps a row returns, else absent.")
        moved: Any = port(type="integer", help="Class 2: by how many cells to the right it moved on the ring.")
        likeness: float = port(help="How much of the last rows repeats rows before: 0 by chance, 1 all.")
        entropy: float = port(help="Mean input entropy, in bits.")
        spread: float = port(help="Standard deviation of the input entropy.")
        density: float = port(help="Share of ones in the last half of the rows.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Any:
        given = [checked_row(row, "rows") for row in inputs.rows]
        width = len(given[0]) if given else 0
        if len(given) < 2 or any(len(row) != width for row in given) or len(given) * width > MOST:
            raise NodeError(
                f"`rows` must be two or more rows of one length, with {MOST:,} cells at most in all.",
                hint="Wire the `rows` of an `automata.step`.",
                code="input",
            )
        rows = [packed(row) for row in given]
        late = rows[len(rows) // 2 :]
        entropies = [input_entropy(row, width) for row in late]
        mean = sum(entropies) / len(late)
        alike = likeness(rows, width)
        ports: dict[str, Any] = {
            "likeness": alike,
            "entropy": mean,
            "spread": (sum((one - mean) ** 2 for one in entropies) / len(late)) ** 0.5,
            "density": sum(row.bit_count() for row in late) / (width * len(late)),
        }
        again = repeats_after(rows, width, params.longest_period)
        if rows[-1] in (0, (1 << width) - 1):
            ports |= {"number": 1, "name": "uniform"}
        elif again is not None:
            ports |= {"number": 2, "name": "periodic", "period": again[0], "moved": again[1]}
        elif alike >= params.complex:
            ports |= {"number": 4, "name": "complex"}
        else:
            ports |= {"number": 3, "name": "chaotic"}
        return self.Out(**ports)
