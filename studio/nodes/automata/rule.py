"""`automata.rule`: what an elementary automaton does with three cells."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("automata.rule", title="Rule of an automaton", category="Automata", icon="table", limits="rules 0 to 255")
class Rule(Node):
    """Give the table of an elementary rule, by Wolfram's number: what becomes of each triple left, centre, right.

    The rule's number, written with eight binary digits, is the list of results: the highest digit is that of 111, the
    lowest that of 000. So rule 110, binary 01101110, makes 1 of 110, 101, 011, 010 and 001.
    (S. Wolfram, Reviews of Modern Physics 55, 1983, 601.)
    """

    class Params(Fields):
        rule: int = param(110, ge=0, le=255, help="The rule, if nothing is wired to `rule`.")

    class In(Fields):
        rule: int = port(None, help="The rule, 0 to 255; else the param of that name.")

    class Out(Fields):
        table: list[Any] = port(help="Eight results, of 000 first and of 111 last.")
        shown: str = port(help="The table to read: `111 110 101 …` over its results.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        rule = params.rule if inputs.rule is None else inputs.rule
        if not 0 <= rule <= 255:
            raise NodeError(
                f"`rule` is {rule}, but the elementary rules are 0 to 255.",
                hint="Give one of these.",
                code="input",
            )
        table: list[Any] = [rule >> triple & 1 for triple in range(8)]
        triples = [format(triple, "03b") for triple in reversed(range(8))]
        results = [f" {result} " for result in reversed(table)]
        return self.Out(table=table, shown=f"{' '.join(triples)}\n{' '.join(results)}".rstrip())
