"""Questions that a run asks the person: a panel that rises, not a dialog that stands in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.gui.base.guard import guarded
from studio.gui.live.bridge import Live
from studio.gui.panels import Panel
from studio.gui.widgets.areas import Area
from studio.gui.widgets.labels import Note, cut, small_button, tip
from studio.gui.widgets.undo_keys import UndoHost
from studio.gui.workbench import Workbench
from studio.support.plain import plain, plain_line

if TYPE_CHECKING:
    from studio.gui.live.watching.human import Question

SIGNS = 1500
"""Signs of a question that are shown as they are; more are scrolled. All of it is there: what a person approves must
not end where the room does."""

SCROLLED = 360
"""Pixels: how high a question is that is scrolled."""

CARDS = 20
"""Questions that are shown at once: a map may ask one for each of its items."""

CHOICES = 40
"""Choices that get a button; of more, the answer is typed."""


class QuestionsPanel(QWidget):
    """A card for each question, the oldest on top. The panel rises with the first and hides after the last."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("questions")
        self.setAccessibleName("Questions")
        self.workbench = workbench
        self.live: Live = workbench.part("live")
        self.cards: dict[int, QuestionCard] = {}
        self._rose = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Questions of the run")
        outer.addWidget(area)
        body = QWidget(area)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(10, 8, 10, 8)
        self._column.setSpacing(10)
        self._empty = Note("Nobody asks you anything. Questions of a run appear here.", "soft", body)
        self._column.addWidget(self._empty)
        self._more = Note("", "soft", body)
        self._more.setObjectName("questions.more")
        self._column.addWidget(self._more)
        self._column.addStretch(1)
        area.setWidget(body)
        self.live.questions_changed.connect(self.refresh)
        self.live.ended.connect(lambda *_: self.refresh())
        self.refresh()

    @guarded(QSize(300, 240))
    def sizeHint(self) -> QSize:
        return QSize(320, 260)

    def refresh(self) -> None:
        """Show the questions that wait."""
        questions = {question.number: question for question in self.live.questions}
        for number in [number for number in self.cards if number not in questions]:
            card = self.cards.pop(number)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for number, question in list(questions.items())[:CARDS]:
            if number not in self.cards:
                card = self.cards[number] = QuestionCard(question, self.live, self)
                self._column.insertWidget(self._column.count() - 2, card)
        more = len(questions) - len(self.cards)
        self._more.set_text(f"{more:,} more questions wait; they come up as these are answered." if more else "")
        self._empty.setVisible(not self.cards)
        self._rise(bool(self.cards))

    def _rise(self, is_wanted: bool) -> None:
        """Show the panel without taking the focus from where a person types; put it away again after."""
        dock = self.parentWidget()
        while dock is not None and not isinstance(dock, QDockWidget):
            dock = dock.parentWidget()
        if dock is None:
            return
        if is_wanted and not self._rose:
            self._rose = not dock.isVisible()
            dock.show()
            dock.raise_()
            typing = QApplication.focusWidget()
            if not isinstance(typing, QLineEdit | QPlainTextEdit):
                next(iter(self.cards.values())).take_focus()
        elif not is_wanted and self._rose:
            self._rose = False
            dock.hide()


def _asked(text: str, parent: QWidget) -> QWidget:
    if len(text) > SIGNS:
        view = QPlainTextEdit(text, parent)
        view.setReadOnly(True)
        view.setFixedHeight(SCROLLED)
        view.setTabChangesFocus(True)
        view.setAccessibleName(cut(text))
        return view
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setAccessibleName(cut(text))
    return label


class QuestionCard(QFrame, UndoHost):
    """One question: who asks, what, and how it can be answered."""

    def __init__(self, question: Question, live: Live, parent: QWidget) -> None:
        super().__init__(parent)
        self.question = question
        self.live = live
        call = question.call
        self.setObjectName(f"question.{question.number}")
        self.setProperty("card", True)
        self.setAccessibleName(f"Question of {call.node}: {cut(call.question, 300)}")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        head = QHBoxLayout()
        where = small_button(
            _button_text(call.node)[:60], f"Show {call.node}", f"question.{question.number}.node", self
        )
        where.clicked.connect(self._show_node)
        head.addWidget(where)
        head.addWidget(Note(f"tick {call.tick}", "soft", self), 1)
        column.addLayout(head)
        column.addWidget(_asked(plain(call.question), self))
        self.choices: list[QPushButton] = []
        self.field: Area | None = None
        if call.choices and len(call.choices) <= CHOICES:
            self._add_choices(column)
        else:
            self._add_field(column)
        self._wrong = Note("", "bad", self)
        column.addWidget(self._wrong)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.later = small_button(
            "Answer later",
            "Pause the run here; it can be gone on with another day",
            f"question.{question.number}.later",
            self,
        )
        self.later.clicked.connect(self._later)
        foot.addWidget(self.later)
        if self.field is not None:
            self.send = QPushButton("Answer", self)
            self.send.setObjectName(f"question.{question.number}.answer")
            self.send.setProperty("primary", True)
            self.send.setToolTip("Enter")
            self.send.clicked.connect(self._typed)
            foot.addWidget(self.send)
        column.addLayout(foot)

    def take_focus(self) -> None:
        """Put the focus where the answer is given."""
        first: QWidget | None = self.field or next(iter(self.choices), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def undo(self) -> None:
        """Take back what was typed last."""
        if self.field is not None:
            self.field.undo()

    def redo(self) -> None:
        """Do it again."""
        if self.field is not None:
            self.field.redo()

    def _add_choices(self, column: QVBoxLayout) -> None:
        rows = QVBoxLayout()
        rows.setSpacing(4)
        for number, choice in enumerate(self.question.call.choices):
            button = QPushButton(_button_text(choice), self)
            button.setObjectName(f"question.{self.question.number}.choice.{number}")
            button.setAccessibleName(cut(choice, 300))
            button.setToolTip(tip(choice))
            button.setProperty("primary", choice == self.question.call.default)
            button.clicked.connect(lambda *_, choice=choice: self._answer(choice))
            rows.addWidget(button)
            self.choices.append(button)
        column.addLayout(rows)

    def _add_field(self, column: QVBoxLayout) -> None:
        call = self.question.call
        self.field = _AnswerField(self._typed, self)
        self.field.setUndoRedoEnabled(True)
        self.field.setObjectName(f"question.{self.question.number}.field")
        self.field.setAccessibleName("Your answer")
        if call.default is not None:
            self.field.setPlaceholderText(f"{plain_line(call.default)[:200]} (if left empty)")
        elif call.choices:
            self.field.setPlaceholderText(f"one of {len(call.choices)} choices")
        else:
            self.field.setPlaceholderText("Your answer. Shift+Enter begins a new line.")
        column.addWidget(self.field)

    def _typed(self) -> None:
        if self.field is not None:
            self._answer(self.field.text())

    def _answer(self, text: str) -> None:
        if not self.question.answer(text):
            self._wrong.set_text(f"The answer is one of: {', '.join(self.question.call.choices[:20])}.")
            return
        self.setEnabled(False)  # it goes when the run has taken the answer

    def _later(self) -> None:
        self.question.later()
        self.setEnabled(False)

    def _show_node(self) -> None:
        active = self.live.active
        if active is not None:
            self.live.show_node(active, self.question.call.node)


class _AnswerField(Area):
    """Enter answers, Shift+Enter begins a new line."""

    def __init__(self, send: Callable[[], object], parent: QWidget) -> None:
        super().__init__(1, 8, parent)
        self._send = send

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self._send()
            return
        super().keyPressEvent(event)


def _button_text(choice: str) -> str:
    """The text of a button; `&` would be taken for a key."""
    return cut(plain_line(choice), 80).replace("&", "&&")


PANEL = Panel(
    "questions", "Questions", "right", QuestionsPanel, order=90, shown=False,
    help="What a run asks you. The panel rises when there is a question.",
)  # fmt: skip
