"""Asks copies of one node anew, one after the other, on the engine's thread; who waits sees how far it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.base.guard import report
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError, UsageError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from studio.graph.model import Graph
    from studio.gui.live.bridge import Live
    from studio.gui.replay.dynamics import Front
    from studio.trace import Trace

LOOK_MS: Final = 100
"""How often is looked how far it is, in milliseconds."""


class Copies(QObject):
    """One test at a time. `grew()`: one more copy has answered; `ended(answers)`: all have, or (a StudioError) one
    could not, or (None) it was given up."""

    grew = Signal()
    ended = Signal(object)

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workbench = workbench
        self.live: Live = workbench.part("live")
        self.total = 0
        self.answers: list[str] = []
        self._seen = 0
        self._future: Future[None] | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        workbench.parts["copies"] = self  # the window tells its end to its parts

    @property
    def is_busy(self) -> bool:
        """True while copies are asked."""
        return self._future is not None

    def ask(self, front: Front, graph: Graph, total: int) -> None:
        """Ask copies of a node that stands alone in a graph. Raises UsageError while a run goes on, and if the graph
        waits for the person's approval: then it is asked as soon as that is given."""
        if self.live.active is not None or self.is_busy:
            raise UsageError("A run is going on.", hint="Stop it first, or wait for its end.")
        trust = self.workbench.parts.get("trust")
        again = partial(self.ask, front, graph, total)
        approve = () if trust is None else trust.hashes_for(front.document, graph, again)
        self.total, self.answers, self._seen = total, [], 0
        model, seed, db = self._model(front), 0, self.live.trace_file()
        answers = self.answers
        self._future = self.live.engine.submit(lambda: _asked(graph, total, model, seed, db, tuple(approve), answers))
        self._timer.start()
        self.grew.emit()

    def give_up(self) -> None:
        """Ask no more; what was asked stays recorded."""
        if self._future is not None:
            self._future.cancel()

    def shutdown(self) -> None:
        """The window closes."""
        self._timer.stop()
        self.give_up()

    def _model(self, front: Front) -> str | None:
        """The model that the run was made with, if it was one for all."""
        if front.mine is not None:
            return front.mine.options["model"].strip() or None
        told = None if front.session is None else front.session.run.options.get("model")
        return told if isinstance(told, str) and told else None

    def _look(self) -> None:
        if len(self.answers) != self._seen:
            self._seen = len(self.answers)
            self.grew.emit()
        future = self._future
        if future is None or not future.done():
            return
        self._timer.stop()
        self._future = None
        try:
            future.result()
        except CancelledError:
            self.ended.emit(None)
        except StudioError as error:
            self.ended.emit(error)
        except Exception as fault:  # noqa: BLE001 - a fault of ours: told, and the panel goes on
            report("copies of a node", fault)
            self.ended.emit(StudioError("Something went wrong with a copy."))
        else:
            self.ended.emit(list(self.answers))


async def _asked(
    graph: Graph, total: int, model: str | None, seed: int, db: Path, approve: Collection[str], answers: list[str]
) -> None:
    from studio.cases.lamps import answer_of
    from studio.engine.run import arun

    for number in range(total):
        result = await arun(graph, model=model, seed=seed + number, db=db, on_alarm="off", approve=approve)
        answers.append(answer_of(result))


def graph_of(run: str, node: str) -> Callable[[Trace], Graph]:
    """Return the question for the graph of one node of a run alone, given what it was given at its first firing."""

    def question(trace: Trace) -> Graph:
        from studio.cases.lamps import copy_of

        return copy_of(trace, run, node)

    return question
