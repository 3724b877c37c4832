"""What a run takes from the cache and leaves there (design rule 2.14).

Answers of models are known by the whole request and by what answers; what pure nodes gave by their type, code, params
and inputs. Nothing is taken in a replay; what a run continues comes before; a retry is not given what has just failed.

Looking up takes its time too: only firings that worked for `WORTH_NS`, and `WORTH_NS_PER_BYTE` of inputs and outputs,
are kept, and a type with `QUICK` quicker ones is not looked up any more.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from time import perf_counter_ns as clock
from time import thread_time_ns
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.cache.entries import Entry, Kept
from studio.cache.keys import effect_key, firing_question
from studio.cache.shapes import is_reply
from studio.spec.calls import Repeatable
from studio.support.values import ABSENT, Absent, Json, decode, encode, hash_bytes

if TYPE_CHECKING:
    from studio.cache.store import Cache
    from studio.engine.context import Context
    from studio.engine.plan import NodePlan
    from studio.engine.region import Region
    from studio.settings.settings import Settings
    from studio.spec.node import Node
    from studio.support.errors import EnvironmentProblem

WORTH_NS = 1_000_000
"""Firings that took less are not kept."""

WORTH_NS_PER_BYTE = 20
"""So much more a firing must have taken for each byte of its inputs and outputs: twice what looking up takes."""

DOUBTED_NS = 20 * WORTH_NS
DOUBTED_AT = 10
"""What seems to take less than that is run for once at the tenth answer of its type: anything may look slow once."""

QUICK = 20
"""So many quicker firings of one type in a row, and it is not looked up any more in this run until one is slow."""

Answered = tuple[Json, dict[str, Any]]


class Saved(NamedTuple):
    """What a run did not have to ask or compute: `calls` of models, `firings` of pure nodes, and what calls would have
    used. `cost_usd` is None where the price of a saved call is not known; `seconds` is what the firings took then (of
    calls it is not known, as they wait for one another)."""

    calls: int = 0
    firings: int = 0
    tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Json]:
        """Return it as `studio run --json` prints it."""
        return {**self._asdict(), "seconds": round(self.seconds, 3)}


class _Asked(NamedTuple):
    """A firing that is under way and may be kept; `doubted`: it is known, and run to see whether it is slow at all."""

    key: str
    request: bytes
    doubted: bool


class Reuse:
    """The cache in the hands of one run. `firings`: pure nodes too, not only model calls."""

    def __init__(self, cache: Cache, *, firings: bool) -> None:
        self.firings = firings
        self.saved = Saved()
        self._cache = cache
        self._fingerprints: dict[int, str] = {}
        self._codes: dict[str, str] = {}
        self._quick: dict[str, int] = {}
        self._answered: dict[str, int] = {}
        self._under_way: dict[tuple[Region, int], _Asked] = {}
        self._worked = 0

    @classmethod
    def open(cls, settings: Settings, mode: str) -> Reuse:
        """Return the person's cache for a run of this mode, `llm` or `all`."""
        from studio.cache.store import Cache
        from studio.support.keys import scrubber

        limit = int(settings["cache.limit_mb"]) * 1_000_000
        return cls(Cache(settings.cache_path(), limit, scrubber()), firings=mode == "all")

    @property
    def problem(self) -> EnvironmentProblem | None:
        """Why the run goes on without the cache, None while all is well."""
        return self._cache.problem

    def close(self) -> None:
        """Write what is to be kept and close the file."""
        self._cache.close()

    # -- model calls ---------------------------------------------------------------------------

    async def fingerprint(self, provider: Repeatable) -> str:
        """Return what answers, beyond its name; asked once per run."""
        known = self._fingerprints.get(id(provider))
        if known is None:
            known = self._fingerprints[id(provider)] = await provider.fingerprint()
        return known

    def answer(self, key: str, kind: str, request: Json) -> Kept | None:
        """Return the kept answer to a request, counted as saved; None if there is none that can be believed."""
        kept = self._cache.find(key)
        if kept is None:
            return None
        if not is_reply(kind, request, kept.response):
            self._cache.drop(key)
            return None
        self._count(kept, calls=0 if kind == "embed" else 1)
        return kept

    def keeping(
        self, key: str, kind: str, name: str, request: Json, perform: Callable[[], Coroutine[Any, Any, Answered]]
    ) -> Callable[[], Coroutine[Any, Any, Answered]]:
        """Return `perform` so that its answer is kept: also where whoever asked is gone by then."""

        async def ask() -> Answered:
            begin = clock()
            response, facts = await perform()
            if not (isinstance(response, dict) and "temperature" in response.get("dropped", ())):
                told = {part: facts.get(part) for part in ("finish_reason", "entropy")}
                tokens = (facts.get("tokens_in") or 0) + (facts.get("tokens_out") or 0)
                self._cache.keep(
                    Entry(
                        key, kind, name, encode(request), encode(response), told, tokens, facts.get("cost_usd"),
                        clock() - begin,
                    )
                )  # fmt: skip
            return response, facts

        return ask

    # -- pure nodes ----------------------------------------------------------------------------

    def learn(self, types: Iterable[type[Node]]) -> None:
        """Read the code of the node types of a graph: those whose firings may be kept. Blocks; once per process."""
        from studio.cache.code import code_of

        for cls in types:
            if cls.spec.effects == "pure" and not cls.spec.role and not cls.spec.stores:
                self._codes[cls.spec.type] = code_of(cls).hash

    def outputs(self, region: Region, node: NodePlan, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what a pure node gave for the same inputs, None where it has to fire."""
        kind = node.spec.type
        code = self._codes.get(kind)
        if not code or node.stores or region.attempt > 1 or self._quick.get(kind, 0) >= QUICK:
            return None
        question = firing_question(code, kind, node.spec.version, node.instance.params, values)
        if question is None:
            return None
        key = hash_bytes(question)
        kept = self._cache.find(key)
        doubted = False
        if kept is not None:
            held = _held(node, kept.response)
            self._answered[kind] = times = self._answered.get(kind, 0) + 1
            doubted = times == DOUBTED_AT and kept.duration_ns < DOUBTED_NS
            if held is not None and not doubted:
                self._count(kept, firings=1)
                return held
            if held is None:
                self._cache.drop(key)
        self._under_way[region, node.index] = _Asked(key, question, doubted)
        self._worked = thread_time_ns()
        return None

    def keep(self, context: Context, encoded: Mapping[str, bytes], absent: Mapping[str, str] | None, end: int) -> None:
        """Keep what a firing gave that ended now (`clock`), if it was worth its while and follows from params and
        inputs alone.

        A firing that asked anything of the world, drew random numbers, was retried, or gives bytes of a blob (which the
        next trace would not have) is not kept.
        """
        if not self.firings:
            return
        node = context.node_plan
        # Firings queue for one event loop, and a busy machine makes any of them look slow: what counts is how long the
        # processor worked since the last one ended. Only a node with a thread of its own is measured by the clock.
        before, self._worked = self._worked, thread_time_ns()
        took = end - context.begin if node.blocking else self._worked - before
        asked = self._under_way.pop((context.region, node.index), None)
        kind = node.spec.type
        if asked is None:
            if took >= WORTH_NS:
                self._quick.pop(kind, None)
            return
        size = len(asked.request) + sum(map(len, encoded.values()))
        if took < WORTH_NS + WORTH_NS_PER_BYTE * size:
            self._quick[kind] = self._quick.get(kind, 0) + (QUICK if asked.doubted else 1)
            if asked.doubted:
                self._cache.drop(asked.key)
            return
        self._quick.pop(kind, None)
        if context.number or context.attempt > 1 or context.has_drawn or any(b'"$blob"' in v for v in encoded.values()):
            return
        outputs = {port: decode(data) for port, data in encoded.items()}
        response = encode({"outputs": outputs, "absent": dict(absent or {})})
        self._cache.keep(Entry(asked.key, "firing", kind, asked.request, response, {}, 0, 0.0, took))

    def failed(self, region: Region, node: NodePlan) -> None:
        """A firing failed: failures are not kept."""
        self._under_way.pop((region, node.index), None)

    def _count(self, kept: Kept, *, calls: int = 0, firings: int = 0) -> None:
        before = self.saved
        cost = None if before.cost_usd is None or kept.cost_usd is None else before.cost_usd + kept.cost_usd
        self.saved = Saved(
            before.calls + calls,
            before.firings + firings,
            before.tokens + kept.tokens,
            cost,
            before.seconds + firings * kept.duration_ns / 1e9,
        )


async def key_of(context: Context, provider: object, kind: str, request: Json, temperature: float = 0.0) -> str:
    """Return the key of a question to a model or embedder, "" where the cache is not to know of it."""
    reuse = context.engine.reuse
    if reuse is None or not isinstance(provider, Repeatable) or not provider.repeats(temperature):
        return ""
    return effect_key(kind, await reuse.fingerprint(provider), request, context.counted_attempt)


def _held(node: NodePlan, response: Json) -> dict[str, Any] | None:
    """Return kept outputs as they lie on the node's ports, None if they cannot be this node's."""
    if not isinstance(response, dict) or response.keys() != {"outputs", "absent"}:
        return None
    outputs, absent = response["outputs"], response["absent"]
    if not isinstance(outputs, dict) or not isinstance(absent, dict):
        return None
    ports = node.out_types.keys()
    if not (outputs.keys() <= ports and absent.keys() <= ports and not outputs.keys() & absent.keys()):
        return None
    if not all(type(reason) is str for reason in absent.values()):
        return None
    if not all(check(outputs[port]) for port, check in node.out_checks if port in outputs):
        return None
    return {
        port: outputs[port] if port in outputs else Absent(absent[port]) if port in absent else ABSENT for port in ports
    }
