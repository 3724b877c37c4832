"""How an agent asks for its next turn: by the provider's own tool calls, or held to a schema where it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.nodes.llm._asking import Asker
from studio.nodes.llm._reading import json_in
from studio.spec import ChatReply, Message
from studio.spec.calls import ToolCall, ToolOffer
from studio.support.templates import as_text
from studio.support.values import Json, encode

ANSWER = "answer"
"""The choice of a model without tool calls that ends its turns; no tool can have this name there."""


async def next_turn(
    asker: Asker,
    model: str,
    messages: Sequence[Message],
    offers: Sequence[ToolOffer],
    *,
    must_call: bool,
    max_tokens: int | None,
    temperature: float,
) -> tuple[str, tuple[ToolCall, ...]]:
    """Return what the model says and which tools it calls. `must_call`: an answer in words is none."""
    if asker.info(model).supports_tools:
        asker.keep_the_cap()
        reply = await asker.ctx.model(model).chat(
            messages, tools=offers, must_call=must_call, max_tokens=max_tokens, temperature=temperature
        )
        asker.count(reply.cost_usd, reply.model)
        return reply.text, reply.tool_calls
    reply = await asker.chat(
        model, _plain(messages, offers), _choice(offers, must_call), max_tokens=max_tokens, temperature=temperature
    )  # fmt: skip
    return _chosen(reply, sum(bool(message.get("tool_calls")) for message in messages))


def _choice(offers: Sequence[ToolOffer], must_call: bool) -> dict[str, Json]:
    """The schema of one turn: one of the tools with its arguments, or an answer."""
    choices = [_closed(offer.name, "arguments", dict(offer.parameters)) for offer in offers]
    if not must_call:
        choices.append(_closed(ANSWER, "text", {"type": "string"}))
    return {"anyOf": choices}


def _closed(tool: str, name: str, schema: dict[str, Json]) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {"tool": {"type": "string", "enum": [tool]}, name: schema},
        "required": ["tool", name],
        "additionalProperties": False,
    }


def _plain(messages: Sequence[Message], offers: Sequence[ToolOffer]) -> list[Message]:
    """The conversation for a model that knows nothing of tools: they are listed first, results come as its user's."""
    lines = ["Answer with one JSON object: the tool to use next, and its arguments.", "Tools:"]
    lines += [f"- {offer.name}: {offer.about} Arguments: {as_text(dict(offer.parameters))}" for offer in offers]
    lines.append(f'- {ANSWER}: the work is done. Write {{"tool": "{ANSWER}", "text": …}}.')
    told = "\n".join(lines)
    made: list[Message] = []
    if messages and messages[0]["role"] == "system":
        made.append(Message(role="system", content=f"{messages[0]['content']}\n\n{told}"))
        messages = messages[1:]
    else:
        made.append(Message(role="system", content=told))
    for message in messages:
        if message["role"] == "tool":
            made.append(Message(role="user", content=f"Result: {message['content']}"))
        elif calls := message.get("tool_calls"):
            made.append(Message(role="assistant", content="\n".join(map(_written, calls))))
        else:
            made.append(Message(role=message["role"], content=message["content"]))
    return made


def _written(call: Mapping[str, Json]) -> str:
    function = call["function"]
    return encode({"tool": function["name"], "arguments": function["arguments"]}).decode()


def _chosen(reply: ChatReply, turn: int) -> tuple[str, tuple[ToolCall, ...]]:
    """What the model chose. What cannot be read counts as words: the agent decides what to make of them."""
    try:
        value = json_in(reply.text)
    except ValueError:
        return reply.text, ()
    if not isinstance(value, Mapping) or not isinstance(value.get("tool"), str):
        return reply.text, ()
    if value["tool"] == ANSWER:
        return as_text(value.get("text", "")), ()
    return "", (ToolCall(f"call_{turn + 1}", value["tool"], value.get("arguments", {})),)
