"""What there is to know of one node at one step of a run, as plain data: what the page of a firing shows.

Only what an index gives at once is read here. Large values stay `Ref`s; what was asked of models is read apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from studio.graph.ports import MAP_SUPPLIES
from studio.replay.firsts import FirstValues
from studio.spec.fields import MISSING
from studio.support.errors import StudioError
from studio.support.values import Json
from studio.trace.found import producers_of

if TYPE_CHECKING:
    from studio.editing import At, Document
    from studio.replay.cursor import Cursor
    from studio.replay.states.state import NodeState
    from studio.replay.states.waiting import Wait
    from studio.replay.states.wires import Wire
    from studio.trace import Trace
    from studio.trace.decided import Decided
    from studio.trace.found import Effect

MADE, FIRST, DEFAULT, SHARE, UNKNOWN = "made", "first value", "default", "share", "unknown"
"""Where an input's value came from: another firing; written on the wire as its first value; the port's default, as
nothing arrived; one of the items that another firing gave; it cannot be told."""

ABSENT, OPEN = "absent", "open"
"""What lies on a wire of a node that took nothing in: nothing, for a reason; or its source is not decided yet."""


class Place(Protocol):
    """Where a node stands in a document: the graph, and its name there."""

    @property
    def at(self) -> At: ...
    @property
    def name(self) -> str: ...


class Stand(Protocol):
    """A run at a step, as a window has it open (`Session`)."""

    trace: Trace
    cursor: Cursor
    document: Document

    def spot(self, node: str) -> Place | None: ...


class Maker(NamedTuple):
    """The firing that gave a value. `step` is None if it was never decided."""

    firing: int
    step: int | None
    node: str
    tick: str
    port: str


class InputFact(NamedTuple):
    """One wire's word on one input. `value` is a `Ref` if it is large; `known` is false if it could not be found."""

    port: str
    origin: str
    value: Json
    maker: Maker | None = None
    known: bool = True
    reason: str = ""
    """Why nothing lies on the wire, if nothing does."""


class OutputFact(NamedTuple):
    """One output: its value (a `Ref` if it is large), or why it holds nothing (`present` false)."""

    port: str
    value: Json
    present: bool = True
    reason: str = ""


class Taken(NamedTuple):
    """Where a firing was taken over from: the run in which it was executed, and its id and step there."""

    run: str
    firing: int
    step: int | None


class Spending(NamedTuple):
    """What a firing's model calls used. `cost_usd` is None if a price is unknown; `finish` are the reasons why models
    ended, each once; `cached` counts the calls that were answered from what was known already."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    finish: tuple[str, ...] = ()
    cached: int = 0


@dataclass(frozen=True, slots=True)
class FiringFacts:
    """A node at a step. Of a node that has not been decided, `firing` and `step` are 0 and `waits` say what for.

    `state` is how the node stands at the step (see `NodeState`); all else is about its last firing up to it. Times are
    seconds since 1970 and milliseconds.
    """

    node: str
    name: str
    title: str
    type: str
    state: str
    here: bool
    """True if the current step is this firing."""
    firing: int = 0
    step: int = 0
    tick: str = ""
    status: str = ""
    reason: str = ""
    origin: str = ""
    attempt: int = 0
    item: str = ""
    """The key of the map's item that it belongs to."""
    started_at: float = 0.0
    duration_ms: float | None = None
    since: float | None = None
    """When the firing under way started, if one is."""
    inputs: tuple[InputFact, ...] = ()
    outputs: tuple[OutputFact, ...] = ()
    waits: tuple[Wait, ...] = ()
    taken: Taken | None = None
    has_body: bool = False
    """True of a region node: a graph ran inside it."""


class Reading:
    """Reads facts for one session; keeps what does not change with the step."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._steps = stand.cursor.steps
        self._firsts = FirstValues(stand.trace, stand.cursor.run.id)

    def of_state(self, state: NodeState) -> FiringFacts:
        """Return the facts of a node as it stands at the current step."""
        waits = state.waits
        firing = state.last
        if firing is None:
            spot = self._stand.spot(state.path.node)
            return FiringFacts(
                state.path.node, state.name, self._title(spot), state.path.type, state.state, False,
                waits=waits, since=state.since, has_body=self._has_body(state.path.type),
            )  # fmt: skip
        return self._of(firing, state.state, waits, state.since)

    def here(self) -> FiringFacts:
        """Return the facts of the firing that was decided at the current step."""
        firing = self._stand.cursor.here
        return self._of(firing, _STATES[firing.status], (), None)

    def _of(self, firing: Decided, state: str, waits: tuple[Wait, ...], since: float | None) -> FiringFacts:
        spot = self._stand.spot(firing.node)
        duration = None if firing.duration is None else firing.duration / 1e6
        return FiringFacts(
            node=firing.node,
            name=firing.node.rpartition("/")[2],
            title=self._title(spot),
            type=firing.type,
            state=state,
            here=firing.id == self._stand.cursor.here.id,
            firing=firing.id,
            step=firing.seq or 0,
            tick=firing.tick,
            status=firing.status,
            reason=firing.reason,
            origin=firing.origin if firing.status != "skipped" else "",
            attempt=firing.attempt,
            item=self._item(firing),
            started_at=firing.started_at / 1e9,
            duration_ms=duration,
            since=since,
            inputs=tuple(self._inputs(firing, spot)),
            outputs=tuple(self._outputs(firing, spot)),
            waits=waits,
            taken=self._taken(firing),
            has_body=self._has_body(firing.type),
        )

    @staticmethod
    def on_wires(facts: FiringFacts, wires: Sequence[Wire]) -> FiringFacts:
        """Return the facts with what lies on the wires into the node, for one that took nothing in: skipped, or not
        decided. `wires` are those into it at the step."""
        found = tuple(map(_lying, wires))
        return replace(facts, inputs=found)

    # -- parts --------------------------------------------------------------------------------

    def _title(self, spot: Place | None) -> str:
        return "" if spot is None else self._stand.document.node(spot.at, spot.name).title

    def _has_body(self, type_name: str) -> bool:
        cls = self._stand.document.registry.find(type_name)
        return cls is not None and cls.spec.role in ("subgraph", "map")

    def _item(self, firing: Decided) -> str:
        row = self._steps.path(firing.path)
        around = None if row is None or not row.parent else self._steps.path(row.parent)
        return "" if around is None else firing.node[len(around.node) + 1 :].rpartition("/")[0]

    def _inputs(self, firing: Decided, spot: Place | None) -> Iterator[InputFact]:
        given = firing.inputs
        share = firing.type == "flow.input" and self._is_share(firing)
        for port, wires in given.items():
            for producer, output in producers_of(wires):
                yield self._input(firing, port, producer, output, share)
        if firing.status == "skipped" or spot is None:
            return
        for port, field in self._stand.document.ports(spot.at, spot.name).inputs.items():
            if port not in given and field.default is not MISSING and firing.type != "flow.input":
                yield InputFact(port, DEFAULT, field.default)

    def _input(self, firing: Decided, port: str, producer: int, output: str, share: bool) -> InputFact:
        made = self._steps.firing(producer) if producer else None
        if made is None:
            first = self._firsts.find(firing.node, port) if not producer else None
            return InputFact(port, UNKNOWN if producer else FIRST, first and first.value, None, first is not None)
        maker = Maker(made.id, made.seq, made.node, made.tick, output)
        outputs = made.outputs
        if output in outputs:
            return InputFact(port, SHARE if share else MADE, outputs[output], maker)
        return InputFact(port, MADE, True if output == "done" else None, maker, output == "done")

    def _is_share(self, firing: Decided) -> bool:
        """True of the `flow.input`s of a map's body that get one of the items."""
        row = self._steps.path(firing.path)
        around = None if row is None or not row.parent else self._steps.path(row.parent)
        return around is not None and around.type == "flow.map" and firing.node.rpartition("/")[2] in MAP_SUPPLIES

    def _outputs(self, firing: Decided, spot: Place | None) -> Iterator[OutputFact]:
        outputs, absent = firing.outputs, firing.absent
        declared: Mapping[str, object] = {}
        if spot is not None:
            declared = self._stand.document.ports(spot.at, spot.name).outputs
        for port in dict.fromkeys((*declared, *outputs, *absent)):
            if port in outputs:
                yield OutputFact(port, outputs[port])
            elif firing.status == "ok":
                yield OutputFact(port, None, False, absent.get(port, "nothing was given on it"))
            elif firing.status == "error" and port in declared:
                yield OutputFact(port, None, False, absent.get(port, f"`{firing.node.rpartition('/')[2]}` failed"))

    def _taken(self, firing: Decided) -> Taken | None:
        if firing.origin != "replayed":
            return None
        trace, run = self._stand.trace, self._stand.cursor.run.id
        try:
            source = trace.source(trace.firing(run, firing.id))
        except StudioError:  # the run it continues had not come to this node, or is damaged
            return None
        return None if source is None else Taken(source.run, source.id, source.seq)


def facts_of(stand: Stand, state: NodeState | None) -> FiringFacts:
    """Return the facts of a node as it stands at a session's step; None: of the firing of the step."""
    reading = Reading(stand)
    return reading.here() if state is None else reading.of_state(state)


def _lying(wire: Wire) -> InputFact:
    port, lying, made = wire.edge.target_port, wire.lying, wire.lying.firing
    maker = None if made is None else Maker(made.id, made.seq, made.node, made.tick, lying.port)
    if lying.state == "present":
        return InputFact(port, FIRST if made is None else MADE, lying.value, maker)
    if maker is None and lying.state == OPEN:
        maker = Maker(0, None, wire.edge.source, "", wire.edge.source_port)
    return InputFact(port, lying.state, None, maker, False, lying.reason)


def spending_of(effects: list[Effect]) -> Spending:
    """Return what the model calls among a firing's effects used."""
    from studio.trace.log import CALLS, MODEL_KINDS

    calls = [effect for effect in effects if effect.kind in CALLS]
    paid = [effect for effect in effects if effect.kind in MODEL_KINDS and effect.status == "ok"]
    unknown = any(effect.cost_usd is None for effect in paid if effect.kind in CALLS)
    return Spending(
        len(calls),
        sum(effect.tokens_in or 0 for effect in paid),
        sum(effect.tokens_out or 0 for effect in paid),
        None if unknown else sum(effect.cost_usd or 0.0 for effect in paid),
        tuple(dict.fromkeys(effect.finish_reason for effect in calls if effect.finish_reason)),
        sum(effect.origin == "cached" for effect in calls),
    )


_STATES = {"ok": "fired", "error": "failed", "skipped": "skipped"}
