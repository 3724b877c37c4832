"""The semantics of design section 2, played one node after the other: slow, sequential, meant to be plainly right.

No asyncio, no cache, no plan arrays: in each tick each node is decided in plan order, a region node by recursion.
That is enough because the contract says which firings occur and their outputs are a function of graph and inputs
alone (rule 2.10): any schedule must give what this one gives.  Each function quotes the sentence it plays.

Readings (where the contract is silent, this file decides, and the engine is held to the same):

1.  A `first` port takes the first present wire in edge order, held ones included: "fresh before held" is said of
    plain ports only, and a held value was there before the race began.  A `many` port gathers held values too.
2.  An absent port with several wires is absent for the reason of its first wire in the file; a node with several
    absent inputs for the first in declared order; a `when` is named before a knockout, a knockout before an input.
3.  A body that stopped in this tick carries nothing onward: its feedback would arrive in no tick.
4.  A shared body whose node failed has failed for good ("nothing new starts in it", and what was in flight beside the
    failure differs from run to run, so its registers are no ground to go on from). From the next tick on its region
    node is skipped, its item stays dropped (`skip`) or null (`null`), a map that failed is skipped.
5.  `until`, `max_ticks` and `on_limit` of a shared body mean nothing; its region's are used.
6.  A firing that fails is of status `error` whatever `on_error` makes of it; `knockout: pass` is a firing (`ok`).
7.  `knockout: pass` needs no input but the one it passes on; `when` counts as always. Types allow it if the port
    types do and the value fits the output's type.
8.  The writes of a map that failed are not applied; those of a failed item in a map that went on are.
9.  A store of scope `run` lies outside every region, so in a map every item sees it by rule 2.9.
10. A failure of a contender is raised where its port is decided, even if `when` then skips the node of that port.
11. A value that a body's `flow.input` brings is fresh inside, as that node has fired.
12. A map that has no `key` names its items by index; a map over `items` with own clocks skips (gives null for) an
    item that lacks a required `each` entry.
13. `fires` on a node inside a body overrides its type for the region node too: `every_tick` inside makes the region
    node live as a live type would, `once` takes away what the type says.
14. An output of an own-clock region that never had a value is absent for that reason, and not for one of the reasons
    its `flow.output` was skipped for.
15. Two graphs that each declare a store of scope `run` by one name have two stores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from studio.graph.model import Edge, Graph, NodeInstance
from studio.spec.fields import Field
from studio.spec.registry import Registry
from studio.spec.types import accepts, value_check
from studio.support.errors import NodeError, UsageError
from studio.support.values import Absent, Json
from tests.reference.firing import TinyContext, perform
from tests.reference.joins import fits, join, missing, values_of
from tests.reference.plan import Scope, as_names, live_ports, races, runners_behind
from tests.reference.records import (
    INITIAL,
    Decision,
    Failed,
    Failure,
    Firing,
    Joined,
    Origins,
    Outcome,
    Paused,
    Wire,
    cause_of,
)
from tests.reference.region import Region
from tests.reference.stores import NaiveStore, View, make_store

UNWRITTEN_MAX_TICKS = 100
MAX_DEPTH = 16
FAILED_BEFORE = "failed before"


def interpret(graph: Graph, inputs: Mapping[str, Json] | None = None, *, registry: Registry) -> Outcome:
    """Run a graph and return its outcome with the outline of rule 2.7."""
    return Interpreter(registry).run(graph, dict(inputs or {}))


class Interpreter:
    """Plays one run."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.outline: list[Firing] = []
        self.facts: Counter[str] = Counter()
        self.run_stores: dict[tuple[int, str], NaiveStore] = {}
        self.torn: list[tuple[str, str]] = []

    def run(self, graph: Graph, given: dict[str, Json]) -> Outcome:
        """Play the top graph, an own-clock region, with the run's inputs."""
        top = Region(Scope(graph, self.registry), "", None)
        top.inputs = {name: Wire(True, value) for name, value in given.items()}
        for node in graph.nodes.values():
            if top.scope.role(node) == "input" and node.name not in given and "value" not in node.params:
                raise UsageError(f"The input `{node.name}` is not given.")
        try:
            ended, outputs = self.run_own(top, "")
        except Failed as failed:
            return Outcome("failed", "error", {}, self.outline, failed.failure, self.facts, self.torn)
        except Paused as paused:
            return Outcome("paused", f"limit:{paused.limit}", {}, self.outline, None, self.facts, self.torn)
        present = {name: wire.value for name, wire in outputs.items() if wire.present}
        return Outcome("ok", ended, present, self.outline, None, self.facts, self.torn)

    # -- regions --------------------------------------------------------------------------------

    def run_own(self, region: Region, prefix: str) -> tuple[str, dict[str, Wire]]:
        """Rule 2.5: "A region ends after a whole tick, tested in this order: (a) a `flow.stop` in it fired …
        (b) *quiet* … (c) `max_ticks` ticks are done." Returns how it ended, and its outputs.

        Outputs: "`flow.output` gives the last present value or, with `collect`, the list over the ticks with a fresh
        one (never any: `[]`)".
        """
        graph = region.scope.graph
        outputs = {
            name: Wire(True, []) if node.params.get("collect") else Wire(False, reason="never present")
            for name, node in graph.nodes.items()
            if region.scope.role(node) == "output"
        }
        number = 0
        while True:
            self.tick(region, f"{prefix}.{number}" if prefix else str(number))
            for name, before in outputs.items():
                decision = region.decided[name]
                if graph.nodes[name].params.get("collect"):
                    if decision.status == "ok" and not decision.held and decision.collects:
                        outputs[name] = Wire(True, [*before.value, decision.outputs["value"]])
                elif decision.status == "ok":
                    outputs[name] = Wire(True, decision.outputs["value"])
            number += 1
            if any(self.fired_stop(region, name) for name in graph.nodes):
                return "stop", outputs
            if graph.until == "quiet" and not region.carries_onward():
                return "quiet", outputs
            if number >= (UNWRITTEN_MAX_TICKS if graph.max_ticks is None else graph.max_ticks):
                if graph.max_ticks is None:
                    raise Paused("max_ticks")
                if graph.on_limit == "fail":
                    raise Failed(Failure(region.path, region.tick, "max_ticks", "the loop reached its bound"))
                return "max_ticks", outputs

    @staticmethod
    def fired_stop(region: Region, name: str) -> bool:
        """Rule 2.5 (a): "a `flow.stop` in it fired"."""
        decision = region.decided[name]
        return (
            region.scope.role(region.scope.graph.nodes[name]) == "stop"
            and decision.status == "ok"
            and not decision.held
        )

    def tick(self, region: Region, tick: str) -> None:
        """Rule 2.2: "A tick decides every node once". Rule 2.1: feedback "delivers … at the next" tick."""
        region.tick = tick
        region.decided = {}
        region.ticking = []
        if region.ticks_done:
            self.facts["later ticks"] += 1
            if region.path and not region.shared:
                self.facts["nested later ticks"] += 1
        try:
            for name in region.scope.order:
                region.decided[name] = self.decide(region, name)
        except Failed:
            self.torn.append((region.path, tick))
            raise
        region.registers = {
            index: self.next_delivery(region, index, edge)
            for index, edge in enumerate(region.scope.graph.edges)
            if edge.feedback
        }
        region.ticks_done += 1
        if region.shared and any(self.fired_stop(region, name) for name in region.scope.graph.nodes):
            region.over = "stopped"
            self.facts["shared stop"] += 1

    def next_delivery(self, region: Region, index: int, edge: Edge) -> Wire:
        """Rule 2.1: "A skipped source feeds back absence: the edge clears … `hold: true` repeats the last delivered (or
        initial) value when nothing new came." A delivery is fresh, a repetition is held."""
        new = region.decided[edge.source].wire(edge.source_port)
        if new.present:
            return Wire(True, new.value, True, new.origin)
        last = self.delivered(region, index, edge)
        if edge.hold and last.present:
            self.facts["hold repeats"] += 1
            return Wire(True, last.value, False, last.origin)
        return last if edge.hold else new

    def delivered(self, region: Region, index: int, edge: Edge) -> Wire:
        """Rule 2.1: what a feedback edge brings in this tick; "`initial: VALUE` or `initial_from: node.port` (that
        output's value at tick 0 …) for the first tick only"."""
        if region.ticks_done:
            return region.registers[index]
        if edge.has_initial:
            return Wire(True, edge.initial, True, INITIAL)
        if edge.initial_from:
            name, _, port = edge.initial_from.rpartition(".")
            self.facts["initial_from"] += 1
            return region.decided[name].wire(port)
        return Wire(False, reason="nothing fed back yet")

    # -- one node in one tick -------------------------------------------------------------------

    def decide(self, region: Region, name: str) -> Decision:
        """Rule 2.4: steady nodes "fire at the region's tick 0 and their outcome (value, absence or error) holds for its
        life". Everything decided anew is listed, holds are not."""
        if name in region.kept:
            self.facts["holds"] += 1
            return region.kept[name]
        decision = self.decide_anew(region, region.scope.graph.nodes[name])
        if name not in region.live:
            kept = Decision(**{**vars(decision), "held": True})
            region.kept[name] = kept
        return decision

    def decide_anew(self, region: Region, node: NodeInstance) -> Decision:
        """Rule 2.2: a node "*fires*, *holds* or is *skipped with a reason*"."""
        arrivals: dict[str, list[Wire]] = {}
        for index, edge in region.scope.wires_into(node.name):
            wire = (
                self.delivered(region, index, edge)
                if edge.feedback
                else region.decided[edge.source].wire(edge.source_port)
            )
            arrivals.setdefault(edge.target_port, []).append(wire)
        self.raise_lost_race(region, node, arrivals)
        origins: Origins = {}
        if "when" in arrivals:
            opening = [wire for wire in arrivals["when"] if wire.present and wire.value is not False]
            if not opening:
                shut = any(wire.present for wire in arrivals["when"])
                why = "`when` is false" if shut else f"`when` absent: {arrivals['when'][0].reason}"
                return self.skip(region, node, why)
            origins["when"] = opening[0].origin
        if node.knockout is True:
            return self.skip(region, node, "knocked out")
        declared = region.scope.inputs(node)
        joined: Joined = {
            port: join(field, arrivals[port], self.facts) for port, field in declared.items() if port in arrivals
        }
        for port, arrived in joined.items():
            if isinstance(arrived, list):
                if arrived:
                    origins[port] = tuple(one.origin for one in arrived)
            elif arrived.present:
                origins[port] = arrived.origin
        if node.knockout == "pass":
            return self.pass_through(region, node, declared, joined, origins)
        if not region.scope.is_shared(node):
            for port, field in declared.items():
                lacking = missing(field, joined.get(port), arrivals.get(port, []))
                if lacking is not None:
                    return self.skip(region, node, f"input `{port}` absent: {lacking}")
        return self.fire(region, node, joined, origins)

    def raise_lost_race(self, region: Region, node: NodeInstance, arrivals: dict[str, list[Wire]]) -> None:
        """Rule 2.3: "A contender that fails counts as absent while another may deliver; if none does, the first failure
        in edge order is raised."""
        for port, field in region.scope.inputs(node).items():
            if field.join != "first" or any(wire.present for wire in arrivals.get(port, [])):
                continue
            for _, edge in region.scope.wires_into(node.name):
                if edge.target_port != port or edge.feedback:
                    continue
                for runner in runners_behind(region.scope, edge):
                    failure = region.decided[runner].failure
                    if failure is not None and region.scope.graph.nodes[runner].on_error == "fail":
                        self.facts["race all failed"] += 1
                        raise Failed(failure)

    def pass_through(
        self, region: Region, node: NodeInstance, declared: dict[str, Field], joined: Joined, origins: Origins
    ) -> Decision:
        """Rule 2.13: a knocked-out node "emits absence, or passes its input through where types allow": the first
        present input, in declared order, whose type the first output accepts."""
        outs = region.scope.outputs(node)
        for out, out_field in outs.items():
            for port, field in declared.items():
                wire = joined.get(port)
                kind = "list" if field.join == "many" else field.type
                if not accepts(kind, out_field.type):
                    continue
                if not wire or (isinstance(wire, Wire) and not wire.present):
                    continue
                value = [w.value for w in wire] if isinstance(wire, list) else wire.value
                check = value_check(out_field.type)
                if check is None or check(value):
                    others = {other: "knocked out" for other in outs if other != out}
                    return self.ok(region, node, {out: value}, others, {port: origins[port]})
            break
        return self.skip(region, node, "knocked out")

    # -- outcomes -------------------------------------------------------------------------------

    def skip(self, region: Region, node: NodeInstance, reason: str) -> Decision:
        """Rule 2.2: "Absence carries its reason downstream"."""
        path = region.inside(node.name)
        self.facts["skips"] += 1
        self.facts[f"skip: {cause_of(reason)}"] += 1
        self.outline.append(Firing(path, region.tick, "skipped", cause_of(reason), {}, {}))
        return Decision("skipped", {}, {}, reason, path, region.tick)

    def ok(
        self,
        region: Region,
        node: NodeInstance,
        outputs: dict[str, Json],
        reasons: dict[str, str],
        origins: Origins,
        collects: bool = False,
    ) -> Decision:
        """Rule 2.2: "implicit … outputs `done` (present if it fired)"."""
        path = region.inside(node.name)
        listed = {} if region.scope.role(node) == "output" else outputs  # a `flow.output` has no output port
        self.outline.append(Firing(path, region.tick, "ok", "", listed, origins))
        decision = Decision("ok", {**outputs, "done": True}, reasons, "", path, region.tick, collects=collects)
        decision.reasons.setdefault("error", f"nothing on `error` at `{path}`")
        return decision

    def failed(self, region: Region, node: NodeInstance, failure: Failure, origins: Origins) -> Decision:
        """Rule 2.11: "`on_error: fail | skip | default | route` … After skip or route the other outputs are absent with
        the error as reason. `fail` fails the region". Rule 2.3: "A contender that fails counts as absent"."""
        path = region.inside(node.name)
        reason = f"`{node.name}` failed: {failure.message}"
        outputs: dict[str, Json] = {}
        if node.on_error == "default":
            outputs = {**node.default, "done": True}
        elif node.on_error == "route":
            outputs = {"error": {"code": failure.code, "message": failure.message, "node": failure.node}}
        seen = {port: value for port, value in outputs.items() if port != "done"}
        self.outline.append(Firing(path, region.tick, "error", "failed", seen, origins))
        if node.on_error == "fail":
            if not races(region.scope, node.name):
                raise Failed(failure)
            self.facts["contender failed"] += 1
        self.facts[f"on_error {node.on_error}"] += 1
        return Decision("error", outputs, {}, reason, path, region.tick, failure=failure)

    # -- firing ---------------------------------------------------------------------------------

    def fire(self, region: Region, node: NodeInstance, joined: Joined, origins: Origins) -> Decision:
        """Let a node do its work, according to the part it plays."""
        path = region.inside(node.name)
        role = region.scope.role(node)
        if role == "input":
            wire = region.inputs.get(node.name)
            if wire is None:
                if "value" not in node.params:
                    return self.skip(region, node, "not wired")
                wire = Wire(True, node.params["value"])
            if not wire.present:
                return self.skip(region, node, wire.reason)
            if region.parent is not None and node.name in region.inputs:
                origins = {**origins, "value": wire.origin}
            return self.ok(region, node, {"value": wire.value}, {}, origins)
        if role == "output":
            taken = joined["value"]
            assert isinstance(taken, Wire)
            return self.ok(region, node, {"value": taken.value}, {}, origins, collects=taken.fresh)
        if role == "stop":
            return self.ok(region, node, {}, {}, origins)
        try:
            if role == "subgraph":
                return self.subgraph(region, node, joined, origins)
            if role == "map":
                return self.map(region, node, joined, origins)
        except Failed as failed:
            inner = failed.failure
            return self.failed(region, node, inner, origins)
        declared = region.scope.inputs(node)
        for port, field in declared.items():
            if port in joined and not fits(field, joined[port]):
                failure = Failure(path, region.tick, "wrong_type", f"`{port}` takes {field.type}")
                before = list(declared)[: list(declared).index(port)]
                return self.failed(region, node, failure, {p: o for p, o in origins.items() if p in before})
        values = values_of(declared, joined)
        context = TinyContext(path, region.tick, lambda name: self.store(region, name))
        try:
            raw = perform(region.scope.cls(node), region.scope.params(node), values, context, attempts=1 + node.retries)
        except NodeError as error:
            return self.failed(region, node, Failure(path, region.tick, error.kind, error.message), origins)
        outputs = {port: value for port, value in raw.items() if not isinstance(value, Absent)}
        reasons = {
            port: f"{value.reason or 'route not taken'} at `{node.name}`"
            for port, value in raw.items()
            if isinstance(value, Absent)
        }
        return self.ok(region, node, outputs, reasons, origins)

    # -- region nodes ---------------------------------------------------------------------------

    def subgraph(self, region: Region, node: NodeInstance, joined: Joined, origins: Origins) -> Decision:
        """Rule 2.6: "`clock: own` (default): it runs from tick 0 to its end inside one tick of the parent; registers
        start anew each time … `clock: shared` (an organ): one body tick per parent tick, registers kept"."""
        path = region.inside(node.name)
        body = region.scope.body(str(node.params["graph"]))
        if region.scope.is_shared(node):
            if node.name not in region.organs:
                fed = live_ports(region.scope, node.name, region.live)
                region.organs[node.name] = Region(body, path, region, shared=True, live_inputs=fed)
            organ = region.organs[node.name]
            if organ.over:
                return self.skip(region, node, organ.over)
            organ.inputs = {port: wire for port, wire in joined.items() if isinstance(wire, Wire)}
            wires = self.tick_shared(region, organ)
        else:
            if region.times_around(body) >= MAX_DEPTH:
                failure = Failure(path, region.tick, "max_depth", "too many graphs inside each other")
                return self.failed(region, node, failure, origins)
            inner = Region(body, path, region)
            inner.inputs = {port: wire for port, wire in joined.items() if isinstance(wire, Wire) and wire.present}
            _, wires = self.run_own(inner, region.tick)
            self.facts["own subgraph"] += 1
        outputs = {port: wire.value for port, wire in wires.items() if wire.present}
        reasons = {port: wire.reason for port, wire in wires.items() if not wire.present}
        return self.ok(region, node, outputs, reasons, origins)

    def tick_shared(self, region: Region, body: Region) -> dict[str, Wire]:
        """Rule 2.6: one tick of a body that shares the clock of its region; "it gives the value of each tick, absent if
        absent" (rule 2.5)."""
        self.facts["shared bodies ticked"] += 1
        if body.ticks_done:
            self.facts["shared bodies ticked again"] += 1
        try:
            self.tick(body, region.tick)
        except Failed:
            body.over = FAILED_BEFORE
            raise
        region.ticking.append(body)
        return {
            name: body.decided[name].wire("value")
            for name, inner in body.scope.graph.nodes.items()
            if body.scope.role(inner) == "output"
        }

    def map(self, region: Region, node: NodeInstance, joined: Joined, origins: Origins) -> Decision:
        """Rule 2.6: "`flow.map` runs a subgraph per entry of `items` … Each output is a list in item order, one entry
        per item: absence gives `null`, so lists stay aligned; `on_item_error: fail | skip | null`: `skip` drops the
        item from every list. No items: `[]`."""
        if node.name in region.failed_maps:
            return self.skip(region, node, "an item failed before")
        items_wire = joined.get("items")
        if not isinstance(items_wire, Wire) or not items_wire.present:
            reason = items_wire.reason if isinstance(items_wire, Wire) else "not wired"
            return self.skip(region, node, f"input `items` absent: {reason}")
        params = node.params
        body = region.scope.body(str(params["graph"]))
        names = list(region.scope.outputs(node))
        lists: dict[str, list[Json]] = {name: [] for name in names}
        keys = self.keys(region, node, items_wire.value)
        first_failure: Failure | None = None
        views: list[Region] = []
        for index, item in enumerate(items_wire.value):
            key = keys[index]
            given = self.item_inputs(node, joined, index, key, item)
            inner = self.item_region(region, node, body, key)
            views.append(inner)
            if inner.over == FAILED_BEFORE and params.get("on_item_error") == "skip":
                continue
            try:
                wires = self.item_run(region, node, inner, given)
            except Failed as failed:
                self.facts[f"item error {params.get('on_item_error', 'fail')}"] += 1
                if params.get("on_item_error", "fail") == "skip":
                    continue
                if params.get("on_item_error", "fail") == "fail":
                    first_failure = failed.failure
                    break
                wires = {}
            for name in names:
                wire = wires.get(name)
                lists[name].append(wire.value if wire is not None and wire.present else None)
        if first_failure is not None:
            self.torn.append((region.inside(node.name), region.tick))
            if region.scope.is_shared(node):
                region.failed_maps.add(node.name)
            raise Failed(first_failure)
        for inner in views:
            for view in (inner.views or {}).values():
                view.apply()
            inner.views = None if inner.views is None else {}
        self.facts["shared maps" if region.scope.is_shared(node) else "own maps"] += 1
        return self.ok(region, node, dict(lists), {}, origins)

    def item_region(self, region: Region, node: NodeInstance, body: Scope, key: str) -> Region:
        """Rule 2.6: "each item keeps its registers; a new key starts at its `initial` values; a key that is missing is
        frozen and comes back as it was". Rule 2.9: "an item sees an outside store as it was when the map started plus
        its own writes", unless `sequential`."""
        path = f"{region.inside(node.name)}/{key}"
        snapshot = not node.params.get("sequential", False)
        if not region.scope.is_shared(node):
            return Region(body, path, region, sees_snapshot=snapshot)
        population = region.populations.setdefault(node.name, {})
        if key not in population:
            if region.ticks_done:
                self.facts["new keys later"] += 1
            fed = live_ports(region.scope, node.name, region.live)
            population[key] = Region(body, path, region, shared=True, live_inputs=fed, sees_snapshot=snapshot)
        return population[key]

    def item_run(self, region: Region, node: NodeInstance, inner: Region, given: dict[str, Wire]) -> dict[str, Wire]:
        """Run one item: a tick of its body (shared), or from tick 0 to its end (own)."""
        if region.scope.is_shared(node):
            if inner.over:
                return {}
            inner.inputs = given
            return self.tick_shared(region, inner)
        for name, wire in given.items():
            if not wire.present and "value" not in inner.scope.graph.nodes[name].params:
                return {}
        if region.times_around(inner.scope) >= MAX_DEPTH:
            raise Failed(Failure(inner.path, region.tick, "max_depth", "too many graphs inside each other"))
        inner.inputs = {name: wire for name, wire in given.items() if wire.present}
        _, wires = self.run_own(inner, region.tick)
        return wires

    def keys(self, region: Region, node: NodeInstance, items: list[Json]) -> list[str]:
        """Rule 2.7: "The node path has the item's key (else index)". Rule 2.6: a shared clock "needs `key`, unique per
        tick"."""
        if node.params.get("key") is None:
            return [str(index) for index in range(len(items))]
        field = str(node.params["key"])
        keys = [str(item[field] if isinstance(item, dict) else item) for item in items]
        if len(set(keys)) < len(keys):
            path = region.inside(node.name)
            raise Failed(Failure(path, region.tick, "key", "two items have one key"))
        return keys

    @staticmethod
    def item_inputs(node: NodeInstance, joined: Joined, index: int, key: str, item: Json) -> dict[str, Wire]:
        """Rule 2.6: "the body may have inputs `item`, `index`, `key`; other inputs are broadcast, those named in `each`
        are split by key or index (no entry: absent)"."""
        items = joined["items"]
        origin = items.origin if isinstance(items, Wire) else INITIAL
        given: dict[str, Wire] = {
            "item": Wire(True, item, origin=origin),
            "index": Wire(True, index, origin=origin),
            "key": Wire(True, key, origin=origin),
        }
        for port, wire in joined.items():
            if port == "items" or not isinstance(wire, Wire):
                continue
            if port not in as_names(node.params.get("each")) or not wire.present:
                given[port] = wire
            elif isinstance(wire.value, dict):
                inside = key in wire.value
                entry = Wire(True, wire.value[key], origin=wire.origin) if inside else Wire(False, reason="no entry")
                given[port] = entry
            else:
                inside = index < len(wire.value)
                entry = Wire(True, wire.value[index], origin=wire.origin) if inside else Wire(False, reason="no entry")
                given[port] = entry
        return given

    # -- stores ---------------------------------------------------------------------------------

    def store(self, region: Region, name: str) -> NaiveStore | View:
        """Rule 2.9: find a store by name, outwards; "Scope: `region` (default: one per own-clock execution or
        keyed item, reset with its registers), `run`"."""
        declaring = region.scope.declares(name).graph
        return self.store_of(region, declaring, name)

    def store_of(self, region: Region | None, declaring: Graph, name: str) -> NaiveStore | View:
        """Walk outwards to the region that owns the store; each map item on the way sees it through its own view."""
        declared = declaring.stores[name]
        make: Callable[[], NaiveStore] = lambda: make_store(declared.type, declared.params)  # noqa: E731
        if region is None:
            return self.run_stores.setdefault((id(declaring), name), make())
        if declared.scope == "region" and region.scope.graph is declaring:
            return region.stores.setdefault(name, make())
        base = self.store_of(region.parent, declaring, name)
        if region.views is None:
            return base
        return region.views.setdefault(id(base), View(base))
