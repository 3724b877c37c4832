"""A home of one's own for each test, and a model that counts how often it is really asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.settings import Settings
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, ModelInfo, TokenChoice
from studio.support.errors import ModelError


class Talker:
    """Answers with what it was told, in capitals; repeats itself at temperature 0. Counts."""

    deterministic_order = False

    def __init__(
        self, name: str = "near/talker", *, server: str = "here", retry_transient: int = 0, logprobs: bool = False
    ) -> None:
        self.info = ModelInfo(name=name, supports_completion=True, supports_logprobs=logprobs)
        self.retry_transient = retry_transient
        self.server = server
        self.asked = 0
        self.errors: list[ModelError] = []
        self.dropped: tuple[str, ...] = ()
        self.turns = 0
        self.late = 0.0
        self.echo = ""

    def repeats(self, temperature: float) -> bool:
        return temperature == 0

    async def fingerprint(self) -> str:
        return self.server

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        text = f"{call.messages[-1]['content'].upper()} {self.echo}{self.asked + 1}"
        await self._begin()
        return ChatReply(text, "m", tokens_in=5, tokens_out=2, cost_usd=0.25, entropy=0.5, dropped=self.dropped)

    async def complete(self, call: CompletionCall) -> CompletionReply:
        await self._begin()
        return CompletionReply("yes", (TokenChoice("yes", -0.125), TokenChoice("no", -2.0)), tokens_in=3, tokens_out=1)

    async def _begin(self) -> None:
        self.asked += 1
        for _ in range(self.turns):
            await asyncio.sleep(0)
        await asyncio.sleep(self.late)
        if self.errors:
            raise self.errors.pop(0)


@pytest.fixture(autouse=True)
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where settings, cache and runs of this test are; retries come at once."""
    monkeypatch.setattr("studio.engine.firing.BACKOFF_S", 0.0)
    monkeypatch.setattr("studio.engine.effects.RETRY_FIRST_S", 0.0)
    return own_home


@pytest.fixture
def set_to(home: Path) -> Callable[[str, str], None]:
    """Change a setting: `set_to("cache.limit_mb", "1")`."""

    def change(name: str, value: str) -> None:
        settings = Settings.load()
        settings.set_text(name, value)
        settings.save()

    return change
