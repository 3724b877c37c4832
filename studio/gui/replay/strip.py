"""The strip above every graph of a recorded run: that it is one, which, where it stands, and how to go on from there.

While the timeline cannot be seen it has the buttons to move and play, too.

Design has none, and a canvas of a run has a paper of another colour: nobody takes one for the other.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.gui.base.action import all_actions
from studio.gui.base.guard import guarded
from studio.gui.base.seen import is_seen
from studio.gui.replay.session import SHORT
from studio.gui.replay.telling import where_words, why_words
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.theme.theme import mixed
from studio.gui.widgets.labels import Elided, tip
from studio.replay.pace import PACES
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.canvas import Canvas
    from studio.gui.replay.service import Replays
    from studio.gui.replay.session import Session
    from studio.gui.workbench import Workbench

NARROW: Final = 760
"""Pixels of width below which what is seldom done stands in a menu."""

MODELS: Final = object()
"""The key of the look-up of the models that a run asked."""

_MOVES: Final = (
    ("step-first", "replay.first"), ("play-back", "replay.play_back"), ("step-back", "replay.back"),
    ("run", "replay.play"), ("step-on", "replay.next"), ("step-last", "replay.last"),
)  # fmt: skip
_DEEDS: Final = ("fork.here", "replay.edit_copy", "replay.today")


class ReplayStrip(QFrame):
    """Two lines: which run this is and what can be done with it; where it stands and how to move."""

    def __init__(self, replays: Replays, session: Session, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.replays = replays
        self.session = session
        self.canvas = canvas
        self._models = ""
        self.setObjectName("replay.strip")
        self.setAccessibleName("Recorded run")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 4, 8, 4)
        rows.setSpacing(3)
        rows.addLayout(self._build_facts())
        rows.addLayout(self._build_moves())
        self.warning = Elided("", self, role="warn")
        self.warning.setObjectName("replay.warning")
        self.warning.hide()
        rows.addWidget(self.warning)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        replays.moved.connect(self._on_other)
        replays.grew.connect(self._on_other)
        replays.found.connect(self._on_found)
        replays.player.changed.connect(self._soon)
        replays.workbench.actions_changed.connect(self._soon)
        themes().changed.connect(self._paint)
        self._paint()
        self.refresh()
        replays.look_up(session, MODELS, _models_of(session.run.id))

    # -- making -------------------------------------------------------------------------------

    def _build_facts(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.mark = QLabel("REPLAY", self)
        self.mark.setObjectName("replay.mark")
        self.mark.setToolTip("A recorded run on the graph as it was then. Nothing here changes the graph.")
        row.addWidget(self.mark)
        self.facts = Elided("", self)
        self.facts.setObjectName("replay.facts")
        row.addWidget(self.facts, 1)
        self.deeds: dict[str, QPushButton] = {}
        for action_id in _DEEDS:
            action = all_actions().get(action_id)
            if action is None:
                continue
            button = QPushButton(action.title.rstrip("…"), self)
            button.setObjectName(f"replay.strip.{action_id}")
            button.setProperty("small", True)
            button.setToolTip(tip(action.help))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._do, action_id))
            row.addWidget(button)
            self.deeds[action_id] = button
        self.more = self._menu_button("⋯", "More to do with this run", "replay.strip.more")
        menu = QMenu(self.more)
        menu.aboutToShow.connect(partial(self._fill_more, menu))
        self.more.setMenu(menu)
        row.addWidget(self.more)
        return row

    def _build_moves(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        self.moves: dict[str, QToolButton] = {}
        for _, action_id in _MOVES:
            button = QToolButton(self)
            button.setObjectName(f"replay.strip.{action_id}")
            button.setAutoRaise(True)
            button.setProperty("small", True)
            button.setIconSize(QSize(14, 14))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._do, action_id))
            row.addWidget(button)
            self.moves[action_id] = button
        self.speed = self._menu_button("", "How fast the run is played", "replay.speed")
        menu = QMenu(self.speed)
        menu.aboutToShow.connect(partial(self._fill_speeds, menu))
        self.speed.setMenu(menu)
        row.addWidget(self.speed)
        self.step = QLabel(self)
        self.step.setObjectName("replay.step")
        self.step.setTextFormat(Qt.TextFormat.PlainText)
        self.step.setMinimumWidth(60)  # its beginning says where one is; the window may be narrow
        row.addWidget(self.step)
        self.where = Elided("", self)
        self.where.setObjectName("replay.where")
        row.addWidget(self.where, 1)
        self.tail = self._switch("Live", "replay.tail")
        self.follow = self._switch("Follow", "replay.follow")
        row.addWidget(self.tail)
        row.addWidget(self.follow)
        return row

    def _menu_button(self, text: str, name: str, object_name: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setObjectName(object_name)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setAutoRaise(True)
        button.setProperty("small", True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _switch(self, text: str, action_id: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setObjectName(f"replay.strip.{action_id}")
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setProperty("small", True)
        button.setToolTip(tip(all_actions()[action_id].help))
        button.setAccessibleName(all_actions()[action_id].title)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(partial(self._do, action_id))
        return button

    def _fill_speeds(self, menu: QMenu) -> None:
        menu.clear()
        for number, pace in enumerate(PACES):
            if pace.scale and not PACES[number - 1].scale:
                menu.addSeparator()
            entry: QAction = menu.addAction(pace.title)
            entry.setCheckable(True)
            entry.setChecked(pace == self.replays.player.pace)
            entry.triggered.connect(partial(self._take_pace, number))

    def _take_pace(self, number: int, *_: object) -> None:
        self.replays.player.set_pace(PACES[number])

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        for action_id in (*_DEEDS, "replay.go_to", "replay.search"):
            action = all_actions().get(action_id)
            if action is not None and (action_id not in self.deeds or self.deeds[action_id].isHidden()):
                entry: QAction = menu.addAction(action.title)
                entry.setEnabled(action.when(self.replays.workbench))
                entry.triggered.connect(partial(self._do, action_id))

    # -- doing --------------------------------------------------------------------------------

    def _do(self, action_id: str, *_: object) -> None:
        self.replays.workbench.trigger(action_id)
        self._soon()

    # -- showing ------------------------------------------------------------------------------

    def _on_other(self, session: object) -> None:
        if session is self.session:
            self._soon()

    def _on_found(self, session: object, key: object, answer: object) -> None:
        if session is self.session and key is MODELS and isinstance(answer, str):
            self._models = answer
            self._soon()

    def _soon(self) -> None:
        if self.isVisible():
            self._timer.start(0)

    def refresh(self) -> None:
        """Show the run and its step as they are now."""
        session = self.session
        if self.replays.of(session.document) is not session:
            return  # it is being closed
        run = session.run
        when = datetime.fromtimestamp(run.started_at).strftime("%Y-%m-%d %H:%M")
        how = f"{run.status} ({run.ended})" if run.ended and run.ended != run.status else run.status
        where = "from elsewhere" if session.source.foreign else ""
        facts = [session.called, run.id[:SHORT], when, how, self._models, where]
        self.facts.set_text(plain_line(" · ".join(fact for fact in facts if fact)))
        here = session.here
        self.step.setText(f"step {session.seq:,} of {session.last:,} · tick {here.tick}")
        self.where.set_text("· " + where_words(session))
        why = why_words(session)
        self.warning.set_text(why)
        self.warning.setVisible(bool(why))
        self._show_moves()

    def _show_moves(self) -> None:
        session = self.session
        has_none = not _is_in_sight(self.replays.workbench, "timeline")
        for part in (*self.moves.values(), self.speed):
            if part.isHidden() == has_none:
                part.setVisible(has_none)
        if has_none:
            self._show_buttons()
        self.follow.setChecked(session.follows)
        self.tail.setVisible(session.run.status == "running")
        self.tail.setChecked(session.tails)
        for action_id, button in self.deeds.items():
            action = all_actions()[action_id]
            can = action.when(self.replays.workbench)
            button.setEnabled(can)
            why = action.why(self.replays.workbench) if not can and action.why is not None else action.help
            button.setToolTip(tip(why))

    def _show_buttons(self) -> None:
        session, player = self.session, self.replays.player
        plays = player.session is session
        first, last = session.seq <= (session.cursor.steps.first() or 1), session.seq >= session.last
        for action_id, is_off in (("replay.first", first), ("replay.back", first), ("replay.next", last),
                                  ("replay.last", last)):  # fmt: skip
            self.moves[action_id].setEnabled(not is_off)
        theme = current_theme()
        for name, action_id in _MOVES:
            is_on = plays and player.back == (action_id == "replay.play_back") and action_id.startswith("replay.play")
            colour = theme.colour("replay" if is_on else "text")
            self.moves[action_id].setIcon(icon("pause" if is_on else name, colour, 14))
            action = all_actions()[action_id]
            title = "Pause" if is_on else action.title
            keys = self.replays.workbench.parts.get("shortcuts")
            shown = ", ".join(keys.keys(action_id) if keys is not None else action.keys)
            self.moves[action_id].setToolTip(tip(f"{title} ({shown})" if shown else title))
            self.moves[action_id].setAccessibleName(title)
        pace = player.pace
        self.speed.setText(f"{pace.rate:g}/s" if pace.rate else f"×{pace.scale:g}" if pace.scale else "fast")
        self.speed.setToolTip(f"Played {'at ' if pace.rate else ''}{pace.title}")

    def _paint(self) -> None:
        theme = current_theme()
        ground = mixed(theme.colour("panel"), theme.colour("replay"), 0.16)
        self.setStyleSheet(
            theme.css(
                f"ReplayStrip {{ background: {ground.name()}; border: none; border-bottom: 2px solid @replay; }}"
                "ReplayStrip QLabel { background: transparent; color: @ink; }"
                "ReplayStrip QLabel#replay\\.mark { background: @replay; color: @paper; font-weight: 700;"
                " border-radius: 4px; padding: 1px 7px; }"
                "ReplayStrip QToolButton:checked { color: @replay; border: 1px solid @replay; border-radius: 3px; }"
            )
        )
        if self.isVisible():
            self.refresh()

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is seldom done goes into a menu where there is no room."""
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW
        for action_id, button in self.deeds.items():
            button.setVisible(not is_narrow or action_id == "fork.here")


def _is_in_sight(workbench: Workbench, panel: str) -> bool:
    """True if a panel can be seen: the timeline has the same buttons, and nobody needs them twice."""
    window = workbench.parts.get("window")
    dock = None if window is None else window.docks.get(panel)
    return dock is not None and is_seen(dock)


def _models_of(run: str) -> Any:
    def look(trace: Any) -> str:
        listed = trace.run_list()
        key = listed.key(run)
        rows = listed.rows([key]) if key is not None else []
        names = rows[0].models if rows else ()
        return ", ".join(name[:80] for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")

    return look
