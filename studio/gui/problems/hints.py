"""What the measures of a run suggest about the nodes of its graph, as findings among the problems: severity `hint`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from studio.graph.diagnostics import Diagnostic
from studio.graph.model import Place
from studio.gui.problems.checks import path_of
from studio.gui.replay.dynamics import Dynamics, front_for
from studio.gui.workbench import Workbench

if TYPE_CHECKING:
    from studio.editing import Document
    from studio.gui.replay.dynamics import Front
    from studio.gui.replay.dynamics.looking import Looked

CODES: Final[Mapping[str, str]] = {
    "says_nothing": "None of its outputs in the run had content. Ask for something definite, or leave the node out.",
    "fails": "At least half of its firings in the run failed. Its messages are in the Runs panel and in the inspector.",
    "says_nothing_new": "From then on it only repeated what it had said before. Give it something new to read, stop "
    "the loop when it repeats itself (`monitor.alarms`), or let it end the work.",
    "no_effect": "Others read it, and none of the terms it brought in came up again. What reads it may ignore it, or "
    "it says what was known.",
}
"""What each kind of suggestion means and what can be done; kinds are those of `studio.dynamics`."""


def hints_of(workbench: Workbench, document: Document | None, *, ask: bool) -> tuple[Diagnostic, ...]:
    """Return what is known to be suggested about a document by the run that it shows, or by its last one.

    With `ask` it is found out if it is not known yet: the service `dynamics` tells when it is.
    """
    service: Dynamics | None = workbench.parts.get("dynamics")
    front = None if service is None or document is None else front_for(workbench, document)
    if service is None or front is None or front.goes_on:
        return ()
    known = service.ask(front) if ask else service.of(front.key)
    return () if known is None or known.looked is None else _hints(front, known.looked)


def _hints(front: Front, looked: Looked) -> tuple[Diagnostic, ...]:
    found: dict[tuple[object, ...], Diagnostic] = {}
    for one in looked.verdict.findings:
        way = front.way(one.module) if one.module else []
        if one.module and not way:
            continue  # the node is gone from the graph
        spot = way[-1] if way else None
        hint = Diagnostic(
            one.kind, "hint", one.message, Place(),
            node="" if spot is None else spot.name, graph="" if spot is None else path_of(spot.at),
            hint="In this run: " + "; ".join(one.evidence) + "." if one.evidence else "",
        )  # fmt: skip
        found.setdefault((hint.code, hint.graph, hint.node), hint)  # of the items of a map, the first speaks for all
    return tuple(found.values())
