"""`automata.langton`: Langton's λ of a rule."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError

MAX_ENTRIES = 1_000_000


@node("automata.langton", title="Langton's lambda", category="Automata", icon="formula", limits="1,000,000 entries")
class Langton(Node):
    """Measure how far a rule is from dying out: λ, the share of neighbourhoods that do not lead to the quiet state.

    λ = (K^N − n) / K^N, with K states, N cells in a neighbourhood, and n neighbourhoods that lead to the quiet state.
    As it grows from 0, behaviour tends from dying out through repetition to long transients and then chaos, at
    1 − 1/K. For the elementary rules it is the number of ones divided by 8, and separates poorly: 30, 90 and 184 all
    have 0.5. (C. G. Langton, Physica D 22, 1986, 120-149.)
    """

    class Params(Fields):
        quiet: int = param(0, ge=0, help="The quiet state.")

    class In(Fields):
        table: list[Any] = port(help="The result of every neighbourhood: of *automata.rule*, or of any automaton.")

    class Out(Fields):
        value: float = port(help="λ, from 0 to 1.")
        random: float = port(help="1 − 1/K, where chance alone would put it; K is the highest state plus one.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        table = inputs.table
        if not 1 <= len(table) <= MAX_ENTRIES or not all(type(one) is int and one >= 0 for one in table):
            raise NodeError(
                f"`table` must be a list of 1 to {MAX_ENTRIES:,} states that are whole numbers from 0 on.",
                hint="Wire the `table` of an `automata.rule`.",
                code="input",
            )
        states = max(2, max(table) + 1, params.quiet + 1)
        return self.Out(value=(len(table) - table.count(params.quiet)) / len(table), random=1 - 1 / states)
