"""`store.update`: gives many keys their values at once."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("store.update", category="Stores", icon="store-add", stores={"store": "write"})
class Update(Node):
    """Remember every entry of an object under its key in a kv store.

    What a key held before is replaced; other keys stay, unless `replace`, which empties the store first.
    """

    class Params(Fields):
        store: str = store_param("kv")
        replace: bool = param(False, help="Forget everything else.")

    class In(Fields):
        values: dict[str, Any] = port(help="Values by key, as in a set of files by name.")

    class Out(Fields):
        keys: list[Any] = port(help="The keys that were set, in order.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if params.replace:
            ask(ctx, params.store, "kv", "clear")
        for key, value in inputs.values.items():
            ask(ctx, params.store, "kv", "set", key=key, value=value)
        return self.Out(keys=list(inputs.values))
