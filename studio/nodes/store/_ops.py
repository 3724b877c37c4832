"""What the node types of stores share: how a store is named, and how it is asked."""

from __future__ import annotations

from typing import Any

from studio.spec import RunContext, param
from studio.support.errors import NodeError
from studio.support.values import Json


def store_param(kind: str = "") -> Any:
    """Declare the param that names the store; `kind` is the kind of store the node works on, "" any."""
    told = f"a {kind}" if kind else "of any kind"
    editor: dict[str, Json] = {"kind": "store", "stores": [kind]} if kind else {"kind": "store"}
    return param(help=f"Name of the store, declared under `stores` ({told}).", editor=editor)


def ask(ctx: RunContext, store: str, kind: str, op: str, /, **args: Json) -> Json:
    """Do an operation on a store of this kind. Raises `NodeError` if it is of another kind."""
    handle = ctx.store(store)
    if handle.kind != kind:
        raise NodeError(
            f"the store `{store}` is a `{handle.kind}`, but this node works on a `{kind}`.",
            hint="Choose another store, or change its type under `stores`.",
            code="store",
        )
    return handle.do(op, **args)
