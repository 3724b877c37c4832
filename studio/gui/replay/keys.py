"""Which key does what while a run is shown: the keys of its actions, and a few that have another use in design."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from studio.gui.base.action import all_actions
from studio.gui.workbench import Workbench

OWN: Final = ("replay.", "causes.")
"""What the ids of the actions of a run that is stepped through begin with."""

ALSO: Final = {"Home": "replay.first"}
"""Keys that do something else in design, and this while a run is shown."""


def act_of(workbench: Workbench, event: QKeyEvent) -> Callable[[], object] | None:
    """Return what a key does where a run is shown, on canvas and timeline alike; None if it is none of its keys or
    that cannot be done now."""
    pressed = QKeySequence(event.keyCombination().toCombined() & ~Qt.KeyboardModifier.KeypadModifier.value)
    written = pressed.toString(QKeySequence.SequenceFormat.PortableText)
    if not written:
        return None
    wanted = ALSO.get(written) or _by_key(workbench).get(written, "")
    action = all_actions().get(wanted)
    if action is None or not action.when(workbench):
        return None
    return partial(workbench.trigger, wanted)


def _by_key(workbench: Workbench) -> dict[str, str]:
    shortcuts = workbench.parts.get("shortcuts")
    found: dict[str, str] = {}
    for action_id, action in all_actions().items():
        if action_id.startswith(OWN):
            keys = shortcuts.keys(action_id) if shortcuts is not None else action.keys
            found.update((key, action_id) for key in keys)
    return found
