"""A selection becomes a subgraph, run by one node in its place. (The inverse is `carrying.inlining`.)

What is kept, so that the graph does what it did: the firings of all nodes, tick by tick, with the same inputs and
outputs, and with that the outputs of the graph. What changes: the paths of the firings (`part/writer`), and so the
draws of random nodes; and nothing outside gets a value of the subgraph before all of it is decided.

The new node has `clock: shared` as a rule (rule 2.6): body and parent tick together, absence enters through each port
by itself, feedback edges inside keep their ticks. It has `clock: own`, which can also be used elsewhere as a function,
if the selection fires once, feeds nothing back inside, and cannot do anything unless all that enters it is there: then
both clocks mean the same. `make_subgraph` refuses what neither keeps; with `strict=False` it refuses only what cannot
be drawn at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from studio.editing.carrying.natures import Nature, natures_after, natures_before
from studio.editing.carrying.needs import needs_of
from studio.editing.carrying.packing import require_names
from studio.editing.document.document import Document
from studio.editing.document.ops import At, InsertEdge, Op, Place, PutGraph, PutNode
from studio.editing.edits.bodies import names_inside, only_shows, require_room, role
from studio.editing.edits.connecting import edge_ops
from studio.editing.edits.naming import free_name, graph_names, name_of, require_name
from studio.editing.edits.remarks import follow, owner_of, renamed
from studio.editing.placing.annotations import WIRES
from studio.editing.placing.places import entry, positions
from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.names import RESERVED_PORTS
from studio.graph.order import ordered_after
from studio.graph.scope import BODY_PARAM
from studio.support.errors import GraphError

COLUMN = 240.0
"""How far left and right of the nodes the new inputs and outputs stand."""

_ROLES = {"input": "an input of this graph", "output": "an output of this graph", "stop": "what ends this graph"}


def fresh_part(doc: Document, at: At, wanted: str = "part") -> str:
    """Return a name that both a new subgraph of this graph and the node that runs it can have."""
    return free_name(name_of(wanted, "part"), _taken(doc, at))


def require_part(doc: Document, at: At, name: str) -> None:
    """Raise GraphError if a new subgraph of this graph and the node that runs it cannot have this name."""
    require_name(name, "node", doc.at(at).nodes)
    require_name(name, "subgraph", _taken(doc, at))


def _taken(doc: Document, at: At) -> set[str]:
    return {*doc.at(at).nodes, *graph_names(doc.scope(at)), *names_inside(doc, at, "graphs")}


def make_subgraph(doc: Document, at: At, names: Iterable[str], name: str, *, strict: bool = True) -> list[Op]:
    """Return the ops that move nodes into a new subgraph `name`, with a node of that name in their place.

    Each wire that crosses enters or leaves by a `flow.input` or `flow.output` called like its port. Feedback edges
    inside move along, those that cross stay in the parent with their options. Raises GraphError if the name is taken,
    for inputs, outputs and stops of the graph, for a way within one tick that leaves the selection and comes back, and
    (`strict`) for whatever the subgraph could not do as it was done before.
    """
    return _Making(doc, at, require_names(doc, at, names), name, strict).ops()


@dataclass(slots=True)
class _Way:
    """A port of the new node: its name, the kind of values, and where they come from."""

    name: str
    kind: str
    edges: list[int] = field(default_factory=list)
    """Numbers of the parent's edges that bring it; none for a first value alone."""
    end: tuple[str, str] = ("", "")


class _Making:
    def __init__(self, doc: Document, at: At, chosen: list[str], name: str, strict: bool) -> None:
        self.doc = doc
        self.at = at
        self.graph = doc.at(at)
        self.chosen = chosen
        self.inside = set(chosen)
        self.name = name
        self.strict = strict
        self.used = {*chosen, *RESERVED_PORTS}
        self.own = False
        self.ways_in: dict[tuple[object, ...], _Way] = {}
        self.ways_out: dict[tuple[str, str], _Way] = {}
        self.wires: dict[tuple[str, str], list[int]] = {}
        for number, edge in enumerate(self.graph.edges):
            self.wires.setdefault((edge.target, edge.target_port), []).append(number)

    def ops(self) -> list[Op]:
        require_part(self.doc, self.at, self.name)
        for name in self.chosen:
            what = _ROLES.get(role(self.doc, self.graph.nodes[name]))
            if what:
                raise GraphError(f"`{name}` is {what} and stays in it.", hint="Select without it.")
        self._refuse_ways_around()
        before = natures_before(self.doc, self.at)
        if before is not None and self.strict:
            self._refuse_races(before)
        body = self._body()
        clock = self._clock(body, before)
        self.own = clock == "own"
        ops = self._assemble(body, clock)
        if before is not None and self.strict:
            after = natures_after(self.doc, self.at, ops, self.name)
            if after is not None:
                for was, now in zip(before, after, strict=True):
                    self._compare(was, now)
        return ops

    # -- refusals -------------------------------------------------------------------------------

    def _refuse_ways_around(self) -> None:
        """Raise GraphError if same-tick edges lead out of the selection and back: one node would wait for itself."""
        after: dict[str, list[str]] = {}
        for edge in self.graph.edges:
            if ordered_after(edge):
                after.setdefault(ordered_after(edge), []).append(edge.target)
        came_from: dict[str, str] = {}
        waiting = []
        for name in self.chosen:
            for other in after.get(name, ()):
                if other not in self.inside and other not in came_from:
                    came_from[other] = name
                    waiting.append(other)
        for name in waiting:
            for other in after.get(name, ()):
                if other in self.inside:
                    path = [other, name]
                    while path[-1] not in self.inside:
                        path.append(came_from[path[-1]])
                    between = ", ".join(f"`{one}`" for one in reversed(path[1:-1]))
                    raise GraphError(
                        f"{' -> '.join(reversed(path))} leaves the selection and comes back in the same tick, so one "
                        "node in its place would wait for itself.",
                        hint=f"Select {between}, too.",
                    )
                if other not in came_from:
                    came_from[other] = name
                    waiting.append(other)
        for edge in self.graph.edges:
            if edge.feedback and edge.target in self.inside and edge.source not in self.inside:
                if edge.initial_from.partition(".")[0] in self.inside:
                    raise GraphError(
                        f"`{edge}` takes its first value from `{edge.initial_from}`, which is selected, too, so one "
                        "node in its place would wait for itself.",
                        hint=f"Select `{edge.source}`, too.",
                    )

    def _refuse_races(self, before: list[Nature]) -> None:
        for race in before[0].races:
            if race & self.inside and race - self.inside:
                raise GraphError(
                    f"{_listed(sorted(race))} race within a tick, and a subgraph gives nothing before all of it is "
                    "decided.",
                    hint="Select all of them, or none.",
                )

    def _compare(self, was: Nature, now: Nature) -> None:
        """Raise GraphError for what the plan says would be otherwise than before."""
        here = now.live[self.name]
        for name in self.chosen:
            # On its own clock a body begins anew whenever the node fires, so all of it fires then.
            if was.live[name] != (here and (now.inner[name] or self.own)):
                raise GraphError(_fires(name, was.live[name]), hint="Leave it outside.")
        for name, live in now.live.items():
            if name != self.name and live != was.live[name] and not only_shows(self.doc, self.graph.nodes[name]):
                reason = next(
                    (edge.source for edge in self.graph.edges if edge.target == name and edge.source in self.inside), ""
                )
                raise GraphError(
                    f"`{reason}` fires once and others of the selection at every tick; behind one node for all of them "
                    f"`{name}` would fire at every tick, too.",
                    hint=f"Leave `{reason}` outside.",
                )
        for way in self.ways_out.values():
            if was.live[way.end[0]] != here:
                for number in way.edges:
                    self._refuse_held(self.graph.edges[number], f"`{way.end[0]}` fires once")
        for number, edge in enumerate(self.graph.edges):
            if edge.target in self.inside and edge.source not in self.inside:
                if edge.feedback and edge.hold and self._joined(edge) and self._way_of(number) is None:
                    raise GraphError(
                        f"`{edge}` repeats what it held, and `{edge.target}.{edge.target_port}` takes new values "
                        "before repeated ones; behind a port that difference is lost.",
                        hint=f"Leave `{edge.target}` outside.",
                    )
        for store, users in was.uses.items():
            if users != [one.removeprefix(f"{self.name}/") for one in now.uses.get(store, [])]:
                raise GraphError(
                    f"The store `{store}` is used by {_listed(users)}, in this order, which one node cannot keep.",
                    hint="Select all of them, or those that come one after the other.",
                )

    def _refuse_held(self, edge: Edge, why: str) -> None:
        node = self.graph.nodes.get(edge.target)
        collects = node is not None and node.params.get("collect") is True and role(self.doc, node) == "output"
        if not edge.feedback and (collects or self._joined(edge)):
            raise GraphError(
                f"{why} and others of the selection at every tick; behind one node for all of them its value would "
                f"come to `{edge.target}.{edge.target_port}` as a new one each time.",
                hint=f"Leave `{edge.source}` outside.",
            )

    def _joined(self, edge: Edge) -> bool:
        """True if an edge ends where the first of several new values is taken."""
        spec = self.doc.input(self.at, edge.target, edge.target_port)
        wires = self.wires[edge.target, edge.target_port]
        return len(wires) > 1 and edge.target_port != "when" and (spec is None or spec.join == "plain")

    # -- the body -------------------------------------------------------------------------------

    def _body(self) -> Graph:
        body = Graph(name=self.name, base=self.doc.graph.base)
        edges: list[Edge] = []
        passed: set[int] = set()
        for number, edge in enumerate(self.graph.edges):
            into, out_of = edge.target in self.inside, edge.source in self.inside
            if into and out_of:
                edges.append(self._moved_in(edge))
            elif into:
                way = self._enter(number)
                # Several wires that are joined at the new node's port go on as one.
                if id(way) not in passed or self._way_of(number) is None:
                    edges.append(Edge(way.name, "value", edge.target, edge.target_port))
                if self._way_of(number) is not None:
                    passed.add(id(way))
            elif out_of:
                self._leave(edge.source, edge.source_port).edges.append(number)
            if not (into and out_of) and edge.initial_from:
                start, _, port = edge.initial_from.partition(".")
                if start in self.inside and not into:
                    self._leave(start, port)
        edges += [Edge(*way.end, way.name, "value") for way in self.ways_out.values()]
        for way in self.ways_in.values():
            body.nodes[way.name] = _port_node(way, "flow.input")
        body.nodes |= {name: self.graph.nodes[name] for name in self.chosen}
        for way in self.ways_out.values():
            body.nodes[way.name] = _port_node(way, "flow.output")
        body.edges = edges
        kept = {f"nodes.{name}" for name in self.chosen} | {
            f"edges.{edge}" for edge in self.graph.edges if edge.source in self.inside and edge.target in self.inside
        }
        body.comments = renamed(self.graph, lambda key: key if owner_of(key, kept) is not None else None)
        self._place(body)
        return body

    def _moved_in(self, edge: Edge) -> Edge:
        start, _, port = edge.initial_from.partition(".")
        if not start or start in self.inside:
            return edge
        way = self._way(("source", start, port), edge.target_port, self._kind_of(start, port))
        return replace(edge, initial_from=f"{way.name}.value")

    def _way_of(self, number: int) -> tuple[object, ...] | None:
        """Return the key of the port at which all wires of an inner port are joined, None if each enters by itself."""
        edge = self.graph.edges[number]
        wires = self.wires[edge.target, edge.target_port]
        spec = self.doc.input(self.at, edge.target, edge.target_port)
        if len(wires) < 2 or edge.target_port == "when" or (spec is not None and spec.join != "plain"):
            return None
        crossing = all(self.graph.edges[one].source not in self.inside for one in wires)
        return ("port", edge.target, edge.target_port) if crossing else None

    def _enter(self, number: int) -> _Way:
        edge = self.graph.edges[number]
        key: tuple[object, ...] = self._way_of(number) or (
            ("edge", number) if edge.feedback else ("source", edge.source, edge.source_port)
        )
        way = self._way(key, edge.target_port, self._kind(edge), edge.target)
        way.edges.append(number)
        if way.kind != self._kind(edge):
            way.kind = "any"
        return way

    def _way(self, key: tuple[object, ...], wanted: str, kind: str, owner: str = "") -> _Way:
        way = self.ways_in.get(key)
        if way is None:
            way = self.ways_in[key] = _Way(self._port_name(wanted, owner), kind)
        return way

    def _leave(self, node: str, port: str) -> _Way:
        way = self.ways_out.get((node, port))
        if way is None:
            way = _Way(self._port_name(port, node), self._kind_of(node, port), end=(node, port))
            self.ways_out[node, port] = way
        return way

    def _port_name(self, wanted: str, owner: str) -> str:
        """Return what a port of the new node is called: like the port it stands for, or after its node as well."""
        name = name_of(wanted, "value")
        if name in self.used and owner:
            name = name_of(f"{owner}_{wanted}", "value")
        name = free_name(name, self.used)
        self.used.add(name)
        return name

    def _kind_of(self, node: str, port: str) -> str:
        spec = self.doc.output(self.at, node, port)
        return spec.type if spec is not None else "any"

    def _kind(self, edge: Edge) -> str:
        """Return the type of what an edge brings, `any` if first values may be of another."""
        kind = self._kind_of(edge.source, edge.source_port)
        if edge.has_initial or edge.initial_from:
            target = self.doc.input(self.at, edge.target, edge.target_port)
            start = self._kind_of(*edge.initial_from.split(".", 1)) if edge.initial_from else kind
            return kind if target is not None and target.type == kind == start else "any"
        return kind

    def _place(self, body: Graph) -> None:
        here = positions(self.doc, self.at)
        left = min(here[name][0] for name in self.chosen)
        right = max(here[name][0] for name in self.chosen)
        top = min(here[name][1] for name in self.chosen)
        for nth, way in enumerate(self.ways_in.values()):
            body.layout[way.name] = entry((left - COLUMN, top + 80.0 * nth))
        body.layout |= {name: entry(here[name]) for name in self.chosen}
        for nth, way in enumerate(self.ways_out.values()):
            body.layout[way.name] = entry((right + COLUMN, top + 80.0 * nth))
        wires = self.graph.layout.get(WIRES)
        inside = {str(edge) for edge in body.edges}
        led = {text: value for text, value in wires.items() if text in inside} if isinstance(wires, dict) else {}
        if led:
            body.layout[WIRES] = led

    # -- the clock ------------------------------------------------------------------------------

    def _clock(self, body: Graph, before: list[Nature] | None) -> str:
        if any(edge.feedback for edge in body.edges):
            return "shared"
        if before is None:
            # Nothing is certain of a graph that is not finished; what is live by type tells most.
            types = [self.doc.registry.find(self.graph.nodes[name].type) for name in self.chosen]
            fed = any(edge.feedback and edge.target in self.inside for edge in self.graph.edges)
            live = any(cls is None or cls.spec.live or cls.spec.stores for cls in types)
            return "shared" if fed or live else "own"
        feeding = [edge for edge in self.graph.edges if edge.target in self.inside and edge.source in self.graph.nodes]
        around = {*self.chosen, *(edge.source for edge in feeding)}
        if any(edge.feedback for edge in feeding) or any(nature.live[name] for nature in before for name in around):
            return "shared"
        entries = [way.name for way in self.ways_in.values()]
        needs = needs_of(body, entries, lambda node, port: self.doc.input(self.at, node, port))
        return "own" if all(needs[name] >= set(entries) for name in self.chosen) else "shared"

    # -- all together ---------------------------------------------------------------------------

    def _assemble(self, body: Graph, clock: str) -> list[Op]:
        graph, at = self.graph, self.at
        require_room(self.doc, at, body, nodes=1 - len(self.chosen))
        node = NodeInstance(self.name, "flow.subgraph", {BODY_PARAM: self.name})
        if clock == "shared":
            node.params["clock"] = clock
        first = next(number for number, name in enumerate(graph.nodes) if name in self.inside)
        changed = self._parent_edges()
        removed = sum(1 for _, new in changed if new is None)
        more = [
            Edge(str(key[1]), str(key[2]), self.name, way.name) for key, way in self.ways_in.items() if not way.edges
        ]
        start = len(graph.edges) - removed
        here = positions(self.doc, at)
        corner = (min(here[name][0] for name in self.chosen), min(here[name][1] for name in self.chosen))
        return [
            PutGraph(at, self.name, body),
            PutNode(at, self.name, node, first),
            *edge_ops(self.doc, at, changed),
            *(InsertEdge(at, start + number, edge) for number, edge in enumerate(more)),
            *(PutNode(at, name, None) for name in reversed(self.chosen)),
            *(Place(at, key, None) for key in reversed([key for key in graph.layout if key in self.inside])),
            Place(at, self.name, entry(corner)),
            *follow(at, graph, {f"{part}.{name}": None for name in self.chosen for part in ("nodes", "layout")}),
        ]

    def _parent_edges(self) -> list[tuple[int, Edge | None]]:
        into = {number: way for way in self.ways_in.values() for number in way.edges}
        changed: list[tuple[int, Edge | None]] = []
        for number, edge in enumerate(self.graph.edges):
            start, _, port = edge.initial_from.partition(".")
            out = self.ways_out[start, port].name if (start, port) in self.ways_out else ""
            initial_from = f"{self.name}.{out}" if start in self.inside and out else edge.initial_from
            if edge.source in self.inside and edge.target in self.inside:
                changed.append((number, None))
            elif number in into:
                way = into[number]
                # Wires from one output enter once, unless they are joined at the port.
                if way.edges[0] == number or self._way_of(number) is not None:
                    changed.append((number, replace(edge, target=self.name, target_port=way.name)))
                else:
                    changed.append((number, None))
            elif edge.source in self.inside:
                way = self.ways_out[edge.source, edge.source_port]
                new = replace(edge, source=self.name, source_port=way.name, initial_from=initial_from)
                changed.append((number, new))
            elif initial_from != edge.initial_from:
                changed.append((number, replace(edge, initial_from=initial_from)))
        return changed


def _port_node(way: _Way, type_name: str) -> NodeInstance:
    return NodeInstance(way.name, type_name, {"kind": way.kind} if way.kind != "any" else {})


def _fires(name: str, was_live: bool) -> str:
    if was_live:
        return f"`{name}` fires at every tick, and would fire once in a subgraph of the selection."
    return f"`{name}` fires once, and would fire at every tick in a subgraph of the selection."


def _listed(names: list[str]) -> str:
    shown = [f"`{name}`" for name in names[:6]] + (["…"] if len(names) > 6 else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
