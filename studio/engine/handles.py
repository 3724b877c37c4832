"""What a node holds in its hands: a model and a store, each recording what is done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.dynamics.agenda import KINDS as AGENDAS
from studio.engine.effects import Answered, Perform, call
from studio.engine.firing import RunHalted
from studio.engine.memories import memory_of, note_use
from studio.engine.recorded import Divergence, error_json
from studio.engine.reuse import key_of
from studio.spec.calls import (
    ChatCall,
    ChatReply,
    CompletionCall,
    CompletionReply,
    Message,
    ModelInfo,
    ModelProvider,
    ToolOffer,
)
from studio.support.errors import NodeError
from studio.support.values import Json, encode, preview

if TYPE_CHECKING:
    from studio.engine.context import Context
    from studio.stores.base import Store
    from studio.trace.found import StoreOp


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
        tools: Sequence[ToolOffer] = (),
        must_call: bool = False,
        timeout_s: float | None = None,
    ) -> ChatReply:
        """Ask for a chat reply; recorded, counted, replayable."""
        context = self.context
        call = ChatCall(
            messages=tuple(messages), schema=schema, max_tokens=max_tokens, temperature=temperature,
            seed=context.engine.seed, stop=tuple(stop), logprobs=self.info.supports_logprobs, tools=tuple(tools),
            must_call=must_call, timeout_s=timeout_s,
            node=context.node, tick=context.tick,
        )  # fmt: skip

        async def ask() -> Answered:
            async with context.engine.slot(self.info):
                reply = await self.provider.chat(call, context.say if context.engine.on_text else None)
            return reply.to_json(), _facts(reply)

        response = await self._ask("chat", call.canonical(self.info.name), ask, temperature=temperature)
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

        async def ask() -> Answered:
            async with context.engine.slot(self.info):
                reply = await self.provider.complete(call)
            return reply.to_json(), _facts(reply)

        response = await self._ask("complete", call.canonical(self.info.name), ask, once=once)
        return CompletionReply.from_json(response)

    async def _ask(
        self, kind: str, request: Json, ask: Perform, *, once: bool = False, temperature: float = 0.0
    ) -> Any:
        return await call(
            self.context, kind, self.info.name, request, ask,
            billable=self.info.billable, once=once, retries=self.provider.retry_transient, is_model=True,
            keep=await key_of(self.context, self.provider, kind, request, temperature),
        )  # fmt: skip


class Handle:
    """A store as a node sees it (`StoreHandle`): every operation is recorded."""

    __slots__ = ("_context", "_is_project", "_name", "_store")

    def __init__(self, context: Context, store: Store, name: str, is_project: bool) -> None:
        self._is_project = is_project
        self._context = context
        self._store = store
        self._name = name

    @classmethod
    def of(cls, context: Context, name: str) -> Handle:
        """Return the store by the name it has in the firing's graph."""
        found = context.region.plan.scope.find_store(name)
        return cls(context, context.region.store(name), name, found is not None and found[1].scope == "project")

    @property
    def kind(self) -> str:
        """The store's type: list, queue, kv."""
        return self._store.kind

    def do(self, op: str, **args: Json) -> Json:
        """Do an operation of the store's type and return its result."""
        context = self._context
        engine = context.engine
        n = context.next_number()
        recorded = engine.recorded is not None and self._is_project
        try:
            result = self._from_record(n, op) if recorded else self._store.do(op, args)
        except NodeError as refusal:
            if self._is_project and not isinstance(refusal, Divergence):
                engine.log.effect_intent(
                    context.firing, n, "store", self._name, {"op": op}, context.attempt, engine.epoch + clock()
                )
                engine.log.effect_result(
                    context.firing, n, "error", error_json(refusal), str(refusal), 0, None, None, None, "", None
                )
            raise
        self._log(n, op, args, result)
        return result

    def repeat(self, done: StoreOp) -> None:
        """Do again what a firing that is taken over did. A project's store has it already: there it is only noted.

        Raises RunHalted, and the run is diverged, where the store answers something else now.
        """
        context = self._context
        context.open()
        result = done.result if self._is_project else self._store.do(done.op, done.args)
        if result != done.result:
            difference = Divergence(
                f"`{context.node}` at tick {context.tick} finds another content in the store `{self._name}`.",
                expected=f"{done.op} gives {preview(done.result, 60)}",
                got=preview(result, 60),
            )
            context.engine.diverge(difference, context.node, context.tick)
            raise RunHalted from difference
        self._log(done.n, done.op, done.args, result, repeated=True)

    def _log(self, n: int, op: str, args: Mapping[str, Json], result: Json, *, repeated: bool = False) -> None:
        context = self._context
        engine, store, done_here = context.engine, self._store, not (self._is_project and repeated)
        memory = memory_of(context, store, self._name)
        engine.log.store_op(context.firing, n, self._name, op, dict(args), encode(result), memory.number, engine.seq)
        if engine.guard is not None and store.kind in AGENDAS:
            engine.guard.worked(context, self._name, store.kind, op, args, result, repeated=repeated)
        if done_here and engine.recorded is None:
            note_use(context, store, memory, at_first=self._is_project)

    def _from_record(self, n: int, op: str) -> Json:
        """What a project store answered when the run was recorded: the file may hold anything by now."""
        context = self._context
        try:
            return context.record.store_result(context.node, context.tick, n, op)
        except Divergence as difference:
            context.engine.diverge(difference, context.node, context.tick)
            raise RunHalted from difference


def _facts(reply: ChatReply | CompletionReply) -> dict[str, Any]:
    return {
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "cost_usd": reply.cost_usd,
        "finish_reason": reply.finish_reason,
        "entropy": reply.entropy,
    }
