"""`messages.items`: the messages of a conversation."""

from __future__ import annotations

from typing import Any

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("messages.items", category="Stores", icon="store-read", stores={"store": "read"})
class Items(Node):
    """Give the messages of a conversation, oldest first.

    With *last* only the newest few.  To send them to a model, use *messages.window*, which keeps what belongs together.
    """

    class Params(Fields):
        store: str = store_param("messages")
        last: int | None = param(None, ge=0, help="Only so many of the newest messages.")

    class Out(Fields):
        messages: list[Any] = port(type="messages", help="The messages, oldest first.")
        length: int = port(help="How many messages are given.")

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        found = ask(ctx, params.store, "messages", "items", last=params.last)
        return self.Out(messages=found, length=len(found))
