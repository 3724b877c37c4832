"""Plays a case: today's graph, or today's node alone, over the recorded answers. Nothing is called.

Live, what was not recorded is asked of a real model and the case is played again from its start with the new answer,
until nothing is new: replaying is cheap, and so a case with new answers is played exactly as one that had them before.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from studio.cases.answers import CaseEffects, Miss
from studio.cases.case import Asked, Case
from studio.engine.loop import run_to_end
from studio.engine.recorded import Divergence
from studio.graph.model import Edge, Graph, NodeInstance, StoreDecl
from studio.graph.paths import node_at
from studio.graph.ports import node_ports
from studio.graph.scope import Scope, bundle
from studio.plugins.registries import registry_of
from studio.spec.registry import Registry
from studio.support.errors import StudioError, UsageError
from studio.support.values import Json, decode
from studio.trace.log import CALLS, MODEL_KINDS, STATUS_NAMES
from studio.trace.memory import MemoryLog

if TYPE_CHECKING:
    from studio.engine.result import RunResult

T = TypeVar("T")

MOST_NEW = 1000
"""Most new answers that one case may ask for when it is played live."""

_ALL_DAY = 86_400.0


class AsksAnew(Protocol):
    """Asks a real model what was not recorded."""

    async def answer(self, miss: Miss) -> Asked: ...


@dataclass
class Played:
    """What came of it. `status` is the run's, or for one node the firing's (ok, error, skipped).

    `problem` says why the case could not be played to its end, `unrecorded` that recording it anew would help, `miss`
    which question had no answer; `asked` are the new answers of a live play.
    """

    status: str = ""
    ended: str = ""
    error: str = ""
    outputs: dict[str, Json] = field(default_factory=dict)
    calls: int = 0
    firings: int = 0
    ticks: int = 0
    prompts: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    problem: str = ""
    unrecorded: bool = False
    miss: Miss | None = None
    asked: list[Asked] = field(default_factory=list)


class Stop:
    """Ends plays from another thread: the one that goes on, and those that have not begun."""

    def __init__(self) -> None:
        self.is_set = False
        self._guard = threading.Lock()
        self._playing: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None

    def set(self) -> None:
        """End it now."""
        with self._guard:
            self.is_set = True
            if self._playing is not None:
                loop, task = self._playing
                loop.call_soon_threadsafe(task.cancel)

    @contextmanager
    def over(self) -> Iterator[None]:
        """Within, `set` cancels the task that plays. Raises CancelledError if it was set before."""
        task = asyncio.current_task()
        assert task is not None, "plays are tasks"
        with self._guard:
            if self.is_set:
                raise asyncio.CancelledError
            self._playing = asyncio.get_running_loop(), task
        try:
            yield
        finally:
            with self._guard:
                self._playing = None


STOPPED = "It was stopped before its end."


def play(
    case: Case,
    graph: Graph,
    *,
    registry: Registry | None = None,
    db: Path | None = None,
    live: AsksAnew | None = None,
    stop: Stop | None = None,
) -> Played:
    """Play a case over a graph and return what came of it. `db` is where images and files of the case are kept.

    Raises nothing for a graph that does not fit the case any more: that is its outcome (`problem`), and so is being
    stopped (`STOPPED`).
    """
    stop = stop or Stop()
    try:
        return run_to_end(_play(case, graph, registry or registry_of(graph), db, live, stop))
    except asyncio.CancelledError:
        if not stop.is_set:
            raise
        return Played(problem=STOPPED)
    except UsageError as error:
        return Played(problem=error.message if not error.hint else f"{error.message} {error.hint}")
    except StudioError as error:
        return Played(problem=str(error))


def until_stopped(work: Callable[[], Coroutine[Any, Any, T]], stop: Stop) -> T:
    """Run a coroutine to its end. Raises UsageError if it is stopped before."""

    async def within() -> T:
        with stop.over():
            return await work()

    try:
        return run_to_end(within())
    except asyncio.CancelledError:
        if not stop.is_set:
            raise
        raise UsageError(STOPPED) from None


def play_into(case: Case, graph: Graph, db: Path, *, registry: Registry | None = None, stop: Stop | None = None) -> str:
    """Play a case with all that happens recorded in a trace file, to be stepped through; return the run's id.

    Raises UsageError, or another StudioError, if it cannot be played at all or is stopped; a play that fails is
    recorded as any run.
    """
    types = registry or registry_of(graph)
    target, inputs = (graph, dict(case.inputs)) if not case.node else alone(case, graph, types)
    effects = CaseEffects(case.recorded, [], node_of=_nodes_of(target, types))
    return until_stopped(lambda: _run(case, target, inputs, effects, None, types, db), stop or Stop()).run_id


def _nodes_of(target: Graph, registry: Registry) -> Callable[[str], tuple[int, str] | None]:
    scope = Scope(bundle(target))

    def node_of(path: str) -> tuple[int, str] | None:
        found = node_at(scope, path, registry, whole=True)
        return None if found is None else (id(found[0]), found[1].name)

    return node_of


async def _play(
    case: Case, graph: Graph, registry: Registry, db: Path | None, live: AsksAnew | None, stop: Stop
) -> Played:
    target, inputs = (graph, dict(case.inputs)) if not case.node else alone(case, graph, registry)
    asked: list[Asked] = []
    node_of = _nodes_of(target, registry)
    while True:
        effects = CaseEffects(case.recorded, asked, node_of=node_of)
        log = MemoryLog("case")
        with stop.over():
            result = await _run(case, target, inputs, effects, log, registry, db)
        miss = effects.miss
        if miss is None or live is None or miss.kind not in MODEL_KINDS or len(asked) >= MOST_NEW:
            break
        asked.append(await live.answer(miss))
    return _outcome(case, result, log, effects, asked)


async def _run(
    case: Case,
    graph: Graph,
    inputs: Mapping[str, Json],
    effects: CaseEffects,
    log: MemoryLog | None,
    registry: Registry,
    db: Path | None,
) -> RunResult:
    from studio.engine.run import arun

    return await arun(
        graph,
        inputs,
        seed=case.recorded.seed,
        clock=case.recorded.clock,
        limits={"seconds": _ALL_DAY},  # how long it takes says nothing about it
        registry=registry,
        recorded=effects,
        log=log,
        db=db,
    )


def _outcome(case: Case, result: RunResult, log: MemoryLog, effects: CaseEffects, asked: list[Asked]) -> Played:
    played = Played(
        status=result.status,
        ended=result.ended,
        error=str((result.error or {}).get("message", "")),
        outputs=dict(result.outputs),
        calls=result.calls,
        firings=result.firings,
        ticks=result.ticks,
        miss=effects.miss,
        asked=asked,
    )
    answers = {(entry[0], entry[1]): (entry[2], entry[3]) for entry in log.results}
    for firing, n, kind, _, request in log.intents:
        if kind in CALLS:
            status, response = answers.get((firing, n), ("", None))
            played.prompts.append(prompt_text(request))
            if status == "ok":
                played.replies.append(str(response.get("text", "")))
    if effects.miss is not None:
        played.problem, played.unrecorded = str(effects.miss), True
    elif (result.error or {}).get("code") == Divergence.code:
        played.problem, played.unrecorded = played.error, True
    elif result.status not in ("ok", "failed"):
        played.problem = f"The play is {result.status} ({result.ended})."
    if case.node:
        name = case.node.rpartition("/")[2]
        mine = next((one for one in reversed(log.firings) if (one.path, one.tick) == (name, "0")), None)
        played.firings = sum(one.path.split("/")[0] == name and one.status != 2 for one in log.firings)
        if mine is not None:
            played.status = STATUS_NAMES[mine.status]
            played.error = mine.reason
            played.outputs = {port: decode(data) for port, data in mine.data.items()}
        elif not played.problem:
            played.problem = f"`{case.node}` was not decided."
    return played


def prompt_text(request: Json) -> str:
    """Return the text of a model call: of its last message, or the text to complete."""
    if "prompt" in request:
        return str(request["prompt"])
    messages: Sequence[Mapping[str, Any]] = request.get("messages") or [{}]
    return str(messages[-1].get("content", ""))


# -- one node ---------------------------------------------------------------------------------------


def alone(
    case: Case, graph: Graph, registry: Registry, *, stores: Literal["project", "run"] = "project"
) -> tuple[Graph, dict[str, Json]]:
    """Return a graph of the case's node alone, as it stands in today's graph, and the inputs that feed it.

    Bodies it runs come along. Stores outside of it are declared as the project's, so that they answer as recorded; to
    run it for real, as the run's, so that nothing is written anywhere.
    Raises `UsageError` if the node or one of its inputs is gone.
    """
    scope = Scope(bundle(graph))
    place = node_at(scope, case.node, registry)
    if place is None:
        raise UsageError(
            f"There is no node `{case.node}` in today's graph.", hint="Was it renamed? Then change `node:` in the case."
        )
    around, node = place
    ports = node_ports(around, node, registry)
    made = Graph(name=graph.name, base=graph.base, max_ticks=1)
    inner: Scope | None = around
    while inner is not None:
        for name, body in inner.graph.graphs.items():
            made.graphs.setdefault(name, body)
        for name, store in inner.graph.stores.items():
            made.stores.setdefault(name, StoreDecl(name, store.type, stores, dict(store.params)))
        inner = inner.outer
    made.nodes[node.name] = replace(deepcopy(node), limits={})
    inputs: dict[str, Json] = {}
    for port, value in case.inputs.items():
        known = ports.inputs.get(port)
        if known is None:
            raise UsageError(f"`{case.node}` has no input `{port}` any more.", hint=f"It has {_listed(ports.inputs)}.")
        for at, one in enumerate(value if known.join == "many" and isinstance(value, list) else [value]):
            name = _free(f"{port}_{at}" if known.join == "many" else port, made.nodes)
            made.nodes[name] = NodeInstance(name, "flow.input")
            made.edges.append(Edge(name, "value", node.name, port))
            inputs[name] = one
    return made, inputs


def _free(name: str, taken: Mapping[str, object]) -> str:
    while name in taken:
        name = f"{name}_"
    return name


def _listed(ports: Mapping[str, object]) -> str:
    return ", ".join(f"`{port}`" for port in ports) or "none"
