"""The head of the page: which node, how it stands, when and at what cost it fired, what it waits for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.gui.live.watching.showing import count, money, span
from studio.gui.panels.inspector.firing.pool import Pool, set_shown
from studio.gui.panels.inspector.firing.texts import visible
from studio.gui.panels.inspector.firing.value_block import GoLink, short_path
from studio.gui.widgets.labels import Elided, Link, Note, colour_text, cut, small_button, tip
from studio.replay.firing.facts import FiringFacts, Spending
from studio.replay.items import name_of
from studio.replay.states.state import FAILED, FIRED, HELD, NOT_YET, RUNNING, SKIPPED, WAITING
from studio.replay.states.waiting import Wait
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk
    from studio.replay.firing.whole import Reason

STATES: Final = {
    FIRED: ("fired", "ok"),
    FAILED: ("failed", "bad"),
    SKIPPED: ("skipped", "soft"),
    HELD: ("holds", "ok"),
    RUNNING: ("running", "accent"),
    WAITING: ("waiting", "warn"),
    NOT_YET: ("not begun", "soft"),
}
"""How a state is called, and its colour role."""

HELP: Final = {
    FIRED: "It fired in this tick.",
    FAILED: "It failed in this tick.",
    SKIPPED: "It was skipped in this tick.",
    HELD: "It is steady: what it gave at the first tick holds.",
    RUNNING: "It had started and was not done at this step.",
    WAITING: "It was not decided yet in this tick.",
    NOT_YET: "Nothing in this region had begun at this step.",
}

ORIGINS: Final = {
    "executed": "executed",
    "cached": "from the cache",
    "frozen": "put in by hand",
    "replayed": "taken over",
}

MOST_WAITS: Final = 12


class Head(QWidget):
    """Shows `FiringFacts` in a few lines.

    `step_asked(back)`: to the firing of this node before, or the next one; `copy_asked(place)`: the menu of copies;
    `wait_asked(wait)`: to what is waited for; `taken_asked()`: to the run it was executed in; `inside_asked()`: into
    the region.
    """

    step_asked = Signal(bool)
    copy_asked = Signal(object)
    wait_asked = Signal(object)
    taken_asked = Signal()
    inside_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("firing.head")
        self.facts: FiringFacts | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 8, 8)
        column.setSpacing(3)
        top = QHBoxLayout()
        top.setSpacing(4)
        self.name = Elided("", self, role="ink")
        self.name.setObjectName("firing.name")
        font = QFont(self.name.font())
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setWeight(QFont.Weight.DemiBold)
        self.name.setFont(font)
        top.addWidget(self.name, 1)
        self.back = self._step("‹", "The firing of this node before this one", "firing.before", True)
        self.on = self._step("›", "The next firing of this node", "firing.next", False)
        top.addWidget(self.back)
        top.addWidget(self.on)
        self.copies = small_button("Copy ▾", "Copy this firing as curl, Python, YAML, …", "firing.copy_as", self)
        self.copies.clicked.connect(
            lambda *_: self.copy_asked.emit(self.copies.mapToGlobal(QPoint(0, self.copies.height())))
        )
        top.addWidget(self.copies)
        column.addLayout(top)
        self.type = Elided("", self, role="soft")
        self.type.setObjectName("firing.type")
        column.addWidget(self.type)
        second = QHBoxLayout()
        second.setSpacing(7)
        self.state = QLabel("", self)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setObjectName("firing.state")
        strong = QFont(self.state.font())
        strong.setWeight(QFont.Weight.DemiBold)
        self.state.setFont(strong)
        second.addWidget(self.state)
        self.place = Elided("", self, role="text")
        self.place.setObjectName("firing.place")
        second.addWidget(self.place, 1)
        column.addLayout(second)
        self.when = Elided("", self, role="soft")
        self.when.setObjectName("firing.when")
        column.addWidget(self.when)
        self.spent = Elided("", self, role="soft")
        self.spent.setObjectName("firing.spent")
        column.addWidget(self.spent)
        self.taken = Link("", "Open the run in which it was executed, at this firing", "firing.taken", self)
        self.taken.clicked.connect(lambda *_: self.taken_asked.emit())
        column.addWidget(self.taken)
        self.reason = Note("", "bad", self)
        self.reason.setObjectName("firing.reason")
        column.addWidget(self.reason)
        why = QVBoxLayout()
        why.setSpacing(0)
        column.addLayout(why)
        self.reasons: Pool[GoLink] = Pool(why, lambda: GoLink(desk, "firing.why", self))
        self.inside = Link("Go inside →", "Go to the first step inside this region", "firing.inside", self)
        self.inside.clicked.connect(lambda *_: self.inside_asked.emit())
        column.addWidget(self.inside)
        self.waits_caption = Note("", "warn", self)
        column.addWidget(self.waits_caption)
        inner = QVBoxLayout()
        inner.setSpacing(0)
        column.addLayout(inner)
        self.waits: Pool[_WaitLink] = Pool(inner, lambda: _WaitLink(self))

    def _step(self, text: str, help: str, name: str, back: bool) -> QToolButton:
        made = small_button(text, help, name, self)
        made.clicked.connect(lambda *_: self.step_asked.emit(back))
        return made

    def show_facts(self, facts: FiringFacts) -> None:
        """Show a node at a step."""
        self.facts = facts
        self.name.set_text(plain_line(facts.name[:200]))
        title = f"{facts.title} · " if facts.title else ""
        path = "" if facts.node == facts.name else f" · in {facts.node.rpartition('/')[0]}"
        self.type.set_text(plain_line(f"{title}{facts.type}{path}"[:400]))
        word, role = STATES.get(facts.state, (facts.state, "text"))
        self.state.setText(word)
        colour_text(self.state, role)
        self.state.setToolTip(HELP.get(facts.state, ""))
        self.place.set_text(self._where(facts))
        self.when.set_text(self._when(facts))
        set_shown(self.when, bool(facts.firing))
        set_shown(self.taken, facts.taken is not None or facts.origin == "replayed")
        if facts.taken is not None:
            step = "" if facts.taken.step is None else f", step {facts.taken.step}"
            self.taken.setText(f"← executed in run {facts.taken.run[:10]}{step}")
            self.taken.setEnabled(True)
        elif facts.origin == "replayed":
            self.taken.setText("taken over from a run that is not in this file")
            self.taken.setEnabled(False)
        failed = facts.status == "error"
        colour_text(self.reason, "bad" if failed else "warn")
        self.reason.set_text(visible(facts.reason[:2000]))
        set_shown(self.inside, facts.has_body and facts.status in ("ok", "error"))
        self.show_reasons([])
        self._show_waits(facts)
        self.back.setEnabled(bool(facts.firing))
        self.on.setEnabled(bool(facts.firing))
        self.copies.setEnabled(bool(facts.firing))

    def _where(self, facts: FiringFacts) -> str:
        if not facts.firing:
            return "not decided so far"
        late = "" if facts.state in (FIRED, FAILED, SKIPPED) else "last: "
        item = f" · item {plain_line(name_of(facts.item)[:40]) or '(no name)'}" if facts.item else ""
        return f"{late}step {facts.step} · tick {facts.tick}{item}"

    def _when(self, facts: FiringFacts) -> str:
        started = moment(facts.started_at)
        if facts.status == "skipped":
            return f"at {started}"
        words = [] if facts.duration_ms is None else [f"took {span(facts.duration_ms / 1e3)}"]
        words.append(ORIGINS.get(facts.origin, facts.origin))
        if facts.attempt > 1:
            words.append(f"attempt {facts.attempt}")
        return " · ".join([*words, f"started {started}"])

    def show_spending(self, spent: Spending | None) -> None:
        """Show what its model calls used; None while that is being read, or if there were none."""
        if spent is None or not spent.calls:
            set_shown(self.spent, False)
            return
        words = [f"{spent.calls} model call{'s' if spent.calls > 1 else ''}"]
        words.append(f"{count(spent.tokens_in)} + {count(spent.tokens_out)} tokens")
        words.append("price unknown" if spent.cost_usd is None else money(spent.cost_usd) or "$0")
        if spent.finish:
            words.append(", ".join(plain_line(one[:40]) for one in spent.finish[:4]))
        if spent.cached:
            words.append(f"{spent.cached} cached")
        self.spent.set_text(" · ".join(words))
        set_shown(self.spent, True)

    def show_reasons(self, reasons: Sequence[Reason]) -> None:
        """Tell through which firings an absence came, the root last."""
        facts = self.facts
        shown = reasons[-MOST_WAITS:]
        for link, one in zip(self.reasons.take(len(shown)), shown, strict=True):
            node = short_path(one.node, "" if facts is None else facts.node)
            where = "" if one.step is None else f" · step {one.step}"
            link.show_link(f"← {node}{where}: {one.why}", f"{one.node} at tick {one.tick}: {one.why}", one.firing)

    def _show_waits(self, facts: FiringFacts) -> None:
        shown = facts.waits[:MOST_WAITS]
        self.waits_caption.set_text(
            "" if not shown else "At this step it was under way:" if facts.state == RUNNING else "At this step:"
        )
        for link, wait in zip(self.waits.take(len(shown)), shown, strict=True):
            link.show_wait(wait)


class _WaitLink(Link):
    """What a node waits for; a link where that is another node of the graph."""

    def __init__(self, head: Head) -> None:
        super().__init__("", "", "firing.wait", head)
        self.wait: Wait | None = None
        self.clicked.connect(lambda *_: head.wait_asked.emit(self.wait))

    def show_wait(self, wait: Wait) -> None:
        """Show another one."""
        self.wait = wait
        text = plain_line(wait.text[:300])
        self.setText(f"• {text}")
        can = bool(wait.node) or wait.kind == "body"
        self.setEnabled(can)
        self.setToolTip(tip(f"{text}: show `{wait.node}`" if wait.node else text))
        self.setAccessibleName(cut(text, 200))


def moment(seconds: float) -> str:
    """Return the time of day of a moment (seconds since 1970), with thousandths of a second."""
    thousandths = round(seconds * 1000)
    return f"{time.strftime('%H:%M:%S', time.localtime(thousandths // 1000))}.{thousandths % 1000:03d}"
