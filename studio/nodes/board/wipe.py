"""`board.wipe`: empties a slot of a board."""

from __future__ import annotations

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("board.wipe", category="Stores", icon="store-clear", stores={"store": "write"})
class Wipe(Node):
    """Empty a slot of a board; *board.changes* tells those who had seen it that it is gone."""

    class Params(Fields):
        store: str = store_param("board")
        slot: str = param("", help="The slot, if nothing is wired to `slot`.")

    class In(Fields):
        slot: str = port("", help="The slot; else the param of that name.")

    class Out(Fields):
        found: bool = port(help="True if something stood there.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(found=ask(ctx, params.store, "board", "wipe", slot=inputs.slot or params.slot, by=ctx.node))
