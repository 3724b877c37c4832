"""`list.length`: how many elements a list has."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port


@node("list.length", category="Lists", icon="list")
class Length(Node):
    """Count the elements of a list."""

    class In(Fields):
        items: list[Any] = port(help="The list.")

    class Out(Fields):
        length: int = port(help="How many elements it has.")
        empty: bool = port(help="True if it has none.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(length=len(inputs.items), empty=not inputs.items)
