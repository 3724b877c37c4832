"""Which keys do what: the program's own, and what a person has changed. Only changes are kept, in a file of their own.

A key does one thing: giving one away takes it from nobody silently, `taken_by` names who has it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from studio.gui.base.action import Action, all_actions
from studio.gui.workbench import Workbench
from studio.settings.folders import config_folder
from studio.settings.toml_text import dumps
from studio.support.errors import EnvironmentProblem, UsageError

FILE_NAME: Final = "shortcuts.toml"
_HEAD: Final = "# Shortcuts that differ from the program's own: action = [keys], an empty list for none.\n"


def install(workbench: Workbench) -> None:
    """Offer the shortcuts as the part `shortcuts`."""
    made = Shortcuts(parent=workbench)
    workbench.parts["shortcuts"] = made
    if made.problem:
        workbench.say(made.problem, "warning")


class Shortcuts(QObject):
    """Keys by action. `problem` is a sentence if the file could not be read; then it is left alone until a change."""

    changed = Signal()

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path or config_folder() / FILE_NAME
        self.problem = ""
        self._own: dict[str, tuple[str, ...]] = {}
        self._read()

    def _read(self) -> None:
        try:
            table = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.problem = f"{self.path}: The shortcuts are not TOML: {error}. The program's own are used."
            return
        except OSError as error:
            self.problem = f"{self.path}: The shortcuts cannot be read: {error.strerror or error}."
            return
        for action_id, keys in table.items():
            if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
                self._own[action_id] = tuple(filter(None, map(normal, keys)))
            else:
                self.problem = f"{self.path}: `{action_id}` is no list of keys and is passed over."

    # -- asking -------------------------------------------------------------------------------

    def keys(self, action_id: str) -> tuple[str, ...]:
        """Return the keys of an action, as they are now. Raises KeyError for an unknown action."""
        own = self._own.get(action_id)
        return own if own is not None else self.default(action_id)

    def default(self, action_id: str) -> tuple[str, ...]:
        """Return the keys that the program itself gives an action."""
        return tuple(filter(None, map(normal, all_actions()[action_id].keys)))

    def is_changed(self, action_id: str) -> bool:
        """True if the person has changed the keys of this action."""
        return action_id in self._own

    def taken_by(self, key: str, but: str = "") -> Action | None:
        """Return the action that has this key, other than `but`, if there is one."""
        wanted = normal(key)
        return next(
            (
                action
                for action in all_actions().values()
                if action.id != but and any(overlap(wanted, one) for one in self.keys(action.id))
            ),
            None,
        )

    def conflict(self, action_id: str, key: str) -> str:
        """Return a sentence if the key cannot be this action's without taking it from another, else ""."""
        other = self.taken_by(key, but=action_id)
        return f"{shown(key)} is “{plain_title(other)}” in {path_of(other)}." if other is not None else ""

    # -- changing -----------------------------------------------------------------------------

    def set(self, action_id: str, keys: Sequence[str], *, take: bool = False) -> None:
        """Give an action these keys and keep that. `take` takes them from whoever has them.

        Raises UsageError for a key that another action has (nothing is changed then), EnvironmentProblem if the disk
        refuses, KeyError for an unknown action.
        """
        wanted = tuple(dict.fromkeys(filter(None, map(normal, keys))))
        before = dict(self._own)
        for key in wanted:
            while (other := self.taken_by(key, but=action_id)) is not None:
                if not take:
                    self._own = before
                    raise UsageError(self.conflict(action_id, key), hint="Choose other keys, or take them from it.")
                self._put(other.id, tuple(one for one in self.keys(other.id) if not overlap(one, key)))
        self._put(action_id, wanted)
        self._keep(before)

    def reset(self, action_id: str) -> None:
        """Give an action the program's own keys again. Raises UsageError if another has one of them now."""
        self.set(action_id, self.default(action_id))

    def reset_all(self) -> None:
        """Forget all changes."""
        before, self._own = dict(self._own), {}
        self._keep(before)

    def _put(self, action_id: str, keys: tuple[str, ...]) -> None:
        if keys == self.default(action_id):
            self._own.pop(action_id, None)
        else:
            self._own[action_id] = keys

    def _keep(self, before: dict[str, tuple[str, ...]]) -> None:
        """Write the file; if that fails, nothing has changed."""
        if self._own == before:
            return
        text = _HEAD + dumps({action_id: list(keys) for action_id, keys in sorted(self._own.items())})
        temporary = self.path.with_suffix(".tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.problem and self.path.exists():
                self.path.replace(self.path.with_suffix(".broken"))
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self.path)
        except OSError as error:
            self._own = before
            raise EnvironmentProblem(
                f"The shortcuts cannot be kept: {error.strerror or error}.", where=str(self.path)
            ) from None
        self.problem = ""
        self.changed.emit()


@lru_cache(maxsize=1024)
def normal(key: str) -> str:
    """Return keys as they are kept (`Ctrl+Shift+P`), "" if they are none."""
    return QKeySequence(key, QKeySequence.SequenceFormat.PortableText).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def shown(key: str) -> str:
    """Return keys as this desktop writes them."""
    return QKeySequence(key, QKeySequence.SequenceFormat.PortableText).toString(QKeySequence.SequenceFormat.NativeText)


def overlap(one: str, other: str) -> bool:
    """True if two keys are the same, or one begins the other (`Ctrl+K` and `Ctrl+K, Ctrl+S`): Qt could not tell."""
    if not one or not other:
        return False
    first, second = one.split(", "), other.split(", ")
    return all(a == b for a, b in zip(first, second, strict=False))


def plain_title(action: Action) -> str:
    """Return an action's title without the mark of its menu key."""
    return action.title.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def path_of(action: Action) -> str:
    """Return the menu path of an action, as people read it."""
    return action.menu.replace("&", "").replace("/", " › ")
