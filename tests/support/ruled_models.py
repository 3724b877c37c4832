"""Models that answer by a rule, and workers in this process that can ask them: for searches, whose prompts change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from studio.batch import sessions
from studio.batch.engines.base import WorkerLost
from studio.batch.work.worker import Worker
from studio.models.scripted import Scripted
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, ModelInfo

Rule = Callable[[str], str]
"""From the last message of a call to the answer."""


@dataclass
class Ruled:
    """A provider (`spec.calls.ModelProvider`) that answers by a rule; `asked` are the last messages of its calls."""

    rule: Rule
    asked: list[str] = field(default_factory=list)
    retry_transient: int = 0
    deterministic_order: bool = False
    info: ModelInfo = field(
        default_factory=lambda: ModelInfo(name="scripted:ruled", supports_schema=True, supports_tools=True, local=True)
    )

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        text = "\n".join(str(message["content"]) for message in call.messages)
        self.asked.append(text)
        return ChatReply(text=self.rule(text), model=self.info.name, tokens_in=len(text), tokens_out=1, cost_usd=0.001)

    async def complete(self, call: CompletionCall) -> CompletionReply:
        raise NotImplementedError


class InThisProcess:
    """An engine (`batch.engines.base.Engine`) whose workers live in the event loop that drives them."""

    def __init__(self) -> None:
        self._links: list[_Link] = []

    async def open(self) -> None:
        """Nothing is needed."""

    async def start(self) -> _Link:
        self._links.append(_Link(len(self._links) + 1))
        return self._links[-1]

    async def close(self) -> None:
        for link in self._links:
            await link.worker.close()
        self._links.clear()


class _Link:
    def __init__(self, number: int) -> None:
        self.name = f"worker {number}"
        self._said: asyncio.Queue[bytes | BaseException] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def say(thing: bytes | BaseException) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._said.put_nowait, thing)

        def say_all(messages: list[bytes]) -> None:
            for one in messages:
                say(one)

        self.worker = Worker(say_all, say)

    def send(self, message: bytes) -> None:
        self.worker.take([message])

    async def receive(self) -> bytes:
        said = await self._said.get()
        if isinstance(said, BaseException):
            raise WorkerLost(f"failed: {said!r}")
        return said

    def kill(self) -> None:
        self._said.put_nowait(RuntimeError("killed"))


@contextmanager
def ruled(folder: Path, **rules: Rule) -> Iterator[dict[str, Ruled]]:
    """Let models `scripted:FOLDER/NAME` answer by these rules, asked by workers in this process; gives the providers by
    name."""
    models = {name: Ruled(rule) for name, rule in rules.items()}
    for name in rules:
        (folder / name).write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "engine_named", lambda ways: InThisProcess())
        patch.setattr(Scripted, "from_file", classmethod(lambda cls, path: models[path.name]))
        yield models
