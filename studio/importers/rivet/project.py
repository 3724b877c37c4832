"""The file of a Rivet project as plain data: graphs, nodes, wires. Knows nothing of what a node means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from studio.graph.layout import FARTHEST
from studio.support.errors import UsageError
from studio.support.values import Json

VERSIONS = (3, 4)
MOST_NODES = 10_000

_KEY = re.compile(r'\[([^\]]+)\]:(\S+) "(.*)"', re.DOTALL)
_WIRE = re.compile(r'(.+?)->"(.*)"\s+(\S+?)/(.+)', re.DOTALL)


@dataclass(frozen=True)
class RivetWire:
    """A wire: ids of its nodes, and Rivet's names of the ports."""

    source: str
    source_port: str
    target: str
    target_port: str


@dataclass
class RivetNode:
    """A node. `data` is what it is set to, `original` all that the file says of it."""

    id: str
    type: str
    title: str
    data: dict[str, Any]
    original: dict[str, Json]
    place: tuple[float, float, float] | None = None
    """Left, top and width, in pixels."""
    split: bool = False
    disabled: bool = False

    @property
    def runs(self) -> tuple[str, ...]:
        """Ids of the graphs that it runs, or chooses from."""
        handlers = self.data.get("handlers")
        chosen = [_mapping(one).get("value") for one in handlers] if isinstance(handlers, list) else []
        named = [self.data.get(key) for key in ("graphId", "targetGraph", "unknownHandler")]
        return tuple(dict.fromkeys(id for id in (*named, *chosen) if isinstance(id, str) and id))


@dataclass
class RivetGraph:
    """A graph of the project, its nodes in the order of the file."""

    id: str
    name: str
    about: str
    nodes: dict[str, RivetNode] = field(default_factory=dict)
    wires: list[RivetWire] = field(default_factory=list)

    @cached_property
    def into(self) -> Mapping[str, list[RivetWire]]:
        """The wires that end at each node."""
        return _by(self.wires, lambda wire: wire.target)

    @cached_property
    def out_of(self) -> Mapping[str, list[RivetWire]]:
        """The wires that begin at each node."""
        return _by(self.wires, lambda wire: wire.source)


def _by(wires: Iterable[RivetWire], end: Callable[[RivetWire], str]) -> dict[str, list[RivetWire]]:
    found: dict[str, list[RivetWire]] = {}
    for wire in wires:
        found.setdefault(end(wire), []).append(wire)
    return found


@dataclass
class Project:
    """A whole project. `main` is the id of its main graph, "" if it names none."""

    title: str
    about: str
    main: str
    graphs: dict[str, RivetGraph]
    tests: int = 0
    """How many suites of tests it holds (Trivet), which are not read."""


def is_project(root: Json) -> bool:
    """True if a YAML document looks like a project of Rivet."""
    data = root.get("data") if isinstance(root, dict) else None
    return isinstance(data, dict) and isinstance(data.get("graphs"), dict) and "version" in root


def read_project(root: Mapping[str, Json]) -> Project:
    """Return the project. Raises `UsageError` for another version, or for what is no project."""
    if root["version"] not in VERSIONS:
        raise UsageError(
            f"This Rivet project has the version {str(root['version'])[:20]}; versions 3 and 4 are read.",
            hint="Open it in a current Rivet and save it there.",
        )
    data: Any = root["data"]
    told = _mapping(data.get("metadata"))
    graphs = {str(id): _graph(str(id), _mapping(given)) for id, given in data["graphs"].items()}
    if not graphs:
        raise UsageError("This Rivet project holds no graph.")
    if sum(len(graph.nodes) for graph in graphs.values()) > MOST_NODES:
        raise UsageError(f"This Rivet project has more than {MOST_NODES:,} nodes.")
    suites = _mapping(_mapping(data.get("attachedData")).get("trivet")).get("testSuites")
    tests = len(suites) if isinstance(suites, list) else 0
    title, about, main = (_text(told.get(key)) for key in ("title", "description", "mainGraphId"))
    return Project(title, about, main, graphs, tests)


def _graph(id: str, given: Mapping[str, Any]) -> RivetGraph:
    told = _mapping(given.get("metadata"))
    graph = RivetGraph(id, _text(told.get("name")) or id, _text(told.get("description")))
    for key, node in _mapping(given.get("nodes")).items():
        found = _KEY.fullmatch(key)
        if found is None:
            raise UsageError(f'`{key[:60]}` names no node as Rivet does: `[id]:type "Title"`.')
        made = _node(found[1], found[2], found[3], _mapping(node))
        graph.nodes[made.id] = made
        wires = _mapping(node).get("outgoingConnections")
        for wire in wires if isinstance(wires, list) else ():
            ends = _WIRE.fullmatch(wire) if isinstance(wire, str) else None
            if ends is None:
                raise UsageError(f'`{str(wire)[:60]}` is no wire as Rivet writes it: `port->"Title" id/port`.')
            graph.wires.append(RivetWire(made.id, ends[1], ends[3], ends[4]))
    graph.wires = [wire for wire in graph.wires if wire.target in graph.nodes]
    return graph


def _node(id: str, type: str, title: str, given: Mapping[str, Any]) -> RivetNode:
    return RivetNode(
        id=id,
        type=type,
        title=title,
        data=dict(_mapping(given.get("data"))),
        original={"type": type, "title": title, **{key: given[key] for key in given if key != "outgoingConnections"}},
        place=_place(given.get("visualData")),
        split=bool(given.get("isSplitRun")),
        disabled=bool(given.get("disabled")),
    )


def _place(given: Json) -> tuple[float, float, float] | None:
    parts = given.split("/") if isinstance(given, str) else []
    if len(parts) < 3:
        return None
    try:
        x, y = float(parts[0]), float(parts[1])
        width = 250.0 if parts[2] in ("null", "") else float(parts[2])
    except ValueError:
        return None
    return (x, y, width) if all(math.isfinite(one) and abs(one) < FARTHEST for one in (x, y, width)) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
