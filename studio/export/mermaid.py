"""A graph as a flow chart in Mermaid's language, which GitHub, GitLab and many wikis draw.

Solid arrows carry values within a tick, dotted ones to the next tick. A body stands inside of the region node that runs
it, its inputs and outputs wired to where the region's ports are. Shapes and frames tell the kinds of nodes; colours are
frames only, so that a dark page shows them as well.

No text of the graph is ever part of the language: nodes have numbers for names, and in a label every sign beyond
letters, digits and a few others is written as its number (`#34;`), which Mermaid shows as the sign.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from studio.export.markdown_text import markdown_text
from studio.graph.model import IMPLICIT_PORTS, Edge, Graph, NodeInstance
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.registry import Registry
from studio.support.errors import GraphError
from studio.trust.showing import seen_line

Direction = Literal["LR", "TB"]

MAX_NODES: Final = 400
"""Nodes that are drawn; of what goes beyond, bodies are left out, then nodes."""
WIRES_PER_NODE: Final = 1.2
"""So many wires are drawn for each node there is room for. Mermaid itself stops at 500."""
MAX_TEXT: Final = 49_000
"""Characters of a chart; Mermaid itself stops at 50,000. What is longer is drawn with less in it."""
MAX_DEPTH: Final = 6
"""Bodies inside of one another that are drawn."""
LONGEST: Final = 60
"""Characters of a label."""

KINDS: Final = {
    "input": ("([", "])", "stroke:#3b82f6,stroke-width:2px"),
    "output": ("([", "])", "stroke:#3b82f6,stroke-width:2px"),
    "stop": ("(((", ")))", "stroke:#dc2626,stroke-width:2px"),
    "choice": ("{{", "}}", "stroke:#0891b2,stroke-width:2px"),
    "model": ("(", ")", "stroke:#8b5cf6,stroke-width:2px"),
    "person": ("[/", "\\]", "stroke:#db2777,stroke-width:2px"),
    "outside": ("[[", "]]", "stroke:#ea580c,stroke-width:2px"),
    "memory": ("[(", ")]", "stroke:#ca8a04,stroke-width:2px"),
    "region": ("[", "]", "stroke:#3b82f6,stroke-width:2px,stroke-dasharray:6 3"),
    "unknown": (">", "]", "stroke:#dc2626,stroke-dasharray:3 3"),
    "plain": ("[", "]", "stroke:#64748b"),
}
"""Kind of node → how its shape opens and closes, and its frame."""

_JOINED: Final = "_.-"
"""Signs that stay as they are between two letters or digits, as in `flow.input` and `critic_loop`."""
_BLANK: Final = "#160;"
"""An empty label: Mermaid wants something between the quotes."""
_LIGATURE: Final = "\ufb02"
"""Mermaid marks its own escapes with this sign, so it must not come from a text."""


def mermaid(graph: Graph, registry: Registry, *, direction: Direction = "LR") -> str:
    """Return the flow chart. `direction` is LR (left to right) or TB (top to bottom)."""
    room = MAX_NODES
    while len(text := _Chart(graph, registry, direction, room).text()) > MAX_TEXT and room > 1:
        room //= 2
    return text


def mermaid_page(graph: Graph, registry: Registry, *, direction: Direction = "LR") -> str:
    """Return a Markdown page with the chart in it, under the graph's name and what it is about."""
    told = f"{markdown_text(graph.about)}\n\n" if graph.about.strip() else ""
    chart = mermaid(graph, registry, direction=direction)
    return f"# {markdown_text(graph.name)}\n\n{told}```mermaid\n{chart}```\n"


def label(text: str, longest: int = LONGEST) -> str:
    """Return a text as it may stand within quotes, cut to `longest` signs; signs that cannot be seen are named."""
    shown = " ".join(seen_line(unicodedata.normalize("NFC", text[: 20 * longest])).split())
    if len(shown) > longest:
        shown = shown[: longest - 1] + "…"
    return "".join(_sign(shown, at) for at in range(len(shown))) or _BLANK


def _sign(text: str, at: int) -> str:
    sign = text[at]
    if sign in " …," or (sign.isalnum() and sign != _LIGATURE):
        return sign
    if sign in _JOINED and 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum():
        return f"#{ord(sign)};" if text[max(0, at - 3) : at].lower() == "www" else sign
    return f"#{ord(sign)};"


@dataclass(slots=True)
class _Region:
    """A graph as it is drawn once: where its nodes and its ports are."""

    graph: Graph
    scope: Scope
    ids: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, _Region] = field(default_factory=dict)
    anchors: dict[tuple[str, str], str] = field(default_factory=dict)
    """(region node, port that its body does not have) → the small circle that stands for it."""


class _Chart:
    def __init__(self, graph: Graph, registry: Registry, direction: Direction, room: int) -> None:
        self._room = room
        self._registry = registry
        self._direction = direction
        self._count = 0
        self._edges = 0
        self._left_out = 0
        self._classes: dict[str, list[str]] = {}
        self._top = self._region(graph, Scope(graph), ())

    def text(self) -> str:
        lines = [f"flowchart {self._direction}"]
        wires = list(self._wires(self._top))
        lines += self._nodes(self._top, "  ")
        lines += [f"  {wire}" for wire in wires]
        if self._left_out:
            lines.append(f"  %% Too large to be drawn whole: {self._left_out} nodes and wires are left out.")
        for kind, ids in self._classes.items():
            lines.append(f"  classDef {kind} {KINDS[kind][2]}")
            lines.append(f"  class {','.join(ids)} {kind}")
        return "\n".join(lines) + "\n"

    def _region(self, graph: Graph, scope: Scope, around: tuple[int, ...]) -> _Region:
        """Give numbers to the nodes of a graph and of the bodies in it, as far as there is room."""
        made = _Region(graph, scope)
        around = (*around, id(graph))
        for name in graph.nodes:
            if self._count >= self._room:
                self._left_out += 1
                continue
            self._count += 1
            made.ids[name] = f"n{self._count}"
        for name, node in graph.nodes.items():
            body = self._body(scope, node) if name in made.ids else None
            if body is None or id(body.graph) in around or len(around) > MAX_DEPTH:
                continue  # a body that runs itself is refused by the check; it is drawn as a plain node
            if self._count + len(body.graph.nodes) > self._room:
                self._left_out += len(body.graph.nodes)
                continue
            made.bodies[name] = self._region(body.graph, body, around)
        return made

    def _body(self, scope: Scope, node: NodeInstance) -> Scope | None:
        cls = self._registry.find(node.type)
        reference = node.params.get(BODY_PARAM)
        if cls is None or cls.spec.role not in ("subgraph", "map") or not isinstance(reference, str):
            return None
        try:
            return scope.find_graph(reference)
        except GraphError:  # drawn as a plain node; `studio lint` says what is wrong
            return None

    # -- nodes ----------------------------------------------------------------------------------

    def _nodes(self, region: _Region, pad: str) -> Iterator[str]:
        for name, id in region.ids.items():
            node = region.graph.nodes[name]
            head = label(node.title or name)
            if name not in region.bodies:
                kind = self._kind(node)
                yield pad + self._drawn(id, kind, head if node.type in _OBVIOUS else f"{head}<br/>{label(node.type)}")
                continue
            yield f'{pad}subgraph {id}["{head}: {label(str(node.params[BODY_PARAM]))}"]'
            yield from self._nodes(region.bodies[name], pad + "  ")
            for (of, port), anchor in region.anchors.items():
                if of == name:
                    yield f'{pad}  {anchor}(("{label(port)}"))'
            if not region.bodies[name].ids:  # Mermaid wants something in it
                yield f'{pad}  {id}x["{_BLANK}"]'
            yield f"{pad}end"
            self._classes.setdefault("region", []).append(id)

    def _drawn(self, id: str, kind: str, text: str) -> str:
        opened, closed, _ = KINDS[kind]
        self._classes.setdefault(kind, []).append(id)
        return f'{id}{opened}"{text}"{closed}'

    def _kind(self, node: NodeInstance) -> str:
        cls = self._registry.find(node.type)
        if cls is None:
            return "unknown"
        spec = cls.spec
        if node.type in _OBVIOUS:
            return _OBVIOUS[node.type]
        if spec.role in ("subgraph", "map"):
            return "region"
        if node.type == "flow.switch":
            return "choice"
        if spec.category == "Models":
            return "model"
        if spec.category == "People":
            return "person"
        if spec.stores:
            return "memory"
        return "outside" if spec.effects != "pure" else "plain"

    # -- wires ----------------------------------------------------------------------------------

    def _wires(self, region: _Region) -> Iterator[str]:
        for edge in region.graph.edges:
            source = self._end(region, edge.source, edge.source_port, "flow.output")
            target = self._end(region, edge.target, edge.target_port, "flow.input")
            if not source or not target or self._edges >= self._room * WIRES_PER_NODE:
                self._left_out += 1
                continue
            self._edges += 1
            yield f'{source} {"-.->" if edge.feedback else "-->"}|"{_told(edge)}"| {target}'
        for name, body in region.bodies.items():
            if name in region.ids:
                yield from self._wires(body)

    def _end(self, region: _Region, name: str, port: str, role: str) -> str:
        """Return what a wire is drawn to: the node, in a region the body's input or output of the port's name."""
        body = region.bodies.get(name)
        if body is None:
            return region.ids.get(name, "")
        wanted = "item" if role == "flow.input" and port == "items" and self._is_map(region.graph.nodes[name]) else port
        inner = body.graph.nodes.get(wanted)
        if inner is not None and inner.type == role and wanted not in IMPLICIT_PORTS and wanted in body.ids:
            return body.ids[wanted]
        anchors = region.anchors
        if (name, port) not in anchors:
            anchors[name, port] = f"{region.ids[name]}p{sum(of == name for of, _ in anchors) + 1}"
        return anchors[name, port]

    def _is_map(self, node: NodeInstance) -> bool:
        cls = self._registry.find(node.type)
        return cls is not None and cls.spec.role == "map"


_OBVIOUS: Final = {"flow.input": "input", "flow.output": "output", "flow.stop": "stop"}
"""Types whose shape says what they are, with their kind."""


def _told(edge: Edge) -> str:
    """Return what is written on a wire: the ports, and how a feedback wire begins."""
    ends = [label(port, 30) for port in (edge.source_port, edge.target_port)]
    told = ends[0] if ends[0] == ends[1] else f"{ends[0]} → {ends[1]}"
    if edge.has_initial:
        told += f"<br/>first {label(json.dumps(edge.initial, ensure_ascii=False), 24)}"
    elif edge.initial_from:
        told += f"<br/>first {label(edge.initial_from, 30)}"
    return told + ("<br/>held" if edge.hold else "")
