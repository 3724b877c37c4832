"""Beginning a batch and going on with one: what the command line, the window and Python programs call.

A batch keeps in the database what it is to run, so that any later session, in any program, goes on from there.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio.batch.design.experiment_files import experiment_from_json
from studio.batch.design.plan import Plan
from studio.batch.design.planning import plan_of
from studio.batch.design.spec import BUDGET, Experiment
from studio.batch.design.variants import Variant
from studio.batch.driving.driver import Driver, Outcome
from studio.batch.driving.jobs import Budget
from studio.batch.driving.planned import PlannedJobs
from studio.batch.driving.progress import Progress
from studio.batch.engines.base import Engine
from studio.batch.engines.local import LocalEngine
from studio.engine.prepared import prepare
from studio.models.names import EMBEDDED, REPLAY, ROLES, SCRIPTED
from studio.settings.settings import current_settings
from studio.support.errors import UsageError
from studio.support.ids import new_run_id
from studio.support.keys import scrubber
from studio.support.values import Json, decode, encode
from studio.trace.batches import Batches
from studio.trace.log import BatchStart

if TYPE_CHECKING:
    from studio.batch.engines.hosting import WorkerHost

ENGINES: Final = ("local", "ray")

AT_ONCE: Final = 8
"""Runs that go on at the same time in one worker, where they mostly wait for a model far away."""

MOST_LOCAL: Final = 64
"""Workers on one machine."""

VERY_MANY: Final = 10_000
"""Runs that are not begun before a person has said that so many are meant: two more values of a setting, or all pairs
of modules, multiply what seemed few."""

MOST_DATA: Final = 8_000_000
"""Bytes of rows that are kept with a batch, so that its report can show them wherever it is read."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How runs are made, which changes nothing about what they give. `workers` and `at_once` are chosen by what models
    are asked, where they are None; `address` is that of a Ray cluster, "" starts one."""

    engine: str = "local"
    address: str = ""
    workers: int | None = None
    at_once: int | None = None
    fresh: bool = False
    """Makes runs anew that an earlier batch has made."""
    budget: Budget = field(default_factory=Budget)
    approve: frozenset[str] = frozenset()
    host: WorkerHost | None = None
    """A process that has begun to import what workers of this machine need (`local.begin_early`)."""


@dataclass(frozen=True, slots=True)
class Session:
    """A batch that is ready to be driven."""

    plan: Plan
    start: BatchStart
    driver: Driver
    new: int = 0
    """Runs of a new batch that are to be made before it ends or its budget pauses it; 0 where one goes on."""

    @property
    def is_very_large(self) -> bool:
        """Whether nobody begins so many runs without meaning it."""
        return self.new > VERY_MANY

    @property
    def shared_memories(self) -> list[str]:
        """The stores that all runs share, as they belong to the project: then no run stands for itself."""
        parts = [part for one in self.plan.graphs.values() for _, part in one.graph.walk()]
        return sorted({store.name for part in parts for store in part.stores.values() if store.scope == "project"})

    async def drive(self) -> Outcome:
        """Drive it; see `Driver.drive`."""
        return await self.driver.drive()


def begin(
    experiment: Experiment, db: Path, ways: Ways | None = None, *, watch: Callable[[Progress], None] | None = None
) -> Session:
    """Prepare a new batch of an experiment. Nothing is written before it is driven.

    Raises UsageError, GraphError or EnvironmentProblem for whatever would keep its runs from being made.
    """
    ways = ways or Ways()
    plan = plan_of(experiment, approve=ways.approve)
    said: dict[str, Json] = {
        "said": experiment.to_json(),
        "base": "" if experiment.base is None else str(experiment.base.absolute()),
        "file": experiment.file,
        "own": sorted(experiment.own),
        "from": str(Path.cwd()),
        "plan": plan.hash,
        "scoring": plan.scoring_hash,
        "variants": {arm.variant.name: arm.variant.to_json() for arm in plan.arms},
        "compared": {arm.name: other.name for arm in plan.arms if (other := plan.compared_with(arm)) is not None},
    }
    clean = scrubber()  # a key that stands in a cell or a setting by mistake is kept nowhere
    said = decode(clean(encode(said).decode()).encode())
    data = clean(encode([dict(row.values) for row in plan.rows]).decode()).encode()
    name = experiment.name or next(iter(experiment.graphs))
    start = BatchStart(
        new_run_id(), name, said, len(plan), data if len(data) <= MOST_DATA else b"", started_at=time.time_ns()
    )
    driver, bound = _driver(plan, start, db, ways, watch), ways.budget.runs or plan.experiment.budget.get("runs")
    return Session(plan, start, driver, len(plan) if bound is None else min(len(plan), int(bound)))


def go_on(
    batch: str, db: Path, ways: Ways | None = None, *, watch: Callable[[Progress], None] | None = None
) -> Session:
    """Prepare to go on with a batch. Raises UsageError if it is complete, or if what it would run is not what it began
    with; and as `begin` does."""
    ways = ways or Ways()
    with Batches(db) as batches:
        found = batches.batch(batch)
        told = batches.experiment(found.id)
    if found.status == "complete":
        again = (
            f" To make the {found.failed:,} that failed once more, begin the same batch again: it takes over the rest."
            if found.failed
            else ""
        )
        raise UsageError(
            f"The batch {found.id} is complete: there is nothing to go on with.",
            hint=f"`studio report {found.id}` tells what it shows.{again}",
        )
    experiment = experiment_of_batch(told)
    _require_folder(told["from"], experiment, found.id)
    plan = plan_of(experiment, approve=ways.approve)
    if plan.hash != told["plan"]:
        raise UsageError(
            f"The batch {found.id} began with other graphs, rows, models or versions of the studio than there are now.",
            hint="Begin another batch: it takes over all runs that are still the same.",
        )
    if told.get("scoring", plan.scoring_hash) != plan.scoring_hash:  # batches of earlier versions do not say it
        raise UsageError(
            f"The batch {found.id} began with another judge, or another function that scores, than there is now.",
            hint="Begin another batch: it takes over the runs and scores all of them in the same way.",
        )
    start = BatchStart(found.id, found.name, told, len(plan), started_at=time.time_ns())
    return Session(plan, start, _driver(plan, start, db, ways, watch))


def _require_folder(folder: str, experiment: Experiment, batch: str) -> None:
    """What was named on a command line is looked up from where that was given. Raises UsageError elsewhere."""
    if _names_from_here(experiment) and Path(folder) != Path.cwd():
        raise UsageError(
            f"The batch {batch} names files from where it was begun, and this is another folder.",
            hint=f"Go on from {folder}.",
        )


def _names_from_here(experiment: Experiment) -> bool:
    """True if something that a person gave names a file relative to where they were."""
    own, data = experiment.own, experiment.data
    models = [experiment.model] if "model" in own else []
    named = [
        *(experiment.graphs.values() if "graphs" in own else ()),
        *([data] if "data" in own and isinstance(data, str) else ()),
        *(one.said for one in experiment.scores if "score" in own and one.kind != "expression"),
        *(one.removeprefix(SCRIPTED) for one in models if one.startswith(SCRIPTED)),
    ]
    varied = any("@" in str(one) for one in experiment.vary.values()) if "vary" in own else False
    return varied or any(not Path(one).is_absolute() for one in named)


def experiment_of_batch(told: Any) -> Experiment:
    """Return the experiment of a batch from what the database keeps of it."""
    base = Path(told["base"]) if told["base"] else None
    return experiment_from_json(
        told["said"], told["file"] or "the batch", base=base, own=frozenset(told["own"]), file=told["file"]
    )


def engine_named(ways: Ways) -> Engine:
    """Return the engine that is asked for. Raises UsageError if there is none of that name, or it is not installed."""
    if ways.engine == "local":
        return LocalEngine(ways.host)
    if ways.engine == "ray":
        from studio.batch.engines.ray import RayEngine

        return RayEngine(ways.address)
    raise UsageError(f"There is no engine `{ways.engine}`.", hint=f"One of {', '.join(ENGINES)}.")


def _driver(plan: Plan, start: BatchStart, db: Path, ways: Ways, watch: Callable[[Progress], None] | None) -> Driver:
    jobs = PlannedJobs(plan, approve=ways.approve)
    models = models_asked(plan)
    workers, at_once = _usual(models)
    workers = ways.workers or _bounded(plan.experiment.workers, ways) or workers
    if ways.engine == "local" and workers > MOST_LOCAL:
        raise UsageError(
            f"{workers} workers on one machine are more than {MOST_LOCAL}: each is a process of about 100 MB.",
            hint="Give fewer, and more runs to each with `--at-once`; `--engine ray` takes many machines.",
        )
    said = {name: float(value) for name, value in plan.experiment.budget.items()}
    given = {name: value for name in BUDGET if (value := getattr(ways.budget, name)) is not None}
    budget = Budget(**(said | given))
    return Driver(
        start, jobs, engine_named(ways), db, workers=workers, at_once=ways.at_once or at_once, budget=budget,
        reuse=not ways.fresh, settings=current_settings().table() if ways.engine != "local" else None, watch=watch,
    )  # fmt: skip


def models_asked(plan: Plan) -> set[str]:
    """Return the names of all models that runs of a plan may ask, roles resolved."""
    settings = current_settings()
    named = {name: prepare(whole.graph, whole.registry).model_names for name, whole in plan.graphs.items()}
    found: set[str] = set()
    for arm in plan.arms:
        given = plan.options_of(arm.variant).get("model")
        for name in named[arm.graph_name]:
            if name in ROLES:
                found.add(str(given or settings[f"models.{name}"] or settings["models.default"]))
            else:
                found.add(name)
    return found


def _bounded(said: int | None, ways: Ways) -> int | None:
    """Return how many workers an experiment asks for; on this machine, one for each core at most: a file may come from
    a stranger, or from somebody with a larger machine. `--workers` is a person's own."""
    return said if said is None or ways.engine != "local" else min(said, _cores())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _usual(models: Collection[str]) -> tuple[int, int]:
    """Return how many workers, and how many runs at once in each: processes where this machine computes; one process
    for a model in it, which is fastest when all ask the same host; few with many runs each where all wait."""
    cores = _cores()
    if any(name.startswith(EMBEDDED) for name in models):
        return 1, int(current_settings()["models.slots"])
    if all(name.startswith((SCRIPTED, REPLAY)) for name in models):
        return cores, 1
    return min(cores, 4), AT_ONCE


def run_batch(
    experiment: Experiment, db: Path, ways: Ways | None = None, *, watch: Callable[[Progress], None] | None = None
) -> Outcome:
    """Make all runs of an experiment and wait for the end: for programs without an event loop."""
    return asyncio.run(begin(experiment, db, ways, watch=watch).drive())


def variants_of_batch(told: Any) -> dict[str, Variant]:
    """Return the variants of a batch by name, from what the database keeps of it."""
    found = {}
    for name, one in told["variants"].items():
        found[name] = Variant(
            name, one.get("set", {}), tuple(one.get("knockouts", ())), one.get("model"), one.get("inputs", {}),
            one.get("graph", ""),
        )  # fmt: skip
    return found
