"""`store.keys`: everything a kv store holds."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("store.keys", category="Stores", icon="store-read", stores={"store": "read"})
class Keys(Node):
    """Give the keys of a kv store, and all of it as one object.

    Keys come in the order in which they were first set.
    """

    class Params(Fields):
        store: str = store_param("kv")

    class Out(Fields):
        keys: list[Any] = port(help="The keys.")
        values: dict[str, Any] = port(help="All values by key.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        values = ask(ctx, params.store, "kv", "all")
        return self.Out(keys=list(values), values=values)
