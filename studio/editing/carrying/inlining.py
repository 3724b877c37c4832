"""The nodes of a subgraph take the place of the node that runs it: the inverse of `carrying.subgraphs`.

Wires into the node go on to whatever its inputs led to inside, wires out of it come from whatever its outputs took.
With `clock: shared` all firings stay what they were. With `clock: own` that is so only for a body that is done after
one tick; what fired anew in each execution gets `fires: every_tick`, where its wires do not say so already.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from studio.editing.carrying.arriving import Arrival
from studio.editing.carrying.natures import Nature, natures_after, natures_before
from studio.editing.carrying.needs import needs_of
from studio.editing.carrying.packing import Packer
from studio.editing.carrying.rewiring import Wires
from studio.editing.document.document import Document
from studio.editing.document.ops import At, InsertEdge, Op, Place, PutGraph, PutNode
from studio.editing.edits.bodies import body_of_node, only_shows, role, users
from studio.editing.edits.connecting import edge_ops
from studio.editing.edits.remarks import follow
from studio.editing.placing.annotations import COMMENTS, WIRES
from studio.editing.placing.places import entry, positions
from studio.graph.frames import FRAMES, point_of
from studio.graph.model import Edge, Fires, NodeInstance
from studio.graph.ports import body_of
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, Scope
from studio.support.errors import GraphError

_PORTS = ("input", "output")


def inline_subgraph(doc: Document, at: At, name: str, *, strict: bool = True) -> list[Op]:
    """Return the ops that put the nodes of a body in the place of a `flow.subgraph` node.

    Names that are taken get a number behind them, subgraphs and stores of the body come along, and the body goes if
    nothing else runs it. Raises GraphError for what has no place outside a subgraph (a stop, a loop on its own clock,
    limits, `when`), and (`strict`) for whatever would not be done as before.
    """
    return _Inlining(doc, at, name, strict).ops()


class _Inlining:
    def __init__(self, doc: Document, at: At, name: str, strict: bool) -> None:
        self.doc = doc
        self.at = at
        self.name = name
        self.strict = strict
        self.graph = doc.at(at)
        self.node = doc.node(at, name)
        if role(doc, self.node) != "subgraph":
            raise GraphError(f"`{name}` runs no subgraph that could be inlined.", hint="Select a `flow.subgraph`.")
        self.scope: Scope = body_of(doc.scope(at), self.node)
        self.body = self.scope.graph
        self.shared = self.node.params.get("clock") == "shared"
        self.roles = {one: role(doc, node) for one, node in self.body.nodes.items()}
        self.kept = [one for one in self.body.nodes if self.roles[one] not in _PORTS]
        self.wires = Wires(doc, at, name, self.scope, self.roles, strict)

    # -- refusals -------------------------------------------------------------------------------

    def _refuse(self) -> None:
        body, name = self.body, self.name
        stop = next((one for one, what in self.roles.items() if what == "stop"), "")
        if stop:
            raise GraphError(f"`{stop}` would end this graph instead of `{body.name}`.", hint=f"Delete `{stop}` first.")
        own = ("fires", "on_error", "default", "retries", "timeout_s", "limits", "knockout")
        bare = NodeInstance(name, self.node.type)
        said = next((key for key in own if getattr(self.node, key) != getattr(bare, key)), "")
        if said:
            raise GraphError(
                f"`{name}` says `{said}`, which holds for all that it runs.", hint=f"Delete `{said}` first."
            )
        for edge in self.graph.edges:
            if edge.target == name and edge.target_port == "when":
                raise GraphError(
                    f"`{name}.when` is wired, which holds for all that it runs.", hint="Cut that wire first."
                )
            if edge.source == name and edge.source_port in ("done", "error"):
                raise GraphError(f"`{edge}` speaks of the subgraph as a whole.", hint="Cut that wire first.")
        self._refuse_special_ports()
        if body.limits:
            raise GraphError(f"`{body.name}` has limits of its own.", hint="Delete them first.")
        if not self.shared:
            if any(edge.feedback for edge in body.edges) or (body.until == "stop" and body.max_ticks != 1):
                raise GraphError(
                    f"`{body.name}` loops on its own clock, many ticks within one of this graph.",
                    hint="Keep it as a subgraph, or give the node `clock: shared`.",
                )
        collects = next((n for n in body.nodes if self.roles[n] == "output" and self._collects(n)), "")
        if collects:
            raise GraphError(f"`{collects}` collects values.", hint="Delete its `collect` first.")
        if self.scope.graph.base != self.doc.graph.base and self._names_files():
            raise GraphError(
                f"`{body.name}` stands in another folder and names files from there.", hint="Keep it as a subgraph."
            )

    def _refuse_special_ports(self) -> None:
        """Raise GraphError for inputs and outputs of the body that are more than places where wires go on."""
        for edge in self.body.edges:
            source, target = self.roles.get(edge.source), self.roles.get(edge.target)
            special = (
                target == "input"
                or (target == "output" and edge.target_port != "value")
                or source == "output"
                or (source == "input" and edge.source_port != "value")
            )
            if special:
                raise GraphError(f"`{edge}` has no place without the inputs and outputs of `{self.body.name}`.")
        for name, what in self.roles.items():
            node = self.body.nodes[name]
            if what in _PORTS and replace(node, title="", params={}) != NodeInstance(name, node.type):
                raise GraphError(f"`{name}` of `{self.body.name}` says more than where a wire goes on.")

    def _collects(self, name: str) -> bool:
        return self.body.nodes[name].params.get("collect") is True

    def _names_files(self) -> bool:
        return any(
            isinstance(node.params.get(BODY_PARAM), str) and is_file_reference(str(node.params[BODY_PARAM]))
            for _, graph in self.body.walk()
            for node in graph.nodes.values()
        )

    def _refuse_otherwise(self) -> None:
        """Raise GraphError for what would not be done as before, as far as the wires show it."""
        wired = {edge.target_port for edge in self.graph.edges if edge.target == self.name}
        entries = [one for one, what in self.roles.items() if what == "input"]
        for one in entries:
            optional = "value" in self.body.nodes[one].params
            if optional and one in wired:
                raise GraphError(
                    f"The input `{one}` has a default for when its wire brings nothing, which a plain wire has not.",
                    hint=f"Delete the default of `{one}` first.",
                )
            if not optional and one not in wired and not self.shared:
                raise GraphError(f"`{self.name}` is always skipped, because nothing is wired to `{one}`.")
        if self.shared:
            return
        if any(store.scope == "region" for store in self.body.stores.values()):
            raise GraphError(f"The stores of `{self.body.name}` start anew each time it runs.")
        needs = needs_of(self.body, entries, self.wires.field)
        everything = {one for one in entries if one in wired}
        for name in self.kept:
            missing = everything - needs[name]
            if missing:
                raise GraphError(
                    f"`{self.name}` is skipped if `{min(missing)}` is absent, but `{name}` alone would not be.",
                    hint="Keep it as a subgraph, or give the node `clock: shared`.",
                )

    # -- all together ---------------------------------------------------------------------------

    def ops(self) -> list[Op]:
        self._refuse()
        if self.strict:
            self._refuse_otherwise()
        packer = Packer(self.doc)
        parcel = packer.pack(self.scope, set(self.kept))
        for key in (FRAMES, COMMENTS):
            if isinstance(said := self.body.layout.get(key), list):
                parcel.layout[key] = said
        own_stores = [packer.store(store) for store in self.body.stores.values()]
        arrival = Arrival(self.doc, self.at, parcel, own_stores=own_stores)
        of_each, inner = self.wires.drawn(arrival.names)
        ops = self._assembled(arrival, of_each, inner, {})
        before = natures_before(self.doc, self.at, self.name)
        after = natures_after(self.doc, self.at, ops) if before is not None else None
        if before is None or after is None:
            return ops
        fires = self._fires(before, after, arrival)
        if fires:
            ops = self._assembled(arrival, of_each, inner, fires)
            after = natures_after(self.doc, self.at, ops) or after
        if self.strict:
            for was, now in zip(before, after, strict=True):
                self._compare(was, now, arrival)
        return ops

    def _assembled(
        self, arrival: Arrival, of_each: list[list[Edge]], inner: list[Edge], fires: dict[str, Fires]
    ) -> list[Op]:
        doc, at, graph, name = self.doc, self.at, self.graph, self.name
        index = list(graph.nodes).index(name)
        ops = arrival.supplies()
        for op in arrival.node_ops(index):
            if isinstance(op, PutNode) and op.node is not None and op.name in fires:
                op = replace(op, node=replace(op.node, fires=fires[op.name]))
            ops.append(op)
        for number, constant in enumerate(self.wires.constants.values()):
            ops.append(PutNode(at, constant.name, constant, index + number))
        changed = [(n, made[0] if made else None) for n, made in enumerate(of_each) if made != [graph.edges[n]]]
        followers = edge_ops(doc, at, changed)
        ops += followers
        added = 0
        for number, made in enumerate(of_each):
            place = number + added - sum(1 for n, new in changed if new is None and n < number)
            ops += [InsertEdge(at, place + nth, edge) for nth, edge in enumerate(made) if nth]
            added += max(0, len(made) - 1)
        start = sum(map(len, of_each))
        ops += [InsertEdge(at, start + number, edge) for number, edge in enumerate(inner)]
        ops += [PutNode(at, name, None), Place(at, name, None)]
        wires = next(
            (op.value for op in followers if isinstance(op, Place) and op.key == WIRES), graph.layout.get(WIRES)
        )
        ops += arrival.place_ops(self._shift(arrival), wires if isinstance(wires, dict) else {})
        here = positions(doc, at).get(name, (0.0, 0.0))
        for number, constant in enumerate(self.wires.constants.values()):
            ops.append(Place(at, constant.name, entry((here[0] - 220.0, here[1] + 100.0 * number))))
        ops += follow(at, graph, {f"nodes.{name}": None, f"layout.{name}": None})
        ops += arrival.comment_ops()
        body = body_of_node(doc, at, name)
        if body is not None and body[-1] not in arrival.reused and users(doc, body) == [(at, name)]:
            ops += [PutGraph(body[:-1], body[-1], None), *self._without_graph(body)]
        return ops

    def _without_graph(self, body: At) -> list[Op]:
        return follow(body[:-1], self.doc.at(body[:-1]), {f"graphs.{body[-1]}": None})

    def _shift(self, arrival: Arrival) -> tuple[float, float]:
        here = positions(self.doc, self.at).get(self.name, (0.0, 0.0))
        places = [p for name in self.kept if (p := point_of(arrival.parcel.layout.get(name))) is not None]
        if not places:
            return here
        return here[0] - min(x for x, _ in places), here[1] - min(y for _, y in places)

    def _fires(self, before: list[Nature], after: list[Nature], arrival: Arrival) -> dict[str, Fires]:
        """Return which nodes must say when they fire, so that each fires when it did."""
        found: dict[str, Fires] = {}
        for was, now in zip(before, after, strict=True):
            for name in self.kept:
                new = arrival.names[name]
                if now.live[new] != self._was_live(was, name):
                    found[new] = "every_tick" if self._was_live(was, name) else "once"
        return found

    def _was_live(self, was: Nature, name: str) -> bool:
        """True if a node of the body was decided anew at every tick of this graph."""
        return was.live[self.name] and (was.inner[name] or not self.shared)

    def _compare(self, was: Nature, now: Nature, arrival: Arrival) -> None:
        """Raise GraphError for what the plan says would be otherwise than before."""
        for name in self.kept:
            if now.live[arrival.names[name]] != self._was_live(was, name):
                raise GraphError(f"`{name}` would fire at other ticks than in `{self.body.name}`.")
        for name, live in was.live.items():
            if name != self.name and now.live[name] != live and not only_shows(self.doc, self.graph.nodes[name]):
                raise GraphError(
                    f"`{name}` {'fires at every tick' if live else 'fires once'} behind `{self.name}`, and would not "
                    "behind the node that its value comes from.",
                    hint="Keep it as a subgraph.",
                )
        self._compare_races(was, now, arrival)
        for edge in self.graph.edges:
            if edge.source == self.name and edge.target != self.name:
                collects = self.graph.nodes[edge.target].params.get("collect") is True
                self._refuse_held(edge, False, was.live[self.name], now, collects)
        for edge in self.body.edges:
            if self.roles.get(edge.source) == "input" and self.roles.get(edge.target) != "output":
                self._refuse_held(edge, True, was.live[self.name] and was.inner[edge.source], now, False)
        for store, users_then in was.uses.items():
            if store in self.body.stores:
                continue
            inner = f"{self.name}/"
            expected = [arrival.names[one.removeprefix(inner)] if one.startswith(inner) else one for one in users_then]
            if expected != now.uses.get(arrival.stores.get(store, store), []):
                raise GraphError(
                    f"The store `{store}` would be used in another order than now.", hint="Keep it as a subgraph."
                )

    def _compare_races(self, was: Nature, now: Nature, arrival: Arrival) -> None:
        """Raise GraphError if others would contend in a race than before: one that loses may fail without harm."""
        inner = [frozenset(arrival.names.get(name, name) for name in race) for race in was.inner_races]
        if Counter([*was.races, *inner]) != Counter(now.races):
            raise GraphError(
                f"Others would race than behind and inside `{self.name}`, which gives nothing before all of it is "
                "decided.",
                hint="Keep it as a subgraph.",
            )

    def _refuse_held(self, edge: Edge, inside: bool, was_fresh: bool, now: Nature, collects: bool) -> None:
        """Raise GraphError if a value that came as a new one would be a held one, or the other way round, where that
        decides which of several is taken (rule 2.3)."""
        graph = self.body if inside else self.graph
        ends = edge.target, edge.target_port
        count = sum(1 for one in graph.edges if (one.target, one.target_port) == ends)
        spec = self.wires.field(*ends) if inside else self.doc.input(self.at, *ends)
        joined = count > 1 and edge.target_port != "when" and (spec is None or spec.join == "plain")
        if edge.feedback or not (joined or collects):
            return
        for source in self.wires.sources(edge, inside):
            fresh = not source.hold if source.feedback else now.live.get(source.source, False)
            if fresh != was_fresh:
                raise GraphError(
                    f"`{edge}` brings {'a new' if was_fresh else 'the held'} value at every tick, which `{source}` "
                    f"would not, and `{edge.target}.{edge.target_port}` tells them apart.",
                    hint="Keep it as a subgraph.",
                )
