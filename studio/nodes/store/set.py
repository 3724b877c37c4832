"""`store.set`: gives a key a value."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("store.set", category="Stores", icon="store-add", stores={"store": "write"})
class Set(Node):
    """Remember a value under a key of a kv store.

    What the key held before is replaced.
    """

    class Params(Fields):
        store: str = store_param("kv")
        key: str = param("", help="The key, if nothing is wired to `key`.")

    class In(Fields):
        value: Any = port(help="What to remember.")
        key: str = port("", help="The key; else the param of that name.")

    class Out(Fields):
        value: Any = port(help="The value, as it went in.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        ask(ctx, params.store, "kv", "set", key=inputs.key or params.key, value=inputs.value)
        return self.Out(value=inputs.value)
