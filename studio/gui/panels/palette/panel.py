"""The palette's widget: search field, tree, help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from studio.editing.offering.catalogue import TypeEntry, catalogue, document_entries
from studio.editing.offering.ranking import advice, marks, rank
from studio.export.drawing.style import HUES, hue_of
from studio.gui.base.guard import guarded
from studio.gui.edits.adding import STORE, STORE_KINDS, add_by_key
from studio.gui.panels.palette.tree import PaletteTree
from studio.gui.panels.palette.type_help import help_html
from studio.gui.popups.rows import Row
from studio.gui.theme import current_theme, themes
from studio.gui.workbench import Workbench
from studio.spec.registry import Registry

LOCAL: Final = "Own subgraphs"
DECLARE: Final = "Declare a store"


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """A kind of store that can be declared."""

    kind: str

    @property
    def key(self) -> str:
        """What a drag of it carries."""
        return STORE + self.kind


class Palette(QWidget):
    """What can be added to the graph that is shown."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.workbench = workbench
        self.setObjectName("palette")
        self.setAccessibleName("Palette")
        self._built = False
        self.field = QLineEdit(self)
        self.field.setObjectName("palette.search")
        self.field.setAccessibleName("Search node types")
        self.field.setPlaceholderText("Search node types")
        self.field.setClearButtonEnabled(True)
        self.field.setMaxLength(200)
        self.tree = PaletteTree(self)
        self.help = QTextBrowser(self)
        self.help.setObjectName("palette.help")
        self.help.setAccessibleName("Help of the node type")
        self.help.setOpenLinks(False)
        self.help.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.split = QSplitter(Qt.Orientation.Vertical, self)
        self.split.addWidget(self.tree)
        self.split.addWidget(self.help)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([520, 220])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addWidget(self.split, 1)
        self.setFocusProxy(self.field)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        self._shown: Row | None = None
        self._offered: tuple[object, ...] = ()
        self.field.textChanged.connect(lambda *_: self.refresh())
        self.field.installEventFilter(self)
        self.tree.taken.connect(self._take)
        self.tree.looked_at.connect(self._show_help)
        workbench.current_changed.connect(self._soon)
        workbench.settled.connect(lambda _: self._soon())
        themes().changed.connect(self._redo_help)

    @guarded(QSize)
    def sizeHint(self) -> QSize:
        """As wide as titles need."""
        return QSize(250, 600)

    @guarded()
    def showEvent(self, event: QShowEvent) -> None:
        """Fill the tree after the window has been painted: finding every node type takes a moment."""
        super().showEvent(event)
        if not self._built:
            self._later.start(0)

    def _soon(self) -> None:
        if self._built and self._here() != self._offered:
            self._later.start(0)

    def _here(self) -> tuple[object, ...]:
        """Return what is on offer, but for what is searched, depends on: the types, and inner graphs of this place."""
        tab = self.workbench.current
        if tab is None or not tab.document.has(tab.at):
            return (self._registry,)
        graphs = [tab.document.at(tab.at[:depth]).graphs for depth in range(len(tab.at) + 1)]
        inner = [(name, body.about) for here in graphs for name, body in here.items()]
        return (self._registry, tab, *inner) if inner else (self._registry,)

    @property
    def _registry(self) -> Registry:
        """The node types of the document that is shown."""
        document = self.workbench.document
        return self.workbench.registry if document is None else document.registry

    # -- content ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what can be added and fits what is typed."""
        self._built = True
        self._offered = self._here()
        tab = self.workbench.current
        local = document_entries(tab.document, tab.at) if tab is not None and tab.document.has(tab.at) else []
        query = self.field.text()
        entries = [*local, *catalogue(self._registry)]
        if query.strip():
            found = [_row(entry, entry.category, query) for entry in rank(entries, query)]
            words = query.casefold().split()
            found += [
                row for row in _store_rows() if all(word in f"{row.title} {row.about}".casefold() for word in words)
            ]
            self.tree.fill([("", 0, found)])
            self.tree.walk(0)
            if not found:
                self._say_nothing(advice(query) or f"No node type fits “{query.strip()[:60]}”.")
            return
        self.tree.fill(_groups(entries))
        if self._shown is None:
            self._say_nothing("Drag a node type onto the canvas, or press Enter. Point at one to read what it does.")

    def _say_nothing(self, text: str) -> None:
        self._shown = None
        self.help.setPlainText(text)

    def _redo_help(self) -> None:
        if self._shown is not None:
            self._show_help(self._shown)

    def _show_help(self, row: object) -> None:
        assert isinstance(row, Row)
        self._shown = row
        if isinstance(row.value, TypeEntry):
            self.help.document().setDefaultStyleSheet(f"code {{ color: {current_theme().colour('ink').name()} }}")
            self.help.setHtml(help_html(row.value, self._registry))
        else:
            self.help.setPlainText(f"{row.title}\n\n{row.about}")

    # -- adding -------------------------------------------------------------------------------

    def _take(self, row: object) -> None:
        assert isinstance(row, Row)
        canvas = self.workbench.canvas
        if canvas is None:
            self.workbench.say("Open or make a graph first; then node types can be added to it.", "warning")
            return
        x, y = canvas.scene_center()
        self.workbench.trying(lambda: add_by_key(self.workbench, row.value.key, (x - 90, y - 30), apart=True))

    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field the arrows walk through the tree, Enter adds, Esc clears and then goes to the canvas."""
        if watched is not self.field or not isinstance(event, QKeyEvent):
            return False
        key = event.key()
        mine = key in _KEYS
        if event.type() == QEvent.Type.ShortcutOverride and mine:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress or not mine:
            return False
        if key == Qt.Key.Key_Down:
            self.tree.walk(1)
        elif key == Qt.Key.Key_Up:
            self.tree.walk(-1)
        elif key == Qt.Key.Key_Escape:
            if self.field.text():
                self.field.clear()
            elif self.workbench.canvas is not None:
                self.workbench.canvas.setFocus()
        else:
            self.tree.take()
        return True


_KEYS: Final = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


def _groups(entries: Sequence[TypeEntry]) -> list[tuple[str, int, list[Row]]]:
    """Return the entries under their categories: the document's own first, then as drawings order them."""
    by_category: dict[str, list[Row]] = {}
    for entry in entries:
        by_category.setdefault(entry.category, []).append(_row(entry, "", ""))
    known = [LOCAL, *HUES]
    order = sorted(by_category, key=lambda name: (known.index(name) if name in known else len(known) - 1.5, name))
    groups = [(name, hue_of(name), by_category[name]) for name in order]
    if LOCAL in by_category:
        groups[0] = (LOCAL, hue_of("Flow"), [replace(row, indent=0) for row in by_category[LOCAL]])
    return [*groups, (DECLARE, HUES["Stores"], _store_rows())]


def _row(entry: TypeEntry, detail: str, query: str) -> Row:
    return Row(
        entry.title, detail, entry.summary, hue_of(entry.category), entry.icon, tuple(marks(entry.title, query)),
        indent=1 if entry.preset and not query else 0, value=entry,
    )  # fmt: skip


def _store_rows() -> list[Row]:
    return [
        Row(title, "", about, HUES["Stores"], "store-read", value=StoreEntry(kind))
        for kind, (title, _, about) in STORE_KINDS.items()
    ]
