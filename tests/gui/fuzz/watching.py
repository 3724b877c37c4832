"""`Watch`: what must be so of recorded runs after whatever was done. Nothing of them changes, and all shows the step.

What canvas, inspector and timeline show is compared with a cursor that is made anew, and with the session's states.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from weakref import WeakSet

from studio.gui.canvas import Canvas
from studio.gui.canvas.state import IDLE
from studio.gui.canvas.wire_item import WireKey
from studio.gui.frame.window import MainWindow
from studio.gui.live.watching.places import Spot
from studio.gui.replay.session import Session
from studio.gui.replay.showing import shown_node, value_on, wait_words
from studio.replay.cursor import Cursor
from studio.support.resources import resource_root
from studio.trace import Trace
from tests.gui.fuzz.machine import Machine

SELDOM = 10
"""Steps between two looks with a cursor of their own."""


class Watch:
    """Called after each step of a machine."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.replays: Any = window.workbench.part("replay")
        self.sessions: WeakSet[Session] = WeakSet()
        """All that were opened and are still there."""
        self._texts: dict[int, str] = {}
        self._files: dict[Path, str] = {path: _sum(path) for path in sorted(resource_root("graphs").iterdir())}
        self._calls = 0
        self.replays.opened.connect(self._on_opened)
        self.replays.closed.connect(self._on_closed)

    def leave(self) -> None:
        """Hear of nothing more."""
        self.replays.opened.disconnect(self._on_opened)
        self.replays.closed.disconnect(self._on_closed)

    def _on_opened(self, session: Session) -> None:
        self.sessions.add(session)
        self._texts[id(session)] = session.document.graph.to_text()

    def _on_closed(self, session: Session) -> None:
        self._texts.pop(id(session), None)

    def __call__(self, machine: Machine) -> None:
        """Raise AssertionError if something is not as it must be."""
        self._calls += 1
        for session in self.replays.sessions:
            self.check_session(session)
        session = self.replays.current
        canvas = self.window.workbench.canvas
        if session is not None and canvas is not None and not self.replays.player.session:
            self.settle(machine, session)
            if self.replays.current is session and self.window.workbench.canvas is canvas:
                self.check_shown(session, canvas)
        if self._calls % SELDOM == 0:
            self.check_files()

    def check_session(self, session: Session) -> None:
        """The graph is as it ran, and the step is one that there is."""
        text = session.document.graph.to_text()
        assert text == self._texts[id(session)], f"the graph of {session.document.title} was changed"
        assert session.document.locked is not None
        assert not session.document.history.undo_label
        assert 1 <= session.seq <= session.last, f"step {session.seq} of {session.last}"

    def check_files(self) -> None:
        """What ships with the studio is as it was."""
        assert {path: _sum(path) for path in sorted(resource_root("graphs").iterdir())} == self._files

    def check_closed(self) -> None:
        """Nobody holds a run that is closed."""
        left = [one.document.title for one in self.sessions]
        assert not left, f"closed and still there: {left}"

    def settle(self, machine: Machine, session: Session) -> None:
        """Wait until the canvases in sight have been told everything."""
        canvases = self.replays._canvases

        def told() -> bool:
            return all(one.is_done for one in canvases.in_sight(session))

        assert machine.wait_for(told, seconds=10.0), "the canvas is not told how things stand"

    def check_shown(self, session: Session, canvas: Canvas) -> None:
        """Canvas, inspector and timeline show the step."""
        if session.run.status == "running" or self._is_live(session):
            return
        canvas.states.show()
        self._check_canvas(session, canvas)
        if self._calls % SELDOM == 0:
            self._check_state(session, canvas)
        self._check_inspector(session, canvas)
        self._check_timeline(session)

    def _is_live(self, session: Session) -> bool:
        active = self.window.workbench.part("live").active
        return active is not None and active.document is session.document

    def _check_canvas(self, session: Session, canvas: Canvas) -> None:
        state = session.state_at(canvas.at)
        nodes = {} if state is None else state.nodes
        seqs = [one.last.seq for one in nodes.values() if one.last is not None and one.last.seq is not None]
        spent = session.cursor.steps.used_at(seqs) if seqs else {}
        for name, card in canvas.projection.cards.items():
            node = nodes.get(name)
            wanted = IDLE
            if node is not None and state is not None:
                mine = None if node.last is None or node.last.seq is None else spent.get(node.last.seq)
                wanted = shown_node(node, session.shots, mine, state.time, wait_words(node))
            assert card.state == wanted, f"{name} at step {session.seq}: {card.state}, not {wanted}"
        wires: dict[WireKey, Any] = {}
        for wire in [] if state is None else state.wires:
            wires.setdefault(WireKey.of(wire.edge), value_on(wire, session.shots))
        shown = dict(canvas.wire_values.values)
        assert shown == wires, f"wires at step {session.seq}: {_apart(shown, wires)}"

    def _check_state(self, session: Session, canvas: Canvas) -> None:
        """The session's state is what a cursor says that has gone nowhere else."""
        spot = session.spot(session.here.node)
        state = None if spot is None else session.state_at(spot.at)
        region = session.cursor.region()
        if state is None or state.region.span != region.span:
            return  # another item is picked
        with Trace(session.source.db, foreign=session.source.foreign) as trace:
            cursor = Cursor(trace, session.run.id, registry=session.document.registry)
            cursor.seek(session.seq)
            fresh = cursor.state()
            assert cursor.here == session.here
            assert {name: _told(one) for name, one in fresh.nodes.items()} == {
                name: _told(one) for name, one in state.nodes.items()
            }

    def _check_inspector(self, session: Session, canvas: Canvas) -> None:
        inspector = self.window.workbench.parts.get("inspector")
        if inspector is None or inspector.visibleRegion().isEmpty():
            return
        self.check_page(session, canvas, inspector)

    def check_page(self, session: Session, canvas: Canvas, inspector: Any) -> None:
        """The inspector shows the selected node, or the firing of the step."""
        inspector.refresh()
        facts = inspector.firing_page().shown()
        assert facts is not None, "the inspector shows nothing"
        names = self.window.workbench.selection
        if len(names) != 1:
            assert facts.firing == session.here.id, f"the inspector shows firing {facts.firing}, not {session.here.id}"
            return
        assert facts.name == names[0], f"the inspector shows {facts.name}, not {names[0]}"
        node = session.node_at(Spot(canvas.at, names[0]))
        if node is not None and node.now is None:
            firing = 0 if node.last is None else node.last.id
            assert facts.firing in (firing, 0), f"the inspector shows firing {facts.firing} of {names[0]}, not {firing}"

    def _check_timeline(self, session: Session) -> None:
        panel = self.window.panel("timeline")
        if panel.visibleRegion().isEmpty():
            return
        timeline = panel.timeline  # type: ignore[attr-defined]
        if timeline is None:
            return  # it is being read
        field = panel.transport.step  # type: ignore[attr-defined]
        if not (field.hasFocus() and field.isModified()):
            assert field.text() == str(session.seq), f"the timeline says step {field.text()}, not {session.seq}"
        if timeline.state.place >= 0:
            shown = int(timeline.state.overview.seq[timeline.state.place])
            assert shown == session.seq, f"the playhead is at step {shown}, not {session.seq}"


def _told(node: Any) -> tuple[Any, ...]:
    return (
        node.state, node.reason, node.origin, None if node.last is None else node.last.id,
        None if node.now is None else node.now.id,
    )  # fmt: skip


def _apart(a: dict[Any, Any], b: dict[Any, Any]) -> list[Any]:
    return [(key, a.get(key), b.get(key)) for key in {**a, **b} if a.get(key) != b.get(key)][:4]


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
