"""Messages as OpenTelemetry's conventions for generative AI write them: a role and parts."""

from __future__ import annotations

import json
from collections.abc import Mapping

from studio.support.values import Json

_FINISHES = {"tool_calls": "tool_call", "function_call": "tool_call"}


def objects_in(value: Json) -> list[Mapping[str, Json]]:
    """Return the objects of a list; of what is no list, as a stranger's record may have it, none."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def input_messages(request: Mapping[str, Json]) -> list[Json]:
    """Return `gen_ai.input.messages` of a chat or a completion as it was recorded."""
    if "prompt" in request:
        return [{"role": "user", "parts": [_text_part(request["prompt"])]}]
    return [_message(one) for one in objects_in(request.get("messages"))]


def output_messages(response: Mapping[str, Json], finish_reason: str) -> list[Json]:
    """Return `gen_ai.output.messages` of an answer: one message, as we ask for one choice."""
    parts: list[Json] = [_text_part(response["text"])] if response.get("text") else []
    for call in objects_in(response.get("tool_calls")):
        part = {"type": "tool_call", "id": call.get("id"), "name": call.get("name", ""),
                "arguments": call.get("arguments")}  # fmt: skip
        parts.append(part)
    return [{"role": "assistant", "parts": parts, "finish_reason": _FINISHES.get(finish_reason, finish_reason)}]


def tool_definitions(request: Mapping[str, Json]) -> list[Json]:
    """Return `gen_ai.tool.definitions`: the tools that a model was offered."""
    return [
        {"type": "function", "name": one.get("name", ""), "description": one.get("about", ""),
         "parameters": one.get("parameters")}
        for one in objects_in(request.get("tools"))
    ]  # fmt: skip


def _message(message: Mapping[str, Json]) -> Json:
    role = str(message.get("role", ""))
    if role == "tool":
        answer = {"type": "tool_call_response", "id": message.get("tool_call_id"), "response": message.get("content")}
        return {"role": role, "parts": [answer]}
    parts: list[Json] = [_text_part(message["content"])] if message.get("content") else []
    for call in objects_in(message.get("tool_calls")):
        function = call.get("function")
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
