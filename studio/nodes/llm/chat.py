"""`llm.chat`: one turn of a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from studio.nodes._changed import changed_params
from studio.nodes.llm._standing import model_param, stop_param, stop_problems, system_param, temperature_param
from studio.spec import Fields, Message, Node, RunContext, node, param, port
from studio.spec.plain import Plain
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, preview

ROLES = ("system", "user", "assistant", "tool")


@node(
    "llm.chat",
    title="Chat with a model",
    category="Models",
    icon="chat",
    effects="network",
    live=False,
    needs_approval=False,
    library="litellm, xllamacpp",
    limits="one call; 900 s; `max_tokens`, `keep`",
)
class Chat(Node):
    """Send a conversation to a chat model and return its reply.

    `messages` is what was said so far and `text` what a person says now; give either or both. The outputs are the
    reply as `text`, as a `message`, and the whole conversation with it as `messages`. To keep a history, feed
    `messages` back into the input of that name with a `hold` edge and `initial: []`.

    `system` is sent first in every call but is no part of `messages`, so that a history does not gather copies of it.
    `keep` bounds what is sent: only the last so many messages, beginning at a person's; the output keeps all.

    If nothing is left to answer, because no text arrived and the last message is the model's own, no call is made and
    all outputs are absent. For one narrow, checked job take `llm.function` instead.

    Where the reply is read by a module of its own, `allow_empty` and `form` serve: nothing of it is checked here.
    """

    class Params(Fields):
        model: str = model_param()
        system: str = system_param()
        keep: int = param(0, ge=0, help="Send only the last so many messages; 0: all of them.")
        max_tokens: int | None = param(None, ge=1, help="Longest reply in tokens; empty: what the provider allows.")
        temperature: float = temperature_param("Higher is more varied; 0 is the surest answer.")
        stop: tuple[str, ...] = stop_param("Texts at which the reply ends.")
        allow_empty: bool = param(False, help="Accept a reply without a word in it; else the node fails.")
        form: dict[str, Any] = param(
            None,
            type="json",
            help="JSON Schema that a model which can be held to one is held to; the reply is not checked.",
        )

    class In(Fields):
        messages: list[Any] = port([], type="messages", help="The conversation so far.")
        text: str = port("", type="text", help="What the person says now; added as a message of role user.")
        room: int = port(None, help="Tokens that are left for the reply; `max_tokens` is lowered to it.")

    class Out(Fields):
        text: Any = port(type="text", help="The reply.")
        message: Any = port(type="message", help="The reply as a message of role assistant.")
        messages: Any = port(type="messages", help="The conversation with this turn.")

    @classmethod
    def problems(cls, params: Params) -> Iterable[str]:
        """Yield what is wrong with `form` and `stop`."""
        if params.form is not None and (not isinstance(params.form, dict) or params.form.get("type") != "object"):
            yield "`form` must be a JSON Schema with `type: object`."
        yield from stop_problems(params.stop)

    @classmethod
    def plain(cls, params: Params) -> Plain:
        return Plain(chat, changed_params(params))

    async def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(**await chat(ctx, inputs.messages, inputs.text, inputs.room, **params.as_dict()))


async def chat(
    firing: RunContext,
    messages: Sequence[Json] = (),
    text: str = "",
    room: int | None = None,
    *,
    model: str = "default",
    system: str = "",
    keep: int = 0,
    max_tokens: int | None = None,
    temperature: float = 0.0,
    stop: Sequence[str] = (),
    allow_empty: bool = False,
    form: Mapping[str, Json] | None = None,
) -> dict[str, Json | Absent]:
    """Return a model's reply to a conversation: its `text`, as a `message`, and all `messages` with it.

    All of them are absent if nothing is left to answer. Raises `NodeError` for an empty reply, unless
    `allow_empty`.
    """
    said = [*map(_message, messages)]
    if text:
        said.append(Message(role="user", content=text))
    if not said or said[-1]["role"] in ("assistant", "system"):
        nothing = Absent("nothing to answer: no new text or message of a person")
        return {"text": nothing, "message": nothing, "messages": nothing}
    if room is not None:
        max_tokens = max(1, room if max_tokens is None else min(max_tokens, room))
    standing = [Message(role="system", content=system)] if system.strip() else []
    asked = firing.model(model)
    held = form if form is not None and asked.info.supports_schema else None
    reply = await asked.chat(
        [*standing, *recent(said, keep)], schema=held, max_tokens=max_tokens, temperature=temperature, stop=stop
    )
    answer = reply.text.strip()
    if not answer and not allow_empty:
        raise NodeError(
            f"The model {reply.model} answered with an empty text.",
            hint="Set `retries` or `allow_empty`, raise `max_tokens`, or choose another model.",
            code="empty",
        )
    message = Message(role="assistant", content=answer)
    return {"text": answer, "message": dict(message), "messages": [dict(one) for one in (*said, message)]}


def recent(messages: list[Message], keep: int) -> list[Message]:
    """Return the last `keep` messages (0: all), without answers whose question was left out."""
    if not keep or len(messages) <= keep:
        return messages
    kept = messages[-keep:]
    while len(kept) > 1 and kept[0]["role"] in ("assistant", "tool"):
        kept = kept[1:]
    return [*(one for one in messages[:-keep] if one["role"] == "system"), *kept]


def _message(given: Json) -> Message:
    role, content = given["role"], given["content"]
    if role not in ROLES or not isinstance(content, str):
        raise NodeError(
            f"A message must have one of the roles {', '.join(ROLES)} and text as content, not {preview(given)}.",
            hint="Make messages with the node `text.message`, or take them from another `llm.chat`.",
            code="input",
        )
    return Message(role=role, content=content)
