"""What a firing may ask of the world: the engine's `RunContext`. How it is asked and recorded is in `effects`."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter_ns as clock
from typing import TYPE_CHECKING, Any

from studio.engine.effects import call, note
from studio.engine.firing import RunHalted
from studio.engine.handles import Calls, Handle
from studio.engine.reuse import key_of
from studio.spec.calls import HumanCall, NobodyThere
from studio.support.errors import NodeError
from studio.support.keys import scrub
from studio.support.paths import inside
from studio.support.ticks import tick_path
from studio.support.values import Json, encode, hash_bytes, preview

if TYPE_CHECKING:
    from studio.engine.engine import Engine
    from studio.engine.plan import NodePlan
    from studio.engine.recorded import FiringRecord
    from studio.engine.region import Region
    from studio.spec.node import Node
    from studio.tools.outside import RunOutside


def without_keys(data: bytes) -> bytes:
    """Bytes for the trace: a text that quotes a key back at us is kept without it; an image is no text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    clean = scrub(text)
    return data if clean == text else clean.encode()


class _Late:
    """The parts of a context that come into being when they are asked for."""

    __slots__ = ("closed", "random", "record", "slept_s")

    def __init__(self) -> None:
        self.closed = False
        self.random: random.Random | None = None
        self.record: FiringRecord | None = None
        self.slept_s = 0.0


class Context:
    """One firing: who and when it is, and its way to the outside.

    Cheap to make: nothing is worked out before it is asked for.
    """

    __slots__ = ("_late", "_open", "attempt", "begin", "engine", "firing", "node_plan", "number", "refs", "region")

    def __init__(self, region: Region, node_plan: NodePlan, firing: int, begin: int, refs: dict[str, Any]) -> None:
        """`begin` is when the firing began (`clock`), `refs` where each input came from."""
        self.engine: Engine = region.engine
        self.region = region
        self.node_plan = node_plan
        self.firing = firing
        self.begin = begin
        self.refs = refs
        self.attempt = 1
        self.number = 0
        self._open = False
        self._late: _Late | None = None

    @property
    def late(self) -> _Late:
        """What few firings need."""
        if self._late is None:
            self._late = _Late()
        return self._late

    @property
    def closed(self) -> bool:
        """True if the attempt this belongs to is over."""
        return self._late is not None and self._late.closed

    @property
    def counted_attempt(self) -> int:
        """The attempt as the trace counts it: attempts inside a retried region go on counting."""
        return (self.region.attempt - 1) * (self.node_plan.retries + 1) + self.attempt

    def for_attempt(self) -> Context:
        """A context of its own for one attempt: what outlives the attempt's time limit can write nothing more."""
        made = Context(self.region, self.node_plan, self.firing, self.begin, self.refs)
        made.attempt = self.attempt
        made.number = self.number
        made._open = self._open
        made.late.slept_s = self.late.slept_s
        made.late.record = self.late.record
        return made

    def end_attempt(self, attempt: Context) -> None:
        """Take over how far an attempt has come, and close it."""
        attempt.late.closed = True
        self.number = attempt.number
        self._open = self._open or attempt._open
        self.late.slept_s = attempt.late.slept_s
        self.late.record = self.late.record or attempt.late.record
        self.late.random = self.late.random or attempt.late.random

    # -- who and when ------------------------------------------------------------------------

    @property
    def node(self) -> str:
        """The node path of this firing."""
        return self.region.prefix + self.node_plan.name

    @property
    def tick(self) -> str:
        """The tick path of this firing."""
        return tick_path(self.region.tick_key)

    @property
    def run(self) -> str:
        """The run's id."""
        return self.engine.run_id

    @property
    def random(self) -> random.Random:
        """Random numbers that depend on the run's seed and this firing's identity alone (rule 2.10)."""
        late = self.late
        if late.random is None:
            identity = f"{self.engine.seed}|{self.node}|{self.tick}|{self.attempt}"
            late.random = random.Random(int(hash_bytes(identity.encode())[:16], 16))
        return late.random

    @property
    def has_drawn(self) -> bool:
        """True if the firing asked for random numbers: what it gives depends on who and when it is."""
        return self._late is not None and self._late.random is not None

    # -- models ------------------------------------------------------------------------------

    def model(self, name: str = "default") -> Calls:
        """Return the model a role or name stands for. Raises `ModelError` if there is none."""
        return Calls(self, self.engine.provider(name, self._executed_in))

    async def embed(self, texts: Sequence[str], model: str = "default", *, once: bool = False) -> list[list[float]]:
        """Return one vector per text (an effect of kind `embed`)."""
        embedder = self.engine.embedder(model, self._executed_in)
        request: Json = {"model": embedder.name, "texts": list(texts)}

        async def ask() -> tuple[Json, dict[str, Any]]:
            reply = await embedder.embed(list(texts))
            return reply.vectors, {"tokens_in": reply.tokens_in, "tokens_out": 0, "cost_usd": reply.cost_usd}

        vectors: list[list[float]] = await call(
            self, "embed", embedder.name, request, ask, billable=embedder.billable, once=once,
            keep=await key_of(self, embedder, "embed", request),
        )  # fmt: skip
        return vectors

    # -- the rest of the world ---------------------------------------------------------------

    def store(self, name: str) -> Handle:
        """Return a store by the name it has in this graph."""
        return Handle.of(self, name)

    @property
    def outside(self) -> RunOutside:
        """Sandbox, web, tool servers and secrets of this run."""
        return self.engine.outside

    async def effect(
        self,
        kind: str,
        name: str,
        request: Json,
        perform: Callable[[], Awaitable[Json]],
        *,
        irreversible: bool = False,
        outbound: bool = False,
    ) -> Json:
        """Ask something of the outside; see `RunContext.effect`."""

        async def ask() -> tuple[Json, dict[str, Any]]:
            return await perform(), {}

        if outbound and self.node_plan.asks_first:
            from studio.engine.approving import require_yes

            await require_yes(self, kind, name, request)
        return await call(self, kind, name, request, ask, billable=irreversible)

    async def alarms(self) -> list[dict[str, Any]]:
        """The alarms raised since this node fired last (an effect of kind `alarms`); see `RunContext.alarms`."""

        async def read() -> Json:
            guard = self.engine.guard
            return [] if guard is None else guard.news(self.node)

        found = await self.effect("alarms", "alarms", None, read)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def now(self) -> str:
        """The time as ISO 8601 text with offset (an effect of kind `clock`).

        A fixed clock moves by what was slept: in this firing, and in earlier ticks by whoever slept longest.
        """

        async def read() -> Json:
            fixed = self.engine.clock_start
            if fixed is None:
                return datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
            passed = self.region.elapsed_s + self.late.slept_s
            return (fixed + timedelta(seconds=passed)).isoformat(timespec="milliseconds")

        return str(await self.effect("clock", "now", None, read))

    async def sleep(self, seconds: float) -> None:
        """Wait (an effect of kind `clock`); a fixed clock is moved on instead."""
        fixed = self.engine.clock_start is not None

        async def wait() -> Json:
            if not fixed:
                await asyncio.sleep(seconds)
            return None

        await self.effect("clock", "sleep", {"seconds": seconds}, wait)
        if fixed:  # also where the record says that it was slept
            self.late.slept_s += seconds
            self.region.tick_slept_s = max(self.region.tick_slept_s, self.late.slept_s)

    async def ask_human(self, question: str, choices: Sequence[str] = (), default: str | None = None) -> str:
        """Ask a person (an effect of kind `human`)."""
        call = HumanCall(question, tuple(choices), default, self.node, self.tick)

        async def ask() -> Json:
            try:
                return await self.engine.human().ask(call)
            except NobodyThere as absence:
                waits = f"`{self.node}` waits for an answer to: {preview(question, 80)}"
                self.engine.pause("human", waits)
                raise RunHalted from absence

        request = {"question": question, "choices": list(choices), "default": default}
        return str(await self.effect("human", "ask", request, ask))

    def node_type(self, type: str) -> type[Node] | None:
        """Return a node type of this run by its name."""
        return self.engine.registry.find(type)

    async def use(self, type: str, params: Mapping[str, Json], inputs: Mapping[str, Json]) -> dict[str, Json]:
        """Let another node type work as a part of this firing; see `RunContext.use`."""
        from studio.engine.using import use

        return await use(self, type, params, inputs)

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
        note(self, "log", label, value, None)

    def put_blob(self, data: bytes, media_type: str) -> Json:
        """Store bytes by hash and return the value that stands for them."""
        return self.engine.put_blob(without_keys(data), media_type)

    def get_blob(self, value: Json) -> bytes:
        """Return the bytes a blob value stands for."""
        return self.engine.get_blob(value)

    # -- for the engine ----------------------------------------------------------------------

    @property
    def record(self) -> FiringRecord:
        """In a replay: what this firing asked when it was recorded."""
        late = self.late
        if late.record is None:
            assert self.engine.recorded is not None
            late.record = self.engine.recorded.next_record(self.node, self.tick)
        return late.record

    @property
    def _executed_in(self) -> str:
        """In a replay: the run that this firing was taken over from when it was recorded, if it was."""
        return "" if self.engine.recorded is None else self.record.run

    def open(self) -> None:
        """Make the firing known in the trace before it has effects or inner firings."""
        if not self._open:
            self._open = True
            region, index = self.region, self.node_plan.index
            self.engine.log.open_firing(
                self.firing, region.path_base + index, region.tick_key,
                region.parent_firing, region.item, self.engine.epoch + clock(),
            )  # fmt: skip

    def next_number(self) -> int:
        """Number the next effect or store operation. Raises NodeError if the firing is over."""
        if self.closed:
            raise NodeError("this firing is over: its time limit has passed.", code="over")
        self.open()
        self.number += 1
        return self.number

    def race_won(self, port: str, winner: int) -> None:
        """Record which wire won a race: the order of arrival comes from outside, so it is an effect (kind `race`)."""
        note(self, "race", port, None, {"winner": winner})

    def cut_off(self, seconds: float) -> None:
        """Record that the node's time limit cut this attempt off: time is outside, so an effect (kind `timeout`)."""
        note(self, "timeout", "timeout_s", {"seconds": seconds}, None)

    async def back_off(self, first_s: float, most_s: float, after_s: float | None = None) -> None:
        """Wait before the next attempt: doubling, with jitter; no wait where answers are scripted or recorded."""
        if self.engine.no_waiting:
            return
        wait = min(most_s, first_s * 2 ** (self.attempt - 1)) * random.uniform(0.5, 1.5)
        await asyncio.sleep(max(wait, after_s or 0.0))
