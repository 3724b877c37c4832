"""`Searching`: one search after another, page by page, asked on the thread of an `Asker`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from studio.gui.panels.prompts.asker import Asker, Stop
from studio.support.errors import StudioError
from studio.trace.prompt_list import PAGE, Page, Wanted

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.prompt_list import PromptSearch

KEY: Final = "search"

COUNTED: Final = 12
"""Steps for which it is looked on just to know how many there are; then the number stays a guess."""


class Searching(QObject):
    """`told(page, is_first)` brings rows, or only a better count; `refused(error)` why there are none."""

    told = Signal(object, bool)
    refused = Signal(object)

    def __init__(self, asker: Asker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asker = asker
        self._search: list[PromptSearch] = []
        """Holds the search that goes on; only the thread reaches into it."""
        self._missing = 0
        self._counted = 0
        self._is_first = True
        self._page: Page | None = None
        asker.answered.connect(self._take)

    @property
    def is_busy(self) -> bool:
        """True while rows are awaited."""
        return self._missing > 0

    def begin(self, wanted: Wanted) -> None:
        """Search anew; what went on before ends."""
        self._asker.drop(KEY)
        # Each question of this search is ended by the same sign, also those that come after the first.
        holder: list[PromptSearch] = []
        self._search = holder
        self._missing, self._counted, self._is_first, self._page = PAGE, 0, True, None

        def first(trace: Trace, stop: Stop) -> Page:
            holder.append(trace.find_prompts(wanted, lambda: holder is not self._search or stop()))
            return holder[0].next_page(PAGE)

        self._asker.ask(KEY, first)

    def more(self) -> None:
        """Ask for the next page, unless it is awaited."""
        if self._missing == 0 and self._search and self._page is not None and not self._page.at_end:
            self._missing = PAGE
            if not self._asker.is_asked(KEY):
                self._go_on()

    def end(self) -> None:
        """Leave the search that goes on."""
        self._asker.drop(KEY)
        self._search, self._missing = [], 0

    def _go_on(self) -> None:
        holder, missing = self._search, self._missing
        page = self._page
        if page is None or not holder:
            return
        if missing > 0 and not page.at_end:
            self._ask(lambda: holder[0].next_page(missing))
        elif not page.is_all and self._counted < COUNTED:
            self._counted += 1
            self._ask(lambda: holder[0].count_on())

    def _ask(self, call: Callable[[], Page]) -> None:
        self._asker.ask(KEY, lambda trace, stop: call())

    def _take(self, key: Any, answer: Any) -> None:
        if key != KEY:
            return
        if isinstance(answer, StudioError):
            self._missing = 0
            self.refused.emit(answer)
            return
        if not isinstance(answer, Page):
            return
        self._page = answer
        self._missing = 0 if answer.at_end else max(0, self._missing - len(answer.rows))
        is_first, self._is_first = self._is_first, False
        self.told.emit(answer, is_first)
        self._go_on()


def count_text(page: Page) -> str:
    """Return how many prompts there are, as far as that is known."""
    what = "prompt" if page.found == 1 and page.is_all else "prompts"
    if page.is_all:
        return f"{page.found:,} {what}"
    if page.found == 0:
        return "looking …"
    return f"about {_round(page.about):,} {what}"


def _round(number: int) -> int:
    """A number with two digits that tell something."""
    unit = int(10.0 ** max(0, len(str(number)) - 2))
    return max(unit, round(number / unit) * unit)
