"""How a script's firing asks something of the outside: counted, recorded before and after, asked again if it may help.

What is asked and recorded is what the studio's engine asks and records (`studio.engine.effects`, `handles`, `context`),
so that the studio can replay the run of a script.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from studio.engine.effects import RETRY_FIRST_S, RETRY_MOST_S
from studio.engine.firing import RunHalted, as_node_error
from studio.engine.recorded import error_json
from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    EmbedProvider,
    HumanCall,
    Message,
    ModelProvider,
    NobodyThere,
    ToolOffer,
)
from studio.support.errors import EnvironmentProblem, ModelError, StudioError
from studio.support.values import Json, encode, hash_bytes, preview, sorted_encode
from studio.trace.log import CACHED, EXECUTED

if TYPE_CHECKING:
    from studio.export.standalone.runtime.recording import Recorder
    from studio.spec.calls import Human, ModelInfo

Answered = tuple[Json, dict[str, Any]]
Perform = Callable[[], Coroutine[Any, Any, Answered]]
"""Does what is asked; returns the response and its facts: tokens_in, tokens_out, cost_usd, finish_reason, entropy."""


Provider = TypeVar("Provider", ModelProvider, EmbedProvider)


class Catalog(Protocol):
    """Models and embedders by role or name. (Said by what is asked of them: a script that asks none holds none.)"""

    def provider(self, name: str) -> ModelProvider: ...
    def embedder(self, name: str) -> EmbedProvider: ...
    def slot(self, info: ModelInfo) -> asyncio.Semaphore: ...
    async def close(self) -> None: ...


class TimeGiver(Protocol):
    """The clock of a run, likewise."""

    @property
    def is_fixed(self) -> bool: ...
    def now(self, slept_s: float) -> str: ...
    async def sleep(self, seconds: float) -> None: ...


class World:
    """What the firings of one run reach for, and what the run remembers of it."""

    def __init__(
        self,
        recorder: Recorder,
        models: Catalog | None = None,
        human: Human | None = None,
        clock: TimeGiver | None = None,
        *,
        seed: int = 0,
        no_waiting: bool = False,
    ) -> None:
        """What a graph has no use for is left out.

        `no_waiting`: answers are scripted, so that no second attempt waits (rule 2.10).
        """
        self.recorder = recorder
        self.models = models
        self.human = human
        self.clock = clock
        self.seed = seed
        self.no_waiting = no_waiting
        self.once: dict[str, asyncio.Future[Answered]] = {}
        """Questions that many firings ask alike, under way or answered."""
        self.charged: set[str] = set()
        """Those whose answer somebody has paid for."""
        self._epoch = time_ns() - perf_counter_ns()
        self._providers: dict[tuple[str, str], Any] = {}
        self._refused: dict[tuple[str, str], StudioError] = {}
        self._notes = 0

    async def close(self) -> None:
        """Give up what is asked for nobody any more, and end connections to models."""
        for task in self.once.values():
            task.cancel()
        if self.models is not None:
            await self.models.close()

    @property
    def catalog(self) -> Catalog:
        """The models of a graph that asks some."""
        assert self.models is not None, "a script whose nodes ask models has some"
        return self.models

    def time(self) -> int:
        """Nanoseconds since 1970 by a clock that never goes back."""
        return self._epoch + perf_counter_ns()

    def model(self, name: str) -> ModelProvider:
        """The model a role or name stands for; what it stood for, or why there is none, is recorded."""
        return self._found(
            "model", name, self.catalog.provider, lambda one: {**asdict(one.info), "retries": one.retry_transient}
        )

    def embedder(self, name: str) -> EmbedProvider:
        """The embedder a role or name stands for, recorded likewise."""
        return self._found(
            "embedder", name, self.catalog.embedder, lambda one: {"name": one.name, "billable": one.billable}
        )

    def _found(
        self, kind: str, name: str, find: Callable[[str], Provider], facts: Callable[[Provider], Json]
    ) -> Provider:
        if (kind, name) in self._refused:
            raise self._refused[kind, name]
        if (kind, name) not in self._providers:
            try:
                found = self._providers[kind, name] = find(name)
            except StudioError as error:
                self._refused[kind, name] = error
                self._note(kind, name, error_json(error), str(error))
                raise
            self._note(kind, name, facts(found))
        provider: Provider = self._providers[kind, name]
        return provider

    def _note(self, kind: str, name: str, facts: Json, error: str = "") -> None:
        """Record an effect of the run itself."""
        self._notes += 1
        status = "error" if error else "ok"
        self.recorder.effect_intent(0, self._notes, kind, name, None, 1, time_ns())
        self.recorder.effect_result(0, self._notes, status, facts, error, 0, None, None, None, "", None)


class Asking:
    """What a firing may ask of the outside: the part of a `Firing` that records what it does.

    What a class made of it must say is below.
    """

    world: World
    id: int
    """Id of the firing within the run, from 1."""
    node: str
    tick: str
    attempt: int
    """This attempt of the node, from 1."""
    is_over: bool
    """True if the attempt was cut off: what outlives it records nothing more."""
    slept_s: float = 0.0
    """What this firing has slept by a fixed clock."""

    def next_number(self) -> int:
        """Number the next effect, from 1; the first makes the firing known to the trace. Raises `NodeError` if it is
        over."""
        raise NotImplementedError

    def is_halted(self) -> bool:
        """True if nothing more is to be asked: the run pauses, or something around the firing failed."""
        raise NotImplementedError

    def may_call(self) -> None:
        """Count a model call. Raises `RunHalted`, and the run is paused, where a limit is used up."""
        raise NotImplementedError

    def charge(self, facts: Mapping[str, Any]) -> None:
        """Count what a call used: tokens_in, tokens_out, cost_usd (None: unknown)."""
        raise NotImplementedError

    def pause(self, limit: str, why: str) -> None:
        """Pause the run."""
        raise NotImplementedError

    def break_off(self, problem: EnvironmentProblem) -> None:
        """The trace cannot be written: end the run before anything more is spent."""
        raise NotImplementedError

    def slept_before(self) -> float:
        """Seconds that earlier ticks have slept by a fixed clock."""
        raise NotImplementedError

    def note_sleep(self) -> None:
        """By a fixed clock, `slept_s` has grown: the tick has slept as long as whoever slept longest in it."""
        raise NotImplementedError

    # -- what node code asks -----------------------------------------------------------------

    def model(self, name: str = "default") -> Calls:
        """Return the model a role or name stands for. Raises `StudioError` if there is none."""
        return Calls(self, self.world.model(name))

    async def embed(self, texts: Sequence[str], model: str = "default", *, once: bool = False) -> list[list[float]]:
        """Return one vector per text (an effect of kind `embed`)."""
        embedder = self.world.embedder(model)
        request: Json = {"model": embedder.name, "texts": list(texts)}

        async def perform() -> Answered:
            reply = await embedder.embed(list(texts))
            return reply.vectors, {"tokens_in": reply.tokens_in, "tokens_out": 0, "cost_usd": reply.cost_usd}

        vectors: list[list[float]] = await ask(
            self, "embed", embedder.name, request, perform, billable=embedder.billable, once=once
        )
        return vectors

    async def effect(
        self,
        kind: str,
        name: str,
        request: Json,
        perform: Callable[[], Awaitable[Json]],
        *,
        irreversible: bool = False,
    ) -> Json:
        """Ask something of the outside that is no model."""

        async def answer() -> Answered:
            return await perform(), {}

        return await ask(self, kind, name, request, answer, billable=irreversible)

    async def now(self) -> str:
        """The time as ISO 8601 text with offset (an effect of kind `clock`)."""
        clock = self.world.clock
        assert clock is not None, "a script whose nodes ask the time has a clock"

        async def read() -> Json:
            return clock.now(self.slept_before() + self.slept_s)

        return str(await self.effect("clock", "now", None, read))

    async def sleep(self, seconds: float) -> None:
        """Wait (an effect of kind `clock`); a fixed clock is moved on instead."""
        clock = self.world.clock
        assert clock is not None, "a script whose nodes wait has a clock"

        async def wait() -> Json:
            await clock.sleep(seconds)
            return None

        await self.effect("clock", "sleep", {"seconds": seconds}, wait)
        if clock.is_fixed:
            self.slept_s += seconds
            self.note_sleep()

    async def ask_human(self, question: str, choices: Sequence[str] = (), default: str | None = None) -> str:
        """Ask a person (an effect of kind `human`); where there is nobody to ask, the run pauses."""
        human = self.world.human
        assert human is not None, "a script whose nodes ask a person has one"
        call = HumanCall(question, tuple(choices), default, self.node, self.tick)

        async def answer() -> Json:
            try:
                return await human.ask(call)
            except NobodyThere as absence:
                self.pause("human", f"`{self.node}` waits for an answer to: {preview(question, 80)}")
                raise RunHalted from absence

        request = {"question": question, "choices": list(choices), "default": default}
        return str(await self.effect("human", "ask", request, answer))

    def log(self, label: str, value: Json) -> None:
        """Leave a note in the trace (an effect of kind `log`)."""
        encode(value)
        note(self, "log", label, value, None)


class Calls:
    """A model as a firing sees it."""

    def __init__(self, firing: Asking, provider: ModelProvider) -> None:
        self._firing = firing
        self._provider = provider
        self.info = provider.info

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Json] | None = None,
        max_tokens: int | None = None,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        tools: Sequence[ToolOffer] = (),
        must_call: bool = False,
        timeout_s: float | None = None,
    ) -> ChatReply:
        """Ask for a chat reply. Raises `ModelError`."""
        firing = self._firing
        call = ChatCall(
            messages=tuple(messages), schema=schema, max_tokens=max_tokens, temperature=temperature,
            seed=firing.world.seed, stop=tuple(stop), logprobs=self.info.supports_logprobs, tools=tuple(tools),
            must_call=must_call, timeout_s=timeout_s, node=firing.node, tick=firing.tick,
        )  # fmt: skip

        async def perform() -> Answered:
            async with firing.world.catalog.slot(self.info):
                reply = await self._provider.chat(call)
            return reply.to_json(), _facts(reply)

        return ChatReply.from_json(await self._ask("chat", call.canonical(self.info.name), perform))

    async def complete(
        self, prompt: str, *, max_tokens: int = 1, top: int = 200, timeout_s: float | None = None, once: bool = False
    ) -> CompletionReply:
        """Complete a text. Raises `ModelError`."""
        firing = self._firing
        call = CompletionCall(
            prompt=prompt, max_tokens=max_tokens, seed=firing.world.seed, top=top, timeout_s=timeout_s,
            node=firing.node, tick=firing.tick,
        )  # fmt: skip

        async def perform() -> Answered:
            async with firing.world.catalog.slot(self.info):
                reply = await self._provider.complete(call)
            return reply.to_json(), _facts(reply)

        return CompletionReply.from_json(await self._ask("complete", call.canonical(self.info.name), perform, once))

    async def _ask(self, kind: str, request: Json, perform: Perform, once: bool = False) -> Any:
        return await ask(
            self._firing, kind, self.info.name, request, perform, billable=self.info.billable, once=once,
            retries=self._provider.retry_transient, is_model=True,
        )  # fmt: skip


def note(firing: Asking, kind: str, name: str, request: Json, response: Json) -> None:
    """Record something that needs no asking: a remark, a time limit that passed."""
    world, n = firing.world, firing.next_number()
    world.recorder.effect_intent(firing.id, n, kind, name, request, firing.attempt, world.time())
    world.recorder.effect_result(firing.id, n, "ok", response, "", 0, None, None, None, "", None)


async def ask(
    firing: Asking, kind: str, name: str, request: Json, perform: Perform, *, billable: bool = False,
    once: bool = False, retries: int = 0, is_model: bool = False,
) -> Any:  # fmt: skip
    """Ask, up to `retries` times more after transient errors; return the response or raise its `StudioError`.

    `billable`: what is asked is on disk before, the answer after. `once`: the run remembers the answer.
    """
    key = hash_bytes(sorted_encode([kind, name, request])) if once else ""
    tries = 0
    while True:
        n = firing.next_number()
        if is_model and key not in firing.world.once:
            firing.may_call()
        firing.world.recorder.effect_intent(
            firing.id, n, kind, name, request, firing.attempt, firing.world.time()
        )  # fmt: skip
        response, error = await _asked(firing, n, perform, key, billable, is_model)
        if error is None:
            return response
        transient = isinstance(error, ModelError) and error.transient
        if not transient or tries >= retries or firing.is_halted():
            raise error
        tries += 1
        await back_off(firing, RETRY_FIRST_S, RETRY_MOST_S, getattr(error, "retry_after_s", None))
        if firing.is_halted():
            raise error


async def back_off(firing: Asking, first_s: float, most_s: float, after_s: float | None = None) -> None:
    """Wait before the next attempt: doubling, with jitter; no wait where answers are scripted."""
    if firing.world.no_waiting:
        return
    wait = min(most_s, first_s * 2 ** (firing.attempt - 1)) * random.uniform(0.5, 1.5)
    await asyncio.sleep(max(wait, after_s or 0.0))


async def _asked(
    firing: Asking, n: int, perform: Perform, key: str, billable: bool, is_model: bool
) -> tuple[Json, StudioError | None]:
    begin = perf_counter_ns()

    async def answer() -> Answered:
        if billable:
            _make_durable(firing)
        return await perform()

    try:
        response, facts = await (_shared(firing.world, key, answer) if key else answer())
    except StudioError as raised:
        if not firing.is_over:
            _record(firing, n, "error", error_json(raised), str(raised), begin, {}, is_model)
        return None, raised
    except Exception as raised:  # node code catches the same here as in the studio
        error = as_node_error(raised)
        if not firing.is_over:
            told = {"class": "exception", "name": type(raised).__name__, "message": str(raised)}
            _record(firing, n, "error", told, f"{type(raised).__name__}: {raised}", begin, {}, is_model)
        raise error from raised
    _record(firing, n, "ok", response, "", begin, facts, is_model)
    if billable:
        _make_durable(firing)
    return response, None


async def _shared(world: World, key: str, perform: Perform) -> Answered:
    """Ask once for all who ask alike; the asking outlives its first asker, who may run out of time."""
    task = world.once.get(key)
    if task is None:
        task = world.once[key] = asyncio.ensure_future(perform())
        task.add_done_callback(_look_at)
    try:
        response, facts = await asyncio.shield(task)
    except Exception:  # failures are not kept: the next who asks tries anew
        if world.once.get(key) is task:
            del world.once[key]
        raise
    if key in world.charged:
        return response, {**facts, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0, "origin": CACHED}
    world.charged.add(key)
    return response, facts


def _look_at(task: asyncio.Future[Answered]) -> None:
    """Whoever waits for it raises its error; here it only counts as looked at."""
    if not task.cancelled():
        task.exception()


def _make_durable(firing: Asking) -> None:
    try:
        firing.world.recorder.flush()
    except EnvironmentProblem as problem:
        firing.break_off(problem)
        raise RunHalted from problem


def _record(
    firing: Asking, n: int, status: str, response: Json, error: str, begin: int, facts: Mapping[str, Any],
    is_model: bool,
) -> None:  # fmt: skip
    firing.world.recorder.effect_result(
        firing.id, n, status, response, error, perf_counter_ns() - begin, facts.get("tokens_in"),
        facts.get("tokens_out"), facts.get("cost_usd"), facts.get("finish_reason", ""), facts.get("entropy"),
        facts.get("origin", EXECUTED),
    )  # fmt: skip
    if is_model or facts:
        firing.charge(facts)


def _facts(reply: ChatReply | CompletionReply) -> dict[str, Any]:
    return {
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "cost_usd": reply.cost_usd,
        "finish_reason": reply.finish_reason,
        "entropy": reply.entropy,
    }
