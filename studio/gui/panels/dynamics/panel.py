"""The panel of dynamics: follows the run in front, recorded or going on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QSplitter, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.dynamics.head import CLASS_ROLES, Head
from studio.gui.panels.dynamics.judgement import JudgementList
from studio.gui.panels.dynamics.links import Links
from studio.gui.panels.dynamics.telling import Row, alarm_rows, rows_of, verdict_line
from studio.gui.replay.dynamics import Dynamics, Front, front_of
from studio.gui.widgets.labels import Note
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.live.bridge import Live
    from studio.gui.panels.dynamics.run_views import RunViews
    from studio.gui.replay.dynamics import Known
    from studio.gui.replay.dynamics.looking import Looked
    from studio.gui.replay.dynamics.noticing import Noticed
    from studio.gui.replay.service import Replays

TITLE: Final = "Dynamics"
LIVE_MS: Final = 500
"""How often is looked whether there is more of a run that goes on, and how far a long look is, in milliseconds."""
WIDE: Final = 560
"""Pixels from which on the list stands beside the views; in less, above them."""

NO_GRAPH: Final = "Open a run to see how it behaves: whether it freezes, goes in circles, wanders or lives."
NO_RUN: Final = "This graph was not run yet. Run it (F5), or open a run, to see how it behaves."
BEGINS: Final = "The run begins."
NOTHING: Final = "Nothing was said in this run: no node of it is a module that fired."


class DynamicsPanel(QWidget):
    """The verdict above, why beside, and the views of the run."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dynamics")
        self.setAccessibleName(TITLE)
        self.workbench = workbench
        workbench.parts["dynamics_panel"] = self
        self.service: Dynamics = workbench.part("dynamics")
        self.replays: Replays = workbench.part("replay")
        self.live: Live = workbench.part("live")
        self.links = Links(workbench)
        self.front: Front | None = None
        self.looked: Looked | None = None
        """What is shown."""
        self.views: RunViews | None = None
        self.view = "diagram"
        self._alarmed: tuple[object, int] = (None, 0)
        self._stale = True
        self._build()
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.refresh)
        self._poll = QTimer(self, interval=LIVE_MS)
        self._poll.timeout.connect(self.refresh)
        for signal in (
            workbench.current_changed, self.service.changed, self.replays.grew, self.live.started, self.live.ended,
        ):  # fmt: skip
            signal.connect(self._ask_soon)
        self.replays.moved.connect(self._on_moved)
        self.live.changed.connect(self._on_live)
        workbench.selection_changed.connect(self._mark_columns)
        self._show_nothing("")

    @guarded(QSize(900, 260))
    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    def _build(self) -> None:
        self.head = Head(self)
        self.head.chosen.connect(self.show_view)
        self.note = Note("", "soft", self)
        self.note.setObjectName("dynamics.note")
        self.note.setContentsMargins(14, 12, 14, 12)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.rows = JudgementList(self)
        self.rows.asked.connect(lambda row: self._go(row))
        self.parts = QSplitter(Qt.Orientation.Horizontal, self)
        self.parts.setObjectName("dynamics.parts")
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.note, 1)
        column.addWidget(self.parts, 1)
        self.setFocusProxy(self.rows)

    def _made_views(self) -> RunViews:
        """The views, which load numpy: made with the first run."""
        if self.views is None:
            from studio.gui.panels.dynamics.run_views import RunViews

            self.views = RunViews(self)
            self.parts.addWidget(self.views)
            self.parts.setStretchFactor(0, 0)
            self.parts.setStretchFactor(1, 1)
            self.parts.setSizes([290, 900])
            self.views.diagram.hovered.connect(self._hover)
            self.views.diagram.chosen.connect(self._choose)
            self.views.flow.hovered.connect(self._hover_flow)
            self.views.flow.chosen.connect(lambda row, _: self._go_to_module(self._named(row)))
            self.views.modules.asked.connect(self._go_to_module)
            self.show_view(self.view)
        return self.views

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list stands above the views where there is no room beside them."""
        super().resizeEvent(event)
        wide = event.size().width() >= WIDE
        self.parts.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    # -- following ------------------------------------------------------------------------------

    @property
    def _is_seen(self) -> bool:
        """False also behind another tab, where Qt calls it visible."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def _ask_soon(self, *_: Any) -> None:
        """Look once the event is over; hidden, when it is shown again."""
        if self._is_seen:
            self._soon.start(0)
        else:
            self._stale = True
            self._title()

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        """Somebody sees it: coming out from behind another tab tells nothing else."""
        super().paintEvent(event)
        if self._stale and not self._soon.isActive():
            self._soon.start(0)

    @guarded()
    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._poll.stop()
        self._stale = True
        self.links.end(self.front)

    def refresh(self) -> None:
        """Show what is known of the run in front, and have found out what is not."""
        self._soon.stop()
        self._title()
        if not self._is_seen:
            self._poll.stop()
            self._stale = True
            return
        self._stale = False
        front = self.front = front_of(self.workbench)
        if front is None:
            document = self.workbench.document
            begins = document is not None and self.live.of(document).is_running
            (self._poll.start if begins else self._poll.stop)()
            self._show_nothing(BEGINS if begins else NO_GRAPH if document is None else NO_RUN)
            return
        known = self.service.ask(front)
        (self._poll.start if front.goes_on or known.work is not None else self._poll.stop)()
        self._show(front, known)

    # -- showing --------------------------------------------------------------------------------

    def _show(self, front: Front, known: Known) -> None:
        looked, work = known.looked, known.work
        if looked is None:
            if work is not None:
                far = f" {work.done:,} of {work.total:,} firings" if work.total else ""
                self._show_nothing(f"Looking at the run …{far}")
            else:
                self._show_nothing(known.refused or BEGINS)
            return
        if not looked.diagram.rows:
            self._show_nothing(BEGINS if front.goes_on else NOTHING)
            return
        views = self._made_views()
        if looked is not self.looked:
            self.looked = looked
            views.show_run(looked)
            self._mark_columns()
        self._stand()
        if front.goes_on:
            noticed = self._noticed(front) or looked.noticed
            self.rows.show_rows(alarm_rows(noticed) or [Row("Nothing was noticed so far.", is_heading=True)])
            self._tell("The run goes on.", "warn" if noticed else "accent")
        else:
            self.rows.show_rows(rows_of(looked))
            self._tell(f"{verdict_line(looked.verdict)}", CLASS_ROLES.get(looked.verdict.wolfram, "soft"))
        self.note.hide()
        self.head.show()
        self.parts.show()

    def _tell(self, text: str, role: str) -> None:
        self.head.told.set_text(text)
        self.head.told.set_role(role)

    def _show_nothing(self, why: str) -> None:
        self.looked = None
        self.note.set_text(why)
        self.note.show()
        self.head.hide()
        self.parts.hide()

    def show_view(self, name: str) -> None:
        """Show the diagram, the flow or the measures."""
        self.view = name
        self.head.show_view(name)
        if self.views is not None:
            self.views.setCurrentWidget(getattr(self.views, name))

    def _stand(self) -> None:
        """The diagram stands where the session does."""
        front, looked = self.front, self.looked
        if self.views is not None and front is not None and looked is not None:
            row = looked.cells.row_at(front.session.seq) if front.session is not None else -1
            self.views.diagram.set_cursor(row)

    def _on_moved(self, session: object) -> None:
        if self.front is not None and self.front.session is session and self._is_seen:
            self._stand()

    def _mark_columns(self) -> None:
        if self.views is not None and self.front is not None and self.looked is not None and self._is_seen:
            self.views.diagram.view.set_marked(self.links.columns(self.front, self.looked))

    # -- alarms of a run that goes on -------------------------------------------------------------

    def _noticed(self, front: Front) -> list[Noticed]:
        view = None if front.mine is None else front.mine.view
        if view is None or not view.alarms:
            return []
        from studio.gui.replay.dynamics.noticing import recorded_alarm

        return [recorded_alarm(record) for record in view.alarms]

    def _on_live(self) -> None:
        """Something of a run was told; alarms are shown at once, more of the diagram soon."""
        document = self.workbench.document
        mine = None if document is None else self.live.of(document)
        alarmed = 0 if mine is None or mine.view is None else mine.view.alarmed
        if (document, alarmed) != self._alarmed:
            self._alarmed = (document, alarmed)
            self._ask_soon()

    def _title(self) -> None:
        """The tab says how many alarms the run in front has."""
        dock = self.parentWidget()
        if not isinstance(dock, QDockWidget):
            return
        front = front_of(self.workbench)
        count = 0
        if front is not None:
            known = self.service.of(front.key)
            count = len(known.looked.noticed) if known is not None and known.looked is not None else 0
            if front.mine is not None and front.mine.view is not None:
                count = max(count, front.mine.view.alarmed)
        dock.setWindowTitle(f"{TITLE}  {count:,} alarm{'s' if count > 1 else ''}" if count else TITLE)

    # -- linking --------------------------------------------------------------------------------

    def _hover(self, row: int, column: int) -> None:
        front, looked = self.front, self.looked
        if front is None or looked is None:
            return
        if row < 0:
            self.links.end(front)
            return
        paths = looked.cells.fired_in(row)
        if column >= 0:
            paths.append(looked.diagram.columns[column].id)
        self.links.light(front, paths)

    def _hover_flow(self, row: int, column: int) -> None:
        if self.front is not None:
            if row < 0:
                self.links.end(self.front)
            else:
                self.links.light(self.front, [self._named(row), self._named(column)])

    def _named(self, number: int) -> str:
        """The module of a row of the flow."""
        measures = None if self.looked is None else self.looked.measures
        return "" if measures is None else measures.modules[number].id

    def _choose(self, row: int, column: int) -> None:
        """A cell was clicked: go to the firing that said it."""
        looked = self.looked
        if looked is not None:
            module = looked.diagram.columns[column].id if column >= 0 else ""
            self._go_to_firing(looked.cells.firing(row, column), module)

    def _go(self, row: Row) -> None:
        """A row of the list was clicked."""
        looked = self.looked
        if looked is None:
            return
        firing = row.firing
        if not firing and row.t >= 0:
            firing = looked.cells.first_at(row.t, row.module)
        if not firing and row.module:
            firing = looked.cells.firing(looked.diagram.rows - 1, looked.cells.columns.get(row.module, -1))
        self._go_to_firing(firing, row.module)

    def _go_to_firing(self, firing: int, module: str) -> None:
        """Step there in a recorded run; a run of the graph itself shows the node."""
        front = self.front
        if front is None:
            return
        if front.session is not None and firing:
            self.links.end(front)
            self.replays.player.stop()
            if front.session.seek_firing(firing):
                return
        if module:
            self._go_to_module(module)

    def _go_to_module(self, module: str) -> None:
        if self.front is not None and module and not self.links.go_to_module(self.front, module):
            self.workbench.say("The node of this module is gone from the graph.", "warning")
