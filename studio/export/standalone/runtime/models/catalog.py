"""Which model a name stands for in a script: the roles of its table, litellm's models, scripts of answers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.engine.engine import CALLS_AT_ONCE, CALLS_AT_ONCE_LOCAL
from studio.export.standalone.runtime.models.litellm_model import LiteLLM
from studio.export.standalone.runtime.models.scripted import Scripted
from studio.models.names import EMBEDDED, REPLAY, ROLES, SCRIPTED
from studio.spec.calls import ModelInfo
from studio.support.errors import UsageError


class Models:
    """The models of one run, opened when they are first asked for, one for each full name."""

    def __init__(
        self, table: Mapping[str, str], names: Sequence[str] = ("default",), *, model: str = "", tools: Any = None
    ) -> None:
        """`table` maps the roles (`default`, `fast`, `strong`) to names, "" where the person has to choose; `model`
        takes the place of all three. `names` are those that the graph asks, `tools` what offers tools to them."""
        self._table = table
        self._names = names
        self._model = model
        self.tools = tools
        self._providers: dict[str, Any] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}

    def resolve(self, name: str) -> str:
        """Return the full model name behind a role or name. Raises `UsageError` where nobody chose one."""
        full = name if name not in ROLES else self._model or self._table.get(name) or self._table.get("default", "")
        if not full:
            raise UsageError(
                "This script asks a model, and none is chosen.",
                hint="Give --model openai/gpt-4o-mini, or another model that litellm knows.",
            )
        return full

    def provider(self, name: str = "default") -> Any:
        """Return the model for a role or name. Raises `UsageError` if a script cannot have it."""
        full = self.resolve(name)
        if full not in self._providers:
            if full.startswith(SCRIPTED):
                self._providers[full] = Scripted(Path(full.removeprefix(SCRIPTED)).expanduser())
            else:
                refuse_ours(full, "model", "--model openai/gpt-4o-mini")
                self._providers[full] = LiteLLM(full, self.tools)
        return self._providers[full]

    async def prepare(self) -> None:
        """Open all that the graph may ask and check keys, before anything is asked or recorded."""
        for one in [self.provider(name) for name in self._names]:
            await one.prepare()

    async def close(self) -> None:
        """End connections that litellm keeps open for the next call."""
        if "litellm" in sys.modules and any(isinstance(one, LiteLLM) for one in self._providers.values()):
            await sys.modules["litellm"].close_litellm_async_clients()

    def scripts(self) -> list[Scripted]:
        """Return the scripts of answers among the models that the graph asks: they decide whether order is kept."""
        found = [self.provider(name) for name in self._names if self.resolve(name).startswith(SCRIPTED)]
        return [one for one in found if isinstance(one, Scripted)]

    def slot(self, info: ModelInfo) -> asyncio.Semaphore:
        """The limit on calls under way to one model."""
        most = CALLS_AT_ONCE_LOCAL if info.local else CALLS_AT_ONCE
        return self._slots.setdefault(info.name, asyncio.Semaphore(most))


def refuse_ours(name: str, what: str, instead: str) -> None:
    """Some names mean what only the studio has: weights that come with it, answers of recorded runs."""
    if name.startswith((EMBEDDED, REPLAY, SCRIPTED)) or name == EMBEDDED.rstrip("/"):
        raise UsageError(
            f"The {what} {name!r} is there in the studio only.",
            hint=f"Give {instead}, or another one that litellm knows.",
        )
