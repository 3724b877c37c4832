"""`Session`: one recorded run that is open in the window: where it stands, how it is moved, what of it is lit.

Everything that moves through a run goes through a session: arrow keys, timeline, panels, playing. Knows no Qt; all in
the window's thread. Longer questions go to `Session.lookup`. Which executions its tabs show is kept by `Tabs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.editing import TOP, At, Document
from studio.graph.ports import node_ports
from studio.gui.live.watching.lookup import Lookup
from studio.gui.live.watching.places import DEEPEST, Places, Spot, way
from studio.gui.replay.lit import Lit, LitPart
from studio.gui.replay.shots import Shots
from studio.gui.replay.tabs import Items, Tabs
from studio.replay.as_run import graph_as_run
from studio.replay.cursor import Cursor
from studio.replay.turns import Turns
from studio.spec.registry import Registry
from studio.support.errors import StudioError, UsageError
from studio.support.plain import plain_line
from studio.support.signal import Signal
from studio.trace import Trace

if TYPE_CHECKING:
    from studio.graph.model import NodeInstance
    from studio.graph.ports import NodePorts
    from studio.graph.scope import Scope
    from studio.replay.states.state import NodeState, State
    from studio.trace.decided import Decided
    from studio.trace.found import Run

NAMED = 80
"""Signs of a graph's name that are told."""

SHORT = 10
"""Signs of a run's id that are enough to tell it in a title."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a run is recorded: a trace file and the run's id in it. `foreign` files are read from a checked copy."""

    db: Path
    run: str
    foreign: bool = False


class Session:
    """A run at a step.

    Signals: `moved()` when it stands at another step, or a tab shows another item; `grew()` when a run that goes on has
    more steps or another status; `lit_changed()` when other firings are lit; `troubled(error)` when the trace could not
    be read any more: the session stays where it stands.

    Raises UsageError for a run that is not there or has no step, EnvironmentProblem for a file that cannot be read.
    """

    def __init__(self, source: Source, registry: Registry) -> None:
        self.source = source
        self.trace = Trace(source.db, foreign=source.foreign)
        try:
            self.cursor = Cursor(self.trace, source.run, registry=registry)
            graph = graph_as_run(self.trace, self.run.id)
        except BaseException:
            self.trace.close()
            raise
        self.called = called(self.run, graph.name)
        """The name of its graph, on one line and cut: whoever made the graph may have written anything."""
        self.document = Document(graph, registry=registry, name=title_of(self.run, graph.name), locked=LOCKED)
        self.cursor.regions.ports = self._ports
        self._leave_types = self.document.types_changed.connect(self._take_types)
        self.places = Places(graph)
        self.moved: Signal[()] = Signal()
        self.grew: Signal[()] = Signal()
        self.lit_changed: Signal[()] = Signal()
        self.troubled: Signal[StudioError] = Signal()
        self.tabs = Tabs(self.document, self.places, self.cursor, self.troubled.emit)
        self.shots = Shots(self.trace, self.cursor.steps)
        self.lit: Lit | None = None
        self._lit_nodes: dict[At, set[str]] | None = None
        self.lookup = Lookup(self.trace.readable)
        self.turns = Turns()
        """What is looked up beside gives way to each step."""
        self.follows = True
        """Whether the window shows the graph that the step is in."""
        self.tails = False
        """Whether it goes along with the last step of a run that goes on."""
        self._file = _stamp(source.db)
        self._seen = self.run.status, self.last

    def close(self) -> None:
        """Close the trace; nothing is asked of the session after."""
        self.lookup.stop()
        self.trace.close()
        self._leave_types()  # the document may be kept for a while: it must not keep the session

    def _take_types(self) -> None:
        self.cursor.regions.use_registry(self.document.registry)

    # -- where it stands ----------------------------------------------------------------------

    @property
    def run(self) -> Run:
        """The run, as it was when it was last read."""
        return self.cursor.run

    @property
    def seq(self) -> int:
        """The current step."""
        return self.cursor.seq

    @property
    def here(self) -> Decided:
        """The firing that was decided at the current step."""
        return self.cursor.here

    @property
    def last(self) -> int:
        """The number of the last step so far."""
        return len(self.cursor)

    def spot(self, node: str) -> Spot | None:
        """Return where the graph has the node of a node path, items of maps left out; None if it is not known."""
        return self.tabs.spot(node)

    def around(self) -> list[int]:
        """Return the ids of the current firing and of the region nodes' firings around it, from the inside."""
        found = [self.here.id]
        parent = self.here.parent
        while parent and len(found) < DEEPEST:
            found.append(parent)
            firing = self.cursor.steps.firing(parent)
            parent = 0 if firing is None else firing.parent
        return found

    @property
    def loss(self) -> str:
        """What became of the trace file since it was opened: "" as it was, else `gone` or `replaced`. The run can be
        stepped through all the same: the file is still open."""
        now = _stamp(self.source.db)
        if self.source.foreign or now == self._file:
            return ""
        return "gone" if now is None else "replaced"

    @property
    def problem(self) -> str:
        """Why nothing is known of the wires of the run's graph, "" if it is: a node type is gone, for example."""
        self.cursor.regions.top()
        return self.cursor.regions.problem

    # -- moving -------------------------------------------------------------------------------

    def go(self, move: Callable[[Cursor], bool]) -> bool:
        """Move the cursor by one of its moves; return whether it moved."""
        before = self.seq
        try:
            moved = move(self.cursor)
            if moved:
                self.tabs.note_way()
        except StudioError as error:
            self.cursor.seq = before
            self.troubled.emit(error)
            return False
        if moved:
            self.turns.take()
            self.tails = self.tails and self.seq == self.last
            self.moved.emit()
        return moved

    def shift(self, by: int) -> bool:
        """Go that many steps on (back, if negative), or to the end; False at the end."""
        return self.go(lambda cursor: cursor.move(by))

    def seek(self, seq: int) -> bool:
        """Go to a step; numbers beyond the ends stop at the ends."""
        return self.go(lambda cursor: cursor.seek(seq))

    def seek_firing(self, id: int) -> bool:
        """Go to the step of a firing; False if it was never decided, or the run stands there."""
        return self.go(lambda cursor: cursor.seek_firing(id))

    def next_of(self, path: int, *, back: bool = False) -> bool:
        """Go to the next firing of a node path, given by its number (`Decided.path`)."""
        found = self.cursor.steps.next_of_path(path, self.seq, back=back)
        return found is not None and self.seek(found)

    def refresh(self) -> bool:
        """Read anew whether a run that goes on has grown, and go along if it is to; return whether it has.

        Raises EnvironmentProblem if the trace cannot be read.
        """
        self.cursor.refresh()
        now = self.run.status, self.last
        grown, self._seen = now != self._seen, now
        if self.run.status == "running" and self.seq == self.last:
            self.tabs.read_anew()  # firings may have started since
        if grown:
            self.grew.emit()
            if self.tails:
                self.seek(self.last)
        return grown

    def follow_end(self, on: bool) -> None:
        """Go along with the last step of a run that goes on, or stay."""
        self.tails = on
        if on:
            self.seek(self.last)

    # -- what its tabs show -------------------------------------------------------------------

    def state_at(self, at: At) -> State | None:
        """Return the state, at the current step, of the region that the tab of a graph shows.

        That is the region of the current step or one around it, if the graph is its; otherwise the last execution of
        the way to it that was shown or picked last. None if no execution had begun there.
        """
        return self.tabs.state(at)

    def node_at(self, spot: Spot) -> NodeState | None:
        """Return how a node of the graph stands at the current step, in the region that its tab shows."""
        state = self.state_at(spot.at)
        return None if state is None else state.nodes.get(spot.name)

    def items_in(self, at: At, most: int, *, key: str = "") -> Items | None:
        """Return the items of the map whose body a graph is, `most` of them at most, and where among them the shown one
        (or the one of this key) stands; None for other graphs, and where the map had no item yet."""
        return self.tabs.items_in(at, most, key)

    def item_at(self, at: At, place: int) -> str | None:
        """Return the key of the item that began at a place, from 0, of the map whose body a graph is."""
        return self.tabs.item_at(at, place)

    def pick(self, at: At, item: str) -> None:
        """Have the tab of a map's body show another item."""
        if self.tabs.pick(at, item):
            self.moved.emit()

    def _ports(self, scope: Scope, node: NodeInstance, registry: Registry) -> NodePorts:
        """The ports of a node, as the canvas asks for them too."""
        document = self.document
        is_top = scope.graph is document.graph and registry is document.registry
        return document.ports(TOP, node.name) if is_top else node_ports(scope, node, registry)

    # -- lighting -----------------------------------------------------------------------------

    def light(self, lit: Lit | None) -> None:
        """Light firings on canvas and timeline, in place of those before; None lights nothing."""
        self.lit = lit
        self._lit_nodes = None
        self.lit_changed.emit()

    def lit_part(self, at: At) -> LitPart | None:
        """Return what of a graph is lit, at any item; None while nothing is lit at all."""
        lit = self.lit
        if lit is None:
            return None
        if lit.parts is not None:
            return lit.parts.get(at, LitPart(frozenset(), ()))
        if self._lit_nodes is None:
            self._lit_nodes = self._nodes_of(lit)
        names = self._lit_nodes.get(at, set())
        edges = [edge for edge in self.document.at(at).edges if edge.source in names and edge.target in names]
        return LitPart(frozenset(names), tuple(edges))

    def _nodes_of(self, lit: Lit) -> dict[At, set[str]]:
        found: dict[At, set[str]] = {}
        for id in lit.firings:
            firing = self.cursor.steps.firing(id)
            for spot in [] if firing is None else way(self.places, firing.node, self.document.registry):
                found.setdefault(spot.at, set()).add(spot.name)
        return found


def called(run: Run, graph: str) -> str:
    """Return what a run's graph is called, on one line and cut; `graph` is what it calls itself."""
    return plain_line((run.graph or graph)[:NAMED])


def title_of(run: Run, graph: str) -> str:
    """Return what the tab of a run is called."""
    return f"{called(run, graph)} · {run.id[:SHORT]}"


def _stamp(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


LOCKED = UsageError(
    "This is the graph as it ran: it cannot be changed.",
    hint="Fork the run to change it from a step on, or open the graph as it is today.",
)
