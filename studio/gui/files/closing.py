"""Closing graphs and going back to what was saved: nothing goes without a question, and no question blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMessageBox

from studio.editing import TOP, Document
from studio.gui.dialogs.ask import ask
from studio.gui.files.saving import Saving, Then, nothing


class Closing(Saving):
    """What of the service `files` lets go of graphs."""

    def revert(self, document: Document) -> None:
        """Read the file again; asks first if something would be lost."""
        self.workbench.commit()
        if not document.is_modified:
            self._reload(document)
            return
        ask(
            self._window,
            "Revert",
            f"Go back to {document.title} as it was saved?",
            [("Revert", QMessageBox.ButtonRole.DestructiveRole), ("Cancel", QMessageBox.ButtonRole.RejectRole)],
            lambda answer: self._reload(document) if answer == "Revert" else None,
            detail="What was changed since then is lost.",
            name="files.revert",
        )

    def _reload(self, document: Document) -> None:
        if self.workbench.trying(document.reload):
            self.workbench.say(f"{document.title} is as it was saved.")
            self.workbench.part("pages").hide_bar(document, "disk")

    def close(self, document: Document, then: Then = nothing) -> None:
        """Close a document; asks first if it is not saved."""
        self.workbench.commit()

        def answered(answer: str) -> None:
            if answer == "Save":
                self.save(document, lambda done: self._remove_if(done, document, then))
            else:
                self._remove_if(answer == "Discard", document, then)

        if document.is_modified:
            self._ask_unsaved(document, answered)
        else:
            self._remove_if(True, document, then)

    def _ask_unsaved(self, document: Document, then: Callable[[str], object]) -> None:
        self.workbench.show(document, self._at(document))
        ask(
            self._window,
            "Not Saved",
            f"Save the changes to {document.title}?",
            [
                ("Save", QMessageBox.ButtonRole.AcceptRole),
                ("Discard", QMessageBox.ButtonRole.DestructiveRole),
                ("Cancel", QMessageBox.ButtonRole.RejectRole),
            ],
            then,
            detail="They are lost otherwise.",
            name="files.unsaved",
        )

    def _at(self, document: Document) -> tuple[str, ...]:
        """The place of the document that is shown, or else of its first tab: asking must not open a new one."""
        current = self.workbench.current
        if current is not None and current.document is document:
            return current.at
        pages = self.workbench.part("pages").pages(document)
        return pages[0].at if pages else TOP

    def _remove_if(self, done: bool, document: Document, then: Then) -> None:
        def remove() -> None:
            self._remove(document)
            then(True)

        def later() -> None:
            self.close(document, then)

        if not done or not self._run_lets_go(document, remove, later, lambda: then(False)):
            if not done:
                then(False)
            return
        remove()

    def _run_lets_go(
        self,
        document: Document | None,
        then: Callable[[], object],
        later: Callable[[], object],
        stay: Callable[[], object] = lambda: None,
    ) -> bool:
        """Whether no run is in the way of closing a document (None: all). If one is, the person is asked what is to
        become of it, and one of the calls is made (see `Parting.lets_go`)."""
        live = self.workbench.parts.get("live")
        return live is None or live.lets_go(document, then, later, stay)

    def _nothing_is_made(self, then: Callable[[], object], later: Callable[[], object]) -> bool:
        """Whether neither a run nor an experiment is in the way of closing the window; else the person is asked."""
        experiments = self.workbench.parts.get("experiments")

        def run_has_ended() -> None:
            if experiments is None or experiments.lets_go(then):
                then()

        if not self._run_lets_go(None, run_has_ended, later):
            return False
        return experiments is None or bool(experiments.lets_go(then))

    def _remove(self, document: Document) -> None:
        recovery = self.workbench.parts.get("recovery")
        if recovery is not None:
            recovery.forget(document)
        self.workbench.remove(document)

    def close_all(self, documents: Sequence[Document], then: Then = nothing) -> None:
        """Close documents one after the other; stops where the person thinks better of it."""
        waiting = [one for one in documents if one in self.workbench.documents]

        def go_on(done: bool = True) -> None:
            if not done or not waiting:
                then(done)
            else:
                self.close(waiting.pop(0), go_on)

        go_on()

    def may_leave(self, then: Callable[[], object]) -> bool:
        """Whether the window may close now. If not, the person is asked, and `then` is called if it may after all.

        Nothing is closed before all questions are answered: Cancel at the last one leaves everything as it was.
        """
        self.workbench.commit()
        waiting = [one for one in self.workbench.documents if one.is_modified]

        def later() -> None:
            if self.may_leave(then):
                then()

        if not waiting:
            return self._nothing_is_made(then, later)

        def go_on(done: bool = True) -> None:
            if not done:
                return
            if not waiting:
                if self._nothing_is_made(then, later):
                    then()
                return
            document = waiting.pop(0)
            self._ask_unsaved(document, lambda answer: answered(document, answer))

        def answered(document: Document, answer: str) -> None:
            if answer == "Save":
                self.save(document, go_on)
            else:
                go_on(answer == "Discard")

        go_on()
        return False

    def leave(self) -> None:
        """Close all documents without asking: the person was asked."""
        for document in list(self.workbench.documents):
            self._remove(document)
