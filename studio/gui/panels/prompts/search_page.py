"""The page that finds prompts: words above, filters, the list, and the prompt that is selected beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.panels.prompts.asker import Asker
from studio.gui.panels.prompts.detail import PromptView, copied_text
from studio.gui.panels.prompts.empty_page import EmptyPage
from studio.gui.panels.prompts.filters import Chips, Filters, chips_of
from studio.gui.panels.prompts.kept import Kept
from studio.gui.panels.prompts.model import PromptModel
from studio.gui.panels.prompts.searching import Searching, count_text
from studio.gui.panels.prompts.table import PromptTable
from studio.gui.widgets.editor import Later
from studio.gui.widgets.find_field import FindField
from studio.gui.widgets.labels import Elided, Note, tip
from studio.support.errors import StudioError
from studio.trace.prompt_facets import Facets
from studio.trace.prompt_list import Page, Wanted
from studio.trace.prompt_rows import Place, PromptDetail, PromptRow
from studio.trace.prompt_words import read_words

WAIT_MS: Final = 160
"""How long typing rests before what is typed is looked for, in milliseconds."""

SLOW_MS: Final = 400
"""After which time it is said that looking goes on, in milliseconds."""

DETAIL_MS: Final = 60
SIDE_BY_SIDE: Final = 620
HIGH: Final = 420
"""Pixels: how wide the page is at least where the prompt stands beside the list; how high where it stands below."""


WORDS_HELP: Final = 'Words that must all be there; "words in a row"; begin* of a word; -not this one'
LONGEST_WORDS: Final = 200_000
"""Signs that can be typed or pasted as words; only the first are read."""


class SearchPage(QWidget):
    """`opened(row)`: go to a prompt's step. `example_asked`: open a recorded run, as there is no prompt yet."""

    opened = Signal(object)
    example_asked = Signal()
    said = Signal(str)

    def __init__(self, asker: Asker, kept: Kept, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.search")
        self._asker = asker
        self._kept = kept
        self._keep: int | None = None
        self._has_prompts: bool | None = None
        self.searching = Searching(asker, self)
        self.model = PromptModel(self)
        self._soon = Later(self, WAIT_MS, self.search)
        self._slow = Later(self, SLOW_MS, lambda: self.count.set_text("looking …"))
        self._detail_soon = Later(self, DETAIL_MS, self._ask_detail)
        self._make()
        wanted = kept.wanted()
        self.filters.show_wanted(wanted)
        self.filters.hide()
        self.words.textEdited.connect(lambda *_: self._soon.ask())
        self.words.textChanged.connect(lambda text: None if text else self._soon.ask())
        self.words.returnPressed.connect(self._to_list)
        self.words.left_down.connect(self._to_list)
        self.filters.changed.connect(self._on_filters)
        self.filters.refused.connect(self.said.emit)
        self.chips.chosen.connect(lambda wanted: self.show_wanted(wanted))
        self.model.more_wanted.connect(self.searching.more)
        self.searching.told.connect(lambda page, is_first: self._take_page(page, is_first))
        self.searching.refused.connect(lambda error: self._refused(error))
        asker.answered.connect(self._take)
        self.table.opened.connect(self.opened.emit)
        self.table.copied.connect(lambda row: self._copy("prompt"))
        self.table.menu_asked.connect(lambda row, point: self._menu(row, point))
        self.table.left_upwards.connect(self.words.setFocus)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._on_row())
        self.view.open_asked.connect(self._open_shown)
        self.view.copy_asked.connect(self._copy)
        self.view.other_asked.connect(lambda place: self._show_other(place))
        self._show_filters(wanted)

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        self.words = FindField("Find in prompts and replies", LONGEST_WORDS, self)
        self.words.setObjectName("prompts.words")
        self.words.setAccessibleName(f"Find prompts. {WORDS_HELP}")
        self.words.setToolTip(tip(WORDS_HELP))
        self.setFocusProxy(self.words)
        self.more = QToolButton(self)
        self.more.setObjectName("prompts.filter")
        self.more.setText("Filters")
        self.more.setCheckable(True)
        self.more.setAccessibleName("Show the filters")
        self.more.setToolTip("Filter by node, model, status, time, tokens, cost; group the same prompts")
        self.more.toggled.connect(self._show_strip)
        self.count = Elided("", self, role="soft")
        self.count.setObjectName("prompts.count")
        self.count.setMinimumWidth(50)
        self.bar = QWidget(self)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.words, 3)
        row.addWidget(self.more)
        row.addWidget(self.count, 1)
        self.filters = Filters(self)
        self.chips = Chips(self)
        self.note = Note("", "soft", self)
        self.note.setObjectName("prompts.note")
        self.note.setContentsMargins(8, 0, 8, 3)
        self.table = PromptTable(self.model, self._kept, self)
        self.view = PromptView(self)
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setObjectName("prompts.split")
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self.view)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setSizes(self._kept.numbers("split") or [560, 290])
        self.split.splitterMoved.connect(lambda *_: self._kept.note("split", self.split.sizes()))
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.split)
        self.empty = EmptyPage(self)
        self.empty.clear_button.clicked.connect(lambda *_: self.clear())
        self.empty.example_button.clicked.connect(lambda *_: self.example_asked.emit())
        self.stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.chips)
        column.addWidget(self.note)
        column.addWidget(self.stack, 1)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = event.size().width() >= SIDE_BY_SIDE or event.size().height() < HIGH
        self.split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    # -- what is looked for -------------------------------------------------------------------

    @property
    def wanted(self) -> Wanted:
        """What is asked for now."""
        return replace(self.filters.wanted, text=self.words.text())

    def show_wanted(self, wanted: Wanted) -> None:
        """Look for something else."""
        if self.words.text() != wanted.text:
            self.words.setText(wanted.text)
        self._soon.drop()
        self.filters.show_wanted(replace(wanted, text=""))
        self._on_filters()

    def clear(self) -> None:
        """Take words and filters away."""
        self.show_wanted(Wanted())
        self.words.setFocus()

    def file_changed(self) -> None:
        """Another file is asked from now on: a run of the one before is none of this."""
        self.filters.show_wanted(replace(self.filters.wanted, run=""))
        self._has_prompts = None
        self.model.clear()
        self.view.show_detail(None)
        self._show_filters(self.wanted)
        self.refresh()

    def refresh(self) -> None:
        """Look again; the row that is selected stays so."""
        if self._asker.file is None:
            return
        self._asker.ask("facets", lambda trace, stop: trace.prompt_facets())
        row = self.table.current_row()
        self.search()
        self._keep = None if row is None else row.id

    def search(self) -> None:
        """Look for what is asked for."""
        self._soon.drop()
        if self._asker.file is None:
            return
        words = read_words(self.words.text())
        self.note.set_text(words.note)
        self._keep = None
        self._slow.ask()
        self.searching.begin(self.wanted)

    def _on_filters(self) -> None:
        self._kept.note_wanted(self.filters.wanted)
        self._show_filters(self.wanted)
        self.search()

    def _show_strip(self, on: bool) -> None:
        self.filters.setVisible(on)

    def _show_filters(self, wanted: Wanted) -> None:
        self.chips.show_wanted(wanted)
        count = len(chips_of(wanted))
        self.more.setText(f"Filters · {count}" if count else "Filters")
        self.table.show_times(wanted.distinct)

    # -- what was found -----------------------------------------------------------------------

    def _take_page(self, page: Page, is_first: bool) -> None:
        self._slow.drop()
        if is_first:
            at_top = self.model.rows[:1] == page.rows[:1]
            scrolled = self.table.verticalScrollBar().value() if at_top else 0
            self.model.replace(page.rows, at_end=page.at_end)
            self.table.verticalScrollBar().setValue(scrolled)
            self._select_again()
        else:
            self.model.add(page.rows, at_end=page.at_end)
        self.count.set_text(count_text(page))
        self.note.set_text(page.note)
        self._show_state(page)

    def _select_again(self) -> None:
        at = next((at for at, row in enumerate(self.model.rows) if row.id == self._keep), -1)
        if at >= 0:
            self.table.select(at)
        elif self.model.rows:
            self.table.select(0)
        else:
            self.view.show_detail(None)

    def _show_state(self, page: Page) -> None:
        """Show the list, or say why it is empty."""
        if self.model.rows or not page.at_end:
            if self.model.rows and self.table.currentIndex().row() < 0:
                self.table.select(0)
            self.stack.setCurrentIndex(0)
            return
        narrow = bool(self.words.text().strip() or chips_of(self.wanted))
        if narrow and self._has_prompts is not False:
            self._say_empty("No prompt fits.", clear=True)
        else:
            self._say_empty(
                "No model was asked yet. Run a graph that asks one: each prompt and reply is kept here, of all runs."
                " To look around first, open a recorded example.",
                example=True,
            )

    def _say_empty(self, text: str, *, clear: bool = False, example: bool = False) -> None:
        self.empty.say(text, clear=clear, example=example)
        self.stack.setCurrentIndex(1)

    def _refused(self, error: StudioError) -> None:
        self._slow.drop()
        self.model.clear()
        self.view.show_detail(None)
        self.count.set_text("")
        # A profile in which nothing was ever run has no file yet.
        if self._asker.file is not None and not self._asker.file.exists():
            self._has_prompts = False
            self._show_state(Page([], 0, 0, True, True))
        else:
            self._say_empty(str(error)[:1000])

    def _take(self, key: Any, answer: Any) -> None:
        if key == "facets" and isinstance(answer, Facets):
            self._has_prompts = answer.prompts
            self.filters.offer(answer)
        elif key == "detail":
            if isinstance(answer, PromptDetail):
                self.view.show_detail(answer, read_words(self.words.text()))
            elif isinstance(answer, StudioError):
                self.view.show_detail(None, told=str(answer)[:500])
        elif isinstance(key, tuple) and key[0] == "copy":
            self._put_copy(key[1], answer)

    # -- the row that is selected -------------------------------------------------------------

    def _on_row(self) -> None:
        self._detail_soon.ask()

    def _ask_detail(self) -> None:
        row = self.table.current_row()
        if row is None:
            self._asker.drop("detail")
            self.view.show_detail(None)
        else:
            self._ask_about(row.id)

    def _ask_about(self, id: int) -> None:
        if self._asker.file is not None:
            self._asker.ask("detail", lambda trace, stop: trace.prompt_detail(id))

    def _show_other(self, place: Place) -> None:
        at = next((at for at, row in enumerate(self.model.rows) if row.id == place.id), -1)
        if at >= 0:
            self.table.select(at)
        self._ask_about(place.id)

    def _open_shown(self) -> None:
        if self.view.detail is not None:
            self.opened.emit(self.view.detail.row)

    def _menu(self, row: PromptRow, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("prompts.menu")
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction("Go to Step", lambda: self.opened.emit(row))
        menu.addSeparator()
        wanted = self.wanted
        for label, narrower in (
            ("Only This Node", replace(wanted, node=f"/{row.node}")),
            ("Only This Model", replace(wanted, model=row.model)),
            ("Only This Graph", replace(wanted, graph=row.graph)),
            ("Only This Run", replace(wanted, run=row.run)),
        ):
            entry = menu.addAction(label)
            entry.triggered.connect(lambda *_, narrower=narrower: self.show_wanted(narrower))
            entry.setEnabled(narrower != wanted)
        menu.addSeparator()
        for label, what in (("Copy Prompt", "prompt"), ("Copy Reply", "reply"), ("Copy as JSON", "json")):
            menu.addAction(label, partial(self._copy, what))
        menu.popup(point)

    def _copy(self, what: str) -> None:
        detail, row = self.view.detail, self.table.current_row()
        id = detail.row.id if detail is not None else None if row is None else row.id
        if id is not None:
            self._asker.ask(("copy", what), lambda trace, stop: trace.prompt_texts(id))

    def _put_copy(self, what: str, answer: Any) -> None:
        if not isinstance(answer, list):
            self.said.emit(str(answer))
            return
        made = copied_text(answer, what)
        QGuiApplication.clipboard().setText(made)
        self.said.emit(f"Copied: {len(made):,} signs.")

    # -- keys ---------------------------------------------------------------------------------

    def _to_list(self) -> None:
        if self._soon.waiting:
            self._soon.now()
        if self.model.rows:
            self.table.setFocus()
            self.table.select(max(0, self.table.currentIndex().row()))
