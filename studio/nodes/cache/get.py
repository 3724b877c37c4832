"""`cache.get`: what was kept for a key."""

from __future__ import annotations

from typing import Any

from studio.nodes.cache._recent import cached
from studio.nodes.store._ops import store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.plain import Plain, changed


@node("cache.get", title="Look up in a cache", category="Stores", icon="store-read", stores={"store": "write"})
class Get(Node):
    """Give what a cache holds under a key, and note that it was used.

    The cache is a kv store that *cache.put* fills; what was used least recently is forgotten first.
    """

    class Params(Fields):
        store: str = store_param("kv")
        hashed: bool = param(False, help="Keep the SHA-256 of a key in its place, as for long texts.")

    class In(Fields):
        key: str = port(help="The key.")

    class Out(Fields):
        value: Any = port(help="What is kept; absent if there is nothing.")
        missing: bool = port(help="True if there is nothing, else absent.")
        hit: bool = port(help="True if there is something, else false.")
        key: str = port(help="The key as it stands in the store.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**cached(ctx, inputs.key, **params.as_dict()))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(cached, {"store": params.store, **changed(params, "store")})
