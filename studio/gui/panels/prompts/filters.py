"""The filters of the list: a strip of fields, and a chip for each that is set."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QToolButton, QWidget

from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.editor import Later
from studio.gui.widgets.labels import small_button, tip
from studio.gui.widgets.lines import mark_wrong
from studio.support.plain import plain_line
from studio.trace.prompt_facets import Facets
from studio.trace.prompt_list import Wanted

WAIT_MS: Final = 250
"""How long a field that is typed into waits before the filter counts."""

STATUS: Final = {
    "": "any status", "ok": "answered", "error": "error", "unanswered": "no answer", "refused": "refused by a check",
    "cut off": "cut off", "cached": "from the cache",
}  # fmt: skip
ROLE: Final = {
    "": "in anything", "system": "in system", "user": "in user", "assistant": "in assistant", "reply": "in reply",
}  # fmt: skip
SCOPES: Final = ("all graphs", "this run", "this graph")
DAYS: Final = {"any time": 0.0, "last hour": 1 / 24, "last 24 hours": 1.0, "last 7 days": 7.0, "last 30 days": 30.0}
ORDER: Final = ("newest first", "oldest first", "best first")


class Filters(QWidget):
    """Fields of `wanted`. `changed` is told when a person has changed one."""

    changed = Signal()
    here_asked = Signal()
    """The run or the graph in front is meant."""
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.filters")
        self.here: Callable[[], tuple[str, str]] | None = None
        """Gives the run and the graph in front."""
        self._wanted = Wanted()
        self._showing = False
        self._later = Later(self, WAIT_MS, self._read)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(8, 2, 8, 4)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        self.node = self._typed_combo("node", "any node", "A node path, or its last part; * for items of a map")
        self.model = self._typed_combo("model", "any model", "The name of a model")
        self.scope = self._combo("scope", "Of which runs prompts are listed", list(SCOPES))
        self.scope.setPlaceholderText("one run")
        self.status = self._combo("status", "What came of the call", list(STATUS.values()))
        self.days = self._combo("when", "When it was asked", list(DAYS))
        self.role = self._combo("role", "Where the words are looked for", list(ROLE.values()))
        self.order = self._combo("order", "In which order prompts are listed", ORDER)
        self.tokens = self._line(
            "tokens", "tokens over …", "Only prompts with more tokens than this, sent and received"
        )
        self.cost = self._line("cost", "cost over … $", "Only prompts that cost more than this, in US dollars")
        self.distinct = QCheckBox("same prompts once", self)
        self.distinct.setObjectName("prompts.filter.distinct")
        self.distinct.setToolTip("The same messages as one row, with how often they were asked and how replies differ")
        self.distinct.clicked.connect(self._read)
        places: tuple[QWidget, ...] = (
            self.scope, self.node, self.model, self.status, self.days, self.role, self.tokens, self.cost, self.order,
            self.distinct,
        )  # fmt: skip
        for number, field in enumerate(places):
            self._grid.addWidget(field, *divmod(number, 5))
        for column in range(5):
            self._grid.setColumnStretch(column, 1)
        self.show_wanted(Wanted())

    # -- how it is built ----------------------------------------------------------------------

    def _typed_combo(self, name: str, hint: str, help: str) -> QuietCombo:
        made = self._combo(name, help, [])
        made.setEditable(True)
        made.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        field = made.lineEdit()
        assert field is not None
        field.setPlaceholderText(hint)
        field.setAccessibleName(help)
        field.textEdited.connect(lambda *_: self._later.ask())
        field.returnPressed.connect(self._read)
        return made

    def _combo(self, name: str, help: str, words: Sequence[str]) -> QuietCombo:
        made = QuietCombo(self)
        made.setObjectName(f"prompts.filter.{name}")
        made.setAccessibleName(help)
        made.setToolTip(tip(help))
        made.addItems(list(words))
        made.activated.connect(lambda *_: self._pick_scope() if name == "scope" else self._read())
        return made

    def _line(self, name: str, hint: str, help: str) -> QLineEdit:
        made = QLineEdit(self)
        made.setObjectName(f"prompts.filter.{name}")
        made.setAccessibleName(help)
        made.setToolTip(tip(help))
        made.setPlaceholderText(hint)
        made.setMaxLength(20)
        made.setMinimumWidth(50)
        made.textEdited.connect(lambda *_: self._later.ask())
        made.editingFinished.connect(self._later.now)
        return made

    # -- what is asked for --------------------------------------------------------------------

    @property
    def wanted(self) -> Wanted:
        """The filters as they stand; the text is for who shows the field of words."""
        return self._wanted

    def show_wanted(self, wanted: Wanted) -> None:
        """Show filters without telling."""
        self._later.drop()
        self._showing = True
        self._show_scope(wanted)
        for combo, text in ((self.node, wanted.node), (self.model, wanted.model)):
            combo.setCurrentIndex(combo.findText(text) if text else -1)
            combo.setEditText(text)
        self.status.setCurrentIndex(list(STATUS).index(wanted.status) if wanted.status in STATUS else 0)
        self.role.setCurrentIndex(list(ROLE).index(wanted.role) if wanted.role in ROLE else 0)
        self.order.setCurrentIndex(2 if wanted.best else int(wanted.oldest))
        self.days.setCurrentIndex(_days_index(wanted))
        self.tokens.setText("" if wanted.tokens_over is None else str(wanted.tokens_over))
        self.cost.setText("" if wanted.cost_over is None else f"{wanted.cost_over:g}")
        self.distinct.setChecked(wanted.distinct)
        for line in (self.tokens, self.cost):
            mark_wrong(line, False)
        self._wanted = wanted
        self._showing = False

    def offer(self, facets: Facets) -> None:
        """Offer these names; what is typed stays."""
        while self.scope.count() > len(SCOPES):
            self.scope.removeItem(len(SCOPES))
        for name in facets.graphs:
            self.scope.addItem(plain_line(name[:300]), name)
        self._show_scope(self._wanted)
        for combo, names in ((self.node, facets.nodes), (self.model, facets.models)):
            text = combo.currentText()
            combo.clear()
            combo.addItems([plain_line(name[:300]) for name in names])
            combo.setCurrentIndex(combo.findText(text) if text else -1)
            combo.setEditText(text)

    def _show_scope(self, wanted: Wanted) -> None:
        run = self.here()[0] if self.here is not None and wanted.run else ""
        if wanted.run:
            self.scope.setCurrentIndex(1 if wanted.run == run else -1)
        elif wanted.graph:
            if self.scope.findData(wanted.graph) < 0:
                self.scope.addItem(plain_line(wanted.graph[:300]), wanted.graph)
            self.scope.setCurrentIndex(self.scope.findData(wanted.graph))
        else:
            self.scope.setCurrentIndex(0)

    def _pick_scope(self) -> None:
        """A person has said of which runs prompts are to be listed."""
        at = self.scope.currentIndex()
        run = graph = ""
        if at in (1, 2):
            self.here_asked.emit()  # the file of the run in front is asked from now on
            run, graph = self.here() if self.here is not None else ("", "")
            run, graph = (run, "") if at == 1 else ("", graph)
            if not run and not graph:
                self.refused.emit("No run is open in replay." if at == 1 else "No graph is open.")
        elif at > 2:
            graph = str(self.scope.itemData(at))
        # What one run has done is read from its beginning; of many the newest are looked for.
        oldest = bool(run) if bool(run) != bool(self._wanted.run) else self._wanted.oldest
        self._wanted = replace(self._wanted, run=run, graph=graph, oldest=oldest)
        self.order.setCurrentIndex(2 if self._wanted.best else int(oldest))
        self._show_scope(self._wanted)
        self.changed.emit()

    def _read(self) -> None:
        if self._showing:
            return
        self._later.drop()
        days = list(DAYS.values())[max(0, self.days.currentIndex())]
        same_days = _days_index(self._wanted) == self.days.currentIndex()
        wanted = replace(
            self._wanted,
            node=self.node.currentText().strip()[:300],
            model=self.model.currentText().strip()[:300],
            status=list(STATUS)[max(0, self.status.currentIndex())],
            role=list(ROLE)[max(0, self.role.currentIndex())],
            best=self.order.currentIndex() == 2,
            oldest=self.order.currentIndex() == 1,
            since=self._wanted.since if same_days else (time.time() - days * 86_400 if days else None),
            tokens_over=_number(self.tokens, int),
            cost_over=_number(self.cost, float),
            distinct=self.distinct.isChecked(),
        )
        if wanted != self._wanted:
            self._wanted = wanted
            self.changed.emit()


def _number(line: QLineEdit, kind: Callable[[str], float]) -> int | None:
    """The number in a field; what is none is marked, and does not count."""
    text = line.text().strip().replace(",", "").replace("_", "").lstrip("$")
    try:
        value = kind(text) if text else None
        is_wrong = value is not None and not 0 <= value < 1 << 53
    except ValueError:
        value, is_wrong = None, True
    mark_wrong(line, is_wrong)
    return None if is_wrong else value  # type: ignore[return-value]


def _days_index(wanted: Wanted) -> int:
    if wanted.since is None:
        return 0
    days = (time.time() - wanted.since) / 86_400
    return min(range(1, len(DAYS)), key=lambda at: abs(list(DAYS.values())[at] - days))


def chips_of(wanted: Wanted) -> list[tuple[str, Wanted]]:
    """Return a line for each filter that is set, and the filters without it."""
    chips: list[tuple[str, Wanted]] = []
    for text, value, without in (
        (f"run {wanted.run[:10]}", wanted.run, replace(wanted, run="", oldest=False)),
        (f"graph {wanted.graph}", wanted.graph, replace(wanted, graph="")),
        (f"node {wanted.node}", wanted.node, replace(wanted, node="")),
        (f"model {wanted.model}", wanted.model, replace(wanted, model="")),
        (STATUS.get(wanted.status, ""), wanted.status, replace(wanted, status="")),
    ):
        if value:
            chips.append((text, without))
    if wanted.since is not None:
        chips.append((list(DAYS)[_days_index(wanted)], replace(wanted, since=None)))
    if wanted.tokens_over is not None:
        chips.append((f"over {wanted.tokens_over:,} tokens", replace(wanted, tokens_over=None)))
    if wanted.cost_over is not None:
        chips.append((f"over ${wanted.cost_over:g}", replace(wanted, cost_over=None)))
    if wanted.role:
        chips.append((f"words {ROLE.get(wanted.role, wanted.role)}", replace(wanted, role="")))
    if wanted.distinct:
        chips.append(("same prompts once", replace(wanted, distinct=False)))
    if wanted.best or wanted.oldest:
        chips.append((ORDER[2 if wanted.best else 1], replace(wanted, best=False, oldest=False)))
    return chips


class Chips(QWidget):
    """A button for each filter that is set, which takes it away, and one for all. `chosen(wanted)` tells."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.chips")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 0, 8, 4)
        self._row.setSpacing(5)
        self._row.addStretch(1)
        self.buttons: list[QToolButton] = []

    def show_wanted(self, wanted: Wanted) -> None:
        """Show a chip for each filter."""
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        chips = chips_of(wanted)
        for text, without in chips:
            shown = plain_line(text[:200])
            button = QToolButton(self)
            button.setProperty("chip", True)
            button.setText(f"{shown[:40]}  ×".replace("&", "&&"))
            button.setToolTip(tip(f"{shown}: take this filter away"))
            button.setAccessibleName(f"Take the filter away: {shown}")
            button.clicked.connect(lambda *_, without=without: self.chosen.emit(without))
            self.buttons.append(button)
        if len(chips) > 1:
            clear = small_button("Clear all", "Take all filters away", "prompts.clear", self)
            clear.clicked.connect(lambda *_: self.chosen.emit(Wanted(text=wanted.text)))
            self.buttons.append(clear)
        for place, button in enumerate(self.buttons):
            self._row.insertWidget(place, button)
        self.setVisible(bool(self.buttons))
