"""`arun` and `run`: execute a graph, record everything, return the outcome."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any, ParamSpec

from studio.dynamics.policy import ACTIONS, ON_ALARM, Policy, read_policy
from studio.engine.engine import Engine
from studio.engine.firing import Failure, is_halt, message_of
from studio.engine.loop import run_to_end
from studio.engine.plan import UNWRITTEN_MAX_TICKS
from studio.engine.prepared import Prepared, bind_inputs, prepare
from studio.engine.region import Region
from studio.engine.result import RunResult, Status
from studio.graph.model import LIMITS, Graph
from studio.models.names import EMBEDDED, is_scripted
from studio.plugins.registries import own_types, require_own_types
from studio.settings.settings import Settings, current_settings
from studio.spec.calls import Script
from studio.spec.registry import Registry
from studio.support.errors import NodeError, UsageError
from studio.support.ids import new_run_id
from studio.support.values import Blob, Json, encode
from studio.trace.log import RunLog, RunStart
from studio.trust.gate import require_approval

if TYPE_CHECKING:
    from studio.engine.control import Control
    from studio.engine.guard import Guard
    from studio.engine.past import Past
    from studio.engine.recorded import RecordedEffects
    from studio.engine.reuse import Reuse
    from studio.models.catalog import Catalog
    from studio.spec.calls import Human, ModelProvider
    from studio.tools.outside import RunOutside

P = ParamSpec("P")

CACHE_MODES = ("off", "llm", "all")
"""What a run may take from the cache: nothing, answers of models, also what pure nodes gave."""

Listener = Callable[[list[Any]], None]
OpenLog = Callable[[RunStart], RunLog]
OnText = Callable[[str, str, str], None]


async def arun(
    graph: Graph | str | Path,
    inputs: Mapping[str, Json] | None = None,
    *,
    model: str | ModelProvider | None = None,
    embedder: str | None = None,
    db: str | Path | None = None,
    seed: int = 0,
    answers: str | Path | None = None,
    clock: str | None = None,
    limits: Mapping[str, float] | None = None,
    cache: str | None = None,
    registry: Registry | None = None,
    catalog: Catalog | None = None,
    human: Human | None = None,
    listener: Listener | None = None,
    on_text: OnText | None = None,
    recorded: RecordedEffects | None = None,
    past: Past | None = None,
    folder: str | Path | None = None,
    patience: int = UNWRITTEN_MAX_TICKS,
    control: Control | None = None,
    on_alarm: str | None = None,
    log: RunLog | None = None,
    open_log: OpenLog | None = None,
    run_id: str = "",
    approve: Collection[str] = (),
    script: str | Path | None = None,
    **more_inputs: Json,
) -> RunResult:
    """Run a graph to its end and return the outcome; inputs may be given as a mapping or by keyword.

    `model` maps all roles to one model (a name, or a provider object); `db` is the trace file (default: the
    user's); `limits` narrow or widen the run's own (`{"cost_usd": 1}`); `clock` fixes the time (ISO 8601); `cache` says
    what may be taken from the cache: `off`, `llm` (answers of models), `all` (also what pure nodes gave), None: as set;
    `listener` is called with batches of committed records from the writer's thread, `on_text(node, tick, text)`
    with streaming text; `recorded` answers every effect from a recorded run, `past` is a run that this one continues
    (`studio.replay.resume` and `fork` make it), `patience` the ticks a region without a bound may run, `folder` the
    one that relative names of files were given in (recorded, so that whoever goes on with the run elsewhere finds
    them), `control` lets a person hold and step it, `on_alarm` says what an alarm of its dynamics does (off, warn,
    pause, stop; None: as the graph says, else warn), `log` takes the place of a trace file, `open_log` opens one that
    is written elsewhere than in `db`, `run_id` is the id it gets (default: a new one).  `approve` are hashes of what
    graphs may do (`studio.trust`) that are approved for this run; a replay does nothing and needs none. `script` is
    recorded as the file of a graph that was made in Python: where its files are looked up, the next time.  What is
    recorded goes to disk in group commits behind the run; `Trace(db)` waits for them.  Cancelling the task aborts the
    run and records that.

    Raises GraphError or UsageError (`NotApproved` for a foreign graph) before anything runs, EnvironmentProblem where
    the trace cannot be written; a failing run is returned, not raised.
    """
    document = graph if isinstance(graph, Graph) else Graph.load(graph)
    if registry is None:
        registry = own_types(document.base).registry if recorded is not None else require_own_types(document, approve)
    prepared = prepare(document, registry)
    if recorded is None:
        require_approval(prepared.graph, prepared.survey, approve, prepared.hash)
    settings = current_settings()
    cache = cache_mode(settings, cache)
    trace_file = Path(db) if db is not None else settings.db_path()
    services = None if recorded is not None else catalog or _catalog(settings, model, embedder, document, trace_file)
    scripts = [] if services is None else list(_scripts(services, settings, prepared, model is not None or catalog))
    scripted = recorded is not None or bool(scripts)
    asked = human or (services.human(Path(answers) if answers else None) if services is not None else None)
    sequential = any(script.deterministic_order for script in scripts) or (
        asked is not None and asked.deterministic_order
    )
    if services is not None and catalog is None:
        await _prepare_remote(services, prepared.model_names)
    before = recorded or past
    ordered_races = scripted if before is None else before.ordered_races
    plan = prepared.plan(ordered_races)
    given = {**(inputs or {}), **more_inputs}
    bound = bind_inputs(plan, given)
    bounds = run_limits(settings, document, limits)
    clock_start = _moment(clock)
    policy = _policy(document, on_alarm)
    run_id = run_id or new_run_id()
    if log is None:
        options: dict[str, Json] = {
            "model": _told(model, services),
            "embedder": _told(embedder, services),
            "seed": seed,
            "clock": clock,
            "limits": bounds,
            "answers": str(answers) if answers else None,
            "races": "ordered" if ordered_races else "by arrival",
            "patience": patience,
            "cache": cache,
            "folder": None if folder is None else str(folder),
        }
        if on_alarm is not None:
            options["on_alarm"] = on_alarm
        if past is not None and past.instead:
            options["instead"] = past.instead  # whoever resumes this run before it came to them needs them
        boundary = "" if recorded is not None else await _boundary(prepared, settings)
        start = _start(run_id, document, prepared, bound, options, past, boundary, script)
        log = _open_log(trace_file, start, listener) if open_log is None else open_log(start)
    reuse = None if recorded is not None else await _reuse(settings, cache, prepared)
    engine = Engine(
        run_id=run_id,
        log=log,
        catalog=services,
        limits=bounds,
        base=(document.base or Path()).absolute(),
        seed=seed,
        scripts=_givers(scripts, asked),
        patience=patience,
        sequential=sequential,
        no_waiting=scripted,
        clock_start=clock_start,
        recorded=recorded,
        past=past,
        control=control,
        reuse=reuse,
        human=lambda: _present(asked),
        read_blob=lambda key: _blob(trace_file, key),
        on_text=on_text,
        make_outside=lambda project: _outside(project, prepared, settings),
        registry=prepared.registry,
    )
    for value in given.values():
        if isinstance(value, bytes | Blob):
            blob = value if isinstance(value, Blob) else Blob(value)
            engine.put_blob(blob.data, blob.media_type)
    if recorded is None and not policy.is_off:
        engine.guard = _guard(engine, policy, prepared, bound)
    begin = perf_counter_ns()
    region = engine.root = Region(engine, plan)
    region.inputs = {name: (value, None) for name, value in bound.items()}
    if control is not None:
        control.begin(engine)
    try:
        status, ended, error = await _play(engine, region)
    finally:
        engine.close()
        await engine.close_outside()
        if reuse is not None:
            reuse.close()
        if control is not None:
            control.end()
    outputs = region.outputs()
    paid = engine.taken_over
    result = RunResult(
        run_id=run_id,
        status=status,
        ended=ended,
        outputs=outputs,
        error=error,
        firings=engine.decided,
        ticks=engine.ticks,
        calls=engine.calls - paid.calls,
        tokens_in=engine.tokens_in - paid.tokens_in,
        tokens_out=engine.tokens_out - paid.tokens_out,
        cost_usd=max(0.0, engine.cost_usd - paid.cost_usd) if engine.cost_known else None,
        taken_over=0 if past is None else past.taken,
        saved=None if reuse is None else reuse.saved,
        cache_problem=None if reuse is None else reuse.problem,
        alarms=[] if engine.guard is None else [alarm.as_json() for alarm, _ in engine.guard.alarms],
        behaviour=engine.behaviour,
        duration_s=(perf_counter_ns() - begin) / 1e9,
    )
    totals: dict[str, Json] = {
        "firings": result.firings, "ticks": result.ticks, "calls": result.calls, "tokens_in": result.tokens_in,
        "tokens_out": result.tokens_out, "cost_usd": result.cost_usd, "seq": engine.seq,
        "taken_over": result.taken_over,
    }  # fmt: skip
    totals |= engine.behaviour
    if reuse is not None:
        totals["saved"] = reuse.saved.to_json()
        if reuse.problem is not None:
            log.alarm(0, "cache", f"The cache was not used (any more): {reuse.problem}", None, time_ns())
    log.finish(status, ended, error, {name: encode(value) for name, value in outputs.items()}, totals, time_ns())
    if engine.aborted:
        log.flush()
        raise asyncio.CancelledError from (None if engine.guard is None else engine.guard.fault)
    return result


async def _play(engine: Engine, region: Region) -> tuple[Status, str, dict[str, Json] | None]:
    """Run the top region to its end: status, how it ended, and the error if there is one.

    The region has a task of its own, so that being cancelled from outside is known from any other cancelling.
    Raises what is no outcome: a trace that cannot be written, and faults of ours, both noted as the run's end.
    """
    task = engine.loop.create_task(region.run())
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        engine.aborted = True
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        _end_guard(engine)
        return "aborted", "abort", None
    failed = task.exception() if not task.cancelled() else asyncio.CancelledError()
    failed = _end_guard(engine) or failed
    if failed is None:
        return "ok", region.ended, None
    if isinstance(failed, Failure):
        return "failed", "error", {
            "code": failed.error.kind, "message": message_of(failed.error), "node": failed.node, "tick": failed.tick,
        }  # fmt: skip
    if is_halt(failed):
        return _halted(engine)
    engine.log.finish("failed", "error", {"code": "fault", "message": repr(failed)}, {}, {}, time_ns())
    raise failed


def _end_guard(engine: Engine) -> Exception | None:
    """Let the guard take what it has not heard yet, before the record of the run ends; return its fault if it had
    one."""
    if engine.guard is None or engine.broken is not None:
        return None
    engine.behaviour = engine.guard.end()
    return engine.guard.fault


def _halted(engine: Engine) -> tuple[Status, str, dict[str, Json] | None]:
    """The run was stopped as a whole: by a trace that cannot be written, a divergence, or a limit."""
    if engine.broken is not None:
        error: dict[str, Json] = {"code": "environment", "message": str(engine.broken), "node": "", "tick": ""}
        engine.log.finish("failed", "error", error, {}, {}, time_ns())
        raise engine.broken from None
    if engine.diverged is not None:
        difference, node, tick = engine.diverged
        error = {"code": "divergence", "message": str(difference), "node": node, "tick": tick}
        return (
            "failed",
            "error",
            {**error, "part": difference.part, "expected": difference.expected, "got": difference.got},
        )
    limit, why = engine.paused or ("", "")
    if engine.fails:
        return "failed", f"limit:{limit}", {"code": limit, "message": f"Stopped: {why}", "node": "", "tick": ""}
    told = f"Paused: {why}" if why.endswith((".", "?", "!", "…")) else f"Paused: {why}."  # a question ends by itself
    return "paused", f"limit:{limit}", {"code": f"limit:{limit}", "message": told, "node": "", "tick": ""}


def _start(
    run_id: str,
    document: Graph,
    prepared: Prepared,
    bound: Mapping[str, Json],
    options: dict[str, Json],
    past: Past | None,
    boundary: str,
    script: str | Path | None,
) -> RunStart:
    return RunStart(
        run_id=run_id,
        graph_name=document.name,
        graph_file=document.place.file or str(script or ""),
        graph_hash=prepared.hash,
        graph_text=prepared.text,
        inputs={name: encode(value) for name, value in bound.items()},
        options=options,
        started_at=time_ns(),
        parent_run="" if past is None else past.run,
        fork_seq=None if past is None else past.fork_seq,
        boundary=boundary,
    )


def _open_log(file: Path, start: RunStart, listener: Listener | None) -> RunLog:
    from studio.support.keys import scrubber
    from studio.trace import open_run

    return open_run(file, start, listener, scrub=scrubber())


def _blocking(call: Callable[P, Coroutine[Any, Any, RunResult]]) -> Callable[P, RunResult]:
    @functools.wraps(call)
    def blocking(*arguments: P.args, **keywords: P.kwargs) -> RunResult:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise UsageError("`run` was called inside a running event loop.", hint="Use `await arun(…)` there.")
        return run_to_end(call(*arguments, **keywords))

    blocking.__name__ = blocking.__qualname__ = "run"
    return blocking


run = _blocking(arun)
"""`arun` for code without an event loop: the same arguments, waits for the end, returns the outcome."""


def run_limits(settings: Settings, graph: Graph, given: Mapping[str, float] | None) -> dict[str, float]:
    """The limits of a run: the settings' defaults, then the graph's own, then the caller's."""
    limits = {**settings.limits(), **graph.limits, **(given or {})}
    for name, value in limits.items():
        if name not in LIMITS:
            raise UsageError(f"`{name}` is no limit.", hint=f"The limits: {', '.join(LIMITS)}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise UsageError(f"The limit `{name}` should be a number from 0, not {value!r}.")
    return {name: float(value) for name, value in limits.items()}


def _policy(graph: Graph, on_alarm: str | None) -> Policy:
    """What is done about alarms: as the graph says, with `on_alarm` in the place of its own. Raises UsageError."""
    written = dict(graph.dynamics)
    if on_alarm is not None:
        if on_alarm not in ACTIONS:
            raise UsageError(f"`{on_alarm}` is nothing to do on an alarm.", hint=f"One of {', '.join(ACTIONS)}.")
        written[ON_ALARM] = on_alarm
    return read_policy(written, where=graph.name)


def _guard(engine: Engine, policy: Policy, prepared: Prepared, bound: Mapping[str, Json]) -> Guard | None:
    """A guard for the run, None if there is no module to watch; what the graph is given as texts is the goal."""
    modules = prepared.modules
    if not modules.size:
        return None  # and what reads and compares words is not loaded
    from studio.dynamics.detecting.watch import Watch
    from studio.dynamics.words.reader import Reader
    from studio.engine.aims import goal_of
    from studio.engine.guard import Guard
    from studio.support.keys import scrubber

    goal = goal_of(prepared.graph, bound)
    reader = Reader(clean=scrubber())  # what is kept is cut and folded: no key would be found in it later
    watch = Watch((), goal, modules.watched_with(policy.thresholds), size=modules.size, reader=reader)
    return Guard(engine, policy, watch, modules, goal)


def cache_mode(settings: Settings, asked: str | None) -> str:
    """Return what a run may take from the cache: as asked, else as set. Raises UsageError."""
    mode = str(settings["cache.mode"]) if asked is None else asked
    if mode not in CACHE_MODES:
        raise UsageError(f"The cache cannot be `{mode}`.", hint=f"One of {', '.join(CACHE_MODES)}.")
    return mode


async def _reuse(settings: Settings, mode: str, prepared: Prepared) -> Reuse | None:
    if mode == "off":
        return None
    from studio.engine.reuse import Reuse

    reuse = Reuse.open(settings, mode)
    if reuse.firings:
        types = {instance.type for _, part in prepared.graph.walk() for instance in part.nodes.values()}
        await asyncio.to_thread(reuse.learn, filter(None, map(prepared.registry.find, types)))
    return reuse


def _catalog(
    settings: Settings, model: str | ModelProvider | None, embedder: str | None, graph: Graph, trace_file: Path
) -> Catalog:
    from studio.models.catalog import Catalog

    return Catalog(settings, model=model, embedder=embedder, base=graph.base, db=trace_file)


def _told(model: str | ModelProvider | None, services: Catalog | None) -> str | None:
    """The name under which a model is recorded: one that means the same tomorrow, also where it was `replay:last`."""
    if model is None or not isinstance(model, str):
        return None if model is None else model.info.name
    return model if services is None else services.lasting_name(model)


def _scripts(
    services: Catalog, settings: Settings, prepared: Prepared, default_is_given: object
) -> Iterator[ModelProvider]:
    """The scripted models that this run may ask: they decide how races end and whether order is kept (rule 2.10)."""
    if default_is_given:
        default = services.provider("default")
        if is_scripted(default.info.name):
            yield default
        return
    names = [settings[f"models.{role}"] for role in ("default", "fast", "strong")] + prepared.model_names
    for name in names:
        if is_scripted(name):
            yield services.provider(name)


async def _prepare_remote(services: Catalog, names: list[str]) -> None:
    """Load what remote models need before the run starts, so that a missing key is told before anything is asked."""
    full = {name: services.resolve(name) for name in names}
    remote = [name for name in names if not (is_scripted(full[name]) or full[name].startswith(EMBEDDED))]
    if remote:
        await services.prepare(remote)


def _givers(scripts: Iterable[ModelProvider], human: Human | None) -> list[Script]:
    candidates: list[object] = [*scripts, human]
    return [giver for giver in candidates if isinstance(giver, Script)]


def _present(human: Human | None) -> Human:
    assert human is not None, "a replay asks nobody"
    return human


def _blob(trace_file: Path, key: str) -> bytes:
    from studio.trace.reading import Trace

    with Trace(trace_file) as trace:
        return trace.blob(key)


async def _boundary(prepared: Prepared, settings: Settings) -> str:
    """Return what confines code and commands of this run, `refused` if they will not run; "" if it has none."""
    kinds = {one.kind for entry in prepared.survey.entries for one in entry.permissions}
    if kinds.isdisjoint(("code", "command")):
        return ""
    from studio.sandbox.boundaries import choose

    try:
        return await asyncio.to_thread(choose, str(settings["sandbox.boundary"]))
    except NodeError:
        return "refused"  # the firing that needs it says why


def _outside(project: Path, prepared: Prepared, settings: Settings) -> RunOutside:
    from studio.tools.outside import RunOutside

    return RunOutside(
        project,
        prepared.hash,
        origins=[one.strip() for one in str(settings["web.origins"]).split(",") if one.strip()],
        keyring=bool(settings["keys.keyring"]),
        boundary=str(settings["sandbox.boundary"]),
        folders=str(settings["sandbox.folders"]),
    )


def _moment(clock: str | None) -> datetime | None:
    if clock is None:
        return None
    try:
        moment = datetime.fromisoformat(clock)
    except ValueError:
        raise UsageError(f"`{clock}` is no time.", hint="Write it like 2026-01-31T09:30:00+00:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
