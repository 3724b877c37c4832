"""The run panel: how the run stands, what it takes and gives, what happened, and what was asked of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.action import all_actions
from studio.gui.base.guard import guarded
from studio.gui.live.bridge import Live
from studio.gui.live.playing.inputs import output_names
from studio.gui.live.telling import Said, limit_of, state_of
from studio.gui.live.watching.places import Spot
from studio.gui.panels.run.budget_bar import BudgetBar
from studio.gui.panels.run.events_list import EventsList
from studio.gui.panels.run.input_form import InputForm
from studio.gui.panels.run.node_view import NodeView
from studio.gui.panels.run.options_form import OptionsForm, summary
from studio.gui.panels.run.prompts_view import PromptsView
from studio.gui.replay.session import Source
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.widgets.folding import NARROWEST, Folding, to_words
from studio.gui.widgets.labels import Elided, Note, small_button, tip
from studio.gui.widgets.outputs_view import OutputsView
from studio.gui.widgets.section import Section
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.gui.live.document_run import DocumentRun

REFRESH_MS = 150
"""How often lists and numbers are shown anew while a run goes on."""

LEAST_STATE = 60
MOST_STATE = 240
"""Pixels for what the run has come to."""

BUTTONS = (
    ("run.run", "run"),
    ("run.pause", "pause"),
    ("run.step", "step"),
    ("run.step_over", "step-over"),
    ("run.step_tick", "step-tick"),
    ("run.abort", "abort"),
)


class RunPanel(QWidget):
    """Follows the document that is shown."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("run")
        self.setAccessibleName("Run")
        self.workbench = workbench
        self.live: Live = workbench.part("live")
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._make_head())
        column.addWidget(self._make_offer())
        column.addWidget(self._make_body(), 1)
        self.setFocusProxy(self.inputs)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        self.live.changed.connect(self._soon)
        self.live.ended.connect(lambda *_: self.refresh())
        self.live.started.connect(lambda *_: self.refresh())
        self.live.found.connect(self._found)
        self.live.options_changed.connect(lambda *_: self.refresh())
        self.live.inputs_missing.connect(self._missing)
        workbench.current_changed.connect(self.refresh)
        workbench.selection_changed.connect(self._show_node)
        workbench.settled.connect(lambda *_: self._soon())
        workbench.actions_changed.connect(self._show_buttons)
        themes().changed.connect(self._dress)
        self._dress()
        self.refresh()

    # -- how it is built ------------------------------------------------------------------------

    def _make_head(self) -> QWidget:
        head = QWidget(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for action_id, _ in BUTTONS:
            row.addWidget(self._button(action_id))
        row.addSpacing(8)
        self.state = Elided("", self)
        self.state.setObjectName("run.state")
        self.state.setMinimumWidth(LEAST_STATE)
        row.addWidget(self.state, 1)
        self.to_error = small_button("Go to node", "Show the node that failed", "run.to_error", self)
        self.to_error.clicked.connect(self._go_to_error)
        row.addWidget(self.to_error)
        self.through = small_button(
            "Step through it", "Go through the run that has ended, step by step (Ctrl+F8)", "run.through", self
        )
        self.through.clicked.connect(self._step_through)
        self.through.hide()
        row.addWidget(self.through)
        row.addSpacing(8)
        self.budget = BudgetBar(self)
        row.addWidget(self.budget)
        self._head = Folding(
            head, row,
            (self.budget.fold, to_words(self.through, "Steps"), to_words(self.to_error, "Node"), self._cut_state),
            narrowest=NARROWEST - 20,
        )  # fmt: skip
        return head

    def _cut_state(self, on: bool) -> None:
        """Leave what the run has come to as little room as it bears, or as much as most of it needs: it comes before
        the bars of what was used."""
        whole = QFontMetrics(self.state.font()).horizontalAdvance(self.state.text()) + 8
        self.state.setMinimumWidth(LEAST_STATE if on else max(LEAST_STATE, min(whole, MOST_STATE)))

    def _button(self, action_id: str) -> QToolButton:
        action = all_actions()[action_id]
        button = QToolButton(self)
        button.setObjectName(f"{action_id}.button")
        button.setIconSize(QSize(16, 16))
        keys = f" ({action.keys[0]})" if action.keys else ""
        button.setToolTip(tip(f"{action.title}{keys}. {action.help}"))
        button.setAccessibleName(action.title)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if action_id == "run.run":
            button.setText("Run")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.clicked.connect(lambda *_: self.workbench.trigger(action_id))
        self._buttons[action_id] = button
        return button

    def _make_offer(self) -> QFrame:
        """What can be done about a run that stopped before its end."""
        self.offer = QFrame(self)
        self.offer.setObjectName("run.offer")
        self.offer.setProperty("bar", True)
        row = QHBoxLayout(self.offer)
        row.setContentsMargins(10, 4, 6, 4)
        self._offered = Note("", "warn", self.offer)
        row.addWidget(self._offered, 1)
        self.go_on = QPushButton("Go on", self.offer)
        self.go_on.setObjectName("run.go_on")
        self.go_on.setProperty("primary", True)
        self.go_on.clicked.connect(self._go_on)
        row.addWidget(self.go_on)
        self.leave = QPushButton("Stop here", self.offer)
        self.leave.setToolTip("Leave it as it is; Run › Go On with Last Run still goes on with it.")
        self.leave.setObjectName("run.leave")
        self.leave.clicked.connect(self._leave)
        row.addWidget(self.leave)
        self.offer.hide()
        self._left: object = None
        return self.offer

    def _make_body(self) -> QSplitter:
        self.inputs = InputForm(self)
        self.inputs.edited.connect(self._edited)
        self.options: OptionsForm | None = None
        self.options_section = Section("Options", self._make_options, name="run.options_section", parent=self)
        given = QWidget(self)
        column = QVBoxLayout(given)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(10)
        column.addWidget(self.inputs)
        column.addWidget(self.options_section)
        column.addStretch(1)
        self.outputs = OutputsView(self)
        self.outputs.copied.connect(lambda name: self.workbench.say(f"The value of {name} is copied."))
        got = QWidget(self)
        column = QVBoxLayout(got)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(8)
        self.error = Note("", "bad", got)
        self.error.setObjectName("run.error")
        column.addWidget(self.error)
        column.addWidget(self.outputs)
        column.addStretch(1)
        self.events = EventsList(self)
        self.events.chosen.connect(self._open_event)
        self.events.node_asked.connect(self._go_to_path)
        self.prompts = PromptsView(self)
        self.node = NodeView(self.live, self)
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("run.tabs")
        self.tabs.setAccessibleName("Events, the selected node, prompts")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.events, "Events")
        self.tabs.addTab(self.node, "Node")
        self.tabs.addTab(self.prompts, "Prompts")
        self.tabs.currentChanged.connect(lambda *_: self._soon())
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("run.split")
        split.setChildrenCollapsible(False)
        for part in (_scrolled(given, "Inputs and options"), _scrolled(got, "Outputs"), self.tabs):
            split.addWidget(part)
        split.setSizes([300, 380, 460])
        for number, share in enumerate((2, 3, 3)):
            split.setStretchFactor(number, share)
        return split

    def _make_options(self) -> OptionsForm:
        """The options, once they are unfolded."""
        made = self.options = OptionsForm(self.workbench.settings, self)
        made.edited.connect(self._edited)
        self._show_forms(self.live.current)
        return made

    def _dress(self) -> None:
        self._icons: dict[str, tuple[str, str]] = {}
        self._show_buttons()

    # -- what is shown --------------------------------------------------------------------------

    def _soon(self) -> None:
        if not self._timer.isActive() and self.isVisible():
            self._timer.start()

    @guarded(QSize(600, 220))
    def sizeHint(self) -> QSize:
        return QSize(900, 240)

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon()

    def refresh(self) -> None:
        """Show how things stand."""
        mine = self.live.current
        said = state_of(mine, loading=self.live.is_loading_model and mine is self.live.active)
        other = self.live.active
        if mine is not None and other is not None and other is not mine:
            said = Said(f"{other.document.title} is running; one run goes on at a time.", "soft")
        if mine is not None and mine.document.locked is not None:
            said = Said("This is a recorded run: step through it above the graph.", "soft")
        self.state.set_text(said.text)
        self.state.set_role(said.role)
        self.state.setToolTip(tip(said.text))
        self._show_forms(mine)
        self.options_section.header.set_summary(summary(mine))
        self._show_budget(mine)
        self._show_outputs(mine)
        self._show_problem(mine)
        if self.events.isVisible():
            self.events.follow(None if mine is None else mine.view)
        self.through.setVisible(mine is not None and mine.outcome is not None and bool(mine.last_run))
        self._show_node()
        self._show_buttons()
        self._head.fit()

    def _show_forms(self, mine: DocumentRun | None) -> None:
        can = mine is None or mine.document.locked is None
        self.inputs.show_run(mine)
        self.inputs.setEnabled(can)
        if self.options is not None:
            self.options.show_run(mine)
            self.options.setEnabled(can)

    def _show_buttons(self) -> None:
        is_held = self.live.state() in ("paused", "pausing")
        for action_id, name in BUTTONS:
            button, can = self._buttons[action_id], all_actions()[action_id].when(self.workbench)
            button.setEnabled(can)
            if action_id == "run.run":
                button.setText("Go on" if can and is_held else "Run")
                button.setAccessibleName(button.text())
            if action_id == "run.pause":
                name = "run" if is_held else "pause"
                button.setAccessibleName("Go on" if is_held else "Pause")
            role = "skipped" if not can else "accent" if action_id == "run.run" else "text"
            if self._icons.get(action_id) != (name, role):
                self._icons[action_id] = name, role
                button.setIcon(icon(name, current_theme().colour(role)))

    def _show_budget(self, mine: DocumentRun | None) -> None:
        run = None if mine is None else mine.run or mine.last
        self.budget.setVisible(run is not None)
        if run is not None:
            self.budget.show_budget(run.used(), run.limits())

    def _show_outputs(self, mine: DocumentRun | None) -> None:
        names = [] if mine is None else output_names(mine.document.graph)
        self.outputs.show_names(names, "The graph has no outputs." if mine is not None else "")
        if mine is None or mine.view is None:
            for name in names:
                self.outputs.show_text(name, "")
            return
        result = None if mine.outcome is None else mine.outcome.result
        for name in names:
            then = mine.spot_in_run(Spot((), name)).name
            if result is not None and then in result.outputs:
                self.outputs.show_value(name, result.outputs[then])
                continue
            place = mine.view.spots.get(Spot((), then))
            shot = None if place is None else place.last()
            why = shot.reason if shot is not None and shot.status_name != "ok" else ""
            self.outputs.show_text(name, _given(mine, then), why)

    def _show_problem(self, mine: DocumentRun | None) -> None:
        outcome = None if mine is None else mine.outcome
        said = state_of(mine)
        failed = said.role == "bad"
        self.error.set_text(said.text if failed else "")
        self.to_error.setVisible(failed and mine is not None and self._error_path(mine) != "")
        limit = limit_of(outcome)
        can = outcome is not None and self._left is not outcome and outcome.status in ("paused", "failed")
        self.offer.setVisible(bool(can and mine is not None and not mine.is_running))
        if not can:
            return
        assert outcome is not None
        self._offered.set_text("What it did is kept; going on does only what is left.")
        is_counted = limit in ("firings", "ticks", "calls", "tokens", "cost_usd", "seconds")
        again = "Try again" if outcome.status == "failed" else "Go on"
        self.go_on.setText("Go on with double" if is_counted else again)
        self.go_on.setToolTip(tip("Go on where it stopped; nothing that was done is done again."))
        self.go_on.setEnabled(self.live.active is None)

    def _show_node(self) -> None:
        """Show the selected node in the tab that is in front; of what is not seen nothing is laid out."""
        mine, tab = self.live.current, self.workbench.current
        selected = self.workbench.selection
        spot = Spot(tab.at, selected[0]) if tab is not None and len(selected) == 1 else None
        shown = self.tabs.currentWidget()
        if shown is self.node:
            self.node.show_node(mine, spot)
        elif shown is self.prompts:
            then = None if mine is None or spot is None else mine.spot_in_run(spot)
            view = None if mine is None else self.live.seen(mine.document)
            place = None if view is None or then is None else view.spots.get(then)
            self.prompts.show_prompts("" if view is None or spot is None else spot.name, place)

    # -- what a person does -----------------------------------------------------------------------

    def _edited(self) -> None:
        mine = self.live.current
        if mine is not None:
            self.options_section.header.set_summary(summary(mine))
            self.live.remember_soon(mine)

    def _missing(self, document: object, names: tuple[str, ...]) -> None:
        self.inputs.mark_missing(names)

    def _go_on(self) -> None:
        document = self.workbench.document
        if document is not None:
            self.workbench.trying(lambda: self.live.continue_last(document))

    def _leave(self) -> None:
        mine = self.live.current
        self._left = None if mine is None else mine.outcome
        self.refresh()

    def _error_path(self, mine: DocumentRun) -> str:
        result = None if mine.outcome is None else mine.outcome.result
        error = None if result is None else result.error
        return str((error or {}).get("node", ""))

    def _go_to_error(self) -> None:
        mine = self.live.current
        if mine is not None:
            self._go_to_path(self._error_path(mine))

    def _go_to_path(self, path: str) -> None:
        mine = self.live.current
        if mine is not None and not self.live.show_node(mine, path):
            self.workbench.say(f"{path} stands in a graph that is not in this file.", "warning")

    def _open_event(self, path: str, firing: int) -> None:
        """Step through the run from a firing on; while it goes on, and where a line is no firing, show the node."""
        mine = self.live.current
        if mine is None or not firing or mine.is_running or not mine.last_run:
            self._go_to_path(path)
            return
        self.workbench.part("replay").open(Source(self.live.trace_file(), mine.last_run), firing=firing)

    def _step_through(self) -> None:
        self.workbench.trigger("runs.step_through_last")

    def _found(self, key: object, answer: object) -> None:
        self._soon()


def _given(mine: DocumentRun, name: str) -> str:
    """What an output holds while the run goes on: what its node took last, by the firing that gave it."""
    from studio.gui.live.watching.showing import Pick, wire_text

    assert mine.view is not None
    edge = next((edge for edge in reversed(mine.view.graph.edges) if edge.target == name), None)
    if edge is None:
        return ""
    place = mine.view.spots.get(Spot((), edge.source))
    shot = None if place is None else place.last()
    if shot is not None and shot.is_whole(edge.source_port) and edge.source_port in shot.outputs:
        from studio.gui.widgets.outputs_view import readable

        return readable(shot.value(edge.source_port))
    return wire_text(mine.view, edge, (), Pick()) if shot is not None and edge.source_port in shot.outputs else ""


def _scrolled(body: QWidget, name: str) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(name)
    area.setMinimumWidth(110)
    area.setWidget(body)
    return area
