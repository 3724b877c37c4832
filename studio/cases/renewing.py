"""Asking again: what a case lacks (live), or everything it recorded (record)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cases.answers import Miss
from studio.cases.case import Asked, Case
from studio.cases.playing import Stop, alone, until_stopped
from studio.cases.taking import take_firing, take_run
from studio.engine.recorded import error_json
from studio.graph.model import Graph
from studio.models.names import REPLAY, is_scripted
from studio.plugins.registries import registry_of
from studio.spec.calls import ChatCall, CompletionCall
from studio.spec.registry import Registry
from studio.support.errors import ModelError, UsageError
from studio.support.values import Json
from studio.trace.log import MODEL_KINDS
from studio.trust.gate import require_approved
from studio.trust.survey import survey

if TYPE_CHECKING:
    from studio.models.catalog import Catalog


class Live:
    """Asks real models what a case has no answer for. `calls` and `cost_usd` add up (None: a price is unknown)."""

    def __init__(self, catalog: Catalog, *, model_given: bool = False, embedder_given: bool = False) -> None:
        """What was given is what the person named: it answers in place of whatever was recorded."""
        self._catalog = catalog
        self._model_given = model_given
        self._embedder_given = embedder_given
        self.calls = 0
        self.cost_usd: float | None = 0.0

    async def answer(self, miss: Miss) -> Asked:
        """Ask, and return the answer as it would have been recorded; a model's failure is an answer too."""
        known = Asked(miss.node, miss.tick, miss.kind, miss.name, miss.request, None)
        self.calls += 1
        try:
            response, cost = await self._ask(miss.kind, miss.request, miss.name)
        except ModelError as error:
            return replace(known, status="error", response=error_json(error), error=str(error))
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost
        return replace(known, response=response)

    async def _ask(self, kind: str, request: dict[str, Any], recorded: str) -> tuple[Json, float | None]:
        given = self._embedder_given if kind == "embed" else self._model_given
        name = "default" if given or is_scripted(recorded) or recorded.startswith(REPLAY) else recorded
        asked = {key: value for key, value in request.items() if key != "model"}
        if kind == "embed":
            vectors = await self._catalog.embedder(name).embed(asked["texts"])
            return vectors.vectors, vectors.cost_usd
        provider = self._catalog.provider(name)
        if kind == "complete":
            completed = await provider.complete(CompletionCall(**asked))
            return completed.to_json(), completed.cost_usd
        asked |= {"messages": tuple(asked["messages"]), "stop": tuple(asked["stop"])}
        reply = await provider.chat(ChatCall(**asked))
        return reply.to_json(), reply.cost_usd


def record(
    case: Case,
    graph: Graph,
    *,
    model: str | None,
    embedder: str | None,
    db: Path,
    registry: Registry | None = None,
    stop: Stop | None = None,
    approve: Collection[str] = (),
) -> Case:
    """Run the case's graph, or its node alone, for real; return the case over the new answers and outputs.

    The run is kept in `db` like any other. Raises UsageError if it cannot be run alone, is stopped or does not come to
    its end, and if it failed as the model did where it had succeeded: that is no answer to keep; `NotApproved` for a
    foreign graph, unless `approve` holds the hash of what it may do.
    """
    from studio.engine.run import arun
    from studio.trace import Trace

    types = registry or registry_of(graph, approve)
    target, inputs = graph, dict(case.inputs)
    if case.node:
        if case.recorded.stores:
            raise UsageError(
                f"`{case.node}` uses stores, and what was in them is known only to a whole run.",
                hint=f"Run the graph, then `studio test last --add {case.name} --node {case.node} --replace`.",
            )
        require_approved(graph, types, approve)
        target, inputs = alone(case, graph, types, stores="run")
        approve = [survey(target, types).hash]  # a node of what may run
    result = until_stopped(
        lambda: arun(
            target, inputs, model=model, embedder=embedder, db=db, seed=case.recorded.seed, clock=case.recorded.clock,
            registry=registry, cache="off", approve=approve,
        ),
        stop or Stop(),
    )  # fmt: skip
    if result.status not in ("ok", "failed"):
        raise UsageError(f"The run {result.run_id} of the case `{case.name}` is {result.status}.")
    with Trace(db) as trace:
        if case.node:
            made = take_firing(trace, result.run_id, case.node.rpartition("/")[2], "0", registry=registry)
        else:
            made = take_run(trace, result.run_id, registry=registry)
    failed = [one for one in made.recorded.answers if one.kind in MODEL_KINDS and one.status == "error"]
    if failed and case.recorded.status == "ok" and made.recorded.status != "ok":
        raise UsageError(
            f"The model did not answer `{failed[-1].node or case.node}`: {failed[-1].error}",
            hint=f"Nothing was changed. The run {result.run_id} says more.",
        )
    return case.with_recorded(made.recorded)
