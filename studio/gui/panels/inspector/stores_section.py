"""The stores that a graph declares: added, renamed, changed and deleted, each with the nodes that use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from studio.editing.edits.stores import change_store, delete_store, rename_store, store_users
from studio.graph.model import StoreDecl
from studio.graph.names import name_problem
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.choices import ChoiceEditor
from studio.gui.widgets.labels import Link, Note, cut, small_button
from studio.gui.widgets.lines import mark_wrong, set_line
from studio.gui.widgets.section import MARGINS
from studio.gui.widgets.undo_keys import line
from studio.spec.fields import MISSING
from studio.support.values import Json

SCOPES: dict[str, Json] = {
    "one per run of this graph": "region",
    "one per run": "run",
    "kept by the project": "project",
}
SHOWN_USERS = 8


class StoresSection(QWidget):
    """A card per store and a menu that declares another."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        self.setObjectName("inspector.stores")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*MARGINS)
        self._column.setSpacing(6)
        self.none = Note("No store is declared here. A store is a memory that nodes share by its name.")
        self._column.addWidget(self.none)
        self.cards: dict[str, StoreCard] = {}
        self.add = QToolButton(self)
        self.add.setText("Declare a store")
        self.add.setObjectName("inspector.stores.add")
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.add)
        from studio.stores import store_kinds

        for kind, cls in store_kinds().items():
            action = self.menu.addAction(f"{kind}: {cls.summary}")
            action.setObjectName(f"inspector.stores.add.{kind}")
            action.triggered.connect(lambda *_, kind=kind: self.subject.declare_store(kind))
        self.add.setMenu(self.menu)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._place: object = None

    def finish(self) -> None:
        """Names that were typed count as done."""
        for card in list(self.cards.values()):
            card.rename()

    def refresh(self) -> None:
        """Show what the document holds now."""
        stores = self.subject.doc.at(self.subject.at).stores
        place = (id(self.subject.document), self.subject.at, tuple((name, one.type) for name, one in stores.items()))
        self.none.setVisible(not stores)
        if place != self._place:
            self._place = place
            for card in self.cards.values():
                card.hide()
                card.deleteLater()
            self.cards = {name: StoreCard(self.subject, name) for name in list(stores)[:50]}
            for at, card in enumerate(self.cards.values(), 1):
                self._column.insertWidget(at, card)
        for card in self.cards.values():
            card.refresh()


class StoreCard(QFrame):
    """One declared store."""

    def __init__(self, subject: Subject, name: str) -> None:
        super().__init__()
        self.subject = subject
        self.name = name
        self.setProperty("card", True)
        self.setObjectName(f"inspector.store.{name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 6, 8)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.setSpacing(4)
        column.addLayout(top)
        self.field = line(self)
        self.field.setProperty("bare", True)
        self.field.setAccessibleName("Name of the store")
        self.field.setObjectName(f"inspector.store.{name}.name")
        self.field.textEdited.connect(lambda *_: self._judge())
        self.field.editingFinished.connect(self.rename)
        top.addWidget(self.field, 1)
        remove = small_button("Delete", f"Delete the store {name}", f"inspector.store.{name}.delete")
        remove.clicked.connect(lambda *_: self._delete())
        top.addWidget(remove)
        self.told = Note("", "bad")
        column.addWidget(self.told)
        from studio.stores import store_kinds

        self._kinds = store_kinds()
        self.kind = ChoiceEditor(list(self._kinds), MISSING)
        self.scope = ChoiceEditor(dict(SCOPES), MISSING)
        for editor, about, change in (
            (self.kind, "Type of the store", self._retype),
            (self.scope, "How long the store lives", lambda scope: self._change(lambda one: replace(one, scope=scope))),
        ):
            editor.box.setAccessibleName(about)
            editor.edited.connect(change)
            column.addWidget(editor)
        self.rows: dict[str, ParamRow] = {}
        cls = self._kinds.get(self._store().type)
        for key, spec in (cls.Params.fields() if cls is not None else {}).items():
            if spec.type == "list":
                spec = replace(spec, editor={"kind": "json"})
            row = ParamRow(
                spec,
                subject,
                partial(self._set, key),
                subject.end,
                name=f"inspector.store.{name}.{key}",
                title={"items": "holds at first", "values": "holds at first"}.get(key, ""),
                read=partial(self._param, key),
            )
            self.rows[key] = row
            column.addWidget(row)
        self.users = QVBoxLayout()
        self.users.setSpacing(0)
        column.addLayout(self.users)
        self._users_shown: object = None

    def _store(self) -> StoreDecl:
        return self.subject.doc.at(self.subject.at).stores[self.name]

    @property
    def exists(self) -> bool:
        """True while the document declares it."""
        document = self.subject.document
        at = self.subject.at
        return document is not None and document.has(at) and self.name in document.at(at).stores

    def _param(self, key: str) -> Json:
        return self._store().params.get(key, MISSING)

    def refresh(self) -> None:
        """Show what the document holds now."""
        store = self._store()
        if not self.field.hasFocus():
            set_line(self.field, self.name)
        if self.kind.fits(store.type):
            self.kind.show_value(store.type)
        self.scope.show_value(store.scope)
        for key, row in self.rows.items():
            row.show_value(store.params.get(key, MISSING))
        self._show_users()

    def _show_users(self) -> None:
        subject = self.subject
        users = store_users(subject.doc, subject.at, self.name)
        if users == self._users_shown:
            return
        self._users_shown = users
        while (item := self.users.takeAt(0)) is not None:
            if (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        for at, node in users[:SHOWN_USERS]:
            told = ".".join((*at[len(subject.at) :], node))
            go = Link(f"used by {cut(told, 60)}", f"Go to {cut(told, 60)}", f"inspector.store.{self.name}.user")
            go.clicked.connect(lambda *_, at=at, node=node: subject.workbench.show(subject.doc, at, [node]))
            self.users.addWidget(go)
        more = len(users) - SHOWN_USERS
        if more > 0 or not users:
            self.users.addWidget(Note(f"… and {more} more." if more > 0 else "No node uses it."))

    # -- changing -----------------------------------------------------------------------------

    def _change(self, change: Callable[[StoreDecl], StoreDecl], merge: str = "") -> str:
        subject = self.subject
        if not self.exists:
            return ""
        return subject.do(
            f"Change store {self.name}",
            lambda: change_store(subject.doc, subject.at, change(self._store())),
            merge=f"store/{self.name}/{merge}" if merge else "",
        )

    def _retype(self, kind: Any) -> None:
        known = self._kinds[kind].Params.fields()
        kept = {key: value for key, value in self._store().params.items() if key in known}
        self.subject.end()
        self._change(lambda one: replace(one, type=kind, params=kept))

    def _set(self, key: str, value: Json) -> str:
        if not self.exists:
            return ""
        params = {name: one for name, one in self._store().params.items() if name != key}
        if value is not MISSING:
            params[key] = value
        return self._change(lambda one: replace(one, params=params), merge=key)

    def _judge(self) -> str:
        new = self.field.text().strip()
        why = name_problem(new) if new != self.name else ""
        self.told.set_text(f"{why[0].upper()}{why[1:]}." if why else "")
        mark_wrong(self.field, bool(why))
        return why

    def rename(self) -> None:
        """Take the name that stands in the field."""
        new = self.field.text().strip()
        if new == self.name or not self.exists:
            return
        if self._judge():
            set_line(self.field, self.name)
            self._judge()
            return
        subject = self.subject
        subject.end()
        old = self.name
        why = subject.do(f"Rename store {old} to {new}", lambda: rename_store(subject.doc, subject.at, old, new))
        self.told.set_text(why)

    def _delete(self) -> None:
        subject = self.subject
        subject.end()
        users = store_users(subject.doc, subject.at, self.name)
        name = self.name
        why = subject.do(f"Delete store {name}", lambda: delete_store(subject.doc, subject.at, name))
        if why:
            self.told.set_text(why)
        elif users:
            count = f"{len(users)} node{'s' if len(users) != 1 else ''}"
            subject.workbench.say(f"Deleted the store {name}; {count} still named it. Undo brings it back.", "warning")
