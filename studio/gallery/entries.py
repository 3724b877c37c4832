"""What the gallery tells of each example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio.gallery.front import GROUPS, Front, front_of
from studio.support.resources import bundled_graphs, recorded_runs

if TYPE_CHECKING:
    from studio.graph.model import Graph
    from studio.support.values import Json

HELPERS: Final = ("flow.", "text.")
"""Types of nodes that are no modules: they carry values, or lay out texts."""

_NEEDS: Final = {
    "chat": "a model",
    "complete": "a model",
    "embed": "an embedder",
    "human": "a person",
    "code": "the sandbox",
    "shell": "programs of this computer",
    "git": "git",
    "web": "the network",
    "mcp": "a tool server",
}
"""What is asked in a run, by kind of effect, as what one must have. What every computer has is not told."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One example.

    `group` is a key of `GROUPS`. `modules` counts nodes, those of inner graphs once each, but for helpers of flow and
    text, and those of the world that the rest lives in. `calls` are model calls of the recorded run, `rounds` the
    firings of the node that counts them (1 if none does); `needs` is what that run asked for. `run` is None if no run
    was recorded. `graph` is the example itself, which was read to count in it.
    """

    path: Path
    group: str
    about: str
    original: str
    modules: int
    calls: int
    rounds: int
    needs: tuple[str, ...]
    run: Path | None
    graph: Graph = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """The name by which commands take it."""
        return self.path.stem

    @property
    def calls_per_round(self) -> float:
        """Model calls a round, of the recorded run."""
        return self.calls / max(self.rounds, 1)

    def facts(self) -> list[str]:
        """Return modules, calls and needs in a few words each."""
        told = [_many(self.modules, "module")]
        if self.run is not None:
            number = f"{self.calls_per_round:.1f}".removesuffix(".0")
            every = "a round" if self.rounds > 1 else "a run"
            told.append(f"{number} call{'' if number == '1' else 's'} {every}" if self.calls else "no calls")
            told.append(f"needs {' and '.join(self.needs)}" if self.needs else "needs no model")
        return told

    def to_json(self) -> dict[str, Json]:
        """Return it for programs."""
        return {
            "name": self.name,
            "group": self.group,
            "about": self.about,
            "original": self.original,
            "modules": self.modules,
            "calls": self.calls,
            "rounds": self.rounds,
            "calls_per_round": round(self.calls_per_round, 3),
            "needs": list(self.needs),
            "file": str(self.path),
            "run": None if self.run is None else str(self.run),
        }


def entries() -> list[Entry]:
    """Return all examples, group by group, by name in each."""
    order, runs = list(GROUPS), recorded_runs()
    return sorted(
        (entry_of(path, runs=runs) for path in bundled_graphs()), key=lambda one: (order.index(one.group), one.name)
    )


def entry_of(path: Path, graph: Graph | None = None, runs: Mapping[str, Path] | None = None) -> Entry:
    """Return what is told of one example. `graph` is what the file holds, `runs` are the recorded runs by name, where
    they are known already. Raises `GraphError` if the graph cannot be read."""
    from studio.graph.model import Graph

    graph = graph or Graph.load(path)
    page = path.with_suffix(".md")
    front = front_of(page.read_text(encoding="utf-8")) if page.is_file() else Front()
    run = (recorded_runs() if runs is None else runs).get(path.stem)
    calls, rounds, needs = _recorded(run, front.round) if run is not None else (0, 1, ())
    about = " ".join(graph.about.split())
    modules = module_count(graph, front.world)
    return Entry(path, front.group, about, front.original, modules, calls, rounds, needs, run, graph)


def module_count(graph: Graph, world: str = "") -> int:
    """Return how many nodes do work: all but helpers of flow and text; those of inner graphs count once each.

    Nodes of the inner graph `world` do not count.
    """
    return sum(
        not node.type.startswith(HELPERS)
        for name, one in graph.walk()
        if not world or name.partition(".")[0] != world
        for node in one.nodes.values()
    )


def _recorded(run: Path, round_node: str) -> tuple[int, int, tuple[str, ...]]:
    """Return calls, rounds and needs of a recorded run."""
    from studio.trace import Trace

    with Trace(run) as trace:
        found = trace.run()
        kinds = {kind for (kind,) in trace.sql("SELECT DISTINCT kind FROM effect").rows}
        rounds = 1
        if round_node:
            counted = trace.sql(
                "SELECT count(*) FROM firing WHERE status = 'ok' AND (node = ? OR substr(node, -?) = '/' || ?)",
                (round_node, len(round_node) + 1, round_node),
            )
            rounds = int(str(counted.rows[0][0]))
    calls = found.totals["calls"]
    needs = dict.fromkeys(_NEEDS[kind] for kind in _NEEDS if kind in kinds)
    return (calls if isinstance(calls, int) else 0), rounds, tuple(needs)


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
