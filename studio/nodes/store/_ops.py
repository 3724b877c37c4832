"""What the node types of stores share: how a store is named, and how it is asked."""

from __future__ import annotations

from typing import Any

from studio.spec import RunContext, param
from studio.support.errors import NodeError
from studio.support.values import Json


def store_param(kinds: str) -> Any:
    """Declare the param that names the store; `kinds` says which kinds of store the node works on."""
    return param(help=f"Name of the store, declared under `stores` ({kinds}).", editor={"kind": "store"})


def ask(ctx: RunContext, store: str, kinds: tuple[str, ...], op: str, **args: Json) -> Json:
    """Do an operation on a store of one of these kinds. Raises `NodeError` if it is of another kind."""
    handle = ctx.store(store)
    if handle.kind not in kinds:
        wanted = " or a ".join(f"`{kind}`" for kind in kinds)
        raise NodeError(
            f"the store `{store}` is a `{handle.kind}`, but this node works on a {wanted}.",
            hint="Choose another store, or change its type under `stores`.",
            code="store",
        )
    return handle.do(op, **args)
