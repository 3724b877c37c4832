"""`list.append`: a list with one more element."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port


@node("list.append", category="Lists", icon="list-add")
class Append(Node):
    """Give the list with a value put at its end.

    With a feedback edge from `items` to itself it gathers a history; *keep* bounds it.
    """

    class Params(Fields):
        keep: int | None = param(None, ge=1, help="Keep only so many of the newest elements.")

    class In(Fields):
        items: list[Any] = port((), help="The list so far; empty if nothing is wired here.")
        value: Any = port(help="The new last element.")

    class Out(Fields):
        items: list[Any] = port(help="The longer list.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        longer = [*inputs.items, inputs.value]
        return self.Out(items=longer if params.keep is None else longer[-params.keep :])
