"""Messages as OpenTelemetry's conventions for generative AI write them: a role and parts."""

from __future__ import annotations

import json
from collections.abc import Mapping

from studio.support.values import Json

_FINISHES = {"tool_calls": "tool_call", "function_call": "tool_call"}


def input_messages(request: Mapping[str, Json]) -> list[Json]:
    """Return `gen_ai.input.messages` of a chat or a completion as it was recorded."""
    if "prompt" in request:
        return [{"role": "user", "parts": [_text_part(request["prompt"])]}]
    return [_message(one) for one in request.get("messages") or () if isinstance(one, Mapping)]


def output_messages(response: Mapping[str, Json], finish_reason: str) -> list[Json]:
    """Return `gen_ai.output.messages` of an answer: one message, as we ask for one choice."""
    parts: list[Json] = [_text_part(response["text"])] if response.get("text") else []
    for call in response.get("tool_calls") or ():
        if isinstance(call, Mapping):
            part = {"type": "tool_call", "id": call.get("id"), "name": call.get("name", ""),
                    "arguments": call.get("arguments")}  # fmt: skip
            parts.append(part)
    return [{"role": "assistant", "parts": parts, "finish_reason": _FINISHES.get(finish_reason, finish_reason)}]


def tool_definitions(request: Mapping[str, Json]) -> list[Json]:
    """Return `gen_ai.tool.definitions`: the tools that a model was offered."""
    return [
        {"type": "function", "name": one.get("name", ""), "description": one.get("about", ""),
         "parameters": one.get("parameters")}
        for one in request.get("tools") or ()
        if isinstance(one, Mapping)
    ]  # fmt: skip


def _message(message: Mapping[str, Json]) -> Json:
    role = str(message.get("role", ""))
    if role == "tool":
        answer = {"type": "tool_call_response", "id": message.get("tool_call_id"), "response": message.get("content")}
        return {"role": role, "parts": [answer]}
    parts: list[Json] = [_text_part(message["content"])] if message.get("content") else []
    for call in message.get("tool_calls") or ():
        function = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(function, Mapping):
            part = {"type": "tool_call", "id": call.get("id"), "name": function.get("name", ""),
                    "arguments": _arguments(function.get("arguments"))}  # fmt: skip
            parts.append(part)
    return {"role": role, "parts": parts}


def _text_part(text: Json) -> Json:
    return {"type": "text", "content": text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)}


def _arguments(written: Json) -> Json:
    """Arguments travel as text; where the text is JSON, the conventions want what it says."""
    if not isinstance(written, str):
        return written
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return written
