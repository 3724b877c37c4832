"""`CallBlock`: one question to a model or to another part of the world, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.base.guard import guarded
from studio.gui.live.watching.showing import count, money, span
from studio.gui.panels.inspector.firing.bars import Bars
from studio.gui.panels.inspector.firing.pool import Pool, set_shown
from studio.gui.panels.inspector.firing.strip import EntropyView
from studio.gui.panels.inspector.firing.texts import TextView, beginning, readable, size_words
from studio.gui.theme import current_theme
from studio.gui.widgets.labels import Elided, Note, colour_text, small_button
from studio.gui.widgets.section import Section
from studio.replay.firing.asking import ANSWER, BLANK, JUDGE, Call, last_text
from studio.replay.firing.prompts import Message, cells_of, messages_of, settings_of, with_calls
from studio.support.plain import plain_line
from studio.support.values import Json
from studio.trace.log import CALLS

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk
    from studio.trace.found import Effect

ROLES: Final = {
    "system": "warn",
    "user": "accent",
    "prompt": "accent",
    "assistant": "ok",
    "reply": "ok",
    "tool": "back",
}
"""The colour of each role's bar."""

ALWAYS: Final = 4
"""Messages up to which none is folded away."""

EARLIER: Final = 40
"""Messages that are folded away of which texts are made, at most; copies and the JSON have all."""


class TextBlock(QWidget):
    """A text under a caption, with a coloured bar at its left; the whole of a long one on demand."""

    def __init__(self, desk: Desk, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.whole = ""
        self.role = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 0, 0, 0)
        column.setSpacing(1)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        self.caption = Elided("", self, role="soft")
        head.addWidget(self.caption, 1)
        self.more = small_button("", "Show all of it in a window of its own", f"{name}.more", self)
        self.more.setProperty("chip", True)
        self.more.clicked.connect(lambda *_: desk.open_window(self.caption.text(), self.whole))
        head.addWidget(self.more)
        self.copy = small_button("Copy", "Copy this text", f"{name}.copy", self)
        self.copy.clicked.connect(lambda *_: desk.copy(self.whole, self.caption.text() or "the text"))
        head.addWidget(self.copy)
        column.addLayout(head)
        self.view = TextView(12, self)
        self.view.setObjectName(name)
        column.addWidget(self.view)

    def show_message(self, message: Message, *, caption: str = "", fixed: bool = False) -> None:
        """Show a message, or another text under a caption."""
        self.whole = message.text
        shown = caption or message.role
        self.caption.set_text(shown)
        self.view.setAccessibleName(shown)
        self.copy.setAccessibleName(f"Copy {shown}")
        if self.role != message.role:
            self.role = message.role
            self.update()
        seen = beginning(message.text)
        self.view.show_view(seen, message.values, fixed=fixed)
        cut = len(seen) < len(message.text)
        set_shown(self.more, cut)
        if cut:
            self.more.setText(f"Show all ({size_words(len(message.text))})")

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().colour(ROLES.get(self.role, "soft")))
        painter.drawRoundedRect(1, 2, 3, self.height() - 4, 1.5, 1.5)


class CallBody(QWidget):
    """The parts of one call: messages, parameters, schema, reply, entropy."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 0, 6)
        column.setSpacing(6)
        self._before = self._column(column)
        self.before: Pool[TextBlock] = Pool(self._before, lambda: TextBlock(desk, "firing.prompt", self))
        self.examples = Section("Examples", self._make_examples, name="firing.examples", level=1, parent=self)
        self.examples.turned.connect(lambda *_: self._fill_examples())
        column.addWidget(self.examples)
        self._after = self._column(column)
        self.after: Pool[TextBlock] = Pool(self._after, lambda: TextBlock(desk, "firing.prompt", self))
        self.settings = Note("", "soft", self)
        self.settings.setObjectName("firing.settings")
        column.addWidget(self.settings)
        self.schema = Section("Schema", self._make_schema, name="firing.schema", level=1, parent=self)
        self.schema.turned.connect(lambda *_: self._fill_schema())
        column.addWidget(self.schema)
        self.reply = TextBlock(desk, "firing.reply", self)
        column.addWidget(self.reply)
        self.error = Note("", "bad", self)
        self.error.setObjectName("firing.call.error")
        column.addWidget(self.error)
        self.entropy = EntropyView(self)
        column.addWidget(self.entropy)
        self.choices = Bars(self)
        column.addWidget(self.choices)
        self._hidden: tuple[Message, ...] = ()
        self._schema: Json = None
        self._example_pool: Pool[TextBlock] | None = None
        self._schema_block: TextBlock | None = None

    @staticmethod
    def _column(outer: QVBoxLayout) -> QVBoxLayout:
        made = QVBoxLayout()
        made.setContentsMargins(0, 0, 0, 0)
        made.setSpacing(6)
        outer.addLayout(made)
        return made

    # -- filling ------------------------------------------------------------------------------

    def show_call(self, effect: Effect, inputs: Mapping[str, Json]) -> None:
        """Show a model call; values of the inputs are marked in its question."""
        if effect.kind in CALLS:
            self._show_messages(messages_of(effect, inputs))
        else:
            self._show_messages((Message("asked", readable(effect.request)),) if effect.request is not None else ())
        settings = settings_of(effect) if effect.kind in CALLS else {}
        told = [_setting(name, value) for name, value in settings.items() if name != "logprobs"]
        self.settings.set_text(" · ".join(plain_line(one[:200]) for one in told))
        request = effect.request if isinstance(effect.request, dict) else {}
        self._schema = request.get("schema") if effect.kind in CALLS else None
        set_shown(self.schema, self._schema is not None)
        if self._schema is not None:
            self.schema.header.set_summary(_schema_words(self._schema))
        self._fill_schema()
        self._show_answer(effect)

    def _show_messages(self, messages: tuple[Message, ...]) -> None:
        question = next((n for n, one in enumerate(messages) if one.values), len(messages) - 1)
        first = 1 if messages and messages[0].role == "system" else 0
        fold = len(messages) > ALWAYS and question - first > 1
        head, hidden, tail = (
            (messages[:first], messages[first:question], messages[question:]) if fold else ((), (), messages)
        )
        for block, message in zip(self.before.take(len(head)), head, strict=True):
            block.show_message(message)
        for block, message in zip(self.after.take(len(tail)), tail, strict=True):
            block.show_message(message, fixed=message.role == "asked")
        self._hidden = hidden
        set_shown(self.examples, bool(hidden))
        if hidden:
            pairs = sum(message.role == "assistant" for message in hidden)
            known = len(hidden) == 2 * pairs
            self.examples.header.setText(f"{pairs} example{'s' if pairs > 1 else ''}" if known else "Earlier messages")
            self.examples.header.setAccessibleName(self.examples.header.text())
            some = f", the first {EARLIER} shown" if len(hidden) > EARLIER else ""
            self.examples.header.set_summary(f"{len(hidden)} messages{some}")
        self._fill_examples()

    def _make_examples(self) -> QWidget:
        made = QWidget(self)
        column = self._column(QVBoxLayout(made))
        self._example_pool = Pool(column, lambda: TextBlock(self.desk, "firing.example", made))
        return made

    def _fill_examples(self) -> None:
        if self.examples.is_open and self._example_pool is not None:
            shown = self._hidden[:EARLIER]
            for block, message in zip(self._example_pool.take(len(shown)), shown, strict=True):
                block.show_message(message)

    def _make_schema(self) -> QWidget:
        self._schema_block = TextBlock(self.desk, "firing.schema.text", self)
        return self._schema_block

    def _fill_schema(self) -> None:
        if self.schema.is_open and self._schema_block is not None and self._schema is not None:
            text = readable(self._schema)
            self._schema_block.show_message(Message("", text), caption="held to", fixed=True)

    def _show_answer(self, effect: Effect) -> None:
        response = effect.response
        is_call = effect.kind in CALLS and isinstance(response, dict)
        self.error.set_text(effect.error if effect.status == "error" else "")
        set_shown(self.reply, effect.status == "ok" and not (response is None and not is_call))
        if effect.status == "unanswered":
            colour_text(self.error, "warn")
            self.error.set_text("It was never answered.")
        else:
            colour_text(self.error, "bad")
        if effect.status == "ok":
            if is_call:
                finish = effect.finish_reason
                ended = "" if finish in ("", "stop") or effect.kind == "complete" else f" · ended by {finish}"
                text = response.get("text")
                said = with_calls(text if isinstance(text, str) else readable(text), response.get("tool_calls"))
                self.reply.show_message(Message("reply", said), caption=f"reply{ended}")
            else:
                self.reply.show_message(Message("reply", readable(response)), caption="answered", fixed=True)
        cells = cells_of(effect) if is_call else ()
        self.entropy.show_cells(cells, effect.entropy)
        rows = [(one.token, one.probability) for one in cells[0].choices] if len(cells) == 1 else []
        self.choices.show_rows(rows, "Likeliest next tokens")


_BLANK_HELP = "Asked once in a run, to know how much the model likes each label whatever it is asked."


class CallBlock(Section):
    """A call under a heading that folds; folded, nothing of it is laid out."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", lambda: CallBody(desk), name="firing.call", level=1, parent=parent)
        self._call: tuple[Call, Mapping[str, Json]] | None = None
        self.turned.connect(lambda *_: self._fill())

    def show_call(self, call: Call, inputs: Mapping[str, Json], is_open: bool) -> None:
        """Show a call, folded or not."""
        self._call = call, inputs
        title = _title(call)
        if self.header.text() != title:
            self.header.setText(title)
            self.header.setAccessibleName(title)
            self.header.update()
        self.header.setToolTip(_BLANK_HELP if call.purpose == BLANK else "")
        if self.is_open != is_open:
            self.set_open(is_open)
        else:
            self._fill()

    @property
    def purpose(self) -> str:
        """What the call was for."""
        return "" if self._call is None else self._call[0].purpose

    def _fill(self) -> None:
        if self._call is None:
            return
        effect = self._call[0].effect
        bad = effect.status == "error"
        said = "" if self.is_open else _said(effect)
        self.header.set_summary(said or _summary(effect), "bad" if bad else "soft")
        if self.is_open and isinstance(self.body, CallBody):
            self.body.show_call(effect, self._call[1])


def _title(call: Call) -> str:
    effect = call.effect
    request = effect.request
    model = request.get("model") if isinstance(request, dict) else None
    name = plain_line(str(model or effect.name)[:120])
    if call.purpose == JUDGE:
        return f"Judge of {plain_line(call.judge[:60])}"
    if call.purpose == BLANK:
        return f"Empty input {blank_of(effect)}"
    return name if call.purpose == ANSWER or effect.kind in CALLS else f"{effect.kind} · {name}"


def _summary(effect: Effect) -> str:
    words = []
    if effect.status != "ok":
        words.append("failed" if effect.status == "error" else "unanswered")
    if effect.origin != "executed":
        words.append(effect.origin)
    if effect.tokens_in or effect.tokens_out:
        words.append(f"{count(effect.tokens_in or 0)} + {count(effect.tokens_out or 0)} tokens")
    if effect.cost_usd:
        words.append(money(effect.cost_usd))
    if effect.duration_ms is not None:
        words.append(span(effect.duration_ms / 1e3))
    return " · ".join(words)


def _said(effect: Effect) -> str:
    """The beginning of a reply: what a folded call tells of itself."""
    text = effect.response.get("text") if effect.kind in CALLS and isinstance(effect.response, dict) else None
    return f"“{plain_line(text[:200])}”" if isinstance(text, str) and text.strip() else ""


def _schema_words(schema: Json) -> str:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return plain_line(", ".join(list(properties)[:8])[:200]) if isinstance(properties, dict) else ""


def blank_of(effect: Effect) -> str:
    """Return the input without content that a call asked about, in quotes."""
    asked = last_text(effect).rpartition("\nText:")[2].partition("\nAnswer:")[0].strip()
    return f"“{plain_line(asked[:20])}”"


def _setting(name: str, value: Json) -> str:
    number = f"{value:g}" if isinstance(value, float) else readable(value)
    return {
        "max_tokens": f"at most {number} token{'' if value == 1 else 's'}",
        "top": f"the {number} likeliest tokens kept",
        "stop": f"stops at {number}",
    }.get(name, f"{name} {number}")
