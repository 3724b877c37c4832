"""`ValueBlock`: one value of a firing, under its name: where it came from, where it went, and the value itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.gui.panels.inspector.firing.pool import Pool, set_shown
from studio.gui.panels.inspector.firing.texts import TextView, beginning, readable, size_words, visible
from studio.gui.widgets.labels import Elided, Link, Note, colour_text, cut, small_button, tip
from studio.support.errors import StudioError
from studio.support.plain import plain_line
from studio.support.values import Json
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.gui.panels.inspector.firing.desk import Desk
    from studio.replay.firing.whole import Consumer

SHORT: Final = 48
"""Characters up to which a value without line breaks stands without a frame."""

LINKS: Final = 5
"""Firings told at first of those that took an output."""


class GoLink(Link):
    """A link to a firing: click, Enter or Space goes to its step."""

    def __init__(self, desk: Desk, name: str, parent: QWidget | None = None) -> None:
        super().__init__("", "", name, parent)
        self.firing = 0
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        self.setFont(font)
        self.clicked.connect(lambda *_: desk.go(self.firing))

    def show_link(self, text: str, help: str, firing: int) -> None:
        """Lead to another firing; 0 leads nowhere."""
        self.firing = firing
        shown = plain_line(text[:400])
        if self.text() != shown:
            self.setText(shown)
        self.setToolTip(tip(help))
        self.setAccessibleName(cut(plain_line(help[:400]), 200))
        self.setEnabled(firing > 0)


class ValueBlock(QWidget):
    """Shows one input or output; filled anew at each step."""

    def __init__(self, desk: Desk, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.kind = kind
        self.port = ""
        self.value: Json = None
        self._seen: object = None
        self._all = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        self.name = QLabel("", self)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        colour_text(self.name, "ink")
        head.addWidget(self.name)
        self.origin = GoLink(desk, f"firing.{kind}.origin", self)
        head.addWidget(self.origin, 1)
        self.told = Elided("", self, role="soft")
        head.addWidget(self.told, 1)
        self.firing = 0
        """The firing that gave the value, of an output."""
        self.why: QToolButton | None = None
        if kind == "output":
            self.why = small_button("Why?", "Light what led to this output", "firing.output.why", self)
            self.why.clicked.connect(lambda *_: desk.why(self.firing, self.port))
            head.addWidget(self.why)
        self.copy = small_button("Copy", "Copy this value", f"firing.{kind}.copy", self)
        self.copy.clicked.connect(lambda *_: desk.copy_value(self.value, self.port))
        head.addWidget(self.copy)
        column.addLayout(head)
        self.line = QLabel("", self)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.line.setWordWrap(True)  # even a short value is wider than a narrow inspector
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.line.setSizePolicy(policy)
        self.line.setContentsMargins(8, 0, 0, 0)
        column.addWidget(self.line)
        self.view: TextView | None = None
        self.absent = Note("", "soft", self)
        self.absent.setContentsMargins(8, 0, 0, 0)
        column.addWidget(self.absent)
        self.more = small_button("", "Show all of it in a window of its own", f"firing.{kind}.more", self)
        self.more.setProperty("chip", True)
        self.more.clicked.connect(lambda *_: self._show_more())
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._links = QVBoxLayout()
        self._links.setContentsMargins(8, 0, 0, 0)
        self._links.setSpacing(0)
        column.addLayout(self._links)
        self._went: Pool[GoLink] = Pool(self._links, lambda: GoLink(desk, f"firing.{kind}.went", self))
        self.rest = small_button("", "Show all of them", f"firing.{kind}.rest", self)
        self.rest.clicked.connect(lambda *_: self._unfold())
        column.addWidget(self.rest, 0, Qt.AlignmentFlag.AlignLeft)
        set_shown(self.rest, False)
        self._consumers: Sequence[Consumer] = ()
        self._column = column

    # -- filling ------------------------------------------------------------------------------

    def show_name(self, port: str, caption: str, link: str = "", help: str = "", firing: int = 0) -> None:
        """Name the value and say where it came from, as a link if that is a firing."""
        if port != self.port or not self.name.text():
            self.port = port
            shown = plain_line(port[:80])
            self.name.setText(shown if len(shown) <= 28 else shown[:27] + "…")
            self.setAccessibleName(f"{self.kind} {shown}")
            self.copy.setAccessibleName(f"Copy {shown}")
            if self.why is not None:
                self.why.setAccessibleName(f"Why {shown} is what it is")
        set_shown(self.origin, bool(link))
        if link:
            self.origin.show_link(link, help, firing)
        set_shown(self.told, not link)
        self.told.set_text(caption)
        self.told.set_role("soft")

    def show_value(self, value: Json) -> None:
        """Show a value, as much of it as has room; of a large one its size until it is asked for."""
        self.value = value
        whole, is_whole = self.desk.value(value)
        self.absent.set_text("")
        set_shown(self.copy, True)
        if not is_whole:
            self._show_text("", "", False)
            self._tell_more(f"Show it ({size_words(whole.size)})")
            return
        key = (id(whole), whole) if isinstance(whole, str | int | float | bool | None) else (id(whole), None)
        if self._seen == key and not isinstance(whole, dict | list):
            return
        self._seen = key
        self._fill(whole)

    def _fill(self, whole: Json) -> None:
        text = readable(whole)
        seen = beginning(text)
        role = "text" if isinstance(whole, str) else "json"
        short = len(text) <= SHORT and "\n" not in text
        self._show_text(seen, role, short)
        self._tell_more(f"Show all ({size_words(len(text))})" if len(seen) < len(text) else "")

    def show_absent(self, reason: str) -> None:
        """Say that there is no value, and why."""
        self.value, self._seen = None, None
        self._show_text("", "", False)
        self._tell_more("")
        set_shown(self.copy, False)
        self.absent.set_text(f"nothing: {visible(reason[:2000])}" if reason else "nothing")

    def show_unknown(self, why: str) -> None:
        """Say that the value itself is not known."""
        self.show_absent("")
        self.absent.set_text(why)

    def _show_text(self, text: str, role: str, short: bool) -> None:
        empty = role == "text" and not text
        set_shown(self.line, bool(role) and (short or empty))
        if role and (short or empty):
            self.line.setText("(empty text)" if empty else visible(text))
            colour_text(self.line, "soft" if empty else "ink")
        in_view = bool(role) and not short and not empty
        if in_view and self.view is None:
            self.view = TextView(8, self)
            self.view.setObjectName(f"firing.{self.kind}.value")
            self._column.insertWidget(2, self.view)
        if self.view is not None:
            set_shown(self.view, in_view)
            if in_view:
                self.view.setAccessibleName(f"Value of {plain_line(self.port[:80])}")
                self.view.show_view(text, fixed=role == "json")
        if not role:
            self._seen = None

    def _tell_more(self, text: str) -> None:
        set_shown(self.more, bool(text))
        if text:
            self.more.setText(text)

    def _show_more(self) -> None:
        value, is_whole = self.desk.value(self.value)
        if is_whole:
            self.desk.show_whole(self.port, value)
            return
        assert isinstance(value, Ref)
        self.more.setText("Reading…")
        self.desk.fetch(value, lambda answer: self._arrived(value, answer))

    def _arrived(self, asked: Ref, answer: Any) -> None:
        if self.value != asked:
            return
        if isinstance(answer, StudioError):
            self._tell_more("")
            self.absent.set_text(str(answer))
        else:
            self._fill(answer)

    # -- where it went ------------------------------------------------------------------------

    def show_consumers(self, consumers: Sequence[Consumer] | None, near: str) -> None:
        """Tell which firings took the value; None: it is being looked up. Names are shortened as seen from `near`."""
        self._consumers = consumers or ()
        self._near = near
        self._all = False
        self._list()

    def _unfold(self) -> None:
        self._all = True
        self._list()

    def _list(self) -> None:
        shown = self._consumers if self._all else self._consumers[:LINKS]
        for link, one in zip(self._went.take(len(shown)), shown, strict=True):
            show_consumer(link, one, self._near)
        left = len(self._consumers) - len(shown)
        set_shown(self.rest, left > 0)
        self.rest.setText(f"{left} more")


def show_consumer(link: GoLink, one: Consumer, near: str, before: str = "") -> None:
    """Have a link lead to a firing that took something, as seen from the node `near`."""
    where = "never decided" if one.step is None else f"step {one.step}"
    way = f", {one.how}" if one.how else ""
    link.show_link(
        f"{before}→ {short_path(one.node, near)}.{one.port} · {where}{way}",
        f"Went to `{one.port}` of {one.node} at tick {one.tick}{way}: go to {where}",
        one.firing if one.step is not None else 0,
    )


def short_path(node: str, near: str) -> str:
    """Return a node path as one reads it beside a node of the same region: without what both begin with."""
    prefix = near.rpartition("/")[0]
    return node[len(prefix) + 1 :] if prefix and node.startswith(prefix + "/") else node
