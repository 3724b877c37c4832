"""`list.zip`: lists side by side become a list of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("list.zip", category="Lists", icon="table")
class Zip(Node):
    """Put lists of one length side by side.

    Each of the *names* is an input for a list and a key of the rows: `names: [question, answer]` makes of two
    lists a list of objects with a question and an answer each.
    """

    class Params(Fields):
        names: list[str] = param(help="Keys of a row, each an input.")

    class Out(Fields):
        rows: list[Any] = port(help="One object per place.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        names = params.names if isinstance(params.names, list) else ()
        return any_ports(
            tuple(dict.fromkeys(name for name in names if isinstance(name, str))), "The values of this key.", "list"
        )

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not params.names:
            yield "`names` must name at least one key."
        yield from name_problems(params.names, "name")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        values = vars(inputs)
        lengths = {name: len(values[name]) for name in params.names}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
            raise NodeError(f"the lists are not of one length: {told}.", hint="Lists of a map stay aligned; see there.")
        rows = zip(*(values[name] for name in params.names), strict=True)
        return self.Out(rows=[dict(zip(params.names, row, strict=True)) for row in rows])
