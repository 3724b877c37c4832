"""A person's own queries: kept, renamed, deleted and brought back, taken in from files and given out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.gui.panels.prompts.file_dialogs import file_dialog
from studio.gui.panels.prompts.library import Library
from studio.gui.panels.prompts.saving_bar import SavingBar
from studio.settings.saved_queries import SavedQueries, SavedQuery
from studio.support.errors import StudioError


class Keeping(QObject):
    """Does what is asked for in the library and in the bar over the query; `text` gives the query that is written.
    `said(text)` tells what was done."""

    said = Signal(str)

    def __init__(
        self, queries: SavedQueries, library: Library, saving: SavingBar, text: Callable[[], str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._queries = queries
        self.library = library
        self.saving = saving
        self._text = text
        self._parent = parent
        self._renamed = ""
        library.rename_asked.connect(lambda name: self.rename(name))
        library.delete_asked.connect(lambda name: self.delete(name))
        library.import_asked.connect(self.import_queries)
        library.export_asked.connect(self.export_queries)
        saving.given.connect(lambda name, help: self._given(name, help))

    def reload(self) -> None:
        """Show the saved queries as they stand in their file."""
        try:
            self.library.show_own(self._queries.all())
        except StudioError as error:
            self.library.show_own([])
            self.saving.tell(str(error), "Try again", self._reload_again)

    def _reload_again(self) -> None:
        self.saving.leave()
        self.reload()

    def save(self) -> None:
        """Ask under which name the query is to be kept."""
        query = self.library.query()
        mine = query is not None and self.library.is_own()
        self._renamed = ""
        self.saving.ask("Save the query as", query.name if mine and query else "", query.help if mine and query else "")

    def rename(self, name: str) -> None:
        """Ask for another name of a query."""
        self._renamed = name
        self.saving.ask("Rename the query", name, "", do="Rename", with_help=False)

    def _given(self, name: str, help: str) -> None:
        if self._renamed:
            old, self._renamed = self._renamed, ""
            self._try(lambda: self._queries.rename(old, name), name, again=lambda: self.rename(old))
            return
        made = SavedQuery(name, self._text(), help)
        current = self.library.query()
        replaces = self.library.is_own() and current is not None and current.name == " ".join(name.split())
        self._try(lambda: self._queries.save(made, replace=replaces), name, replace=made)

    def _try(self, call: Any, name: str, *, replace: SavedQuery | None = None, again: Any = None) -> None:
        try:
            call()
        except StudioError as error:
            if replace is not None and "already" in error.message:
                self.saving.refuse(
                    f"There is a query {name!r} already.",
                    "Replace",
                    lambda: self._try(lambda: self._queries.save(replace, replace=True), name),
                )
            else:
                if again is not None:
                    again()
                self.saving.refuse(str(error))
            return
        self.saving.leave()
        self.reload()
        self.library.select(" ".join(name.split()))
        self.said.emit(f"The query {name!r} is kept.")

    def delete(self, name: str) -> None:
        """Forget a query, with a way back."""
        try:
            gone = self._queries.delete(name)
        except StudioError as error:
            self.saving.tell(str(error))
            return
        self.reload()
        self.saving.tell(f"The query {name!r} is deleted.", "Undo", lambda: self._bring_back(gone))

    def _bring_back(self, query: SavedQuery) -> None:
        self._try(lambda: self._queries.save(query), query.name, replace=query)

    def import_queries(self) -> None:
        """Take in queries of a file."""
        dialog = file_dialog(self._parent, "Import Queries", "prompts.sql.import_from", "toml", save=False)
        dialog.fileSelected.connect(lambda path: self.take_in(Path(path)))
        dialog.open()

    def take_in(self, path: Path) -> None:
        """Take in the queries of a file, beside those there are."""
        try:
            names = self._queries.take_in(path)
        except StudioError as error:
            self.saving.tell(str(error))
            return
        self.reload()
        self.saving.tell(f"Taken in: {_queries(len(names))}." if names else "All its queries are here already.")

    def export_queries(self) -> None:
        """Write one's own queries into a file."""
        dialog = file_dialog(self._parent, "Export My Queries", "prompts.sql.export_to", "toml", save=True)
        dialog.selectFile("queries.toml")
        dialog.fileSelected.connect(lambda path: self.give_out(Path(path)))
        dialog.open()

    def give_out(self, path: Path) -> None:
        """Write one's own queries into a file."""
        try:
            count = self._queries.give_out(path)
        except StudioError as error:
            self.saving.tell(str(error))
            return
        self.said.emit(f"Written to {path.name}: {_queries(count)}.")


def _queries(count: int) -> str:
    return "1 query" if count == 1 else f"{count:,} queries"
