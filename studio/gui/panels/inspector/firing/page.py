"""`FiringPage`: what the inspector shows in a document of a recorded run. Follows the session from step to step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.editing import At
from studio.graph.model import Edge
from studio.gui.live.watching.places import Spot
from studio.gui.panels.inspector.firing.asked_part import AskedPart
from studio.gui.panels.inspector.firing.calls_section import CallsBody
from studio.gui.panels.inspector.firing.changes_section import ChangesBody
from studio.gui.panels.inspector.firing.copying import Copying
from studio.gui.panels.inspector.firing.desk import Desk
from studio.gui.panels.inspector.firing.head import Head
from studio.gui.panels.inspector.firing.pool import set_shown
from studio.gui.panels.inspector.firing.raw_section import RawBody
from studio.gui.panels.inspector.firing.scrolling import ScrollKept
from studio.gui.panels.inspector.firing.values_section import InputsBody, OutputsBody, StoresBody, WireBody
from studio.gui.panels.inspector.folds import Folds
from studio.gui.theme.theme import themes
from studio.gui.widgets.labels import Note
from studio.gui.widgets.section import Section
from studio.gui.workbench import Workbench
from studio.replay.firing.asking import Asking
from studio.replay.firing.facts import FiringFacts, Reading, spending_of
from studio.replay.firing.whole import Ways
from studio.replay.states.state import NOT_YET, SKIPPED, WAITING
from studio.replay.states.waiting import Wait
from studio.support.errors import StudioError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.gui.replay.session import Session


class FiringPage(QWidget):
    """A node of a run at the step that is shown."""

    def __init__(self, workbench: Workbench, folds: Folds) -> None:
        super().__init__()
        self.workbench = workbench
        self.setObjectName("firing")
        self.desk = Desk(workbench, self)
        self.copying = Copying(self.desk)
        self._folds = folds
        self._facts: FiringFacts | None = None
        self._asked = AskedPart(self.desk)
        self._went: tuple[int, Any] = (0, None)
        self._reading: Reading | None = None
        self._ways: Ways | None = None
        self._spot: Spot | None = None
        self._edge: tuple[At, Edge] | None = None
        self._scroll = ScrollKept(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = Head(self.desk)
        self.head.step_asked.connect(self.step)
        self.head.copy_asked.connect(lambda place: self.copying.menu(place))
        self.head.wait_asked.connect(lambda wait: self._go_to_wait(wait))
        self.head.taken_asked.connect(self._open_taken)
        self.head.inside_asked.connect(self.go_inside)
        self.wire = self._section("Wire", lambda: WireBody(self.desk), True)
        column.addWidget(self.wire)
        self.wire.hide()
        column.addWidget(self.head)
        self.problem = Note("", "bad", self)
        self.problem.setContentsMargins(10, 0, 8, 8)
        column.addWidget(self.problem)
        self.inputs = self._section("Inputs", lambda: InputsBody(self.desk), True)
        self.calls = self._section("Asked", lambda: CallsBody(self.desk), True)
        self.outputs = self._section("Outputs", lambda: OutputsBody(self.desk), True)
        self.stores = self._section("Stores", lambda: StoresBody(self.desk), True)
        self.changes = self._section("Differences", lambda: ChangesBody(self.desk, self._own_file), False)
        self.raw = self._section("Raw JSON", lambda: RawBody(self.desk), False)
        for section in (self.inputs, self.calls, self.outputs, self.stores, self.changes, self.raw):
            column.addWidget(section)
        column.addStretch(1)
        themes().changed.connect(self._on_theme)
        replays = self.desk.replays
        if replays is not None:
            replays.closed.connect(self._on_closed)

    def _section(self, title: str, make: Callable[[], QWidget], is_open: bool) -> Section:
        made = self._folds.section(f"firing.{title}", title, make, is_open=is_open)
        made.toggled.connect(lambda *_: self.fill())
        return made

    # -- what is shown ------------------------------------------------------------------------

    def shown(self) -> FiringFacts | None:
        """Return what the page shows, as plain data; None before it shows anything."""
        return self._facts

    def asking(self) -> Asking | None:
        """Return what the page shows of what the firing asked; None while that is being read."""
        return self._asked.asking

    def turn_to(self, session: Session, at: At, names: Sequence[str], edge: Edge | None = None) -> None:
        """Be about a session, and in it about a selected node, or (none or several) about the current step's firing.

        With `edge`, what lies on that wire is shown above.
        """
        self._edge = None if edge is None else (at, edge)
        if self.desk.session is not session:
            self._forget()
            self.desk.session = session
            self._reading = Reading(session)
            self._ways = Ways(session.run.id, session.document.registry, session.turns)
        self._spot = Spot(at, names[0]) if len(names) == 1 else None

    def commit(self) -> None:
        """Nothing is typed here that a document waits for."""

    def refresh(self) -> None:
        """Show how things stand at the session's step."""
        session, reading = self.desk.session, self._reading
        if session is None or reading is None:
            return
        try:
            facts = self._read(session, reading)
        except StudioError as error:
            self.problem.set_text(str(error))
            return
        self._show_wire(session)
        if facts == self._facts:
            self.problem.set_text(self._asked.why)
            return
        self.problem.set_text("")
        self._scroll.watch()
        self._facts = facts
        self.copying.facts = facts
        self.head.show_facts(facts)
        self._asked.read(session, facts, self._on_asked)
        self.fill()
        if facts.state == SKIPPED:
            self._ask_why(facts)
        self._scroll.keep()

    def _read(self, session: Session, reading: Reading) -> FiringFacts:
        spot = self._spot
        if spot is None:
            facts = reading.here()
            spot = session.spot(facts.node)
            return facts if facts.status != "skipped" or spot is None else self._wired(session, facts, spot)
        state = session.node_at(spot)
        if state is not None:
            facts = reading.of_state(state)
            return self._wired(session, facts, spot) if facts.state in _TAKING_NOTHING else facts
        node = session.document.node(spot.at, spot.name)
        return FiringFacts(spot.name, spot.name, node.title, node.type, "not yet", False)

    @staticmethod
    def _wired(session: Session, facts: FiringFacts, spot: Spot) -> FiringFacts:
        """Facts of a node that took nothing in: what lies on its wires instead."""
        state = session.state_at(spot.at)
        return facts if state is None else Reading.on_wires(facts, state.wires_into(facts.name))

    def _show_wire(self, session: Session) -> None:
        set_shown(self.wire, self._edge is not None)
        if self._edge is None:
            return
        at, edge = self._edge
        self.wire.header.set_summary(f"{edge.source}.{edge.source_port} {'~>' if edge.feedback else '->'} "
                                     f"{edge.target}.{edge.target_port}")  # fmt: skip
        if not self.wire.is_open or not isinstance(self.wire.body, WireBody):
            return
        state = session.state_at(at)
        found = None if state is None else state.wire_of(edge)
        self.wire.body.show_wire(found, "" if state is None else f"{state.region.prefix}{edge.target}")

    # -- filling ------------------------------------------------------------------------------

    def fill(self) -> None:
        """Fill the sections that are unfolded, and say on the others what they hold."""
        facts, session = self._facts, self.desk.session
        if facts is None or session is None:
            return
        self._show_wire(session)
        there = bool(facts.firing)
        for section in (self.changes, self.raw):
            set_shown(section, there)
        set_shown(self.inputs, bool(facts.inputs))
        set_shown(self.outputs, there and bool(facts.outputs))
        self.inputs.header.set_summary("" if self.inputs.is_open else _names([one.port for one in facts.inputs]))
        self.outputs.header.set_summary("" if self.outputs.is_open else _names([one.port for one in facts.outputs]))
        if self.inputs.is_open and isinstance(self.inputs.body, InputsBody):
            self.inputs.body.show_facts(facts)
        if there and self.outputs.is_open and isinstance(self.outputs.body, OutputsBody):
            self.outputs.body.show_facts(facts)
            self._ask_went(facts)
        self._show_asked()
        if there and self.changes.is_open and isinstance(self.changes.body, ChangesBody):
            self.changes.body.show_facts(facts)
        if there and self.raw.is_open and isinstance(self.raw.body, RawBody):
            self.raw.body.show_facts(facts)

    def _ask_went(self, facts: FiringFacts) -> None:
        body, ways = self.outputs.body, self._ways
        assert isinstance(body, OutputsBody)
        known = self._went[1] if self._went[0] == facts.firing else None
        body.show_consumers(known)
        if known is not None or ways is None or facts.status == "skipped" or not facts.step:
            return
        id = facts.firing

        def arrived(answer: Any) -> None:
            found = answer if isinstance(answer, StudioError) else answer[1]
            self._went = id, found
            if self._facts is not None and self._facts.firing == id and self.outputs.is_open:
                body.show_consumers(found)
                self._scroll.keep()

        self.desk.look_up_later("went", ways.question(id), arrived)

    def _ask_why(self, facts: FiringFacts) -> None:
        id, ways = facts.firing, self._ways
        if ways is None:
            return

        def arrived(answer: Any) -> None:
            if self._facts is not None and self._facts.firing == id and not isinstance(answer, StudioError):
                self.head.show_reasons(answer)

        self.desk.look_up_later("why", lambda trace: ways.why(trace, id), arrived)

    # -- what it asked --------------------------------------------------------------------------

    def _on_asked(self) -> None:
        self._show_asked()
        self._scroll.keep()

    def _show_asked(self) -> None:
        told, asking, facts = self._asked.asked, self._asked.asking, self._facts
        if self._asked.why:
            self.problem.set_text(self._asked.why)
        reading = told is None
        self.copying.asking = asking
        self.head.show_spending(None if told is None else spending_of(told.effects))
        effects = [] if told is None else told.effects
        set_shown(self.calls, bool(effects) or reading or (told is not None and told.lost))
        set_shown(self.stores, told is not None and bool(told.stored))
        title = "Model calls" if any(one.kind in ("chat", "complete") for one in effects) else "Asked"
        if self.calls.header.text() != title:
            self.calls.header.setText(title)
            self.calls.header.setAccessibleName(title)
        summary = "reading…" if reading else _counted(effects)
        if told is not None and told.lost:
            summary = "in a run that is not in this file"
        self.calls.header.set_summary(summary)
        body = self.calls.body if self.calls.is_open else None
        if isinstance(body, CallsBody) and (reading or (told is not None and told.lost)):
            body.show_told("Reading…" if reading else _LOST)
        if told is None or asking is None or facts is None:
            return
        if isinstance(body, CallsBody) and not told.lost:
            body.show_asking(asking, self._known_inputs(facts))
        self.stores.header.set_summary(f"{len(told.stored)}")
        if told.stored and self.stores.is_open and isinstance(self.stores.body, StoresBody):
            self.stores.body.show_ops(told.stored)

    def _known_inputs(self, facts: FiringFacts) -> Mapping[str, Json]:
        """The inputs' values that are at hand, to be found in the prompts."""
        found = {}
        for one in facts.inputs:
            value, is_whole = self.desk.value(one.value)
            if is_whole and one.known and one.port != "when":
                found[one.port] = value
        return found

    # -- going elsewhere ----------------------------------------------------------------------

    def step(self, back: bool) -> None:
        """Go to the firing of this node before the one that is shown, or to the next one."""
        session, facts = self.desk.session, self._facts
        if session is None or facts is None or not facts.firing:
            return
        shown = session.cursor.steps.firing(facts.firing)
        found = None if shown is None else session.cursor.steps.next_of_path(shown.path, facts.step, back=back)
        if found is None:
            self.workbench.say(
                f"`{facts.name}` was not decided {'before' if back else 'again after'} step {facts.step}."
            )
        else:
            session.seek(found)

    def go_inside(self) -> None:
        """Go to the first step inside the region node that is shown."""
        session, facts = self.desk.session, self._facts
        if session is None or facts is None:
            return
        shown = session.cursor.steps.firing(facts.firing)
        inside = None if shown is None else session.cursor.steps.first_inside(shown)
        if inside is None or not session.seek_firing(inside.id):
            self.workbench.say(f"Nothing was decided inside `{facts.name}`.")

    def _go_to_wait(self, wait: Wait) -> None:
        session, canvas, spot = self.desk.session, self.workbench.canvas, self._spot
        if session is None or canvas is None or spot is None:
            return
        if wait.kind == "body":
            body = session.places.body(spot.at, spot.name)
            if body is not None:
                self.workbench.show(session.document, body)
        elif wait.node:
            self.workbench.show(session.document, spot.at, [wait.node])

    def _open_taken(self) -> None:
        facts, session, replays = self._facts, self.desk.session, self.desk.replays
        if facts is None or facts.taken is None or session is None or replays is None:
            return
        from studio.gui.replay.session import Source

        source = session.source
        replays.open(Source(source.db, facts.taken.run, source.foreign), firing=facts.taken.firing)

    def reveal(self, name: str) -> None:
        """Unfold a section (`inputs`, `calls`, `outputs`, `stores`, `changes`, `raw`), bring it into view, focus it."""
        section: Section = getattr(self, name)
        if section.isHidden():
            return
        section.set_open(True)
        self.fill()
        section.header.setFocus()
        self._scroll.go_to(section)

    # -- within -------------------------------------------------------------------------------

    def _own_file(self) -> Path | None:
        live = self.workbench.parts.get("live")
        return None if live is None else Path(live.trace_file())

    def _on_theme(self) -> None:
        """What is marked in texts takes the colours of another theme."""
        if self._facts is not None:
            self.fill()

    def _forget(self) -> None:
        self.desk.forget()
        self._facts = None
        self._asked.forget()
        self._went = (0, None)
        self._reading = self._ways = self._spot = None
        self.copying.facts = self.copying.asking = None

    def _on_closed(self, session: object) -> None:
        if session is self.desk.session:
            self._forget()


_LOST = "It was executed in a run that this one goes on from, and that is not in this file: what it asked stands there."

_TAKING_NOTHING = (SKIPPED, WAITING, NOT_YET)


def _names(ports: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(ports))


def _counted(effects: Sequence[Any]) -> str:
    failed = sum(one.status == "error" for one in effects)
    asked_for = sum(one.kind != "log" for one in effects)
    return f"{asked_for}" + (f" · {failed} failed" if failed else "")
