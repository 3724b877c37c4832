"""The command palette: everything that can be done, by its name; nodes and graphs to go to stand behind."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from studio.editing.document import Document
from studio.editing.document.ops import At
from studio.export.drawing.style import hue_of
from studio.gui.base.action import Action, all_actions, why_not
from studio.gui.popups.picker import Picker, rows_by_text
from studio.gui.popups.rows import Row
from studio.gui.shortcuts.shortcuts import path_of, plain_title, shown
from studio.gui.workbench import Workbench
from studio.support.resources import bundled_graphs

MOST_PLACES = 40
"""Nodes and graphs that stand behind the commands; more are found by going on typing."""


class CommandPalette:
    """Offers commands, nodes and graphs. `recent` are the actions used last from here, the latest first."""

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        self.workbench = workbench
        self.recent: deque[str] = deque(maxlen=8)
        self._rows: Callable[[str], Sequence[Row]] = self.commands
        self.picker = Picker(window, "Commands", lambda query: self._rows(query), width=560)
        self.picker.picked.connect(self._do)

    def open_commands(self) -> None:
        """Offer everything that can be done."""
        self._open(self.commands, "Commands", "Type what you want to do")

    def open_nodes(self) -> None:
        """Offer the nodes of all open graphs."""
        self._open(lambda query: rows_by_text(self._nodes(), query), "Go to node", "Name, title or type of a node")

    def open_graphs(self) -> None:
        """Offer graphs: what is open, what was open lately, and the examples."""
        self._open(lambda query: rows_by_text(self._graphs(), query), "Open graph", "Name of a graph")

    def _open(self, rows: Callable[[str], Sequence[Row]], name: str, placeholder: str) -> None:
        self._rows = rows
        self.picker.set_name(name)
        self.picker.field.setPlaceholderText(placeholder)
        self.picker.set_empty("Nothing fits.")
        self.picker.open_at()

    # -- what is offered ----------------------------------------------------------------------

    def commands(self, query: str) -> list[Row]:
        """Return the actions that fit, those used last first while nothing is typed; then nodes and graphs that fit."""
        actions = [action for action in all_actions().values() if action.id != "view.commands"]
        if not query.strip():
            order = {action_id: place for place, action_id in enumerate(self.recent)}
            actions.sort(key=lambda action: order.get(action.id, len(order)))
        made = [self._action_row(action) for action in actions]
        rows = rows_by_text(made, query, lambda row: f"{row.about} {row.detail}")
        rows.sort(key=lambda row: not row.enabled)
        if not query.strip():
            return rows
        places = rows_by_text([*self._nodes(), *self._graphs()], query)
        return [*rows, *places[:MOST_PLACES]]

    def _action_row(self, action: Action) -> Row:
        enabled = action.when(self.workbench)
        shortcuts = self.workbench.parts.get("shortcuts")
        keys = shortcuts.keys(action.id) if shortcuts is not None else action.keys
        title = action.label(self.workbench) if action.label is not None else plain_title(action)
        about = action.help or f"In the menu {path_of(action)}."
        if not enabled:
            about = f"{why_not(action, self.workbench)} {action.help}".strip()
        return Row(title, path_of(action), about, enabled=enabled, keys=shown(keys[0]) if keys else "", value=action)

    def _nodes(self) -> list[Row]:
        rows = []
        current = self.workbench.document
        for document in sorted(self.workbench.documents, key=lambda one: one is not current):
            for at, graph in document.walk():
                where = " / ".join((document.title, *at))
                for name, node in graph.nodes.items():
                    cls = document.registry.find(node.type)
                    category = cls.spec.category if cls is not None else ""
                    rows.append(
                        Row(
                            f"{name} — {node.title}" if node.title else name, f"{node.type} · {where}",
                            f"Go to the node {name} in {where}.", hue_of(category),
                            cls.spec.icon if cls is not None else "node", value=(document, at, name),
                        )
                    )  # fmt: skip
        return rows

    def _graphs(self) -> list[Row]:
        rows = [
            Row("/".join((document.title, *at)), "open", f"Show {document.path or document.title}.", hue_of("Flow"),
                "graph", value=(document, at, ""))
            for document in self.workbench.documents
            for at, _ in document.walk()
        ]  # fmt: skip
        known = {document.path for document in self.workbench.documents}
        for path, said in self._files():
            if path not in known:
                known.add(path)
                rows.append(Row(path.name, said, str(path), hue_of("Flow"), "graph", value=path))
        return rows

    def _files(self) -> list[tuple[Path, str]]:
        files = self.workbench.parts.get("files")
        lately = [(path, "opened lately") for path in files.recent()] if files is not None else []
        return [*lately, *((path, "example") for path in bundled_graphs())]

    # -- doing --------------------------------------------------------------------------------

    def _do(self, value: object) -> None:
        if isinstance(value, Action):
            if value.id in self.recent:
                self.recent.remove(value.id)
            self.recent.appendleft(value.id)
            self.workbench.trigger(value.id)
        elif isinstance(value, Path):
            self.workbench.open(value)
        elif isinstance(value, tuple):
            document, at, node = value
            go(self.workbench, document, at, node)


def go(workbench: Workbench, document: Document, at: At, node: str = "") -> None:
    """Show a graph, and in it a node; then the keyboard is the canvas's."""
    workbench.show(document, at, [node] if node else ())
    if workbench.canvas is not None:
        workbench.canvas.setFocus()
