"""`messages.append`: puts messages at the end of a conversation."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json, preview

ROLES = ("user", "assistant", "system", "tool")


@node("messages.append", category="Stores", icon="store-add", stores={"store": "write"})
class Append(Node):
    """Put what was said at the end of a conversation.

    A text becomes a message of the role that is set; messages go in as they are, tool calls and their results
    included; a list goes in one by one.
    """

    class Params(Fields):
        store: str = store_param("messages")
        role: Literal["user", "assistant", "system", "tool"] = param(
            "user", choices=ROLES, help="Whose words a text is."
        )

    class In(Fields):
        message: Any = port(help="A text, a message, or a list of them.")

    class Out(Fields):
        length: int = port(help="How many messages there are now.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        given = inputs.message if isinstance(inputs.message, list | tuple) else [inputs.message]
        made = [_message(one, params.role) for one in given]
        return self.Out(length=ask(ctx, params.store, "messages", "extend", messages=made))


def _message(value: Json, role: str) -> Json:
    if isinstance(value, str):
        return {"role": role, "content": value}
    if not isinstance(value, dict):
        raise NodeError(
            f"{preview(value, 40)} is neither a text nor a message.",
            hint="Make a text of it first, with `text.template`.",
            code="input",
        )
    return value
