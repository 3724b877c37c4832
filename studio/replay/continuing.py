"""Resume and fork: a new run that goes on from a recorded one (design sections 2 and 7).

Both run the graph from its beginning on the same scheduler; what the parent run had decided is taken over instead of
fired (`engine.past`).  Resuming is forking at the end: everything decided stays, only what ended the run is tried
again.  A fork changes params or an output from a seq on, and fires again what that affects.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.engine.loop import run_to_end
from studio.engine.plan import UNWRITTEN_MAX_TICKS
from studio.graph.model import Graph
from studio.graph.paths import node_at
from studio.graph.scope import Scope
from studio.importers.opening import open_graph_file
from studio.models.names import SCRIPTED
from studio.plugins.registries import registry_of, require_own_types
from studio.replay.changes import Changes, changed_nodes
from studio.replay.past import load_past
from studio.replay.settings import changed_graphs, has_other_limits, limits_of_fork, require_from_the_beginning
from studio.spec.registry import Registry
from studio.support.errors import StudioError, UsageError
from studio.support.paths import same_file
from studio.support.resources import bundled_graphs
from studio.support.values import Json
from studio.trace import Trace
from studio.trust.approvals import Approvals
from studio.trust.gate import NotApproved, is_bundled, may_run
from studio.trust.labels import guarded_nodes
from studio.trust.survey import survey, whole_of

if TYPE_CHECKING:
    from studio.engine.result import RunResult
    from studio.trace.found import Run

COUNTED = ("firings", "ticks", "calls", "tokens", "cost_usd")
"""Limits that count over the whole lineage: going on needs a wider one than the run ended at."""


@dataclass(frozen=True)
class Beginning:
    """How a recorded run was begun, ready to be handed to `arun` again."""

    graph: Graph
    inputs: dict[str, Json]
    keywords: dict[str, Any] = field(default_factory=dict)


def beginning_of(trace: Trace, run: Run) -> Beginning:
    """Return the graph as it was run, its inputs and options. The graph belongs to the folder it was run from."""
    options = run.options
    name = run.file or run.graph or "recorded run"  # one that came from nowhere would count as one's own
    graph = Graph.from_text(trace.graph_text(run.id), name=name, base=folder_of(run))
    keywords = {
        "model": _placed_model(options.get("model"), _given_in(run)),
        "embedder": options.get("embedder"),
        "seed": int(options.get("seed") or 0),
        "clock": options.get("clock"),
        "answers": _placed(options.get("answers"), _given_in(run)),
        "folder": options.get("folder"),
        "limits": dict(options.get("limits") or {}),
        "cache": options.get("cache"),
        "on_alarm": options.get("on_alarm"),
        "patience": int(options.get("patience") or UNWRITTEN_MAX_TICKS),
    }
    return Beginning(graph, trace.decoded(run.inputs), keywords)


def _given_in(run: Run) -> Path:
    """Return the folder that the run's relative names of files were given in: as recorded, else the present one."""
    return Path(str(run.options.get("folder") or ""))


def _placed(name: str | None, folder: Path) -> str | None:
    return name and str(folder / Path(name).expanduser())


def _placed_model(name: str | None, folder: Path) -> str | None:
    """Return a model's name with the file of a script found from anywhere."""
    if name is None or not name.startswith(SCRIPTED):
        return name
    return SCRIPTED + str(_placed(name.removeprefix(SCRIPTED), folder))


def file_of(run: Run) -> Path | None:
    """Return the graph file of a run, None if it had none or it is not there (any more)."""
    file = _given_in(run) / run.file
    if not run.file or file.is_file():
        return file if run.file else None
    # The runs that ship with the examples name them so.
    return next((one for one in bundled_graphs() if Path(run.file) == Path("graphs") / one.name), None)


def folder_of(run: Run) -> Path | None:
    """Return the folder that a run's graph belongs to, None if it is not there (any more)."""
    file = file_of(run) or _given_in(run) / run.file
    return file.parent if run.file and file.parent.is_dir() else None


async def aresume(
    db: str | Path,
    run: str = "last",
    *,
    limits: Mapping[str, float] | None = None,
    registry: Registry | None = None,
    **more: Any,
) -> RunResult:
    """Go on with a run that was paused, failed, aborted or interrupted, and return the outcome of the new run.

    It has the parent's graph, inputs, seed, clock and limits; `limits` widen them, `more` are keywords of `arun`
    (`model`, `answers`, `listener`, …) that take the place of the parent's.  Nothing that was decided is done again;
    a firing that was under way goes on from the answers it had.  A failure that ended the run is tried again.

    Raises UsageError if there is nothing to resume. A past that is not met again ends the new run as diverged.
    """
    with Trace(db) as trace:
        found = trace.run(run)
        _require_unfinished(found)
        begun = beginning_of(trace, found)
        bounds = {**begun.keywords["limits"], **(limits or {})}
        _require_wider(found, bounds)
        types = registry or registry_of(begun.graph, more.get("approve") or ())
        _require_its_place(found, begun.graph, types, more.get("approve") or ())
        keywords = {**begun.keywords, **_answers(begun, types), **_given(more), "limits": bounds}
        _require_prepared_answers(found, begun.keywords, more)
        if found.ended == "limit:max_ticks":
            keywords["patience"] += UNWRITTEN_MAX_TICKS
        found = _whole(trace, found, types)
        return await _go_on(trace, found, begun.graph, begun.inputs, keywords, registry, Changes(), None)


async def afork(
    db: str | Path,
    run: str = "last",
    *,
    at: int | None = None,
    changes: Changes | None = None,
    graph: Graph | None = None,
    inputs: Mapping[str, Json] | None = None,
    limits: Mapping[str, float] | None = None,
    registry: Registry | None = None,
    **more: Any,
) -> RunResult:
    """Run on from step `at` of a recorded run with something changed, and return the outcome of the new run.

    All that was decided before `at` stays. From there on only what the changes affect fires again; the rest is taken
    over. Without `at` it is the first step that the changes concern. `graph` takes the place of the run's own graph,
    `inputs` of some of its inputs (only without `at`: they are there from the beginning).

    Raises UsageError for a step, node, param or port that is not there.
    """
    wanted = changes or Changes()
    with Trace(db) as trace:
        found = trace.run(run)
        if found.status == "running":
            raise UsageError(f"The run {found.id} is still going.", hint="Fork it when it has ended, or pause it.")
        begun = beginning_of(trace, found)
        if inputs and at not in (None, 1):
            raise UsageError("Other inputs change a run from its beginning.", hint="Leave `--at` out.")
        document = graph or begun.graph
        wanted.require_no_inputs(document)
        approve = list(more.pop("approve", None) or ())
        types = registry or registry_of(document, approve)
        if graph is None:
            _require_its_place(found, document, types, approve)
        trusted = may_run(document, types, approve)
        document = wanted.applied_to(document, types)
        if trusted:  # what the person changes in it is their own
            approve.append(survey(document, types).hash)
        bounds = {**limits_of_fork(begun.keywords["limits"], begun.graph, document), **(limits or {})}
        own = _answers(begun, types)
        keywords = {**begun.keywords, **own, **_given(more), "limits": bounds, "approve": approve}
        _require_prepared_answers(found, begun.keywords, more)
        given = {**begun.inputs, **(inputs or {})}
        first = 1 if inputs else at
        return await _go_on(trace, found, document, given, keywords, registry, wanted, first, fork=True)


async def _go_on(
    trace: Trace,
    parent: Run,
    graph: Graph,
    inputs: Mapping[str, Json],
    keywords: Mapping[str, Any],
    registry: Registry | None,
    changes: Changes,
    at: int | None,
    *,
    fork: bool = False,
) -> RunResult:
    from studio.engine.prepared import prepare
    from studio.engine.run import arun

    types = registry or require_own_types(graph, keywords.get("approve") or ())
    prepared = prepare(graph, types)
    changed: frozenset[int] = frozenset()
    redo: frozenset[int] = frozenset()
    if fork:
        before = Graph.from_text(trace.graph_text(parent.id), name=parent.graph)
        differing = changed_nodes(before, prepared.graph)
        changed = frozenset(id(instance) for _, instance in differing)
        redo = changes.redone(prepared.graph, types)
        changes.require_outputs(trace, parent, prepared.graph, types)
        if at is not None:
            require_from_the_beginning(trace, parent, before, prepared.graph, types, at)
        else:
            concerned = changed | redo | changed_graphs(before, prepared.graph)
            at = changes.find_first_step(trace, parent, prepared.graph, types, concerned)
            if at == 0 and has_other_limits(before, prepared.graph):
                at = _last_step(trace, parent) + 1
            at = at or changes.first_step(trace, parent, prepared.graph, types, concerned)
        _require_step(trace, parent, at)
    instead = {**_still_to_be_put(trace, parent), **changes.outputs}
    past = load_past(trace, parent.id, prepared.graph, types, until=at, changed=changed, redo=redo, instead=instead)
    return await arun(graph, inputs, db=trace.path, registry=registry, past=past, **keywords)


def _require_its_place(run: Run, graph: Graph, types: Registry, approve: Collection[str]) -> None:
    """Raise NotApproved for a graph that may do something, and would do it in a folder that only the record names.

    Whoever made the record chose that folder, and what was approved for a graph elsewhere says nothing about it. It is
    the graph's own if the graph's file stands there still, or was approved there.
    """
    asked = survey(graph, types)
    if graph.base is None or not asked.asks or asked.hash in approve:
        return
    file = file_of(run)
    known = Approvals().all().get(asked.hash)
    if known is not None and Path(known.file).is_absolute() and same_file(file, Path(known.file)):
        return
    try:
        stands = file is not None and file.is_file() and survey(open_graph_file(file), types).hash == asked.hash
    except StudioError:  # it is no graph
        stands = False
    if not stands and not is_bundled(whole_of(graph)):
        raise NotApproved(
            asked, where=str(graph.base),
            problem=f"It would do so in {graph.base}, as the record says: no such graph stands there (any more).",
        )  # fmt: skip


def _answers(begun: Beginning, types: Registry) -> dict[str, Any]:
    """Where the graph asks before it sends something, the file of answers that the record names gives no answers: the
    record may be a stranger's, who then would answer in the person's place."""
    guarded = guarded_nodes(Scope(whole_of(begun.graph)), types)
    return {"answers": None} if guarded else {}


def _given(more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords that are given; files among them are named from where we are."""
    given = {name: value for name, value in more.items() if value is not None}
    here = Path.cwd()
    if isinstance(given.get("answers"), str | Path):
        given["answers"] = _placed(str(given["answers"]), here)
    if isinstance(given.get("model"), str):
        given["model"] = _placed_model(given["model"], here)
    return given


def _whole(trace: Trace, run: Run, types: Registry) -> Run:
    """Return the run to go on from: the run itself, or the one it resumed if it had done nothing of its own yet.

    Such a run may have been stopped while it was still taking over, and then knows less than the one before it: what
    was paid for there would be done again.
    """
    for child, parent in pairwise(trace.lineage(run.id)):
        if not _resumes(child, trace, parent) or _did_something(trace, child, types):
            break
        run = parent
    return run


def _still_to_be_put(trace: Trace, run: Run) -> dict[str, dict[str, Json]]:
    """Return the outputs that a fork which did not come to its end was to put in place of what nodes give, and had not
    come to."""
    found: dict[str, dict[str, Json]] = {}
    for path, ports in run.options.get("instead", {}).items() if run.status != "ok" else ():
        put = [trace.outputs(one) for one in trace.firings(run.id, path) if one.origin == "frozen"]
        if not any(ports.items() <= outputs.items() for outputs in put):
            found[path] = dict(ports)
    return found


def _resumes(run: Run, trace: Trace, parent: Run) -> bool:
    """True if a run goes on at the end of its parent, with nothing changed."""
    last = _last_step(trace, parent)
    same = (run.graph_hash, run.inputs) == (parent.graph_hash, parent.inputs)
    return same and run.fork_seq in (None, last + 1)


def _did_something(trace: Trace, run: Run, types: Registry) -> bool:
    """True if a node fired in this very run, or asked something. It then had taken over all that there was: nothing new
    begins before that. What the engine itself plays, such as the end of a region, was no doing."""
    top = Scope(Graph.from_text(trace.graph_text(run.id), name=run.graph))

    def is_played(path: str) -> bool:
        found = node_at(top, path, types)
        cls = None if found is None else types.find(found[1].type)
        return found is not None and cls is not None and bool(cls.spec.role or found[1].knockout)

    decided = (one for one in trace.firings(run.id) if one.origin != "replayed" and one.status in ("ok", "error"))
    fired = any(not is_played(one.node) for one in decided)
    return fired or any(one.origin == "executed" and one.firing for one in trace.effects(run.id))


def _require_unfinished(run: Run) -> None:
    if run.status == "running":
        raise UsageError(f"The run {run.id} is still going.", hint="`studio control` steers a run that is going.")
    if run.status == "ok":
        raise UsageError(
            f"The run {run.id} came to its end: there is nothing to resume.",
            hint="`studio fork` runs on from a step of it with something changed.",
        )


def _require_wider(run: Run, bounds: Mapping[str, float]) -> None:
    limit = run.ended.removeprefix("limit:") if run.ended.startswith("limit:") else ""
    told = str(run.error.get("message", "")) if isinstance(run.error, dict) else ""
    if limit in COUNTED and told.startswith(("Paused: the node ", "Paused: the region ")):
        raise UsageError(
            f"The run {run.id} would be paused again at once: {told.removeprefix('Paused: ')}",
            hint="A fork gives it a wider one: `studio fork RUN --set node.limits=…`, or `--graph` with another graph.",
        )
    before = run.options.get("limits", {}).get(limit)
    if limit in COUNTED and before is not None and bounds.get(limit, float("inf")) <= before:
        raise UsageError(
            f"The run {run.id} was paused by its limit {limit}={before:g}, which counts what it had used.",
            hint=f"Give a wider one: `--limit {limit}={max(1, 2 * before):g}`.",
        )


def missing_script(run: Run) -> str:
    """Return the script that answered a run if it is not there any more: then another model has to go on; else ""."""
    model = _placed_model(run.options.get("model"), _given_in(run)) or ""
    script = model.removeprefix(SCRIPTED)
    return script if model.startswith(SCRIPTED) and not Path(script).expanduser().is_file() else ""


def _require_prepared_answers(run: Run, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise UsageError if the model of the run was a script, or a person a file of answers, that is not there now and
    in whose place nothing is given."""
    if now.get("catalog") is not None:
        return
    model, answers = before.get("model") or "", before.get("answers")
    script = model.removeprefix(SCRIPTED)
    if model.startswith(SCRIPTED) and now.get("model") is None and not Path(script).expanduser().is_file():
        raise UsageError(
            f"The run {run.id} was answered by the script `{script}`, which is not there.",
            hint="Name a model to ask, or the place of the script: `--model NAME`, `--model scripted:FILE`.",
        )
    if answers and now.get("answers") is None and now.get("human") is None and not Path(answers).is_file():
        raise UsageError(
            f"Questions of the run {run.id} were answered from the file `{answers}`, which is not there.",
            hint="Say where it is: `--answers FILE`.",
        )


def _last_step(trace: Trace, run: Run) -> int:
    return trace.steps(run.id).last() or 0


def _require_step(trace: Trace, run: Run, at: int) -> None:
    last = _last_step(trace, run)
    if not 1 <= at <= last + 1:
        raise UsageError(
            f"The run {run.id} has the steps 1 to {last}, not {at}.", hint="`studio replay RUN` shows the steps."
        )


def resume(db: str | Path, run: str = "last", **keywords: Any) -> RunResult:
    """`aresume` for code without an event loop: the same arguments, waits for the end."""
    return run_to_end(aresume(db, run, **keywords))


def fork(db: str | Path, run: str = "last", **keywords: Any) -> RunResult:
    """`afork` for code without an event loop: the same arguments, waits for the end."""
    return run_to_end(afork(db, run, **keywords))
