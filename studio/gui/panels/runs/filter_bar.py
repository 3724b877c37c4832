"""The bar above the list of runs: words, quick switches, a menu of filters, and chips of what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QDate, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from studio.gui.base.guard import guarded
from studio.gui.panels.runs.asked import Asked
from studio.gui.theme import current_theme
from studio.gui.theme.icons import icon
from studio.gui.widgets.folding import NARROWEST, Fold, Folding, to_icon
from studio.gui.widgets.labels import small_button, tip
from studio.gui.widgets.run_status import ICONS
from studio.gui.widgets.spin import QuietDoubleSpin
from studio.support.plain import plain_line
from studio.trace.run_filter import FAILED, LIVE, STATUSES

REST_MS: Final = 200
"""How long typing rests before it is looked for, in milliseconds."""

MODELS: Final = 40
"""Models, and classes of dynamics, that the menu offers."""

COSTS: Final = (0.0, 0.01, 0.1, 1.0)
DAYS: Final = ((0, "Any time"), (1, "Today"), (7, "Last 7 days"), (30, "Last 30 days"))


class _Words(QLineEdit):
    """The search field. Down and Enter lead into the list; Escape empties it, and then leads there, too."""

    left = Signal()

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_escape = event.key() == Qt.Key.Key_Escape
        if is_escape and self.text():
            self.clear()
        elif is_escape or event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FilterBar(QWidget):
    """`changed` when a person asks for something else; `asked` has it. `left` when the keys are to go to the list."""

    changed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asked = Asked()
        self.models: Sequence[str] = ()
        self.behaviours: Sequence[str] = ()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._take_words)
        self.words = _Words(self)
        self.words.left.connect(self.left)
        self.words.setObjectName("runs.search")
        self.words.setPlaceholderText("Search runs")
        self.words.setAccessibleName("Search runs")
        self.words.setToolTip("Runs in whose graph, id, inputs, outputs or error all of these words stand")
        self.words.setClearButtonEnabled(True)
        self.words.setMinimumWidth(76)
        self.words.setMaximumWidth(340)
        self.words.textChanged.connect(lambda *_: self._rest.start())
        self.words.returnPressed.connect(self._take_words)
        self.this_graph = QCheckBox("This graph", self)
        self.this_graph.setObjectName("runs.this_graph")
        self.this_graph.setToolTip("Leave out runs of other graphs than the one that is shown")
        self.this_graph.toggled.connect(lambda on: self.ask(replace(self.asked, this_graph=on)))
        self.failed = self._switch("Failed", "Only runs that failed, or whose process died", "runs.failed", FAILED)
        self.live = self._switch("Live", "Only runs that go on", "runs.live", LIVE)
        self.more = small_button("Filter", "More filters: status, model, date, cost, class", "runs.filter", self)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self)
        self.menu.setObjectName("runs.filter_menu")
        self.menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(self.menu)
        self.count = QLabel(self)
        self.count.setObjectName("runs.count")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.count.setProperty("role", "soft")
        self.row = QHBoxLayout()
        self.row.setContentsMargins(8, 4, 8, 4)
        self.row.setSpacing(6)
        self.row.addWidget(self.words, 1)
        for widget in (self.this_graph, self.failed, self.live, self.more):
            self.row.addWidget(widget)
        self.row.addSpacing(4)
        self.row.addWidget(self.count)
        self.row.addStretch(1)
        self._chip_row = QWidget(self)
        self._chip_row.setObjectName("runs.chips")
        self._chip_row.setMinimumWidth(NARROWEST)
        self._chips = QHBoxLayout(self._chip_row)
        self._chips.setContentsMargins(8, 0, 8, 4)
        self._chips.setSpacing(6)
        self._chip_row.hide()
        self._top = QWidget(self)
        self._top.setLayout(self.row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(self._chip_row)
        self.recolour()

    def fit(self) -> None:
        """Fold anew: other words stand in the bar."""
        self._folding.fit()

    def fold_with(self, *more: Fold) -> None:
        """Say what else stands in the bar that gives way in a narrow one; those come first."""
        buttons = (self.live, self.failed, self.more)
        fits = (*more, *map(to_icon, buttons), self.count.setHidden)
        self._folding = Folding(self._top, self.row, fits)

    # -- asking -------------------------------------------------------------------------------

    def ask(self, asked: Asked) -> None:
        """Ask for something else, and show it in all parts of the bar."""
        if asked == self.asked:
            return
        self.asked = asked
        self._show()
        self.changed.emit()

    def clear(self) -> None:
        """Ask for all runs."""
        self.words.clear()
        self._rest.stop()
        self.ask(Asked())

    def begin(self, letters: str) -> None:
        """Go on typing in the search field."""
        self.words.setFocus()
        self.words.insert(letters)

    def show_count(self, shown: int, total: int) -> None:
        """Say how many runs are listed, of how many."""
        noun = "run" if total == 1 else "runs"
        self.count.setText(f"{total:,} {noun}" if shown == total else f"{shown:,} of {total:,}")
        self.count.setAccessibleName(f"{shown:,} of {total:,} runs are listed")
        self.fit()

    def recolour(self) -> None:
        """Take the marks from the theme that is shown now."""
        self.more.setIcon(icon("filter", current_theme().colour("text")))
        for button, status in ((self.failed, "failed"), (self.live, "running")):
            name, role = ICONS[status]
            button.setIcon(icon(name, current_theme().colour(role)))

    def _take_words(self) -> None:
        self._rest.stop()
        self.ask(replace(self.asked, text=self.words.text()))

    def _switch(self, text: str, help: str, name: str, statuses: frozenset[str]) -> QToolButton:
        made = small_button(text, help, name, self)
        made.setCheckable(True)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.clicked.connect(lambda *_: self.ask(self.asked.toggled(statuses)))
        return made

    def _show(self) -> None:
        asked = self.asked
        for box, on in (
            (self.this_graph, asked.this_graph), (self.failed, asked.failed_only), (self.live, asked.live_only),
        ):  # fmt: skip
            blocked = box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(blocked)
        while (item := self._chips.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        chips = asked.chips()
        for number, (text, without) in enumerate(chips):
            self._chips.addWidget(self._chip(text, without, number))
        if chips:
            away = small_button("Clear all", "Remove all filters", "runs.clear", self._chip_row)
            away.clicked.connect(lambda *_: self.clear())
            self._chips.addWidget(away)
        self._chips.addStretch(1)
        self._chip_row.setVisible(bool(chips))

    def _chip(self, text: str, without: Asked, number: int) -> QToolButton:
        made = QToolButton(self._chip_row)
        made.setObjectName(f"runs.chip.{number}")
        made.setText(f"{text.replace('&', '&&')}  ✕")
        made.setToolTip(tip(f"Remove this filter: {text}"))
        made.setAccessibleName(f"Remove the filter {text}")
        made.setProperty("chip", "true")
        made.clicked.connect(lambda *_: self.ask(without))
        return made

    def _take_status(self, status: str, on: bool) -> None:
        self.ask(self.asked.with_status(status, on))

    # -- the menu -----------------------------------------------------------------------------

    def _fill_menu(self) -> None:
        self.menu.clear()
        asked = self.asked
        statuses = self.menu.addMenu("Status")
        for status in STATUSES:
            name, role = ICONS[status]
            action = statuses.addAction(icon(name, current_theme().colour(role)), status)
            action.setCheckable(True)
            action.setChecked(status in asked.statuses)
            action.toggled.connect(partial(self._take_status, status))
        self._add_names("Model", "Any model", self.models, asked.model, lambda name: replace(self.asked, model=name))
        started = self.menu.addMenu("Started")
        for days, text in DAYS:
            action = started.addAction(text)
            action.setCheckable(True)
            action.setChecked(days == asked.days and not (asked.first or asked.last))
            action.triggered.connect(lambda *_, days=days: self.ask(replace(self.asked, days=days, first="", last="")))
        started.addSeparator()
        started.addAction(self._range_row(started))
        costs = self.menu.addMenu("Cost")
        for cost in COSTS:
            action = costs.addAction(f"Over ${cost:g}" if cost else "Any cost")
            action.setCheckable(True)
            action.setChecked((asked.cost_over or 0.0) == cost)
            action.triggered.connect(lambda *_, cost=cost: self.ask(replace(self.asked, cost_over=cost or None)))
        costs.addSeparator()
        costs.addAction(self._cost_row(costs))
        classes = self._add_names(
            "Class", "Any class", self.behaviours, asked.behaviour, lambda name: replace(self.asked, behaviour=name)
        )
        if not self.behaviours:
            classes.addAction("No run has a class of dynamics yet").setEnabled(False)
        single = self.menu.addAction("Leave Out Runs of Batches")
        single.setCheckable(True)
        single.setChecked(asked.single)
        single.toggled.connect(lambda on: self.ask(replace(self.asked, single=on)))
        self.menu.addSeparator()
        away = self.menu.addAction("Clear All Filters")
        away.setEnabled(asked != Asked())
        away.triggered.connect(lambda *_: self.clear())

    def _add_names(self, title: str, any: str, names: Sequence[str], asked: str, then: Callable[[str], Asked]) -> QMenu:
        """A menu of names, the one that is asked for checked; the first lets all through."""
        menu = self.menu.addMenu(title)
        for name in ("", *names[:MODELS]):
            action = menu.addAction(plain_line(name)[:80].replace("&", "&&") if name else any)
            action.setCheckable(True)
            action.setChecked(name == asked)
            action.triggered.connect(lambda *_, name=name: self.ask(then(name)))
        return menu

    def _range_row(self, menu: QMenu) -> QWidgetAction:
        first, last = (_date(day) for day in (self.asked.first, self.asked.last))
        first.setObjectName("runs.first_day")
        first.setAccessibleName("From the day")
        last.setObjectName("runs.last_day")
        last.setAccessibleName("To the day")

        def take() -> None:
            days = sorted(day.date().toString(Qt.DateFormat.ISODate) for day in (first, last))
            self.menu.close()
            self.ask(replace(self.asked, days=0, first=days[0], last=days[1]))

        return _row(menu, "runs.range", (QLabel("From"), first, QLabel("to"), last), take)

    def _cost_row(self, menu: QMenu) -> QWidgetAction:
        field = QuietDoubleSpin()
        field.setObjectName("runs.cost")
        field.setAccessibleName("Cost over, in US dollars")
        field.setDecimals(4)
        field.setMaximum(1e6)
        field.setPrefix("$")
        field.setValue(self.asked.cost_over or 0.05)

        def take() -> None:
            self.menu.close()
            self.ask(replace(self.asked, cost_over=field.value() or None))

        return _row(menu, "runs.cost_over", (QLabel("Over"), field), take)


def _date(day: str) -> QDateEdit:
    made = QDateEdit()
    made.setDisplayFormat("yyyy-MM-dd")
    shown = QDate.fromString(day, Qt.DateFormat.ISODate)
    made.setDate(shown if shown.isValid() else QDate.currentDate())
    return made


def _row(menu: QMenu, name: str, widgets: Sequence[QWidget], take: Callable[[], None]) -> QWidgetAction:
    """A row of fields in a menu, with a button that takes them."""
    body = QWidget(menu)
    row = QHBoxLayout(body)
    row.setContentsMargins(24, 4, 10, 4)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget)
    apply = QPushButton("Apply", body)
    apply.setObjectName(f"{name}.apply")
    apply.clicked.connect(lambda *_: take())
    row.addWidget(apply)
    made = QWidgetAction(menu)
    made.setDefaultWidget(body)
    return made
