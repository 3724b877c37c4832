"""What is marked on the canvas beside the selection: what is under the mouse, offered to a wire, found, or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt

from studio.graph.model import Edge
from studio.gui.canvas.compared import Compared
from studio.gui.canvas.node_item import Offer, PortId
from studio.gui.canvas.notes import Notes
from studio.gui.canvas.projection import Projection
from studio.gui.canvas.targets import Target
from studio.gui.canvas.viewer import Viewer
from studio.gui.canvas.wire_item import WireKey

_SHAPES = {
    "port": Qt.CursorShape.CrossCursor, "handle": Qt.CursorShape.SizeAllCursor,
    "corner": Qt.CursorShape.SizeFDiagCursor, "wire": Qt.CursorShape.PointingHandCursor,
}  # fmt: skip


class Marks:
    """The marks of one canvas. Items are looked up anew each time, as they come and go."""

    def __init__(self, view: Viewer, projection: Projection, notes: Notes) -> None:
        self._view = view
        self._projection = projection
        self._notes = notes
        self._under: Target | None = None
        self._hot: PortId | None = None
        self._problems: Mapping[str, tuple[str, str]] = {}
        self._nodes: frozenset[str] = frozenset()
        self._wires: frozenset[WireKey] = frozenset()
        self._exact = False
        self._current = ""
        self._compared: Mapping[str, Compared] = {}

    # -- the mouse ------------------------------------------------------------------------------

    def hover(self, target: Target | None) -> None:
        """Mark what is under the mouse, and show by the cursor what a press would begin."""
        self._mark(self._under, False)
        self._under = target
        self._mark(target, True)
        if self._view.space_held:
            return
        shape = _SHAPES.get(target.kind) if target is not None else None
        if shape is None:
            self._view.viewport().unsetCursor()
        else:
            self._view.viewport().setCursor(shape)

    def forget_mouse(self) -> None:
        """What was under the mouse may be gone."""
        self._mark(self._under, False)
        self._under = self._view.target = None

    def _mark(self, target: Target | None, on: bool) -> None:
        if target is None:
            return
        card = self._projection.cards.get(target.node)
        if card is not None:
            card.set_flag("hovered", on)
        if target.kind == "port":
            self.hot(target.port if on else None)
        wire = self._projection.wires.get(target.wire) if target.wire is not None else None
        if wire is not None:
            wire.set_flag("hovered", on)
            wire.set_flag("hot_handle", target.number if on and target.kind == "handle" else -1)
        owner = target.owner or target.kind
        if owner in ("frame", "comment"):
            note = (self._notes.frames if owner == "frame" else self._notes.comments).get(target.number)
            if note is not None:
                note.set_flag("hovered", on)

    # -- wires being drawn ----------------------------------------------------------------------

    def offer(self, offer: Offer | None) -> None:
        """Light up the ports where a wire may end."""
        for card in self._projection.cards.values():
            card.offer = offer
            card.update()

    def hot(self, port: PortId | None) -> None:
        """Mark a port as the one that is meant."""
        if port == self._hot:
            return
        for one, mark in ((self._hot, None), (port, (port.side, port.name) if port else None)):
            if one is not None and one.node in self._projection.cards:
                self._projection.cards[one.node].set_flag("hot", mark)
        self._hot = port

    # -- found and wrong ------------------------------------------------------------------------

    def highlight(self, nodes: Iterable[str], edges: Iterable[Edge], *, exact: bool = False) -> None:
        """Mark nodes and wires and fade all others: see `Canvas.set_highlight`."""
        before = self._nodes, self._wires, self._exact
        self._nodes, self._wires, self._exact = frozenset(nodes), frozenset(map(WireKey.of, edges)), exact
        if before != (self._nodes, self._wires, self._exact):
            self._apply()

    @property
    def highlighted(self) -> tuple[frozenset[str], frozenset[WireKey]]:
        """What is marked as found."""
        return self._nodes, self._wires

    def current(self, name: str) -> None:
        """Mark the node that a run stands at, and no other; "" marks none."""
        if name != self._current:
            before, self._current = self._current, name
            for one in (before, name):
                if one in self._projection.cards:
                    self._projection.cards[one].set_flag("current", one == name)

    @property
    def current_name(self) -> str:
        """The node that a run stands at, "" for none."""
        return self._current

    def compared(self, marks: Mapping[str, Compared]) -> None:
        """Mark nodes that are not the same elsewhere, and no others."""
        self._compared = dict(marks)
        self._apply_compared()

    def _apply_compared(self) -> None:
        for name, card in self._projection.cards.items():
            card.set_flag("compared", self._compared.get(name))

    def problems(self, problems: Mapping[str, tuple[str, str]]) -> None:
        """Set a sign on nodes with problems."""
        before, self._problems = self._problems, dict(problems)
        if before != self._problems:
            self._apply()

    def follow(self) -> None:
        """Cards and wires have come or gone."""
        if self._current in self._projection.cards:
            self._projection.cards[self._current].set_flag("current", True)
        if self._compared:
            self._apply_compared()
        if self._problems or self._nodes or self._wires or self._exact:
            self._apply()

    def _apply(self) -> None:
        nodes, wires = self._nodes, self._wires
        dim = bool(nodes or wires or self._exact)
        for name, card in self._projection.cards.items():
            card.set_flag("problem", self._problems.get(name))
            card.set_flag("marked", name in nodes)
            card.set_flag("dimmed", dim and name not in nodes)
        for key, wire in self._projection.wires.items():
            wire.set_flag("marked", key in wires)
            between = not self._exact and key.source in nodes and key.target in nodes
            wire.set_flag("dimmed", dim and key not in wires and not between)
