"""`store.get`: the value of a key."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import ABSENT, Absent

_NO: Any = ABSENT


@node("store.get", category="Stores", icon="store-read", stores={"store": "read"})
class Get(Node):
    """Give the value that a kv store holds under a key.

    If the key was never set, `missing` is true and `value` is the fallback, or absent if there is none.
    """

    class Params(Fields):
        store: str = store_param("kv")
        key: str = param("", help="The key, if nothing is wired to `key`.")
        fallback: Any = param(None, help="Value for a key that was never set; leave it out for no value at all.")

    class In(Fields):
        key: str = port("", help="The key; else the param of that name.")

    class Out(Fields):
        value: Any = port(help="The value.")
        missing: bool = port(help="True if the key was never set, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        key = inputs.key or params.key
        found = ask(ctx, params.store, "kv", "get", key=key)
        if "value" in found:
            return self.Out(value=found["value"], missing=_NO)
        if params.fallback is None:
            return self.Out(value=Absent(f"`{key}` was never set in `{params.store}`"), missing=True)
        return self.Out(value=params.fallback, missing=True)
