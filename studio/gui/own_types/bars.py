"""What the bars over a graph say of its project's own node types: which wait for approval, and which have a fault."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from studio.gui.base.bars import BarText
from studio.gui.own_types.showing import OPEN
from studio.plugins.files import FOLDER
from studio.plugins.registries import OwnTypes
from studio.support.pieces import plural
from studio.trust.showing import seen_line

WAITING: Final = "own_types.waiting"
FAULTS: Final = "own_types.faults"
NEW: Final = "own_types.new"
"""Keys of the bars: what nobody approved, what has a fault, what was just written."""

NAMED: Final = 4
"""How many types a bar names."""

TOLD: Final = 2
"""How many faults a bar tells."""


def waiting_bar(types: OwnTypes, show: Callable[[], object]) -> BarText | None:
    """Return the bar for what nobody approved, None if nothing waits."""
    names = [seen_line(name) for file in types.waiting for name in file.types]
    if not names:
        return None
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    them = "they are" if len(names) > 1 else "it is"
    text = (
        f"This project has {plural(len(names), 'node type')} of its own that nobody here approved: "
        f"{', '.join(names[:NAMED])}{more}. Until {them}, nothing of {'their' if len(names) > 1 else 'its'} code runs."
    )
    return BarText(WAITING, text, "warning", (("Show the Code…", show),))


def faults_bar(types: OwnTypes, kept: Collection[str], open_file: Callable[[Path], object]) -> BarText | None:
    """Return the bar for files and plugins that give no types, None if there are none. `kept` are names of files of
    which the last good version is in use."""
    if not types.failures:
        return None
    paths = {f"{FOLDER}/{file.name}": file for file in types.files}
    lines = []
    for name, reason in list(types.failures.items())[:TOLD]:
        file = paths.get(name)
        what = seen_line(name) if file is not None else f"The plugin {seen_line(name)} is not loaded"
        after = " Its last good version stays in use until this is mended." if file and file.name in kept else ""
        why = seen_line(reason)
        lines.append(f"{what}: {why if why.endswith(('.', '`')) else f'{why}.'}{after}")
    if len(types.failures) > TOLD:
        lines.append(f"{len(types.failures) - TOLD} more cannot be loaded.")
    first = next((paths[name].path for name in types.failures if name in paths), None)
    buttons = () if first is None else ((OPEN, lambda: open_file(first)),)
    return BarText(FAULTS, "\n".join(lines), "error", buttons)
