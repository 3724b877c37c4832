"""Pickers of what has a name: models, embedders, bodies, stores, folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from studio.gui.widgets.choices import PickEditor
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.labels import small_button
from studio.spec.fields import MISSING
from studio.support.values import Json


class ModelPicker(PickEditor):
    """A model or an embedder: a role, one that is set up, or any name typed."""

    def __init__(
        self, context: EditorContext, default: Json = MISSING, *, vectors: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(default, "none", parent)
        self._context = context
        self._vectors = vectors

    def choices(self) -> list[tuple[str, str]]:
        found = self._context.embedders() if self._vectors else self._context.models()
        return [(one.value, one.about) for one in found]


class GraphPicker(PickEditor):
    """The body of a region node: a subgraph of the file or another file."""

    def __init__(self, context: EditorContext, default: Json = MISSING, parent: QWidget | None = None) -> None:
        super().__init__(default, "name of a graph, or ./file.yaml", parent)
        self._context = context
        self.open_button = small_button("↗", "Open the graph that runs here", "open_graph", self)
        self.open_button.clicked.connect(lambda *_: context.open_graph(self.box.currentText()))
        self.row.addWidget(self.open_button)

    def choices(self) -> list[tuple[str, str]]:
        return [(one.value, one.about) for one in self._context.graphs()]

    def display(self, value: Json) -> None:
        super().display(value)
        self.open_button.setEnabled(isinstance(value, str) and bool(value))


class StorePicker(PickEditor):
    """A declared store of the right kind."""

    def __init__(
        self,
        context: EditorContext,
        kinds: Sequence[str] = (),
        default: Json = MISSING,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(default, "name of a store", parent)
        self._context = context
        self._kinds = tuple(kinds)
        told = f"Declare a new {kinds[0]} and use it" if kinds else "Declare a new store and use it"
        button = small_button("+", told, "declare_store", self)
        button.clicked.connect(lambda *_: self._declare())
        self.row.addWidget(button)

    def choices(self) -> list[tuple[str, str]]:
        return [(one.value, one.about) for one in self._context.stores(self._kinds)]

    def _declare(self) -> None:
        name = self._context.declare_store(self._kinds[0] if self._kinds else "list")
        if name:
            self.box.setEditText(name)
            self.picked(name)


class PathPicker(PickEditor):
    """A folder, or a file, of the project, relative to it."""

    def __init__(
        self, context: EditorContext, default: Json = MISSING, *, files: bool = False, parent: QWidget | None = None
    ) -> None:
        self._what = "file" if files else "folder"
        super().__init__(default, f"{self._what} of the project", parent)
        self._context = context
        button = small_button("…", f"Choose a {self._what}", f"choose_{self._what}", self)
        button.clicked.connect(lambda *_: self._ask())
        self.row.addWidget(button)

    def choices(self) -> list[tuple[str, str]]:
        base = self._context.project()
        if base is None or not base.is_dir():
            return []
        try:
            there = sorted(one for one in base.iterdir() if not one.name.startswith("."))
            inner = [one.name for one in there if one.is_dir() == (self._what == "folder")]
        except OSError:
            return []
        own = [(".", "the project itself")] if self._what == "folder" else []
        return [*own, *((f"./{name}", "") for name in inner[:200])]

    def _ask(self) -> None:
        base = self._context.project() or Path.cwd()
        dialog = QFileDialog(self, f"Choose a {self._what}", str(base))
        if self._what == "folder":
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._chosen(base, Path(path)))
        dialog.open()

    def _chosen(self, base: Path, path: Path) -> None:
        relative = os.path.relpath(path, base)
        if relative.startswith(".."):
            self.refuse(f"{path} lies outside the project folder {base}.")
            return
        text = "." if relative == "." else f"./{Path(relative).as_posix()}"
        self.box.setEditText(text)
        self.picked(text)
