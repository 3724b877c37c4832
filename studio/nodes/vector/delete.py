"""`vector.delete`: forgets entries of a vector store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio.nodes.store._filters import filled, filter_param, gap_problems, with_gaps
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node(
    "vector.delete",
    title="Delete from vectors",
    category="Stores",
    icon="vector-clear",
    stores={"store": "write"},
    limits="10,000 keys at once",
)
class Delete(Node):
    """Forget the entries of a vector store with these keys, or those that a filter lets pass.

    *store.clear* forgets all of them.
    """

    class Params(Fields):
        store: str = store_param("vector")
        key: str = param("", help="The key, if nothing is wired to `key`.")
        filter: dict[str, Any] = filter_param("Which entries, by their metadata, instead of keys")

    class In(Fields):
        key: Any = port(None, type="any", help="A key or a list of keys; else the param of that name.")

    class Out(Fields):
        deleted: int = port(help="How many entries went.")

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return with_gaps(cls.In, params.filter)

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        yield from gap_problems(params.filter, cls.In.fields())
        if params.key and params.filter:
            yield "It takes a key or a filter, not both."

    def run(self, ctx: RunContext, params: Params, inputs: Any) -> Out:
        named = params.key or None if inputs.key is None else inputs.key
        if params.filter and named is None:
            filter = filled(params.filter, vars(inputs))
            return self.Out(deleted=ask(ctx, params.store, "vector", "delete", filter=filter))
        if named is None or params.filter:
            raise NodeError(
                "it takes keys or a filter: one of them.", hint="Wire `key`, or set `filter`.", code="input"
            )
        keys = list(named) if isinstance(named, list | tuple) else [named]
        return self.Out(deleted=ask(ctx, params.store, "vector", "delete", keys=keys))
