"""`list.slice`: a part of a list."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, param, port


@node("list.slice", category="Lists", icon="list")
class Slice(Node):
    """Take a run of elements out of a list.

    From *start* up to, but not including, *stop*; negative places count from the end, so that a start of -3 takes the
    last three.
    """

    class Params(Fields):
        start: int = param(0, help="The first place.")
        stop: int | None = param(None, help="The place after the last; leave it out to go to the end.")

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        items: list[Any] = port(help="The part.")
        rest: list[Any] = port(help="The elements that are not in the part.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        start, stop, _ = slice(params.start, params.stop).indices(len(inputs.items))
        stop = max(start, stop)
        return self.Out(items=inputs.items[start:stop], rest=inputs.items[:start] + inputs.items[stop:])
