"""`vector.get`: the entry of a vector store with a key."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import ABSENT, Absent

_NO: Any = ABSENT


@node("vector.get", title="Get from vectors", category="Stores", icon="vector-search", stores={"store": "read"})
class Get(Node):
    """Give the text and the metadata that a vector store holds under a key.

    If the key is not there, `missing` is true and the rest absent.
    """

    class Params(Fields):
        store: str = store_param("vector")
        key: str = param("", help="The key, if nothing is wired to `key`.")

    class In(Fields):
        key: str = port("", help="The key; else the param of that name.")

    class Out(Fields):
        text: str = port(help="The text.")
        meta: dict[str, Any] = port(help="Its metadata.")
        missing: bool = port(help="True if the key is not there, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        key = inputs.key or params.key
        [found] = ask(ctx, params.store, "vector", "get", keys=[key])
        if found is None:
            why: Any = Absent(f"`{key}` is not in `{params.store}`")
            return self.Out(text=why, meta=why, missing=True)
        return self.Out(text=found["text"], meta=found["meta"], missing=_NO)
