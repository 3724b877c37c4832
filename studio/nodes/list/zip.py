"""`list.zip`: lists side by side become a list of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes._ports import any_ports, name_problems
from studio.nodes.list._zipping import zip_rows
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain


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
        values = inputs.as_dict()
        return self.Out(**zip_rows({name: values[name] for name in params.names}))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(zip_rows, inputs="mapping", takes_firing=False)
