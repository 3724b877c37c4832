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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.models.failures import KINDS, asker, failure
from studio.spec.calls import ModelInfo
from studio.support.errors import UsageError
from studio.support.values import Json, decode, encode, preview

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
        for line in _lines_of(path):
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


def _lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what each line of a file says. Raises `UsageError` naming file and line."""
    try:
        texts = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        said = "is not UTF-8 text" if isinstance(error, ValueError) else f"cannot be read: {error.strerror or error}"
        raise UsageError(f"The script file {said}.", where=str(path)) from None
    for number, text in enumerate(texts, 1):
        if text.strip():
            place = f"{path.name}:{number}"
            try:
                yield {**_line(decode(text.rstrip("\r"))), "place": place}
            except ValueError as error:
                raise UsageError(f"No script line ({error}): {preview(text, 40)}", where=place) from None


def _line(value: Json) -> dict[str, Any]:
    """Return what a line says. Raises `ValueError` for what cannot stand in one."""
    if not isinstance(value, dict) or not {"reply", "error", "node", "tool_calls"} & value.keys():
        value = {"reply": value}
    for key, said in value.items():
        if key not in DEFAULTS or not _is_good(key, said):
            raise ValueError(f'"{key}" cannot stand like this; a line may say {", ".join(DEFAULTS)}')
    if ("reply" in value or "tool_calls" in value) == ("error" in value):
        raise ValueError('it needs either "reply" or "error"')
    reply = value.get("reply", "")
    calls = [
        {"id": str(one.get("id", f"call_{number}")), "name": one["name"], "arguments": one.get("arguments", {})}
        for number, one in enumerate(value.get("tool_calls", []), 1)
    ]
    text = reply if isinstance(reply, str) else encode(reply).decode()
    return {**DEFAULTS, **value, "text": text, "tool_calls": calls}


def _is_good(key: str, value: Json) -> bool:
    if key in ("node", "message", "finish_reason"):
        return isinstance(value, str)
    if key == "error":
        return value in list(KINDS)
    if key in ("tokens_in", "tokens_out"):
        return type(value) is int and value >= 0
    if key in ("cost_usd", "entropy", "retry_after_s", "latency_ms"):
        return (value is None and key != "latency_ms") or (type(value) in (int, float) and value >= 0)
    if key == "choices":
        shares = value.values() if isinstance(value, dict) else () if value is None else (0,)
        return all(type(share) in (int, float) and 0 < share <= 1 for share in shares)
    calls = value if key == "tool_calls" and isinstance(value, list) else [] if key == "reply" else [None]
    return all(
        isinstance(one, dict) and isinstance(one.get("name"), str) and one.keys() <= {"id", "name", "arguments"}
        for one in calls
    )
