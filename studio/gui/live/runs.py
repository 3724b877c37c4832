"""`Runs`: what is kept of the runs of a window's documents, and how one begins. `bridge.Live` is made of it."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.live.canvas_states import CanvasStates
from studio.gui.live.document_run import DocumentRun, Mark, Stopped
from studio.gui.live.playing.engine_thread import EngineThread
from studio.gui.live.playing.inputs import values_of
from studio.gui.live.remembered import Remembered, short_texts
from studio.gui.live.watching.places import Places, Spot, paths_of
from studio.gui.workbench import Workbench
from studio.settings import data_folder
from studio.support.errors import UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.gui.live.playing.orders import Branch, Goal, Kind, Options, Order
    from studio.gui.live.watching.feed import RunView
    from studio.gui.live.watching.human import Question
    from studio.gui.live.watching.parts import FilePart

REMEMBER_MS: Final = 1000
"""How long typing must have rested before what was typed is kept, in milliseconds."""


STOPPED: Final = ("paused", "failed", "aborted", "interrupted")
"""How a run ends that can be gone on with."""


ALARM: Final = ":alarm"
"""The breakpoint at alarms, as the control of a run reads it."""


SEED_SIGNS: Final = 18
"""A seed is recorded as a whole number of 64 bits."""


class Runs(QObject):
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
        self.states = CanvasStates(workbench, self.of, self.seen)
        self.states.is_loading = lambda: self.is_loading_model
        self._runs: dict[int, DocumentRun] = {}
        self._began = 0
        self._edited: dict[int, DocumentRun] = {}
        self._noting = QTimer(self)
        self._noting.setSingleShot(True)
        self._noting.setInterval(REMEMBER_MS)
        self._noting.timeout.connect(self.remember_now)

    # -- looking ------------------------------------------------------------------------------

    def of(self, document: Document) -> DocumentRun:
        """Return what is kept of a document's runs."""
        known = self._runs.get(id(document))
        if known is None:
            known = DocumentRun(document, self.remembered.of(document.path))
            if document in self.workbench.documents:  # of one that is just closing, nothing is kept
                self._runs[id(document)] = known
        return known

    def seen(self, document: Document) -> RunView | FilePart | None:
        """Return what is shown of runs in a document: its own last run, or a later one of another graph that has it
        as a body."""
        own = self.of(document)
        if document.path is None:
            return own.view
        from studio.gui.live.watching.parts import file_key

        key = file_key(document.path)
        found: tuple[int, RunView | FilePart | None] = (own.began if own.view is not None else 0, own.view)
        for other in self._runs.values():
            part = None if other.view is None or other is own else other.view.parts.get(key)
            if part is not None and other.began > found[0]:
                found = other.began, part
        return found[1]

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
        document = self.workbench.document
        return document is not None and document.locked is None and self.active is None

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
        cannot be read, if another run goes on, or if the document shows a recorded run: that is forked."""
        if document.locked is not None:
            raise document.locked
        self.workbench.commit()
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

    def fork(
        self,
        document: Document,
        parent: str,
        branch: Branch,
        *,
        model: str = "",
        limits: Mapping[str, float] | None = None,
    ) -> DocumentRun:
        """Run on from a step of a recorded run, of which the document shows the graph as it ran, with something
        changed. `model` answers for all roles if it is given. What the person typed for runs of the graph does not
        count. Raises UsageError if another run goes on."""
        from studio.gui.live.playing.orders import Options

        options = Options(model=model.strip() or None, limits=dict(limits or {}))
        return self._begin(self.of(document), "fork", parent=parent, branch=branch, options=options)

    def hand_over(self, mine: DocumentRun, document: Document) -> None:
        """A run is shown by another document from now on: a fork has one of its own as soon as it is recorded."""
        if self._runs.get(id(mine.document)) is mine:
            del self._runs[id(mine.document)]
        known = self._runs.pop(id(document), None)
        if known is not None:
            known.unhook()
        mine.move_to(document)
        self._runs[id(document)] = mine
        self.options_changed.emit(document)
        self.changed.emit()
        self.workbench.actions_changed.emit()

    def continue_last(self, document: Document) -> DocumentRun:
        """Go on with the last run, with the limit doubled if one was reached."""
        mine = self.of(document)
        limit, bound = mine.stopped.limit, mine.stopped.bound
        return self.resume(document, {limit: max(1.0, 2 * bound)} if limit and bound is not None else None)

    def resume_run(self, document: Document, run: str, db: Path) -> None:
        """Go on with a recorded run that stopped before its end, whoever made it, in a document of its graph: with the
        graph as it ran, and with the limit doubled if one was reached.

        Raises UsageError if another run goes on or the run is not in the trace file `db`.
        """
        if self.active is not None:
            raise UsageError("A run is going on.", hint="Stop it first, or wait for its end.")
        mine = self.of(document)
        if mine.last_run != run:
            from studio.gui.live.playing.orders import Order
            from studio.trace import Trace

            with Trace(db) as trace:
                found = trace.run(run)
                graph = Graph.from_text(trace.graph_text(run))
            limit = found.ended.removeprefix("limit:") if found.ended.startswith("limit:") else ""
            limits = found.options.get("limits")
            bound = limits.get(limit) if isinstance(limits, dict) else None
            mine.forget()
            mine.last_run, mine.order = found.id, Order(graph, kind="resume", parent=found.id)
            mine.stopped = Stopped.read({"status": found.status, "limit": limit, "bound": bound})
        self.continue_last(document)

    def can_resume(self, document: Document) -> bool:
        """True if the last run, also one of an earlier session, stopped before its end."""
        if document.locked is not None:
            return False  # a recorded run is gone on with from the list of runs
        mine = self.of(document)
        return self.active is None and bool(mine.last_run) and mine.stopped.status in STOPPED

    def show_node(self, mine: DocumentRun, path: str) -> bool:
        """Show a node of a run by its path, in its own file; False if it is not known where it stands."""
        track = None if mine.view is None else mine.view.by_path.get(path)
        if track is not None and track.spot is not None:
            spot = mine.spot_now(track.spot)
            self.workbench.show(mine.document, spot.at, [spot.name])
            return True
        if track is None or track.there is None:
            return False
        part, spot = track.there
        document = self.workbench.open(part.path)
        if document is not None:
            self.workbench.show(document, spot.at, [spot.name])
        return True

    def forget(self, document: Document) -> None:
        """Show nothing of the document's last run any more; it stays recorded."""
        mine = self.of(document)
        if not mine.is_running:
            mine.forget()
            self.states.show_all(anew=True)
            self.options_changed.emit(document)
            self.workbench.actions_changed.emit()

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
        branch: Branch | None = None,
        options: Options | None = None,
    ) -> DocumentRun:
        if self.active is not None:
            raise UsageError("A run is going on.", hint="Stop it first, or wait for its end.")
        from studio.gui.live.playing.orders import Order, snapshot
        from studio.gui.live.playing.session import LiveRun
        from studio.gui.live.watching.feed import RunView

        self.workbench.commit()
        document = mine.document
        options = options or self.options(mine)
        if limits:
            options = replace(options, limits={**options.limits, **limits})
        old = mine.order if kind == "resume" else None  # it goes on with the graph as it was, and its names
        graph = snapshot(document.graph, document.path) if old is None else old.graph
        again = partial(
            self._begin, mine, kind, goal=goal, target=target, inputs=inputs, parent=parent, redo=redo, limits=limits,
            options=options,
        )  # fmt: skip
        trust = self.workbench.parts.get("trust")
        approve = () if trust is None else trust.hashes_for(document, graph, None if branch is not None else again)
        order = Order(
            graph,
            dict(inputs or {}),
            options,
            kind,
            parent,
            redo,
            goal,
            target,
            self._breakpoints(mine, old),
            self._frozen(mine, old),
            branch,
            tuple(approve),
        )
        run = LiveRun(order, self.engine, self.trace_file(), document.registry)
        self._began += 1
        mine.begin(run, RunView(graph), self._began, same_names=old is not None)
        self.active = mine
        run.start()
        self._wake()
        self.remember(mine)
        self.states.show_all(anew=True)
        self.started.emit(document)
        self.changed.emit()
        self.workbench.actions_changed.emit()
        return mine

    def options(self, mine: DocumentRun) -> Options:
        """Return the options as typed. Raises UsageError for what cannot be read."""
        from studio.gui.live.playing.orders import Options

        typed = mine.options
        limits = {
            name: _number(name, typed[name])
            for name in ("firings", "calls", "tokens", "cost_usd", "seconds")
            if typed[name].strip()
        }
        seed = typed["seed"].strip()
        if seed and not (seed.removeprefix("-").isdecimal() and len(seed) <= SEED_SIGNS):
            raise UsageError(f"The seed should be a whole number of at most {SEED_SIGNS} signs, not `{seed[:40]}`.")
        return Options(
            model=typed["model"].strip() or None,
            embedder=typed["embedder"].strip() or None,
            seed=int(seed) if seed else 0,
            limits=limits,
            cache=typed["cache"].strip() or None,
            answers=typed["answers"].strip() or None,
            clock=typed["clock"].strip() or None,
        )

    def remember(self, mine: DocumentRun) -> None:
        """Keep what is typed for a graph file for the next session."""
        self.remembered.note(
            mine.document.path,
            inputs=short_texts(mine.inputs),
            options=short_texts({name: text for name, text in mine.options.texts.items() if text}),
            run=mine.last_run,
            stopped=mine.stopped._asdict(),
            holds_at_alarm=mine.holds_at_alarm,
        )

    def remember_soon(self, mine: DocumentRun) -> None:
        """Keep what is typed once the person has stopped typing."""
        self._edited[id(mine)] = mine
        self._noting.start()

    def remember_now(self) -> None:
        """Keep what was typed and not kept yet."""
        edited, self._edited = list(self._edited.values()), {}
        for mine in edited:
            self.remember(mine)

    def _paths_then(self, mine: DocumentRun, order: Order | None, mark: Mark) -> list[str]:
        """Return the paths by which a run of this order knows a marked node (None: one of the graph as it is now);
        none if there is no such node."""
        graph, spot = mine.document.graph, mark.spot
        if order is not None:
            graph, spot = order.graph, mine.spot_in_run(spot)
        here = Places(graph).graph_at(spot.at)
        if here is None or spot.name not in here.nodes:
            return []
        if mark.region:
            return [mark.region + spot.name]
        return paths_of(graph, spot.at, spot.name, mine.document.registry)

    def _breakpoints(self, mine: DocumentRun, order: Order | None) -> tuple[str, ...]:
        nodes = (path for spot in sorted(mine.breakpoints) for path in self._paths_then(mine, order, Mark(spot)))
        return (*nodes, *([ALARM] if mine.holds_at_alarm else []))

    def _frozen(self, mine: DocumentRun, order: Order | None) -> dict[str, dict[str, Json]]:
        """Return what stands in place of outputs in a run that begins, by path; what cannot is told."""
        found: dict[str, dict[str, Json]] = {}
        for mark in list(mine.frozen):
            paths = self._paths_then(mine, order, mark)
            if not paths:
                continue
            given = mine.frozen[mark]
            if given is None:  # it was frozen before it had given anything
                given = mine.frozen[mark] = self.given_last(mine, mark)
            if given is None:
                self.workbench.say(
                    f"`{mark.spot.name}` is not frozen in this run: what it gave last is not known, or too long.",
                    "warning",
                )
            elif given:
                found |= dict.fromkeys(paths, given)
        return found

    def given_last(self, mine: DocumentRun, mark: Mark) -> dict[str, Json] | None:
        """Return what a node gave last in the run that is shown, None if that is not known, or not whole."""
        place = None if mine.view is None else mine.view.spots.get(mine.spot_in_run(mark.spot))
        last = None if place is None else place.last(mark.region or None)
        if last is None or last.sizes is not None or last.status_name != "ok":
            return None
        return {port: last.value(port) for port in last.outputs}

    def mark(self, document: Document, spot: Spot) -> Mark:
        """Return a node as it would be marked now: of the picked item alone if one is picked."""
        pick = self.of(document).picks.get(spot.at)
        return Mark(spot, "" if pick is None or not spot.at else pick.region or "")

    def marked_paths(self, document: Document, mark: Mark) -> list[str]:
        """Return the paths by which the run that goes on, or else the next, knows a marked node."""
        mine = self.of(document)
        return self._paths_then(mine, mine.order if mine.is_running else None, mark)

    def paths(self, document: Document, spot: Spot) -> list[str]:
        """Return the paths by which a run knows a node; of the picked item alone if one is picked."""
        return self.marked_paths(document, self.mark(document, spot))

    def all_paths(self, document: Document, spot: Spot) -> list[str]:
        """Return the paths by which a run knows a node, in every item of maps around it."""
        return self.marked_paths(document, Mark(spot))

    def _wake(self) -> None:
        """Something waits: look soon. `bridge.Live` has the clock."""
        raise NotImplementedError


class MissingInputs(UsageError):
    """Inputs of a graph that are not filled in (`names`)."""

    def __init__(self, message: str, *, hint: str = "", names: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.names = names


def _number(name: str, text: str) -> float:
    try:
        limit = float(text.replace("_", "").replace(",", "").lstrip("$ "))
    except ValueError:
        limit = math.nan
    if not 0 <= limit < math.inf:
        raise UsageError(f"The limit {name} should be a number from 0 on, not `{text[:40]}`.")
    return limit
