"""`flow.switch`: one of several ways, chosen by a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.templates import as_text
from studio.support.values import ABSENT

ELSE = "else"


@node("flow.switch", category="Flow", icon="switch")
class Switch(Node):
    """Send a value down the way that its case names.

    There is an output for each case and `else` for all other values.  The chosen one gives `data`, or `true` if
    nothing is wired to `data`; the others give nothing, and what hangs on them is skipped.  A text must
    equal its case exactly; numbers, true, false and null are compared as JSON writes them.
    """

    class Params(Fields):
        cases: Any = param(
            help="Values with a way of their own: `[good, wrong]`, or `{good: pass, wrong: mend}` to name the outputs.",
            editor={"kind": "cases"},
        )

    class In(Fields):
        value: Any = port(help="The value that chooses.")
        data: Any = port(ABSENT, help="What to send on; `true` if nothing is wired here.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        ports = dict.fromkeys(name for name in ways(params.cases).values() if isinstance(name, str))
        return any_ports((*ports, ELSE), "The data, if the value is this case.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        cases = params.cases
        if not isinstance(cases, list | dict) or not cases:
            yield "`cases` must be a list of values or a mapping from values to output names, as in `[good, wrong]`."
            return
        if isinstance(cases, list):
            if any(isinstance(case, list | dict) for case in cases):
                yield "A case in `cases` is a text, a number, true, false or null, no list or object."
                return
            yield from name_problems(map(as_text, cases), "case")
        else:
            yield from name_problems(dict.fromkeys(map(_hashable, cases.values())), "output name")
        if ELSE in ways(cases).values():
            yield "`else` is there already, for all values that are no case."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Fields:
        way = ways(params.cases).get(as_text(inputs.value), ELSE)
        return self.outputs(params)(**{way: True if inputs.data is ABSENT else inputs.data})


def ways(cases: Any) -> dict[str, Any]:
    """Return the output that each case leads to, by the case's text."""
    if isinstance(cases, Mapping):
        return {as_text(case): name for case, name in cases.items()}
    return {as_text(case): as_text(case) for case in cases} if isinstance(cases, list | tuple) else {}


def _hashable(value: Any) -> Any:
    return value if not isinstance(value, list | dict) else repr(value) + "."
