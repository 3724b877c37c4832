"""Scripted models: a real provider whose answers stand in a file or a list, for tests and demonstrations.

No network, no cost unless the script says so, and every call that comes too late is told which node and tick made it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from studio.models.failures import asker, failure
from studio.models.queues import AddressedQueue
from studio.models.script import ScriptLine, parse_line, read_script
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, ModelInfo, TokenChoice
from studio.support.errors import ModelError
from studio.support.values import Json

PREFIX = "scripted:"
NEARLY_ALL = 0.999
"""Probability a scripted completion gives its reply as the next token."""


class Scripted:
    """A model that answers from a list of script lines (see `studio.models.script`) and keeps all requests.

    >>> model = Scripted(["Paris.", {"node": "judge", "reply": {"label": "good"}}, {"error": "timeout"}])
    """

    def __init__(
        self, lines: Iterable[Json | ScriptLine], *, name: str = f"{PREFIX}list", retry_transient: int = 0
    ) -> None:
        """Take JSON values as they would stand in a script file. `retry_transient`: repeats the caller should make
        after a transient error; 0, so that every line answers exactly one call."""
        parsed = [
            line if isinstance(line, ScriptLine) else parse_line(line, f"{name}, line {number}")
            for number, line in enumerate(lines, 1)
        ]
        self._queue = AddressedQueue((line.node, line) for line in parsed)
        self._info = ModelInfo(
            name=name, supports_schema=True, supports_completion=True, supports_tools=True, local=True
        )
        self._retry_transient = retry_transient
        self._total = len(parsed)
        self.requests: list[ChatCall | CompletionCall] = []
        """Every call made so far, in the order it arrived."""

    @classmethod
    def from_file(cls, path: Path) -> Scripted:
        """Read a script file. Raises `UsageError` naming file and line."""
        return cls(read_script(path), name=f"{PREFIX}{path.name}")

    @property
    def info(self) -> ModelInfo:
        return self._info

    @property
    def retry_transient(self) -> int:
        return self._retry_transient

    @property
    def deterministic_order(self) -> bool:
        """True if some line is addressed to no node: such calls run one at a time, in outline order."""
        return self._queue.has_unaddressed

    def left(self) -> int:
        """Return how many lines no call has used yet."""
        return self._queue.left()

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Answer with the next line for the calling node. Raises `ModelError` as the line says, or if none is left."""
        line = await self._take(call)
        text = line.reply or ""
        if on_text is not None and text:
            on_text(text)
        return ChatReply(
            text=text,
            model=self._info.name,
            finish_reason="tool_calls" if line.tool_calls else line.finish_reason,
            tokens_in=line.tokens_in,
            tokens_out=line.tokens_out,
            cost_usd=line.cost_usd,
            entropy=line.entropy,
            tool_calls=line.tool_calls,
        )

    async def complete(self, call: CompletionCall) -> CompletionReply:
        """Answer with the next line: its text as the one likely token, or the line's `choices`."""
        line = await self._take(call)
        text = line.reply or ""
        likely = line.choices or ((text, NEARLY_ALL),)
        return CompletionReply(
            text=text,
            choices=tuple(TokenChoice(token, math.log(p)) for token, p in likely if token),
            model=self._info.name,
            finish_reason=line.finish_reason,
            tokens_in=line.tokens_in,
            tokens_out=line.tokens_out,
            cost_usd=line.cost_usd,
            entropy=line.entropy,
        )

    def answers(self, kind: str, name: str) -> bool:
        """True if effects of this kind and model name are answered here (see `spec.calls.Script`)."""
        return kind in ("chat", "complete") and name == self._info.name

    def pass_over(self, node: str) -> None:
        """Use up the line for a call of this node that a run which goes on has had before."""
        self._queue.take(node)

    async def _take(self, call: ChatCall | CompletionCall) -> ScriptLine:
        self.requests.append(call)
        line = self._queue.take(call.node)
        if line is None:
            raise self._exhausted(call)
        seconds, limit = line.latency_ms / 1000, call.timeout_s
        if seconds:
            await asyncio.sleep(seconds if limit is None else min(seconds, limit))
        if limit is not None and seconds > limit:
            raise failure("timeout", f"The model did not answer within {limit:g} s.", where=self._where(call, line))
        if line.error:
            raise failure(
                line.error,
                line.message or f"The script says that this call fails ({line.error}).",
                where=self._where(call, line),
                retry_after_s=line.retry_after_s,
            )
        return line

    def _where(self, call: ChatCall | CompletionCall, line: ScriptLine) -> str:
        return ", ".join(filter(None, (line.place, asker(call.node, call.tick))))

    def _exhausted(self, call: ChatCall | CompletionCall) -> ModelError:
        who = asker(call.node, call.tick) or "a call"
        lines = "its only line is" if self._total == 1 else f"all its {self._total} lines are"
        state = "it is empty" if not self._total else f"{lines} used or addressed to other nodes"
        return failure(
            "script_exhausted",
            f"The script has no reply left for {who}: {state}.",
            where=self._info.name,
            hint="Add a line for it, or look why the graph asks more often than expected.",
        )
