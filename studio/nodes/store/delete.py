"""`store.delete`: forgets a key."""

from __future__ import annotations

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("store.delete", category="Stores", icon="store-clear", stores={"store": "write"})
class Delete(Node):
    """Forget a key of a kv store and its value."""

    class Params(Fields):
        store: str = store_param("kv")
        key: str = param("", help="The key, if nothing is wired to `key`.")

    class In(Fields):
        key: str = port("", help="The key; else the param of that name.")

    class Out(Fields):
        found: bool = port(help="True if the key was there.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(found=ask(ctx, params.store, "kv", "delete", key=inputs.key or params.key))
