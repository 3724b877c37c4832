"""One test in full: what it is there for, what it expects, and what is not as it should be, old beside new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPlainTextEdit, QScrollArea, QToolButton, QVBoxLayout, QWidget

from studio.gui.base.columns import clear
from studio.gui.base.guard import guarded
from studio.gui.dialogs.compare import differences, fill_lines, lines_view
from studio.gui.theme import themes
from studio.gui.widgets.json_text import pretty
from studio.gui.widgets.labels import LONGEST, Elided, Note, small_button
from studio.support.plain import plain
from studio.support.values import Json, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.cases.judging import Failure
    from studio.gui.panels.tests.model import Row

MOST_BYTES: Final = 200_000
"""Bytes of a value whose two versions are compared line by line; of longer ones the first difference is shown."""

MOST_FAILURES: Final = 20
MOST_ROWS: Final = 14
"""Lines of a difference that are seen without scrolling in it."""

BUTTONS: Final = (
    ("tests.step_through", "Step Through"), ("tests.renew", "Renew…"), ("tests.open_file", "Open File"),
    ("tests.go_to_node", "Go to Node"),
)  # fmt: skip


class Detail(QScrollArea):
    """What is to be said about the test that is selected."""

    def __init__(self, trigger: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tests.detail")
        self.setAccessibleName("About the test")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(220)
        self._shown: tuple[Any, ...] = ()
        self._diffs: list[tuple[QPlainTextEdit, list[tuple[str, str]]]] = []
        body = QWidget()
        self._rows = QVBoxLayout(body)
        self._rows.setContentsMargins(12, 8, 12, 8)
        self._rows.setSpacing(6)
        self.title = Elided()
        self.title.set_strong(True)
        self.title.setObjectName("tests.detail.title")
        self.about = Note("", "soft")
        self.expects = Note("", "soft")
        self.expects.setObjectName("tests.detail.expects")
        self.buttons: dict[str, QToolButton] = {}
        row = QGridLayout()  # in two rows: beside the list there is no room for all four in one
        row.setSpacing(4)
        row.setColumnStretch(2, 1)
        for number, (action_id, label) in enumerate(BUTTONS):
            button = small_button(label, label.rstrip("…"), f"tests.detail.{action_id.partition('.')[2]}")
            button.clicked.connect(lambda *_, id=action_id: trigger(id))
            self.buttons[action_id] = button
            row.addWidget(button, number // 2, number % 2, Qt.AlignmentFlag.AlignLeft)
        self._failures = QVBoxLayout()
        self._failures.setSpacing(6)
        for widget in (self.title, self.about, self.expects):
            self._rows.addWidget(widget)
        self._rows.addLayout(row)
        self._rows.addLayout(self._failures)
        self._rows.addStretch(1)
        self.setWidget(body)
        themes().changed.connect(self._recolour)

    def show_row(self, row: Row | None) -> None:
        """Show a test, or nothing."""
        outcome = None if row is None or row.result is None else row.result.outcome
        key = (None if row is None else id(row.case), id(outcome), row is not None and row.is_playing)
        if key == self._shown:
            return
        self._shown = key
        clear(self._failures)
        self._diffs = []
        for button in self.buttons.values():
            button.setVisible(row is not None)
        if row is None:
            self.title.set_text("")
            self.about.set_text("Select a test to see what it expects.")
            self.expects.set_text("")
            return
        case = row.case
        self.title.set_text(case.name)
        self.about.set_text(plain(case.about[:LONGEST]))
        self.expects.set_text(plain("Expected: " + "; ".join(_expected(row))[:LONGEST] + _kept(row)))
        self.buttons["tests.go_to_node"].setVisible(bool(case.node))
        if outcome is None:
            return
        if outcome.passed:
            self._add(Note("All of that is so.", "ok"))
        for failure in list(outcome.failures)[:MOST_FAILURES]:
            self._add_failure(row, failure)
        if len(outcome.failures) > MOST_FAILURES:
            self._add(Note(f"and {len(outcome.failures) - MOST_FAILURES} more", "soft"))

    def _add(self, widget: QWidget) -> None:
        self._failures.addWidget(widget)
        widget.show()

    def _add_failure(self, row: Row, failure: Failure) -> None:
        message = Note(plain(failure.message[:LONGEST]), "bad")
        message.setObjectName("tests.failure")
        self._add(message)
        lines = list(difference_of(row, failure))
        if lines:
            view = lines_view("Recorded and now")
            view.setObjectName("tests.failure.lines")
            fill_lines(view, lines)
            view.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
            self._fit(view, lines)
            self._diffs.append((view, lines))
            self._add(view)
        if failure.hint:
            self._add(Note(plain(failure.hint[:LONGEST]), "soft"))

    def _fit(self, view: QPlainTextEdit, lines: list[tuple[str, str]]) -> None:
        """As high as the lines take, up to a point."""
        metrics = view.fontMetrics()
        each = max(10, (self.viewport().width() - 60) // max(1, metrics.horizontalAdvance("m")))
        count = sum(1 + (len(text) + 2) // each for _, text in lines[:MOST_ROWS])
        view.setFixedHeight(metrics.lineSpacing() * min(MOST_ROWS, count) + 16)

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for view, lines in self._diffs:
            self._fit(view, lines)

    def _recolour(self) -> None:
        for view, lines in self._diffs:
            view.clear()
            fill_lines(view, lines)


def difference_of(row: Row, failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield what was recorded and what is now as lines: − the old, + the new; of an expectation the values it names."""
    result = row.result
    if failure.what == "equal" and result is not None:
        port = failure.message.partition("`")[2].partition("`")[0]
        before = _text(row.case.recorded.outputs, port)
        now = _text(result.outcome.played.outputs, port)
        if before is not None and now is not None:
            yield from differences(before, now)
            return
    for name, value in failure.values.items():
        sign = {"recorded": "-", "now": "+"}.get(name, " ")
        said = plain(value) if sign != " " else f"{name} = {plain(value)}"
        yield from ((sign, line) for line in said.splitlines() or [""])


def _text(outputs: Any, port: str) -> str | None:
    """A value as lines; None if it is too long to be compared here."""
    if port not in outputs:
        return ""
    value: Json = outputs[port]
    if len(encode(value)) > MOST_BYTES:
        return None
    return plain(value) if isinstance(value, str) else plain(pretty(value))


def _expected(row: Row) -> Iterator[str]:
    case = row.case
    if case.equal is True:
        ports = ", ".join(f"`{port}`" for port in case.recorded.outputs)
        yield f"{ports or 'all outputs'} as recorded"
    elif case.equal:
        yield ", ".join(f"`{port}`" for port in case.equal) + " as recorded"
    yield from (one.text for one in case.expect)


def _kept(row: Row) -> str:
    recorded = row.case.recorded
    parts = [f"from run {recorded.run[:40]}"] if recorded.run else []
    if recorded.answers:
        count = len(recorded.answers)
        parts.append("1 answer is recorded" if count == 1 else f"{count} answers are recorded")
    return f"\n{', '.join(parts)}." if parts else ""
