"""`Transport`: the bar above the timeline. Stepping, playing, jumping, and how the timeline is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QIntValidator, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QMenu, QSizePolicy, QToolButton, QWidget

from studio.gui.base.action import all_actions
from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.theme.icons import icon
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import small_button, tip
from studio.gui.workbench import Workbench
from studio.replay.pace import PACES

if TYPE_CHECKING:
    from studio.gui.panels.timeline.timeline import Timeline

BUTTONS: Final = (
    ("replay.first", "step-first"), ("replay.back", "step-back"), ("replay.play", "run"), ("replay.next", "step-on"),
    ("replay.last", "step-last"),
)  # fmt: skip

JUMPS: Final[tuple[tuple[str, ...], ...]] = (
    ("replay.next_error", "replay.last_error"),
    ("replay.next_call", "replay.last_call"),
    ("replay.next_alarm", "replay.last_alarm"),
    ("replay.next_firing", "replay.last_firing"),
    ("replay.next_tick", "replay.last_tick"),
    ("replay.next_inside", "replay.last_inside", "replay.into", "replay.out", "replay.next_item", "replay.last_item"),
    ("replay.search", "replay.search_next", "replay.search_last"),
)

AXES: Final = (("step", "Steps"), ("time", "Time"))
COLOURS: Final = (("state", "Colour by state"), ("module", "Colour by module"), ("origin", "Colour by origin"))

_SHORT: Final = {"paint": "max", "timed": "1×", "timed10": "10×", "timed100": "100×"}
"""What the speed button says of paces without a number of steps a second."""

_WIDE: Final = 640
"""Width in pixels from which on axis and colours have widgets of their own; below they are in the menu View."""


class Transport(QWidget):
    """The bar. It shows the timeline that it is given."""

    asked = Signal(int)
    """(step) A step was typed."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline.transport")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # narrow is no reason to be wide
        self.workbench = workbench
        self.replays = workbench.part("replay")
        self.timeline: Timeline | None = None
        self.buttons: dict[str, QToolButton] = {}
        self._looks: tuple[str, bool, bool] | None = None
        self._make()
        themes().changed.connect(self._recolour)
        self._recolour()
        self.replays.player.changed.connect(self.refresh)

    # -- how it is built ----------------------------------------------------------------------

    def _make(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(1)
        for action_id, _ in BUTTONS:
            button = small_button("", _help(action_id), f"timeline.{action_id.removeprefix('replay.')}", self)
            button.setIconSize(QSize(16, 16))
            button.clicked.connect(partial(self.workbench.trigger, action_id))
            self.buttons[action_id] = button
            row.addWidget(button)
        self.speed = self._menu_button("", "How fast the run is played", "timeline.speed", self._fill_speed)
        self.jump = self._menu_button(
            "Jump", "Go to the next error, model call, tick …", "timeline.jump", self._fill_jump
        )
        row.addWidget(self.speed)
        row.addWidget(self.jump)
        row.addSpacing(6)
        self.step = _StepField(self)
        self.step.setObjectName("timeline.step")
        self.step.setAccessibleName("Step")
        self.step.setToolTip("The current step. Type a number and press Enter to go there")
        self.step.chosen.connect(self.asked.emit)
        self.of = QLabel(self)
        self.of.setObjectName("timeline.of")
        self.of.setTextFormat(Qt.TextFormat.PlainText)
        self.of.setProperty("role", "soft")
        row.addWidget(self.step)
        row.addWidget(self.of)
        row.addStretch(1)
        self.axis = self._combo(AXES, "timeline.axis", "Axis", "By step, each as wide as another, or by time")
        self.axis.activated.connect(lambda *_: self._set_axis(self.axis.currentData()))
        self.colours = self._combo(COLOURS, "timeline.colours", "Colours", "What the colours of firings say")
        self.colours.activated.connect(lambda *_: self._set_colours(self.colours.currentData()))
        self.view = self._menu_button("View", "Axis and colours", "timeline.view", self._fill_view)
        self.fit = small_button("", "Show the whole run (0)", "timeline.fit", self)
        self.fit.clicked.connect(self._fit)
        self.follow = small_button("", _help("replay.follow"), "timeline.follow", self)
        self.follow.setCheckable(True)
        self.follow.clicked.connect(self._follow)
        for button in self.findChildren(QToolButton):  # by mouse the keys stay with the timeline
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for widget in (self.axis, self.colours, self.view, self.fit, self.follow):
            row.addWidget(widget)

    def _menu_button(self, text: str, help: str, name: str, fill: Callable[[QMenu], None]) -> QToolButton:
        button = small_button(text, help, name, self)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)

        def anew() -> None:
            menu.clear()
            fill(menu)

        menu.aboutToShow.connect(anew)
        button.setMenu(menu)
        return button

    def _combo(self, choices: tuple[tuple[str, str], ...], name: str, said: str, help: str) -> QComboBox:
        made = QuietCombo(self)
        made.setFixedWidth(max(made.fontMetrics().horizontalAdvance(title) for _, title in choices) + 48)
        made.setObjectName(name)
        made.setAccessibleName(said)
        made.setToolTip(help)
        for key, title in choices:
            made.addItem(title, key)
        return made

    def _recolour(self) -> None:
        looks = (current_theme().name, self.replays.player.is_playing, self.follow.isChecked())
        if looks == self._looks:  # asked at every step
            return
        self._looks = looks
        colour = current_theme().colour("text")
        for (action_id, name), button in zip(BUTTONS, self.buttons.values(), strict=True):
            playing = action_id == "replay.play" and self.replays.player.is_playing
            button.setIcon(icon("pause" if playing else name, colour))
        self.fit.setIcon(icon("fit", colour))
        self.follow.setIcon(icon("follow", current_theme().colour("accent") if self.follow.isChecked() else colour))

    @guarded()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        self.axis.setVisible(wide)
        self.colours.setVisible(wide)
        self.view.setVisible(not wide)
        self._fold()

    def _fold(self) -> None:
        """Leave out what is said or done elsewhere, too, before words are cut: how many steps, speed, the whole run."""
        row = self.layout()
        assert row is not None
        for part in (self.of, self.speed, self.fit):
            part.setVisible(True)
        for part in (self.of, self.speed, self.fit):
            if row.sizeHint().width() <= self.width():
                return
            part.setVisible(False)

    # -- what it shows ------------------------------------------------------------------------

    def show_timeline(self, timeline: Timeline | None) -> None:
        """Show the state of a timeline; None if no run is shown."""
        self.timeline = timeline
        self.refresh()

    def refresh(self) -> None:
        """Show where the run stands and what can be done."""
        timeline = self.timeline
        self.setEnabled(timeline is not None)
        pace = self.replays.player.pace
        self.speed.setText(f"{pace.key}/s" if pace.rate else _SHORT.get(pace.key, pace.key))
        if timeline is None:
            self.step.show_step(0, 0)
            self.of.setText("")
            return
        session, state = timeline.session, timeline.state
        self.step.show_step(session.seq, session.last)
        more = "" if state.overview.is_whole else f"  reading {len(state.overview):,} …"
        self.of.setText(f"/ {session.last:,}{more}")
        self.axis.setCurrentIndex([key for key, _ in AXES].index(state.axis.kind))
        self.colours.setCurrentIndex([key for key, _ in COLOURS].index(state.colouring))
        self.follow.setChecked(session.follows)
        playing = self.replays.player.session is session
        help = "Stay at this step" if playing else _help("replay.play")
        self.buttons["replay.play"].setToolTip(tip(help))
        self.buttons["replay.play"].setAccessibleName(help)
        self._recolour()

    # -- menus --------------------------------------------------------------------------------

    def _fill_speed(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        for pace in PACES:
            made = menu.addAction(pace.title[0].upper() + pace.title[1:])
            made.setCheckable(True)
            made.setChecked(pace == self.replays.player.pace)
            made.triggered.connect(partial(self.replays.player.set_pace, pace))
            group.addAction(made)

    def _fill_jump(self, menu: QMenu) -> None:
        shortcuts = self.workbench.parts.get("shortcuts")
        for part in JUMPS:
            for action_id in part:
                action = all_actions()[action_id]
                made = menu.addAction(action.title)
                made.setToolTip(action.help)
                made.setEnabled(action.when(self.workbench))
                keys = shortcuts.keys(action_id) if shortcuts is not None else action.keys
                if keys:
                    made.setShortcut(QKeySequence(keys[0]))
                    made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # shown only: the canvas has the key
                made.triggered.connect(partial(self.workbench.trigger, action_id))
            menu.addSeparator()

    def _fill_view(self, menu: QMenu) -> None:
        timeline = self.timeline
        if timeline is None:
            return
        choices: tuple[tuple[Any, str, Any, Callable[[Any], None]], ...] = (
            (AXES, "Axis: ", timeline.state.axis.kind, self._set_axis),
            (COLOURS, "", timeline.state.colouring, self._set_colours),
        )
        for options, before, now, take in choices:
            group = QActionGroup(menu)
            for key, title in options:
                made = menu.addAction(f"{before}{title}")
                made.setCheckable(True)
                made.setChecked(key == now)
                made.triggered.connect(partial(take, key))
                group.addAction(made)
            menu.addSeparator()

    # -- what it does -------------------------------------------------------------------------

    def _set_axis(self, kind: Any) -> None:
        if self.timeline is not None:
            self.timeline.state.set_axis(kind)
            self.timeline.setFocus()
            self.refresh()

    def _set_colours(self, colouring: Any) -> None:
        if self.timeline is not None:
            self.timeline.state.colour_by(colouring)
            self.timeline.setFocus()
            self.refresh()

    def _fit(self) -> None:
        if self.timeline is not None:
            self.timeline.state.fit()

    def _follow(self) -> None:
        self.workbench.trigger("replay.follow")
        self.refresh()


class _StepField(QLineEdit):
    """The number of the step, to type another one into."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._step = self._last = 0
        self._numbers = QIntValidator(1, 1, self)
        self.setValidator(self._numbers)
        self.returnPressed.connect(self._choose)
        self.editingFinished.connect(self._put_back)

    def show_step(self, step: int, last: int) -> None:
        """Show a step, unless a number is being typed."""
        if last != self._last:
            self._last = last
            self._numbers.setTop(max(1, last))
        room = self.fontMetrics().horizontalAdvance("0" * max(3, len(str(last)))) + 18
        if self.width() != room:
            self.setFixedWidth(room)
        self._step = step
        if not (self.hasFocus() and self.isModified()):
            self.setText(str(step) if step else "")

    def _choose(self) -> None:
        if self.text():
            self.setModified(False)
            self.chosen.emit(int(self.text()))

    def _put_back(self) -> None:
        self.setModified(False)
        self.setText(str(self._step) if self._step else "")

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._put_back()
            self.selectAll()
        else:
            super().keyPressEvent(event)


def _help(action_id: str) -> str:
    action = all_actions()[action_id]
    key = f" ({action.keys[0]})" if action.keys else ""
    return f"{action.help.rstrip('.')}{key}"
