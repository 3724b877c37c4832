"""The plan of a region: what the scheduler needs, compiled once from the document.

Pure: no clock, no I/O.  Names become indices in *plan order* (topological over same-tick edges, ties by
file order), edges become wires, counters of missing inputs and lists of successors, so that a firing costs
O(its edges) and nothing is ever rescanned (engine-notes, design point 1).

A plan exists in two forms: `ordered` races (scripted, replayed or reference runs: the first present wire in
edge order wins) and races by arrival (design rule 2.3).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from studio.dynamics.modules import ModuleFacts, facts_of
from studio.engine.liveness import Nature, body_nature
from studio.engine.races import Race, find_races
from studio.engine.store_order import consecutive_uses
from studio.graph.model import Graph, NodeInstance
from studio.graph.order import same_tick_order
from studio.graph.ports import PortsOf, ports_once
from studio.graph.scope import Scope
from studio.spec.choices import choices_of
from studio.spec.fields import Field, Fields
from studio.spec.node import Node, NodeSpec
from studio.spec.registry import Registry
from studio.spec.types import value_check
from studio.support.errors import GraphError
from studio.support.values import Json

UNWRITTEN_MAX_TICKS = 100
"""Ticks after which a region whose graph names no bound pauses the run (design rule 2.5)."""


BUILT_IN = "studio.nodes."
"""Types from here do not change their inputs, so they need no copies of their own (see `firing.own`)."""


class Wire:
    """One edge as its target sees it: node index and port of the source; `feedback` is its register, or -1."""

    __slots__ = ("feedback", "port", "source")

    def __init__(self, source: int, port: str, feedback: int = -1) -> None:
        self.source = source
        self.port = port
        self.feedback = feedback


class InputPlan:
    """One input port: its join, its wires in edge order, its default, and the check its values still need."""

    __slots__ = ("check", "default", "join", "name", "passes_absence", "required", "type", "wires")

    def __init__(self, field: Field, wires: tuple[Wire, ...], check: Callable[[Json], bool] | None) -> None:
        self.name = field.name
        self.type = field.type
        self.join = field.join
        self.passes_absence = field.passes_absence
        self.required = field.required
        self.default = None if field.required else field.default
        self.wires = wires
        self.check = check


class Register:
    """A feedback edge: where its value comes from and how it starts (design rule 2.1)."""

    __slots__ = ("has_initial", "hold", "initial", "initial_from", "port", "source", "target")

    def __init__(
        self,
        source: int,
        port: str,
        target: int,
        has_initial: bool,
        initial: Json,
        initial_from: tuple[int, str] | None,
        hold: bool,
    ) -> None:
        self.source = source
        self.port = port
        self.target = target
        self.has_initial = has_initial
        self.initial = initial
        self.initial_from = initial_from
        self.hold = hold


class NodePlan:
    """One node of a region, ready to fire."""

    __slots__ = (
        "asks_first",
        "blocking",
        "body",
        "cancellable",
        "choices",
        "cls",
        "contends",
        "copied",
        "copies",
        "default",
        "effects",
        "guarded",
        "in_fields",
        "index",
        "inline",
        "inputs",
        "instance",
        "is_async",
        "knockout",
        "limits",
        "live",
        "module",
        "name",
        "on_error",
        "out_checks",
        "out_types",
        "params",
        "plain",
        "race_inputs",
        "retries",
        "role",
        "run",
        "simple",
        "spec",
        "stores",
        "successors_first",
        "successors_later",
        "timeout_s",
        "when",
    )

    def __init__(self, index: int, instance: NodeInstance, cls: type[Node], params: Fields) -> None:
        self.index = index
        self.name = instance.name
        self.instance = instance
        self.cls = cls
        self.spec: NodeSpec = cls.spec
        self.params: Any = params
        self.role = cls.spec.role
        self.choices: tuple[Json, ...] = choices_of(instance.params) if self.role == "input" else ()
        """Of an input: the only values it takes, any if there are none."""
        self.copies = not cls.__module__.startswith(BUILT_IN)
        self.copied: tuple[str, ...] = ()
        made = cls()
        self.run: Callable[..., Any] | None = getattr(made, "run", None)
        self.is_async = inspect.iscoroutinefunction(self.run)
        self.blocking = cls.spec.blocking and not self.is_async
        self.effects = cls.spec.effects
        self.module: ModuleFacts | None = facts_of(cls, params)
        """What it is to whoever watches how the run behaves; None of a helper."""
        self.live = False
        self.asks_first = False
        """True if a person approves each request that carries texts out of the machine (`trust.labels`)."""
        self.knockout = instance.knockout
        self.on_error = instance.on_error
        self.default = instance.default
        self.retries = instance.retries
        self.timeout_s = instance.timeout_s
        self.limits = instance.limits
        self.guarded = bool(instance.retries or instance.timeout_s)
        self.inline = not (self.is_async or self.blocking or self.role in ("subgraph", "map") or self.guarded)
        # Called as it stands: no thread, no body, no retries, no time limit.
        self.plain = not (self.blocking or self.role in ("subgraph", "map") or self.guarded)
        self.in_fields: type[Fields] = cls.inputs(params)
        self.inputs: tuple[InputPlan, ...] = ()
        self.simple: tuple[tuple[str, int, str], ...] | None = None
        self.when: tuple[Wire, ...] = ()
        self.out_types: dict[str, str] = {}
        self.out_checks: tuple[tuple[str, Callable[[Json], bool]], ...] = ()
        self.successors_first: tuple[int, ...] = ()
        self.successors_later: tuple[int, ...] = ()
        self.stores: dict[str, str] = {}
        self.body: Body | None = None
        self.race_inputs: dict[str, Race] = {}
        self.contends: tuple[Race, ...] = ()
        self.cancellable = False


class Body:
    """What a region node runs: its graph's scope, and its plan (compiled when needed: graphs may hold themselves)."""

    __slots__ = ("_compile", "_plan", "live_inputs", "scope", "shared")

    def __init__(
        self, scope: Scope, shared: bool, live_inputs: frozenset[str], compile: Callable[[], RegionPlan]
    ) -> None:
        self.scope = scope
        self.shared = shared
        self.live_inputs = live_inputs
        self._compile = compile
        self._plan: RegionPlan | None = None

    @property
    def plan(self) -> RegionPlan:
        """The plan of the body, compiled at first use."""
        if self._plan is None:
            self._plan = self._compile()
        return self._plan


class RegionPlan:
    """A graph compiled for execution.

    `pending_first[i]` and `pending_later[i]` count what node i still waits for at the start of tick 0 and of
    later ticks; `start_first`/`start_later` are the nodes that wait for nothing.
    """

    __slots__ = (
        "collects",
        "graph",
        "has_limits",
        "input_nodes",
        "is_shared",
        "max_ticks",
        "max_ticks_written",
        "node_paths",
        "nodes",
        "on_limit",
        "ordered_races",
        "output_nodes",
        "pending_first",
        "pending_later",
        "race_watch",
        "racing",
        "registers",
        "scope",
        "start_first",
        "start_later",
        "until",
    )

    def __init__(self, scope: Scope, is_shared: bool, ordered_races: bool) -> None:
        graph = scope.graph
        self.scope = scope
        self.graph: Graph = graph
        self.is_shared = is_shared
        self.ordered_races = ordered_races
        self.nodes: list[NodePlan] = []
        self.node_paths: list[tuple[str, str, int]] = []
        self.registers: list[Register] = []
        self.pending_first: list[int] = []
        self.pending_later: list[int] = []
        self.start_first: list[int] = []
        self.start_later: list[int] = []
        self.input_nodes: dict[str, int] = {}
        self.output_nodes: dict[str, int] = {}
        self.collects: frozenset[str] = frozenset()
        self.racing: tuple[int, ...] = ()
        self.race_watch: list[tuple[tuple[Race, int, bool], ...]] = []
        self.max_ticks = graph.max_ticks if graph.max_ticks is not None else UNWRITTEN_MAX_TICKS
        self.max_ticks_written = graph.max_ticks is not None
        self.on_limit = graph.on_limit
        self.until = graph.until
        self.has_limits = bool(graph.limits)


def _require_ends(graph: Graph) -> None:
    """Raise GraphError for an edge that names a node that does not exist."""
    for edge in graph.edges:
        for end in (edge.source, edge.target, edge.initial_from.partition(".")[0]):
            if end and end not in graph.nodes:
                raise GraphError(f"`{edge}` names `{end}`, which is no node.", where=str(edge.place))


class Compiler:
    """Compiles regions; one per run-ready graph, so that bodies used twice are compiled once."""

    def __init__(
        self,
        registry: Registry,
        ordered_races: bool,
        ports: PortsOf | None = None,
        guarded: Collection[tuple[int, str]] = (),
    ) -> None:
        """`ports` is asked for the ports of nodes, by who knows them already; `guarded` are the nodes (graph by id,
        name) whose outbound requests a person approves one by one."""
        self.registry = registry
        self.guarded = guarded
        self.ordered_races = ordered_races
        self.ports = ports or ports_once()
        self._bodies: dict[tuple[int, bool, frozenset[str]], RegionPlan] = {}
        self._natures: dict[tuple[int, bool], Nature] = {}

    def region(self, scope: Scope, *, shared: bool = False, live_inputs: frozenset[str] = frozenset()) -> RegionPlan:
        """Return the plan of a graph; `live_inputs` are the inputs of a shared body that live wires feed."""
        key = (id(scope.graph), shared, live_inputs)
        known = self._bodies.get(key)
        if known is None:
            known = self._bodies[key] = self._compile(scope, shared, live_inputs)
        return known

    def _compile(self, scope: Scope, shared: bool, live_inputs: frozenset[str]) -> RegionPlan:
        graph = scope.graph
        plan = RegionPlan(scope, shared, self.ordered_races)
        names = same_tick_order(graph)
        index = {name: position for position, name in enumerate(names)}
        _require_ends(graph)
        outputs: list[dict[str, Field]] = []
        inputs: list[dict[str, Field]] = []
        for name in names:
            instance = graph.nodes[name]
            ports = self.ports(scope, instance, self.registry)
            if ports.cls is None or ports.params is None:
                raise GraphError(
                    f"`{name}` has the type `{instance.type}`, which is not known.",
                    where=str(instance.place),
                    hint="See `studio nodes` for the types there are.",
                )
            made = NodePlan(index[name], instance, ports.cls, ports.params)
            made.out_types = {port: field.type for port, field in ports.outputs.items()}
            made.asks_first = (id(graph), name) in self.guarded
            plan.nodes.append(made)
            inputs.append(ports.inputs)
            outputs.append(ports.outputs)
        plan.node_paths = [(made.name, made.spec.type, made.spec.version) for made in plan.nodes]
        self._registers(plan, graph, index)
        self._wires(plan, graph, index, inputs, outputs)
        self._nature(plan, graph, live_inputs)
        self._races(plan)
        self._copies(plan)
        self._counters(plan)
        for made in plan.nodes:
            if made.role == "input":
                plan.input_nodes[made.name] = made.index
            elif made.role == "output":
                plan.output_nodes[made.name] = made.index
        plan.collects = frozenset(
            made.name for made in plan.nodes if made.role == "output" and getattr(made.params, "collect", False)
        )
        return plan

    # -- edges -------------------------------------------------------------------------------

    def _registers(self, plan: RegionPlan, graph: Graph, index: Mapping[str, int]) -> None:
        for edge in graph.edges:
            if not edge.feedback:
                continue
            start = None
            if edge.initial_from:
                node_name, _, port = edge.initial_from.partition(".")
                start = (index[node_name], port)
            plan.registers.append(
                Register(
                    index[edge.source], edge.source_port, index[edge.target],
                    edge.has_initial, edge.initial, start, edge.hold,
                )
            )  # fmt: skip

    def _wires(
        self,
        plan: RegionPlan,
        graph: Graph,
        index: Mapping[str, int],
        inputs: list[dict[str, Field]],
        outputs: list[dict[str, Field]],
    ) -> None:
        wires: list[dict[str, list[Wire]]] = [{} for _ in plan.nodes]
        register = 0
        for edge in graph.edges:
            wire = Wire(index[edge.source], edge.source_port)
            if edge.feedback:
                wire.feedback = register
                register += 1
            wires[index[edge.target]].setdefault(edge.target_port, []).append(wire)
        for made, fields, given in zip(plan.nodes, inputs, wires, strict=True):
            made.when = tuple(given.get("when", ()))
            made.inputs = tuple(
                InputPlan(field, tuple(given.get(port, ())), _flow_check(plan, field, given.get(port, ())))
                for port, field in fields.items()
            )
            plays = made.role in ("", "output", "stop") and not made.knockout
            if plays and not made.when and all(_is_simple(entry) for entry in made.inputs):
                made.simple = tuple((entry.name, entry.wires[0].source, entry.wires[0].port) for entry in made.inputs)
            checks = ((port, value_check(kind)) for port, kind in made.out_types.items())
            made.out_checks = tuple((port, check) for port, check in checks if check is not None)

    # -- steady and live (rule 2.4) and stores (rule 2.9) -------------------------------------

    def _nature(self, plan: RegionPlan, graph: Graph, live_inputs: frozenset[str]) -> None:
        fed_back = {register.target for register in plan.registers}
        for made in plan.nodes:
            made.stores = dict(made.cls.uses_stores(made.params))
            wired_live = {
                port: any(wire.feedback >= 0 or plan.nodes[wire.source].live for wire in wires)
                for port, wires in _all_wires(made)
            }
            nature = Nature(live=made.spec.live or bool(made.stores), stores=made.stores)
            if made.role in ("subgraph", "map"):
                nature = self._region_node(plan, made, wired_live)
                made.stores = dict(nature.stores)
            live = nature.live or made.index in fed_back or any(wired_live.values())
            if made.role == "input":
                live = made.name in live_inputs
            fires = made.instance.fires
            made.live = fires == "every_tick" if fires else live

    def _region_node(self, plan: RegionPlan, made: NodePlan, wired_live: Mapping[str, bool]) -> Nature:
        scope = plan.scope.find_graph(str(made.params.graph))
        shared = getattr(made.params, "clock", "own") == "shared"
        nature = body_nature(scope, self.registry, shared=shared, known=self._natures, ports_of=self.ports)
        feeding = {port for port, live in wired_live.items() if live}
        if made.role == "map" and "items" in feeding:
            feeding |= {"item", "index", "key"}
        live_inputs = frozenset(feeding) if shared else frozenset()
        made.body = Body(scope, shared, live_inputs, lambda: self.region(scope, shared=shared, live_inputs=live_inputs))
        return nature

    # -- races (rule 2.3) --------------------------------------------------------------------

    def _races(self, plan: RegionPlan) -> None:
        plan.race_watch = [()] * len(plan.nodes)
        for race in find_races(plan.nodes, plan.registers):
            target = plan.nodes[race.node]
            target.race_inputs = {**target.race_inputs, race.port: race}
            for contender in race.contenders:
                plan.nodes[contender].contends += (race,)
            for loser in set().union(*race.cancels):
                if not plan.ordered_races:
                    plan.nodes[loser].cancellable = True
                    plan.nodes[loser].simple = None  # it must ask whether it has lost
            if not plan.ordered_races:
                for position, wire in enumerate(race.wires):
                    start = plan.registers[wire.feedback].initial_from if wire.feedback >= 0 else None
                    if wire.feedback < 0:
                        plan.race_watch[wire.source] += ((race, position, False),)
                    elif start is not None:
                        plan.race_watch[start[0]] += ((race, position, True),)
        if not plan.ordered_races:
            plan.racing = tuple(made.index for made in plan.nodes if made.race_inputs)

    # -- values of one's own -------------------------------------------------------------------

    def _copies(self, plan: RegionPlan) -> None:
        """Which inputs node code gets as copies: all it may not have for itself (see `firing.own`).

        A value that the engine copied when it came out of node code, and that one wire reads once, needs no other.
        """
        readers: dict[tuple[int, str], int] = {}
        for made in plan.nodes:
            for _, wires in _all_wires(made):
                for wire in wires:
                    readers[wire.source, wire.port] = readers.get((wire.source, wire.port), 0) + 1
        for register in plan.registers:
            if register.initial_from is not None:
                readers[register.initial_from] = readers.get(register.initial_from, 0) + 2
        for made in plan.nodes:
            if made.copies:
                made.copied = tuple(entry.name for entry in made.inputs if not _is_private(plan, made, entry, readers))

    # -- counters ----------------------------------------------------------------------------

    def _counters(self, plan: RegionPlan) -> None:
        nodes = plan.nodes
        before: list[set[int]] = [set() for _ in nodes]
        for made in nodes:
            for port, wires in _all_wires(made):
                if port in made.race_inputs and not plan.ordered_races:
                    continue
                before[made.index].update(wire.source for wire in wires if wire.feedback < 0)
        first = [set(sources) for sources in before]
        racing_registers = {
            wire.feedback for index in plan.racing for race in nodes[index].race_inputs.values() for wire in race.wires
        }
        for number, register in enumerate(plan.registers):
            if register.initial_from is not None and number not in racing_registers:
                first[register.target].add(register.initial_from[0])
        later = [
            {source for source in sources if nodes[source].live} if made.live else set()
            for made, sources in zip(nodes, before, strict=True)
        ]
        _order_stores(nodes, first)
        _order_stores([made for made in nodes if made.live], later)
        racing = [0 if plan.ordered_races else len(made.race_inputs) for made in nodes]
        plan.pending_first = [len(sources) + racing[i] for i, sources in enumerate(first)]
        # After tick 0 a steady node is never decided again: it must not be counted down to zero.
        plan.pending_later = [len(later[i]) + racing[i] if nodes[i].live else -1 for i in range(len(nodes))]
        for made, at_first, at_later in zip(nodes, _successors(first), _successors(later), strict=True):
            made.successors_first = at_first
            made.successors_later = at_first if at_first == at_later else at_later
        plan.start_first = [i for i in range(len(nodes) - 1, -1, -1) if plan.pending_first[i] == 0]
        plan.start_later = [i for i in range(len(nodes) - 1, -1, -1) if plan.pending_later[i] == 0]


def compile_plan(
    graph: Graph,
    registry: Registry,
    *,
    ordered_races: bool = False,
    scope: Scope | None = None,
    ports: PortsOf | None = None,
    guarded: Collection[tuple[int, str]] = (),
) -> RegionPlan:
    """Return the plan of a top graph; `ports` is asked for the ports of nodes, by who knows them already, `guarded` as
    in `Compiler`.

    Raises GraphError for a same-tick cycle or an unknown node type.
    """
    return Compiler(registry, ordered_races, ports, guarded).region(scope or Scope(graph))


def _all_wires(made: NodePlan) -> Iterable[tuple[str, tuple[Wire, ...]]]:
    yield "when", made.when
    for entry in made.inputs:
        yield entry.name, entry.wires


def _is_simple(entry: InputPlan) -> bool:
    return (
        len(entry.wires) == 1
        and entry.wires[0].feedback < 0
        and entry.join == "plain"
        and entry.required
        and entry.check is None
    )


def _is_private(plan: RegionPlan, made: NodePlan, entry: InputPlan, readers: Mapping[tuple[int, str], int]) -> bool:
    if len(entry.wires) != 1 or entry.join != "plain" or not entry.required or made.guarded:
        return False
    wire = entry.wires[0]
    source = plan.nodes[wire.source]
    if not source.copies or readers[wire.source, wire.port] != 1 or (made.live and not source.live):
        return False
    register = plan.registers[wire.feedback] if wire.feedback >= 0 else None
    return register is None or not (register.hold or register.initial_from)


def _flow_check(plan: RegionPlan, field: Field, wires: Iterable[Wire]) -> Callable[[Json], bool] | None:
    """The check a value needs on arrival: none where every source already promises the type."""
    check = value_check(field.type)
    if check is None:
        return None
    sources = {plan.nodes[wire.source].out_types.get(wire.port, "any") for wire in wires}
    for wire in wires:
        register = plan.registers[wire.feedback] if wire.feedback >= 0 else None
        if register is not None and (register.has_initial or register.initial_from):
            return check
    promised = {field.type, "integer"} if field.type == "number" else {field.type}
    return None if sources <= promised else check


def _order_stores(users: list[NodePlan], before: list[set[int]]) -> None:
    """Uses of one store run in plan order (rule 2.9): each user waits for the one before it."""
    for _, earlier, later in consecutive_uses(users):
        before[later.index].add(earlier.index)


def _successors(before: list[set[int]]) -> list[tuple[int, ...]]:
    """Turn predecessors into successors, latest first: the scheduler pops from the end, so plan order starts first."""
    after: list[set[int]] = [set() for _ in before]
    for target, sources in enumerate(before):
        for source in sources:
            after[source].add(target)
    return [tuple(sorted(targets, reverse=True)) for targets in after]
