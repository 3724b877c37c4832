"""One prompt in full, beside the list: messages by role, the reply, what was set, and where the same was asked."""

from __future__ import annotations

import json
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from studio.gui.panels.prompts.columns import SHORT, cost_text, took_text, when_text
from studio.gui.theme import current_theme, themes
from studio.gui.theme.theme import mixed
from studio.gui.widgets.json_text import pretty
from studio.gui.widgets.labels import Elided, Link, small_button
from studio.support.plain import plain, plain_line
from studio.support.values import Json
from studio.trace.prompt_rows import Place, PromptDetail
from studio.trace.prompt_words import Words

SIGNS: Final = 120_000
"""Signs of all texts together that are shown; copying takes all."""

MARKS: Final = 500
"""Places of found words that are marked."""

LISTED: Final = 30
"""Other places of a prompt that the menu offers."""

EMPTY: Final = "Select a prompt to read it here."
_WORDS: Final = {"user": "User", "system": "System", "assistant": "Assistant", "tool": "Tool", "reply": "Reply"}


class PromptView(QWidget):
    """Shows a `PromptDetail`. `open_asked`: go to its step. `copy_asked(what)`: `prompt`, `reply` or `json`.
    `other_asked(place)`: show another call with the same messages."""

    open_asked = Signal()
    copy_asked = Signal(str)
    other_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompts.detail")
        self.setMinimumWidth(200)
        self.detail: PromptDetail | None = None
        self._words = Words()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 8, 4)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(4)
        self.title = Elided("", self, role="ink")
        self.title.setObjectName("prompts.detail.title")
        self.title.set_strong(True)
        head.addWidget(self.title, 1)
        self.copy = small_button("Copy", "Copy the prompt, the reply or both", "prompts.copy", self)
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.copy)
        for label, what in (("Copy Prompt", "prompt"), ("Copy Reply", "reply"), ("Copy as JSON", "json")):
            menu.addAction(label, partial(self.copy_asked.emit, what))
        self.copy.setMenu(menu)
        head.addWidget(self.copy)
        self.open = small_button("Go to step", "Open the run in replay at this step (Enter)", "prompts.open", self)
        self.open.clicked.connect(lambda *_: self.open_asked.emit())
        head.addWidget(self.open)
        column.addLayout(head)
        self.facts = Elided("", self, role="soft")
        self.facts.setObjectName("prompts.facts")
        column.addWidget(self.facts)
        self.same = Link("", "Other calls with the same messages", "prompts.same", self)
        self.same.clicked.connect(lambda *_: self._show_others())
        column.addWidget(self.same)
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("prompts.text")
        self.text.setAccessibleName("The prompt and its reply")
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setUndoRedoEnabled(False)
        self.text.setTabChangesFocus(True)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setPlaceholderText(EMPTY)
        column.addWidget(self.text, 1)
        themes().changed.connect(self._fill)
        self.show_detail(None)

    def show_detail(self, detail: PromptDetail | None, words: Words | None = None, told: str = "") -> None:
        """Show a prompt with words marked in it, or none and why."""
        self.detail, self._words = detail, words or Words()
        row = None if detail is None else detail.row
        self.title.set_text("" if row is None else plain_line(row.node[-300:].rpartition("/")[2]))
        self.facts.set_text("" if detail is None else facts_of(detail))
        self.facts.setVisible(detail is not None)
        self.copy.setEnabled(row is not None)
        self.open.setEnabled(row is not None)
        self.copy.setVisible(row is not None)
        self.open.setVisible(row is not None)
        self.same.setVisible(detail is not None and detail.times > 1)
        if detail is not None and detail.times > 1:
            text = same_text(detail)
            self.same.setText(text)
            self.same.setAccessibleName(f"{text}. Show where.")
            self.same.updateGeometry()
        self.text.setPlaceholderText(told or EMPTY)
        self._fill()

    def _fill(self) -> None:
        self.text.clear()
        if self.detail is None:
            return
        theme = current_theme()
        cursor = QTextCursor(self.text.document())
        left = SIGNS
        for number, part in enumerate(self.detail.texts):
            role = "accent" if part.role == "reply" else "soft"
            cut = f"  (the first {min(len(part.text), left):,} of {part.size:,} signs)"
            is_cut = part.size > len(part.text) or len(part.text) > left
            word = _WORDS.get(part.role, plain_line(part.role))
            self._heading(cursor, word + (cut if is_cut else ""), role, first=number == 0)
            shown = plain(part.text[: max(left, 0)])
            left -= len(shown)
            looks = QTextCharFormat()
            looks.setForeground(theme.colour("ink" if part.role == "reply" else "text"))
            cursor.insertText(shown, looks)
        row = self.detail.row
        if row.status != "ok":
            said = row.error or "There is no answer: it is on its way, or the process ended before it came."
            self._heading(cursor, "Error" if row.error else "No answer", "bad")
            cursor.insertText(plain(said))
        self._heading(cursor, "Parameters", "soft")
        looks = QTextCharFormat()
        looks.setForeground(theme.colour("soft"))
        cursor.insertText(plain(parameters_text(self.detail.parameters)[:SIGNS]), looks)
        self._mark()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
        if self._words.wanted:
            self._show_first()

    def _heading(self, cursor: QTextCursor, text: str, role: str, *, first: bool = False) -> None:
        looks = QTextCharFormat()
        looks.setForeground(current_theme().colour(role))
        looks.setFontWeight(QFont.Weight.DemiBold)
        block = QTextBlockFormat()
        block.setTopMargin(0 if first else 7)
        if first:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        cursor.insertText(text, looks)
        cursor.insertBlock(QTextBlockFormat())
        cursor.setCharFormat(QTextCharFormat())

    def _mark(self) -> None:
        """Tint the words that were looked for; beginnings of longer words count, as people expect when they read."""
        theme = current_theme()
        looks = QTextCharFormat()
        looks.setBackground(mixed(theme.colour("field"), theme.colour("warn"), 0.35))
        looks.setForeground(theme.colour("ink"))
        document, left = self.text.document(), MARKS
        self._first = -1
        for word in self._words.wanted:
            found = document.find(word.text)
            while not found.isNull() and left:
                left -= 1
                if self._first < 0 or found.selectionStart() < self._first:
                    self._first = found.selectionStart()
                found.mergeCharFormat(looks)
                found = document.find(word.text, found)

    def _show_first(self) -> None:
        if self._first >= 0:
            cursor = self.text.textCursor()
            cursor.setPosition(self._first)
            self.text.setTextCursor(cursor)
            self.text.centerCursor()

    def _show_others(self) -> None:
        if self.detail is None:
            return
        menu = QMenu(self)
        menu.setObjectName("prompts.others")
        menu.aboutToHide.connect(menu.deleteLater)
        for place in self.detail.others[:LISTED]:
            menu.addAction(other_text(place).replace("&", "&&"), partial(self.other_asked.emit, place))
        left = self.detail.times - 1 - min(LISTED, len(self.detail.others))
        if left > 0:
            menu.addAction(f"and {left:,} more").setEnabled(False)
        menu.popup(self.same.mapToGlobal(self.same.rect().bottomLeft()))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])


def facts_of(detail: PromptDetail) -> str:
    """Return one line about a call."""
    row = detail.row
    facts = [plain_line(row.node[:200]) if "/" in row.node else "", row.outcome, plain_line(row.model[:100])]
    if row.tokens is not None:
        facts.append(f"{row.tokens_in:,} + {row.tokens_out:,} tokens")
    facts += [fact for fact in (cost_text(row.cost_usd), took_text(row.duration_ms)) if fact]
    if detail.entropy is not None:
        facts.append(f"{detail.entropy:.2f} bits per token")
    if row.attempt > 1:
        facts.append(f"attempt {row.attempt}")
    facts += [f"tick {row.tick}", plain_line(row.graph[:100]), row.run[:SHORT], when_text(row.asked_at)]
    return "  ·  ".join(fact for fact in facts if fact)


def same_text(detail: PromptDetail) -> str:
    """Return how often the same messages were asked elsewhere, and whether the replies differ."""
    others = detail.times - 1
    times = "once" if others == 1 else f"{others:,} times"
    replies = "always the same reply" if detail.replies == 1 else f"{detail.replies:,} different replies"
    return f"The same prompt elsewhere: {times}, {replies} ▾"


def other_text(place: Place) -> str:
    """Return one line about another call with the same messages."""
    reply = "same reply" if place.is_same_reply else f"“{place.reply[:60]}”" if place.reply else "no reply"
    return f"{plain_line(place.node[:80])}  tick {place.tick}  ·  {place.run[:SHORT]}  ·  {reply}"


def parameters_text(parameters: Json) -> str:
    """Return what was set beside the messages, one per line."""
    if not isinstance(parameters, dict):
        return pretty(parameters, 80)
    return "\n".join(f"{key}: {pretty(value, 80)}" for key, value in parameters.items()) or "none"


def copied_text(texts: list[tuple[str, str]], what: str) -> str:
    """Return the texts of a call (role and text) as they are copied: the `prompt`, the `reply`, or both as `json`."""
    if what == "json":
        return json.dumps([{"role": role, "content": text} for role, text in texts], ensure_ascii=False, indent=2)
    wanted = [(role, text) for role, text in texts if (role == "reply") == (what == "reply")]
    if len(wanted) == 1:
        return wanted[0][1]
    return "\n\n".join(f"{role}:\n{text}" for role, text in wanted)
