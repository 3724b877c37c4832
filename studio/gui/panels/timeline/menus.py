"""What can be done by the right button with a firing or a track of the timeline."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from studio.gui.base.action import all_actions
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.gui.panels.timeline.timeline import Timeline

ACTS: Final = (
    ("causes.why", "causes.led_to"), ("replay.last_firing", "replay.next_firing"), ("fork.here", "tests.from_firing"),
)  # fmt: skip
"""Actions about the current step that are offered for a firing: the run goes there first."""


def firing_menu(timeline: Timeline, index: int) -> QMenu:
    """Return the menu of a firing, by its index in the overview."""
    overview = timeline.state.overview
    menu = _menu(timeline)
    seq = int(overview.seq[index])
    number = int(overview.track[index])
    title = plain_line(overview.tracks.all[number].key[-60:]) if number >= 0 else ""
    menu.addAction(f"Go to Step {seq:,} · {title}".replace("&", "&&"), partial(timeline.go, index))
    menu.addAction("Enter Its Graph", partial(timeline.enter, index))
    for part in ACTS:
        menu.addSeparator()
        for action_id in part:
            action = all_actions().get(action_id)
            if action is None:
                continue
            made = menu.addAction(action.title)
            made.triggered.connect(partial(_go_and_do, timeline, index, action_id))
            made.setToolTip(action.help)
            if action.keys:
                made.setShortcut(QKeySequence(action.keys[0]))
                made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # shown only
    menu.addSeparator()
    _add_track(menu, timeline, number)
    return menu


def track_menu(timeline: Timeline, number: int) -> QMenu:
    """Return the menu of a track."""
    state = timeline.state
    menu = _menu(timeline)
    menu.addAction("Show Node", partial(timeline.pick, number))
    if state.overview.tracks.all[number].is_region:
        menu.addAction("Unfold" if number in state.folded else "Fold", partial(state.fold, number))
    menu.addSeparator()
    _add_track(menu, timeline, number)
    menu.addSeparator()
    menu.addAction("Fold All Regions", lambda: state.fold_all(on=True))
    menu.addAction("Unfold All Regions", lambda: state.fold_all(on=False))
    return menu


def show_menu(menu: QMenu, where: QPoint) -> None:
    """Open a menu at a place of the screen; it ends with its closing."""
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(where)


def _menu(timeline: Timeline) -> QMenu:
    menu = QMenu(timeline)
    menu.setObjectName("timeline.menu")
    menu.setToolTipsVisible(True)
    return menu


def _add_track(menu: QMenu, timeline: Timeline, number: int) -> None:
    if number < 0:
        return
    key = timeline.state.overview.tracks.all[number].key
    alone = timeline.filter.text() == key
    menu.addAction("Show All Tracks" if alone else "Show Only This Track", partial(timeline.show_only, number))
    menu.addAction("Copy Path", lambda: QGuiApplication.clipboard().setText(key))


def _go_and_do(timeline: Timeline, index: int, action_id: str) -> None:
    timeline.go(index)
    timeline.workbench.trigger(action_id)
