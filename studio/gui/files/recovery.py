"""Recovery: a journal for each open document, and what an earlier crash left behind, offered without pressing."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from studio.editing import Document
from studio.editing.keeping.journal import Journal
from studio.editing.keeping.recovery import Recovery, recover, recoverable
from studio.gui.workbench import Workbench
from studio.support.errors import StudioError

SYNC_MS = 3000
"""After the last edit, in milliseconds: when its journal is forced onto the disk."""


class Keeper(QObject):
    """The service `recovery`. Never writes a file of the person's."""

    changed = Signal()
    """There is more, or less, to recover."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        self.workbench = workbench
        self.found: list[Recovery] = []
        """What was left behind, the newest first."""
        self._journals: dict[int, Journal] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._sync)
        workbench.opened.connect(lambda document: self._begin(document))
        workbench.closed.connect(lambda document: self.forget(document))
        workbench.settled.connect(lambda *_: self._timer.start(SYNC_MS))

    # -- keeping ------------------------------------------------------------------------------

    def _begin(self, document: Document) -> None:
        journal = self._journals[id(document)] = Journal(document)
        journal.troubled.connect(lambda error: self.workbench.say(str(error), "warning"))

    def _sync(self) -> None:
        for journal in self._journals.values():
            journal.sync()

    def forget(self, document: Document) -> None:
        """The document is closed in good order: there is nothing to recover of it."""
        journal = self._journals.pop(id(document), None)
        if journal is not None:
            journal.close()

    # -- bringing back ------------------------------------------------------------------------

    def look(self) -> list[Recovery]:
        """Find what was left behind; `changed` tells who shows it."""
        self.found = recoverable()
        self.changed.emit()
        return self.found

    def bring_back(self, recovery: Recovery) -> Document | None:
        """Show a document as it was left, not saved. A refusal is told and gives None."""
        self.workbench.commit()
        known = self.workbench.document_of(recovery.file) if recovery.file is not None else None
        if known is not None and known.is_modified:
            self.workbench.say(f"{known.title} is open and has changes of its own. Save or close it first.", "warning")
            return None
        try:
            document = recover(recovery, self.workbench.registry)
        except StudioError as error:
            self.workbench.fail(error)
            return None
        if known is not None:
            self.workbench.remove(known)
        self.workbench.add(document)  # with a journal of its own, from now on
        if self.workbench.canvas is not None:
            # The button that was pressed is gone; what takes the focus then may be a field with all its text chosen.
            self.workbench.canvas.setFocus()
        kept = self._journals[id(document)].path.exists()
        if kept:
            self._drop(recovery)
        changed = " Its file has changed since; saving asks." if recovery.file_changed else ""
        stays = "" if kept else " The disk takes no new journal of it, so the old one stays: save it soon."
        told = f"{document.title} is as it was left at {recovery.when}, and not saved yet.{changed}{stays}"
        self.workbench.say(told, "info" if kept else "warning")
        return document

    def discard(self, recovery: Recovery) -> None:
        """Delete what was left behind."""
        self._drop(recovery)

    def _drop(self, recovery: Recovery) -> None:
        self.workbench.trying(recovery.discard)
        self.found = [one for one in self.found if one is not recovery]
        self.changed.emit()


def when(recovery: Recovery, now: datetime | None = None) -> str:
    """Return the moment as people say it: "today 18:02", "yesterday 18:02", else the date."""
    at, today = datetime.fromtimestamp(recovery.at), (now or datetime.now()).date()
    if at.date() == today:
        return f"today {at:%H:%M}"
    if at.date() == today - timedelta(days=1):
        return f"yesterday {at:%H:%M}"
    return f"{at:%d %B %Y, %H:%M}".lstrip("0")


def install(workbench: Workbench) -> Keeper:
    """Offer the service to the other parts."""
    keeper = Keeper(workbench)
    workbench.parts["recovery"] = keeper
    return keeper
