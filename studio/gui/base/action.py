"""What an action is: one thing that can be done, as data. The list of all of them is made from the room `actions`.

Stands apart from them, so that whoever shows or triggers actions need not know what all of them reach for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.gui.workbench import Workbench


def always(workbench: Workbench) -> bool:
    """Enabled whatever is open."""
    return True


def with_graph(workbench: Workbench) -> bool:
    """Enabled while a graph is shown."""
    return workbench.canvas is not None


def with_selection(workbench: Workbench) -> bool:
    """Enabled while nodes are selected."""
    return bool(workbench.selection)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. `id` is stable (`edit.undo`), `menu` the path of its menu ("Edit", "Graph/Align").

    `keys` are default shortcuts as Qt writes them; `when` says whether it can be done now, `why` why not; `label` gives
    a text that changes ("Undo Move 3 nodes"); `checked` makes it a switch; `order` sorts a menu, where steps of 100
    make groups. Actions that act on the canvas alone have `canvas` True: their keys work while the canvas has focus.
    Those that change the graph, or are of use only where it can be changed, have `edits` True: they cannot be done
    where it is locked.
    """

    id: str
    title: str
    menu: str
    run: Callable[[Workbench], object]
    keys: tuple[str, ...] = ()
    when: Callable[[Workbench], bool] = always
    help: str = ""
    order: int = 50
    label: Callable[[Workbench], str] | None = None
    checked: Callable[[Workbench], bool] | None = None
    canvas: bool = False
    why: Callable[[Workbench], str] | None = None
    edits: bool = False


def _unlocked(action: Action) -> Action:
    """An action that changes the graph, which waits for one that can be changed, and says so."""

    def when(workbench: Workbench) -> bool:
        return not why_locked(workbench) and action.when(workbench)

    def why(workbench: Workbench) -> str:
        own = action.why(workbench) if action.why is not None else ""
        return why_locked(workbench) or own

    return replace(action, when=when, why=why)


def why_locked(workbench: Workbench) -> str:
    """Return why the graph that is shown cannot be changed, "" if it can be or none is shown."""
    document = workbench.document
    locked = None if document is None else document.locked
    return "" if locked is None else f"{locked.message} {locked.hint}".strip()


def why_not(action: Action, workbench: Workbench) -> str:
    """Return a sentence why an action cannot be done now, as far as that can be told."""
    if action.why is not None and (said := action.why(workbench)):
        return said
    if not with_graph(workbench):
        return "No graph is shown."
    if not with_selection(workbench):
        return "Needs selected nodes."
    return "Not possible with what is shown or selected now."


@cache
def all_actions() -> dict[str, Action]:
    """Return every action by id, in the order of menus."""
    room = importlib.import_module("studio.gui.actions")
    found: list[Action] = []
    for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        found += getattr(importlib.import_module(info.name), "ACTIONS", [])
    found.sort(key=lambda action: (action.menu, action.order))
    made = {action.id: _unlocked(action) if action.edits else action for action in found}
    if len(made) != len(found):
        twice = sorted({one.id for one in found if sum(other.id == one.id for other in found) > 1})
        raise ValueError(f"declared twice: {', '.join(twice)}")
    return made
