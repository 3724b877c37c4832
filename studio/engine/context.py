"""What a firing may ask of the world, recorded and replayable: the engine's `RunContext`.

Every effect goes through `effect` or `_call`: counted against limits, an intent row before and a result row
after (both durable at once where a call costs money or cannot be undone), or answered from a recorded run.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    HumanCall,
    Message,
    ModelInfo,
    ModelProvider,
)
from studio.support.errors import ModelError, NodeError, StudioError
from studio.support.paths import inside
from studio.support.ticks import tick_path
from studio.support.values import Json, encode, hash_bytes, sorted_encode

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region
    from studio.stores.base import Store

RETRY_FIRST_S = 0.5
RETRY_MOST_S = 60.0


class Context:
    """One firing's way to the outside. Cheap to make: nothing is worked out before it is asked for."""

    __slots__ = ("_open", "_random", "attempt", "engine", "firing", "node_plan", "number", "region", "tick_key")

    def __init__(self, engine: Engine, region: Region, node_plan: NodePlan, firing: int) -> None:
        self.engine = engine
        self.region = region
        self.node_plan = node_plan
        self.firing = firing
        self.tick_key = region.tick_key
        self.attempt = 1
        self.number = 0
        self._open = False
        self._random: random.Random | None = None

    # -- who and when ------------------------------------------------------------------------

    @property
    def node(self) -> str:
        """The node path of this firing."""
        return self.region.prefix + self.node_plan.name

    @property
    def tick(self) -> str:
        """The tick path of this firing."""
        return tick_path(self.tick_key)

    @property
    def run(self) -> str:
        """The run's id."""
        return self.engine.run_id

    @property
    def random(self) -> random.Random:
        """Random numbers that depend on the run's seed and this firing's identity alone (rule 2.10)."""
        if self._random is None:
            identity = f"{self.engine.seed}|{self.node}|{self.tick}|{self.attempt}"
            self._random = random.Random(int(hash_bytes(identity.encode())[:16], 16))
        return self._random

    # -- models ------------------------------------------------------------------------------

    def model(self, name: str = "default") -> Calls:
        """Return the model a role or name stands for. Raises `ModelError` if there is none."""
        return Calls(self, self.engine.provider(name))

    async def embed(self, texts: Sequence[str], model: str = "default", *, once: bool = False) -> list[list[float]]:
        """Return one vector per text (an effect of kind `embed`)."""
        embedder = self.engine.embedder(model)
        request: Json = {"model": embedder.name, "texts": list(texts)}

        async def ask() -> tuple[Json, dict[str, Any]]:
            reply = await embedder.embed(list(texts))
            return reply.vectors, {"tokens_in": reply.tokens_in, "tokens_out": 0, "cost_usd": reply.cost_usd}

        vectors: list[list[float]] = await self._call(
            "embed", embedder.name, request, ask, billable=embedder.billable, once=once, retries=0
        )
        return vectors

    # -- the rest of the world ---------------------------------------------------------------

    def store(self, name: str) -> Handle:
        """Return a store by the name it has in this graph."""
        found = self.region.plan.scope.find_store(name)
        return Handle(self, self.region.store(name), name, found is not None and found[1].scope == "project")

    async def effect(
        self, kind: str, name: str, request: Json, perform: Callable[[], Awaitable[Json]], *, irreversible: bool = False
    ) -> Json:
        """Ask something of the outside; see `RunContext.effect`."""

        async def ask() -> tuple[Json, dict[str, Any]]:
            return await perform(), {}

        return await self._call(kind, name, request, ask, billable=irreversible)

    async def now(self) -> str:
        """The time as ISO 8601 text with offset (an effect of kind `clock`)."""

        async def read() -> Json:
            fixed = self.engine.clock_start
            if fixed is None:
                return datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
            return (fixed + timedelta(seconds=self.engine.slept_s)).isoformat(timespec="milliseconds")

        return str(await self.effect("clock", "now", None, read))

    async def sleep(self, seconds: float) -> None:
        """Wait (an effect of kind `clock`); a fixed clock is moved on instead."""

        async def wait() -> Json:
            if self.engine.clock_start is not None:
                self.engine.slept_s += seconds
            else:
                await asyncio.sleep(seconds)
            return None

        await self.effect("clock", "sleep", {"seconds": seconds}, wait)

    async def ask_human(self, question: str, choices: Sequence[str] = (), default: str | None = None) -> str:
        """Ask a person (an effect of kind `human`)."""
        call = HumanCall(question, tuple(choices), default, self.node, self.tick)

        async def ask() -> Json:
            return await self.engine.human().ask(call)

        request = {"question": question, "choices": list(choices), "default": default}
        return str(await self.effect("human", "ask", request, ask))

    def project_path(self, name: str) -> str:
        """Return the absolute path of a file, named relative to the graph's folder, inside the graph's project."""
        full = inside(self.engine.project, self.engine.base / name)
        if full is None:
            raise NodeError(
                f"`{name}` lies outside the project folder {self.engine.project}.",
                hint="Files are named relative to the graph's own folder; a `studio.toml` marks the project's.",
                code="outside_project",
            )
        return str(full)

    def say(self, text: str) -> None:
        """Show text while the firing is under way."""
        if self.engine.on_text is not None:
            self.engine.on_text(self.node, self.tick, text)

    def log(self, label: str, value: Json) -> None:
        """Leave a note in the trace (an effect of kind `log`)."""
        encode(value)
        n = self._begin("log", label, value)
        self.engine.log.effect_result(self.firing, n, "ok", None, "", 0, None, None, None, "", None)

    def put_blob(self, data: bytes, media_type: str) -> Json:
        """Store bytes by hash and return the value that stands for them."""
        return self.engine.put_blob(data, media_type)

    def get_blob(self, value: Json) -> bytes:
        """Return the bytes a blob value stands for."""
        return self.engine.get_blob(value)

    # -- effects -----------------------------------------------------------------------------

    def open(self) -> None:
        """Make the firing known in the trace before it has effects or inner firings."""
        if not self._open:
            self._open = True
            region, index = self.region, self.node_plan.index
            self.engine.log.open_firing(
                self.firing, region.paths[index] or region.declare(index), self.tick_key,
                region.parent_firing, region.item, self.engine.epoch + clock(),
            )  # fmt: skip

    def _begin(self, kind: str, name: str, request: Json) -> int:
        self.open()
        self.number = n = self.number + 1
        self.engine.log.effect_intent(self.firing, n, kind, name, request, self.attempt, self.engine.epoch + clock())
        return n

    def race_won(self, port: str, winner: int) -> None:
        """Record which wire won a race: the order of arrival comes from outside, so it is an effect (kind `race`)."""
        n = self._begin("race", port, None)
        self.engine.log.effect_result(self.firing, n, "ok", {"winner": winner}, "", 0, None, None, None, "", None)

    async def back_off(self, first_s: float, most_s: float, after_s: float | None = None) -> None:
        """Wait before the next attempt: doubling, with jitter; no wait where answers are scripted or recorded."""
        if self.engine.no_waiting:
            return
        wait = min(most_s, first_s * 2 ** (self.attempt - 1)) * (0.5 + self.random.random())
        await asyncio.sleep(max(wait, after_s or 0.0))

    async def _call(
        self,
        kind: str,
        name: str,
        request: Json,
        ask: Callable[[], Awaitable[tuple[Json, dict[str, Any]]]],
        *,
        billable: bool = False,
        once: bool = False,
        retries: int = 0,
        is_model: bool = False,
    ) -> Any:
        engine = self.engine
        tries = 0
        while True:
            if is_model:
                engine.may_call(self.region, self.node_plan)
            n = self._begin(kind, name, request)
            if engine.recorded is not None:
                known = engine.recorded.answer(engine, self.node, self.tick, n, kind, name, request)
                self._record(n, known.status, known.response, known.error, clock(), known.facts, is_model)
                if known.status == "ok":
                    return known.response
                error: StudioError = known.as_error()
            else:
                begin = clock()
                try:
                    response, facts = await self._asked(kind, name, request, ask, billable, once)
                except StudioError as raised:
                    error = raised
                    self._record(n, "error", error_json(raised), str(raised), begin, {}, is_model)
                except Exception as raised:  # recorded as this effect's failure, then raised on
                    self._record(n, "error", None, f"{type(raised).__name__}: {raised}", begin, {}, is_model)
                    raise
                else:
                    self._record(n, "ok", response, "", begin, facts, is_model)
                    if billable:
                        await engine.must_be_durable()
                    return response
            transient = isinstance(error, ModelError) and error.transient
            if not transient or tries >= retries:
                raise error
            tries += 1
            await self.back_off(RETRY_FIRST_S, RETRY_MOST_S, getattr(error, "retry_after_s", None))

    async def _asked(
        self,
        kind: str,
        name: str,
        request: Json,
        ask: Callable[[], Awaitable[tuple[Json, dict[str, Any]]]],
        billable: bool,
        once: bool,
    ) -> tuple[Json, dict[str, Any]]:
        if billable:
            await self.engine.must_be_durable()
        if not once:
            return await ask()
        memo = self.engine.memo
        key = hash_bytes(sorted_encode([kind, name, request]))
        known = memo.get(key)
        if known is not None:
            response, _ = await asyncio.shield(known)
            return response, {"cached": True, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0}
        answer: asyncio.Future[tuple[Json, dict[str, Any]]] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        memo[key] = answer
        try:
            found = await ask()
        except BaseException as error:
            del memo[key]  # failures are not kept: the next who asks tries anew
            if isinstance(error, Exception):
                answer.set_exception(error)
            else:
                answer.set_exception(ModelError("The shared question was cancelled.", code="timeout", transient=True))
            raise
        answer.set_result(found)
        return found

    def _record(
        self, n: int, status: str, response: Json, error: str, begin: int, facts: Mapping[str, Any], is_model: bool
    ) -> None:
        self.engine.log.effect_result(
            self.firing, n, status, response, error, clock() - begin, facts.get("tokens_in"), facts.get("tokens_out"),
            facts.get("cost_usd"), facts.get("finish_reason", ""), facts.get("entropy"),
        )  # fmt: skip
        if is_model or facts:
            self.engine.charge(self.region, self.node_plan, facts, is_model)


class Calls:
    """A model as a node sees it (`ModelCalls`)."""

    __slots__ = ("context", "info", "provider")

    def __init__(self, context: Context, provider: ModelProvider) -> None:
        self.context = context
        self.provider = provider
        self.info: ModelInfo = provider.info

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Json] | None = None,
        max_tokens: int | None = None,
        temperature: float = 0.0,
        stop: Sequence[str] = (),
        timeout_s: float | None = None,
    ) -> ChatReply:
        """Ask for a chat reply; recorded, counted, replayable."""
        context = self.context
        call = ChatCall(
            messages=tuple(messages), schema=schema, max_tokens=max_tokens, temperature=temperature,
            seed=context.engine.seed, stop=tuple(stop), logprobs=self.info.supports_logprobs, timeout_s=timeout_s,
            node=context.node, tick=context.tick,
        )  # fmt: skip

        async def ask() -> tuple[Json, dict[str, Any]]:
            async with context.engine.slot(self.info):
                reply = await self.provider.chat(call, context.say if context.engine.on_text else None)
            return reply.to_json(), _facts(reply)

        response = await self._ask("chat", call.canonical(self.info.name), ask)
        return ChatReply.from_json(response)

    async def complete(
        self, prompt: str, *, max_tokens: int = 1, top: int = 200, timeout_s: float | None = None, once: bool = False
    ) -> CompletionReply:
        """Complete a text; recorded, counted, replayable."""
        context = self.context
        call = CompletionCall(
            prompt=prompt, max_tokens=max_tokens, seed=context.engine.seed, top=top, timeout_s=timeout_s,
            node=context.node, tick=context.tick,
        )  # fmt: skip

        async def ask() -> tuple[Json, dict[str, Any]]:
            async with context.engine.slot(self.info):
                reply = await self.provider.complete(call)
            return reply.to_json(), _facts(reply)

        response = await self._ask("complete", call.canonical(self.info.name), ask, once=once)
        return CompletionReply.from_json(response)

    async def _ask(
        self, kind: str, request: Json, ask: Callable[[], Awaitable[tuple[Json, dict[str, Any]]]], *, once: bool = False
    ) -> Any:
        return await self.context._call(
            kind, self.info.name, request, ask,
            billable=self.info.billable, once=once, retries=self.provider.retry_transient, is_model=True,
        )  # fmt: skip


class Handle:
    """A store as a node sees it (`StoreHandle`): every operation is recorded."""

    __slots__ = ("_context", "_is_project", "_name", "_store")

    def __init__(self, context: Context, store: Store, name: str, is_project: bool) -> None:
        self._is_project = is_project
        self._context = context
        self._store = store
        self._name = name

    @property
    def kind(self) -> str:
        """The store's type: list, queue, kv."""
        return self._store.kind

    def do(self, op: str, **args: Json) -> Json:
        """Do an operation of the store's type and return its result."""
        context = self._context
        context.open()
        context.number += 1
        recorded = context.engine.recorded
        if recorded is not None and self._is_project:
            result = recorded.store_result(context.node, context.tick, context.number)
        else:
            result = self._store.do(op, args)
        context.engine.log.store_op(context.firing, context.number, self._name, op, args, encode(result))
        return result


def error_json(error: StudioError) -> Json:
    """What is recorded of an error so that replay can raise the same one."""
    kind = error.kind if isinstance(error, NodeError) else error.code
    return {
        "class": "model" if isinstance(error, ModelError) else "node" if isinstance(error, NodeError) else "usage",
        "kind": kind,
        "message": error.message,
        "where": error.where,
        "hint": error.hint,
        "transient": getattr(error, "transient", False),
    }


def _facts(reply: ChatReply | CompletionReply) -> dict[str, Any]:
    return {
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "cost_usd": reply.cost_usd,
        "finish_reason": reply.finish_reason,
        "entropy": reply.entropy,
    }
