"""What can be done about a problem at once, as buttons and menus offer it; each way is one entry of the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QMenu

from studio.editing import Document
from studio.editing.mending.fixing import Fix, fixes
from studio.graph.diagnostics import Diagnostic
from studio.gui.problems.listing import one_line
from studio.gui.problems.places import show_place
from studio.gui.theme import current_theme
from studio.gui.theme.icons import icon
from studio.gui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Way:
    """Something that can be done: what the button says, and doing it (raises StudioError if it is refused).

    `edits` is False for a way that only leads to where a person decides.
    """

    label: str
    take: Callable[[], object]
    edits: bool = True


def ways(workbench: Workbench, document: Document, found: Diagnostic) -> list[Way]:
    """Return what can be done about a finding; last, what mends all findings of its kind."""
    offered = fixes(document, found)
    made = [_way(workbench, document, fix) for fix in offered]
    if any(fix.ops for fix in offered):
        known = workbench.part("checks").of(document)
        alike = [one for one in known.findings if one.code == found.code] if known is not None else []
        if len(alike) > 1:
            made.append(Way(f"Fix all {len(alike):,} of this kind", lambda: fix_all(workbench, document, alike)))
    return made


def fix_all(workbench: Workbench, document: Document, found: Sequence[Diagnostic]) -> int:
    """Mend findings, each by the first edit that is offered, as one edit; return how many could be mended."""
    done = 0
    _stop_gestures(workbench)
    with document.edit(f"Fix {len(found):,} problems"):
        for one in found:
            # Asked anew each time: the last fix may have mended this one, or moved what it speaks of.
            fix = next((fix for fix in fixes(document, one) if fix.ops), None)
            if fix is not None and document.do(fix.label, fix.ops):
                done += 1
    left = len(found) - done
    workbench.say(
        f"{done:,} mended" + (f"; {left:,} left, which need a decision or are gone with others." if left else ".")
    )
    return done


def fill_menu(menu: QMenu, workbench: Workbench, document: Document, found: Sequence[Diagnostic]) -> None:
    """Add the quick fixes of findings to a menu; a line says so if there are none."""
    bulb = icon("bulb", current_theme().colour("warn"))
    seen: set[str] = set()
    for one in found:
        for way in ways(workbench, document, one):
            if way.label not in seen:
                seen.add(way.label)
                action = menu.addAction(way.label.replace("&", "&&"))
                if way.edits:
                    action.setIcon(bulb)
                action.triggered.connect(lambda *_, way=way: workbench.trying(way.take))
    if not seen:
        menu.addAction("No quick fix").setEnabled(False)


def _way(workbench: Workbench, document: Document, fix: Fix) -> Way:
    label = one_line(fix.label, 120)
    goto = fix.goto
    if goto is not None and not fix.ops:
        return Way(label, lambda: show_place(workbench, document, goto.at, goto.node, goto.param), edits=False)

    def take() -> None:
        _stop_gestures(workbench)
        document.do(fix.label, fix.ops)

    return Way(label, take)


def _stop_gestures(workbench: Workbench) -> None:
    """A drag that is under way must not meet a graph that changes below it."""
    if workbench.canvas is not None:
        workbench.canvas.cancel_interaction()
