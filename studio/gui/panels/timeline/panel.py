"""The timeline panel: all of a run that is stepped through, drawn to go through it. One timeline for each open run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.timeline.empty import EmptyPage
from studio.gui.panels.timeline.transport import Transport
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.panels.timeline.timeline import Timeline
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session
    from studio.replay.overview.reading import Part

READING: Final = "timeline"
"""The key under which the trace is asked for parts of the run."""


class TimelinePanel(QWidget):
    """Shows the timeline of the run whose graph is in front."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("timeline")
        self.workbench = workbench
        self.replays: Replays = workbench.part("replay")
        workbench.parts["timeline"] = self
        self.timelines: dict[Session, Timeline] = {}
        self._reading: set[Session] = set()
        self._refused: dict[Session, str] = {}
        self._fresh: set[Session] = set(self.replays.sessions)
        """Runs that were not in front yet."""
        self.transport = Transport(workbench, self)
        self.transport.asked.connect(self._go_to)
        self.empty = EmptyPage(workbench)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport)
        column.addWidget(self.stack, 1)
        self.replays.opened.connect(self._on_opened)
        self.replays.closed.connect(self._on_closed)
        self.replays.moved.connect(self._on_moved)
        self.replays.grew.connect(self._on_grew)
        self.replays.lit.connect(self._on_lit)
        self.replays.found.connect(self._on_found)
        workbench.current_changed.connect(self.refresh)
        workbench.actions_changed.connect(self._on_actions)
        self.refresh()

    @property
    def timeline(self) -> Timeline | None:
        """The timeline that is shown, if one is."""
        session = self.replays.current
        return None if session is None else self.timelines.get(session)

    def placed(self) -> None:
        """It stands in the window: a run that is in front already brings it along."""
        self.refresh()

    # -- what is shown ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the run whose graph is in front, or how to get to one."""
        session, timeline = self.replays.current, self.timeline
        if session in self._fresh:
            self._fresh.discard(session)
            self._come_to_front()
        self.transport.show_timeline(timeline)
        if timeline is not None:
            self.stack.setCurrentWidget(timeline)
            self.setFocusProxy(timeline)
            timeline.place()
            return
        self.setFocusProxy(None)  # type: ignore[arg-type]
        if session is None:
            self.empty.refresh()
        elif session in self._refused:
            self.empty.say_refused(self._refused[session])
        else:
            self.empty.say_reading(session.run.id)
            self._read(session)
        self.stack.setCurrentWidget(self.empty)

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _on_actions(self) -> None:
        if self.isVisible():
            if self.stack.currentWidget() is self.empty and self.replays.current is None:
                self.empty.refresh()
            self.transport.refresh()

    def _on_opened(self, session: Session) -> None:
        self._fresh.add(session)

    def _come_to_front(self) -> None:
        """A run that is opened brings its timeline along, unless the panel is closed or the person works in another one
        of the same place."""
        dock = self.parentWidget()
        if not isinstance(dock, QDockWidget) or dock.isHidden():
            return
        focus = QApplication.focusWidget()
        window = dock.parentWidget()
        beside = window.tabifiedDockWidgets(dock) if isinstance(window, QMainWindow) else []
        if focus is None or not any(other.isAncestorOf(focus) for other in beside):
            dock.raise_()

    def _on_closed(self, session: Session) -> None:
        self._reading.discard(session)
        self._fresh.discard(session)
        self._refused.pop(session, None)
        timeline = self.timelines.pop(session, None)
        if timeline is not None:
            if self.transport.timeline is timeline:
                self.transport.show_timeline(None)
                self.setFocusProxy(None)  # type: ignore[arg-type]
            self.stack.removeWidget(timeline)
            timeline.setParent(None)  # or whoever goes through the window's widgets meanwhile keeps it for ever
            timeline.leave()
            timeline.deleteLater()

    # -- reading ------------------------------------------------------------------------------

    def _read(self, session: Session) -> None:
        if session in self._reading:
            return
        self._reading.add(session)
        timeline = self.timelines.get(session)
        after = timeline.state.overview.last if timeline is not None else 0
        paths = timeline.state.overview.tracks.last_path if timeline is not None else 0
        since = round(session.run.started_at * 1e9)
        self.replays.look_up(session, READING, partial(_read_part, session.run.id, since, after, paths))

    def _on_found(self, session: Session, key: Any, answer: Part | StudioError) -> None:
        if key != READING or session not in self._reading:
            return
        self._reading.discard(session)
        if isinstance(answer, StudioError):
            self._refused[session] = str(answer)
            if session in self.timelines:
                self.workbench.fail(answer)
            self.refresh()
            return
        self._refused.pop(session, None)
        timeline = self.timelines.get(session)
        if timeline is None:
            timeline = self._made(session)
        timeline.add(answer)
        if answer.more or session.last > timeline.state.overview.last:
            self._read(session)
        self.refresh()

    def _made(self, session: Session) -> Timeline:
        from studio.gui.panels.timeline.timeline import Timeline

        made = Timeline(self.workbench, session)
        self.timelines[session] = made
        self.stack.addWidget(made)
        return made

    # -- the run ------------------------------------------------------------------------------

    def _on_moved(self, session: Session) -> None:
        timeline = self.timelines.get(session)
        if timeline is not None:
            timeline.place()
            if timeline is self.transport.timeline and self.isVisible():
                self.transport.refresh()

    def _on_grew(self, session: Session) -> None:
        timeline = self.timelines.get(session)
        if timeline is not None:
            self._read(session)

    def _on_lit(self, session: Session) -> None:
        timeline = self.timelines.get(session)
        if timeline is not None:
            timeline.state.find_lit()

    def _go_to(self, step: int) -> None:
        session = self.replays.current
        if session is not None:
            self.replays.player.stop()
            session.seek(step)
            timeline = self.timelines.get(session)
            if timeline is not None:
                timeline.setFocus()


def _read_part(run: str, since: int, after: int, paths: int, trace: Any) -> Part:
    """Read a part of a run; loads what that needs on the thread that asks."""
    from studio.replay.overview import raster, whole  # noqa: F401 - so that the window's thread has them at once
    from studio.replay.overview.reading import read_part

    return read_part(trace, run, since, after, paths)
