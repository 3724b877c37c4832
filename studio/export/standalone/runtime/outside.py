"""Firings that ask something of the outside, and whom they ask: models, people, the clock.

What is asked and recorded is what the studio's engine asks and records (`studio.engine.effects`, `handles`, `context`),
so that the studio can replay the run of a script.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any

from studio.engine.effects import RETRY_FIRST_S, RETRY_MOST_S
from studio.engine.firing import RunHalted, as_node_error
from studio.engine.recorded import error_json
from studio.export.standalone.runtime.asking import Calls
from studio.export.standalone.runtime.firing import Firing
from studio.support.errors import EnvironmentProblem, ModelError, NodeError, StudioError
from studio.support.values import Json, encode
from studio.trace.log import EXECUTED

if TYPE_CHECKING:
    from studio.export.standalone.runtime.region import Region
    from studio.export.standalone.runtime.run import Run

Answered = tuple[Json, dict[str, Any]]
"""A response and its facts: tokens_in, tokens_out, cost_usd, finish_reason, entropy."""


class Outside:
    """Whom the graph of a script asks; what it has no use for is left out."""

    def __init__(
        self, models: Any = None, human: Any = None, clock: Any = None, *, embedders: Any = None, once: Any = None
    ) -> None:
        """`once` is what remembers questions that many firings ask alike."""
        self.models = models
        self.human = human
        self.clock = clock
        self.embedders = embedders
        self.once = once
        self._found: dict[tuple[str, str], Any] = {}

    @property
    def asks_at_terminal(self) -> bool:
        """True if a person may be asked at the terminal."""
        return self.human is not None and not self.human.deterministic_order

    async def prepare(self) -> None:
        """Open models and look for their keys before anything is asked. Raises `UsageError` or `ModelError`."""
        for one in (self.models, self.embedders):
            if one is not None:
                await one.prepare()

    def begin(self, run: Run) -> None:
        """Let the firings of a run ask. Where answers are prepared in one order, it asks one after another."""
        scripts = [] if self.models is None else self.models.scripts()
        givers = [*scripts, *([] if self.human is None else [self.human])]
        run.sequential = any(giver.deterministic_order for giver in givers)
        run.no_waiting = bool(scripts)
        run.make_firing = AskingFiring
        run.world = self

    def find(self, run: Run, kind: str, name: str, catalog: Any, facts: Callable[[Any], Json]) -> Any:
        """Return what a role or name stands for; that, or why there is none, is recorded as an effect of the run."""
        if (kind, name) not in self._found:
            told, error = None, ""
            try:
                found = catalog.provider(name)
                told = facts(found)
            except StudioError as raised:
                found, told, error = raised, error_json(raised), str(raised)
            self._found[kind, name] = found
            n = len(self._found)
            run.log.effect_intent(0, n, kind, name, None, 1, time_ns())
            run.log.effect_result(0, n, "error" if error else "ok", told, error, 0, None, None, None, "", None)
        found = self._found[kind, name]
        if isinstance(found, StudioError):
            raise found
        return found

    async def close(self) -> None:
        """Give up what is asked for nobody any more, and end connections to models."""
        if self.once is not None:
            self.once.close()
        for one in (self.models, self.embedders):
            if one is not None:
                await one.close()


class AskingFiring(Firing):
    """A firing whose node may ask; limits count what it asks."""

    def __init__(self, region: Region, name: str) -> None:
        super().__init__(region, name)
        self.outside: Outside = region.run.world

    # -- what modules ask ----------------------------------------------------------------------------

    def model(self, name: str = "default") -> Calls:
        """Return the model a role or name stands for. Raises `StudioError` if there is none."""
        outside = self.outside

        def facts(provider: Any) -> Json:
            return {**asdict(provider.info), "retries": provider.retry_transient}

        return Calls(self, outside.find(self.region.run, "model", name, outside.models, facts))

    async def embed(self, texts: Sequence[str], model: str = "default", *, once: bool = False) -> list[list[float]]:
        """Return one vector per text (an effect of kind `embed`)."""
        vectors: list[list[float]] = await self.outside.embedders.embed(self, list(texts), model, once)
        return vectors

    async def ask_human(self, question: str, choices: Sequence[str] = (), default: str | None = None) -> str:
        """Ask a person (an effect of kind `human`); where there is nobody to ask, the run pauses."""
        return str(await self.outside.human.answer(self, question, list(choices), default))

    async def now(self) -> str:
        """Return the time as ISO 8601 text with offset (an effect of kind `clock`)."""
        return str(await self.outside.clock.tell(self))

    async def sleep(self, seconds: float) -> None:
        """Wait (an effect of kind `clock`); a fixed clock is moved on instead."""
        await self.outside.clock.wait(self, seconds)

    def log(self, label: str, value: Json) -> None:
        """Leave a note in the trace (an effect of kind `log`)."""
        encode(value)
        log, n = self.region.run.log, self.next_number()
        log.effect_intent(self.id, n, "log", label, value, self.attempt, self.region.run.now)
        log.effect_result(self.id, n, "ok", None, "", 0, None, None, None, "", None)

    async def effect(
        self, kind: str, name: str, request: Json, perform: Callable[[], Awaitable[Json]], *,
        irreversible: bool = False,
    ) -> Json:  # fmt: skip
        """Ask something of the outside that is no model."""

        async def answer() -> Answered:
            return await perform(), {}

        return await self.ask(kind, name, request, answer, billable=irreversible)

    def project_path(self, name: str) -> str:
        """Return the absolute path of a file, named from the folder of files. Raises `NodeError` if it lies outside."""
        base = self.region.run.base.resolve()
        path = Path(base, name).resolve()
        if not path.is_relative_to(base):
            raise NodeError(
                f"`{name}` lies outside the folder {base}.",
                hint="Give the folder in which the files lie by --files.",
                code="outside_project",
            )
        return str(path)

    # -- how it is asked -----------------------------------------------------------------------------

    async def ask(
        self, kind: str, name: str, request: Json, perform: Callable[[], Coroutine[Any, Any, Answered]], *,
        billable: bool = False, retries: int = 0, is_model: bool = False, once: bool = False,
    ) -> Any:  # fmt: skip
        """Ask, up to `retries` times more after transient errors; return the response or raise its `StudioError`.

        `billable`: what is asked is on disk before, the answer after. `once`: the run remembers the answer.
        """
        run, memory, asked = self.region.run, self.outside.once, [kind, name, request]

        async def answer() -> Answered:
            if billable:
                self._make_durable()
            return await perform()

        while True:
            n = self.next_number()
            if is_model and not (once and memory.knows(asked)):
                run.count("calls", self.meter, "tokens", "cost_usd")
            run.log.effect_intent(self.id, n, kind, name, request, self.attempt, run.now)
            begin = perf_counter_ns()
            try:
                response, facts = await (memory.answer(asked, answer) if once else answer())
            except Exception as raised:
                error = raised if isinstance(raised, StudioError) else as_node_error(raised)
                if not self.is_over:
                    self._failed(n, raised, begin)
                transient = isinstance(error, ModelError) and error.transient
                if not transient or not retries or self.region.halted:
                    raise error from (None if error is raised else raised)
                retries -= 1
                await self._back_off(getattr(error, "retry_after_s", None))
                if self.region.halted:
                    raise
                continue
            self._record(n, "ok", response, "", begin, facts)
            if billable:
                self._make_durable()
            return response

    def _failed(self, n: int, raised: Exception, begin: int) -> None:
        if isinstance(raised, StudioError):
            self._record(n, "error", error_json(raised), str(raised), begin, {})
        else:
            told = {"class": "exception", "name": type(raised).__name__, "message": str(raised)}
            self._record(n, "error", told, f"{type(raised).__name__}: {raised}", begin, {})

    def _record(self, n: int, status: str, response: Json, error: str, begin: int, facts: Mapping[str, Any]) -> None:
        """Record an answer and count what it used."""
        run, tokens_in, tokens_out, cost = self.region.run, *map(facts.get, ("tokens_in", "tokens_out", "cost_usd"))
        run.log.effect_result(
            self.id, n, status, response, error, perf_counter_ns() - begin, tokens_in, tokens_out, cost,
            facts.get("finish_reason", ""), facts.get("entropy"), facts.get("origin", EXECUTED),
        )  # fmt: skip
        if facts:
            run.tokens_in += tokens_in or 0
            run.tokens_out += tokens_out or 0
            run.cost_known = run.cost_known and cost is not None
            self.meter.add("tokens", (tokens_in or 0) + (tokens_out or 0))
            self.meter.add("cost_usd", cost or 0.0)

    async def _back_off(self, after_s: float | None) -> None:
        """Wait before the next attempt, with jitter; no wait where answers are scripted."""
        if not self.region.run.no_waiting:
            wait_s = min(RETRY_MOST_S, RETRY_FIRST_S * 2 ** (self.attempt - 1)) * random.uniform(0.5, 1.5)
            await asyncio.sleep(max(wait_s, after_s or 0.0))

    def _make_durable(self) -> None:
        """Write what is recorded; if that fails, end the run before anything more is spent."""
        run = self.region.run
        try:
            run.log.flush()
        except EnvironmentProblem as problem:
            run.broken = run.broken or problem
            raise RunHalted from problem
