"""The chat panel: talk with a graph. Each message is one run; the answer streams into its bubble."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.editing import Document
from studio.graph.conversing import likely_input, likely_output
from studio.gui.base.action import why_locked
from studio.gui.base.guard import guarded
from studio.gui.live.bridge import Live
from studio.gui.live.playing.inputs import input_fields, output_names, values_of
from studio.gui.live.runs import MissingInputs
from studio.gui.live.telling import state_of
from studio.gui.panels.chat.bubbles import Bubbles
from studio.gui.panels.chat.chat_log import Bubble, ChatLog, as_text, speakers
from studio.gui.widgets.areas import Area
from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.labels import Elided, colour_text, small_button
from studio.gui.widgets.undo_keys import UndoHost
from studio.gui.workbench import Workbench
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.gui.live.playing.session import Outcome
    from studio.gui.live.watching.places import Spot

EMPTY = "Say something to the graph. Each message is one run."
NO_ENDS = "To chat, the graph needs an input and an output (Flow › Input, Flow › Output)."


class ChatPanel(QWidget, UndoHost):
    """Bound to one input and one output of the document that is shown."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self.setObjectName("chat")
        self.setAccessibleName("Chat")
        self.workbench = workbench
        self.live: Live = workbench.part("live")
        self._logs: dict[int, tuple[Document, ChatLog]] = {}
        self._answering: tuple[Document, Bubble] | None = None
        self._awaited = ""
        """The output that answers, as it was called when the message was sent."""
        self._speakers: set[Spot] = set()
        self._speaking: tuple[str, str] = ("", "")
        self._showing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(6)
        column.addLayout(self._make_head())
        self.bubbles = Bubbles(self)
        column.addWidget(self.bubbles, 1)
        column.addLayout(self._make_foot())
        self.setFocusProxy(self.field)
        self.live.said.connect(self._on_said)
        self.live.ended.connect(self._on_ended)
        self.live.started.connect(lambda *_: self._show_buttons())
        workbench.current_changed.connect(self.refresh)
        workbench.settled.connect(lambda *_: self._show_ends())
        workbench.closed.connect(self._on_closed)
        self.refresh()

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.input = QuietCombo(self)
        self.input.setObjectName("chat.input")
        self.input.setAccessibleName("Input that your messages go to")
        self.output = QuietCombo(self)
        self.output.setObjectName("chat.output")
        self.output.setAccessibleName("Output that answers")
        for title, combo in (("Messages to", self.input), ("answers from", self.output)):
            label = QLabel(title, self)
            label.setTextFormat(Qt.TextFormat.PlainText)
            colour_text(label, "soft")
            row.addWidget(label)
            combo.setMinimumContentsLength(14)
            combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            combo.setMaximumWidth(220)
            combo.activated.connect(self._chosen)
            row.addWidget(combo)
        self.state = Elided("", self, role="soft")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addWidget(self.state, 2)
        self.clear = small_button("Clear", "Forget what was said", "chat.clear", self)
        self.clear.clicked.connect(self._clear)
        row.addWidget(self.clear)
        return row

    def _make_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.field = MessageField(self)
        self.field.setObjectName("chat.message")
        self.field.setAccessibleName("Your message")
        self.field.setPlaceholderText("Your message. Enter sends, Shift+Enter begins a new line.")
        self.field.setUndoRedoEnabled(True)
        self.field.sent = self.send
        row.addWidget(self.field, 1)
        self.button = QPushButton("Send", self)
        self.button.setObjectName("chat.send")
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self._pressed)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    @guarded(QSize(500, 220))
    def sizeHint(self) -> QSize:
        return QSize(600, 240)

    def undo(self) -> None:
        """Take back what was typed last."""
        self.field.undo()

    def redo(self) -> None:
        """Do it again."""
        self.field.redo()

    # -- what is shown --------------------------------------------------------------------------

    def log(self, document: Document) -> ChatLog:
        """Return the chat of a document; its ends are those of the last time, else the likely ones."""
        known = self._logs.get(id(document))
        if known is None:
            log = ChatLog()
            kept = self.live.remembered.of(document.path).get("chat")
            if isinstance(kept, dict):
                log.input, log.output = str(kept.get("input", "")), str(kept.get("output", ""))
            known = self._logs[id(document)] = document, log
        return known[1]

    def refresh(self) -> None:
        """Show the chat of the document that is shown."""
        self._show_ends()
        document = self.workbench.document
        bubbles = [] if document is None else self.log(document).bubbles
        can = bool(self.input.count() and self.output.count())
        empty = why_locked(self.workbench) or (EMPTY if can else NO_ENDS)
        self.bubbles.show_bubbles(bubbles, "" if document is None else empty)
        self._show_buttons()

    def _show_ends(self) -> None:
        document = self.workbench.document
        inputs = [] if document is None else [field.name for field in input_fields(document.graph)]
        outputs = [] if document is None else output_names(document.graph)
        self._showing = True
        for combo, names in ((self.input, inputs), (self.output, outputs)):
            if [combo.itemText(number) for number in range(combo.count())] != names:
                combo.clear()
                combo.addItems(names)
        if document is not None:
            log = self.log(document)
            if log.input not in inputs:
                log.input = likely_input(document.graph)
            if log.output not in outputs:
                log.output = likely_output(document.graph)
            self.input.setCurrentText(log.input)
            self.output.setCurrentText(log.output)
        self._showing = False
        self._show_buttons()

    def _show_buttons(self) -> None:
        document = self.workbench.document
        mine = self._answering is not None and self._answering[0] is document
        locked = None if document is None else document.locked
        ready = bool(document is not None and locked is None and self.input.count() and self.output.count())
        self.button.setText("Stop" if mine else "Send")
        self.button.setEnabled(mine or (ready and self.live.active is None))
        self.field.setEnabled(ready)
        self.input.setEnabled(ready and not mine)
        self.output.setEnabled(ready and not mine)
        self.clear.setVisible(document is not None and bool(self.log(document).bubbles) and not mine)
        busy = self.live.active is not None and not mine
        self.state.set_text("Another run goes on." if busy else "")

    # -- talking --------------------------------------------------------------------------------

    def send(self) -> None:
        """Run the graph with what is typed."""
        document, text = self.workbench.document, self.field.text()
        if document is None or not text.strip() or self.live.active is not None:
            return
        log = self.log(document)
        if self.workbench.trying(lambda: self._run(document, log, text)):
            self.field.clear()
            self.refresh()

    def _run(self, document: Document, log: ChatLog, text: str) -> None:
        field = next((one for one in input_fields(document.graph) if one.name == log.input), None)
        if field is None or not log.output:
            raise UsageError(NO_ENDS)
        typed = {**self.live.of(document).inputs, log.input: text}
        if field.kind in ("messages", "message"):
            typed[log.input] = "-"  # given below: what is said is no JSON
        values, missing = values_of(document, typed)
        if missing:
            self.workbench.panel_asked.emit("run")
            self.live.inputs_missing.emit(document, tuple(missing))
            names = ", ".join(f"`{name}`" for name in missing)
            raise MissingInputs(f"The graph also needs a value for {names}.", hint="Fill it in the panel Run.")
        if field.kind == "messages":
            values[log.input] = [*log.history(), {"role": "user", "content": text}]
        elif field.kind == "message":
            values[log.input] = {"role": "user", "content": text}
        elif log.input not in values:
            values[log.input] = text  # it is the default
        self.live.run(document, inputs=values)
        self._speakers = speakers(document.graph, log.output)
        self._speaking = ("", "")
        answer = Bubble("graph", "", "streaming")
        log.bubbles += [Bubble("you", text), answer]
        self._answering, self._awaited = (document, answer), log.output

    def _pressed(self) -> None:
        if self._answering is not None and self._answering[0] is self.workbench.document:
            self.live.abort()
        else:
            self.send()

    def _on_said(self, document: object, node: str, tick: str, text: str) -> None:
        if self._answering is None or self._answering[0] is not document:
            return
        view = self.live.of(self._answering[0]).view
        track = None if view is None else view.by_path.get(node)
        name = node.rpartition("/")[2]
        fits = track.spot in self._speakers if track is not None else any(spot.name == name for spot in self._speakers)
        if not fits:
            return
        bubble = self._answering[1]
        if self._speaking != (node, tick):
            self._speaking, bubble.text = (node, tick), ""
        bubble.text += text
        self.bubbles.refresh_last()

    def _on_ended(self, document: object, outcome: Outcome) -> None:
        if self._answering is None or self._answering[0] is not document:
            self._show_buttons()
            return
        mine, bubble = self._answering
        self._answering = None
        result = outcome.result
        if result is not None and result.status == "ok":
            bubble.run = result.run_id
            if self._awaited in result.outputs:
                bubble.text, bubble.state = as_text(result.outputs[self._awaited]), "done"
            else:
                bubble.text, bubble.state = f"The graph gave nothing on `{self._awaited}`.", "error"
        elif outcome.aborted:
            bubble.text, bubble.state = (bubble.text or "Stopped."), "stopped"
        else:
            bubble.text, bubble.state = state_of(self.live.of(mine)).text, "error"
        self.bubbles.refresh_last()
        self._show_buttons()

    def _chosen(self) -> None:
        document = self.workbench.document
        if document is None or self._showing:
            return
        log = self.log(document)
        log.input, log.output = self.input.currentText(), self.output.currentText()
        self.live.remembered.note(document.path, chat={"input": log.input, "output": log.output})

    def _clear(self) -> None:
        document = self.workbench.document
        if document is not None:
            self.log(document).bubbles.clear()
            self.refresh()

    def _on_closed(self, document: object) -> None:
        self._logs.pop(id(document), None)
        if self._answering is not None and self._answering[0] is document:
            self._answering = None


class MessageField(Area):
    """Enter sends, Shift+Enter begins a new line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(1, 6, parent)
        self.sent: Callable[[], object] = lambda: None

    @guarded()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shifted:
            self.sent()
            return
        super().keyPressEvent(event)
