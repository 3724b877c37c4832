"""What a run from the window is asked to do: a graph as it stands now, inputs, options, and how far to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from studio.graph.model import Graph, Place
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.replay.changes import Changes

Kind = Literal["run", "resume", "fork"]
Goal = Literal["", "hold", "to", "only"]


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is made. `model` answers for all roles (None: as set; a provider in tests), `answers` is a file in
    whose place the window does not ask, `clock` is when the run's clock starts (ISO 8601; None: now, and it runs),
    `limits` take the place of the graph's own, `cache` None is as set."""

    model: Any = None
    embedder: str | None = None
    seed: int = 0
    limits: Mapping[str, float] = field(default_factory=dict)
    cache: str | None = None
    answers: str | None = None
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """How a fork of a recorded run leaves it: what is changed, and from which step on (None: the first concerned).

    It goes on with the graph as that run had it. `seed` None is that run's; `origin` is the file that the run stands
    in, if it is another than the one that is written to.
    """

    changes: Changes
    at: int | None = None
    seed: int | None = None
    origin: Path | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One run. `kind` says whether it begins anew or goes on from `parent`, the id of a recorded run.

    `goal` is how far it goes: to its end, held from the start, to `target` and hold there, or only `target` and leave.
    `redo` names nodes that a fork fires again; `breakpoints` are texts as `control.breakpoints` reads them; `frozen`
    maps node paths to outputs that stand in place of what they would give. `branch` is of a fork of a recorded run,
    `approve` are hashes of what graphs may do that the person has approved, or made.
    """

    graph: Graph
    inputs: Mapping[str, Json] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    kind: Kind = "run"
    parent: str = ""
    redo: frozenset[str] = frozenset()
    goal: Goal = ""
    target: str = ""
    breakpoints: tuple[str, ...] = ()
    frozen: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    branch: Branch | None = None
    approve: tuple[str, ...] = ()
    folder: Path = field(default_factory=Path.cwd)


def snapshot(graph: Graph, path: Path | None = None) -> Graph:
    """Return the graph as it stands now. Nodes and edges are values that edits replace, so they are shared; the
    document may be edited while the copy runs. `path` is the file it is known by, if it has one."""
    return replace(
        graph,
        nodes=dict(graph.nodes),
        edges=list(graph.edges),
        stores=dict(graph.stores),
        limits=dict(graph.limits),
        dynamics=dict(graph.dynamics),
        graphs={name: snapshot(inner) for name, inner in graph.graphs.items()},
        layout=dict(graph.layout),
        extra=dict(graph.extra),
        comments=dict(graph.comments),
        place=Place(str(path), 0) if path is not None else graph.place,
    )
