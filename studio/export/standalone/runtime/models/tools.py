"""Tools that a model may call, where a module of a script offers some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from studio.models.litellm.tools import tool_calls_of
from studio.spec.calls import ToolCall, ToolOffer
from studio.support.values import Json


class Tools:
    """How tools stand in requests and in answers, as recorded and as litellm takes them."""

    def offered(self, tools: Sequence[ToolOffer], must_call: bool) -> dict[str, Json]:
        """Return what a request says of its tools."""
        told = [{"name": one.name, "about": one.about, "parameters": dict(one.parameters)} for one in tools]
        return {"tools": told, "must_call": must_call}

    def params(self, request: dict[str, Json], takes: Collection[str]) -> dict[str, Any]:
        """Return what litellm is told of them."""
        sent: dict[str, Any] = {
            "tools": [
                {
                    "type": "function",
                    "function": {"name": one["name"], "description": one["about"], "parameters": one["parameters"]},
                }
                for one in request["tools"]
            ]
        }
        return {**sent, "tool_choice": "required"} if request["must_call"] and "tool_choice" in takes else sent

    def called(self, message: Any) -> list[Json]:
        """Return the calls in an answer of litellm, as recorded."""
        return [call.to_json() for call in tool_calls_of(getattr(message, "tool_calls", None) or ())]

    def made(self, recorded: list[dict[str, Json]]) -> list[ToolCall]:
        """Return recorded calls as modules take them."""
        return [ToolCall(**call) for call in recorded]
