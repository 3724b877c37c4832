"""The state of a run by the book: all its records in order, folded one by one with the rules of design section 2.

Slow and plain, and written without a look at how the cursor finds a state: it asks no database, reads everything from
the start, and knows the graph only through the reference's own reading of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from studio.graph import Graph
from studio.graph.model import Edge
from studio.spec.registry import Registry
from studio.support.values import Json, decode
from studio.trace.records import FiringRecord, OpenRecord, PathsRecord, StoreRecord
from tests.reference.plan import Scope, live_nodes, live_ports

OK, ERROR, SKIPPED = 0, 1, 2

OPEN = ("open", None, True)
"""Nothing on a wire yet."""


class Place(NamedTuple):
    """A region: what its node paths and its ticks begin with."""

    prefix: str
    ticks: str


class Start(NamedTuple):
    """Where a firing stands: its region, its node, the map item and the firing around it."""

    place: Place
    name: str
    parent: int
    item: int


@dataclass
class Execution:
    """One execution of a region, as far as it has come."""

    scope: Scope
    live: set[str]
    tick: str = ""
    first: bool = True
    outs: dict[str, FiringRecord] = field(default_factory=dict)
    """The last decision of each node."""
    now: set[str] = field(default_factory=set)
    """Nodes decided in this tick."""
    registers: dict[int, tuple[str, Json, bool]] = field(default_factory=dict)

    @property
    def feedback(self) -> list[tuple[int, Edge]]:
        """The feedback edges with their place in the file."""
        return [(i, edge) for i, edge in enumerate(self.scope.graph.edges) if edge.feedback]

    def begin(self, tick: str) -> None:
        """The first tick: rule 2.1, "`initial: VALUE` or `initial_from` … for the first tick only"."""
        self.tick = tick
        for i, edge in self.feedback:
            self.registers[i] = ("present", edge.initial, True) if edge.has_initial else ("absent", None, True)

    def next_tick(self, tick: str) -> None:
        """Rule 2.1: `a.out ~> b.in` delivers "at the next tick. A skipped source feeds back absence"; "`hold: true`
        repeats the last delivered (or initial) value when nothing new came"."""
        for i, edge in self.feedback:
            if self.first and edge.initial_from:
                self.registers[i] = self.given(*edge.initial_from.split("."))
            kind, value, _ = self.given(edge.source, edge.source_port)
            if kind == "present":
                self.registers[i] = (kind, value, True)
            elif edge.hold:
                self.registers[i] = (*self.registers[i][:2], False)
            else:
                self.registers[i] = ("absent", None, True)
        self.tick, self.first, self.now = tick, False, set()

    def decide(self, name: str, tick: str, record: FiringRecord) -> None:
        """A node of this execution was decided."""
        if not self.tick:
            self.begin(tick)
        elif tick != self.tick:
            self.next_tick(tick)
        self.now.add(name)
        self.outs[name] = record

    def given(self, name: str, port: str) -> tuple[str, Json, bool]:
        """What the last decision of a node left on an output."""
        record = self.outs[name]
        if port in (record.outputs or {}):
            return "present", decode(record.outputs[port]), True  # type: ignore[index]
        failed_softly = record.status == ERROR and self.scope.graph.nodes[name].on_error == "default"
        if port == "done" and (record.status == OK or failed_softly):
            return "present", True, True
        return "absent", None, True

    def lying(self, i: int, edge: Edge) -> tuple[str, Json, bool]:
        """What lies on an edge in this tick: rules 2.1, 2.3 (fresh and held) and 2.4 (steady)."""
        if edge.feedback:
            if self.first and edge.initial_from:
                node, port = edge.initial_from.split(".")
                return self.given(node, port) if node in self.now else OPEN
            return self.registers[i]
        steady = edge.source not in self.live
        if edge.source in self.now:
            return (*self.given(edge.source, edge.source_port)[:2], self.first or not steady)
        if steady and edge.source in self.outs:
            return (*self.given(edge.source, edge.source_port)[:2], False)
        return OPEN

    def is_open(self, name: str) -> bool:
        """True if a node is still to be decided in this tick (rule 2.4: steady ones only in the first)."""
        return name not in self.now and (self.first or name in self.live)

    def awaited(self, name: str) -> set[tuple[str, str]]:
        """The inputs of a node whose sources are still to be decided, with these."""
        found = set()
        for _, edge in self.scope.wires_into(name):
            source = edge.source if not edge.feedback else edge.initial_from.partition(".")[0] if self.first else ""
            if source and self.is_open(source):
                found.add((edge.target_port, source))
        return found

    def store_users_before(self, name: str) -> bool:
        """Rule 2.9: "Uses of one store in a region run in plan order": True if one before this node is still open."""
        node = self.scope.graph.nodes[name]
        mine = {node.params[param] for param in self.scope.cls(node).spec.stores}
        for other in self.scope.order[: self.scope.order.index(name)]:
            earlier = self.scope.graph.nodes[other]
            theirs = {earlier.params[param] for param in self.scope.cls(earlier).spec.stores}
            if mine & theirs and self.is_open(other):
                return True
        return False

    def state_of(self, name: str, running: Iterable[str]) -> str:
        """What a node does at this moment."""
        if name in running:
            return "running"
        if name in self.now:
            return {OK: "fired", ERROR: "failed", SKIPPED: "skipped"}[self.outs[name].status]
        if name in self.outs and name not in self.live:
            return "held"
        return "waiting"


class Memory:
    """A store as somebody sees it; of a map's item it keeps its writes for the map's end (rule 2.9)."""

    def __init__(self, content: list[Json], base: Memory | None = None) -> None:
        self.content = content
        self.base = base
        self.writes: list[tuple[str, Json]] = []

    def do(self, op: str, value: Json) -> None:
        if op in ("append", "push"):
            self.content.append(value)
        elif op == "pop" and self.content:
            self.content.pop(0)
        elif op not in ("pop", "items", "length", "peek"):
            raise AssertionError(f"the oracle knows no {op}")
        self.writes.append((op, value))


class Oracle:
    """Takes in the records of a run one by one."""

    def __init__(self, graph: Graph, registry: Registry) -> None:
        self.top = Scope(graph, registry)
        self.paths: dict[int, tuple[str, str]] = {}
        self.starts: dict[int, Start] = {}
        self.executions: dict[Place, Execution] = {}
        self.memories: dict[Any, Memory] = {}
        self._regions: dict[str, tuple[Scope, set[str]]] = {}

    def take(self, record: Any) -> None:
        """Take in a record."""
        if isinstance(record, PathsRecord):
            for offset, (name, _, _) in enumerate(record.nodes):
                self.paths[record.first_id + offset] = (record.prefix, name)
        elif isinstance(record, OpenRecord):
            self.starts[record.id] = self.start(record)
        elif isinstance(record, StoreRecord):
            start = self.starts[record.firing]
            memory = self.memory(start, record.store)
            memory.do(record.op, decode(record.args).get("value"))
        elif isinstance(record, FiringRecord):
            start = self.starts[record.id] = self.start(record)
            self.execution(start.place).decide(start.name, record.tick, record)
            if record.status == OK:
                self.apply(record.id)

    def start(self, record: FiringRecord | OpenRecord) -> Start:
        prefix, name = self.paths[record.path_id]
        return Start(place_of(prefix, record.tick), name, record.parent, record.item)

    # -- regions ----------------------------------------------------------------------------------

    def execution(self, place: Place) -> Execution:
        """The execution at a place; a new one if there was none."""
        if place not in self.executions:
            scope, live = self.region(place.prefix)
            self.executions[place] = Execution(scope, live)
        return self.executions[place]

    def region(self, prefix: str) -> tuple[Scope, set[str]]:
        """The graph of a region and its live nodes; what a graph says of a place is the same at every record."""
        if prefix not in self._regions:
            self._regions[prefix] = self.walked_to(prefix)
        return self._regions[prefix]

    def walked_to(self, prefix: str) -> tuple[Scope, set[str]]:
        """The graph of a region and its live nodes, walking down from the top."""
        scope, inputs = self.top, frozenset[str]()
        names = prefix.split("/")[:-1]
        while names:
            node = scope.graph.nodes[names.pop(0)]
            if scope.role(node) == "map":
                names.pop(0)
            shared = scope.is_shared(node)
            inputs = live_ports(scope, node.name, live_nodes(scope, inputs)) if shared else frozenset()
            scope = scope.body(str(node.params["graph"]))
        return scope, live_nodes(scope, inputs)

    def at_moment(self, place: Place, running: dict[str, str]) -> Execution:
        """The execution at a place, in the tick in which its running nodes are."""
        made = deepcopy_of(self.executions.get(place) or self.execution_of_nothing(place))
        tick = max([made.tick, *running.values()])
        if tick and not made.tick:
            made.begin(tick)
        elif tick != made.tick:
            made.next_tick(tick)
        return made

    def execution_of_nothing(self, place: Place) -> Execution:
        scope, live = self.region(place.prefix)
        return Execution(scope, live)

    # -- stores -----------------------------------------------------------------------------------

    def memory(self, start: Start, store: str) -> Memory:
        """The memory that a firing uses, made if it is the first use."""
        key, declared, views = self.seen(start, store)
        if key not in self.memories:
            self.memories[key] = Memory(list(declared.params.get("items", ())))
        memory = self.memories[key]
        for view in views:
            if (key, view) not in self.memories:
                self.memories[key, view] = Memory(list(memory.content), memory)
            key, memory = (key, view), self.memories[key, view]
        return memory

    def seen(self, start: Start, store: str) -> tuple[Any, Any, list[tuple[int, int]]]:
        """Which memory a name means in a region: where it lives, how it is declared, and the items in between."""
        scope, _ = self.region(start.place.prefix)
        owner = scope.declares(store)
        declared = owner.graph.stores[store]
        views: list[tuple[int, int]] = []
        here: Start | None = start
        while here is not None:
            if declared.scope == "region" and self.region(here.place.prefix)[0].graph is owner.graph:
                return (store, here.place), declared, views[::-1]
            around = self.starts.get(here.parent) if here.parent else None
            if around is not None:
                above, _ = self.region(around.place.prefix)
                node = above.graph.nodes[around.name]
                if above.role(node) == "map" and not node.params.get("sequential", False):
                    views.append((here.parent, here.item))
            here = around
        return (store, "run", id(owner.graph)), declared, views[::-1]

    def apply(self, firing: int) -> None:
        """Rule 2.9: "all writes are applied in item order at its end"."""
        mine = [(key[1][1], memory) for key, memory in self.memories.items() if is_view(key) and key[1][0] == firing]
        for _, memory in sorted(mine, key=lambda one: one[0]):
            assert memory.base is not None
            for op, value in memory.writes:
                memory.base.do(op, value)

    def content(self, start: Start, store: str) -> list[Json]:
        """What a store holds as a region sees it."""
        key, declared, views = self.seen(start, store)
        if key not in self.memories:
            return list(declared.params.get("items", ()))
        for view in views:
            if (key, view) not in self.memories:
                break
            key = (key, view)
        return self.memories[key].content


def is_view(key: Any) -> bool:
    return len(key) == 2 and isinstance(key[0], tuple) and isinstance(key[1], tuple) and isinstance(key[1][0], int)


def deepcopy_of(execution: Execution) -> Execution:
    """A copy whose future is its own; the graph is shared."""
    made = Execution(execution.scope, execution.live, execution.tick, execution.first)
    made.outs, made.now = dict(execution.outs), set(execution.now)
    made.registers = deepcopy(execution.registers)
    return made


def place_of(prefix: str, tick: str) -> Place:
    """The region of a node path at a tick."""
    return Place(prefix, tick[: tick.rfind(".") + 1])
