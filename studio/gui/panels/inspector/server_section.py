"""Asking a tool server from the inspector: only this button starts it, and what it says is pinned in the node."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QVBoxLayout, QWidget

from studio.gui.base.errands import Errands
from studio.gui.dialogs.ask import ask
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import Note
from studio.gui.widgets.section import MARGINS
from studio.spec.fields import MISSING
from studio.spec.outside import ServerSpec, ServerTool
from studio.support.errors import StudioError
from studio.trust.showing import seen, seen_line

TYPE = "mcp.tool"
PATIENCE_S = 30.0
LONGEST = 3_000
"""Characters of a description that are shown."""


class ServerSection(QWidget):
    """The button, what the server offers, and the button that takes one of its tools."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        self.setObjectName("inspector.server")
        self.errands = Errands("tool server", self)
        self.destroyed.connect(self.errands.shutdown)
        self._about: tuple[Any, ...] = ()
        self._tools: dict[str, ServerTool] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(6)
        self.ask_button = QPushButton("Ask the server…", self)
        self.ask_button.setObjectName("inspector.server.ask")
        self.ask_button.setToolTip("Start the server and list its tools")
        self.ask_button.clicked.connect(lambda *_: self.ask())
        column.addWidget(self.ask_button)
        self.told = Note("", "text", self)
        column.addWidget(self.told)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        self.choice = QuietCombo(self)
        self.choice.setObjectName("inspector.server.tools")
        self.choice.setAccessibleName("Tools that the server offers")
        self.choice.currentIndexChanged.connect(lambda *_: self._show_tool())
        line.addWidget(self.choice, 1)
        self.use_button = QPushButton("Use this tool", self)
        self.use_button.setObjectName("inspector.server.use")
        self.use_button.clicked.connect(lambda *_: self.use())
        line.addWidget(self.use_button)
        column.addLayout(line)
        self.description = Note("", "soft", self)
        column.addWidget(self.description)
        self._show([], "")

    def refresh(self) -> None:
        """What was offered belongs to one server of one node; of another one nothing is known."""
        about = (self.subject.document, self.subject.at, self.subject.names, self._server())
        if about != self._about:
            self._about = about
            self._show([], "")

    def ask(self) -> None:
        """Say what asking means, and do it if the person agrees."""
        server = self._server()
        if bool(server.command) == bool(server.url):
            self._show([], "Give the server's `command` or its `url` first.")
            return
        if server.command:
            command = seen_line(shlex.join(server.command))
            what, detail = "Start this tool server?", f"{command}\n\nIt runs on this computer with your rights."
        else:
            what, detail = "Ask this tool server?", seen_line(server.url)
        yes = "Ask the Server"
        answers = [(yes, QMessageBox.ButtonRole.AcceptRole), ("Cancel", QMessageBox.ButtonRole.RejectRole)]

        def answered(said: str) -> None:
            if said == yes:
                self._go(server)

        ask(self.window(), "Tool Server", what, answers, answered, detail=detail, name="server")

    def _go(self, server: ServerSpec) -> None:
        from studio.tools.looking import look_at

        project = self.subject.project() or Path.cwd()
        about = self._about
        self._show([], "Asking …")
        self.ask_button.setEnabled(False)
        self.errands.run(lambda: look_at(server, project, PATIENCE_S), lambda came: self._came(came, about))

    def _came(self, came: list[ServerTool] | StudioError, about: tuple[Any, ...]) -> None:
        self.ask_button.setEnabled(True)
        if about != self._about:
            return  # the inspector is about another node by now
        if isinstance(came, StudioError):
            self._show([], seen(f"{came.message} {came.hint}".strip()))
        else:
            count = f"{len(came)} tool{'s' if len(came) != 1 else ''}"
            self._show(came, f"The server offers {count}. What it says of them is its own text.")

    def use(self) -> None:
        """Pin the chosen tool in the node, as one entry."""
        from studio.editing.edits.nodes import set_param
        from studio.tools.looking import pins

        tool = self._tools.get(str(self.choice.currentData()))
        if tool is None or not self.subject.exists:
            return
        document, at, name = self.subject.doc, self.subject.at, self.subject.name

        def change() -> None:
            with document.edit(f"Use tool {seen_line(tool.name)[:60]} in {name}"):
                for key, value in pins(tool).items():
                    document.do("", set_param(document, at, name, key, MISSING if value is None else value))

        self.subject.end()
        self.subject.workbench.trying(change)

    def _server(self) -> ServerSpec:
        params = self.subject.params()

        def listed(key: str) -> tuple[str, ...]:
            value = params.get(key)
            return tuple(map(str, value)) if isinstance(value, list) else ()

        headers = params.get("headers")
        return ServerSpec(
            listed("command"),
            str(params.get("url") or ""),
            str(params.get("folder") or "."),
            listed("variables"),
            {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        )

    def _show(self, tools: list[ServerTool], sentence: str) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self.choice.clear()
        for tool in tools:
            self.choice.addItem(seen_line(tool.name), tool.name)
        index = self.choice.findData(self.subject.params().get("tool"))
        self.choice.setCurrentIndex(max(0, index) if tools else -1)
        for widget in (self.choice, self.use_button, self.description):
            widget.setVisible(bool(tools))
        self.told.set_text(sentence)
        self.told.setVisible(bool(sentence))
        self._show_tool()

    def _show_tool(self) -> None:
        tool = self._tools.get(str(self.choice.currentData()))
        self.description.set_text(seen(tool.description)[:LONGEST] if tool is not None else "")
