"""`flow.switch`: one of several ways, chosen by a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.nodes.flow._switching import ELSE, switch
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain
from studio.support.templates import as_text


@node("flow.switch", category="Flow", icon="switch")
class Switch(Node):
    """Send a value down the way that its case names.

    There is an output for each case and `else` for all other values.  The chosen one gives `data`, or `true` if
    nothing is wired to `data`; the others give nothing, and what hangs on them is skipped.  A text must
    equal its case exactly; numbers, true, false and null are compared as JSON writes them.
    """

    class Params(Fields):
        cases: Any = param(
            help="Values with a way of their own: `[good, wrong]`, or with named ways `{mend: [vague, wrong]}`.",
            editor={"kind": "cases"},
        )

    class In(Fields):
        value: Any = port(help="The value that chooses.")
        data: Any = port(True, help="What to send on; `true` if nothing is wired here.", passes_absence=True)

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        ports = dict.fromkeys((*ways(params.cases).values(), ELSE))
        return any_ports(tuple(ports), "The data, if the value is a case of this output.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        cases = params.cases
        if not isinstance(cases, list | dict) or not cases:
            yield "`cases` must be a list of values, or output names with their values, as in `{mend: [vague, wrong]}`."
            return
        pairs = list(_pairs(cases))
        if any(isinstance(case, list | dict) for _, case in pairs):
            yield "A case in `cases` is a text, a number, true, false or null, no list or object."
            return
        yield from name_problems((as_text(case) for _, case in pairs), "case")
        if any(name == ELSE for name, _ in pairs):
            yield "`else` is there already, for all values that are no case."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Fields:
        return self.outputs(params)(**switch(inputs.value, inputs.data, ways(params.cases)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(switch, {"ways": ways(params.cases)}, takes_firing=False)


def ways(cases: Any) -> dict[str, str]:
    """Return the output that each case leads to, by the case's text."""
    return {as_text(case): name for name, case in _pairs(cases)}


def _pairs(cases: Any) -> Iterator[tuple[str, Any]]:
    """Yield output name and case: `{finished: done}` gives the case `done` an output of another name."""
    if isinstance(cases, Mapping):
        for name, case in cases.items():
            for one in case if isinstance(case, list) else (case,):
                yield as_text(name), one
    elif isinstance(cases, list | tuple):
        for case in cases:
            yield as_text(case), case
