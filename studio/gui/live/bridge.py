"""`Live`: the service through which the window runs graphs. The one place where the engine's thread meets Qt.

The engine appends to a deque; a timer takes from it in the window's thread, for a few milliseconds at a time, and tells
the canvas that is shown which nodes look different. No Qt object is touched from another thread.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from studio.editing import At, Document
from studio.gui.live.document_run import DocumentRun
from studio.gui.live.engine_thread import EngineThread
from studio.gui.live.inputs import values_of
from studio.gui.live.picker_bar import show_picker
from studio.gui.live.places import Spot, paths_of
from studio.gui.live.remembered import Remembered, short_texts
from studio.gui.workbench import Workbench
from studio.settings import data_folder
from studio.support.errors import StudioError, UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from concurrent.futures import Future

    from studio.control import Controller
    from studio.graph.model import Edge
    from studio.gui.canvas.state import NodeState
    from studio.gui.live.human import Question
    from studio.gui.live.lookup import Lookup
    from studio.gui.live.orders import Goal, Kind, Options
    from studio.gui.live.session import Outcome
    from studio.gui.live.showing import Pick
    from studio.gui.live.values import Shot

TICK_MS: Final = 33
"""How often what the engine told is taken, in milliseconds."""

BUSY_MS: Final = 5
"""Pause before the next look while more waits than one look may take."""

BUDGET_S: Final = 0.010
"""Longest time that one look takes records, in seconds; the rest waits for the next."""

SLICE: Final = 64
"""Records taken between two looks at the clock."""

MANY: Final = 60
"""Nodes changed at once from which on the canvas is told less often: painting them all takes its time."""

SPARED_S: Final = 0.1
CLOCK_S: Final = 0.5
"""How often times of nodes under way are shown anew, in seconds."""

REMEMBER_MS: Final = 1000
"""How long typing must have rested before what was typed is kept, in milliseconds."""

LEAVE_S: Final = 10.0
"""How long closing waits for a run to end."""


class Live(QObject):
    """Runs of the documents of one window; one at a time."""

    changed = Signal()
    """State, numbers or events of the shown document's run have changed (at most once per look)."""
    started = Signal(object)
    """(document) A run has begun."""
    ended = Signal(object, object)
    """(document, outcome) A run has ended and is recorded."""
    questions_changed = Signal()
    """Other questions wait for a person."""
    said = Signal(object, str, str, str)
    """(document, node path, tick, text) Text streams from a node."""
    options_changed = Signal(object)
    """(document) Inputs, options, breakpoints or picks of a document have changed otherwise than by a run."""
    inputs_missing = Signal(object, object)
    """(document, names) A run needs these inputs."""
    found = Signal(object, object)
    """(key, answer) Something that was looked up in the trace."""

    def __init__(self, workbench: Workbench, db: Path | None = None) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.db = db
        self.remembered = Remembered(data_folder() / "window" / "runs.json")
        self.engine = EngineThread()
        self.active: DocumentRun | None = None
        self._runs: dict[int, DocumentRun] = {}
        self._lookup: Lookup | None = None
        self._rest: deque[Any] = deque()
        self._dirty: set[Spot] = set()
        self._pushed = 0.0
        self._clock = 0.0
        self._noting = QTimer(self)
        self._noting.setSingleShot(True)
        self._noting.setInterval(REMEMBER_MS)
        self._noting.timeout.connect(self._remember_edited)
        self._edited: dict[int, DocumentRun] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._look)
        workbench.current_changed.connect(self._on_current)
        workbench.settled.connect(self._on_settled)
        workbench.closed.connect(self._on_closed)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.close)

    # -- looking ------------------------------------------------------------------------------

    def of(self, document: Document) -> DocumentRun:
        """Return what is kept of a document's runs."""
        known = self._runs.get(id(document))
        if known is None:
            known = DocumentRun(document, self.remembered.of(document.path))
            if document in self.workbench.documents:  # of one that is just closing, nothing is kept
                self._runs[id(document)] = known
        return known

    @property
    def current(self) -> DocumentRun | None:
        """The runs of the document that is shown."""
        document = self.workbench.document
        return None if document is None else self.of(document)

    @property
    def is_loading_model(self) -> bool:
        """True while the embedded model's process is being started."""
        module = sys.modules.get("studio.models.model_host")  # never loaded: no model was asked for
        return module is not None and bool(module.POOL.starting)

    @property
    def questions(self) -> list[Question]:
        """What the present run asks the person, the oldest first."""
        view = None if self.active is None else self.active.view
        return [] if view is None else list(view.questions.values())

    def state(self) -> str:
        """The present run's state: running, pausing, paused, stepping; "" while nothing runs."""
        if self.active is None or self.active.view is None:
            return ""
        name = self.active.view.state.name
        return "running" if name == "ended" else name  # its record is still being written

    def is_free(self, workbench: Workbench | None = None) -> bool:
        """True if a run of the shown document can begin."""
        return self.workbench.document is not None and self.active is None

    def trace_file(self) -> Path:
        """The file that runs are recorded in."""
        return self.db or self.workbench.settings.db_path()

    # -- running ------------------------------------------------------------------------------

    def run(
        self,
        document: Document,
        *,
        goal: Goal = "",
        target: str = "",
        inputs: Mapping[str, Json] | None = None,
    ) -> DocumentRun:
        """Run a document with the inputs that are typed for it, or with these. Raises UsageError if one is missing or
        cannot be read, or if another run goes on."""
        mine = self.of(document)
        if inputs is None:
            inputs, missing = values_of(document, mine.inputs)
            if missing:
                names = ", ".join(f"`{name}`" for name in missing)
                raise MissingInputs(
                    f"The graph needs a value for {names}.", hint="Fill it in the panel Run.", names=tuple(missing)
                )
        return self._begin(mine, "run", goal=goal, target=target, inputs=inputs)

    def rerun(self, document: Document, names: Iterable[str], *, only: str = "") -> DocumentRun:
        """Go on from the document's last run with these nodes (paths) fired again, or with one of them alone."""
        mine = self.of(document)
        if not mine.last_run:
            raise UsageError("The graph was not run yet.", hint="Run it first.")
        goal: Goal = "only" if only else ""
        return self._begin(mine, "fork", parent=mine.last_run, redo=frozenset(names), goal=goal, target=only)

    def resume(self, document: Document, limits: Mapping[str, float] | None = None) -> DocumentRun:
        """Go on with the document's last run where it stopped, with wider limits if need be."""
        mine = self.of(document)
        if not mine.last_run:
            raise UsageError("The graph was not run yet.", hint="Run it first.")
        return self._begin(mine, "resume", parent=mine.last_run, limits=limits)

    def continue_last(self, document: Document) -> DocumentRun:
        """Go on with the last run, with the limit doubled if one was reached."""
        from studio.gui.live.telling import limit_of

        mine = self.of(document)
        limit = limit_of(mine.outcome)
        limits = {} if mine.last is None else mine.last.limits()
        return self.resume(document, {limit: max(1.0, 2 * limits[limit])} if limit in limits else None)

    def can_resume(self, document: Document) -> bool:
        """True if the last run of this session stopped before its end."""
        outcome = self.of(document).outcome
        return self.active is None and outcome is not None and outcome.status in ("paused", "failed", "aborted")

    def _begin(
        self,
        mine: DocumentRun,
        kind: Kind,
        *,
        goal: Goal = "",
        target: str = "",
        inputs: Mapping[str, Json] | None = None,
        parent: str = "",
        redo: frozenset[str] = frozenset(),
        limits: Mapping[str, float] | None = None,
    ) -> DocumentRun:
        if self.active is not None:
            raise UsageError("A run is going on.", hint="Stop it first, or wait for its end.")
        from dataclasses import replace

        from studio.gui.live.feed import RunView
        from studio.gui.live.orders import Order, snapshot
        from studio.gui.live.session import LiveRun

        document = mine.document
        options = self.options(mine)
        if limits:
            options = replace(options, limits={**options.limits, **limits})
        graph = (
            mine.order.graph if kind == "resume" and mine.order is not None else snapshot(document.graph, document.path)
        )
        order = Order(
            graph,
            dict(inputs or {}),
            options,
            kind,
            parent,
            redo,
            goal,
            target,
            tuple(path for spot in sorted(mine.breakpoints) for path in self.paths(document, spot)),
            {path: values for path, values in mine.frozen.items() if values},
        )
        run = LiveRun(order, self.engine, self.trace_file(), document.registry)
        mine.begin(run, RunView(graph))
        self.active = mine
        self._rest.clear()
        self._dirty.clear()
        run.start()
        self._timer.start(TICK_MS)
        self.remember(mine)
        self._show_all()
        self.started.emit(document)
        self.changed.emit()
        self.workbench.actions_changed.emit()
        return mine

    def options(self, mine: DocumentRun) -> Options:
        """Return the options as typed. Raises UsageError for what cannot be read."""
        from studio.gui.live.orders import Options

        typed = mine.options
        limits = {
            name: _number(name, typed[name])
            for name in ("firings", "calls", "tokens", "cost_usd", "seconds")
            if typed[name].strip()
        }
        seed = typed["seed"].strip()
        if seed and not seed.lstrip("-").isdecimal():
            raise UsageError(f"The seed should be a whole number, not `{seed[:40]}`.")
        return Options(
            model=typed["model"].strip() or None,
            embedder=typed["embedder"].strip() or None,
            seed=int(seed) if seed else 0,
            limits=limits,
            cache=typed["cache"].strip() or None,
            answers=typed["answers"].strip() or None,
        )

    def remember(self, mine: DocumentRun) -> None:
        """Keep what is typed for a graph file for the next session."""
        self.remembered.note(
            mine.document.path,
            inputs=short_texts(mine.inputs),
            options={name: text for name, text in mine.options.texts.items() if text},
            run=mine.last_run,
        )

    def remember_soon(self, mine: DocumentRun) -> None:
        """Keep what is typed once the person has stopped typing."""
        self._edited[id(mine)] = mine
        self._noting.start()

    def _remember_edited(self) -> None:
        edited, self._edited = list(self._edited.values()), {}
        for mine in edited:
            self.remember(mine)

    # -- steering -----------------------------------------------------------------------------

    def pause(self) -> None:
        """Hold the run when what is under way is done."""
        self._order(lambda control: control.pause("you paused it"))

    def go_on(self) -> None:
        """Let a held run go on."""
        self._order(lambda control: control.resume())

    def step(self) -> None:
        """Let the next firing go."""
        self._order(lambda control: control.step())

    def step_over(self) -> None:
        """Let the next firing go with all that is inside it."""
        self._order(lambda control: control.over())

    def step_tick(self) -> None:
        """Go on to the end of the tick."""
        self._order(lambda control: control.tick())

    def go_to(self, path: str) -> None:
        """Go on until a node has fired."""
        self._order(lambda control: control.to(path))

    def abort(self) -> None:
        """Cancel the run; what it did stays recorded."""
        if self.active is not None and self.active.run is not None:
            self.active.run.abort()

    def leave(self) -> None:
        """End the run as paused, to be gone on with another day."""
        if self.active is not None and self.active.run is not None:
            self.active.run.leave()

    def toggle_breakpoint(self, document: Document, spot: Spot) -> None:
        """Have runs stop before a node fires, or not any more."""
        mine = self.of(document)
        adding = spot not in mine.breakpoints
        (mine.breakpoints.add if adding else mine.breakpoints.discard)(spot)
        if mine is self.active and mine.run is not None:
            for path in self.paths(document, spot):
                (mine.run.add_breakpoint if adding else mine.run.remove_breakpoint)(path)
        self._show([spot], mine)
        self.options_changed.emit(document)
        self.workbench.actions_changed.emit()

    def toggle_frozen(self, document: Document, spot: Spot) -> None:
        """Let what a node gave last stand in place of what it would give, in this run and the next, or not any more."""
        mine = self.of(document)
        view = mine.view
        for path in self.paths(document, spot):
            adding = path not in mine.frozen
            if adding:
                place = None if view is None else view.spots.get(mine.spot_in_run(spot))
                last = None if place is None else place.last()
                whole = last is not None and last.sizes is None and last.status_name == "ok"
                mine.frozen[path] = {port: last.value(port) for port in last.outputs} if last and whole else None
            else:
                del mine.frozen[path]
            if mine is self.active:
                self._order(partial(_freeze, path, adding))
        self._show([spot], mine)
        self.workbench.actions_changed.emit()

    def toggle_off(self, document: Document, spot: Spot) -> None:
        """Switch a node off for the rest of the run, or on again."""
        mine = self.of(document)
        if mine is not self.active:
            return
        for path in self.paths(document, spot):
            adding = path not in mine.off
            (mine.off.add if adding else mine.off.discard)(path)
            self._order(partial(_switch_off, path, adding))
        self._show([spot], mine)
        self.workbench.actions_changed.emit()

    def paths(self, document: Document, spot: Spot) -> list[str]:
        """Return the paths by which a run knows a node; of the picked item alone if one is picked."""
        mine = self.of(document)
        pick = mine.picks.get(spot.at)
        if pick is not None and pick.region:
            return [pick.region + spot.name]
        return paths_of(document.graph, spot.at, spot.name, document.registry)

    def _order(self, give: Callable[[Controller], Future[None]]) -> None:
        if self.active is None or self.active.run is None:
            return
        from studio.gui.live.session import note_refusal

        controller = self.active.run.controller
        note_refusal(controller, give(controller))

    # -- closing ------------------------------------------------------------------------------

    def close(self, *, leave: bool = False) -> None:
        """End what runs (or leave it paused) and the threads. What was done is recorded."""
        active, run = self.active, None if self.active is None else self.active.run
        if run is not None:
            (run.leave if leave else run.abort)()
            if not run.wait(LEAVE_S):
                run.abort()
            self._timer.stop()
            self._take(run.events, float("inf"))
        if active is not None and self.active is not None:
            self.active = None
        self.engine.stop()
        if self._lookup is not None:
            self._lookup.stop()
            self._lookup = None
        self._timer.stop()
        self._noting.stop()
        self._remember_edited()

    def _on_closed(self, document: object) -> None:
        mine = self._runs.pop(id(document), None)
        if mine is None:
            return
        mine.unhook()
        if mine is self.active:
            self.abort()

    # -- taking what the engine told --------------------------------------------------------------

    def _look(self) -> None:
        active = self.active
        if active is not None and active.run is not None:
            is_done = self._take(active.run.events, BUDGET_S)
            self._timer.setInterval(TICK_MS if is_done else BUSY_MS)
            self._tick_clocks(active)
            self._push(active)
            self.changed.emit()
        self._take_answers()
        if self.active is None and (self._lookup is None or not self._lookup.is_busy):
            self._timer.stop()

    def _take(self, events: deque[tuple[Any, ...]], budget: float) -> bool:
        """Take what was told; False if time is up before all is taken."""
        until = perf_counter() + budget
        active = self.active
        view = None if active is None else active.view
        assert active is not None
        assert view is not None
        asked = set(view.questions)
        is_done = False
        while True:
            if self._rest:
                view.take([self._rest.popleft() for _ in range(min(SLICE, len(self._rest)))])
            elif events:
                kind, *told = events.popleft()
                if kind == "records":
                    self._rest.extend(told[0])
                elif kind == "text":
                    view.say(*told)
                    self.said.emit(active.document, *told)
                elif kind == "control":
                    view.hear(told[0])
                    for note in view.notes:
                        self.workbench.say(note, "warning")
                    view.notes.clear()
                    self.workbench.actions_changed.emit()
                elif kind == "ask":
                    view.ask(*told)
                else:
                    self._end(active, told[0])
                    is_done = True
                    break
            else:
                is_done = True
                break
            if perf_counter() > until:
                break
        if set(view.questions) != asked:
            self.questions_changed.emit()
        return is_done

    def _end(self, active: DocumentRun, outcome: Outcome) -> None:
        view = active.view
        assert view is not None
        view.end()
        active.outcome = outcome
        active.last_run = view.run_id or active.last_run
        active.last, active.run, self.active = active.run, None, None
        if id(active.document) in self._runs:
            self.remember(active)
        self._dirty |= view.take_dirty()
        self._push(active, at_once=True)
        for problem in (outcome.problem, outcome.unrecorded):
            if problem is not None:
                self.workbench.fail(problem)
        self.workbench.actions_changed.emit()
        self.ended.emit(active.document, outcome)

    def _tick_clocks(self, active: DocumentRun) -> None:
        """Times of firings under way go on; a second look each half second is enough."""
        now = monotonic()
        if active.view is not None and now - self._clock >= CLOCK_S:
            self._clock = now
            self._dirty |= {one.track.spot for one in active.view.opened.values() if one.track.spot is not None}

    # -- the canvas ---------------------------------------------------------------------------

    def _push(self, mine: DocumentRun, *, at_once: bool = False) -> None:
        """Tell the canvas that is shown which nodes look different now."""
        if mine.view is None:
            return
        self._dirty |= mine.view.take_dirty()
        tab = self.workbench.current
        if tab is None or tab.document is not mine.document:
            self._dirty.clear()
            return
        if not self._dirty:
            return
        now = monotonic()
        if len(self._dirty) > MANY and not at_once and now - self._pushed < SPARED_S:
            return
        self._pushed = now
        dirty, self._dirty = self._dirty, set()
        self._show([mine.spot_now(spot) for spot in dirty if spot.at == tab.at], mine)

    def _show(self, spots: Iterable[Spot], mine: DocumentRun) -> None:
        tab, canvas = self.workbench.current, self.workbench.canvas
        if canvas is None or tab is None or tab.document is not mine.document:
            return
        nodes = mine.document.at(tab.at).nodes if mine.document.has(tab.at) else {}
        for spot in spots:
            if spot.at == tab.at and spot.name in nodes:
                canvas.set_state(spot.name, self.node_state(mine, spot))

    def _show_all(self) -> None:
        """Show all states anew: another tab, another run, another pick."""
        tab, canvas, mine = self.workbench.current, self.workbench.canvas, self.current
        if tab is None or canvas is None or mine is None:
            return
        canvas.clear_states()
        if mine.view is None and not mine.breakpoints and not mine.frozen:
            return
        idle = self._idle()
        for name in mine.document.at(tab.at).nodes:
            state = self.node_state(mine, Spot(tab.at, name))
            if state != idle:
                canvas.set_state(name, state)

    def node_state(self, mine: DocumentRun, spot: Spot) -> NodeState:
        """Return what the canvas shows of a node."""
        from studio.gui.canvas.state import NodeState
        from studio.gui.live.showing import IDLE, Pick, shown

        then = mine.spot_in_run(spot)
        pick = mine.picks.get(spot.at) or Pick()
        state = IDLE
        if mine.view is not None:
            looked_up = mine.found.get((pick.region or "", then.name, pick.tick or "")) if pick.tick else None
            state = shown(mine.view, then, pick, looked_up)
        text, status, badge = state.text, state.status, state.badge
        if status == "running" and not text and self.is_loading_model:
            text = "loading the model…"
        if spot in mine.stale and status:
            status, badge = "", "changed since"
        path = f"{pick.region or ''}{spot.name}"
        if path in mine.off:
            badge = "off"
        elif path in mine.frozen:
            badge = "frozen"
        if spot in mine.breakpoints:
            badge = f"● {badge}".rstrip()
        return NodeState(status, text, state.tick, state.cost, state.duration, None, badge)

    @staticmethod
    def _idle() -> NodeState:
        from studio.gui.canvas.state import NodeState

        return NodeState()

    def wire_value(self, document: Document, at: At, edge: Edge) -> str:
        """Return what lies on a wire, cut for a tool tip; "" before anything is known."""
        mine = self.of(document)
        if mine.view is None:
            return ""
        from dataclasses import replace

        from studio.gui.live.showing import Pick, wire_text

        then = mine.spot_in_run(Spot(at, edge.source))
        return wire_text(mine.view, replace(edge, source=then.name), at, mine.picks.get(at) or Pick())

    # -- picking ------------------------------------------------------------------------------

    def pick(self, document: Document, at: At, pick: Pick) -> None:
        """Choose which item and tick the tab of a graph shows. What is no longer kept is looked up."""
        mine = self.of(document)
        mine.picks[at] = pick
        if pick.tick is not None and mine.view is not None:
            self._look_up(mine, at, pick)
        self._show_all()
        self.changed.emit()

    def _look_up(self, mine: DocumentRun, at: At, pick: Pick) -> None:
        view = mine.view
        assert view is not None
        region = pick.region or ""
        wanted = [
            spot.name
            for spot, place in view.spots.items()
            if spot.at == at
            and place.last(pick.region, pick.tick) is None
            and (region, spot.name, pick.tick) not in mine.found
        ]
        if wanted and view.run_id and pick.tick is not None:
            from studio.gui.live.lookup import firings_at

            self.look_up(
                ("pick", id(mine.document), at, pick), firings_at(view.run_id, region, tuple(wanted), pick.tick)
            )

    def look_up(self, key: Any, question: Callable[[Any], Any]) -> None:
        """Have something looked up in the trace; `found` tells the answer."""
        if self._lookup is None:
            from studio.gui.live.lookup import Lookup

            self._lookup = Lookup(self.trace_file())
        self._lookup.ask(key, question)
        if not self._timer.isActive():
            self._timer.start(TICK_MS)

    def _take_answers(self) -> None:
        while self._lookup is not None and self._lookup.answers:
            key, answer = self._lookup.answers.popleft()
            if isinstance(key, tuple) and key and key[0] == "pick" and not isinstance(answer, StudioError):
                mine = self._runs.get(key[1])
                if mine is not None:
                    shots: list[Shot] = answer
                    for shot in shots:
                        mine.found[shot.region, shot.node, shot.tick] = shot
                    self._show_all()
            self.found.emit(key, answer)

    # -- the workbench ------------------------------------------------------------------------

    def _on_current(self) -> None:
        tab, canvas = self.workbench.current, self.workbench.canvas
        if tab is not None and canvas is not None:
            document = tab.document
            canvas.wire_value = lambda edge: self.wire_value(document, canvas.at, edge)
            show_picker(self, canvas)
        self._show_all()
        self.changed.emit()

    def _on_settled(self, document: object) -> None:
        mine = self._runs.get(id(document))
        if mine is None or mine.order is None:
            return
        before = mine.stale
        if mine.look_again():
            self._show(before ^ mine.stale, mine)


class MissingInputs(UsageError):
    """Inputs of a graph that are not filled in (`names`)."""

    def __init__(self, message: str, *, hint: str = "", names: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.names = names


def _freeze(path: str, adding: bool, control: Controller) -> Future[None]:
    return control.freeze(path) if adding else control.unfreeze(path)


def _switch_off(path: str, adding: bool, control: Controller) -> Future[None]:
    return control.knock_out(path) if adding else control.bring_back(path)


def _number(name: str, text: str) -> float:
    try:
        return float(text.replace("_", "").replace(",", "").lstrip("$ "))
    except ValueError:
        raise UsageError(f"The limit {name} should be a number, not `{text[:40]}`.") from None


def install(workbench: Workbench) -> None:
    """Put the service into the workbench."""
    workbench.parts["live"] = Live(workbench)
