"""What flows over the wires of a graph: the share of what modules at one end brought in that those at the other took
up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiboken6 import isValid

from studio.gui.canvas.wire_item import WireKey
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.dynamics.measuring.measures import Measures
    from studio.editing import At, Document
    from studio.graph.model import Graph
    from studio.gui.canvas import Canvas
    from studio.gui.replay.dynamics import Front
    from studio.gui.replay.dynamics.looking import Looked


def shares_in(front: Front, at: At, measures: Measures) -> dict[WireKey, float]:
    """Return the share for each wire of one graph that leads from a module to another, also through helpers between
    them; where several meet (items of a map, modules in a subgraph), the largest."""
    graph = front.document.at(at)
    inside: dict[str, set[int]] = {}
    for number, module in enumerate(measures.modules):
        for name in front.names_in(at, [module.id]):
            inside.setdefault(name, set()).add(number)
    before = _nearest(graph, inside, forward=False)
    after = _nearest(graph, inside, forward=True)
    found: dict[WireKey, float] = {}
    for edge in graph.edges:
        shares = [
            share
            for source in before.get(edge.source, ())
            for target in after.get(edge.target, ())
            if source != target and (share := measures.flow[source][target]) is not None
        ]
        if shares:
            found[WireKey.of(edge)] = max(shares)
    return found


def _nearest(graph: Graph, inside: dict[str, set[int]], *, forward: bool) -> dict[str, set[int]]:
    """For each node the modules that are met first from it (itself, if it is one), along the wires or against them."""
    beyond: dict[str, list[str]] = {}
    for edge in graph.edges:
        here, there = (edge.source, edge.target) if forward else (edge.target, edge.source)
        beyond.setdefault(here, []).append(there)
    found: dict[str, set[int]] = {}
    for name in graph.nodes:
        met: set[int] = set()
        seen, waiting = {name}, [name]
        while waiting:
            one = waiting.pop()
            if one in inside:
                met |= inside[one]
                continue
            for other in beyond.get(one, ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        found[name] = met
    return found


class FlowOnWires:
    """Shows the shares on the canvas in front while it is switched on."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.on = False
        self._canvas: Canvas | None = None
        self._shown: tuple[object, object] | None = None
        workbench.closed.connect(lambda document: self._let_go(document))

    def show(self, front: Front | None, looked: Looked | None) -> None:
        """Show those of a run, if its graph is in front and they are wanted; none otherwise."""
        canvas = self.workbench.canvas
        measures = None if looked is None else looked.measures
        if not self.on or front is None or measures is None or canvas is None or canvas.document is not front.document:
            self.end()
            return
        shown = (canvas, looked)
        if shown != self._shown:
            self.end()
            self._canvas, self._shown = canvas, shown
            canvas.set_wire_shares(shares_in(front, canvas.at, measures))

    def _let_go(self, document: Document) -> None:
        """Keep no canvas of a document that is closed: nobody may look at the panel, and show others, for long."""
        if self._canvas is not None and self._canvas.document is document:
            self._canvas = self._shown = None

    def end(self) -> None:
        """Show none."""
        canvas, self._canvas, self._shown = self._canvas, None, None
        if canvas is not None and isValid(canvas):  # type: ignore[no-untyped-call]
            canvas.set_wire_shares({})
