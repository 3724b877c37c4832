"""A script of answers (`--model scripted:FILE`): one JSON value per line, each the answer to one call of a model.

    "a text reply"                                    the next call gets this text
    {"label": "good"}                                 an object without the keys below is a JSON reply
    {"node": "town/ana/plan", "reply": "…"}           the next call of that node
    {"error": "rate_limit", "retry_after_s": 2}       the call fails

The studio's own reader (`studio.models.script`) reads the same and says more of a bad line.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from pathlib import Path
from typing import Any

from studio.models.failures import KINDS, asker, failure
from studio.models.script import json_lines
from studio.spec.calls import ModelInfo
from studio.support.errors import UsageError
from studio.support.values import Json, NotJson, encode

DEFAULTS: dict[str, Json] = {
    "node": "", "reply": None, "error": "", "tool_calls": [], "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0,
    "latency_ms": 0.0, "entropy": None, "retry_after_s": None, "finish_reason": "stop", "choices": None, "message": "",
}  # fmt: skip
"""All that a line may say; times are in ms or s, costs in USD."""


class Scripted:
    """A model whose answers stand in a file. Raises `UsageError` naming file and line if it is no script."""

    retry_transient = 0

    def __init__(self, path: Path) -> None:
        name = f"scripted:{path.name}"
        self.info = ModelInfo(name, supports_schema=True, supports_completion=True, supports_tools=True, local=True)
        self._lines: dict[str, deque[dict[str, Any]]] = {}
        for place, value in json_lines(path, "script"):
            line = _line(value, place)
            self._lines.setdefault(line["node"], deque()).append(line)
        self._total = sum(map(len, self._lines.values()))
        self.deterministic_order = "" in self._lines
        """True if some line is addressed to no node: such calls run one at a time."""

    async def prepare(self) -> None:
        """There is nothing to wait for."""

    async def chat(self, request: Json, by: Any, timeout_s: float | None = None) -> dict[str, Json]:
        """Answer with the next line for the node of `by`. Raises `ModelError` as it says, or if none is left."""
        line = await self._next(by, timeout_s)
        called = {"tool_calls": line["tool_calls"], "finish_reason": "tool_calls"} if line["tool_calls"] else {}
        return {"text": line["text"], **self._facts(line), "token_entropy": [], "dropped": [], **called}

    async def complete(self, request: Json, by: Any, timeout_s: float | None = None) -> dict[str, Json]:
        """Answer with the next line: its text as the one likely token, or its `choices`."""
        line = await self._next(by, timeout_s)
        likely = line["choices"] or {line["text"]: 0.999}
        choices = [[token, math.log(p)] for token, p in likely.items() if token]
        return {"text": line["text"], "choices": choices, **self._facts(line)}

    def _facts(self, line: dict[str, Any]) -> dict[str, Json]:
        kept = ("finish_reason", "tokens_in", "tokens_out", "cost_usd", "entropy")
        return {"model": self.info.name, **{name: line[name] for name in kept}}

    async def _next(self, by: Any, timeout_s: float | None) -> dict[str, Any]:
        lines = self._lines.get(by.node) or self._lines.get("")
        who = asker(by.node, by.tick)
        if not lines:
            used = "its only line is" if self._total == 1 else f"all its {self._total} lines are"
            state = f"{used} used or addressed to other nodes" if self._total else "it is empty"
            raise failure(
                "script_exhausted",
                f"The script has no reply left for {who or 'a call'}: {state}.",
                where=self.info.name,
                hint="Add a line for it, or look why the graph asks more often than expected.",
            )
        line = lines.popleft()
        seconds, where = line["latency_ms"] / 1000, ", ".join(filter(None, (line["place"], who)))
        if seconds:
            await asyncio.sleep(seconds if timeout_s is None else min(seconds, timeout_s))
        if timeout_s is not None and seconds > timeout_s:
            raise failure("timeout", f"The model did not answer within {timeout_s:g} s.", where=where)
        if line["error"]:
            said = line["message"] or f"The script says that this call fails ({line['error']})."
            raise failure(line["error"], said, where=where, retry_after_s=line["retry_after_s"])
        return line


def _line(value: Json, place: str) -> dict[str, Any]:
    """Return what a line says. Raises `UsageError` naming `place`."""
    if not isinstance(value, dict) or not {"reply", "error", "node", "tool_calls"} & value.keys():
        value = {"reply": value}
    for key, said in value.items():
        if key not in DEFAULTS or not _is_good(key, said):
            known = f"A line may say {', '.join(DEFAULTS)}."
            raise UsageError(f'"{key}" cannot stand like this in a script line.', where=place, hint=known)
    if ("reply" in value or "tool_calls" in value) == ("error" in value):
        raise UsageError('A script line needs either "reply" or "error".', where=place)
    reply = value.get("reply", "")
    try:
        text = reply if isinstance(reply, str) else encode(reply).decode()
    except NotJson as error:
        raise UsageError(f"The reply is no JSON value: {error}.", where=place) from None
    calls = [
        {"id": str(one.get("id", f"call_{number}")), "name": one["name"], "arguments": one.get("arguments", {})}
        for number, one in enumerate(value.get("tool_calls", []), 1)
    ]
    return {**DEFAULTS, **value, "text": text, "tool_calls": calls, "place": place}


def _is_good(key: str, value: Json) -> bool:
    if key in ("node", "message", "finish_reason"):
        return isinstance(value, str)
    if key == "error":
        return isinstance(value, str) and value in KINDS
    if key in ("tokens_in", "tokens_out"):
        return type(value) is int and value >= 0
    if key in ("cost_usd", "entropy", "retry_after_s", "latency_ms"):
        return (value is None and key != "latency_ms") or (type(value) in (int, float) and value >= 0)
    if key == "choices":
        shares = value.values() if isinstance(value, dict) else () if value is None else (0,)
        return all(type(share) in (int, float) and 0 < share <= 1 for share in shares)
    if key == "tool_calls":
        return isinstance(value, list) and all(
            isinstance(one, dict) and isinstance(one.get("name"), str) and one.keys() <= {"id", "name", "arguments"}
            for one in value
        )
    return True
