"""The list of what a graph may do, to be read before it runs, and the question. Without a clear yes nothing runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from studio.gui.theme import current_theme
from studio.gui.theme.theme import mixed
from studio.gui.widgets.labels import plain_label
from studio.spec.permissions import KIND_WORDS, Permission
from studio.support.pieces import plural
from studio.trust.showing import seen, seen_line
from studio.trust.survey import Entry, Survey

SIZE = 820, 600


class ApprovalDialog(QDialog):
    """Accepted only by its one button that says so; Enter, Escape and the cross refuse."""

    def __init__(self, title: str, asked: Survey, *, runs: bool, parent: QWidget | None = None) -> None:
        """`runs`: the run that was asked for begins at once when it is approved."""
        super().__init__(parent)
        self.asked = asked
        self.setObjectName("approval")
        self.setWindowTitle("Approve What It May Do")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 14, 16, 14)
        rows.setSpacing(10)
        self.head = plain_label(
            f"{seen_line(title)} is not from here. If you approve, it may do this on your computer:"
        )
        font = self.head.font()
        font.setBold(True)
        self.head.setFont(font)
        rows.addWidget(self.head)
        self.view = QPlainTextEdit(self)
        self.view.setObjectName("approval.list")
        self.view.setAccessibleName("What the graph may do, node by node")
        self.view.setReadOnly(True)
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        _fill(self.view, asked)
        rows.addWidget(self.view, 1)
        rows.addWidget(
            plain_label(
                f"{plural(len(asked.entries), 'node')} of it may do more than compute and ask your own models. The "
                "approval holds for exactly this list: one changed byte of code, another host or another wire into "
                "these nodes is asked again."
            )
        )
        buttons = QHBoxLayout()
        told = plain_label(f"hash {asked.hash}")
        told.setEnabled(False)
        told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons.addWidget(told, 1)
        self.approve = QPushButton("Approve and Run" if runs else "Approve", self)
        self.approve.setObjectName("approval.approve")
        self.approve.setAutoDefault(False)
        self.approve.clicked.connect(self.accept)
        self.refuse = QPushButton("Do Not Run" if runs else "Not Now", self)
        self.refuse.setObjectName("approval.refuse")
        self.refuse.setProperty("primary", "true")
        self.refuse.setDefault(True)
        self.refuse.clicked.connect(self.reject)
        buttons.addWidget(self.approve)
        buttons.addWidget(self.refuse)
        rows.addLayout(buttons)
        self.refuse.setFocus()


def _fill(view: QPlainTextEdit, asked: Survey) -> None:
    """Write the whole list. A plain text view shows any amount of it, and none of it as markup."""
    theme = current_theme()
    ground = theme.colour("field")
    ink, soft = theme.colour("ink"), theme.colour("soft")
    strong = _format(ink, ground)
    strong.setFontWeight(QFont.Weight.Bold)
    formats = {
        "node": strong,
        "soft": _format(soft, ground),
        "text": _format(ink, ground),
        "code": _format(ink, mixed(ground, theme.colour("accent"), 0.10)),
    }
    cursor = QTextCursor(view.document())
    for number, entry in enumerate(asked.entries):
        for kind, text in _pieces(entry, first=number == 0):
            cursor.insertText(text, formats[kind])
    view.moveCursor(QTextCursor.MoveOperation.Start)


def _pieces(entry: Entry, *, first: bool) -> list[tuple[str, str]]:
    pieces = [
        ("text", "" if first else "\n\n"),
        ("node", seen_line(entry.path)),
        ("soft", f"   {seen_line(entry.type)}"),
    ]
    for one in entry.permissions:
        pieces += _permission(one)
    if entry.wires:
        pieces.append(("soft", "\n    gets " + ", ".join(map(seen_line, entry.wires))))
    return pieces


def _permission(one: Permission) -> list[tuple[str, str]]:
    note = f" ({seen_line(one.note)})" if one.note else ""
    if one.kind in ("code", "other") or "\n" in one.what.strip():
        lines = seen(one.what).rstrip("\n").split("\n")
        width = max(map(len, lines), default=0)
        told: list[tuple[str, str]] = [("text", f"\n    {KIND_WORDS[one.kind]}{note}:")]
        for line in lines:
            told += [("text", "\n    "), ("code", f"  {line.ljust(min(width, 400))}  ")]
        return told
    return [("text", f"\n    {seen_line(one.told)}")]


def _format(ink: QColor, ground: QColor) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(ink)
    made.setBackground(ground)
    return made
