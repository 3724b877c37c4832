"""What a firing asked: its answers in rounds, each with the checks it kept and violated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.panels.inspector.firing.bars import Bars
from studio.gui.panels.inspector.firing.call_block import CallBlock
from studio.gui.panels.inspector.firing.pool import Pool, set_shown
from studio.gui.panels.inspector.firing.texts import beginning, readable, visible
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import Elided, Note, small_button
from studio.gui.widgets.section import MARGINS
from studio.replay.firing.asking import ANSWER, BLANK, FORM, JUDGE, PASSED, VIOLATED, Asking, Call, Round, Verdict
from studio.support.plain import plain_line
from studio.support.values import Json
from studio.trace.log import CALLS

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk

MOST: Final = 30
"""Calls shown at once."""

OPEN_EFFECTS: Final = 3
"""Effects other than model calls up to which all are unfolded."""


class Verdicts(QWidget):
    """The checks of one answer, a line each: kept, violated, or not reached."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("firing.checks")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.verdicts: tuple[Verdict, ...] = ()

    def show_verdicts(self, verdicts: tuple[Verdict, ...]) -> None:
        """Show other verdicts."""
        set_shown(self, bool(verdicts))
        if verdicts == self.verdicts:
            return
        self.verdicts = verdicts
        self.setFixedHeight(self._lines()[1] or 1)
        self.setAccessibleName("Checks")
        self.setAccessibleDescription("; ".join(f"{name_of(one)} {one.state}" for one in verdicts))
        self.setToolTip("")
        self.update()

    def _lines(self) -> tuple[list[tuple[Verdict, QRectF, QRectF]], int]:
        metrics = QFontMetrics(self.font())
        high, top = metrics.height() + 4, 0
        made = []
        for one in self.verdicts:
            name = QRectF(20, top, max(40, self.width() - 22), high)
            top += high
            message = QRectF()
            if one.message:
                room = max(60, self.width() - 26)
                bounds = metrics.boundingRect(
                    0, 0, room, 10_000, int(Qt.TextFlag.TextWordWrap), visible(one.message[:600])
                )
                message = QRectF(20, top, room, min(bounds.height(), high * 6))
                top += int(message.height()) + 3
            made.append((one, name, message))
        return made, top

    @guarded(QSize(100, 20))
    def sizeHint(self) -> QSize:
        return QSize(100, self._lines()[1])

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        lines, high = self._lines()
        if self.height() != max(1, high):
            self.setFixedHeight(max(1, high))
        theme = current_theme()
        painter = QPainter(self)
        metrics = QFontMetrics(self.font())
        for one, name, message in lines:
            sign, role = _SIGNS[one.state]
            painter.setPen(theme.colour(role))
            painter.drawText(QRectF(4, name.top(), 16, name.height()), Qt.AlignmentFlag.AlignVCenter, sign)
            painter.setPen(theme.colour("text" if one.state != "not reached" else "soft"))
            told = name_of(one) + _judged(one)
            shown = metrics.elidedText(told, Qt.TextElideMode.ElideRight, int(name.width()))
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, shown)
            if one.message:
                painter.setPen(theme.colour("bad"))
                painter.drawText(message, int(Qt.TextFlag.TextWordWrap), visible(one.message[:600]))


def name_of(verdict: Verdict) -> str:
    """Return what a check is called, for people."""
    name = plain_line(verdict.check[:80])
    if name.startswith("span:"):
        return f"{name[5:]} is copied from the inputs"
    return FORM.get(name, name)


def _judged(verdict: Verdict) -> str:
    if not verdict.judged:
        return ""
    sure = "" if verdict.confidence is None else f", {verdict.confidence:.2f}"
    return f" (judged {plain_line(verdict.judged[:40])}{sure})"


class RoundBlock(QWidget):
    """One answer with its calls and verdicts."""

    def __init__(self, body: CallsBody) -> None:
        super().__init__(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.caption = Elided("", self, role="ink")
        column.addWidget(self.caption)
        inner = QVBoxLayout()
        inner.setSpacing(0)
        column.addLayout(inner)
        self.calls: Pool[CallBlock] = Pool(inner, lambda: body.make_call(self))
        self.verdicts = Verdicts(self)
        column.addWidget(self.verdicts)
        self.after = Note("", "warn", self)
        column.addWidget(self.after)


class CallsBody(QWidget):
    """All rounds of a firing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("firing.calls")
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(6)
        self.scores_caption = Note("", "soft", self)
        self.scores_caption.setObjectName("firing.scores.caption")
        column.addWidget(self.scores_caption)
        self.scores = Bars(self)
        self.scores.setObjectName("firing.scores")
        column.addWidget(self.scores)
        inner = QVBoxLayout()
        inner.setSpacing(10)
        column.addLayout(inner)
        self.rounds: Pool[RoundBlock] = Pool(inner, lambda: RoundBlock(self))
        self.notes = Note("", "text", self)
        column.addWidget(self.notes)
        self.rest = small_button("", "Show all of them", "firing.calls.rest", self)
        self.rest.clicked.connect(lambda *_: self._unfold())
        column.addWidget(self.rest)
        self._folded: dict[str, bool] = {}
        """What the person folded or unfolded, by what the call was for."""
        self._shown: tuple[Asking, Mapping[str, Json]] | None = None

    def show_told(self, text: str) -> None:
        """Show no call, and a sentence instead."""
        self._shown = None
        self.scores.show_rows((), "")
        self.scores_caption.set_text("")
        self.rounds.take(0)
        set_shown(self.rest, False)
        self.notes.set_text(text)

    def make_call(self, parent: QWidget) -> CallBlock:
        """Make one more block for a call; how it is folded is remembered."""
        made = CallBlock(self.desk, parent)
        made.toggled.connect(lambda is_open: self._folded.__setitem__(made.purpose, is_open))
        return made

    def show_asking(self, asking: Asking, inputs: Mapping[str, Json], most: int = MOST) -> None:
        """Show what a firing asked; values of the inputs are marked in the prompts."""
        self._shown = asking, inputs
        self.scores.show_rows(tuple(asking.scores.items()), "How sure of each label")
        weighed = any(call.purpose == BLANK for call in asking.calls())
        caption = "How sure of each label" + (", weighed against what it says to empty inputs" if weighed else "")
        self.scores_caption.set_text(caption if asking.scores else "")
        several = len(asking.rounds) > 1
        attempts = len({one.attempt for one in asking.rounds}) > 1
        effects = sum(1 for call in asking.calls() if call.effect.kind not in CALLS)
        left = most
        for block, one in zip(self.rounds.take(len(asking.rounds)), asking.rounds, strict=True):
            set_shown(block.caption, several)
            block.caption.set_text(_caption(one, attempts))
            calls = one.calls[: max(0, left)]
            left -= len(one.calls)
            for line, call in zip(block.calls.take(len(calls)), calls, strict=True):
                early = len(asking.rounds) > 2 and one is not asking.rounds[-1]
                line.show_call(call, inputs, self._is_open(call, calls, effects, early))
            block.verdicts.show_verdicts(one.verdicts)
            block.after.set_text(one.after)
        self.notes.set_text(
            "\n".join(f"{one.name}: {beginning(readable(one.request))[:400]}" for one in asking.notes[:20])
        )
        set_shown(self.rest, left < 0)
        self.rest.setText(f"{-left} more calls")

    def _unfold(self) -> None:
        if self._shown is not None:
            self.show_asking(*self._shown, most=10_000)

    def _is_open(self, call: Call, calls: Sequence[Call], effects: int, early: bool) -> bool:
        """True unless the person folded such calls; of many answers only the last is unfolded at first."""
        if call.purpose in self._folded:
            return self._folded[call.purpose]
        if call.purpose == ANSWER:
            if early:
                return False
            answers = [one for one in calls if one.purpose == ANSWER]
            return len(answers) <= 2 or call is answers[-1]
        return call.purpose != JUDGE and effects <= OPEN_EFFECTS and call.effect.kind not in (*CALLS, "embed")


def _caption(one: Round, attempts: bool) -> str:
    attempt = f"Attempt {one.attempt} · " if attempts else ""
    return f"{attempt}answer {one.number}" + (" · the next surest label" if one.again else "")


_SIGNS = {PASSED: ("✓", "ok"), VIOLATED: ("✗", "bad"), "not reached": ("–", "soft")}
