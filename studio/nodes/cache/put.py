"""`cache.put`: keeps a value for a key."""

from __future__ import annotations

from typing import Any

from studio.nodes.cache._recent import put
from studio.nodes.store._ops import store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("cache.put", title="Keep in a cache", category="Stores", icon="store-add", stores={"store": "write"},
      limits="`most` keys")  # fmt: skip
class Put(Node):
    """Keep a value under a key of a cache; of too many keys, the one used least recently is forgotten.

    The cache is a kv store. Both *cache.get* and *cache.put* count as use.
    """

    class Params(Fields):
        store: str = store_param("kv")
        hashed: bool = param(False, help="Keep the SHA-256 of a key in its place, as for long texts.")
        most: int = param(100, ge=1, le=100_000, help="At most so many keys.")

    class In(Fields):
        key: str = port(help="The key.")
        value: Any = port(help="What to keep.")

    class Out(Fields):
        key: str = port(help="The key as it stands in the store.")
        length: int = port(help="How many keys there are now.")
        forgotten: int = port(help="How many were forgotten for it.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**put(ctx, inputs.key, inputs.value, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(put, {"store": params.store, **changed(params, "store")})
