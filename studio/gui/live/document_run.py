"""What the window keeps of a document's runs: the present or last one, what was picked, marks, and what has changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.editing.document import Document
from studio.editing.document.ops import At, Op, PutNode, RenameGraph, RenameNode
from studio.graph.model import Edge, Graph, NodeInstance
from studio.gui.live.watching.places import Spot
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.gui.live.playing.orders import Order
    from studio.gui.live.playing.session import LiveRun, Outcome
    from studio.gui.live.watching.feed import RunView
    from studio.gui.live.watching.showing import Pick
    from studio.gui.live.watching.values import Shot


class OptionTexts:
    """The options of a run as they are typed; empty means: as set."""

    NAMES = (
        "model", "embedder", "seed", "cache", "answers", "clock", "firings", "calls", "tokens", "cost_usd", "seconds",
    )  # fmt: skip

    def __init__(self, texts: dict[str, Any] | None = None) -> None:
        known = texts if isinstance(texts, dict) else {}
        self.texts: dict[str, str] = {name: str(known.get(name, "")) for name in self.NAMES}

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    def __setitem__(self, name: str, text: str) -> None:
        self.texts[name] = text


class Stopped(NamedTuple):
    """How the last recorded run ended: its status, and the limit that paused it with how wide it was."""

    status: str = ""
    limit: str = ""
    bound: float | None = None

    @classmethod
    def read(cls, kept: Any) -> Stopped:
        """Return what was kept in the file of an earlier session."""
        if not isinstance(kept, dict):
            return cls()
        bound = kept.get("bound")
        if not isinstance(bound, int | float) or isinstance(bound, bool):
            bound = None
        return cls(_text(kept.get("status")), _text(kept.get("limit")), bound)


class Mark(NamedTuple):
    """A node that is frozen or off: in every item of maps around it, or in one (`region`, its prefix)."""

    spot: Spot
    region: str = ""


class DocumentRun:
    """The runs of one document. `view` and `order` stay after the end, until the next run begins."""

    def __init__(self, document: Document, remembered: dict[str, Any]) -> None:
        self.document = document
        self.run: LiveRun | None = None
        self.last: LiveRun | None = None
        """The run that ended last, for its numbers."""
        self.view: RunView | None = None
        self.order: Order | None = None
        self.outcome: Outcome | None = None
        self.last_run: str = _text(remembered.get("run"))
        """The id of the last recorded run, also of an earlier session."""
        self.began = 0
        """Which run of the window the one is that is shown: later ones have higher numbers."""
        self.known_as = ""
        """The id of the run that goes on, once it has one."""
        self.stopped = Stopped.read(remembered.get("stopped"))
        self.options = OptionTexts(remembered.get("options"))
        self.inputs: dict[str, str] = _texts(remembered.get("inputs"))
        """What is typed for inputs, by name."""
        self.picks: dict[At, Pick] = {}
        self.found: dict[tuple[str, str, str], Shot] = {}
        """Firings that were picked and had to be looked up: region, node, tick."""
        self.breakpoints: set[Spot] = set()
        self.holds_at_alarm = remembered.get("holds_at_alarm") is True
        """Whether runs are held when an alarm is raised."""
        self.frozen: dict[Mark, dict[str, Json] | None] = {}
        """Nodes whose outputs are frozen, with the values if they are known."""
        self.off: set[Mark] = set()
        """Nodes that are knocked out in the present run."""
        self.stale: frozenset[Spot] = frozenset()
        """Nodes that are no longer as they were run."""
        self._names: dict[Spot, Spot] = {}
        """Nodes that are called otherwise, or stand elsewhere, than when they were run: now → then."""
        self._nows: dict[Spot, Spot] = {}
        """The same the other way round."""
        self.touched: set[Spot] = set()
        """Nodes that were edited since `take_touched`: their cards may be new ones."""
        self.unhook: Callable[[], None] = document.changed.connect(self._follow)

    def move_to(self, document: Document) -> None:
        """Be about another document from now on."""
        self.unhook()
        self.document = document
        self.unhook = document.changed.connect(self._follow)

    @property
    def is_running(self) -> bool:
        """True until the run's end was told."""
        return self.run is not None

    def begin(self, run: LiveRun, view: RunView, number: int = 0, *, same_names: bool = False) -> None:
        """A run starts: what was known of the one before goes. With `same_names` it knows nodes as that one did."""
        self.began = number
        self.run, self.view, self.order = run, view, run.order
        self.outcome = None
        self.known_as = ""
        self.found.clear()
        self.picks.clear()
        self.off.clear()
        if not same_names:
            self._names.clear()
            self._nows.clear()
        self.stale = frozenset()

    def know(self, run_id: str) -> None:
        """The run that goes on is recorded under this id; until its end is told it counts as interrupted."""
        self.known_as = self.last_run = run_id
        self.stopped = Stopped("interrupted")

    def finish(self, outcome: Outcome, run_id: str, limit: str) -> None:
        """The run has ended; `limit` is the one that paused it, if any."""
        self.outcome = outcome
        self.last, self.run = self.run, None
        if run_id:
            bounds = {} if self.last is None else self.last.limits()
            self.last_run = run_id
            self.stopped = Stopped(outcome.status, limit, bounds.get(limit))

    def forget(self) -> None:
        """Keep nothing of the last run but that it was."""
        self.view = self.order = self.outcome = self.last = None
        self.found.clear()
        self.picks.clear()
        self._names.clear()
        self._nows.clear()
        self.stale = frozenset()

    def spot_in_run(self, spot: Spot) -> Spot:
        """Return the place that a node of the document had when it was run: it may have been renamed since. One that
        has taken the name of such a node was nowhere."""
        known = self._names.get(spot)
        if known is not None:
            return known
        return Spot(spot.at, "") if spot in self._nows else spot

    def spot_now(self, spot: Spot) -> Spot:
        """Return where a node of the run is now."""
        return self._nows.get(spot, spot)

    def marked(self, marks: Collection[Mark], spot: Spot, region: str | None = None) -> list[Mark]:
        """Return the marks of a node that count in the item of this prefix, or (None) in any."""
        if not marks:
            return []
        return [mark for mark in marks if mark.spot == spot and (not mark.region or region in (None, mark.region))]

    def look_again(self) -> set[Spot]:
        """Find out which nodes are no longer as they were run; return those that are to be shown anew: they are now and
        were not before, or the other way round, or were edited."""
        stale = frozenset() if self.order is None else frozenset(self._changed(self.order.graph))
        anew = set(stale ^ self.stale) | self.touched
        self.stale, self.touched = stale, set()
        return anew

    def _changed(self, then_top: Graph) -> set[Spot]:
        found: set[Spot] = set()
        for at, now in self.document.walk():
            then: Graph | None = then_top
            for name in at:
                then = None if then is None else then.graphs.get(name)
            if then is None:
                continue
            named = {spot.name: was.name for spot, was in self._names.items() if spot.at == at}
            for name, node in now.nodes.items():
                before = then.nodes.get(named.get(name, name))
                if before is not None and before is not node and _meaning(before) != _meaning(node):
                    found.add(Spot(at, name))
            if now.edges != then.edges:
                other = {_wire(edge, {}) for edge in then.edges} ^ {_wire(edge, named) for edge in now.edges}
                targets = {wire[2] for wire in other}
                found |= {Spot(at, name) for name in now.nodes if named.get(name, name) in targets}
        return {spot for spot in found if spot.name in self.document.at(spot.at).nodes}

    def _follow(self, op: Op, inverse: Op) -> None:
        if isinstance(op, PutNode):
            self.touched.add(Spot(op.at, op.name))
        elif isinstance(op, RenameNode):
            self._move({Spot(op.at, op.old): Spot(op.at, op.new)})
        elif isinstance(op, RenameGraph):
            now, deep = (*op.at, op.new), len(op.at)
            self._move(
                {
                    Spot((*op.at, op.old, *at[deep + 1 :]), name): Spot(at, name)
                    for at, graph in self.document.walk()
                    if at[: deep + 1] == now
                    for name in graph.nodes
                }
            )

    def _move(self, moved: dict[Spot, Spot]) -> None:
        """Nodes are called otherwise, or stand elsewhere: old → new."""
        self.touched |= set(moved.values())
        then = {new: self._names.pop(old, old) for old, new in moved.items()}
        self._names |= {new: was for new, was in then.items() if was != new}
        self._nows = {was: now for now, was in self._names.items()}
        self.breakpoints = {moved.get(spot, spot) for spot in self.breakpoints}
        self.off = {mark._replace(spot=moved.get(mark.spot, mark.spot)) for mark in self.off}
        self.frozen = {
            mark._replace(spot=moved.get(mark.spot, mark.spot)): given for mark, given in self.frozen.items()
        }


def _meaning(node: NodeInstance) -> tuple[Any, ...]:
    """What a node gives depends on; its name and title do not count."""
    return (
        node.type, node.params, node.fires, node.on_error, node.default, node.retries, node.timeout_s, node.knockout,
    )  # fmt: skip


def _wire(edge: Edge, named: dict[str, str]) -> tuple[str, ...]:
    """A wire as a value, by the names that its ends had then."""
    source, target = named.get(edge.source, edge.source), named.get(edge.target, edge.target)
    first = repr((edge.has_initial, edge.initial, edge.initial_from, edge.hold)) if edge.feedback else ""
    return source, edge.source_port, target, edge.target_port, repr(edge.feedback), first


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): text for name, text in value.items() if isinstance(text, str)}
