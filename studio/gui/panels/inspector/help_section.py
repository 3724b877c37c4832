"""The help of a node type: its own words, then its ports and params, as plain text with headings."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.gui.theme.theme import small_font
from studio.gui.widgets.editor import default_text
from studio.gui.widgets.labels import Note
from studio.gui.widgets.section import MARGINS
from studio.spec.fields import Field
from studio.spec.node import Node

_MARKS = re.compile(r"\*\*([^*\n]+)\*\*|(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])|`([^`\n]+)`")


class _Words(QLabel):
    """A paragraph with emphasis and code as the docstring marks them; all else in it is escaped."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFont(small_font(self.font()))
        self.setText(marked(text))
        self.setAccessibleName(plain_words(text))


class HelpBody(QWidget):
    """What a type says of itself. Types are code that was installed, but their words are shown as plain text all the
    same."""

    def __init__(self, cls: type[Node]) -> None:
        super().__init__()
        self.setObjectName("inspector.help.body")
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(6)
        for paragraph in paragraphs(cls.spec.help):
            column.addWidget(_Words(paragraph))
        for title, fields in (
            ("Inputs", cls.In.fields()),
            ("Outputs", cls.Out.fields()),
            ("Params", cls.Params.fields()),
        ):
            if fields:
                column.addWidget(Note(title, "soft"))
                for field in fields.values():
                    column.addWidget(Note(_line(field), "text"))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring; lines of one are joined, indented ones stay."""
    made = []
    for part in text.split("\n\n"):
        lines = part.split("\n")
        if all(line.startswith("    ") or not line for line in lines):
            made.append("\n".join(line[4:] for line in lines) + "\n")
        else:
            made.append(" ".join(line.strip() for line in lines))
    return [one for one in made if one.strip()]


def marked(text: str) -> str:
    """Return a paragraph as rich text: escaped, then with the marks of emphasis and code."""
    if "\n" in text:
        return f"<pre style='white-space:pre-wrap'>{html.escape(text)}</pre>"

    def tag(found: re.Match[str]) -> str:
        bold, slanted, code = found.groups()
        return f"<b>{bold}</b>" if bold else f"<i>{slanted}</i>" if slanted else f"<code>{code}</code>"

    return _MARKS.sub(tag, html.escape(text, quote=False))


def plain_words(text: str) -> str:
    """Return a text without the marks of emphasis and code."""
    return _MARKS.sub(lambda found: next(part for part in found.groups() if part is not None), text)


def _line(field: Field) -> str:
    if field.kind == "port":
        told = field.type
    elif field.required:
        told = f"{field.type}, must be given"
    else:
        default = default_text(field.default)
        told = f"{field.type}, default {default}" if default else field.type
    return f"{field.name} ({told}){': ' if field.help else ''}{plain_words(field.help)}"
