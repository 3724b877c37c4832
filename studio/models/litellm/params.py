"""What of a call is sent to a provider: only what we mean to send, and only what it takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from studio.models.entropy import TOP
from studio.spec.calls import ChatCall
from studio.support.values import Json


def chat_params(
    call: ChatCall, supported: Collection[str], supports_schema: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the optional parameters of a chat and the names of those left out because the model takes them not."""
    wanted: dict[str, Any] = {"temperature": float(call.temperature), "seed": call.seed}
    if call.max_tokens is not None:
        wanted["max_tokens"] = call.max_tokens
    if call.stop:
        wanted["stop"] = list(call.stop)
    if call.logprobs:
        wanted |= {"logprobs": True, "top_logprobs": TOP}
    sent = {name: value for name, value in wanted.items() if name in supported}
    if "top_logprobs" not in sent or "logprobs" not in sent:  # one is refused, or says nothing, without the other
        sent.pop("top_logprobs", None), sent.pop("logprobs", None)
    dropped = [name for name in wanted if name not in sent and name != "top_logprobs"]
    if call.tools:
        if "tools" in supported:
            sent["tools"] = [
                {
                    "type": "function",
                    "function": {"name": tool.name, "description": tool.about, "parameters": dict(tool.parameters)},
                }
                for tool in call.tools
            ]
            if call.must_call and "tool_choice" in supported:
                sent["tool_choice"] = "required"
        else:
            dropped.append("tools")
    if call.schema is not None:
        if supports_schema and "response_format" in supported:
            sent["response_format"] = response_format(call.schema)
        else:
            dropped.append("schema")
    return sent, tuple(dropped)


def response_format(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Return the request for an answer of that schema; strict where the schema meets the rules for it."""
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": dict(schema), "strict": _may_be_strict(schema)},
    }


def _may_be_strict(schema: Json) -> bool:
    """True if every object in the schema is closed and requires all its properties."""
    if isinstance(schema, list):
        return all(map(_may_be_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(properties):
            return False
        if not all(map(_may_be_strict, properties.values())):
            return False
    return all(_may_be_strict(value) for key, value in schema.items() if key not in ("properties", "enum", "const"))
