"""The service `trust`: nothing of a graph from elsewhere runs from the window before the person approved it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.editing import Document
from studio.graph.model import Graph
from studio.gui.base.bars import BarText
from studio.gui.trust.dialog import ApprovalDialog
from studio.gui.trust.standing import Standing
from studio.gui.workbench import Workbench
from studio.spec.permissions import ANY, Kind, Permission
from studio.support.errors import GraphError, StudioError, UsageError
from studio.trust.approvals import Approvals
from studio.trust.gate import NotApproved
from studio.trust.showing import seen_line
from studio.trust.survey import Survey

BAR: Final = "trust"
TOLD: Final = 4
"""How many things a bar names."""

WEIGHT: Final[tuple[Kind, ...]] = (
    "command", "code", "server", "write", "host", "secret", "base_url", "model", "read", "other",
)  # fmt: skip
"""Kinds of what a graph may do, in the order in which a bar names them."""

_log = logging.getLogger(__name__)


class WaitsForApproval(UsageError):
    """The run did not begin: a dialog asks first."""

    told_as = "info"


class Trust(QObject):
    """Keeps how each open document stands, and asks."""

    changed = Signal(object)
    """(document) It was approved, or is judged anew."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.dialog: ApprovalDialog | None = None
        self._follows = False
        self._standings: dict[int, Standing] = {}
        self._unhook: dict[int, list[Callable[[], None]]] = {}
        workbench.opened.connect(lambda document: self._on_opened(document))
        workbench.closed.connect(lambda document: self._on_closed(document))

    # -- looking ------------------------------------------------------------------------------

    def standing(self, document: Document) -> Standing:
        """Return how a document stands."""
        known = self._standings.get(id(document))
        if known is None:
            known = Standing(document)
            if document in self.workbench.documents:
                self._standings[id(document)] = known
        return known

    # -- asking -------------------------------------------------------------------------------

    def hashes_for(self, document: Document, graph: Graph, again: Callable[[], object] | None = None) -> list[str]:
        """Return the hashes with which a graph of a document may run. If the person is to be asked first, ask, raise
        `WaitsForApproval`, and call `again` once it is approved.

        What is the person's own is remembered as approved, so that terminals know it, too.
        """
        self._follow_live()
        standing = self.standing(document)
        try:
            asked = standing.survey(graph)
            may = standing.may_run(graph)
        except GraphError:
            return []  # the run says what is missing
        if not may:
            self.ask(document, asked, again)
            raise WaitsForApproval(f"{document.title} waits for your approval.", hint="Nothing was run yet.")
        if asked.asks and standing.is_own:
            self._remember(document, asked, "run in the window")
        return [asked.hash]

    def ask(self, document: Document, asked: Survey, again: Callable[[], object] | None = None) -> ApprovalDialog:
        """Show what a graph may do, and ask. `again` is called when it was approved, to begin what waited."""
        if self.dialog is not None:
            self.dialog.reject()
        window = self.workbench.parts.get("window")
        dialog = ApprovalDialog(
            document.title, asked, runs=again is not None, parent=window if isinstance(window, QWidget) else None
        )
        self.dialog = dialog
        dialog.accepted.connect(lambda: self._approve(document, asked, again))
        dialog.finished.connect(lambda *_: self._forget(dialog))
        dialog.open()
        return dialog

    def _follow_live(self) -> None:
        """Hear of runs that were refused all the same: what is gone on with is the graph as it was recorded."""
        live = self.workbench.parts.get("live")
        if live is not None and not self._follows:
            self._follows = True
            live.ended.connect(lambda document, outcome: self._on_ended(document, outcome))

    def _on_ended(self, document: Document, outcome: Any) -> None:
        if isinstance(outcome.problem, NotApproved):
            self.ask(document, outcome.problem.survey)

    def _forget(self, dialog: ApprovalDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _approve(self, document: Document, asked: Survey, again: Callable[[], object] | None) -> None:
        if document not in self.workbench.documents:
            return
        self._remember(document, asked, "approved in the window")
        if self.standing(document).survey(document.graph).hash == asked.hash:
            self.standing(document).approve(asked)
            self._show_bar(document)
        self.changed.emit(document)
        if again is None:
            self.workbench.say(f"{document.title} may run now.")
        else:
            self.workbench.trying(again)

    def _remember(self, document: Document, asked: Survey, how: str) -> None:
        file = "" if document.path is None else str(document.path.absolute())
        try:
            Approvals().remember(asked.hash, asked.name, how, file)
        except StudioError as error:
            _log.warning("%s", error)  # it may run now all the same; the next window asks again

    # -- following documents ------------------------------------------------------------------

    def _on_opened(self, document: Document) -> None:
        self._standings[id(document)] = Standing(document)
        self._unhook[id(document)] = [
            document.reset.connect(partial(self._on_reset, document)),
            document.saved.connect(partial(self._on_saved, document)),
            document.types_changed.connect(partial(self._on_types, document)),
        ]
        self._show_bar(document)

    def _on_closed(self, document: Document) -> None:
        self._standings.pop(id(document), None)
        for unhook in self._unhook.pop(id(document), ()):
            unhook()

    def _on_reset(self, document: Document) -> None:
        """The file was read again: another program wrote it, or it is brought back after a crash."""
        self.standing(document).judge()
        self._show_bar(document)
        self.changed.emit(document)

    def _on_types(self, document: Document) -> None:
        """It has other node types: its project's own were approved, or have changed."""
        self.standing(document).take_types()
        self._show_bar(document)
        self.changed.emit(document)

    def _on_saved(self, document: Document) -> None:
        """What is the person's own, and is saved here, may run from now on, also from a terminal."""
        standing = self.standing(document)
        try:
            asked = standing.survey(document.graph)
            if asked.asks and standing.is_own and standing.may_run(document.graph):
                self._remember(document, asked, "saved in the window")
        except GraphError as error:
            _log.info("not approved at saving: %s", error)

    def _show_bar(self, document: Document) -> None:
        pages = self.workbench.parts.get("pages")
        if pages is None:
            return
        standing = self.standing(document)
        if standing.is_own or document.locked is not None:
            pages.hide_bar(document, BAR)
            return
        try:
            asked = standing.survey(document.graph)
        except GraphError:
            return
        if asked.asks:
            show = ("Show What It May Do…", lambda: self._show(document))
            pages.show_bar(document, BarText(BAR, summary(asked), "warning", (show,)))

    def _show(self, document: Document) -> None:
        """The bar's button: it takes the bar away, which comes back unless the graph is approved."""
        self._show_bar(document)
        try:
            self.ask(document, self.standing(document).survey(document.graph))
        except GraphError as error:
            self.workbench.fail(error)


def summary(asked: Survey) -> str:
    """Return one sentence about what a graph would do, what weighs most first."""
    found: dict[str, None] = {}
    for kind in WEIGHT:
        for entry in asked.entries:
            for one in entry.permissions:
                if one.kind == kind:
                    found[_phrase(entry.path, one)] = None
    named = list(found)[:TOLD]
    more = f" and {len(found) - TOLD} more" if len(found) > TOLD else ""
    return f"This graph is not from here. Run, it would {', '.join(named)}{more}."


def _phrase(path: str, one: Permission) -> str:
    node = seen_line(path.rpartition("/")[2])
    what = "any" if one.what == ANY else seen_line(one.what)
    what = what if len(what) <= 60 else f"{what[:59]}…"
    return {
        "command": f"run a command in `{node}`",
        "code": f"run code in `{node}`",
        "server": f"start or call a tool server in `{node}`",
        "write": f"let `{node}` change files",
        "host": f"connect to {what}" if one.what != ANY else f"connect to whatever `{node}` is told",
        "secret": f"use the secret {what}",
        "base_url": f"send prompts to {what}",
        "model": f"ask the model {what}",
        "read": f"let `{node}` read files",
        "other": f"do what `{node}` is set to",
    }[one.kind]


def install(workbench: Workbench) -> Trust:
    """Offer the service to the other parts."""
    trust = Trust(workbench)
    workbench.parts["trust"] = trust
    return trust
