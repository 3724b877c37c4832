"""`list.unpack`: an output for each element."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError

MAX_NAMES = 200


@node("list.unpack", category="Lists", icon="list", limits="200 elements")
class Unpack(Node):
    """Give each element of a list on an output of its own.

    There is an output for each of *names*, in their order, and the list must have just as many elements. The other way
    round, *flow.merge* with *all* gathers wires into a list.
    """

    class Params(Fields):
        names: list[str] = param((), help="The names of the outputs, in the order of the elements.")

    class In(Fields):
        items: list[Any] = port(help="The list.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return any_ports(tuple(name for name in params.names if isinstance(name, str)), "The element at its place.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not 1 <= len(params.names) <= MAX_NAMES:
            yield f"`names` must be 1 to {MAX_NAMES} names, one for each element."
        yield from name_problems(params.names, "name")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Fields:
        if len(inputs.items) != len(params.names):
            raise NodeError(
                f"the list has {len(inputs.items)} elements, but {len(params.names)} are named.",
                hint="Give a list of that length, or change `names`.",
                code="input",
            )
        return self.outputs(params)(**dict(zip(params.names, inputs.items, strict=True)))
