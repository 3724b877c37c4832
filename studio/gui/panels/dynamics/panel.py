"""The panel of dynamics: follows the run in front, recorded or going on, and has the automata lab beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDockWidget, QSplitter, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.base.seen import SeenPanel
from studio.gui.panels.dynamics.alarms import count_of, goes_on, titled, told_so_far
from studio.gui.panels.dynamics.flow_on_wires import FlowOnWires
from studio.gui.panels.dynamics.head import CLASS_ROLES, Head
from studio.gui.panels.dynamics.judgement import JudgementList
from studio.gui.panels.dynamics.links import Links
from studio.gui.panels.dynamics.telling import Row, alarm_rows, rows_of, verdict_line
from studio.gui.replay.dynamics import Dynamics, Front, front_of
from studio.gui.widgets.labels import Note
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.live.bridge import Live
    from studio.gui.panels.dynamics.lab import Lab
    from studio.gui.panels.dynamics.run_views import RunViews
    from studio.gui.replay.dynamics import Known
    from studio.gui.replay.dynamics.looking import Looked
    from studio.gui.replay.service import Replays

TITLE: Final = "Dynamics"
LIVE_MS: Final = 500
"""How often is looked whether there is more of a run that goes on, and how far a long look is, in milliseconds."""
WIDE: Final = 560
"""Pixels from which on the list stands beside the views; in less it is one of them."""
WIDER: Final = 900
"""Pixels from which on it does so beside a run and an automaton."""

NO_GRAPH: Final = "Open a run to see how it behaves: whether it freezes, goes in circles, wanders or lives."
NO_RUN: Final = "This graph was not run yet. Run it (F5), or open a run, to see how it behaves."
BEGINS: Final = "The run begins."
NOTHING: Final = "Nothing was said in this run: no node of it is a module that fired."


class DynamicsPanel(SeenPanel):
    """The verdict above, why beside, and the views of the run; the lab in their place, or beside them."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(LIVE_MS, parent)
        self.setObjectName("dynamics")
        self.setAccessibleName(TITLE)
        self.setAutoFillBackground(True)  # Qt leaves tab bars that it does not need below its docks
        self.workbench = workbench
        workbench.parts["dynamics_panel"] = self
        self.service: Dynamics = workbench.part("dynamics")
        self.replays: Replays = workbench.part("replay")
        self.live: Live = workbench.part("live")
        self.links = Links(workbench)
        self.on_wires = FlowOnWires(workbench)
        self.front: Front | None = None
        self.looked: Looked | None = None
        """What is shown."""
        self.views: RunViews | None = None
        self.lab: Lab | None = None
        self.view = "diagram"
        self._has_run = False
        self._alarmed: tuple[object, int] = (None, 0)
        self._build()
        for signal in (
            workbench.current_changed, self.service.changed, self.replays.grew, self.live.started, self.live.ended,
        ):  # fmt: skip
            signal.connect(self.ask_soon)
        self.replays.moved.connect(self._on_moved)
        self.live.changed.connect(self._on_live)
        workbench.selection_changed.connect(self._on_selection)
        self._show_nothing("")

    @guarded(QSize(900, 260))
    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    def _build(self) -> None:
        self.head = Head(self)
        self.head.chosen.connect(self.show_view)
        self.head.wires.clicked.connect(lambda *_: self.workbench.trigger("dynamics.wires"))
        self.head.save.clicked.connect(lambda *_: self.workbench.trigger("dynamics.save"))
        self.note = Note("", "soft", self)
        self.note.setObjectName("dynamics.note")
        self.note.setContentsMargins(14, 12, 14, 12)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.rows = JudgementList(self)
        self.rows.asked.connect(lambda row: self.links.go_to_row(row))
        self.parts = QSplitter(Qt.Orientation.Horizontal, self)
        self.parts.setObjectName("dynamics.parts")
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.rows)
        self.parts.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.parts, 1)
        self.setFocusProxy(self.rows)

    def _made_views(self) -> RunViews:
        """The views, which load numpy: made with the first run."""
        if self.views is None:
            from studio.gui.panels.dynamics.run_views import RunViews

            views = self.views = RunViews(self.workbench, self.links, self)
            self.parts.insertWidget(1, views)
            for at, share in enumerate((0, 1, 1)):
                self.parts.setStretchFactor(at, share)
            self.parts.setSizes([290, 900, 0])
            views.lamps.changed.connect(self._told_what_is_drawn)
        return self.views

    def made_lab(self) -> Lab:
        """The automata lab: made when it is first asked for."""
        if self.lab is None:
            from studio.gui.panels.dynamics.lab import Lab

            self.lab = Lab(self.workbench, self)
            self.parts.addWidget(self.lab)
            self.lab.beside.clicked.connect(lambda *_: self._arrange())
            self.lab.changed.connect(self._told_what_is_drawn)
        return self.lab

    # -- which parts are shown --------------------------------------------------------------------

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room beside the views, the list is one of them."""
        super().resizeEvent(event)
        self._arrange()

    def show_view(self, name: str) -> None:
        """Show the `diagram`, the `flow`, the `modules`, the `lamps` or the `lab`; where there is little room, or
        `why`."""
        self.view = name
        if name == "lab":
            self.made_lab()
        self._arrange()

    def show_beside(self, on: bool) -> None:
        """Show the lab beside the run, or in its place."""
        self.made_lab().beside.setChecked(on)
        self.show_view("lab")

    def _arrange(self) -> None:
        lab, view = self.lab, self.view
        narrow = self.width() < WIDE
        if view == "why" and not narrow:
            view = "diagram"
        is_lab = view == "lab" and lab is not None
        is_beside = is_lab and lab is not None and lab.beside.isChecked() and self._has_run and not narrow
        runs = self._has_run and (not is_lab or is_beside)
        self.head.set_narrow(narrow)
        self.head.show_view(view)
        self.head.show_verdict(runs or narrow)
        self.rows.setVisible(runs and (view == "why" if narrow else not is_beside or self.width() >= WIDER))
        self.note.setVisible(not self._has_run and not is_lab)
        if lab is not None:
            lab.beside.setEnabled(self._has_run and not narrow)
            lab.setVisible(is_lab)
        if self.views is not None:
            self.views.setVisible(runs and not (narrow and view == "why"))
            self.views.show_view("diagram" if is_lab or view == "why" else view)
        self._told_what_is_drawn()

    def _told_what_is_drawn(self) -> None:
        self.head.save.setEnabled(self.can_save())
        self.workbench.actions_changed.emit()

    # -- following ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what is known of the run in front, and have found out what is not."""
        self.title()
        front = self.front = front_of(self.workbench)
        if front is None:
            document = self.workbench.document
            begins = document is not None and self.live.of(document).is_running
            self.follow(begins)
            self._show_nothing(BEGINS if begins else NO_GRAPH if document is None else NO_RUN)
            return
        known = self.service.ask(front)
        self.follow(front.goes_on or known.work is not None)
        self._show(front, known)

    def tell_hidden(self) -> None:
        """Alarms are told by the tab's title, also to who does not look."""
        self.title()

    def left(self) -> None:
        """The panel was hidden: nothing of it stays on the canvas but what was switched on."""
        self.links.end()

    def shutdown(self) -> None:
        """The window closes: no verdict is waited for."""
        if self.lab is not None:
            self.lab.stop()

    def _show(self, front: Front, known: Known) -> None:
        looked, work = known.looked, known.work
        if looked is None or not looked.diagram.rows:
            if looked is None and work is not None:
                far = f" {work.done:,} of {work.total:,} firings" if work.total else ""
                self._show_nothing(f"Looking at the run …{far}")
            else:
                self._show_nothing(known.refused or (BEGINS if front.goes_on or looked is None else NOTHING))
            return
        views = self._made_views()
        self.links.show(front, looked)
        if looked is not self.looked:
            self.looked = looked
            views.show_run(front, looked)
            self._on_selection()
        self._stand()
        if front.goes_on:
            noticed = told_so_far(front) or looked.noticed
            self.rows.show_rows(alarm_rows(noticed) or [Row("Nothing was noticed so far.", is_heading=True)])
            self.head.tell(goes_on(front), "warn" if noticed else "accent")
        else:
            self.rows.show_rows(rows_of(looked))
            self.head.tell(verdict_line(looked.verdict), CLASS_ROLES.get(looked.verdict.wolfram, "soft"))
        self._set_has_run(True)
        self.on_wires.show(front, looked)

    def _show_nothing(self, why: str) -> None:
        self.looked = None
        self.links.show(self.front, None)
        self.on_wires.end()
        self.note.set_text(why)
        self.head.tell("", "soft")
        self._set_has_run(False)

    def _set_has_run(self, on: bool) -> None:
        was, self._has_run = self._has_run, on
        self.head.wires.setEnabled(on)
        self._arrange()
        if on and not was and self.focusWidget() in self.head.views.values() and self.rows.isVisible():
            self.rows.setFocus()  # there was nothing else to give the focus to

    def _stand(self) -> None:
        """The diagram stands where the session does."""
        front, looked = self.front, self.looked
        if self.views is not None and front is not None and looked is not None:
            row = looked.cells.row_at(front.session.seq) if front.session is not None else -1
            self.views.diagram.set_cursor(row)

    def _on_moved(self, session: object) -> None:
        if self.front is not None and self.front.session is session and self.is_seen:
            self._stand()

    def _on_selection(self) -> None:
        if self.views is not None and self.looked is not None and self.is_seen:
            self.views.diagram.view.set_marked(self.links.columns())
            self.views.lamps.choose(self.links.chosen_module())

    # -- alarms of a run that goes on -------------------------------------------------------------

    def _on_live(self) -> None:
        """Something of a run was told; alarms are shown at once, more of the diagram soon."""
        document = self.workbench.document
        mine = None if document is None else self.live.of(document)
        alarmed = 0 if mine is None or mine.view is None else mine.view.alarmed
        if (document, alarmed) != self._alarmed:
            self._alarmed = (document, alarmed)
            self.ask_soon()

    def placed(self) -> None:
        """It stands in the window."""
        self.ask_soon()

    def title(self) -> None:
        """Have the tab say how many alarms the run in front has."""
        dock = self.parentWidget()
        if not isinstance(dock, QDockWidget):
            return
        front = front_of(self.workbench)
        known = None if front is None else self.service.of(front.key)
        dock.setWindowTitle(titled(TITLE, count_of(front, known)))

    # -- what can be done -------------------------------------------------------------------------

    def show_on_wires(self, on: bool) -> None:
        """Show on the wires how much is taken up, or not any more."""
        self.on_wires.on = on
        self.head.wires.setChecked(on)
        self.on_wires.show(self.front, self.looked)

    def can_save(self) -> bool:
        """True if something is drawn that can be saved."""
        if self.view == "lab":
            return self.lab is not None and self.lab.diagram.rows > 0
        views = self.views if self._has_run else None
        return views is not None and self.view != "modules" and (self.view != "lamps" or views.lamps.found is not None)

    def save(self) -> None:
        """Ask for a file and save what is drawn."""
        from studio.gui.panels.dynamics.saving import ask_and_save, drawing_of

        draw = drawing_of(self)
        if draw is not None:
            ask_and_save(self.workbench, self, "dynamics", draw)
