"""`store.clear`: empties a store."""

from __future__ import annotations

from studio.nodes.store._ops import store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("store.clear", category="Stores", icon="store-clear", stores={"store": "write"})
class Clear(Node):
    """Empty a store of any kind.

    Wire what should trigger it to `when`.
    """

    class Params(Fields):
        store: str = store_param()

    class Out(Fields):
        length: int = port(help="How many values the store holds now: 0.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        return self.Out(length=ctx.store(params.store).do("clear"))
