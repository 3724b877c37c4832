"""What the analysis says of a recorded run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.dynamics.analysis import analyse
from studio.dynamics.policy import read_policy
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Verdict
from studio.engine.modules import Modules
from studio.graph.model import Graph
from studio.plugins.registries import registry_of
from studio.replay.continuing import folder_of
from studio.replay.dynamics.recorded import recorded_run

if TYPE_CHECKING:
    from studio.spec.registry import Registry
    from studio.trace import Trace


def verdict_of(trace: Trace, run: str = "last", *, registry: Registry | None = None) -> Verdict:
    """Return the verdict of a run of the trace file, by the thresholds of its graph. Raises UsageError if there is no
    such run."""
    return analyse(recorded_run(trace, run, registry=registry), thresholds_of(trace, run, registry=registry))


def thresholds_of(trace: Trace, run: str = "last", *, registry: Registry | None = None) -> Settings:
    """Return the thresholds by which a run is watched: those that its graph sets, and what follows from its wires."""
    found = trace.run(run)
    graph = Graph.from_text(trace.graph_text(found.id), name=found.graph or found.file, base=folder_of(found))
    modules = Modules(graph, registry or registry_of(graph))
    return modules.watched_with(read_policy(graph.dynamics, where=graph.name).thresholds)
