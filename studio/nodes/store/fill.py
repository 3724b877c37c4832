"""`store.fill`: gives many keys their values at once."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, port


@node("store.fill", title="Fill a store", category="Stores", icon="store-add", stores={"store": "write"})
class Fill(Node):
    """Remember every key of an object in a kv store, with its value.

    Other keys of the store stay as they are.
    """

    class Params(Fields):
        store: str = store_param("kv")

    class In(Fields):
        values: dict[str, Any] = port(help="An object: keys with their values.")

    class Out(Fields):
        length: int = port(help="How many keys were set.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        for key, value in inputs.values.items():
            ask(ctx, params.store, "kv", "set", key=key, value=value)
        return self.Out(length=len(inputs.values))
