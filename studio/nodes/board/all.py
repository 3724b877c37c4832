"""`board.all`: everything that stands on a board."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("board.all", category="Stores", icon="board-read", stores={"store": "read"})
class All(Node):
    """Give everything that stands on a board as one object."""

    class Params(Fields):
        store: str = store_param("board")

    class Out(Fields):
        slots: dict[str, Any] = port(help="The values by slot.")
        length: int = port(help="How many slots hold something.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        slots = ask(ctx, params.store, "board", "all")
        return self.Out(slots=slots, length=len(slots))
