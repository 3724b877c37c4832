"""A graph that answers calls: what it takes and gives as schemas, and one recorded run per call, some at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from studio.engine.result import RunResult
from studio.engine.run import arun
from studio.graph.model import Graph
from studio.graph.ports import body_fields
from studio.graph.scope import Scope
from studio.plugins.registries import require_own_types
from studio.spec.choices import choice_hint, choice_problem
from studio.spec.fields import Field
from studio.spec.json_schema import schema_of_all
from studio.spec.types import BLOB_TYPES
from studio.support.errors import StudioError, UsageError
from studio.support.schemas import schema_faults
from studio.support.values import Json, NotJson, encode

AT_ONCE: Final = 4
"""Runs that go on at the same time; more calls wait."""

MOST_WAITING: Final = 100
"""Calls that wait; one more is refused."""


class TooBusy(StudioError):
    """More calls wait than a graph on one machine will ever answer."""

    code = "busy"


class GraphService:
    """One graph, ready to be called. Every call is a run of its own in the database, under the graph's own limits."""

    def __init__(
        self,
        graph: Graph,
        *,
        db: Path,
        model: str | None = None,
        embedder: str | None = None,
        limits: Mapping[str, float] | None = None,
        approve: Collection[str] = (),
        at_once: int = AT_ONCE,
    ) -> None:
        """Raises UsageError for a graph without outputs, or one that takes images, sounds or files: these do not travel
        in calls."""
        self.graph = graph
        self.registry = require_own_types(graph, approve)
        self.inputs, self.outputs = body_fields(Scope(graph), self.registry)
        if not self.outputs:
            raise UsageError(
                "The graph gives nothing, so there is nothing to serve.", where=graph.place.file,
                hint="Add a `flow.output`.",
            )  # fmt: skip
        for name, field in self.inputs.items():
            if field.required and field.type in BLOB_TYPES:
                raise UsageError(
                    f"The input `{name}` takes {field.type}, which no call can bring.", where=graph.place.file,
                    hint="Give it a default, or take a text.",
                )  # fmt: skip
        self._db = db
        self._model = model
        self._embedder = embedder
        self._limits = dict(limits or {})
        self._approve = tuple(approve)
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0

    @property
    def name(self) -> str:
        """The graph's name."""
        return self.graph.name or "graph"

    @property
    def open_inputs(self) -> dict[str, Field]:
        """The inputs that a call can bring."""
        return {name: field for name, field in self.inputs.items() if field.type not in BLOB_TYPES}

    @property
    def input_schema(self) -> dict[str, Json]:
        """The JSON Schema of a call's inputs."""
        return schema_of_all(self.open_inputs.values())

    async def prepare(self) -> None:
        """Check the graph before the first call does. Raises what a run would: GraphError, NotApproved."""
        from studio.engine.prepared import prepare
        from studio.trust.gate import require_approval

        prepared = await asyncio.to_thread(prepare, self.graph, self.registry)
        require_approval(prepared.graph, prepared.survey, self._approve)

    async def call(self, inputs: Mapping[str, Json]) -> RunResult:
        """Run the graph once. Raises UsageError for inputs that do not fit, TooBusy, and what a run raises.

        Cancelling it aborts the run, and what it did so far is recorded.
        """
        try:
            encode(dict(inputs))
        except NotJson as error:
            raise UsageError(f"The inputs cannot be stored: {error}.") from None
        for name, field in self.open_inputs.items():
            if name in inputs and (problem := choice_problem(name, field.choices, inputs[name])):
                raise UsageError(problem, hint=choice_hint(field.choices, inputs[name]))
        faults = schema_faults(self.input_schema, dict(inputs))
        if faults:
            raise UsageError("The inputs do not fit the graph: " + " ".join(faults[:5]))
        if self._waiting >= MOST_WAITING:
            raise TooBusy(f"{MOST_WAITING} calls wait already.", hint="Try again later.")
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            return await arun(
                self.graph, dict(inputs), model=self._model, embedder=self._embedder, db=self._db,
                limits=self._limits or None, approve=self._approve, registry=self.registry,
            )  # fmt: skip
        finally:
            self._slots.release()


def failure_of(result: RunResult) -> str:
    """Return why a run gave no answer, as a sentence; "" if it ended well."""
    if result.status == "ok":
        return ""
    told = result.error or {}
    place = f" (node `{told['node']}`)" if told.get("node") else ""
    return f"{told.get('message', f'The run is {result.status}.')}{place} Run {result.run_id}."
