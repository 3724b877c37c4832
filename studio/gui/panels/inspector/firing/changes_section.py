"""How a firing differs from the one before of the same node, or from the same one in another run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from studio.gui.base.utf16 import units
from studio.gui.panels.inspector.firing.pool import Pool, set_shown
from studio.gui.panels.inspector.firing.texts import TextView, visible
from studio.gui.panels.inspector.firing.value_block import GoLink
from studio.gui.theme import current_theme
from studio.gui.theme.theme import mixed
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import Elided, Note, colour_text
from studio.gui.widgets.section import MARGINS
from studio.replay.diff.texts import TextLine
from studio.replay.firing.comparing import Comparison, Difference, Other, others, with_previous, with_run
from studio.replay.firing.facts import FiringFacts
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk
    from studio.trace import Trace

BEFORE: Final = "the firing before of this node"
MOST_PARTS: Final = 30
MOST_ALONE: Final = 8
"""Parts shown that one side has alone: where a model was asked again, each answer brings a dozen."""


class DiffView(TextView):
    """Lines of a comparison: what was, on red; what is, on green; what changed within a line, stronger."""

    def show_lines(self, lines: tuple[TextLine, ...]) -> None:
        """Show a comparison."""
        text, marks = [], []
        at = 0
        for line in lines:
            sign = {" ": "  ", "-": "− ", "+": "+ ", "…": "⋯ "}[line.sign]
            whole = visible(sign + line.text).replace("\n", "↵")
            if line.sign in "-+":
                role = "bad" if line.sign == "-" else "ok"
                marks.append((at, at, role, 0.12, True))
                marks.append((at, at + len(whole), role, 0.12, False))  # where the line is wrapped, too
                start = at + 2
                for own, part in line.parts:
                    if own and not all(mine for mine, _ in line.parts):
                        marks.append((start, start + len(part), role, 0.34, False))
                    start += len(part)
            text.append(whole)
            at += len(whole) + 1
        shown = "\n".join(text)
        self.show_view(shown)
        self.setExtraSelections([self._selection(shown, *mark) for mark in marks])

    def _selection(self, text: str, start: int, end: int, role: str, part: float, full: bool) -> Any:
        theme = current_theme()
        look = QTextCharFormat()
        look.setBackground(mixed(theme.colour("field"), theme.colour(role), part))
        if full:
            look.setProperty(QTextFormat.Property.FullWidthSelection, True)
        cursor = QTextCursor(self.document())
        cursor.setPosition(units(text[:start]))
        if not full:
            cursor.setPosition(units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        selection: Any = QTextEdit.ExtraSelection()
        selection.cursor, selection.format = cursor, look
        return selection


class _Part(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self.caption = Elided("", self, role="ink")
        column.addWidget(self.caption)
        self.view = DiffView(12, self)
        self.view.setObjectName("firing.difference")
        column.addWidget(self.view)

    def show_difference(self, difference: Difference) -> None:
        only = {"a": " · only there", "b": " · only here"}.get(difference.only, "")
        cut = " · not all of it is shown" if difference.cut else ""
        self.caption.set_text(f"{difference.name}{only}{cut}")
        self.view.setAccessibleName(f"Difference of {difference.name}")
        self.view.show_lines(difference.lines)


class ChangesBody(QWidget):
    """The choice of what to compare with, and the differences."""

    def __init__(self, desk: Desk, other_file: Callable[[], Path | None]) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("firing.changes")
        self._other_file = other_file
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(7)
        self.choice = QuietCombo(self)
        self.choice.setObjectName("firing.changes.choice")
        self.choice.setAccessibleName("Compare this firing with")
        self.choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.choice.setMinimumContentsLength(8)
        self.choice.addItem(BEFORE, None)
        self.choice.activated.connect(lambda *_: self._ask())
        column.addWidget(self.choice)
        self.told = Note("", "soft", self)
        self.told.setObjectName("firing.changes.told")
        column.addWidget(self.told)
        self.link = GoLink(desk, "firing.changes.other", self)
        column.addWidget(self.link)
        set_shown(self.link, False)
        inner = QVBoxLayout()
        inner.setSpacing(8)
        column.addLayout(inner)
        self.parts: Pool[_Part] = Pool(inner, lambda: _Part(self))
        self.left = Note("", "soft", self)
        column.addWidget(self.left)
        self.comparison: Comparison | None = None
        self._facts: FiringFacts | None = None
        self._runs_of: Callable[[], object] = lambda: None
        """The session whose runs to compare with are listed; that it is closed is nobody's business here."""

    def show_facts(self, facts: FiringFacts) -> None:
        """Compare another firing."""
        self._facts = facts
        session = self.desk.session
        if session is not None and self._runs_of() is not session:
            self._runs_of = ref(session)
            self.choice.setCurrentIndex(0)
            while self.choice.count() > 1:
                self.choice.removeItem(1)
            run, file = session.run.id, self._other_file()
            self.desk.look_up("runs", lambda trace: _others(trace, run, file), self._offer)
        self._ask()

    def _offer(self, found: Any) -> None:
        if isinstance(found, StudioError):
            return  # without other runs there is still the firing before
        for one in found:
            when = time.strftime("%d %b %H:%M", time.localtime(one.started_at))
            kin = {"parent": "its parent", "fork": "its fork"}.get(one.kinship, "run")
            self.choice.addItem(f"{kin} {one.run[:10]} · {when} · {one.status}", one)

    def _ask(self) -> None:
        facts, session = self._facts, self.desk.session
        if facts is None or session is None or not facts.firing:
            self._say("There is no firing to compare yet.", "soft")
            return
        run, id, other = session.run.id, facts.firing, self.choice.currentData()
        if other is None:
            self.desk.look_up_later("changes", lambda trace: with_previous(trace, run, id), self._show)
        else:
            self.desk.look_up_later("changes", lambda trace: _with_run(trace, run, id, other), self._show)

    def _say(self, text: str, role: str) -> None:
        colour_text(self.told, role)
        self.told.set_text(text)
        set_shown(self.link, False)
        self.parts.take(0)
        self.left.set_text("")

    def _show(self, found: Any) -> None:
        if isinstance(found, StudioError):
            self.comparison = None
            self._say(str(found), "bad")
            return
        self.comparison = found
        if found.other is None:
            self._say(found.why, "soft")
            return
        other = found.other
        session = self.desk.session
        mine = session is not None and other.run == session.run.id and self.choice.currentData() is None
        where = f"{other.node} at tick {other.tick}, step {other.seq}"
        if found.is_same:
            self._say(f"The same in everything: inputs, prompts, replies, outputs. Compared with {where}.", "ok")
        else:
            count = len(found.differences)
            self._say(f"{count} part{'s differ' if count > 1 else ' differs'}: − there, + here.", "soft")
        set_shown(self.link, mine)
        if mine:
            self.link.show_link(f"compared with {where}", f"Go to {where}", other.id)
        shown, left = _chosen(found.differences)
        for part, difference in zip(self.parts.take(len(shown)), shown, strict=True):
            part.show_difference(difference)
        self.left.set_text(f"And {len(left)} more: {', '.join(one.name for one in left)}." if left else "")


def _chosen(found: Sequence[Difference]) -> tuple[list[Difference], list[Difference]]:
    """Which differences are shown: all that both have, a few of those that one side has alone; and those left out."""
    both = [one for one in found if not one.only][:MOST_PARTS]
    alone = [one for one in found if one.only][:MOST_ALONE]
    shown = {id(one) for one in (*both, *alone)}
    return [one for one in found if id(one) in shown], [one for one in found if id(one) not in shown]


def _others(trace: Trace, run: str, file: Path | None) -> list[Other]:
    from studio.trace import Trace as Opened

    if file is None or not file.exists() or file == trace.path:
        return others(trace, run)
    try:
        with Opened(file) as more:
            return others(trace, run, more)
    except StudioError:  # the file of one's own runs cannot be read: those of this file are offered all the same
        return others(trace, run)


def _with_run(trace: Trace, run: str, id: int, other: Other) -> Comparison:
    from studio.trace import Trace as Opened

    if other.db == trace.path:
        return with_run(trace, run, id, trace, other.run)
    with Opened(other.db) as opened:
        return with_run(trace, run, id, opened, other.run)
